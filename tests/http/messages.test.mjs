// Messages: both sides begin threads and write in them, what is unread, who is told by mail and when, projects
// that are not visible, files, and that of many who write at once nobody loses anything.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague, contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { file } from "../harness/tickets.mjs";
import { startThread, startThreadWith, write, writeBack } from "../harness/messages.mjs";
import { addProject } from "../harness/work.mjs";
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

const MINUTE = 60_000;
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const run = (sql, ...values) => world.db.prepare(sql).bind(...values).run();
const text = async (user, path) => (await user.get(path)).page.text;
const said = async (thread) => (await all("SELECT body FROM messages WHERE thread_id = ? ORDER BY seq", thread.id)).map(({ body }) => body);
const unread = async (thread, email) => (await one("SELECT r.unread FROM thread_readers r LEFT JOIN contacts ct ON ct.id = r.contact_id LEFT JOIN staff st ON st.id = r.staff_id WHERE r.thread_id = ? AND coalesce(ct.email, st.email) = ?", thread.id, email))?.unread ?? 0;
const mails = async (address) => (await world.outbox()).filter((mail) => mail.kind === "message" && (address === undefined || mail.to_email === address));
/** As if so many minutes had gone by since what was said. */
const later = (minutes) => run("UPDATE thread_readers SET due_at = due_at - ? WHERE due_at IS NOT NULL", minutes * MINUTE);
const nobodyWaits = () => run("UPDATE thread_readers SET due_at = NULL");
const bytes = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};
async function missing(user, path) {
  const found = await user.get(path);
  assert.equal(found.status, 404, String(found));
  assert.deepEqual(bytes(found), bytes(await user.get("/no-such-page")));
}

test("both sides begin threads and write in them, each page one trip, each word two", async () => {
  const thread = await startThread(lena, { subject: "No <b>sign", body: "Where **is** it?" });
  for (const [user, path] of [[lena, "/messages"], [lena, thread.path], [lena, "/messages/new"], [owner, "/admin/messages"], [owner, thread.admin], [owner, `${client.path}/messages`], [owner, `${client.path}/messages/new`], [owner, "/admin"], [lena, "/"]]) {
    const page = await user.get(path);
    assert.equal(page.status, 200, path);
    assert.equal((await page.cost()).d1, 1, path);
    if (/messages(\/[0-9a-f-]{36})?$/.test(path)) assert.match(page.page.text, /No <b>sign/, path);
  }
  assert.match((await lena.get(thread.path)).text, /Where <strong>is<\/strong> it\?/);
  const sent = await writeBack(owner, thread, "On its way.");
  assert.equal(sent.status, 303, String(sent));
  assert.equal(sent.location, thread.admin);
  assert.equal((await sent.cost()).d1, 2);
  assert.match((await owner.follow(sent)).page.text, /Your message is sent/);
  const replied = await write(jonas, thread, "Thank you!");
  assert.equal((await replied.cost()).d1, 2);
  assert.deepEqual(await said(thread), ["Where **is** it?", "On its way.", "Thank you!"]);
  for (const [user, path] of [[lena, thread.path], [owner, thread.admin]]) {
    assert.deepEqual((await user.get(path)).page.all(".talk > li .prose").map((p) => p.text.trim()), ["Where is it?", "On its way.", "Thank you!"]);
  }
  // The other way about.
  const back = await startThreadWith(member, client, { subject: "Your colours", body: "Blue?" });
  assert.match(await text(lena, "/messages"), /Unread.*Your colours/s);
  assert.match(await text(lena, back.path), /Blue\?/);
  const log = (await all("SELECT action, principal FROM audit WHERE entity_id IN (?, ?) ORDER BY id", thread.id, back.id)).map(({ action, principal }) => `${principal} ${action}`);
  assert.deepEqual(log, ["contact message.begun", "staff message.sent", "contact message.sent", "staff message.begun"]);
  assert.match(await text(owner, `${client.path}/activity`), /began the conversation “Your colours”/);
});

