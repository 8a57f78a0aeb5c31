// Files by the plain form while the stores fail: what arrived is said, nothing is half there, sending again
// makes nothing twice.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { htmlMistakes } from "../harness/html.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { archive, clientRow, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const MIB = 1 << 20;
const world = await World.start();
after(() => world.close());

let owner, client, list, reader;
before(async () => {
  owner = await setUpOwner(world);
  ({ person: reader } = await person(world, owner, {}));
  world.expectLog(/Network connection lost|receiving/);
});
beforeEach(async () => {
  client = await clientRow(world);
  list = `${client.path}/documents`;
});

const file = (filename, content = filename) => ["file", { filename, type: "application/octet-stream", content }];
const titles = async (of = client) => (await world.db.prepare("SELECT title FROM documents WHERE client_id = ? AND deleted_at IS NULL ORDER BY created_at, title").bind(of.id).all()).results.map(({ title }) => title);
const count = (sql) => world.db.prepare(`SELECT count(*) AS n FROM ${sql}`).first("n");
/** The hidden and preset fields of the form as the page shows it, and what is ticked. */
const fields = async (ticked = {}) => (await owner.visit(list)).page.formTo(list).fill(ticked);
const listed = (answer, id) => answer.page.all(`section[aria-labelledby=${id}] li > div`).map((line) => line.text.trim());
/** Everything in R2 belongs to a version, once the clock has gone on for a day. */
async function nothingIsLeft() {
  await world.advance(86_400_000 + 60_000);
  await world.cron();
  await world.cron();
  await world.setClock(0);
  assert.deepEqual([await count("uploads"), await count("upload_parts"), await count("doomed_blobs")], [0, 0, 0]);
  const { objects } = await world.r2.list({ prefix: "doc/" });
  const { results } = await world.db.prepare("SELECT blob FROM document_versions v JOIN documents d ON d.id = v.document_id WHERE d.deleted_at IS NULL").all();
  assert.deepEqual(objects.map(({ key }) => key).sort(), results.map(({ blob }) => blob).sort());
}

test("R2 fails at the second of three files: the page says which two arrived, and sending all again adds the one", async () => {
  const files = [file("one.txt"), file("two.txt"), file("three.txt")];
  const form = await fields({ folder: "Plans", visible: true });
  // The objects have random keys; the second put is struck by letting the first one pass.
  await world.fault({ on: "r2", op: "put", when: "stall", ms: 1 }, { on: "r2", op: "put", when: "before" });
  const answer = await owner.upload(list, [...form, ...files]);
  assert.equal(answer.status, 503, String(answer));
  assert.equal(answer.page.heading, "Not everything arrived");
  assert.deepEqual(listed(answer, "failed"), ["two.txt"]);
  assert.deepEqual(listed(answer, "arrived"), ["one", "three"]);
  assert.deepEqual(await htmlMistakes(answer.text), []);
  assert.deepEqual(await titles(), ["one", "three"]);
  const again = answer.page.formTo(list);
  assert.equal(Object.fromEntries(again.values).folder, "Plans", "what was typed stays");
  const second = await owner.upload(list, [...again.values, ...files]);
  assert.equal(second.status, 303, second.text);
  assert.deepEqual((await titles()).sort(), ["one", "three", "two"]);
  await nothingIsLeft();
});

test("a large file breaks off in R2: nothing of it is there", async () => {
  const large = file("large.bin", randomBytes(9 * MIB));
  for (const op of ["createMultipartUpload", "uploadPart", "complete"]) {
    await world.fault({ on: "r2", op, when: "before" });
    const answer = await owner.upload(list, [...await fields(), large, file("small.txt")]);
    assert.equal(answer.status, 503, `${op}: ${answer}`);
    assert.deepEqual(listed(answer, "failed"), ["large.bin"]);
  }
  assert.deepEqual([...new Set(await titles())], ["small"]);
  await nothingIsLeft();
});

test("D1 fails while the row is written, once: it is tried again, and nobody notices", async () => {
  for (const when of ["before", "after"]) {
    await world.fault({ on: "d1", op: "batch", match: "INSERT INTO documents", when });
    const answer = await owner.upload(list, [...await fields(), file(`${when}.txt`)]);
    assert.equal(answer.status, 303, answer.text);
  }
  assert.deepEqual((await titles()).sort(), ["after", "before"]);
  const { n } = await world.db.prepare("SELECT count(*) AS n FROM audit WHERE client_id = ? AND action = 'document.uploaded'").bind(client.id).first();
  assert.equal(n, 2);
  await nothingIsLeft();
});

