// Documents: uploaded by the plain form, shown, downloaded with a receipt, hidden, deleted.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { addDocument, setUpOwner, signIn } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

const client = { id: "01890000-0000-7000-8000-0000000000c1", name: "Birch Ltd" };
client.path = `/admin/clients/${client.id}`;
const list = `${client.path}/documents`;
let owner;

before(async () => {
  owner = await setUpOwner(world);
  await world.db.prepare("INSERT INTO clients (id, name, name_key, created_at, updated_at) VALUES (?, ?, ?, 1, 1)")
    .bind(client.id, client.name, client.name.toLowerCase()).run();
});

const count = async (table) => (await world.db.prepare(`SELECT count(*) AS n FROM ${table}`).first()).n;
const note = (content, filename = "note.txt") => ({ filename, type: "text/plain", content });

test("the list of a client is one round trip to D1, and one of nobody's is not there", async () => {
  const page = await owner.get(list);
  assert.equal(page.status, 200, String(page));
  assert.equal((await page.cost()).d1, 1);
  assert.equal((await owner.get(list.replace(/1(?=\/documents$)/, "2"))).status, 404);
});

test("an uploaded file is a document, internal unless said otherwise, named after its file", async () => {
  const document = await addDocument(owner, client, { file: note("A note.", "Plan for 2027.txt"), visible: false, folder: "Plans/2027" });
  assert.equal(document.title, "Plan for 2027");
  assert.equal(document.folder, "Plans/2027");
  assert.equal(document.visible, 0);
  assert.equal(document.published_at, null);
  assert.equal(await count("uploads"), 0);
  const entry = await world.db.prepare("SELECT action, detail FROM audit WHERE entity_id = ?").bind(document.id).first();
  assert.deepEqual(entry, { action: "document.uploaded", detail: "Plan for 2027" });
});

test("several files at once, the typed title numbered, visible at once", async () => {
  const before = await count("documents");
  const answer = await owner.upload(list, [
    ["title", "Offer"], ["folder", ""], ["visible", "on"], ["file", note("one", "a.txt")], ["file", note("two", "b.txt")],
  ]);
  assert.equal(answer.status, 303, String(answer));
  assert.equal(await count("documents"), before + 2);
  const { results } = await world.db.prepare("SELECT title, visible FROM documents WHERE title LIKE 'Offer%' ORDER BY title").all();
  assert.deepEqual(results, [{ title: "Offer", visible: 1 }, { title: "Offer (2)", visible: 1 }]);
});

test("what is wrong is said at its field, and nothing is kept", async () => {
  const before = await count("documents");
  for (const [fields, field] of [
    [[["title", "x"], ["folder", ""]], "file"],
    [[["title", ""], ["folder", ""], ["file", note("", "empty.txt")]], "file"],
    [[["title", "x".repeat(201)], ["folder", ""], ["file", note("fine")]], "title"],
    [[["title", ""], ["folder", "a/../b"], ["file", note("fine")]], "folder"],
  ]) {
    const answer = await owner.upload(list, fields);
    assert.equal(answer.status, 422, `${field}: ${answer}`);
    assert.match(answer.text, new RegExp(`id="e-${field}"`));
  }
  await world.db.prepare("UPDATE business SET upload_limit = 1048576").run();
  const large = await owner.upload(list, [["folder", ""], ["file", note(Buffer.alloc((1 << 20) + 1), "large.bin")]]);
  await world.db.prepare("UPDATE business SET upload_limit = 104857600").run();
  assert.equal(large.status, 422, String(large));
  assert.match(large.text, /larger than 1 MB/);
  assert.equal(await count("documents"), before);
  assert.equal(await count("uploads"), 0);
});

test("a file of several parts comes back byte for byte, whole and in ranges", async () => {
  const content = randomBytes((17 << 20) + 5);
  const document = await addDocument(owner, client, { file: { filename: "big.bin", type: "application/octet-stream", content } });
  const path = `/admin/documents/${document.id}/download`;
  const whole = await owner.get(path);
  assert.equal(whole.status, 200, String(whole));
  assert.ok(content.equals(whole.bytes));
  const part = await owner.get(path, { headers: { range: "bytes=8388600-8388617" } });
  assert.equal(part.status, 206);
  assert.equal(part.headers["content-range"], `bytes 8388600-8388617/${content.length}`);
  assert.ok(content.subarray(8388600, 8388618).equals(part.bytes));
  assert.equal((await owner.get(path, { headers: { range: `bytes=${content.length}-` } })).status, 416);
});

test("a download is an attachment that runs nothing and is asked about each time", async () => {
  const document = await addDocument(owner, client, { file: { filename: "Übersicht.html", type: "text/html", content: "<script>alert(1)</script>" } });
  const path = `/admin/documents/${document.id}/download`;
  const answer = await owner.get(path);
  assert.equal(answer.text, "<script>alert(1)</script>");
  assert.equal(answer.headers["content-type"], "application/octet-stream");
  assert.match(answer.headers["content-disposition"], /^attachment; .*filename\*=UTF-8''%C3%9Cbersicht\.html$/);
  assert.match(answer.headers["content-security-policy"], /sandbox/);
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.equal(answer.headers["cache-control"], "private, no-cache");
  assert.equal((await answer.cost()).d1, 1);
  const again = await owner.get(path, { headers: { "if-none-match": answer.headers.etag } });
  assert.equal(again.status, 304);
  const head = await owner.head(path);
  assert.equal(head.status, 200);
  assert.equal(head.bytes.length, 0);
});

