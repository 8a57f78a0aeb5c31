// Uploads in parts, as upload.js sends them: begun, resumed, completed once, cancelled, swept.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setUpOwner } from "../harness/flows.mjs";
import { archive, clientRow, colleague } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const MIB = 1 << 20;
const world = await World.start();
// Completing, refused by R2, looks once more at what there is.
world.expectCost(/^POST .*\/complete$/);
after(() => world.close());

let owner, client;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world, "Birch Ltd");
});

const count = async (table) => (await world.db.prepare(`SELECT count(*) AS n FROM ${table}`).first()).n;
const begin = (fields, { as = owner, of = client } = {}) => as.sendJson("POST", `${of.path}/uploads`, { file_name: "plan.pdf", size: 5, ...fields });
const json = { accept: "application/json" };
const put = (id, number, body, { as = owner } = {}) => as.request("PUT", `/admin/uploads/${id}/parts/${number}`, { body, headers: json });
const state = (id, as = owner) => as.get(`/admin/uploads/${id}`, { headers: json });
const complete = (id, { as = owner, query = "" } = {}) => as.request("POST", `/admin/uploads/${id}/complete${query}`, { headers: json });
const giveUp = (id, as = owner) => as.request("DELETE", `/admin/uploads/${id}`, { headers: json });
const detail = (answer) => {
  assert.match(answer.headers["content-type"], /application\/problem\+json/, String(answer));
  return answer.json().detail;
};
const documentOf = (id) => world.db.prepare("SELECT d.*, v.blob, v.size, v.file_name, v.number FROM documents d JOIN document_versions v ON v.document_id = d.id WHERE v.id = ?").bind(id).first();

async function begun(fields, options) {
  const answer = await begin(fields, options);
  assert.equal(answer.status, 201, `${answer} ${answer.text}`);
  return { ...answer.json(), answer };
}

/** Begun, with its parts sent. */
async function sent(content, fields = {}) {
  const { id, part_size: step, answer } = await begun({ size: content.length, ...fields });
  for (let n = 1, from = 0; from < content.length; n += 1, from += step) {
    const part = await put(id, n, content.subarray(from, from + step));
    assert.equal(part.status, 204, `${part} ${part.text}`);
    assert.equal((await part.cost()).d1, 2);
  }
  return { id, step, answer };
}

test("a file of three parts becomes a document with its wishes, byte for byte, in two round trips a step", async () => {
  const content = randomBytes(17 * MIB + 5);
  const { id, step, answer } = await sent(content, { file_name: "Scans/../Spring plan.pdf", title: "", folder: "Plans/2027", visible: true });
  assert.equal(step, 8 * MIB);
  assert.equal((await answer.cost()).d1, 2);
  assert.equal(await documentOf(id), null, "nothing is there before it is whole");
  const done = await complete(id);
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(done.json(), { location: `${client.path}/documents` });
  assert.equal((await done.cost()).d1, 2);
  const document = await documentOf(id);
  assert.deepEqual(
    [document.title, document.folder, document.visible, document.size, document.file_name, document.number],
    ["Spring plan", "Plans/2027", 1, content.length, "Spring plan.pdf", 1],
  );
  assert.match((await owner.get(`${client.path}/documents`)).text, /“Spring plan” is uploaded\./);
  const download = await owner.get(`/admin/documents/${document.id}/download`);
  assert.ok(content.equals(download.bytes));
  assert.equal(await count("uploads"), 0);
  assert.equal(await count("upload_parts"), 0);
  assert.equal(await count("doomed_blobs"), 0);
  const log = await world.db.prepare("SELECT action, detail, principal_name FROM audit WHERE entity_id = ?").bind(document.id).first();
  assert.deepEqual(log, { action: "document.uploaded", detail: "Spring plan", principal_name: "Olive Owner" });
});

test("completing again, also twelve at once, answers with the one document", async () => {
  const { id } = await sent(Buffer.from("once!"));
  const before = await count("documents");
  const answers = await Promise.all(Array.from({ length: 12 }, () => complete(id)));
  for (const answer of [...answers, await complete(id)]) {
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json(), { location: `${client.path}/documents` });
  }
  assert.equal(await count("documents"), before + 1);
  assert.equal(await count("doomed_blobs"), 0);
  const { blob } = await documentOf(id);
  assert.equal(await (await world.r2.get(blob)).text(), "once!");
});

test("a part may arrive twice and the last one counts; what is there is told for going on", async () => {
  const { id, parts } = await begun({ size: 8 * MIB + 3 });
  assert.deepEqual(parts, []);
  assert.equal((await put(id, 2, "old")).status, 204);
  assert.equal((await put(id, 2, "new")).status, 204);
  const there = await state(id);
  assert.deepEqual(there.json(), { id, part_size: 8 * MIB, parts: [2] });
  assert.equal((await there.cost()).d1, 1);
  const early = await complete(id);
  assert.equal(early.status, 422);
  assert.match(detail(early), /^1 of 2 parts are missing/);
  assert.equal((await put(id, 1, Buffer.alloc(8 * MIB))).status, 204);
  assert.equal((await complete(id)).status, 200);
  const { blob } = await documentOf(id);
  assert.equal(await (await world.r2.get(blob, { range: { suffix: 3 } })).text(), "new");
});