test("who takes part is shown: people of the client who may see it, and staff who wrote", async () => {
  const thread = await startThread(lena, { subject: "Who is here" });
  assert.match(await text(owner, thread.admin), /Who takes part.*Lena Contactread .*Jonas Contact1 unread message/s);
  await jonas.get(thread.path);
  assert.match(await text(owner, thread.admin), /Jonas Contactread /);
  let people = (await lena.get(thread.path)).page.text.split("Who takes part")[1];
  assert.match(people, /Lena.*Jonas|Jonas.*Lena/s);
  const { name } = await one("SELECT name FROM staff WHERE role = 'member'");
  assert.doesNotMatch(people, new RegExp(name));
  assert.doesNotMatch(people, /read |unread/);
  await writeBack(member, thread, "I am.");
  await run("UPDATE contacts SET modules_off = 256 WHERE id = ?", jonas.id);
  people = (await lena.get(thread.path)).page.text.split("Who takes part")[1];
  assert.match(people, new RegExp(name));
  assert.doesNotMatch(people, /Jonas/);
  assert.doesNotMatch(await text(owner, thread.admin), /Jonas/);
  await run("UPDATE contacts SET modules_off = 0 WHERE id = ?", jonas.id);
  await run("UPDATE clients SET modules_off = 256 WHERE id = ?", client.id);
  assert.match(await text(owner, thread.admin), /Nobody of this client can read messages/);
  assert.match(await text(owner, `${client.path}/messages/new`), /Nobody of this client can read messages/);
  await run("UPDATE clients SET modules_off = 0 WHERE id = ?", client.id);
});

test("to look at a thread is to have read it, by each reader for themselves, and no other way", async () => {
  const thread = await startThreadWith(owner, client, { subject: "Unread thing" });
  await writeBack(owner, thread, "And more.");
  assert.deepEqual([await unread(thread, lena.email), await unread(thread, jonas.email), await unread(thread, member.email), await unread(thread, owner.email)], [2, 2, 2, 0]);
  assert.match(await text(lena, "/messages"), /Unread.*Unread thing.*2 unread/s);
  const before = Number(/Unread messages (\d+)/.exec(await text(lena, "/"))[1]);
  // A HEAD, what is fetched ahead, earlier messages, a form that is refused and another client's person read nothing.
  await lena.head(thread.path);
  await lena.get(thread.path, { headers: { "sec-purpose": "prefetch" } });
  await lena.get(`${thread.path}?earlier=${(await one("SELECT id FROM messages WHERE thread_id = ? AND seq = 2", thread.id)).id}`);
  assert.equal((await lena.post(thread.path, { body: " " })).status, 422);
  await missing(other.person, thread.path);
  assert.equal(await unread(thread, lena.email), 2);
  const read = await lena.get(thread.path);
  assert.equal((await read.cost()).d1, 1);
  assert.deepEqual([await unread(thread, lena.email), await unread(thread, jonas.email), await unread(thread, member.email)], [0, 2, 2]);
  assert.equal(Number(/Unread messages (\d+)/.exec(await text(lena, "/"))[1]), before - 2);
  assert.doesNotMatch(await text(lena, "/messages"), /Unread thing[^]*?2 unread/);
  const row = await one("SELECT read_seq FROM thread_readers WHERE thread_id = ? AND contact_id IS NOT NULL AND contact_id <> ?", thread.id, jonas.id);
  assert.equal(row.read_seq, 2);
  // Again: nothing is written.
  await member.get(thread.admin);
  assert.equal(await unread(thread, member.email), 0);
  const again = await one("SELECT read_at FROM thread_readers WHERE thread_id = ? AND read_seq = 2 AND staff_id IS NOT NULL ORDER BY read_at DESC LIMIT 1", thread.id);
  await member.get(thread.admin);
  assert.deepEqual(await one("SELECT read_at FROM thread_readers WHERE thread_id = ? AND read_seq = 2 AND staff_id IS NOT NULL ORDER BY read_at DESC LIMIT 1", thread.id), again);
  // What comes after it is unread again, the reader's own word is not.
  await write(lena, thread, "Seen.");
  assert.deepEqual([await unread(thread, lena.email), await unread(thread, owner.email), await unread(thread, jonas.email)], [0, 1, 3]);
  assert.match(await text(owner, "/admin"), /Unread messages \d/);
});

test("staff who look as a client read nothing as read, for nobody, and write nothing", async () => {
  const thread = await startThreadWith(owner, client, { subject: "Between us" });
  const marks = () => all("SELECT * FROM thread_readers ORDER BY thread_id, reader_id");
  for (const of of [{}, { contact: jonas.id }]) {
    const looking = member.clone();
    await looking.post(`${client.path}/preview`);
    if (of.contact) await looking.post("/admin/preview/as", { contact_id: of.contact });
    const before = await marks();
    for (const path of ["/messages", thread.path, "/messages/new", "/"]) {
      const page = await looking.get(path);
      assert.equal(page.status, 200, path);
      assert.match(page.text, /Exit preview/, path);
    }
    assert.match(await text(looking, thread.path), /should it be/);
    const refused = await looking.post(thread.path, { body: "As if." });
    assert.ok([303, 403].includes(refused.status), String(refused));
    assert.deepEqual(await marks(), before);
  }
  assert.equal((await said(thread)).length, 1);
  assert.deepEqual([await unread(thread, jonas.email), await unread(thread, member.email)], [1, 1]);
});

