// Erasing a person of a client: who they were is nowhere any more, what they did stays by a former contact, their
// address is free, and the chain of the log still holds.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, invite, setUpOwner, accept } from "../harness/flows.mjs";
import { erasePerson, whereStands } from "../harness/erasing.mjs";
import { sentInvoice } from "../harness/billing.mjs";
import { startThread } from "../harness/messages.mjs";
import { clientRow, colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { answer, file, openTicket } from "../harness/tickets.mjs";
import { enrol } from "../harness/totp.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const one = async (sql, ...values) => (await all(sql, ...values))[0];
/** All that tells who she is. */
const WORDS = ["Zephyrine", "Quillfeather", "zephyrine@larkspur.test", "+1 555 7777", "Chief Quill"];

let owner, member, client, contact, zephyrine, ticket, thread, task, document, copy;
before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  ({ client, contact, person: zephyrine } = await person(world, owner, { client: "Larkspur", contact: { firstName: "Zephyrine", lastName: "Quillfeather", email: "zephyrine@larkspur.test" } }));
  await owner.submit((await owner.get(`/admin/contacts/${contact.id}`)).page.formTo(`/admin/contacts/${contact.id}`), { phone: "+1 555 7777", job_title: "Chief Quill" });
  const lena = await contactRow(world, client, { firstName: "Lena", lastName: "Lark", email: "lena@larkspur.test" });
  await invitation(owner, lena);
  document = await addDocument(owner, client, { title: "Offer" });
  await zephyrine.get(`/documents/${document.id}/download`);
  ticket = await openTicket(zephyrine, { subject: "Help", body: "It is sad.", files: [file()] });
  await answer(owner, ticket, "We look at it.");
  thread = await startThread(zephyrine, { subject: "Plan", body: "How wide?" });
  task = await addTask(owner, client, { title: "Send photos", visible: "on", asks: "complete" });
  await zephyrine.post(`/tasks/${task.id}/comments`, { body: "Here they come." });
  await zephyrine.post(`/tasks/${task.id}/answer`, { answer: "completed" });
  const sent = (await zephyrine.get("/documents")).page.formTo("/documents").fill({}).filter(([name]) => name !== "file");
  await zephyrine.upload("/documents", [...sent, ["file", file("photo.txt", "A photo.")]]);
  await sentInvoice(owner, client);
  await enrol(zephyrine);
  await zephyrine.post("/profile/mail", {});
  await zephyrine.post("/profile/name", { first_name: "Zephyrine", last_name: "Quillfeather-Smith" });
  await zephyrine.post("/profile/name", { first_name: "Zephyrine", last_name: "Quillfeather" });
  await member.post(`/admin/contacts/${contact.id}/preview`);
  await member.get("/documents");
  await world.advance(6 * 60_000);
  await world.cron();
  await world.settled();
  copy = zephyrine.clone();
});

test("there is much of her beforehand", async () => {
  const found = (await whereStands(world, WORDS)).map((place) => place.split(":")[0]);
  for (const place of ["contacts.first_name", "accounts.email", "audit.principal_name", "audit.detail", "outbox.to_email", "outbox.content", "messages.author", "ticket_messages.author", "comments.author", "threads.last_author", "client_words.word"]) {
    assert.ok(found.includes(place), `nothing stands in ${place}, so nothing is tested of it`);
  }
});

test("it wants the role, a fresh proof, and the box", async () => {
  const path = `/admin/contacts/${contact.id}/erase`;
  assert.equal((await member.clone().post("/admin/preview/exit")).status, 303);
  const plain = await colleague(world, owner, "member");
  assert.equal((await plain.get(path)).status, 403);
  assert.equal((await plain.post(path, { sure: "on" })).status, 403);
  const page = await owner.get(path);
  assert.equal(page.status, 200, String(page));
  assert.equal((await page.cost()).d1, 1);
  const bare = await owner.post(path, {});
  assert.equal(bare.status, 422);
  assert.match(bare.page.text, /tick this box/);
  await world.advance(11 * 60_000);
  for (const asked of [await owner.get(path), await owner.post(path, { sure: "on" })]) assert.match(asked.location ?? "", /^\/admin\/confirm/, String(asked));
  await owner.submit((await owner.get("/admin/confirm")).page.form("Confirm"), { password: owner.password });
  assert.ok(await one("SELECT 1 AS there FROM contacts WHERE id = ? AND erased_at IS NULL", contact.id));
});

