// Export: all that is kept of a client, for staff, and what one may see oneself: a ZIP that other programs read,
// with nothing in it that the person may not see.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordPayment, sentInvoice } from "../harness/billing.mjs";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { startThread } from "../harness/messages.mjs";
import { cpuOf, workerds } from "../harness/processes.mjs";
import { colleague, newId, person } from "../harness/rows.mjs";
import { answer, file, note, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime, showTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const folder = mkdtempSync(join(tmpdir(), "portico-export-"));
after(() => rmSync(folder, { recursive: true, force: true }));

let owner, member, client, contact, lena, other, foreign;
const TEXT = "Words of the client, \"quoted\"\nand a second line with ümlauts 👍";

before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  ({ client, contact, person: lena } = await person(world, owner, { client: "Larkspur & Söhne", contact: { firstName: "Lena", lastName: "Lark" } }));
  ({ person: other, client: foreign } = await person(world, owner, { client: "Somebody else" }));
  await showTime(owner, "entries");
  await addDocument(owner, client, { title: "Offer", folder: "Plans", file: file("Offer: «final».txt", "The offer.") });
  await addDocument(owner, client, { title: "Margins", visible: false, file: file("margins.txt", "INTERNAL-MARGINS") });
  const project = await addProject(owner, client, { name: "Rebrand", visible: "on", milestone_0: "Logo" });
  await addProject(owner, client, { name: "INTERNAL-IDEA" });
  await addTask(owner, client, { title: "Approve", visible: "on", project: project.id });
  await addTime(owner, client, { description: "Sketches", what: project });
  await sentInvoice(owner, client);
  const ticket = await openTicket(lena, { subject: "Help", body: TEXT, files: [file("shot.txt", "A screenshot.")] });
  await note(owner, ticket, "INTERNAL-NOTE", { files: [file("internal.txt", "INTERNAL-FILE")] });
  await answer(owner, ticket, "We look at it.");
  await startThread(lena, { subject: "Plan", body: TEXT });
  await startThread(other, { subject: "FOREIGN", body: "FOREIGN" });
  await addDocument(owner, foreign, { title: "FOREIGN", file: file("foreign.txt", "FOREIGN") });
});

