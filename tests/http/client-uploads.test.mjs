// What clients send: files that become documents of their company, marked as theirs on both sides; staff are told
// once; only where Documents and Uploads are on, and never out of a preview.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { file } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, member, client, lena, jonas, other;
before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena" } }));
  const second = await contactRow(world, client, { firstName: "Jonas" });
  jonas = Object.assign(world.user("Jonas"), { email: second.email, id: second.id });
  await jonas.post(await invitation(owner, second), { choice: "link" });
  other = await person(world, owner);
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const run = (sql, ...values) => world.db.prepare(sql).bind(...values).run();
const text = async (user, path) => (await user.get(path)).page.text;
const mails = async (address) => (await world.outbox()).filter((mail) => mail.kind === "upload" && (address === undefined || mail.to_email === address));
const row = (title) => one("SELECT d.*, v.uploaded_by, v.sent_by AS version_sent_by, v.id AS version FROM documents d JOIN document_versions v ON v.id = d.version_id WHERE d.title = ?", title);
const blobs = async () => (await world.r2.list()).objects.length;
/** The form as a browser sends it. */
async function send(user, files, more = {}) {
  const form = (await user.get("/documents")).page.formTo("/documents");
  return user.upload("/documents", [...form.fill({}).filter(([name]) => name !== "file"), ...files.map((each) => ["file", each])], more);
}
const bytes = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};

