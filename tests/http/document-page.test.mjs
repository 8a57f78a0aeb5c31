// The page of a document for staff: words, dates, two editors, versions, telling the client, deleting.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, person, portalOff } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner, client, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
});

const pathOf = (document) => `/admin/documents/${document.id}`;
const rowOf = (document) => world.db.prepare("SELECT * FROM documents WHERE id = ?").bind(document.id).first();
const formOf = async (document, user = owner) => (await user.visit(pathOf(document))).page.formTo(pathOf(document));
const save = async (document, changes, options = { follow: false }) => owner.submit(await formOf(document), changes, options);
const day = (days) => new Date(world.now() + days * 86_400_000).toISOString().slice(0, 10);
const midnight = (date) => Date.parse(`${date}T00:00:00Z`);
const mails = async (document) => (await world.db.prepare("SELECT * FROM outbox WHERE dedupe_key LIKE ? ORDER BY created_at").bind(`document ${document.id} %`).all()).results;
const audit = async (document) => (await world.db.prepare("SELECT action FROM audit WHERE entity_id = ? ORDER BY id").bind(document.id).all()).results.map(({ action }) => action);

test("one round trip to see it, two to save it, and everything is kept", async () => {
  const document = await addDocument(owner, client, { visible: false });
  assert.equal((await (await owner.get(pathOf(document))).cost()).d1, 1);
  const answer = await save(document, {
    title: "Plan", folder: "Plans//2027/", description: "Line one.\nLine two.", visible: true, from: day(-1), until: day(2),
  });
  assert.equal(answer.status, 303, answer.text);
  assert.equal(answer.location, pathOf(document));
  assert.ok((await answer.cost()).d1 <= 2);
  const row = await rowOf(document);
  assert.deepEqual(
    [row.title, row.folder, row.description, row.visible, row.visible_from, row.visible_until, row.revision],
    ["Plan", "Plans/2027", "Line one.\nLine two.", 1, midnight(day(-1)), midnight(day(3)), 2],
  );
  assert.ok(row.published_at > 0);
  assert.deepEqual(await audit(document), ["document.uploaded", "document.shown"]);
  const page = await owner.get(pathOf(document));
  assert.match(page.text, /Your changes are saved\./);
  const shown = Object.fromEntries((page.page.formTo(pathOf(document))).values);
  assert.deepEqual([shown.from, shown.until, shown.description.replace(/\r/g, "")], [day(-1), day(2), "Line one.\nLine two."]);
  assert.equal((await save(document, { from: "", until: "" })).status, 303);
  assert.deepEqual([(await rowOf(document)).visible_from, (await rowOf(document)).visible_until], [null, null]);
});