test("D1 fails after R2 took the object: the file is named, its object is swept, sending again works", async () => {
  await world.fault({ on: "d1", op: "batch", match: "INSERT INTO documents", when: "before", times: 2 });
  const answer = await owner.upload(list, [...await fields(), file("lost.txt"), file("kept.txt")]);
  assert.equal(answer.status, 503);
  assert.deepEqual(listed(answer, "failed"), ["lost.txt"]);
  assert.deepEqual(await titles(), ["kept"]);
  const { objects } = await world.r2.list({ prefix: "doc/" });
  await nothingIsLeft();
  assert.equal((await world.r2.list({ prefix: "doc/" })).objects.length, objects.length - 1);
  const again = await owner.upload(list, [...answer.page.formTo(list).values, file("lost.txt")]);
  assert.equal(again.status, 303, again.text);
  assert.deepEqual((await titles()).sort(), ["kept", "lost"]);
});

test("the replies after the commit are lost, twice: sending the form again does not double anything", async () => {
  const { client: own, person: lena } = await person(world, owner, {});
  client = own;
  list = `${own.path}/documents`;
  const form = await fields({ visible: true, notify: true });
  await world.fault({ on: "d1", op: "batch", match: "INSERT INTO documents", when: "after", times: 2 });
  const answer = await owner.upload(list, [...form, file("once.txt")]);
  assert.equal(answer.status, 503);
  for (let n = 0; n < 2; n += 1) {
    const again = await owner.upload(list, [...form, file("once.txt")]);
    assert.equal(again.status, 303, again.text);
  }
  assert.deepEqual(await titles(), ["once"]);
  assert.equal((await world.mailbox.to(lena.email)).filter(({ subject }) => /once/.test(subject)).length, 1);
  // The same form with another file, other words, or opened anew, is meant.
  assert.equal((await owner.upload(list, [...form, file("once.txt", "other bytes")])).status, 303);
  assert.equal((await owner.upload(list, [...await fields({ title: "once" }), file("once.txt")])).status, 303);
  assert.deepEqual(await titles(), ["once", "once", "once"]);
  await nothingIsLeft();
});

test("twelve times the same form at once: one document", async () => {
  const form = await fields();
  const answers = await Promise.all(Array.from({ length: 12 }, () => owner.upload(list, [...form, file("twelve.txt")])));
  for (const answer of answers) assert.equal(answer.status, 303, answer.text);
  assert.deepEqual(await titles(), ["twelve"]);
  await nothingIsLeft();
});

test("sent again after it was deleted: said so, not taken for new nor for there", async () => {
  const form = await fields();
  assert.equal((await owner.upload(list, [...form, file("gone.txt")])).status, 303);
  const { id } = await world.db.prepare("SELECT id FROM documents WHERE client_id = ?").bind(client.id).first();
  await owner.post(`/admin/documents/${id}/delete`);
  const answer = await owner.upload(list, [...form, file("gone.txt")]);
  assert.equal(answer.status, 422);
  assert.match(answer.page.errorAt("Files"), /“gone” was deleted since\. Please open the page anew/);
  assert.deepEqual(await titles(), []);
  await nothingIsLeft();
});

test("some too large, one empty: the rest arrives and each is told why", async () => {
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(MIB).run();
  const answer = await owner.upload(list, [...await fields(), file("large.bin", Buffer.alloc(MIB + 1)), file("empty.txt", ""), file("fits.txt")]);
  assert.equal(answer.status, 422);
  const [large, empty] = listed(answer, "refused");
  assert.match(large, /^large\.bin was not taken: it is larger than 1 MB\. An owner or admin can raise the limit in Settings\.$/);
  assert.match(empty, /^empty\.txt: This file is empty/);
  assert.deepEqual(listed(answer, "arrived"), ["fits"]);
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(9 * MIB).run();
  const over = await owner.upload(list, [...await fields(), file("over.bin", Buffer.alloc(9 * MIB + 1))]);
  assert.equal(over.status, 422);
  assert.match(over.page.errorAt("Files"), /larger than 9 MB/);
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(100 * MIB).run();
  assert.deepEqual(await titles(), ["fits"]);
  await nothingIsLeft();
});

test("a form costs two round trips for one file, and gives its place back where there is none", async () => {
  const one = await owner.upload(list, [...await fields(), file("a.txt")]);
  assert.equal((await one.cost()).d1, 2);
  const none = await owner.upload(list, await fields());
  assert.equal(none.status, 422);
  assert.equal((await none.cost()).d1, 2);
  assert.equal(await count("uploads"), 0);
  // Who may not send leaves no place behind either.
  for (const user of [world.user(), reader]) assert.equal((await user.upload(list, [file("x.txt")])).status, 303);
  await archive(world, client);
  assert.equal((await owner.upload(list, [file("x.txt")])).status, 422);
  assert.equal(await count("uploads"), 0);
});
