// Erasing a client: only after an export and with its name typed; then nothing of it is left but what the law wants
// kept, its objects leave storage, its people never get in again, and no list shows it but that of the erased.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, addStaff, setUpOwner, signIn } from "../harness/flows.mjs";
import { eraseClient, everything, whereStands } from "../harness/erasing.mjs";
import { draftInvoice, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { payLinkTo } from "../harness/invoices.mjs";
import { startThread, writeBack } from "../harness/messages.mjs";
import { clientRow, colleague, contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { answer, file, note, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const one = async (sql, ...values) => (await all(sql, ...values))[0];
/** The client, its people, and what was written: none of it may be left. */
const WORDS = [
  "Quibblewick", "Zephyrine", "Quillfeather", "@quibblewick.test", "+1 555 7777", "9 Lantern Lane", "Likes it late", "QW-77",
  "Offer of the sign", "Sad printer", "How wide", "Rebrand the van", "Send photos", "Sketches of it", "Milestone one", "A note inside", "photo-of-it.txt", "Margins kept",
];
/** Columns of what was issued: the buyer stands on it, as it was sent. */
const ISSUED = ["invoice_revisions.parties"];

let owner, member, client, contact, zephyrine, jonas, invoice, draft, payLink, pdf, other, theirs;
before(async () => {
  owner = await setUpOwner(world);
  member = await addStaff(world, owner, { role: "member", name: "Mo Member" });
  ({ client, contact, person: zephyrine } = await person(world, owner, { client: "Quibblewick Ltd", contact: { firstName: "Zephyrine", lastName: "Quillfeather", email: "zephyrine@quibblewick.test" } }));
  await owner.submit((await owner.get(`${client.path}/edit`)).page.formTo(`${client.path}/edit`), { reference: "QW-77", email: "hello@quibblewick.test", phone: "+1 555 7777", address: "9 Lantern Lane", notes: "Likes it late" });
  const second = await contactRow(world, client, { firstName: "Jonas", email: "jonas@quibblewick.test" });
  await invitation(owner, second);
  const document = await addDocument(owner, client, { title: "Offer of the sign" });
  await addDocument(owner, client, { title: "Margins kept", visible: false });
  await zephyrine.get(`/documents/${document.id}/download`);
  await owner.upload(`/admin/documents/${document.id}/versions`, [["form_key", newId()], ["file", file("second.txt", "The second version")]]);
  await owner.sendJson("POST", `${client.path}/uploads`, { file_name: "on-its-way.bin", size: 9_000_000, title: "Offer of the sign" });
  const project = await addProject(owner, client, { name: "Rebrand the van", visible: "on", milestone_0: "Milestone one" });
  const task = await addTask(owner, client, { title: "Send photos", visible: "on", asks: "complete", project: project.id });
  await zephyrine.post(`/tasks/${task.id}/comments`, { body: "Send photos? Here." });
  await addTime(owner, client, { description: "Sketches of it", what: project });
  await addTime(owner, client, { description: "Sketches of it, billed", what: task });
  const ticket = await openTicket(zephyrine, { subject: "Sad printer", body: "It is a sad printer.", files: [file("photo-of-it.txt")] });
  await answer(owner, ticket, "We look at it.", { files: [file("answer.txt")] });
  await note(owner, ticket, "A note inside");
  const thread = await startThread(zephyrine, { subject: "How wide", body: "How wide?", files: [file("photo-of-it.txt")] });
  await writeBack(owner, thread, "Two metres.");
  invoice = await sentInvoice(owner, client);
  await recordPayment(owner, invoice, "1");
  draft = await draftInvoice(owner, client);
  ({ token: payLink } = await payLinkTo(world, invoice));
  await world.db.prepare("UPDATE time_entries SET billable = 1, rate = 10000, currency = 'EUR', invoice_id = ?1 WHERE description = 'Sketches of it, billed'").bind(invoice.id).run();
  pdf = (await owner.get(`${invoice.path}/pdf`)).bytes;
  ({ client: other, person: theirs } = await person(world, owner, { client: "Northwind" }));
  await addDocument(owner, other, { title: "Theirs" });
  await sentInvoice(owner, other);
  await world.advance(6 * 60_000);
  await world.cron();
  await world.settled();
  jonas = zephyrine.clone();
});
const erase = () => `${client.path}/erase`;
const kept = async () => ({
  invoice: await one("SELECT number, state, status, currency, total, due, paid, issued_on, due_on, sent_at FROM invoices WHERE id = ?", invoice.id),
  revisions: await all("SELECT content, parties, total, tax, issued_on FROM invoice_revisions WHERE invoice_id = ?", invoice.id),
  ledger: await all("SELECT kind, payment, amount, currency, occurred_on, method FROM ledger WHERE client_id = ?", client.id),
  balance: await all("SELECT * FROM balances WHERE client_id = ?", client.id),
  totals: await all("SELECT * FROM totals ORDER BY 1, 2, 3"),
});
let before_;

test("members cannot; without an export nobody can, and the page says what comes first", async () => {
  for (const asked of [await member.get(erase()), await member.post(erase(), { name: client.name })]) assert.equal(asked.status, 403);
  const page = await owner.get(erase());
  assert.equal((await page.cost()).d1, 1);
  assert.match(page.page.text, /Take an export first: the button that erases the client appears here once the export was taken/);
  assert.equal(page.page.all(`form[action="${erase()}"]`).length, 0);
  assert.equal((await owner.post(erase(), { name: client.name })).status, 422);
  assert.ok(await one("SELECT 1 AS there FROM clients WHERE id = ? AND erased_at IS NULL", client.id));
});

test("after an export its name has to be typed, by somebody who has just proven who they are", async () => {
  await owner.post(`${client.path}/export`, {});
  const page = await owner.get(erase());
  for (const name of ["", "quibblewick ltd", "Northwind", "Quibblewick"]) {
    const refused = await owner.submit(page.page.formTo(erase()), { name }, { follow: false });
    assert.equal(refused.status, 422, name);
    assert.match(refused.page.errorAt("Type the name of the client"), /Quibblewick Ltd/);
  }
  await world.advance(11 * 60_000);
  for (const asked of [await owner.get(erase()), await owner.post(erase(), { name: client.name })]) assert.match(asked.location ?? "", /^\/admin\/confirm/);
  await owner.submit((await owner.get("/admin/confirm")).page.form("Confirm"), { password: owner.password });
  assert.ok((await whereStands(world, WORDS)).length > 50);
});

test("where the database fails, nothing is erased", async () => {
  before_ = await kept();
  const form = (await owner.get(erase())).page.formTo(erase());
  const had = (await whereStands(world, WORDS)).length;
  world.expectLog(/D1/);
  await world.fault({ on: "d1", op: "batch", match: "DELETE FROM projects", when: "before" });
  assert.equal((await owner.submit(form, { name: client.name }, { follow: false })).status, 503);
  assert.equal((await whereStands(world, WORDS)).length, had);
});

test("erased, in two round trips: nothing of it stands anywhere but on what was issued", async () => {
  const form = (await owner.get(erase())).page.formTo(erase());
  const done = await owner.submit(form, { name: client.name }, { follow: false });
  assert.equal(done.location, "/admin/clients/erased", String(done));
  assert.ok((await done.cost()).d1 <= 2);
  await world.settled();
  assert.deepEqual(await whereStands(world, WORDS, ISSUED), []);
  // Sent once more: done already.
  assert.equal((await owner.post(erase(), { name: client.name })).location, "/admin/clients/erased");
  assert.equal((await owner.get(erase())).location, "/admin/clients/erased");
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE action = 'client.erased'")).n, 1);
});

test("what the law wants stays as it was: invoices, the buyer on them, payments, sums; the PDF to the byte", async () => {
  assert.deepEqual(await kept(), before_);
  assert.ok((await owner.get(`${invoice.path}/pdf`)).bytes.equals(pdf), "the PDF is another one");
  assert.equal((await owner.get(invoice.path)).status, 200);
  assert.equal((await owner.get(`${client.path}/billing`)).status, 200);
  assert.equal((await owner.get(`${client.path}/activity`)).status, 200);
  assert.equal((await owner.get("/admin/billing")).status, 200);
  assert.equal(await one("SELECT 1 AS there FROM invoices WHERE id = ?", draft.id), undefined, "a draft is nobody's business");
  const time = await all("SELECT description, project_id, task_id, invoice_id, minutes, rate FROM time_entries WHERE client_id = ?", client.id);
  assert.deepEqual(time, [{ description: "", project_id: null, task_id: null, invoice_id: invoice.id, minutes: 90, rate: 10000 }]);
});

test("of all else no row is left, and its objects leave storage by the clock", async () => {
  for (const table of ["documents", "uploads", "projects", "tasks", "tickets", "threads", "client_billing", "client_words", "timers"]) {
    assert.equal((await one(`SELECT count(*) AS n FROM ${table} WHERE client_id = ?`, client.id)).n, 0, table);
  }
  assert.match((await owner.get("/admin/clients/erased")).page.text, /files are still to leave storage/);
  await world.cron();
  assert.doesNotMatch((await owner.get("/admin/clients/erased")).page.text, /still to leave/);
  const named = new Set((await all("SELECT blob FROM document_versions UNION SELECT own_blob FROM invoice_revisions UNION SELECT blob FROM ticket_files UNION SELECT blob FROM message_files")).map(({ blob }) => blob));
  const left = (await world.r2.list()).objects.map(({ key }) => key).filter((key) => !named.has(key) && !/^(pdf|logo|invoice)/.test(key));
  assert.deepEqual(left, []);
});

test("its people get in nowhere: not by a session, a password, a link to sign in, an invitation, a pay link", async () => {
  assert.match((await jonas.get("/")).location, /^\/sign-in/);
  const anew = Object.assign(world.user(), { email: zephyrine.email, password: zephyrine.password });
  assert.notEqual((await anew.post("/sign-in", { email: zephyrine.email, password: zephyrine.password })).status, 303);
  const mails = (await world.mailbox.to(zephyrine.email)).length;
  await world.user().post("/sign-in/link", { email: zephyrine.email });
  assert.equal((await world.mailbox.to(zephyrine.email)).length, mails);
  assert.notEqual((await world.user().get(`/invoice/${payLink}`)).status, 200);
  assert.equal((await all("SELECT id FROM accounts WHERE email LIKE '%quibblewick%'")).length, 0);
  await assert.rejects(() => signIn(anew));
});

test("it is in no list but that of the erased, and no page of it is left but what is kept", async () => {
  for (const path of ["/admin/clients", "/admin/clients?archived=1", "/admin/clients?sort=newest", "/admin/clients?sort=portal", "/admin/clients?q=erased", "/admin/clients?archived=1&q=erased"]) {
    assert.doesNotMatch((await owner.get(path)).page.all("main table").map((table) => table.text).join(), /Erased client/, path);
  }
  const list = await owner.get("/admin/clients/erased");
  assert.equal((await list.cost()).d1, 1);
  assert.match(list.page.text, new RegExp(`Erased client ${client.id.slice(-4).toUpperCase()}`));
  const overview = await owner.get(client.path);
  assert.match(overview.page.text, /What is left is what the law asks for/);
  for (const path of ["edit", "contacts", "contacts/new", "documents", "projects", "tasks", "tickets", "messages", "permissions", "export", "invite", "time-logs"]) {
    assert.equal((await owner.get(`${client.path}/${path}`)).status, 404, path);
  }
  for (const path of ["restore", "archive", "portal", "preview", "export"]) assert.equal((await owner.post(`${client.path}/${path}`, { enabled: "on" })).status, 404, path);
  assert.equal((await member.get("/admin/clients/erased")).status, 403);
});

test("it stays erased, whoever had a page of it open", async () => {
  const id = client.id;
  for (const sql of [
    "UPDATE clients SET archived_at = NULL WHERE id = ?", "UPDATE clients SET portal_enabled = 1 WHERE id = ?", "UPDATE clients SET name = 'x' WHERE id = ?",
    "INSERT INTO contacts (id, client_id, first_name, email, email_key, created_at, updated_at) VALUES ('x', ?, 'x', 'x', 'x', 1, 1)",
    "INSERT INTO tasks (id, client_id, title, created_at, updated_at) VALUES ('x', ?, 'x', 1, 1)",
    "INSERT INTO threads (id, client_id, subject, said_at, created_at) VALUES ('x', ?, 'x', 1, 1)",
  ]) {
    await assert.rejects(() => world.db.prepare(sql).bind(id).run(), /erased/, sql);
  }
});

test("the entry that tells of it has no name, words about invoices stay, and the chain holds", async () => {
  const entry = await one("SELECT * FROM audit WHERE action = 'client.erased'");
  assert.deepEqual([entry.entity_id, entry.detail], [client.id, ""]);
  assert.match((await one("SELECT detail FROM audit WHERE action = 'invoice.sent' AND client_id = ?", client.id)).detail, /INV-/);
  await world.cron();
  const checked = await owner.follow(await owner.post("/admin/settings/audit/check"));
  assert.match(checked.page.all('section[aria-labelledby="chain"]')[0].text, /Intact to/);
});

test("another client has lost nothing", async () => {
  assert.equal((await theirs.get("/")).status, 200);
  assert.match((await theirs.get("/documents")).page.text, /Theirs/);
  const rows = await everything(world);
  assert.equal(rows.documents.length, 1);
  assert.equal(rows.document_versions.length, 1);
  assert.ok(rows.outbox.some(({ to_email, client_id }) => client_id === other.id && to_email !== ""));
  assert.ok(rows.audit.some(({ client_id, detail }) => client_id === other.id && detail !== ""));
});

test("of two who erase at once one does, and a change of the name meanwhile refuses it", async () => {
  const spare = await clientRow(world, "Spare Ltd");
  await owner.post(`${spare.path}/export`, {});
  const admin = await colleague(world, owner, "admin");
  const form = (await owner.get(`${spare.path}/erase`)).page.formTo(`${spare.path}/erase`);
  const answers = await Promise.all([owner, admin].map((who) => who.submit(form, { name: "Spare Ltd" }, { follow: false })));
  assert.ok(answers.some(({ status }) => status === 303));
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE action = 'client.erased' AND client_id = ?", spare.id)).n, 1);
  assert.equal((await eraseClient(owner, await clientRow(world, "Last Ltd"))).location, "/admin/clients/erased");
});