test("what cannot be is said at its field, and what was typed stays", async () => {
  const document = await addDocument(owner, client, { visible: false });
  const before = await rowOf(document);
  for (const [changes, label, words] of [
    [{ title: "" }, "Title", /fill in the title/],
    [{ title: "x".repeat(201) }, "Title", /shorten the title/],
    [{ title: "x".repeat(2_000_000) }, "Title", /shorten the title/],
    [{ title: "a\0b" }, "Title", /cannot be stored/],
    [{ title: "a\nb" }, "Title", /one line/],
    [{ folder: "a/../b" }, "Folder", /names with \//],
    [{ description: "x".repeat(4001) }, "Description", /shorten the description/],
    [{ from: "2027-02-30" }, "Visible from", /2027-02-30 is not a day of the calendar/],
    [{ until: "30.2.2027" }, "Visible until", /year-month-day/],
    [{ from: "2027-03-02", until: "2027-03-01" }, "Visible until", /before the first one/],
    [{ notify: true }, "Notify the client", /only of what they can see/],
    [{ notify: true, visible: true, from: day(3) }, "Notify the client", /only of what they can see/],
    [{ notify: true, visible: true, until: day(-3) }, "Notify the client", /only of what they can see/],
  ]) {
    const answer = await save(document, { ...changes, description: changes.description ?? "kept as typed" });
    assert.equal(answer.status, 422, `${JSON.stringify(changes).slice(0, 80)}: ${answer}`);
    assert.match(answer.page.errorAt(label), words);
    assert.match(answer.text, changes.description ? /xxxx/ : /kept as typed/);
  }
  const twice = [...(await formOf(document)).values, ["title", "again"]];
  assert.match((await owner.post(pathOf(document), twice)).page.errorAt("Title"), /sent twice/);
  for (const body of ["", "title=%ff", "title=a&revision=x", "title=a&revision=-1", "title=a&revision=99999999999999999999"]) {
    const answer = await owner.request("POST", pathOf(document), { body, headers: { "content-type": "application/x-www-form-urlencoded" } });
    assert.ok([409, 422].includes(answer.status), `${body}: ${answer}`);
  }
  assert.deepEqual(await rowOf(document), before);
});

test("of two editors the second one is told what the first one saved, loses nothing, and may save after that", async () => {
  const document = await addDocument(owner, client, { title: "Draft", visible: false });
  const member = await colleague(world, owner, "member");
  const [mine, theirs] = [await formOf(document), await formOf(document, member)];
  assert.equal((await member.submit(theirs, { title: "Their title", visible: true }, { follow: false })).status, 303);
  const told = await owner.submit(mine, { title: "My title", description: "My words." });
  assert.equal(told.status, 409);
  assert.match(told.page.text, /A colleague saved this document.*Title: Their title.*Visible in Portal: on/);
  assert.match(told.text, /value="My title"/);
  assert.match(told.text, /My words\./);
  assert.equal((await rowOf(document)).title, "Their title");
  const again = await owner.submit(told.page.formTo(pathOf(document)), { visible: true }, { follow: false });
  assert.equal(again.status, 303, again.text);
  const row = await rowOf(document);
  assert.deepEqual([row.title, row.description, row.visible, row.revision], ["My title", "My words.", 1, 3]);
});

test("a lost reply may be answered by saving again: nothing is done twice", async () => {
  const document = await addDocument(owner, client, { visible: false });
  const form = await formOf(document);
  await world.fault({ on: "d1", op: "batch", match: "UPDATE documents SET title", when: "after" });
  world.expectLog(/Network connection lost/);
  const changes = { title: "Once", visible: true, notify: true };
  assert.equal((await owner.submit(form, changes)).status, 503);
  assert.equal((await owner.submit(form, changes, { follow: false })).status, 303);
  assert.equal((await mails(document)).length, 1);
  assert.equal((await rowOf(document)).title, "Once");
});

test("the client is told once a version and publication: one branded mail, one button, a way out", async () => {
  await world.db.prepare("UPDATE business SET support_email = 'help+us@fern.test'").run();
  const document = await addDocument(owner, client, { title: "Offer", visible: false });
  assert.match((await owner.visit(pathOf(document))).page.text, /By e-mail, to \S+ Contact\./);
  const told = await save(document, { visible: true, notify: true }, {});
  assert.match(told.text, /Your changes are saved\. 1 person is told by e-mail\./);
  await world.settled();
  const mail = await world.mailbox.newest(lena.email);
  assert.equal(mail.subject, "Fern & Oak: Offer");
  assert.match(mail.text, /Fern & Oak has shared a document with you: Offer\./);
  const [there, stop] = mail.links;
  assert.deepEqual([mail.links.length, there], [2, `${world.base}/documents/${document.id}`]);
  assert.ok(stop.startsWith(`${world.base}/unsubscribe/pt_u-`), stop);
  assert.deepEqual([...new Set(mail.html.match(/href="http[^"]*/g))], [`href="${there}`, `href="${stop}`], "one button, and a way out");
  assert.match((await lena.visit(mail.path(/documents/))).page.heading, /Offer/);
  const again = await save(document, { notify: true }, {});
  assert.match(again.text, /told of this version before, so nobody was told again/);
  assert.equal((await mails(document)).length, 1);
  // Hidden and published anew: a publication of its own.
  await save(document, { visible: null });
  await world.advance(1000);
  await save(document, { visible: true, notify: true });
  assert.equal((await mails(document)).length, 2);
});