/** Unpacks what was sent, by a program that is not ours; gives { json: { name: … }, files: { name: text }, all }. */
function opened(sent) {
  assert.equal(sent.status, 200, String(sent));
  assert.equal(sent.headers["content-type"], "application/zip");
  const [zip, to] = [join(folder, `${newId()}.zip`), mkdtempSync(join(folder, "out-"))];
  writeFileSync(zip, sent.bytes);
  const script = "import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nz.extractall(sys.argv[2])";
  const done = spawnSync("python3", ["-c", script, zip, to], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  const names = readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const json = {}, files = {};
  for (const { parentPath, name } of names) {
    const path = join(parentPath, name).slice(to.length + 1);
    const text = readFileSync(join(to, path), "utf8");
    if (path.endsWith(".json")) json[path.slice(0, -5)] = JSON.parse(text);
    else files[path] = text;
  }
  return { json, files, all: names.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8")).join("\n") };
}
const take = async (user, path) => user.submit((await user.get(path)).page.formTo(path), {}, { follow: false });

test("staff take all that is kept of a client, internal notes too, and nothing of another", async () => {
  const sent = await take(owner, `${client.path}/export`);
  assert.match(sent.headers["content-disposition"], /filename\*=UTF-8''Larkspur%20&%20S%C3%B6hne%20\d{4}-\d\d-\d\d\.zip/);
  const { json, files, all } = opened(sent);
  assert.equal(json.client[0].name, "Larkspur & Söhne");
  assert.equal(json.about.format, "portico export 1");
  for (const part of ["contacts", "documents", "versions", "projects", "milestones", "tasks", "time", "invoices", "invoice_revisions", "tickets", "ticket_messages", "conversations", "messages", "mails", "activity"]) {
    assert.ok(json[part]?.length > 0, `expected rows in ${part}.json`);
  }
  assert.equal(json.messages[0].body, TEXT.replace(/\n/g, "\n"));
  assert.deepEqual(Object.values(files).sort(), ["A screenshot.", "INTERNAL-FILE", "INTERNAL-MARGINS", "The offer."]);
  for (const { path } of json.files) assert.ok(files[path] !== undefined, `files.json names ${path}`);
  assert.match(all, /INTERNAL-NOTE/);
  assert.doesNotMatch(all, /FOREIGN|argon2|token_hash/);
  assert.equal((await world.db.prepare("SELECT exported_at IS NOT NULL AS noted FROM clients WHERE id = ?").bind(client.id).first()).noted, 1);
  const entry = await world.db.prepare("SELECT principal, detail FROM audit WHERE action = 'client.exported'").first();
  assert.deepEqual(entry, { principal: "staff", detail: "Larkspur & Söhne" });
});

test("a person of the client takes what they may see: nothing internal, nothing of modules that are off", async () => {
  const { json, files, all } = opened(await take(lena, "/profile/export"));
  assert.equal(json.me[0].email, lena.email);
  assert.deepEqual(json.projects.map(({ name }) => name), ["Rebrand"]);
  assert.deepEqual(json.documents.map(({ title }) => title), ["Offer"]);
  assert.equal(json.ticket_messages.length, 2);
  assert.equal(json.time[0].description, "Sketches");
  assert.equal(json.invoices.length, 1);
  assert.deepEqual(Object.values(files).sort(), ["A screenshot.", "The offer."]);
  assert.doesNotMatch(all, /INTERNAL|FOREIGN|notes|password|priority/);
  const { results } = await world.db.prepare("SELECT r.id, d.title FROM receipts r JOIN documents d ON d.id = r.document_id").all();
  assert.deepEqual(results.map(({ title }) => title), ["Offer"], "expected a receipt of what went along");
  assert.match(results[0].id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM audit WHERE action = 'profile.exported' AND principal_id = ?").bind(contact.id).first()).n, 1);
  await world.db.prepare("UPDATE clients SET modules_off = 128 | 4 | 32 WHERE id = ?").bind(client.id).run();
  const less = opened(await take(lena, "/profile/export"));
  for (const part of ["tickets", "ticket_messages", "time", "invoices", "payments"]) assert.equal(less.json[part], undefined, `${part} is off`);
  assert.deepEqual(Object.values(less.files), ["The offer."]);
  const page = await lena.get("/profile/export");
  assert.equal((await page.cost()).d1, 1);
  assert.doesNotMatch(page.text, /Support Tickets/);
  await world.db.prepare("UPDATE clients SET modules_off = 0 WHERE id = ?").bind(client.id).run();
});

/** The table of each part that shows rows of one; in the others rows of several stand together. */
const TABLES = {
  contacts: "contacts", documents: "documents", versions: "document_versions", projects: "projects", tasks: "tasks", time: "time_entries",
  invoices: "invoices", invoice_revisions: "invoice_revisions", payments: "ledger", tickets: "tickets", ticket_messages: "ticket_messages",
  conversations: "threads", messages: "messages", mails: "outbox", activity: "audit",
};
/** Where a name stands for an id. */
const NAMED = new Set(["uploaded_by"]);

test("what stands in it is what is kept, to the last column, and money with the invoices it is for", async () => {
  const paid = await sentInvoice(owner, client);
  await recordPayment(owner, paid, "10");
  const { json } = opened(await take(owner, `${client.path}/export`));
  for (const [part, table] of Object.entries(TABLES)) {
    assert.ok(json[part]?.length > 0, `${part} is there`);
    for (const row of json[part]) {
      const kept = await world.db.prepare(`SELECT * FROM ${table} WHERE id = ?`).bind(row.id).first();
      for (const [column, value] of Object.entries(row)) if (column in kept && !NAMED.has(column)) assert.deepEqual(typeof value === "object" && value ? JSON.stringify(value) : value, kept[column], `${part}.${column}`);
    }
  }
  const [money] = json.payments;
  assert.deepEqual([money.kind, money.amount, money.currency], ["payment", 1_000, "EUR"]);
  assert.deepEqual(typeof money.invoices === "string" ? JSON.parse(money.invoices) : money.invoices, [{ invoice: paid.id, amount: 1_000 }]);
});

test("it wants a fresh proof of who one is, and the role", async () => {
  assert.equal((await member.get(`${client.path}/export`)).status, 403);
  await world.advance(11 * 60_000);
  for (const [user, path, confirm] of [[owner, `${client.path}/export`, "/admin/confirm"], [lena, "/profile/export", "/confirm"]]) {
    for (const asked of [await user.get(path), await user.post(path, {})]) {
      assert.equal(asked.status, 303, String(asked));
      assert.ok(asked.location.startsWith(confirm), asked.location);
    }
  }
  for (const [user, confirm] of [[owner, "/admin/confirm"], [lena, "/confirm"]]) await user.submit((await user.get(confirm)).page.form("Confirm"), { password: user.password });
});

test("more rows than a page, each once", async () => {
  await world.db.prepare("WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1203) INSERT INTO tasks (id, client_id, title, created_at, updated_at) SELECT printf('01890000-0000-7000-8000-%012d', i * 7919 % 1205), ?, 'Task ' || i, 1, 1 FROM n").bind(client.id).run();
  const { json } = opened(await take(owner, `${client.path}/export`));
  const ids = json.tasks.map(({ id }) => id);
  assert.equal(ids.length, 1204);
  assert.equal(new Set(ids).size, ids.length);
});

test("a file that is gone is listed without a path; one that breaks off ends the download", async () => {
  const { blob } = await world.db.prepare("SELECT blob FROM document_versions WHERE file_name = 'margins.txt'").first();
  await world.r2.delete(blob);
  const { json, files } = opened(await take(owner, `${client.path}/export`));
  assert.equal(json.files.filter(({ path }) => path === null).length, 1);
  assert.ok(!Object.values(files).includes("INTERNAL-MARGINS"));
  world.expectLog(/broke off/);
  await world.fault({ on: "r2", op: "get", when: "midstream" });
  const broken = await take(owner, `${client.path}/export`).catch((error) => error);
  assert.ok(broken instanceof Error || spawnSync("python3", ["-c", "import sys, zipfile, io\nzipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))"], { input: broken.bytes }).status !== 0, "a part was taken for the whole");
});

test("files are read in large pieces: a MiB costs a few milliseconds of computing, not thirty", async () => {
  const cpu = () => workerds().reduce((sum, pid) => sum + cpuOf(pid), 0);
  const [size, bytes] = [32, Buffer.alloc(32 << 20, "0123456789abcdef")];
  await addDocument(owner, foreign, { title: "Large", file: file("large.bin", "small yet") });
  const { id, blob } = await world.db.prepare("SELECT id, blob FROM document_versions WHERE file_name = 'large.bin'").first();
  await world.r2.put(blob, bytes);
  await world.db.prepare("UPDATE document_versions SET size = ? WHERE id = ?").bind(bytes.length, id).run();
  const before = cpu();
  const sent = await owner.post(`${foreign.path}/export`);
  const each = (cpu() - before) / size;
  assert.ok(sent.bytes.includes(bytes), "the file is in it, byte for byte");
  console.log(`an export costs ${each.toFixed(1)} ms a MiB`);
  assert.ok(each < 15, `${each} ms a MiB`);
});

test("a preview shows the page and takes nothing", async () => {
  await owner.follow(await owner.post(`/admin/contacts/${contact.id}/preview`, {}));
  assert.equal((await owner.get("/profile/export")).status, 200);
  const before = await world.db.prepare("SELECT (SELECT count(*) FROM receipts) AS receipts, (SELECT count(*) FROM audit WHERE action LIKE '%exported') AS notes").first();
  assert.equal((await owner.post("/profile/export", {})).status, 403);
  assert.deepEqual(await world.db.prepare("SELECT (SELECT count(*) FROM receipts) AS receipts, (SELECT count(*) FROM audit WHERE action LIKE '%exported') AS notes").first(), before);
});
