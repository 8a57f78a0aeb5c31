// What a client sends in parts, as upload.js does: begun, resumed, completed once; nobody else's, and nothing of it is
// left to go on with once Uploads, Documents or the portal are off.
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const MIB = 1024 * 1024;
const world = await World.start();
after(() => world.close());
let owner, client, lena, jonas, other;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena" } }));
  const second = await contactRow(world, client, { firstName: "Jonas" });
  jonas = world.user("Jonas");
  await jonas.post(await invitation(owner, second), { choice: "link" });
  other = await person(world, owner);
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const count = async (table) => (await one(`SELECT count(*) AS n FROM ${table}`)).n;
const json = { accept: "application/json" };
const begin = (fields = {}, as = lena) => as.sendJson("POST", "/uploads", { file_name: "film.mov", size: 5, ...fields });
const put = (id, number, body, as = lena) => as.request("PUT", `/uploads/${id}/parts/${number}`, { body, headers: json });
const state = (id, as = lena) => as.get(`/uploads/${id}`, { headers: json });
const complete = (id, { as = lena, query = "" } = {}) => as.request("POST", `/uploads/${id}/complete${query}`, { headers: json });
const giveUp = (id, as = lena) => as.request("DELETE", `/uploads/${id}`, { headers: json });
const told = async (title) => (await world.outbox()).filter(({ kind, content }) => kind === "upload" && content.includes(title)).length;

test("a file whose line broke goes on where it stopped, and becomes a document of the client, byte for byte", async () => {
  const content = randomBytes(17 * MIB + 5);
  const begun = await begin({ size: content.length, file_name: "Shop/../film.mov" });
  assert.equal(begun.status, 201, begun.text);
  assert.equal((await begun.cost()).d1, 2);
  const { id, part_size: step } = begun.json();
  const first = await put(id, 1, content.subarray(0, step));
  assert.deepEqual([first.status, (await first.cost()).d1], [204, 2]);
  assert.match((await complete(id)).json().detail, /^2 of 3 parts are missing/);
  // The page is opened again: what is there is not sent again.
  const there = await state(id);
  assert.deepEqual(there.json(), { id, part_size: step, parts: [1] });
  for (let n = 2; n <= 3; n++) assert.equal((await put(id, n, content.subarray((n - 1) * step, n * step))).status, 204);
  const done = await complete(id);
  assert.deepEqual([done.status, done.json()], [200, { location: "/documents" }]);
  assert.equal((await done.cost()).d1, 2);
  assert.match((await lena.get("/documents")).page.text, /“film” is sent.*film.*Sent by you/s);
  const row = await one("SELECT d.id, d.client_id, d.visible, v.sent_by, v.uploaded_by, v.file_name FROM documents d JOIN document_versions v ON v.id = d.version_id WHERE d.title = 'film'");
  assert.deepEqual([row.client_id, row.visible, row.uploaded_by, row.file_name], [client.id, 1, null, "film.mov"]);
  const got = await jonas.get(`/documents/${row.id}/download`);
  assert.ok(content.equals(got.bytes), "byte for byte");
  assert.equal(await told("film"), 1);
  // A lost answer is asked for again: the same one, nothing twice.
  assert.deepEqual((await complete(id)).json(), { location: "/documents" });
  assert.deepEqual([await told("film"), await count("uploads"), await count("upload_parts")], [1, 0, 0]);
  assert.equal((await one("SELECT count(*) AS n FROM documents WHERE title = 'film'")).n, 1);
});

test("several files of one form are told of once", async () => {
  const group = (await lena.get("/documents")).page.formTo("/documents").values.find(([name]) => name === "form_key")[1];
  const mails = async () => (await world.outbox()).filter(({ kind }) => kind === "upload").length;
  const before = await mails();
  for (const name of ["a.txt", "b.txt"]) {
    const { id } = (await begin({ file_name: name, group })).json();
    await put(id, 1, "12345");
    assert.equal((await complete(id, { query: name === "b.txt" ? "?of=2" : "" })).status, 200);
  }
  assert.match((await lena.get("/documents")).page.text, /2 files are sent/);
  assert.equal(await mails(), before + 1);
});

test("an upload is its sender's alone, and gone with the right to send", async () => {
  const { id } = (await begin()).json();
  for (const stranger of [jonas, other.person]) {
    for (const answer of [await state(id, stranger), await put(id, 1, "12345", stranger), await complete(id, { as: stranger }), await giveUp(id, stranger)]) assert.equal(answer.status, 404);
  }
  assert.equal((await owner.get(`/admin/uploads/${id}`)).status, 404, "nor staff's");
  assert.equal((await put(id, 1, "12345")).status, 204);
  for (const [off, on, status] of [["modules_off = 16", "modules_off = 0", 404], ["modules_off = 8", "modules_off = 0", 404], ["portal_enabled = 0", "portal_enabled = 1", 403]]) {
    await world.db.prepare(`UPDATE clients SET ${off} WHERE id = ?`).bind(client.id).run();
    for (const answer of [await begin(), await state(id), await put(id, 1, "12345"), await complete(id)]) assert.equal(answer.status, status, off);
    await world.db.prepare(`UPDATE clients SET ${on} WHERE id = ?`).bind(client.id).run();
  }
  assert.equal((await one("SELECT count(*) AS n FROM documents WHERE version_id = ?", id)).n, 0);
  assert.equal((await complete(id)).status, 200);
  // A preview looks and sends nothing.
  await owner.post(`/admin/contacts/${(await one("SELECT id FROM contacts WHERE first_name = 'Lena'")).id}/preview`);
  assert.equal((await begin({}, owner)).status, 403);
  await owner.post("/admin/preview/exit");
});

test("what is too large, empty, unknown or a stranger's field is refused in words; what is given up is swept", async () => {
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(MIB).run();
  assert.match((await begin({ size: 2 * MIB })).json().detail, /too large/);
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(100 * MIB).run();
  assert.match((await begin({ size: 0 })).json().detail, /empty/);
  for (const field of ["visible", "title", "client_id"]) assert.equal((await begin({ [field]: "x" })).status >= 400, true, field);
  assert.equal((await state(newId())).status, 404);
  const { id } = (await begin({ size: 5 })).json();
  assert.equal((await put(id, 2, "12345")).status, 422);
  assert.equal((await put(id, 1, "123")).status, 422);
  assert.equal((await giveUp(id)).status, 204);
  assert.equal((await state(id)).status, 404);
  assert.equal((await complete(id)).status, 404);
  assert.equal(await count("uploads"), 0);
});