test("where the database fails, nothing is erased", async () => {
  const path = `/admin/contacts/${contact.id}/erase`;
  const form = (await owner.get(path)).page.formTo(path);
  const before = await whereStands(world, WORDS);
  world.expectLog(/D1/);
  await world.fault({ on: "d1", op: "batch", match: "UPDATE contacts SET first_name = 'Former contact'", when: "before" });
  assert.equal((await owner.submit(form, { sure: "on" }, { follow: false })).status, 503);
  assert.deepEqual((await whereStands(world, WORDS)).length, before.length);
});

test("erased: nowhere in the database stands who she was; two round trips", async () => {
  const done = await erasePerson(owner, contact);
  assert.equal(done.location, `/admin/clients/${client.id}/contacts`, String(done));
  assert.ok((await done.cost()).d1 <= 2);
  await world.settled();
  assert.deepEqual(await whereStands(world, WORDS), []);
});

test("what she did stays, by a former contact", async () => {
  for (const path of [ticket.admin, thread.admin, task.path]) {
    const { text } = await owner.get(path);
    assert.match(text, /Former contact/, path);
  }
  assert.match((await owner.get(ticket.admin)).page.text, /It is sad\./);
  assert.match((await owner.get(thread.admin)).page.text, /How wide\?/);
  assert.match((await owner.get(task.path)).page.text, /Here they come\./);
  const sent = await one("SELECT id, title FROM documents WHERE sent_by = ?", contact.id);
  assert.match((await owner.get(`/admin/documents/${sent.id}`)).page.text, /Former contact/);
  const receipt = await one("SELECT device, address FROM receipts WHERE contact_id = ?", contact.id);
  assert.deepEqual(receipt, { device: "", address: "" });
  assert.match((await owner.get(`/admin/documents/${document.id}`)).page.text, /Former contact/);
  const log = (await owner.get(`${client.path}/activity`)).page.text;
  assert.match(log, /A former contact downloaded “Offer”/);
  assert.match(log, /erased a contact/);
});

test("sessions, links, second factor, login and choices are gone; the next request of a copied cookie is refused", async () => {
  assert.match((await copy.get("/")).location, /^\/sign-in/);
  for (const table of ["accounts", "factors", "sessions", "devices"]) {
    const { n } = await one(`SELECT count(*) AS n FROM ${table} WHERE ${{ accounts: "email LIKE '%zephyrine%'", factors: "account_id IS NOT NULL", sessions: "contact_id = ?1", devices: "person_id NOT IN (SELECT id FROM staff)" }[table]}${table === "sessions" ? "" : " AND ?1 = ?1"}`, contact.id);
    assert.equal(n, 0, table);
  }
  assert.deepEqual(await all("SELECT id FROM links WHERE contact_id = ?", contact.id), []);
  const row = await one("SELECT * FROM contacts WHERE id = ?", contact.id);
  assert.deepEqual(
    [row.first_name, row.last_name, row.email, row.phone, row.job_title, row.account_id, row.mail_documents, row.portal_access, row.is_primary],
    ["Former contact", "", "", "", "", null, 0, 0, 0],
  );
  assert.equal((await owner.get(`/admin/contacts/${contact.id}`)).status, 404);
  assert.equal((await owner.get(`/admin/contacts/${contact.id}/erase`)).status, 404, "twice");
  const primary = await all("SELECT email FROM contacts WHERE client_id = ? AND is_primary = 1", client.id);
  assert.deepEqual(primary, [{ email: "lena@larkspur.test" }]);
});

test("mails to her are empty, and the outbox says so", async () => {
  const mails = await all("SELECT id, state, content, sealed, subject FROM outbox WHERE contact_id = ?", contact.id);
  assert.ok(mails.length > 2);
  assert.ok(mails.every(({ state, sealed, subject }) => state !== "queued" && sealed === null && subject === ""));
  const page = await owner.get(`/admin/outbox/${mails[0].id}`);
  assert.equal(page.status, 200);
  assert.match(page.page.text, /Erased/);
  assert.equal((await owner.get("/admin/outbox")).status, 200);
});

test("the entry that tells of it has no name, and the chain holds: before and after it is sealed, and through a check", async () => {
  const entry = await one("SELECT * FROM audit WHERE action = 'contact.erased'");
  assert.deepEqual([entry.entity_id, entry.detail, entry.principal], [contact.id, "", "staff"]);
  const marked = await all("SELECT erased_by FROM audit_chain WHERE erased_by IS NOT NULL");
  assert.ok(marked.length > 8, `${marked.length} entries were marked`);
  assert.ok(marked.every(({ erased_by }) => erased_by === entry.id));
  await world.cron();
  const checked = await owner.follow(await owner.post("/admin/settings/audit/check"));
  assert.match(checked.page.all('section[aria-labelledby="chain"]')[0].text, /Intact to/);
});

