// Two members of staff edit one thing: the second is told what the first one saved, at the field, keeps what was
// typed, and may save after that; of two in the same moment one saves and the other is told to go back. For every
// table of the schema whose rows have a revision.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice } from "../harness/billing.mjs";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { colleague, person } from "../harness/rows.mjs";
import { addSavedReply, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
let owner, admin, client, lena, contact;
before(async () => {
  owner = await setUpOwner(world);
  admin = await colleague(world, owner, "admin");
  ({ client, person: lena, contact } = await person(world, owner, { client: "Birch Ltd" }));
});

/**
 * What can be edited: `at` makes one and gives the address of its form; `mine` and `theirs` are what the two type into the
 * field of that `label`, `other` is a field that only the second one changes; `saved` reads both back.
 */
const NOUNS = {
  clients: { at: () => `${client.path}/edit`, field: "name", label: "Name", mine: "Mine", theirs: "Theirs", other: { notes: "Their note" }, saved: () => one("SELECT name, notes FROM clients WHERE id = ?", client.id) },
  contacts: { at: () => `/admin/contacts/${contact.id}`, field: "first_name", label: "First name", mine: "Mine", theirs: "Theirs", other: { phone: "+1 555" }, saved: () => one("SELECT first_name, phone FROM contacts WHERE id = ?", contact.id) },
  projects: { at: async () => `${(await addProject(owner, client)).path}/edit`, field: "name", label: "Name", mine: "Mine", theirs: "Theirs", other: { description: "Their words" }, saved: (id) => one("SELECT name, description FROM projects WHERE id = ?", id) },
  milestones: { at: async () => `${(await addProject(owner, client, { milestone_0: "Draft" })).path}/edit`, field: "milestone_0", label: "What is reached", nth: 0, mine: "Mine", theirs: "Theirs", other: { milestone_1: "Their next" }, saved: async (id) => ({ a: (await one("SELECT name FROM milestones WHERE project_id = ? ORDER BY position LIMIT 1", id)).name, b: (await one("SELECT name FROM milestones WHERE project_id = ? ORDER BY position LIMIT 1 OFFSET 1", id))?.name }) },
  tasks: { at: async () => `${(await addTask(owner, client)).path}/edit`, field: "title", label: "Title", mine: "Mine", theirs: "Theirs", other: { description: "Their words" }, saved: (id) => one("SELECT title, description FROM tasks WHERE id = ?", id) },
  time_entries: { at: async () => (await addTime(owner, client)).path, field: "description", label: "Note", mine: "Mine", theirs: "Theirs", other: { time: "2:15" }, saved: async (id) => { const row = await one("SELECT description, minutes FROM time_entries WHERE id = ?", id); return { a: row.description, b: row.minutes === 135 ? "2:15" : row.minutes }; } },
  tickets: { at: async () => (await openTicket(lena)).admin, field: "category", label: "Category", mine: "Problem", theirs: "Change", other: { priority: "urgent" }, saved: (id) => one("SELECT category, priority FROM tickets WHERE id = ?", id) },
  documents: { told: [409, /A colleague saved this document while you were editing.*They saved:.*Mine/], at: async () => `/admin/documents/${(await addDocument(owner, client)).id}`, field: "title", label: "Title", mine: "Mine", theirs: "Theirs", other: { folder: "Their folder" }, saved: (id) => one("SELECT title, folder FROM documents WHERE id = ?", id) },
  invoices: { at: async () => `${(await draftInvoice(owner, client)).path}/edit`, more: { go: "save" }, field: "reference", label: "Their reference", mine: "Mine", theirs: "Theirs", other: { notes: "Their note" }, saved: async (id) => { const { content } = await one("SELECT r.content FROM invoices i JOIN invoice_revisions r ON r.id = i.revision_id WHERE i.id = ?", id); const { reference, notes } = JSON.parse(content); return { reference, notes }; } },
  saved_replies: { at: async () => `/admin/settings/support/replies/${(await addSavedReply(owner)).id}`, field: "name", label: "Name", mine: "Mine", theirs: "Theirs", other: { body: "Their words" }, saved: (id) => one("SELECT name, body FROM saved_replies WHERE id = ?", id) },
  support: { at: () => "/admin/settings/support", field: "close_days", label: /days/i, mine: "11", theirs: "12", other: { categories: "Theirs" }, saved: async () => { const row = await one("SELECT close_days, categories FROM support"); return { a: String(row.close_days), b: row.categories }; } },
  billing: { at: () => "/admin/settings/invoicing", field: "legal_name", label: /legal|name/i, mine: "Mine", theirs: "Theirs", other: { city: "Their town" }, saved: () => one("SELECT legal_name, city FROM billing") },
  client_billing: { at: () => `${client.path}/billing/details`, field: "legal_name", label: /name/i, mine: "Mine", theirs: "Theirs", other: { city: "Their town" }, saved: () => one("SELECT legal_name, city FROM client_billing WHERE client_id = ?", client.id) },
  branding: { at: () => "/admin/settings/branding", field: "welcome_text", label: /welcome/i, mine: "Mine", theirs: "Theirs", other: { support_phone: "+1 555" }, saved: () => one("SELECT welcome_text, support_phone FROM business") },
  security: { at: () => "/admin/settings/security", field: "invite_days", label: /days/i, mine: "11", theirs: "12", other: { upload_limit: "77" }, saved: async () => { const row = await one("SELECT invite_days, upload_limit FROM business"); return { a: String(row.invite_days), b: String(row.upload_limit / 1_048_576) }; } },
  "time in portals": { at: () => "/admin/settings/time-logs", field: "rate", label: /rate/i, mine: "11.00", theirs: "12.00", other: { currency: "USD" }, saved: async () => { const row = await one("SELECT hourly_rate, rate_currency FROM business"); return { a: `${row.hourly_rate / 1e4}.00`, b: row.rate_currency }; } },
  "wording of a mail": { at: () => "/admin/settings/templates/invitation", field: "subject", label: /subject/i, mine: "Mine", theirs: "Theirs", other: { body: "Their words: {{invite_link}}" }, saved: () => one("SELECT subject, body FROM email_templates WHERE kind = 'invitation'") },
};
/** Tables whose revision is no person's: what it counts has its own test. */
const ELSEWHERE = new Set([]);

test("whatever has a revision is here", async () => {
  const { results } = await world.db.prepare("SELECT m.name FROM sqlite_master m WHERE m.type = 'table' AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) c WHERE c.name = 'revision') AND m.name NOT LIKE 'd1!_%' ESCAPE '!' AND m.name NOT LIKE '!_%' ESCAPE '!' ORDER BY 1").all();
  assert.deepEqual(results.map(({ name }) => name).filter((name) => !NOUNS[name] && !ELSEWHERE.has(name)), []);
});

for (const [noun, { at, more = {}, field, mine, theirs, other, saved, told: words = [422, new RegExp(`It now says: ${mine}`)] }] of Object.entries(NOUNS)) {
  describe(noun, () => {
    let path, id;
    const opened = async (user) => (await user.get(path)).page.formTo(path);
    const send = (user, form, changes) => user.post(path, form.fill(changes).filter(([name]) => !(name in more)).concat(Object.entries(more)));
    const both = async () => Object.values(await saved(id)).slice(0, 2);
    before(async () => {
      path = await at();
      id = /\/([0-9a-f-]{36})(\/edit)?$/.exec(path)?.[1];
    });
    test("the second is told, loses nothing, and may save after that", async () => {
      const [first, second] = [await opened(owner), await opened(admin)];
      const done = await send(owner, first, { [field]: mine });
      assert.equal(done.status, 303, String(done));
      const told = await send(admin, second, { [field]: theirs, ...other });
      assert.equal(told.status, words[0], String(told));
      assert.match(told.page.text, words[1]);
      const again = told.page.formTo(path);
      const typed = Object.fromEntries(again.values);
      for (const [name, value] of Object.entries({ [field]: theirs, ...other })) assert.equal(typed[name], value, `${name} keeps what was typed`);
      assert.equal((await both())[0], mine, "nothing is written yet");
      const kept = await send(admin, again, {});
      assert.equal(kept.status, 303, String(kept));
      assert.deepEqual(await both(), [theirs, Object.values(other)[0]]);
    });
    test("of eight in one moment one saves, and no other is told that it did", async () => {
      const forms = await Promise.all(Array.from({ length: 8 }, (_, n) => opened(n % 2 ? admin : owner)));
      const values = forms.map((_, n) => (["close_days", "invite_days"].includes(field) ? String(20 + n) : field === "rate" ? `${20 + n}.00` : field === "category" ? ["Question", "Problem", "Billing"][n % 3] : `Word ${n}`));
      const answers = await Promise.all(forms.map((form, n) => send((n % 2 ? admin : owner).clone(), form, { [field]: values[n] })));
      const winners = answers.map(({ status }, n) => (status === 303 ? n : -1)).filter((n) => n >= 0);
      // Two who save the same words do not differ.
      assert.equal(new Set(winners.map((n) => values[n])).size, 1, answers.join("\n"));
      for (const answer of answers) assert.ok([303, 409, 422].includes(answer.status), String(answer));
      for (const answer of answers.filter(({ status }) => status === 409)) assert.match(answer.page.text, /what you typed still stands|Nothing of yours is lost/);
      assert.equal((await both())[0], values[winners[0]]);
    });
  });
}

test("a text of several lines that nobody touched is no difference, though browsers end its lines in their own way", async () => {
  const path = `${client.path}/edit`;
  await owner.submit((await owner.get(path)).page.formTo(path), { address: "Speicherstr. 4\r\n20457 Hamburg" }, { follow: false });
  const [first, second] = [(await owner.get(path)).page.formTo(path), (await admin.get(path)).page.formTo(path)];
  await owner.submit(first, { address: "Speicherstr. 4\r\n20457 Hamburg", phone: "+1 111" }, { follow: false });
  const told = await admin.submit(second, { address: "Speicherstr. 4\r\n20457 Hamburg", phone: "+1 222" }, { follow: false });
  assert.equal(told.status, 422, String(told));
  assert.deepEqual(told.page.all("[id^=e-]").map(({ id }) => id), ["e-phone"]);
});