test("who is told: people with a login, of an open portal, with the module on, who want such mail", async () => {
  const { client: many, contact } = await person(world, owner, { client: "Many Ltd" });
  await contactRow(world, many, { firstName: "Not", lastName: "active" });
  const set = (sql, ...values) => world.db.prepare(sql).bind(...values).run();
  const told = async () => {
    const document = await addDocument(owner, many, { visible: true, notify: "on" });
    await world.settled();
    return (await mails(document)).length;
  };
  assert.equal(await told(), 1);
  for (const [sql, undo] of [
    ["UPDATE contacts SET mail_documents = 0 WHERE id = ?", "UPDATE contacts SET mail_documents = 1 WHERE id = ?"],
    ["UPDATE contacts SET portal_access = 0 WHERE id = ?", "UPDATE contacts SET portal_access = 1 WHERE id = ?"],
    ["UPDATE contacts SET removed_at = 1 WHERE id = ?", "UPDATE contacts SET removed_at = NULL WHERE id = ?"],
    ["UPDATE contacts SET modules_off = 8 WHERE id = ?", "UPDATE contacts SET modules_off = 0 WHERE id = ?"],
  ]) {
    await set(sql, contact.id);
    assert.equal(await told(), 0, sql);
    await set(undo, contact.id);
  }
  await set("UPDATE clients SET modules_off = 8 WHERE id = ?", many.id);
  assert.equal(await told(), 0, "the module is off");
  await set("UPDATE clients SET modules_off = 0 WHERE id = ?", many.id);
  assert.equal(await told(), 1);
  await portalOff(world, many);
  assert.equal(await told(), 0, "the portal is off");
  const sent = await owner.upload(`${many.path}/documents`, [["folder", ""], ["visible", "on"], ["notify", "on"], ["file", { filename: "x.txt", content: "x" }]]);
  const page = await owner.follow(sent);
  assert.match(page.text, /Nobody was told: nobody of this client gets e-mail about documents\./);
  assert.match(page.text, /Nobody of this client gets e-mail about documents at the moment\./);
});

test("several files of one form are told of in one mail", async () => {
  const file = (filename) => ({ filename, type: "text/plain", content: filename });
  const before = (await world.mailbox.to(lena.email)).length;
  const { page } = await owner.visit(`${client.path}/documents`);
  const fields = page.formTo(`${client.path}/documents`).fill({ visible: true, notify: true });
  const answer = await owner.upload(`${client.path}/documents`, [...fields, ...["a.txt", "b.txt", "c.txt"].map((name) => ["file", file(name)])]);
  assert.equal(answer.status, 303, answer.text);
  assert.match((await owner.follow(answer)).text, /3 documents are uploaded\. 1 person is told by e-mail\./);
  const mail = (await world.mailbox.to(lena.email)).slice(before);
  assert.deepEqual(mail.map(({ subject }) => subject), ["Fern & Oak has shared documents with you"]);
  assert.equal(mail[0].links[0], `${world.base}/documents`);
  const refused = await owner.upload(`${client.path}/documents`, [["folder", ""], ["notify", "on"], ["file", file("d.txt")]]);
  assert.equal(refused.status, 422);
  assert.match(refused.page.errorAt("Notify the client"), /only of what they can see/);
});

test("a mail that has not gone out is taken back with the document", async () => {
  for (const act of [
    (document) => owner.post(`${pathOf(document)}/visible`),
    (document) => save(document, { visible: null }),
    (document) => owner.post(`${pathOf(document)}/delete`),
  ]) {
    await world.fault({ on: "mail", op: "send", when: "before" });
    const document = await addDocument(owner, client, { notify: "on" });
    await world.settled();
    assert.deepEqual((await mails(document)).map(({ state }) => state), ["queued"]);
    await act(document);
    assert.deepEqual((await mails(document)).map(({ state }) => state), ["cancelled"]);
  }
});