test("what was blanked without an erasure on record still shows", async () => {
  await assert.rejects(() => world.db.prepare("UPDATE audit SET detail = '' WHERE detail <> ''").run(), /append-only/);
  await assert.rejects(() => world.db.prepare("UPDATE audit_chain SET what_salt = NULL WHERE what_salt IS NOT NULL").run(), /append-only/);
  await assert.rejects(() => world.db.prepare("UPDATE audit_chain SET what_salt = NULL, erased_by = (SELECT id FROM audit WHERE action = 'client.created' LIMIT 1) WHERE what_salt IS NOT NULL").run(), /append-only/);
  await assert.rejects(() => world.db.prepare("UPDATE audit SET action = 'x' WHERE id IN (SELECT audit_id FROM audit_chain WHERE erased_by IS NOT NULL)").run(), /append-only/);
});

test("the address is free: for another contact, and for the team", async () => {
  const path = `${client.path}/contacts/new`;
  const again = await owner.submit((await owner.get(path)).page.formTo(path), { first_name: "Zephyrine", email: "zephyrine@larkspur.test" }, { follow: false });
  assert.equal(again.status, 303, String(again));
  const row = await one("SELECT id, email FROM contacts WHERE email_key = 'zephyrine@larkspur.test'");
  const anew = world.user("Zephyrine anew");
  await accept(anew, await invite(owner, { ...row, client }));
  assert.equal((await anew.get("/")).status, 200);
  const taken = (await anew.get("/privacy")).page.all("table.list tbody tr").map((row) => row.text);
  assert.ok(taken.length > 0 && taken.every((row) => /Former contact/.test(row) && !/\(you\)/.test(row)), taken.join(" / "));
});

test("a login that another client needs stays, with its second factor and its sessions there", async () => {
  const [birch, elm] = [await clientRow(world, "Birch"), await clientRow(world, "Elm")];
  const [here, there] = [await contactRow(world, birch, { firstName: "Bea", lastName: "Both", email: "bea@both.test" }), await contactRow(world, elm, { firstName: "Bea", lastName: "Both", email: "bea@both.test" })];
  const bea = Object.assign(world.user("Bea"), { email: "bea@both.test" });
  await accept(bea, await invitation(owner, here));
  await bea.post(await invitation(owner, there), { choice: "link" });
  const joined = await one("SELECT account_id FROM contacts WHERE id = ?", there.id);
  assert.ok(joined.account_id, "the second client was not joined");
  const page = await owner.get(`/admin/contacts/${here.id}/erase`);
  assert.match(page.page.text, /another client/);
  await erasePerson(owner, here);
  assert.deepEqual(await one("SELECT email FROM accounts WHERE id = ?", joined.account_id), { email: "bea@both.test" });
  assert.equal((await one("SELECT account_id FROM contacts WHERE id = ?", here.id)).account_id, null);
  await world.user("Bea again").post("/sign-in", { email: bea.email, password: bea.password });
  assert.equal((await one("SELECT first_name FROM contacts WHERE id = ?", there.id)).first_name, "Bea");
});

test("who was removed before can be erased, from the list of contacts", async () => {
  const gone = await contactRow(world, client, { firstName: "Gonzo", lastName: "Goneman", email: "gonzo@larkspur.test" });
  await owner.post(`/admin/contacts/${gone.id}/remove`, {});
  const list = await owner.get(`${client.path}/contacts`);
  assert.match(list.page.text, /Removed before.*Gonzo Goneman/s);
  await erasePerson(owner, gone);
  assert.deepEqual(await whereStands(world, ["Gonzo", "Goneman"]), []);
  assert.doesNotMatch((await owner.get(`${client.path}/contacts`)).page.text, /Removed before/);
});

test("who is erased is not brought back by a page that was open meanwhile", async () => {
  const wanda = await contactRow(world, client, { firstName: "Wanda", lastName: "Wait", email: "wanda@larkspur.test" });
  const form = (await owner.get(`/admin/contacts/${wanda.id}`)).page.formTo(`/admin/contacts/${wanda.id}`);
  await erasePerson(owner, wanda);
  assert.equal((await owner.submit(form, { first_name: "Wanda" }, { follow: false })).status, 404);
  await assert.rejects(() => world.db.prepare("UPDATE contacts SET first_name = 'Wanda' WHERE id = ?").bind(wanda.id).run(), /erased/);
});