test("what was not read for five minutes is told once, to each reader who wants such mail", async () => {
  await nobodyWaits();
  const count = async () => (await mails()).length;
  const start = await count();
  const thread = await startThreadWith(owner, client, { subject: "Your proofs", body: "First.\n\nPlease look." });
  const second = await startThreadWith(owner, client, { subject: "And the date" });
  await later(4);
  await world.cron();
  assert.equal(await count(), start);
  // Jonas reads in time.
  await jonas.get(thread.path);
  await jonas.get(second.path);
  await later(1);
  await Promise.all([world.cron(), world.cron()]);
  await world.cron();
  assert.deepEqual((await mails()).slice(0, await count() - start).map(({ to_email }) => to_email).toSorted(), [lena.email, member.email].toSorted());
  const mail = await world.mailbox.newest(lena.email);
  assert.equal(mail.subject, "2 new messages");
  assert.match(mail.text, /Your proofs.*First\. Please look\./s);
  assert.match(mail.text, /And the date/);
  assert.equal(mail.path(/\/messages/), "/messages");
  assert.match((await mails(member.email))[0].content, /\/admin\/messages/);
  // Nothing more until something more is said; then of that alone.
  await later(60);
  await world.cron();
  assert.equal(await count(), start + 2);
  await writeBack(owner, thread, "Did you see it?");
  await later(5);
  await world.cron();
  assert.equal((await mails(lena.email)).length, 2);
  const again = (await mails(lena.email)).toSorted((a, b) => b.created_at - a.created_at)[0];
  assert.equal(again.subject, "2 new messages: Your proofs");
  assert.equal(JSON.parse(again.content).path, thread.path);
  // Who wants none, may not see messages, or whose portal is off is told nothing, and not later either.
  const { id: lenaId } = await one("SELECT id FROM contacts WHERE email = ?", lena.email);
  for (const [off, on, table, id] of [
    ["mail_messages = 0", "mail_messages = 1", "contacts", lenaId], ["modules_off = 256", "modules_off = 0", "contacts", lenaId],
    ["portal_access = 0", "portal_access = 1", "contacts", lenaId], ["modules_off = 256", "modules_off = 0", "clients", client.id],
    ["portal_enabled = 0", "portal_enabled = 1", "clients", client.id], ["mail_messages = 0", "mail_messages = 1", "staff", (await one("SELECT id FROM staff WHERE role = 'member'")).id],
  ]) {
    await nobodyWaits();
    const address = table === "staff" ? member.email : lena.email;
    const had = (await mails(address)).length;
    await writeBack(owner, thread, `Without: ${off}`);
    await later(5);
    await run(`UPDATE ${table} SET ${off} WHERE id = ?`, id);
    await world.cron();
    assert.equal((await mails(address)).length, had, off);
    await run(`UPDATE ${table} SET ${on} WHERE id = ?`, id);
    await world.cron();
    assert.equal((await mails(address)).length, had, `${on}, later`);
    assert.equal((await one("SELECT count(*) AS n FROM thread_readers WHERE due_at IS NOT NULL AND due_at <= ?", Date.now())).n, 0);
  }
  // What is not sent yet waits while such mail is off.
  const log = await all("SELECT dedupe_key FROM outbox WHERE kind = 'message'");
  assert.equal(new Set(log.map(({ dedupe_key }) => dedupe_key)).size, log.length);
});