test("a mail that waits goes on waiting while the module, or such mail, is off", async () => {
  const { client: own, contact, person: reader } = await person(world, owner, {});
  await world.fault({ on: "mail", op: "send", when: "before" });
  const document = await addDocument(owner, own, { title: "Waiting", notify: "on" });
  await world.settled();
  const arrived = async () => (await world.mailbox.to(reader.email)).filter(({ subject }) => /Waiting/.test(subject)).length;
  const set = (sql) => world.db.prepare(`UPDATE contacts SET ${sql} WHERE id = ?`).bind(contact.id).run();
  for (const [off, on] of [["modules_off = 8", "modules_off = 0"], ["mail_documents = 0", "mail_documents = 1"]]) {
    await set(off);
    await world.advance(20 * 60_000);
    await world.cron();
    assert.equal(await arrived(), 0, off);
    await set(on);
  }
  await world.cron();
  assert.equal(await arrived(), 1);
  assert.deepEqual((await mails(document)).map(({ state }) => state), ["sent"]);
  await world.advance(-40 * 60_000);
});

test("a new version by the plain form: old ones stay for staff, the client gets the newest", async () => {
  const document = await addDocument(owner, client, { title: "Contract", file: { filename: "v1.txt", type: "text/plain", content: "one" } });
  const versions = `${pathOf(document)}/versions`;
  const { page } = await owner.visit(pathOf(document));
  const fields = page.formTo(versions).fill({ notify: true });
  const answer = await owner.upload(versions, [...fields, ["file", { filename: "v2.txt", type: "text/plain", content: "two" }]]);
  assert.equal(answer.status, 303, answer.text);
  assert.equal(answer.location, pathOf(document));
  assert.equal((await answer.cost()).d1, 2);
  const told = await owner.follow(answer);
  assert.match(told.text, /“Contract” has a new version\. 1 person is told by e-mail\./);
  assert.match((await world.mailbox.newest(lena.email)).subject, /new version of Contract/);
  assert.equal((await lena.get(`/documents/${document.id}/download`)).text, "two");
  assert.equal((await owner.get(`${pathOf(document)}/download`)).text, "two");
  assert.equal((await owner.get(`${versions}/1/download`)).text, "one");
  assert.equal((await owner.get(`${versions}/2/download`)).text, "two");
  for (const none of [0, 3, "x", -1]) assert.equal((await owner.get(`${versions}/${none}/download`)).status, 404);
  assert.equal((await rowOf(document)).revision, 2);
  assert.deepEqual(await audit(document), ["document.uploaded", "document.version_added", "document.downloaded"]);
  // The same form again, as after a lost reply: nothing new.
  const again = await owner.upload(versions, [...fields, ["file", { filename: "v2.txt", type: "text/plain", content: "two" }]]);
  assert.equal(again.status, 303);
  const { n } = await world.db.prepare("SELECT count(*) AS n FROM document_versions WHERE document_id = ?").bind(document.id).first();
  assert.equal(n, 2);
  // What is wrong is said on the page.
  const nothing = await owner.upload(versions, fields);
  assert.equal(nothing.status, 422);
  assert.match(nothing.page.errorAt("File"), /choose a file/);
  await owner.post(`${pathOf(document)}/visible`);
  const hidden = await owner.upload(versions, [...fields, ["file", { filename: "v3.txt", type: "text/plain", content: "three" }]]);
  assert.equal(hidden.status, 422);
  assert.match(hidden.page.errorAt(/^Notify the client of the new version/), /only of what they can see/);
});