test("parts of another size or number are refused in words", async () => {
  const { id } = await begun({ size: 10 });
  for (const [number, body, status, words] of [
    [1, "short", 422, /Part 1 arrived with 5 bytes instead of 10/],
    [1, "much too long", 422, /instead of 10/],
    [1, undefined, 422, /arrived with 0 bytes/],
    [0, "0123456789", 422, /does not belong/],
    [2, "0123456789", 422, /does not belong/],
    ["70000", "0123456789", 422, /does not belong/],
    ["x", "0123456789", 404, /./],
    ["-1", "0123456789", 404, /./],
    ["99999999999999999999", "0123456789", 404, /./],
  ]) {
    const answer = await put(id, number, body);
    assert.equal(answer.status, status, `${number}: ${answer}`);
    assert.match(detail(answer), words);
  }
  assert.deepEqual((await state(id)).json().parts, []);
});

test("what a script says of a file is read strictly and refused in words", async () => {
  const before = await count("uploads");
  for (const [fields, status, words] of [
    [{ size: 0 }, 422, /empty/],
    [{ size: -1 }, 400, /-1/],
    [{ size: 1.5 }, 400, /1\.5/],
    [{ size: "5" }, 400, /string/],
    [{ size: 2 ** 60 }, 422, /too large/],
    [{ size: 101 * MIB }, 422, /it has 101 MB, and up to 100 MB are possible\. An owner or admin can raise the limit in Settings\./],
    [{ client_id: "x" }, 400, /unknown field `client_id`/],
    [{ status: "done" }, 400, /unknown field/],
    [{ file_name: null }, 400, /null/],
    [{ title: "x".repeat(201) }, 422, /shorten the title/],
    [{ title: "x".repeat(2 * MIB) }, 422, /shorten the title/],
    [{ title: "a\0b" }, 422, /hidden character/],
    [{ title: "a\nb" }, 422, /one line/],
    [{ folder: "a/../b" }, 422, /folder/],
    [{ visible: "on" }, 400, /visible|boolean/],
  ]) {
    const answer = await begin(fields);
    assert.equal(answer.status, status, `${JSON.stringify(fields).slice(0, 60)}: ${answer} ${answer.text.slice(0, 200)}`);
    assert.match(detail(answer), words);
  }
  for (const body of ["", "{", "[]", "null", '{"file_name":"a","size":1,"size":2}', Buffer.from([0xff, 0xfe]), '{"size":1}']) {
    const answer = await owner.request("POST", `${client.path}/uploads`, { body, headers: { "content-type": "application/json" } });
    assert.equal(answer.status, 400, `${body}: ${answer}`);
  }
  assert.equal((await owner.post(`${client.path}/uploads`, { file_name: "a", size: "1" })).status, 400);
  assert.equal((await begin({}, { of: { path: "/admin/clients/01890000-0000-7000-8000-000000000000" } })).status, 404);
  assert.equal(await count("uploads"), before);
});

test("the limit is the setting's", async () => {
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(200 * MIB).run();
  const { id } = await begun({ size: 101 * MIB });
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(100 * MIB).run();
  assert.equal((await giveUp(id)).status, 204);
});

test("names that would do harm are cleaned", async () => {
  for (const [file_name, name] of [
    ["../../etc/passwd", "passwd"], ['a"b\r\n.pdf', "a_b.pdf"], ["\u202Efdp.exe", "fdp.exe"], ["", "file"], ["C:\\x\\y.txt", "y.txt"],
  ]) {
    const { id } = await sent(Buffer.from("x"), { file_name });
    await complete(id);
    assert.equal((await documentOf(id)).file_name, name);
  }
  const { id } = await sent(Buffer.from("x"), { file_name: `${"n".repeat(300)}.html`, title: "Long" });
  await complete(id);
  const document = await documentOf(id);
  assert.match(document.file_name, /^n{175}\.html$/);
  const download = await owner.get(`/admin/documents/${document.id}/download`);
  assert.equal(download.headers["content-type"], "application/octet-stream");
});

test("an upload is its beginner's alone", async () => {
  const member = await colleague(world, owner, "member");
  const { id } = await begun({});
  for (const answer of [await state(id, member), await put(id, 1, "12345", { as: member }), await complete(id, { as: member }), await giveUp(id, member)]) {
    assert.equal(answer.status, 404, String(answer));
  }
  assert.equal((await put(id, 1, "12345")).status, 204);
  assert.equal((await complete(id)).status, 200);
  assert.equal((await complete(id, { as: member })).status, 404);
});