test("which mails people get is chosen in their permissions, and by staff in their profile", async () => {
  const path = `/admin/contacts/${jonas.id}/permissions`;
  const saved = await owner.submit((await owner.get(path)).page.formTo(path), { mail_messages: null }, { follow: false });
  assert.equal(saved.status, 303, String(saved));
  assert.equal((await one("SELECT mail_messages AS m FROM contacts WHERE id = ?", jonas.id)).m, 0);
  await owner.submit((await owner.get(path)).page.formTo(path), { mail_messages: "on" });
  assert.equal((await one("SELECT mail_messages AS m FROM contacts WHERE id = ?", jonas.id)).m, 1);
  const mine = "/admin/profile/messages";
  const quiet = await member.submit((await member.get("/admin/profile")).page.formTo(mine), { messages: null }, { follow: false });
  assert.equal((await quiet.cost()).d1, 2);
  assert.match((await member.follow(quiet)).page.text, /You get no e-mail about messages/);
  assert.equal((await one("SELECT mail_messages AS m FROM staff WHERE role = 'member'")).m, 0);
  assert.equal((await one("SELECT mail_tickets AS m FROM staff WHERE role = 'member'")).m, 1);
  await member.submit((await member.get("/admin/profile")).page.formTo(mine), { messages: "on" });
});

test("who would be told by e-mail is said by name before staff send anything", async () => {
  const thread = await startThread(lena, { subject: "Who hears" });
  const said = async (path) => /Where it is not read within five minutes: (.*?)(?: e-mail\.| at the moment\.)/.exec(await text(owner, path))?.[0] ?? "";
  for (const path of [`${client.path}/messages/new`, thread.admin]) assert.match(await said(path), /Lena.*get(s)? an e-mail/, path);
  await world.db.prepare("UPDATE contacts SET mail_messages = 0 WHERE client_id = ?").bind(client.id).run();
  for (const path of [`${client.path}/messages/new`, thread.admin]) assert.match(await said(path), /Nobody gets an e-mail about it/, path);
  await world.db.prepare("UPDATE contacts SET mail_messages = 1 WHERE client_id = ?").bind(client.id).run();
  assert.doesNotMatch(await text(lena, thread.path), /five minutes/, "the client is not told of staff");
});

test("a thread about a project is there while the project is visible, and as long", async () => {
  const hidden = await addProject(owner, client, { name: "Secret move" });
  const open = await addProject(owner, client, { name: "Shop front", visible: "on" });
  const foreign = await addProject(owner, other.client, { name: "Foreign thing", visible: "on" });
  // The client is offered what they see, and cannot name another one.
  const offered = (await lena.get("/messages/new")).page.field("About a project").text;
  assert.match(offered, /Shop front/);
  assert.doesNotMatch(offered, /Secret move|Foreign/);
  for (const project of [hidden.id, foreign.id, newId(), "x"]) {
    const refused = await lena.post("/messages/new", { subject: "About", body: "it", project });
    assert.equal(refused.status, 422);
    assert.match(refused.page.errorAt("About a project"), /one of the projects/);
  }
  const about = await startThread(lena, { subject: "The front", project: open.id });
  assert.match(await text(lena, about.path), /About Shop front/);
  const thread = await startThreadWith(owner, client, { subject: "The move", project: hidden.id, files: [file("plan.txt")] });
  const link = `/messages/files/${(await one("SELECT f.id FROM message_files f JOIN messages m ON m.id = f.message_id WHERE m.thread_id = ?", thread.id)).id}`;
  assert.match(await text(owner, thread.admin), /project of this conversation is not visible.*Secret move/s);
  const before = Number(/Unread messages (\d+)/.exec(await text(lena, "/"))[1]);
  await missing(lena, thread.path);
  await missing(lena, link);
  assert.equal((await lena.post(thread.path, { body: "Hello" })).status, 404);
  assert.doesNotMatch(await text(lena, "/messages"), /The move/);
  // No mail of it either.
  await later(5);
  await world.cron();
  assert.ok(!(await mails(lena.email)).some(({ content }) => content.includes("The move")));
  assert.ok((await mails(member.email)).some(({ content }) => content.includes("The move")));
  // It shows with the project, unread, and goes with it.
  await run("UPDATE projects SET visible = 1 WHERE id = ?", hidden.id);
  assert.equal(Number(/Unread messages (\d+)/.exec(await text(lena, "/"))[1]), before + 1);
  assert.match(await text(lena, "/messages"), /Unread.*The move/s);
  assert.equal((await lena.get(thread.path)).status, 200);
  assert.equal((await lena.get(link)).status, 200);
  // Where Projects is off its name is not told; the talk is.
  await run("UPDATE clients SET modules_off = 1 WHERE id = ?", client.id);
  assert.doesNotMatch((await lena.get(thread.path)).text, /Secret move/);
  assert.equal((await lena.get("/messages/new")).page.all("select").length, 0);
  assert.equal((await lena.post("/messages/new", { subject: "About", body: "it", project: open.id })).status, 422);
  await run("UPDATE clients SET modules_off = 0 WHERE id = ?", client.id);
  await run("UPDATE projects SET visible = 0 WHERE id = ?", hidden.id);
  await missing(lena, thread.path);
});

