// Time that becomes an invoice: the entries that are ticked, of one client in one currency, each at most once
// whoever presses when; and free again once the draft is deleted or the invoice void.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { sendFields } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, person } from "../harness/rows.mjs";
import { addProject, addTime, showTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, second;
before(async () => {
  owner = await setUpOwner(world);
  second = await colleague(world, owner, "member");
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const one = async (sql, ...values) => (await all(sql, ...values))[0];
const at = (client, query = "") => `/admin/clients/${client.id}/time-logs/invoice${query}`;
const formOf = async (client, { user = owner, query = "" } = {}) => {
  const page = (await user.get(at(client, query))).page;
  return page.formTo(page.all("main form[method=post]")[0].getAttribute("action"));
};
const press = async (client, changes = {}, options = {}) => (options.user ?? owner).submit(await formOf(client, options), changes, { follow: false });
const stateOf = async ({ id }) => (await one("SELECT state FROM time_entries WHERE id = ?", id)).state;
const linesOf = async (id) => JSON.parse((await one("SELECT content FROM invoice_revisions WHERE invoice_id = ?", id)).content).lines;
const idIn = (answer) => /^\/admin\/invoices\/([^/]+)$/.exec(answer.location ?? "")?.[1];

test("ticked entries become the lines of a draft, by entry or by project, and know it", async () => {
  const client = await clientRow(world);
  const project = await addProject(owner, client, { name: "Website" });
  const first = await addTime(owner, client, { what: project, day: "2026-11-02", time: "20m", description: "Call", rate: "90", currency: "EUR" });
  const next = await addTime(owner, client, { what: project, day: "2026-11-03", time: "20m", rate: "90", currency: "EUR" });
  const third = await addTime(owner, client, { what: project, day: "2026-11-04", time: "20m", rate: "90", currency: "EUR" });
  const not = await addTime(owner, client, { billable: null });
  const page = await owner.get(at(client));
  assert.equal((await page.cost()).d1, 1);
  assert.match(page.page.text, /Not billed yet\s*1:00, €90\.00/);
  const made = await press(client, { group: "project", [`entry_${third.id}`]: null });
  assert.equal(made.status, 303, made.page.text);
  assert.equal((await made.cost()).d1, 2);
  const id = idIn(made);
  assert.match((await owner.follow(made)).page.text, /0:40 of time are on this draft/);
  assert.deepEqual((await linesOf(id)).map(({ description, quantity, unit, unit_price }) => [description, quantity, unit, unit_price]), [["Website, 2 Nov 2026 to 3 Nov 2026", 6_667, "hour", 900_000]]);
  assert.equal((await one("SELECT total FROM invoices WHERE id = ?", id)).total, 6_000);
  assert.deepEqual([await stateOf(first), await stateOf(next), await stateOf(third), await stateOf(not)], ["billed", "billed", "unbilled", "not_billable"]);
  assert.match((await owner.get(first.path)).text, new RegExp(`href="/admin/invoices/${id}"`));
  assert.match((await owner.get(`/admin/clients/${client.id}/time-logs?period=all&state=billed`)).text, new RegExp(`href="/admin/invoices/${id}">Draft`));
  assert.match((await owner.get(`/admin/invoices/${id}`)).page.text, /Time on this invoice/);
  const rest = await press(client, { group: "entry" });
  assert.deepEqual((await linesOf(idIn(rest))).map(({ description, quantity }) => [description, quantity]), [["4 Nov 2026: Website", 3_333]]);
  assert.match((await owner.get(at(client))).page.text, /Nothing to bill/);
});

test("what is billed stays as it is, until its draft is deleted or its invoice void", async () => {
  const client = await clientRow(world);
  await contactRow(world, client);
  const entry = await addTime(owner, client, { rate: "90", currency: "EUR" });
  const late = await owner.get(entry.path);
  const form = late.page.formTo(entry.path);
  const gone = late.page.formTo(`${entry.path}/delete`);
  const path = `/admin/invoices/${idIn(await press(client))}`;
  for (const [sent, fields] of [[form, { time: "9h" }], [gone, {}]]) {
    const answer = await owner.submit(sent, fields, { follow: false });
    assert.match((await owner.follow(answer)).page.text, /billed and stays as it is/);
  }
  assert.deepEqual(await one("SELECT minutes, state FROM time_entries WHERE id = ?", entry.id), { minutes: 90, state: "billed" });
  await assert.rejects(world.db.prepare("UPDATE time_entries SET minutes = 1 WHERE id = ?").bind(entry.id).run(), /this time is billed/);
  await assert.rejects(world.db.prepare("DELETE FROM time_entries WHERE id = ?").bind(entry.id).run(), /this time is billed/);
  const page = (await owner.get(path)).page;
  assert.equal((await owner.submit(page.formTo(`${path}/delete`), {}, { follow: false })).status, 303);
  assert.equal(await stateOf(entry), "unbilled");
  assert.equal((await one("SELECT count(*) AS n FROM time_spent WHERE client_id = ? AND billed > 0", client.id)).n, 0);
  const again = idIn(await press(client));
  const draft = { id: again, path: `/admin/invoices/${again}` };
  assert.equal((await owner.post(`${draft.path}/send`, await sendFields(owner, draft))).status, 303);
  assert.equal(await stateOf(entry), "billed");
  assert.match((await owner.get(entry.path)).page.text, /This time is on INV-/);
  await owner.post(`${draft.path}/void`, {});
  assert.equal((await one("SELECT state FROM invoices WHERE id = ?", again)).state, "void");
  assert.equal(await stateOf(entry), "unbilled");
  assert.equal((await owner.submit((await owner.get(entry.path)).page.formTo(entry.path), { time: "9h" }, { follow: false })).status, 303);
});

test("clicks at once bill once, and the same form again leads to the same draft", async () => {
  for (let round = 0; round < 4; round++) {
    const client = await clientRow(world);
    const entries = [];
    for (let n = 0; n < 3; n++) entries.push(await addTime(owner, client, { rate: "90", currency: "EUR" }));
    const [mine, theirs] = [await formOf(client), await formOf(client, { user: second })];
    const send = (user, form) => user.clone().submit(form, {}, { follow: false });
    const answers = await Promise.all([...Array.from({ length: 4 }, () => send(owner, mine)), ...Array.from({ length: 4 }, () => send(second, theirs))]);
    assert.ok(answers.every(({ status }) => status === 303), answers.join(" / "));
    const invoices = await all("SELECT id, total FROM invoices WHERE client_id = ?", client.id);
    assert.deepEqual(invoices.map(({ total }) => total), [3 * 13_500]);
    assert.equal((await one("SELECT count(*) AS n FROM time_entries WHERE invoice_id = ?", invoices[0].id)).n, 3);
    assert.equal((await one("SELECT count(*) AS n FROM audit WHERE entity_id = ?", invoices[0].id)).n, 1);
    const first = answers.findIndex((answer) => idIn(answer) === invoices[0].id);
    assert.ok(first >= 0, answers.join(" / "));
    const winner = first < 4 ? [owner, mine] : [second, theirs];
    assert.equal(idIn(await send(...winner)), invoices[0].id, "sent again, it leads to the draft");
    const [loser, form] = winner[0] === owner ? [second, theirs] : [owner, mine];
    const lost = await send(loser, form);
    assert.match((await loser.get(lost.location)).page.text, /Nothing to bill/);
  }
});

test("an entry that was changed meanwhile is not billed as it was", async () => {
  const client = await clientRow(world);
  const entry = await addTime(owner, client, { rate: "90", currency: "EUR" });
  const form = await formOf(client);
  // In the moment between reading and writing: the batch itself refuses it.
  await world.db.prepare("CREATE TRIGGER quicker AFTER INSERT ON invoices WHEN NEW.client_id = '" + client.id + "' BEGIN UPDATE time_entries SET revision = revision + 1 WHERE id = '" + entry.id + "'; END").run();
  const lost = await owner.submit(form, {}, { follow: false });
  await world.db.prepare("DROP TRIGGER quicker").run();
  assert.match((await owner.follow(lost)).page.text, /billed or changed meanwhile/);
  assert.equal((await one("SELECT count(*) AS n FROM invoices WHERE client_id = ?", client.id)).n, 0);
  assert.equal(await stateOf(entry), "unbilled");
});

test("one client, one currency, these days; what has no rate is left out; something must be ticked", async () => {
  const [client, other] = [await clientRow(world), await clientRow(world)];
  const bare = await addTime(owner, client);
  const euro = await addTime(owner, client, { day: "2026-10-05", rate: "90", currency: "EUR" });
  const dollar = await addTime(owner, client, { day: "2026-10-06", rate: "80", currency: "USD" });
  const late = await addTime(owner, client, { day: "2026-11-06", rate: "90", currency: "EUR" });
  const theirs = await addTime(owner, other, { day: "2026-10-05", rate: "90", currency: "EUR" });
  const query = "?from=2026-10-01&to=2026-10-31";
  const page = await owner.get(at(client, query));
  assert.match(page.page.text, /Some time is in USD.*Oct 2026/s);
  assert.match((await owner.get(at(client))).page.text, /1 of the entries have no hourly rate/);
  const none = await press(client, { [`entry_${euro.id}`]: null }, { query });
  assert.equal(none.status, 422);
  assert.match(none.page.text, /tick at least one entry/);
  const odd = await press(client, { group: "week" }, { query });
  assert.equal(odd.status, 422);
  // Entries of others, of the other currency or of other days are no part of the form.
  const form = await formOf(client, { query });
  const forged = await owner.post(at(client, query), { ...Object.fromEntries(form.values), [`entry_${theirs.id}`]: "on", [`entry_${dollar.id}`]: "on" });
  assert.equal(idIn(forged), undefined);
  assert.equal(idIn(await press(client, {}, { query })) !== undefined, true);
  assert.deepEqual([await stateOf(euro), await stateOf(dollar), await stateOf(late), await stateOf(theirs), await stateOf(bare)], ["billed", "unbilled", "unbilled", "unbilled", "unbilled"]);
  const usd = idIn(await press(client, {}, { query: `${query}&currency=USD` }));
  assert.equal((await one("SELECT currency FROM invoices WHERE id = ?", usd)).currency, "USD");
  await world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(client.id).run();
  assert.match((await press(client)).page.text, /archived\. Restore it first/);
});

test("a client reads which invoice billed their time once it is sent, where Billing is on", async () => {
  await showTime(owner, "entries");
  const { client, person: lena } = await person(world, owner);
  await addTime(owner, client, { description: "Sketches", rate: "90", currency: "EUR" });
  const id = idIn(await press(client));
  assert.doesNotMatch((await lena.get("/time-logs")).text, new RegExp(`${id}|Draft`));
  const draft = { id, path: `/admin/invoices/${id}` };
  await owner.post(`${draft.path}/send`, await sendFields(owner, draft));
  assert.match((await lena.get("/time-logs")).text, new RegExp(`href="/billing/${id}">INV-`));
  const path = `${client.path}/permissions`;
  await owner.submit((await owner.get(path)).page.formTo(path), { billing: null }, { follow: false });
  assert.doesNotMatch((await lena.get("/time-logs")).text, new RegExp(`${id}|INV-`));
});