test("a client sends files: they stand among the documents of both sides, marked, and staff are told once", async () => {
  const content = "0123456789".repeat(1000);
  const sent = await send(lena, [file("measures.txt", content), file("photo ä.png", "pixels", "image/png")]);
  assert.equal(sent.status, 303, String(sent));
  assert.equal(sent.location, "/documents");
  assert.equal((await sent.cost()).d1, 2);
  const page = await lena.follow(sent);
  assert.equal((await page.cost()).d1, 1);
  assert.match(page.page.text, /2 files are sent/);
  assert.match(page.page.text, /measures.*Sent by you/s);
  assert.match(await text(jonas, "/documents"), /measures.*Sent by Lena Contact/s);
  assert.doesNotMatch(await text(other.person, "/documents"), /measures/);
  const found = await row("measures");
  assert.deepEqual([found.client_id, found.visible, found.created_by, found.uploaded_by, found.version_sent_by], [client.id, 1, null, null, found.sent_by]);
  assert.equal((await one("SELECT email FROM contacts WHERE id = ?", found.sent_by)).email, lena.email);
  assert.match(await text(lena, `/documents/${found.id}`), /From\s*You/);
  assert.match(await text(jonas, `/documents/${found.id}`), /From\s*Lena Contact/);
  // Both sides download it; a foreign person does not.
  const got = await jonas.get(`/documents/${found.id}/download`);
  assert.deepEqual([got.status, got.text], [200, content]);
  assert.match(got.headers["content-disposition"], /^attachment; filename="measures\.txt"/);
  assert.equal((await owner.get(`/admin/documents/${found.id}/download`)).text, content);
  assert.equal((await other.person.get(`/documents/${found.id}/download`)).status, 404);
  // What clients sent leaves no receipt when clients take it.
  assert.equal((await one("SELECT count(*) AS n FROM receipts WHERE document_id = ?", found.id)).n, 0);
  assert.match(await text(owner, `${client.path}/documents`), /measures.*From the client.*Lena Contact/s);
  assert.match(await text(owner, `/admin/documents/${found.id}`), /From the client: Lena Contact/);
  assert.match(await text(owner, `${client.path}/activity`), /Lena Contact sent “measures”/);
  const log = await one("SELECT principal, principal_id, address FROM audit WHERE entity_id = ? AND action = 'upload.sent'", found.id);
  assert.deepEqual([log.principal, log.principal_id], ["contact", found.sent_by]);
  // Staff who take such mail are told, once for the form; nobody of the client is.
  assert.deepEqual((await mails()).map(({ to_email }) => to_email).toSorted(), [owner.email, member.email].toSorted());
  const mail = await world.mailbox.newest(owner.email);
  assert.equal(mail.subject, "Birch Ltd sent you files");
  assert.match(mail.text, /Lena Contact of Birch Ltd sent you files\. The first one is “measures”/);
  assert.equal(mail.path(/\/admin\/clients\//), `${client.path}/documents`);
  assert.equal((await world.outbox()).filter(({ kind }) => kind === "document").length, 0);
  // Staff go on with it as with any document: another version of theirs leaves receipts.
  await owner.upload(`/admin/documents/${found.id}/versions`, [["file", file("measures-2.txt", "better")]]);
  assert.equal((await lena.get(`/documents/${found.id}/download`)).text, "better");
  assert.equal((await one("SELECT count(*) AS n FROM receipts WHERE document_id = ?", found.id)).n, 1);
  assert.match(await text(owner, `/admin/documents/${found.id}`), /measures-2\.txt.*Olive Owner.*measures\.txt.*Lena Contact/s);
  // And hide it, which bites at once.
  await owner.post(`/admin/documents/${found.id}/visible`, {});
  assert.equal((await lena.get(`/documents/${found.id}`)).status, 404);
});

test("staff find it among what is new; for the client it is no news", async () => {
  const count = async (user, path) => (await user.get(path)).page.all("header a.bell .count")[0]?.text ?? "";
  for (const [user, path] of [[lena, "/notifications"], [jonas, "/notifications"], [owner, "/admin/notifications"]]) await user.get(path);
  await world.advance(2000);
  await send(lena, [file("news.txt", "news")]);
  assert.deepEqual([await count(owner, "/admin/profile"), await count(lena, "/profile"), await count(jonas, "/profile")], ["1 new", "", ""]);
  const { page } = await owner.get("/admin/notifications");
  assert.match(page.text, /Lena Contact sent “news”/);
  assert.equal(page.all(`main a[href="/admin/documents/${(await row("news")).id}"]`).length, 1);
  assert.doesNotMatch(await text(jonas, "/notifications"), /news\b.*Shared/);
});

test("the same form sent again makes nothing twice and tells nobody twice", async () => {
  const form = (await lena.get("/documents")).page.formTo("/documents");
  const sent = [...form.fill({}).filter(([name]) => name !== "file"), ["file", file("twice.txt", "twice")]];
  const before = (await mails()).length;
  const answers = await Promise.all([1, 2, 3].map(() => lena.clone().upload("/documents", sent)));
  assert.ok(answers.every(({ status }) => status === 303), answers.map(String).join("\n"));
  assert.equal((await all("SELECT id FROM documents WHERE title = 'twice'")).length, 1);
  assert.equal((await mails()).length, before + 2);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE action = 'upload.sent' AND detail = 'twice'")).n, 1);
  // A lost answer of the store.
  for (const when of ["before", "after"]) {
    const again = [...(await lena.get("/documents")).page.formTo("/documents").fill({}).filter(([name]) => name !== "file"), ["file", file(`lost ${when}.txt`, when)]];
    world.expectLog(/D1|landing|receiving/);
    await world.fault({ on: "d1", op: "batch", match: "INTO documents", when });
    await lena.upload("/documents", again);
    assert.equal((await lena.upload("/documents", again)).status, 303);
    assert.equal((await all("SELECT id FROM documents WHERE title = ?", `lost ${when}`)).length, 1);
    assert.equal((await mails(owner.email)).filter(({ content }) => content.includes(`lost ${when}`)).length, 1);
  }
});

test("the script sends one file after the other: JSON, and one mail for all", async () => {
  const form = (await lena.get("/documents")).page.formTo("/documents");
  const fields = form.fill({}).filter(([name]) => name !== "file");
  const before = (await mails(owner.email)).length;
  for (const name of ["a.txt", "b.txt", "c.txt"]) {
    const sent = await lena.upload("/documents", [...fields, ["of", "3"], ["file", file(name, name)]], { headers: { accept: "application/json" } });
    assert.equal(sent.status, 200, String(sent));
    assert.deepEqual(JSON.parse(sent.text), { location: "/documents" });
  }
  assert.match(await text(lena, "/documents"), /3 files are sent/);
  const told = (await mails(owner.email)).slice(0);
  assert.equal(told.length, before + 1);
  const refused = await lena.upload("/documents", [...fields, ["of", "1"], ["file", file("empty.txt", "")]], { headers: { accept: "application/json" } });
  assert.equal(refused.status, 422);
  assert.match(JSON.parse(refused.text).detail, /empty\.txt: This file is empty/);
});

test("what cannot be taken is told at the field, and leaves nothing", async () => {
  const count = async () => (await one("SELECT count(*) AS n FROM documents")).n;
  const before = await count();
  const none = await send(lena, [file("", "")]);
  assert.equal(none.status, 422);
  assert.match(none.page.errorAt("Files"), /choose a file/);
  const empty = await send(lena, [file("empty.txt", "")]);
  assert.match(empty.page.errorAt("Files"), /empty\.txt/);
  await run("UPDATE business SET upload_limit = 1048576");
  assert.match(await text(lena, "/documents"), /Up to 1 MB each/);
  const large = await send(lena, [file("big.bin", Buffer.alloc(1_100_000))]);
  assert.equal(large.status, 422);
  assert.match(large.page.errorAt("Files"), /big\.bin was not taken: it is larger than 1 MB\. Please send a smaller one/);
  assert.equal(await count(), before);
  // Of several, those that fit stay.
  const some = await send(lena, [file("fits.txt", "fits"), file("big.bin", Buffer.alloc(1_100_000))]);
  assert.equal(some.status, 422);
  assert.match(some.page.errorAt("Files"), /big\.bin was not taken.*“fits” is sent/s);
  assert.equal(await count(), before + 1);
  await run("UPDATE business SET upload_limit = 104857600");
  world.expectLog(/receiving/);
  await world.fault({ on: "r2", op: "put", when: "before" });
  const failed = await send(lena, [file("lost.txt", "lost")]);
  assert.equal(failed.status, 503);
  assert.match(failed.page.errorAt("Files"), /lost\.txt could not be stored just now/);
  assert.equal(await count(), before + 1);
  assert.equal((await lena.post("/documents", { title: "x" })).status, 400);
  // What a form of staff could say is not heard from a client.
  const sly = await lena.upload("/documents", [["title", "Sly"], ["folder", "Contracts"], ["visible", "off"], ["notify", "on"], ["file", file("sly.txt", "sly")]]);
  assert.equal(sly.status, 303);
  const found = await row("sly");
  assert.deepEqual([found.folder, found.visible], ["", 1]);
  assert.equal(await row("Sly"), null);
});

test("a large file goes through in parts, whole", async () => {
  const content = Buffer.alloc(17_000_000, "0123456789abcdef");
  const sent = await send(lena, [file("large.bin", content, "application/octet-stream")]);
  assert.equal(sent.status, 303, String(sent));
  const found = await row("large");
  const got = await lena.get(`/documents/${found.id}/download`, { headers: { range: "bytes=16999990-" } });
  assert.equal(got.text, content.subarray(16_999_990).toString());
});

test("off is off on the next request: with Uploads off nothing can be sent, with Documents off neither", async () => {
  const before = await blobs();
  const set = async (at, field, on) => assert.equal((await owner.submit((await owner.get(at)).page.formTo(at), { [field]: on }, { follow: false })).status, 303);
  const path = `${client.path}/permissions`;
  const missing = async (user) => {
    const refused = await user.upload("/documents", [["file", file("no.txt", "no")]]);
    assert.equal(refused.status, 404);
    assert.deepEqual(bytes(refused), bytes(await user.upload("/no-such-page", [["file", file("no.txt", "no")]])));
  };
  await set(path, "uploads", null);
  await missing(lena);
  const page = await lena.get("/documents");
  assert.equal(page.status, 200);
  assert.equal(page.page.all("main form").length, 0);
  assert.match(page.page.text, /Sent by you/);
  await set(path, "uploads", "on");
  await set(path, "documents", null);
  await missing(lena);
  await set(path, "documents", "on");
  await set(`/admin/contacts/${jonas.id}/permissions`, "uploads", null);
  await missing(jonas);
  assert.equal((await jonas.get("/documents")).page.all("main form").length, 0);
  assert.ok((await lena.get("/documents")).page.hasButton("Upload"));
  await set(`/admin/contacts/${jonas.id}/permissions`, "uploads", "on");
  assert.equal(await one("SELECT id FROM documents WHERE title = 'no'"), null);
  assert.equal(await blobs(), before);
});

test("what was on its way while it was switched off does not land", async () => {
  // The landing's own statement looks again: the module goes off between the guard's look and the batch, with
  // the note that the session was used.
  const form = (await lena.get("/documents")).page.formTo("/documents");
  const fields = form.fill({}).filter(([name]) => name !== "file");
  await world.db.prepare("CREATE TRIGGER off_meanwhile AFTER UPDATE OF seen_at ON sessions BEGIN UPDATE clients SET modules_off = 16; END").run();
  await world.advance(300_000);
  const sent = await lena.upload("/documents", [...fields, ["file", file("late.txt", "late")]]);
  await world.db.prepare("DROP TRIGGER off_meanwhile").run();
  await run("UPDATE clients SET modules_off = 0");
  assert.equal(sent.status, 422, String(sent));
  assert.match(sent.page.errorAt("Files"), /late\.txt was not taken.*you cannot send files any more/);
  assert.equal(await row("late"), null);
});

test("staff who look as a client send nothing", async () => {
  const looking = member.clone();
  await looking.post(`${client.path}/preview`);
  const page = await looking.get("/documents");
  assert.match(page.page.text, /Sent by you/);
  // What stands there cannot be used, and what is sent all the same is refused.
  assert.equal(page.page.all("main fieldset.looking[disabled] form[action='/documents']").length, 1);
  const before = await all("SELECT id FROM documents");
  const refused = await looking.upload("/documents", [["file", file("as-if.txt", "as if")]]);
  assert.ok([303, 403].includes(refused.status), String(refused));
  assert.deepEqual(await all("SELECT id FROM documents"), before);
});

test("who takes no such mail is not told", async () => {
  const mine = "/admin/profile/uploads";
  const quiet = await member.submit((await member.get("/admin/profile")).page.formTo(mine), { uploads: null }, { follow: false });
  assert.equal((await quiet.cost()).d1, 2);
  assert.match((await member.follow(quiet)).page.text, /no e-mail about files/);
  const before = [(await mails(member.email)).length, (await mails(owner.email)).length];
  await send(lena, [file("quiet.txt", "quiet")]);
  assert.deepEqual([(await mails(member.email)).length, (await mails(owner.email)).length], [before[0], before[1] + 1]);
  assert.equal((await world.mailbox.newest(owner.email)).subject, "Birch Ltd sent you quiet");
});

test("a name brings no HTML and no path", async () => {
  await send(lena, [file("<img src=x onerror=alert(1)>.txt", "x"), file("../../etc/passwd", "x")]);
  for (const [user, path] of [[lena, "/documents"], [owner, `${client.path}/documents`]]) {
    const page = (await user.get(path)).page;
    assert.equal(page.all("main script, main img").length, 0);
    assert.doesNotMatch(page.text, /\.\.\//);
  }
});