test("twenty who write at once keep an order and lose nothing", async () => {
  const thread = await startThread(lena, { subject: "All at once" });
  const texts = Array.from({ length: 20 }, (_, n) => `word ${n}`);
  const answers = await Promise.all(texts.map((body, n) => (n % 3 === 0 ? owner.clone().post(thread.admin, { body }) : (n % 3 === 1 ? lena : jonas).clone().post(thread.path, { body }))));
  assert.ok(answers.every(({ status }) => status === 303), answers.map(String).join("\n"));
  const rows = await all("SELECT seq, body FROM messages WHERE thread_id = ? ORDER BY seq", thread.id);
  assert.deepEqual(rows.map(({ seq }) => seq), Array.from({ length: 21 }, (_, n) => n + 1));
  assert.deepEqual(rows.slice(1).map(({ body }) => body).toSorted(), texts.toSorted());
  for (const [user, path] of [[lena, thread.path], [owner, thread.admin]]) {
    assert.deepEqual((await user.get(path)).page.all(".talk > li .prose").map((p) => p.text.trim()).slice(1), rows.slice(1).map(({ body }) => body));
  }
  // Of what a page showed nothing is unread; what came after it is.
  assert.equal(await unread(thread, owner.email), 0);
  const own = await one("SELECT count(*) AS n FROM messages WHERE thread_id = ? AND staff_id IS NULL", thread.id);
  assert.equal(await unread(thread, member.email), 21);
  assert.equal(own.n, 14);
});

test("one form says one thing, whoever presses how often", async () => {
  const form = (await lena.get("/messages/new")).page.formTo("/messages/new");
  const sent = form.fill({ subject: "Twice", body: "Pressed twice." }).filter(([name]) => name !== "file");
  const first = await Promise.all([1, 2, 3].map(() => lena.clone().upload("/messages/new", [...sent, ["file", file("a.txt", "AAA")]])));
  assert.ok(first.every(({ status }) => status === 303), first.map(String).join("\n"));
  assert.equal(new Set(first.map(({ location }) => location)).size, 1);
  const thread = { id: first[0].location.split("/").pop(), path: first[0].location, admin: `/admin${first[0].location}` };
  assert.equal((await all("SELECT id FROM threads WHERE subject = 'Twice'")).length, 1);
  assert.deepEqual(await said(thread), ["Pressed twice."]);
  assert.equal((await all("SELECT f.id FROM message_files f JOIN messages m ON m.id = f.message_id WHERE m.thread_id = ?", thread.id)).length, 1);
  for (const [user, path, at] of [[owner, thread.admin], [lena, thread.path], [owner, `${client.path}/messages/new`, "new"]]) {
    const form = (await user.get(path)).page.formTo(path);
    const sent = form.fill({ body: `Once by ${path}`, ...(at ? { subject: "Once" } : {}) }).filter(([name]) => name !== "file");
    const both = [await user.upload(path, sent), await user.upload(path, sent)];
    assert.deepEqual(both.map(({ status }) => status), [303, 303]);
    assert.equal(both[0].location, both[1].location);
  }
  assert.deepEqual(await said(thread), ["Pressed twice.", `Once by ${thread.admin}`, `Once by ${thread.path}`]);
  assert.equal((await all("SELECT id FROM threads WHERE subject = 'Once'")).length, 1);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE entity_id = ?", thread.id)).n, 3);
  assert.equal(await unread(thread, jonas.email), 3);
});