test("a new version by script", async () => {
  const document = await addDocument(owner, client, { title: "Script" });
  const begun = await owner.sendJson("POST", `${pathOf(document)}/uploads`, { file_name: "v2.txt", size: 3, notify: true });
  assert.equal(begun.status, 201, begun.text);
  assert.equal((await begun.cost()).d1, 2);
  const { id } = begun.json();
  await owner.request("PUT", `/admin/uploads/${id}/parts/1`, { body: "two" });
  const done = await owner.request("POST", `/admin/uploads/${id}/complete`, { headers: { accept: "application/json" } });
  assert.deepEqual(done.json(), { location: pathOf(document) });
  assert.deepEqual((await owner.request("POST", `/admin/uploads/${id}/complete`)).json(), { location: pathOf(document) });
  assert.equal((await lena.get(`/documents/${document.id}/download`)).text, "two");
  assert.equal((await mails(document)).length, 1);
  for (const [fields, status] of [[{ title: "x" }, 400], [{ size: 0 }, 422], [{ document_id: document.id }, 400]]) {
    const refused = await owner.sendJson("POST", `${pathOf(document)}/uploads`, { file_name: "a", size: 1, ...fields });
    assert.equal(refused.status, status, refused.text);
  }
  // The document goes while the version is on its way.
  const late = (await owner.sendJson("POST", `${pathOf(document)}/uploads`, { file_name: "v3.txt", size: 3 })).json();
  await owner.request("PUT", `/admin/uploads/${late.id}/parts/1`, { body: "abc" });
  await owner.post(`${pathOf(document)}/delete`);
  assert.equal((await owner.request("POST", `/admin/uploads/${late.id}/complete`)).status, 404);
  await world.cron();
  const { n } = await world.db.prepare("SELECT (SELECT count(*) FROM uploads) + (SELECT count(*) FROM doomed_blobs) AS n").first();
  assert.equal(n, 0);
});

test("two versions at once: both are there, numbered one after the other", async () => {
  const document = await addDocument(owner, client, { title: "Race" });
  const send = (content) => owner.upload(`${pathOf(document)}/versions`, [["file", { filename: `${content}.txt`, type: "text/plain", content }]]);
  const answers = await Promise.all(["a", "b", "c"].map(send));
  for (const answer of answers) assert.equal(answer.status, 303, answer.text);
  const { results } = await world.db.prepare("SELECT number, id FROM document_versions WHERE document_id = ? ORDER BY number").bind(document.id).all();
  assert.deepEqual(results.map(({ number }) => number), [1, 2, 3, 4]);
  assert.equal((await rowOf(document)).version_id, results[3].id);
});

test("deleting asks, needs a fresh sign-in, and ends the client's access", async () => {
  const document = await addDocument(owner, client, { title: "Gone soon" });
  const ask = `${pathOf(document)}/delete`;
  await world.advance(11 * 60_000);
  const stale = await owner.get(ask);
  assert.equal(stale.status, 303);
  assert.equal(decodeURIComponent(stale.location), `/admin/confirm?next=${ask}`);
  assert.match((await owner.post(ask)).location, /^\/admin\/confirm/);
  assert.equal((await rowOf(document)).deleted_at, null);
  const confirm = (await owner.visit(ask)).page.formTo("/admin/confirm");
  const asked = await owner.submit(confirm, { password: owner.password });
  assert.equal(asked.path, ask);
  assert.match(asked.page.text, /“Gone soon” is deleted with all its versions/);
  assert.equal((await rowOf(document)).deleted_at, null, "asking deletes nothing");
  assert.equal((await (await owner.get(ask)).cost()).d1, 1);
  const deleted = await owner.submit(asked.page.formTo(ask), {}, { follow: false });
  assert.equal(deleted.location, `${client.path}/documents`);
  assert.ok((await deleted.cost()).d1 <= 2);
  for (const path of [pathOf(document), ask, `${pathOf(document)}/download`, `${pathOf(document)}/versions/1/download`]) {
    assert.equal((await owner.get(path)).status, 404, path);
  }
  for (const path of [`/documents/${document.id}`, `/documents/${document.id}/download`]) assert.equal((await lena.get(path)).status, 404, path);
  assert.deepEqual((await audit(document)).at(-1), "document.deleted");
  assert.equal((await owner.post(ask)).status, 404);
});

test("a client without documents, and one of somebody else", async () => {
  const other = await clientRow(world);
  const document = await addDocument(owner, other);
  assert.equal((await owner.visit(`${other.path}/documents`)).status, 200);
  assert.equal((await lena.get(`/documents/${document.id}`)).status, 404);
});
