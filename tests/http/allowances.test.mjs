// How much somebody who is signed in may send: sixty words and a thousand files an hour each, twenty GiB a day for a
// company. Of any number at once no more is taken; what was typed is kept; staff are not counted.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner, signInStaff } from "../harness/flows.mjs";
import { startThread, write, writeBack } from "../harness/messages.mjs";
import { contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { file, openTicket, reply } from "../harness/tickets.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const MINUTE = 60_000;
const GIB = 1024 ** 3;
let owner, client, lena, jonas;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { contact: { firstName: "Lena" } }));
  jonas = world.user("Jonas");
  await jonas.post(await invitation(owner, await contactRow(world, client, { firstName: "Jonas" })), { choice: "link" });
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const count = async (what) => (await one(`SELECT count(*) AS n FROM ${what}`)).n;
const contact = (name) => one("SELECT id, client_id FROM contacts WHERE first_name = ?", name);
/** All that was counted goes, as if it were long ago. */
const forget = () => world.db.prepare("DELETE FROM allowances").run();
/** Somebody has sent so much a moment ago. */
const sent = async (name, kind, used) => {
  const { id, client_id: company } = await contact(name);
  const step = kind === "bytes" ? 60 * MINUTE : 5 * MINUTE;
  await world.db.prepare("INSERT INTO allowances (kind, who, at, used, last) VALUES (?1, ?2, ?3, ?4, '')").bind(kind, kind === "bytes" ? company : id, world.now() - (world.now() % step), used).run();
};
const wait = (answer) => Number(answer.headers["retry-after"]);
const later = async (minutes) => {
  await world.advance(minutes * MINUTE);
  await signInStaff(owner);
};

test("of two hundred messages at once sixty are taken; the others keep what was typed and hear when to try again", async () => {
  const thread = await startThread(lena);
  await forget();
  const form = (await lena.get(thread.path)).page.form("Send message");
  const before = await count("messages");
  const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => lena.upload(thread.path, form.fill({ body: `Word ${n}`, form_key: newId() }).filter(([name]) => name !== "file"))));
  assert.deepEqual([answers.filter(({ status }) => status === 303).length, answers.filter(({ status }) => status === 429).length], [60, 140]);
  assert.equal(await count("messages"), before + 60);
  assert.equal((await one("SELECT sum(used) AS n FROM allowances WHERE kind = 'words'")).n, 60);
  const refused = answers.find(({ status }) => status === 429);
  assert.match(refused.page.errorAt("Message"), /You have written a great deal within the last hour\. Please send this again in \d+ minutes; what you typed is kept here/);
  assert.match(refused.page.form("Send message").values.find(([name]) => name === "body")[1], /^Word \d+$/);
  assert.ok(wait(refused) > 55 * 60 && wait(refused) <= 65 * 60, refused.headers["retry-after"]);
  assert.ok((await refused.cost()).d1 <= 2);
  // Neither her colleague nor staff wait for her.
  assert.equal((await write(jonas, thread, "I may still write")).status, 303);
  assert.equal((await writeBack(owner, thread, "So may we")).status, 303);
  await world.advance(wait(refused) * 1000);
  assert.equal((await write(lena, thread, "An hour later")).status, 303);
});

test("messages, tickets, replies and comments count together", async () => {
  await signInStaff(owner);
  await forget();
  const [ticket, thread] = [await openTicket(jonas), await startThread(jonas)];
  const task = await addTask(owner, client, { visible: "on" });
  await reply(jonas, ticket, "A reply");
  const comment = (body) => jonas.post(`/tasks/${task.id}/comments`, { body, form_key: newId() });
  assert.equal((await comment("A comment")).status, 303);
  assert.equal((await one("SELECT sum(used) AS n FROM allowances WHERE kind = 'words'")).n, 4);
  await world.db.prepare("UPDATE allowances SET used = 60 WHERE kind = 'words'").run();
  const told = async () => Promise.all(["tickets", "ticket_messages", "threads", "messages", "comments", "audit", "outbox"].map(count));
  const before = await told();
  const ask = (await jonas.get("/tickets/new")).page.formTo("/tickets/new");
  const begin = (await jonas.get("/messages/new")).page.formTo("/messages/new");
  const words = (form, fields) => form.fill(fields).filter(([name]) => name !== "file");
  for (const [answer, field] of [
    [await jonas.upload("/tickets/new", words(ask, { subject: "Kept subject", body: "Kept words" })), "Message"],
    [await reply(jonas, ticket, "Kept words"), "Message"],
    [await jonas.upload("/messages/new", words(begin, { subject: "Kept subject", body: "Kept words" })), "Message"],
    [await write(jonas, thread, "Kept words"), "Message"],
    [await comment("Kept words"), "Comment"],
  ]) {
    assert.equal(answer.status, 429, String(answer));
    assert.match(answer.page.errorAt(field), /again in \d+ minutes/, String(answer));
    assert.match(answer.text, /Kept words/);
    if (answer.path.endsWith("/new")) assert.match(answer.text, /value="Kept subject"/);
    assert.ok(wait(answer) > 0 && (await answer.cost()).d1 <= 2, String(answer));
  }
  assert.deepEqual(await told(), before, "nothing is written, noted or mailed");
});