test("files come with words, are fetched through the predicate, and leave receipts", async () => {
  const content = "0123456789".repeat(1000);
  const thread = await startThread(lena, { subject: "With files", files: [file("plan.txt", content), file("b\"ä.html", "<script>1</script>", "text/html")] });
  const links = (page) => page.page.all(".attached a").map((a) => a.getAttribute("href"));
  const [mine, html] = links(await lena.get(thread.path));
  const got = await lena.get(mine);
  assert.deepEqual([got.status, got.text], [200, content]);
  assert.equal((await got.cost()).d1, 1);
  assert.match(got.headers["content-disposition"], /^attachment; filename="plan\.txt"/);
  assert.match(got.headers["content-security-policy"], /sandbox/);
  assert.match((await lena.get(html)).headers["content-disposition"], /^attachment/);
  const part = await lena.get(mine, { headers: { range: "bytes=10-14" } });
  assert.deepEqual([part.status, part.text, part.headers["content-range"]], [206, "01234", "bytes 10-14/10000"]);
  assert.equal((await lena.get(mine, { headers: { "if-none-match": got.headers.etag } })).status, 304);
  const foreign = await other.person.get(mine);
  assert.deepEqual(bytes(foreign), bytes(await other.person.get(`/messages/files/${newId()}`)));
  assert.equal(foreign.status, 404);
  assert.equal((await owner.get(`/admin${mine}`)).text, content);
  // A file of a thread is none of a ticket, and the other way about.
  assert.equal((await lena.get(mine.replace("messages", "tickets"))).status, 404);
  assert.equal((await owner.get(`/admin${mine.replace("messages", "tickets")}`)).status, 404);
  const receipts = async () => (await all("SELECT r.id FROM message_receipts r JOIN message_files f ON f.id = r.file_id JOIN messages m ON m.id = f.message_id WHERE m.thread_id = ?", thread.id)).length;
  assert.equal(await receipts(), 0);
  await writeBack(owner, thread, "See the offer.", { files: [file("offer.txt", "cheap")] });
  const offer = links(await lena.get(thread.path)).at(-1);
  await lena.head(offer);
  assert.equal(await receipts(), 0);
  for (let n = 0; n < 2; n++) assert.equal((await lena.get(offer)).text, "cheap");
  assert.equal(await receipts(), 1);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE action = 'message.file_taken' AND entity_id = ?", thread.id)).n, 1);
  assert.match(await text(owner, thread.admin), /offer\.txt.*Downloaded by the client/);
  assert.doesNotMatch(await text(lena, thread.path), /Downloaded/);
  const brought = await lena.get(offer, { headers: { "sec-fetch-site": "cross-site" } });
  assert.deepEqual([brought.status, brought.location], [303, "/messages"]);
  for (const { blob } of await all("SELECT blob FROM message_files")) assert.match(blob, /^form\/\d{4}-\d\d-\d\d\/[0-9a-f]{32}$/);
});

test("what cannot be taken is told at its field, what was typed stays, and nothing is half there", async () => {
  const empty = await lena.upload("/messages/new", [["subject", "Kept"], ["body", "Kept too"], ["file", file("fine.txt", "x")], ["file", file("empty.txt", "")]]);
  assert.equal(empty.status, 422);
  assert.match(empty.page.errorAt("Files"), /empty\.txt/);
  assert.equal(empty.page.field("Subject").getAttribute("value"), "Kept");
  await run("UPDATE business SET upload_limit = 1048576");
  const large = await owner.upload(`${client.path}/messages/new`, [["subject", "Kept"], ["body", "Kept too"], ["file", file("big.bin", Buffer.alloc(1_100_000))]]);
  assert.equal(large.status, 422);
  assert.match(large.page.errorAt("Files"), /big\.bin is larger than 1 MB/);
  await run("UPDATE business SET upload_limit = 104857600");
  const mute = await lena.upload("/messages/new", [["subject", " "], ["body", ""], ["file", file()]]);
  assert.equal(mute.status, 422);
  assert.ok(mute.page.errorAt("Subject") && mute.page.errorAt("Message"));
  assert.equal((await all("SELECT id FROM threads WHERE subject = 'Kept'")).length, 0);
  assert.equal((await all("SELECT t.id FROM threads t WHERE NOT EXISTS (SELECT 1 FROM messages WHERE thread_id = t.id)")).length, 0);
});

test("off is off on the next request, for the client and for one person", async () => {
  const thread = await startThread(lena, { subject: "Quiet thing", files: [file()] });
  const link = (await lena.get(thread.path)).page.all(".attached a")[0].getAttribute("href");
  const set = async (at, on) => assert.equal((await owner.submit((await owner.get(at)).page.formTo(at), { messages: on }, { follow: false })).status, 303);
  const path = `${client.path}/permissions`;
  await set(path, null);
  for (const user of [lena, jonas]) {
    for (const at of ["/messages", "/messages/new", thread.path, link]) await missing(user, at);
    assert.doesNotMatch((await user.get("/")).text, /\/messages|Unread messages/);
  }
  assert.equal((await lena.post(thread.path, { body: "Hello" })).status, 404);
  assert.equal((await lena.post("/messages/new", { subject: "x", body: "y" })).status, 404);
  assert.equal((await said(thread)).length, 1);
  await set(path, "on");
  await set(`/admin/contacts/${jonas.id}/permissions`, null);
  await missing(jonas, thread.path);
  assert.equal((await lena.get(thread.path)).status, 200);
  await set(`/admin/contacts/${jonas.id}/permissions`, "on");
  assert.match((await jonas.get("/")).text, /Unread messages/);
});