test("cancelled: gone at once, and out of R2 with the next run of the clock", async () => {
  const { id } = await begun({ size: 8 * MIB + 3 });
  await put(id, 2, "end");
  const row = await world.db.prepare("SELECT blob, multipart_id FROM uploads WHERE id = ?").bind(id).first();
  const answer = await giveUp(id);
  assert.equal(answer.status, 204);
  assert.equal((await answer.cost()).d1, 2);
  for (const gone of [await state(id), await put(id, 2, "end"), await complete(id), await giveUp(id)]) assert.equal(gone.status, 404, String(gone));
  await world.cron();
  assert.equal(await count("doomed_blobs"), 0);
  await assert.rejects(world.r2.resumeMultipartUpload(row.blob, row.multipart_id).uploadPart(2, "end"), /10024/);
});

test("what nobody goes on with for a day is swept, and not a minute before", async () => {
  const { id } = await begun({ size: 8 * MIB + 3 });
  const row = await world.db.prepare("SELECT blob, multipart_id FROM uploads WHERE id = ?").bind(id).first();
  await world.db.prepare("UPDATE uploads SET touched_at = ? WHERE id = ?").bind(world.now() - 23 * 3_600_000, id).run();
  await world.cron();
  assert.equal((await put(id, 2, "end")).status, 204, "a part puts the sweep off");
  await world.db.prepare("UPDATE uploads SET touched_at = ? WHERE id = ?").bind(world.now() - 86_400_001, id).run();
  await world.cron();
  assert.equal((await state(id)).status, 404);
  assert.equal(await count("upload_parts"), 0);
  assert.equal(await count("doomed_blobs"), 0);
  await assert.rejects(world.r2.resumeMultipartUpload(row.blob, row.multipart_id).uploadPart(2, "end"), /10024/);
});

test("an archived client takes none, whenever it was archived", async () => {
  const gone = await clientRow(world);
  const { id } = await begun({}, { of: gone });
  await put(id, 1, "12345");
  await archive(world, gone);
  const late = await complete(id);
  assert.equal(late.status, 422);
  assert.match(detail(late), /archived/);
  assert.match(detail(await begin({}, { of: gone })), /archived/);
  assert.equal(await documentOf(id), null);
});

test("R2 fails at a part, at joining, or D1 before or after the commit: trying again makes one document", async () => {
  const before = await count("documents");
  for (const fault of [
    { on: "r2", op: "uploadPart", when: "before" },
    { on: "r2", op: "uploadPart", when: "after" },
    { on: "r2", op: "complete", when: "before" },
    { on: "r2", op: "complete", when: "after" },
    { on: "d1", op: "batch", match: "INSERT INTO document_versions", when: "before", times: 2 },
    { on: "d1", op: "batch", match: "INSERT INTO document_versions", when: "after", times: 2 },
  ]) {
    const { id } = await begun({ title: `${fault.on} ${fault.op} ${fault.when}` });
    await world.fault(fault);
    world.expectLog(/Network connection lost/);
    const first = [await put(id, 1, "12345"), await complete(id)];
    const failed = first.filter(({ status }) => status === 503);
    assert.ok(failed.length >= 1, `${JSON.stringify(fault)} struck nowhere: ${first}`);
    assert.match(detail(failed[0]), /Please try again/);
    await put(id, 1, "12345");
    const done = await complete(id);
    assert.equal(done.status, 200, `${JSON.stringify(fault)}: ${done.text}`);
    const { blob } = await documentOf(id);
    assert.equal(await (await world.r2.get(blob)).text(), "12345");
  }
  assert.equal(await count("documents"), before + 6);
  assert.equal(await count("doomed_blobs"), 0);
});

test("parts that R2 no longer knows are asked for again", async () => {
  const { id } = await sent(Buffer.from("12345"));
  await world.db.prepare("UPDATE upload_parts SET etag = 'another' WHERE upload_id = ?").bind(id).run();
  const unfit = await complete(id);
  assert.equal(unfit.status, 422);
  assert.match(detail(unfit), /send the file again/);
  assert.deepEqual((await state(id)).json().parts, []);
  await put(id, 1, "12345");
  assert.equal((await complete(id)).status, 200);
  const old = await sent(Buffer.from("12345"));
  const row = await world.db.prepare("SELECT blob, multipart_id FROM uploads WHERE id = ?").bind(old.id).first();
  await world.r2.resumeMultipartUpload(row.blob, row.multipart_id).abort();
  assert.match(detail(await complete(old.id)), /too old/);
  assert.equal((await state(old.id)).status, 404);
});

test("a session that ended is told so in JSON", async () => {
  const answer = await begin({}, { as: world.user() });
  assert.equal(answer.status, 401);
  assert.match(answer.headers["content-type"], /problem\+json/);
});

test("the last of many says how many there are", async () => {
  const { id } = await sent(Buffer.from("x"));
  await complete(id, { query: "?of=3" });
  assert.match((await owner.get(`${client.path}/documents`)).text, /3 documents are uploaded\./);
});
