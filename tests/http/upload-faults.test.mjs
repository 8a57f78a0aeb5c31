// Files by the plain form while the stores fail: what arrived is said, nothing is half there, sending again
// makes nothing twice.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { htmlMistakes } from "../harness/html.mjs";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { archive, clientRow, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const MIB = 1 << 20;
const DAY = 86_400_000;
const world = await World.start();
after(() => world.close());

let owner, client, list, reader;
before(async () => {
  owner = await setUpOwner(world);
  ({ person: reader } = await person(world, owner, {}));
  world.expectLog(/Network connection lost|receiving|new version did not arrive/);
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
const objects = async (prefix = "form/") => (await world.r2.list({ prefix })).objects.map(({ key }) => key).sort();
const sweptTo = (key) => world.db.prepare("UPDATE form_sweep SET key = ?").bind(key).run();
/** Everything in R2 belongs to a version, once the clock has gone on for the day to be over. */
async function nothingIsLeft() {
  await world.advance(3 * DAY);
  for (let before, now = ""; before !== now;) {
    before = now;
    await world.cron();
    now = await world.db.prepare("SELECT key FROM form_sweep").first("key");
  }
  await world.setClock(0);
  // The clock goes back in tests alone; the sweep never does.
  await sweptTo("form/");
  assert.deepEqual([await count("uploads"), await count("upload_parts"), await count("doomed_blobs")], [0, 0, 0]);
  const { results } = await world.db.prepare("SELECT blob FROM document_versions v JOIN documents d ON d.id = v.document_id WHERE d.deleted_at IS NULL").all();
  assert.deepEqual(await objects(), results.map(({ blob }) => blob).sort());
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

test("D1 fails after R2 took the objects: all are named, none is there, they are swept, sending again works", async () => {
  const kept = (await objects()).length;
  await world.fault({ on: "d1", op: "batch", match: "INSERT INTO documents", when: "before", times: 2 });
  const answer = await owner.upload(list, [...await fields(), file("one.txt"), file("two.txt")]);
  assert.equal(answer.status, 503);
  assert.deepEqual(listed(answer, "failed"), ["one.txt", "two.txt"]);
  assert.deepEqual(await titles(), []);
  assert.equal((await objects()).length, kept + 2);
  await nothingIsLeft();
  assert.equal((await objects()).length, kept);
  const again = await owner.upload(list, [...answer.page.formTo(list).values, file("one.txt"), file("two.txt")]);
  assert.equal(again.status, 303, again.text);
  assert.deepEqual(await titles(), ["one", "two"]);
  await nothingIsLeft();
});

test("a new version: what R2 or D1 did not take is said and swept, and sending again makes one", async () => {
  const document = await addDocument(owner, client, { title: "Contract" });
  const path = `/admin/documents/${document.id}`;
  const to = `${path}/versions`;
  const form = (await owner.visit(path)).page.formTo(to).values;
  const next = ["file", { filename: "next.bin", type: "application/octet-stream", content: randomBytes(9 * MIB) }];
  for (const fault of [{ on: "r2", op: "uploadPart", when: "before" }, { on: "r2", op: "complete", when: "after" }, { on: "d1", op: "batch", match: "INSERT INTO document_versions", when: "before", times: 2 }]) {
    await world.fault(fault);
    assert.equal((await owner.upload(to, [...form, next])).status, 503, JSON.stringify(fault));
    assert.equal(await count(`document_versions WHERE document_id = '${document.id}'`), 1);
  }
  await world.fault({ on: "d1", op: "batch", match: "INSERT INTO document_versions", when: "after", times: 2 });
  assert.equal((await owner.upload(to, [...form, next])).status, 503);
  for (let n = 0; n < 2; n += 1) {
    const again = await owner.upload(to, [...form, next]);
    assert.equal(again.status, 303, again.text);
    assert.equal((await again.cost()).d1, 2);
  }
  assert.equal(await count(`document_versions WHERE document_id = '${document.id}'`), 2);
  assert.equal(await count(`audit WHERE entity_id = '${document.id}' AND action = 'document.version_added'`), 1);
  await nothingIsLeft();
});

test("the form breaks off after its first file: nothing of it is there", async () => {
  const head = (name) => `--B\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  const before = (await objects()).length;
  for (const second of [Buffer.from("half"), randomBytes(17 * MIB)]) {
    const body = Buffer.concat([Buffer.from(`--B\r\nContent-Disposition: form-data; name="folder"\r\n\r\n\r\n${head("whole.txt")}whole\r\n${head("half.bin")}`), second]);
    const answer = await owner.request("POST", list, { body, headers: { "content-type": "multipart/form-data; boundary=B" } });
    assert.equal(answer.status, 400, answer.text);
  }
  assert.deepEqual(await titles(), []);
  assert.equal((await objects()).length, before + 2);
  await nothingIsLeft();
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

test("a form costs two round trips however many files it has, and one where there is none", async () => {
  for (const n of [1, 3, 40]) {
    const answer = await owner.upload(list, [...await fields(), ...Array.from({ length: n }, (_, i) => file(`${n}-${i}.txt`))]);
    assert.equal(answer.status, 303, answer.text);
    assert.equal((await answer.cost()).d1, 2, `${n} files`);
  }
  assert.equal(await count(`audit WHERE client_id = '${client.id}' AND action = 'document.uploaded'`), 44);
  const none = await owner.upload(list, await fields());
  assert.equal(none.status, 422);
  assert.equal((await none.cost()).d1, 1);
  // Who may not send leaves nothing behind.
  const before = (await objects()).length;
  for (const user of [world.user(), reader]) assert.equal((await user.upload(list, [file("x.txt")])).status, 303);
  await archive(world, client);
  assert.equal((await owner.upload(list, [file("x.txt")])).status, 422);
  assert.deepEqual([(await objects()).length, await count("uploads")], [before, 0]);
});

test("five hundred files arrive together, and one more is told to come after them", async () => {
  const answer = await owner.upload(list, [...await fields(), ...Array.from({ length: 501 }, (_, n) => file(`${n}.txt`))]);
  assert.equal(answer.status, 422);
  assert.deepEqual(listed(answer, "refused"), ["500.txt was not taken: 500 files can be sent at once. Please send it after them."]);
  assert.equal((await titles()).length, 500);
  assert.equal((await answer.cost()).d1, 2);
});

test("the same file twice in one form is one document", async () => {
  const answer = await owner.upload(list, [...await fields(), file("same.txt"), file("same.txt")]);
  assert.equal(answer.status, 303, answer.text);
  assert.match((await owner.follow(answer)).text, /“same” is uploaded/);
  assert.deepEqual(await titles(), ["same"]);
  await nothingIsLeft();
});

test("the sweep takes a page at a time, keeps what a version names, and leaves days alone that may still arrive", async () => {
  const day = (days) => new Date(world.now() + days * DAY).toISOString().slice(0, 10);
  await owner.upload(list, [...await fields(), file("kept.txt")]);
  const named = `form/${day(-5)}/named`;
  await world.db.prepare("UPDATE document_versions SET blob = ? WHERE file_name = 'kept.txt'").bind(named).run();
  const young = [`form/${day(-1)}/young`, `form/${day(0)}/young`];
  const old = Array.from({ length: 120 }, (_, n) => `form/${day(-5)}/a${String(n).padStart(3, "0")}`);
  const edge = `form/${day(-2)}/old`;
  for (const key of [...old, named, edge, ...young]) await world.r2.put(key, "x");
  await sweptTo("form/");
  const left = async () => (await objects()).filter((key) => old.includes(key)).length;
  await world.cron();
  assert.equal(await left(), 20);
  await world.fault({ on: "d1", op: "batch", match: "UPDATE form_sweep", when: "after" });
  world.expectLog(/^forms: /);
  await world.cron();
  assert.equal(await left(), 0);
  await world.cron();
  const there = await objects();
  assert.deepEqual([named, edge, ...young].filter((key) => there.includes(key)), [named, ...young]);
  assert.equal(await world.db.prepare("SELECT key FROM form_sweep").first("key"), edge, "what was looked at is not looked at again");
  assert.equal(await count("doomed_blobs"), 0);
});

test("a form that is overtaken by the sweep is refused, for its objects may be gone", async () => {
  const document = await addDocument(owner, client, { title: "Slow" });
  await sweptTo("form/9");
  for (const to of [list, `/admin/documents/${document.id}/versions`]) {
    const answer = await owner.upload(to, [["folder", ""], file("slow.txt")]);
    assert.equal(answer.status, 422, String(answer));
    assert.match(answer.text, /slow\.txt was not taken: .* on its way for more than a day/);
  }
  assert.deepEqual(await titles(), ["Slow"]);
  assert.equal(await count("document_versions WHERE file_name = 'slow.txt'"), 0);
  assert.equal(await count("doomed_blobs"), 2);
  await world.cron();
  assert.equal(await count("doomed_blobs"), 0);
});