test("nobody reaches what is another client's", async () => {
  const thread = await startThread(lena, { subject: "Ours" });
  await missing(other.person, thread.path);
  const refused = await other.person.post(thread.path, { body: "Hello" });
  assert.deepEqual(bytes(refused), bytes(await other.person.post(`/messages/${newId()}`, { body: "Hello" })));
  assert.equal(refused.status, 404);
  assert.doesNotMatch(await text(other.person, "/messages"), /Ours/);
  assert.equal((await said(thread)).length, 1);
});

test("lists go forwards and backwards in their order, with what is unread first", async () => {
  const many = await person(world, owner);
  const { id: contact } = await one("SELECT id FROM contacts WHERE email = ?", many.contact.email);
  const { id: me } = await one("SELECT id FROM staff WHERE role = 'owner'");
  const rows = Array.from({ length: 70 }, (_, n) => ({ id: newId(1_700_000_000_000 + n), at: 1_700_000_000_000 + ((n * 37) % 70) * 1000, theirs: n < 60 }));
  for (const r of rows) {
    await world.db.batch([
      world.db.prepare("INSERT INTO threads (id, client_id, subject, said_at, created_at) VALUES (?1, ?2, ?1, ?3, 1)").bind(r.id, many.client.id, r.at),
      r.theirs ? world.db.prepare("INSERT INTO messages (id, thread_id, seq, body, contact_id, author, created_at) VALUES (?1, ?1, 1, 'x', ?2, 'Lena', ?3)").bind(r.id, contact, r.at)
        : world.db.prepare("INSERT INTO messages (id, thread_id, seq, body, staff_id, author, created_at) VALUES (?1, ?1, 1, 'x', ?2, 'Olive', ?3)").bind(r.id, me, r.at),
    ]);
  }
  await nobodyWaits();
  const order = rows.toSorted((a, b) => b.at - a.at);
  const read = (page, panel) => page.page.all(`section[aria-labelledby=${panel}] a.row-link`).map((a) => a.getAttribute("href").split("/").pop());
  const walk = async (user, first) => {
    let page = await user.get(first);
    const above = read(page, "unread");
    const pages = [read(page, "all")];
    while (page.page.all("a[rel=next]").length) {
      page = await user.get(page.page.all("a[rel=next]")[0].getAttribute("href"));
      assert.equal((await page.cost()).d1, 1);
      pages.push(read(page, "all"));
    }
    for (const before of pages.slice(1, -1).toReversed()) {
      page = await user.get(page.page.all("a[rel=prev]")[0].getAttribute("href"));
      assert.deepEqual(read(page, "all"), before);
    }
    return { above, all: pages.flat() };
  };
  const ids = (list) => list.map(({ id }) => id);
  // The client: ten are unread, and stand above the rest of the first page.
  const client = await walk(many.person, "/messages");
  assert.deepEqual(client.above, ids(order.filter((r) => !r.theirs)));
  assert.deepEqual(client.all, ids(order).filter((id, n) => n >= 25 || !client.above.includes(id)));
  // The record of the client: all, in their order.
  assert.deepEqual((await walk(owner, `${many.client.path}/messages`)).all, ids(order));
  // All of the staff: what the member has not read comes first, page by page.
  const wanted = (await all("SELECT r.thread_id AS id FROM thread_readers r JOIN staff st ON st.id = r.staff_id WHERE st.role = 'member' AND r.unread > 0 ORDER BY r.said_at DESC, r.thread_id DESC")).map(({ id }) => id);
  assert.ok(wanted.length > 60);
  let page = await member.get("/admin/messages");
  const found = read(page, "unread");
  for (let more; (more = page.page.all("section[aria-labelledby=unread] p a")[0]);) {
    page = await member.get(more.getAttribute("href"));
    assert.equal((await page.cost()).d1, 1);
    assert.equal(read(page, "all").length, 0);
    found.push(...read(page, "unread"));
  }
  assert.deepEqual(found, wanted);
  for (const query of ["after=x", "before=%ff", "unread=x"]) assert.equal((await owner.get(`/admin/messages?${query}`)).status, 200, query);
});