test("the last one sent again after a lost reply is the same one, and counted once", async () => {
  await forget();
  const thread = await startThread(lena);
  await world.db.prepare("UPDATE allowances SET used = 59 WHERE kind = 'words'").run();
  const form = (await lena.get(thread.path)).page.form("Send message");
  const fields = form.fill({ body: "The sixtieth" }).filter(([name]) => name !== "file");
  const before = await count("messages");
  for (let n = 0; n < 3; n += 1) assert.equal((await lena.upload(thread.path, fields)).status, 303, `${n}`);
  assert.equal(await count("messages"), before + 1);
  assert.equal((await one("SELECT sum(used) AS n FROM allowances WHERE kind = 'words'")).n, 60);
});

test("a thousand files an hour, with messages, by the form, by the script and in parts, at their beginning", async () => {
  await forget();
  await sent("Lena", "files", 997);
  const key = () => [["form_key", newId()]];
  const json = { accept: "application/json" };
  const thread = await startThread(lena, { files: [file("a.txt")] });
  assert.equal((await lena.upload("/documents", [...key(), ["file", file("b.txt", "b")]])).status, 303);
  const fields = [...key(), ["file", file("c.txt", "c")]];
  // Two at once do not fit, and then neither is taken.
  const documents = await count("documents");
  const both = await lena.upload("/documents", [...key(), ["file", file("d.txt", "d")], ["file", file("e.txt", "e")]]);
  assert.equal(both.status, 429);
  assert.match(both.page.errorAt("Files"), /a great many files within the last hour\. Please send these again in \d+ minutes/);
  assert.equal(await count("documents"), documents);
  const begun = await lena.sendJson("POST", "/uploads", { file_name: "film.mov", size: 5 });
  assert.equal(begun.status, 201, begun.text);
  // What was begun is completed, whatever was sent meanwhile.
  for (const answer of [
    await lena.sendJson("POST", "/uploads", { file_name: "film.mov", size: 5 }),
    await lena.upload("/documents", fields, { headers: json }),
    await lena.upload("/documents", fields),
    await write(lena, thread, "With a file", { files: [file("f.txt")] }),
  ]) {
    assert.equal(answer.status, 429, String(answer));
    assert.match(answer.text, /a great many files/);
    assert.ok(wait(answer) > 0 && (await answer.cost()).d1 <= 2);
  }
  assert.equal((await write(lena, thread, "Without one")).status, 303);
  const { id } = begun.json();
  assert.equal((await lena.request("PUT", `/uploads/${id}/parts/1`, { body: "12345", headers: json })).status, 204);
  assert.equal((await lena.request("POST", `/uploads/${id}/complete`, { headers: json })).status, 200);
  assert.equal(await count("documents"), documents + 1);
  const uploaded = await owner.upload(`${client.path}/documents`, [...key(), ["file", file("staff.txt", "s")]]);
  assert.equal(uploaded.status, 303, "staff are not counted");
  await world.advance(66 * MINUTE);
  assert.equal((await lena.upload("/documents", fields)).status, 303);
});

test("twenty GiB a day for the company, known before a byte is kept", async () => {
  await later(1);
  await forget();
  await sent("Lena", "bytes", 20 * GIB - 2 * 1024 * 1024);
  const big = file("big.bin", Buffer.alloc(3 * 1024 * 1024, "a"));
  const objects = async () => (await world.r2.list({ limit: 1000 })).objects.length;
  const thread = await startThread(jonas);
  const before = await objects();
  const messages = await count("messages");
  for (const answer of [
    await write(jonas, thread, "With something large", { files: [big] }),
    await lena.upload("/documents", [["form_key", newId()], ["file", big]]),
    await lena.upload("/documents", [["form_key", newId()], ["file", big]], { headers: { accept: "application/json" } }),
    await jonas.sendJson("POST", "/uploads", { file_name: "film.mov", size: 3 * 1024 * 1024 }),
  ]) {
    assert.equal(answer.status, 429, String(answer));
    assert.match(answer.text, /Your company has sent as much as we take in a day\. Please send these again in \d+ hours, or ask us/);
    assert.ok(wait(answer) > 22 * 3600 && wait(answer) <= 25 * 3600, answer.headers["retry-after"]);
  }
  assert.deepEqual([await objects(), await count("messages")], [before, messages]);
  assert.match((await write(jonas, thread, "Kept words", { files: [big] })).text, /Kept words/);
  // What is small still fits; what is refused counts nothing.
  assert.equal((await write(jonas, thread, "Without it")).status, 303);
  assert.equal((await jonas.sendJson("POST", "/uploads", { file_name: "small.txt", size: 1024 * 1024 })).status, 201);
  const other = await person(world, owner);
  assert.equal((await other.person.upload("/documents", [["form_key", newId()], ["file", big]])).status, 303, "of another company");
});

test("what no longer counts is swept", async () => {
  assert.ok(await count("allowances") > 0);
  await world.advance(27 * 60 * MINUTE);
  await world.cron();
  assert.equal(await count("allowances"), 0);
});