test("a document is shown, hidden and deleted from the list", async () => {
  const document = await addDocument(owner, client, { visible: false });
  const row = () => world.db.prepare("SELECT visible, published_at, deleted_at FROM documents WHERE id = ?").bind(document.id).first();
  const path = `/admin/documents/${document.id}`;
  const shown = await owner.post(`${path}/visible`, { visible: "on" });
  assert.equal(shown.location, list);
  assert.ok((await shown.cost()).d1 <= 2);
  assert.equal((await row()).visible, 1);
  assert.ok((await row()).published_at > 0);
  await owner.post(`${path}/visible`);
  assert.equal((await row()).visible, 0);
  const deleted = await owner.submit((await owner.visit(`${path}/delete`)).page.formTo(`${path}/delete`));
  assert.equal(deleted.status, 200, String(deleted));
  assert.ok((await row()).deleted_at > 0);
  assert.equal((await owner.get(`${path}/download`)).status, 404);
  const doomed = await world.db.prepare("SELECT count(*) AS n FROM doomed_blobs b JOIN document_versions v ON v.blob = b.blob WHERE v.document_id = ?")
    .bind(document.id).first();
  assert.equal(doomed.n, 1);
});

test("the clock takes deleted documents and uploads that were given up out of R2", async () => {
  const left = "01890000-0000-7000-8000-0000000000d1";
  const given = await world.r2.createMultipartUpload("doc/given-up");
  await given.uploadPart(1, "half a file");
  await world.db.prepare("INSERT INTO uploads (id, client_id, blob, multipart_id, file_name, content_type, size, created_by, created_at, touched_at) SELECT ?, ?, 'doc/given-up', ?, 'x', 'text/plain', 0, id, 1, 1 FROM staff LIMIT 1")
    .bind(left, client.id, given.uploadId).run();
  const { results } = await world.db.prepare("SELECT blob FROM doomed_blobs").all();
  const there = await Promise.all(results.map(({ blob }) => world.r2.head(blob)));
  assert.ok(there.some((object) => object !== null), "an object of a deleted document waits for the sweep");
  await world.cron();
  for (const { blob } of results) assert.equal(await world.r2.head(blob), null);
  assert.equal(await count("doomed_blobs"), 0);
  assert.equal(await count("uploads"), 0);
  const { blob } = await world.db.prepare("SELECT v.blob FROM document_versions v JOIN documents d ON d.version_id = v.id WHERE d.deleted_at IS NULL LIMIT 1").first();
  assert.ok(await world.r2.head(blob), "documents that are there keep their objects");
});

/** Somebody of the client who is signed in: the account takes the owner's password. */
async function person() {
  const account = "01890000-0000-7000-8000-0000000000a1";
  const contact = "01890000-0000-7000-8000-0000000000b1";
  const email = "cara@birch.test";
  await world.db.batch([
    world.db.prepare("UPDATE clients SET portal_enabled = 1 WHERE id = ?").bind(client.id),
    world.db.prepare("INSERT INTO accounts (id, email, email_key, password_hash, created_at, updated_at) SELECT ?, ?, ?, password_hash, 1, 1 FROM staff LIMIT 1")
      .bind(account, email, email),
    world.db.prepare("INSERT INTO contacts (id, client_id, account_id, first_name, last_name, email, email_key, created_at, updated_at, accepted_at) VALUES (?, ?, ?, 'Cara', 'Birch', ?, ?, 1, 1, 1)")
      .bind(contact, client.id, account, email, email),
  ]);
  const user = Object.assign(world.user("Cara"), { email, password: owner.password });
  await signIn(user);
  return user;
}

test("a client sees and downloads what is visible, and leaves a receipt", async () => {
  const cara = await person();
  const document = await addDocument(owner, client, { file: note("For you.", "For you.txt") });
  const hidden = await addDocument(owner, client, { file: note("Not for you.", "Internal.txt"), visible: false });
  const page = await cara.get("/documents");
  assert.equal(page.status, 200, String(page));
  assert.equal((await page.cost()).d1, 1);
  assert.match(page.text, /For you/);
  assert.doesNotMatch(page.text, /Internal/);
  const path = `/documents/${document.id}/download`;
  const receipts = () => world.db.prepare("SELECT count(*) AS n FROM receipts WHERE document_id = ?").bind(document.id).first("n");
  assert.equal((await cara.head(path)).status, 200);
  assert.equal(await receipts(), 0);
  const answer = await cara.get(path);
  assert.equal(answer.text, "For you.");
  assert.equal((await answer.cost()).d1, 1);
  assert.equal((await cara.get(path, { headers: { range: "bytes=4-" } })).text, "you.");
  assert.equal(await receipts(), 1, "ranges of one download are one receipt");
  await world.advance(16 * 60_000);
  assert.equal((await cara.get(path, { headers: { "if-none-match": answer.headers.etag } })).status, 304);
  assert.equal(await receipts(), 1, "a copy that is still good is no download");
  await cara.get(path);
  assert.equal(await receipts(), 2);
  const log = await world.db.prepare("SELECT count(*) AS n FROM audit WHERE action = 'document.downloaded' AND entity_id = ?").bind(document.id).first("n");
  assert.equal(log, 2);
  assert.match((await owner.visit(`/admin/documents/${document.id}`)).text, /Cara Birch/);
  assert.equal((await cara.get(`/documents/${hidden.id}/download`)).status, 404);
  await owner.post(`/admin/documents/${document.id}/visible`);
  assert.equal((await cara.get(path, { headers: { range: "bytes=0-1" } })).status, 404);
  assert.equal(await receipts(), 2);
});

test("an archived client takes no more documents", async () => {
  await world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(client.id).run();
  const answer = await owner.upload(list, [["folder", ""], ["file", note("late")]]);
  assert.equal(answer.status, 422, String(answer));
  assert.match(answer.text, /archived/);
});