test("long talks come a page at a time", async () => {
  const thread = await startThread(lena, { subject: "Long", body: "word 0" });
  const { id: contact } = await one("SELECT id FROM contacts WHERE email = ?", lena.email);
  await world.db.batch(Array.from({ length: 120 }, (_, n) => world.db.prepare("INSERT INTO messages (id, thread_id, seq, body, contact_id, author, created_at) VALUES (?1, ?2, ?3, ?4, ?5, 'Lena', ?6)").bind(newId(), thread.id, n + 2, `word ${n + 1}`, contact, Date.now())));
  for (const [user, path] of [[lena, thread.path], [owner, thread.admin]]) {
    let page = await user.get(path);
    const read = () => page.page.all(".talk > li .prose").map((p) => p.text.trim());
    let found = read();
    while (page.page.all('a[href*="earlier="]').length) {
      page = await user.get(page.page.all('a[href*="earlier="]')[0].getAttribute("href"));
      assert.equal((await page.cost()).d1, 1);
      found = [...read(), ...found];
    }
    assert.deepEqual(found, Array.from({ length: 121 }, (_, n) => `word ${n}`));
  }
});

test("text brings no HTML and no script", async () => {
  const nasty = "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)>";
  const thread = await startThread(lena, { subject: nasty, body: nasty, files: [file("<img src=x>.txt")] });
  await writeBack(owner, thread, nasty);
  for (const [user, path] of [[owner, thread.admin], [lena, thread.path], [owner, "/admin/messages"], [owner, `${client.path}/messages`], [lena, "/messages"], [owner, `${client.path}/activity`]]) {
    const page = (await user.get(path)).page;
    assert.equal(page.all("main script, main img, main a[href^='javascript']").length, 0, path);
    assert.match(page.text, /<script>alert\(1\)<\/script>/, path);
  }
});

test("a lost answer of the store loses nothing, writes nothing twice, and tells nobody twice", async () => {
  for (const when of ["before", "after"]) {
    const thread = await startThread(lena, { subject: `Lost ${when}` });
    world.expectLog(/D1/);
    for (const [user, path] of [[lena, thread.path], [owner, thread.admin]]) {
      const form = (await user.get(path)).page.formTo(path);
      const sent = form.fill({ body: `${when} by ${path}` });
      await world.fault({ on: "d1", op: "batch", match: "INTO messages", when });
      assert.equal((await user.upload(path, sent)).status, 503);
      assert.equal((await user.upload(path, sent)).status, 303);
    }
    assert.deepEqual((await said(thread)).slice(1), [`${when} by ${thread.path}`, `${when} by ${thread.admin}`]);
    assert.equal(await unread(thread, jonas.email), 3);
    await later(5);
    world.expectLog(/messages: /);
    await world.fault({ on: "d1", op: "batch", match: "INTO outbox", when });
    await world.cron();
    await world.cron();
    await world.cron();
    for (const { email } of [lena, jonas, member]) assert.equal((await mails(email)).filter(({ content }) => content.includes(`Lost ${when}`)).length, 1, `${when}: ${email}`);
  }
});

test("in every form files come last, so that words are looked at before a file is stored", async () => {
  const thread = await startThread(lena);
  for (const [user, path] of [[lena, "/messages/new"], [lena, thread.path], [owner, thread.admin], [owner, `${client.path}/messages/new`]]) {
    const { page } = await user.get(path);
    assert.equal(page.form("Send message").controls.at(-1).getAttribute("type"), "file", path);
  }
});

test("what no message names is swept, what one names stays", async () => {
  const thread = await startThread(lena, { files: [file("stays.txt", "stays")] });
  const { blob } = await one("SELECT f.blob FROM message_files f JOIN messages m ON m.id = f.message_id WHERE m.thread_id = ?", thread.id);
  await lena.upload("/messages/new", [["subject", "Orphan"], ["body", "x"], ["file", file("fine.txt", "orphan")], ["file", file("empty.txt", "")]]);
  const keys = async () => (await world.r2.list({ prefix: "form/" })).objects.map(({ key }) => key);
  const before = await keys();
  await world.advance(3 * 86_400_000);
  await world.cron();
  await world.cron();
  const left = await keys();
  assert.ok(left.includes(blob), "the message's file is there");
  const named = new Set((await all("SELECT blob FROM message_files")).map((row) => row.blob));
  assert.deepEqual(left.filter((key) => !named.has(key)), []);
  assert.ok(before.length > left.length);
});
