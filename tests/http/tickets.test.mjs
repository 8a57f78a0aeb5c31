// Support tickets: their states, what each side says, who is told by mail, lists, merging, and that of two who
// write at once nobody loses anything. What is internal has a file of its own, ticket-notes.test.mjs.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague, contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { answer, file, note, openTicket, reply } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, member, client, lena, other;
before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena" } }));
  other = await person(world, owner);
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const rowOf = ({ id }) => one("SELECT * FROM tickets WHERE id = ?", id);
const statusOf = async (ticket) => (await rowOf(ticket)).status;
const text = async (user, path) => (await user.get(path)).page.text;
const said = async (ticket) => (await all("SELECT body FROM ticket_messages WHERE ticket_id = ? ORDER BY seq", ticket.id)).map(({ body }) => body);
const press = (user, path, status) => user.post(`${path}/status`, { status });
const mails = async (address) => (await world.outbox()).filter((mail) => mail.kind === "ticket" && (address === undefined || mail.to_email === address));
const bytes = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};
async function missing(user, path) {
  const found = await user.get(path);
  assert.equal(found.status, 404, String(found));
  assert.deepEqual(bytes(found), bytes(await user.get("/no-such-page")));
}

test("a ticket goes from new to closed, each step by who may take it, each page one trip", async () => {
  const ticket = await openTicket(lena, { subject: "No hot <b>water", category: "Problem" });
  const { number, status } = await rowOf(ticket);
  assert.ok(number > 1000);
  assert.equal(status, "new");
  for (const [user, path] of [[lena, "/tickets"], [lena, ticket.path], [lena, "/tickets/new"], [owner, "/admin/tickets"], [owner, ticket.admin], [owner, `${client.path}/tickets`], [owner, "/admin"], [lena, "/"]]) {
    const page = await user.get(path);
    assert.equal(page.status, 200, path);
    assert.equal((await page.cost()).d1, 1, path);
    if (!/new$|^\/(admin)?$/.test(path)) assert.match(page.page.text, /No hot <b>water/, path);
  }
  assert.match(await text(lena, ticket.path), new RegExp(`#${number}.*Problem.*prints only blue`, "s"));
  // Staff answer: it waits for the client.
  const answered = await answer(owner, ticket, "Is the boiler on?");
  assert.equal(answered.status, 303, String(answered));
  assert.equal((await answered.cost()).d1, 2);
  assert.match((await owner.follow(answered)).page.text, /waits for the client now/);
  assert.equal(await statusOf(ticket), "waiting");
  assert.match(await text(lena, "/tickets"), /No hot <b>water.*Waiting for you/);
  assert.match(await text(owner, "/admin/tickets"), /Waiting on client/);
  // The client replies: it is open.
  const replied = await reply(lena, ticket, "It is, and humming.");
  assert.equal(replied.status, 303);
  assert.equal((await replied.cost()).d1, 2);
  assert.equal(await statusOf(ticket), "open");
  // Staff resolve with the answer; the client opens it again, and then resolves it.
  await answer(owner, ticket, "We came by.", { next: "resolved" });
  assert.equal(await statusOf(ticket), "resolved");
  const again = await press(lena, ticket.path, "open");
  assert.equal((await again.cost()).d1, 2);
  assert.equal(await statusOf(ticket), "open");
  await press(lena, ticket.path, "resolved");
  assert.equal(await statusOf(ticket), "resolved");
  // A word opens a resolved one.
  await reply(lena, ticket, "Cold again.");
  assert.equal(await statusOf(ticket), "open");
  for (const status of ["resolved", "open", "closed"]) assert.equal((await press(owner, ticket.admin, status)).status, 303);
  assert.equal(await statusOf(ticket), "closed");
  assert.deepEqual(await said(ticket), ["It prints only **blue** pages.", "Is the boiler on?", "It is, and humming.", "We came by.", "Cold again."]);
  const log = (await all("SELECT action FROM audit WHERE entity_id = ? ORDER BY id", ticket.id)).map(({ action }) => action);
  assert.deepEqual(log.toSorted(), ["ticket.opened", "ticket.answered", "ticket.replied", "ticket.answered", "ticket.reopened", "ticket.resolved", "ticket.replied", "ticket.resolved", "ticket.reopened", "ticket.closed"].toSorted());
});

test("what is not possible from a state is told, and changes nothing", async () => {
  const ticket = await openTicket(lena);
  for (const [user, path, status] of [[lena, ticket.path, "open"], [lena, ticket.path, "closed"], [lena, ticket.path, "new"], [owner, ticket.admin, "open"], [owner, ticket.admin, "waiting"]]) {
    const pressed = await press(user, path, status);
    assert.match((await user.follow(pressed)).page.text, /has changed meanwhile/, `${status} by ${user.name}`);
    assert.equal(await statusOf(ticket), "new");
  }
  assert.equal((await press(lena, ticket.path, "eaten")).status, 400);
  const bad = await answer(owner, ticket, "Hello", { next: "closed" });
  assert.equal(bad.status, 422);
  assert.match(bad.page.errorAt("The ticket is then"), /one of the states/);
  await press(owner, ticket.admin, "closed");
  assert.equal((await owner.get(ticket.admin)).page.hasButton("Send answer to the client"), false);
  const late = await owner.post(`${ticket.admin}/answer`, { answer: "Too late", next: "waiting" });
  assert.equal(late.status, 422);
  assert.match(late.page.errorAt("Answer"), /closed or merged meanwhile/);
  assert.equal((await said(ticket)).length, 1);
});

test("a reply to a closed ticket opens one that follows it, once", async () => {
  const ticket = await openTicket(lena, { subject: "Old thing", category: "Billing" });
  await press(owner, ticket.admin, "closed");
  assert.match(await text(lena, ticket.path), /Your reply opens a new one/);
  const form = (await lena.get(ticket.path)).page.form("Send reply");
  const sent = form.fill({ body: "It came back." });
  const replies = [await lena.upload(form.action, sent), await lena.upload(form.action, sent)];
  assert.deepEqual(replies.map(({ status, location }) => [status, location === ticket.path]), [[303, false], [303, false]]);
  assert.equal(replies[0].location, replies[1].location);
  const next = { id: replies[0].location.split("/").pop() };
  const row = await rowOf(next);
  assert.deepEqual([row.follows, row.subject, row.category, row.status], [ticket.id, "Old thing", "Billing", "new"]);
  assert.ok(row.number > (await rowOf(ticket)).number);
  assert.deepEqual(await said(next), ["It came back."]);
  assert.equal(await statusOf(ticket), "closed");
  assert.match(await text(lena, `/tickets/${next.id}`), /Follows #\d+ Old thing/);
  assert.match(await text(lena, ticket.path), /Goes on in #\d+ Old thing/);
  assert.match(await text(owner, `/admin/tickets/${next.id}`), /Follows #\d+ Old thing/);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = 'ticket.opened'", next.id)).n, 1);
});

test("the clock closes what has been resolved for so long as is set", async () => {
  const [done, fresh, open] = [await openTicket(lena), await openTicket(lena), await openTicket(lena)];
  await press(lena, done.path, "resolved");
  const days = async (n) => {
    const path = "/admin/settings/support";
    const saved = await owner.submit((await owner.get(path)).page.formTo(path), { close_days: String(n) }, { follow: false });
    assert.equal(saved.status, 303);
    assert.equal((await saved.cost()).d1, 2);
  };
  await days(3);
  const day = 86_400_000;
  await world.db.prepare("UPDATE tickets SET moved_at = ? WHERE id = ?").bind(Date.now() - 3 * day + 60_000, done.id).run();
  await press(lena, fresh.path, "resolved");
  await world.cron();
  assert.equal(await statusOf(done), "resolved");
  await world.db.prepare("UPDATE tickets SET moved_at = ? WHERE id = ?").bind(Date.now() - 3 * day - 1000, done.id).run();
  await world.cron();
  await world.cron();
  assert.deepEqual([await statusOf(done), await statusOf(fresh), await statusOf(open)], ["closed", "resolved", "new"]);
  const log = await all("SELECT principal, detail FROM audit WHERE entity_id = ? AND action = 'ticket.closed'", done.id);
  assert.equal(log.length, 1);
  assert.equal(log[0].principal, "system");
  await days(7);
});

test("one form opens one ticket and says one thing, whoever presses how often", async () => {
  const form = (await lena.get("/tickets/new")).page.formTo("/tickets/new");
  const sent = form.fill({ subject: "Twice", body: "Pressed twice." }).filter(([name]) => name !== "file");
  const first = await Promise.all([1, 2, 3].map(() => lena.clone().upload("/tickets/new", [...sent, ["file", file("a.txt", "AAA")]])));
  assert.ok(first.every(({ status }) => status === 303));
  assert.equal(new Set(first.map(({ location }) => location)).size, 1);
  assert.equal((await all("SELECT id FROM tickets WHERE subject = 'Twice'")).length, 1);
  const ticket = { id: first[0].location.split("/").pop(), path: first[0].location, admin: `/admin${first[0].location}` };
  assert.deepEqual(await said(ticket), ["Pressed twice."]);
  assert.equal((await all("SELECT f.id FROM ticket_files f JOIN ticket_messages m ON m.id = f.message_id WHERE m.ticket_id = ?", ticket.id)).length, 1);
  const page = (await owner.get(ticket.admin)).page;
  for (const [button, fields] of [["Send answer to the client", { answer: "Once" }], ["Keep internal note", { note: "Once inside" }]]) {
    const form = page.form(button);
    const sent = form.fill(fields).filter(([name]) => name !== "go");
    for (let n = 0; n < 2; n++) assert.equal((await owner.upload(form.action, sent)).status, 303);
  }
  assert.deepEqual(await said(ticket), ["Pressed twice.", "Once", "Once inside"]);
  assert.equal((await mails(lena.email)).filter(({ content }) => content.includes("Once")).length, 1);
});

test("forty who write at once keep an order and lose nothing", async () => {
  const ticket = await openTicket(lena);
  const texts = Array.from({ length: 40 }, (_, n) => `word ${n}`);
  const answers = await Promise.all(texts.map((body, n) => (n % 4 === 0
    ? owner.clone().post(`${ticket.admin}/answer`, { answer: body, next: "waiting", revision: "1" })
    : n % 4 === 1 ? owner.clone().post(`${ticket.admin}/notes`, { note: body })
      : lena.clone().post(`${ticket.path}/reply`, { body }))));
  assert.ok(answers.every(({ status }) => status === 303), answers.map(String).join("\n"));
  const rows = await all("SELECT seq, body FROM ticket_messages WHERE ticket_id = ? ORDER BY seq", ticket.id);
  assert.deepEqual(rows.map(({ seq }) => seq), Array.from({ length: 41 }, (_, n) => n + 1));
  assert.deepEqual(rows.slice(1).map(({ body }) => body).toSorted(), texts.toSorted());
  const shown = (await lena.get(ticket.path)).page.all(".talk > li .prose").map((p) => p.text.trim());
  assert.deepEqual(shown, rows.map(({ body }) => body.replaceAll("**", "")).filter((body) => Number(body.slice(5)) % 4 !== 1));
});

test("twenty tickets at once have twenty numbers without a gap", async () => {
  const before = (await one("SELECT max(number) AS n FROM tickets")).n;
  const opened = await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? lena : other.person).clone().post("/tickets/new", { subject: `At once ${n}`, body: "Now." })));
  assert.ok(opened.every(({ status }) => status === 303));
  const numbers = (await all("SELECT number FROM tickets WHERE subject LIKE 'At once %' ORDER BY number")).map(({ number }) => number);
  assert.deepEqual(numbers, Array.from({ length: 20 }, (_, n) => before + 1 + n));
});

test("who answers while the client writes is told, and the ticket stays open", async () => {
  const ticket = await openTicket(lena);
  const form = (await owner.get(ticket.admin)).page.form("Send answer to the client");
  await reply(lena, ticket, "One thing more.");
  const sent = await owner.upload(form.action, form.fill({ answer: "Done.", next: "resolved" }).filter(([name]) => name !== "go"));
  assert.match((await owner.follow(sent)).page.text, /wrote again while you were writing, so the ticket stays open/);
  assert.equal(await statusOf(ticket), "open");
});

test("the second of two people at one ticket's properties is told what the first one saved", async () => {
  const ticket = await openTicket(lena);
  const forms = [await owner.get(ticket.admin), await member.get(ticket.admin)].map(({ page }) => page.formTo(ticket.admin));
  const mo = await one("SELECT id, name FROM staff WHERE role = 'member'");
  const first = await owner.submit(forms[0], { priority: "high", assignee: mo.id }, { follow: false });
  assert.equal(first.status, 303);
  assert.equal((await first.cost()).d1, 2);
  const row = await rowOf(ticket);
  assert.deepEqual([row.priority, row.assignee_id, row.status], ["high", mo.id, "open"]);
  const second = await member.submit(forms[1], { priority: "low" }, { follow: false });
  assert.equal(second.status, 422);
  assert.match(second.page.errorAt("Priority"), /It now says: high/);
  assert.equal((await rowOf(ticket)).priority, "high");
  const again = await member.submit(second.page.formTo(ticket.admin), {}, { follow: false });
  assert.equal(again.status, 303, again.page.text.slice(0, 300));
  assert.equal((await rowOf(ticket)).priority, "low");
  for (const [name, value, label, pattern] of [["priority", "extreme", "Priority", /one of the priorities/], ["category", "Gossip", "Category", /one of the categories/], ["assignee", newId(), "Who has it", /one of your colleagues/]]) {
    const form = (await owner.get(ticket.admin)).page.formTo(ticket.admin);
    const fields = Object.fromEntries(form.values);
    const refused = await owner.post(ticket.admin, { ...fields, [name]: value });
    assert.equal(refused.status, 422, name);
    assert.match(refused.page.errorAt(label), pattern);
  }
});

/** A while later: who was told may be told again, and who has said much may say more. */
const soon = async () => {
  await world.advance(6 * 60_000);
  await world.db.prepare("DELETE FROM allowances").run();
};

test("mail goes to who has it, else to all who take such mail; answers to the people of the ticket alone", async () => {
  const second = await contactRow(world, client, { firstName: "Jonas" });
  const jonas = Object.assign(world.user("Jonas"), { email: second.email });
  await jonas.post(await invitation(owner, second), { choice: "link" });
  const quiet = await member.submit((await member.get("/admin/profile")).page.formTo("/admin/profile/tickets"), { tickets: null }, { follow: false });
  assert.equal((await quiet.cost()).d1, 2);
  assert.match((await member.follow(quiet)).page.text, /only about tickets that you have/);
  const ticket = await openTicket(lena, { subject: "Who hears", body: "First words.\n\nSecond words." });
  const { number } = await rowOf(ticket);
  const told = async (since) => (await mails()).filter(({ created_at }) => created_at > since).map(({ to_email }) => to_email).toSorted();
  const [first] = (await mails(owner.email)).filter(({ subject }) => subject.includes("Who hears"));
  assert.equal(first.subject, `[#${number}] Who hears`);
  assert.equal(JSON.parse(first.content).path, `/admin/tickets/${ticket.id}`);
  assert.match(first.content, new RegExp(`Lena.* of Birch Ltd opened the ticket #${number}: Who hears`));
  assert.equal((await mails(member.email)).filter(({ subject }) => subject.includes("Who hears")).length, 0);
  assert.equal((await mails(lena.email)).filter(({ subject }) => subject.includes("Who hears")).length, 0);
  // Somebody takes it: they alone are told, whatever they take otherwise.
  const mo = await one("SELECT id FROM staff WHERE role = 'member'");
  await owner.submit((await owner.get(ticket.admin)).page.formTo(ticket.admin), { assignee: mo.id });
  let since = (await one("SELECT max(created_at) AS at FROM outbox")).at;
  await soon();
  await reply(lena, ticket, "More words.");
  assert.deepEqual(await told(since), [member.email]);
  // Who has it no longer works here: nobody has it.
  await world.db.prepare("UPDATE staff SET deactivated_at = 1 WHERE id = ?").bind(mo.id).run();
  since = (await one("SELECT max(created_at) AS at FROM outbox")).at;
  await soon();
  await reply(lena, ticket, "Anybody?");
  assert.deepEqual(await told(since), [owner.email]);
  await world.db.prepare("UPDATE staff SET deactivated_at = NULL WHERE id = ?").bind(mo.id).run();
  // An answer goes to who wrote in it, and not to Jonas until he does.
  since = (await one("SELECT max(created_at) AS at FROM outbox")).at;
  assert.match(await text(owner, ticket.admin), /Lena Contact gets an e-mail/);
  await answer(owner, ticket, "Here is the **answer**.");
  assert.deepEqual(await told(since), [lena.email]);
  const mail = await world.mailbox.newest(lena.email);
  assert.match(mail.text, /Here is the \*\*answer\*\*/);
  assert.equal(mail.path(/\/tickets\//), ticket.path);
  await reply(jonas, ticket, "Me too.");
  since = (await one("SELECT max(created_at) AS at FROM outbox")).at;
  await answer(owner, ticket, "For both.");
  assert.deepEqual(await told(since), [lena.email, jonas.email].toSorted());
  // Who wants no such mail, may not see tickets, or whose portal is off, is not told.
  for (const [off, on, table, id] of [
    ["mail_tickets = 0", "mail_tickets = 1", "contacts", second.id],
    ["modules_off = 128", "modules_off = 0", "contacts", second.id],
    ["portal_access = 0", "portal_access = 1", "contacts", second.id],
  ]) {
    await world.db.prepare(`UPDATE ${table} SET ${off} WHERE id = ?`).bind(id).run();
    since = (await one("SELECT max(created_at) AS at FROM outbox")).at;
    await answer(owner, ticket, `Without Jonas: ${off}`);
    assert.deepEqual(await told(since), [lena.email], off);
    await world.db.prepare(`UPDATE ${table} SET ${on} WHERE id = ?`).bind(id).run();
  }
  await world.db.prepare("UPDATE clients SET modules_off = 128 WHERE id = ?").bind(client.id).run();
  since = (await one("SELECT max(created_at) AS at FROM outbox")).at;
  await answer(owner, ticket, "Nobody hears this.");
  assert.deepEqual(await told(since), []);
  assert.match(await text(owner, ticket.admin), /Nobody gets an e-mail about it/);
  await world.db.prepare("UPDATE clients SET modules_off = 0 WHERE id = ?").bind(client.id).run();
  await world.db.prepare("UPDATE staff SET mail_tickets = 1").run();
});

test("staff open a ticket for a client, who reads and answers it like any other, mailed as the form says", async () => {
  const path = `${client.path}/tickets/new`;
  const page = await owner.get(path);
  assert.equal((await page.cost()).d1, 1);
  const people = page.page.all("select[name=person] option");
  assert.deepEqual(people.map((option) => option.text), ["Nobody in particular (no e-mail)", "Jonas Contact (gets an e-mail)", "Lena Contact (gets an e-mail)"]);
  const form = page.page.formTo(path);
  const fields = form.fill({ subject: "Your call", body: "You asked for **blue**.", category: "Question", person: people[2].getAttribute("value") }).filter(([name]) => name !== "file");
  const made = await owner.upload(path, [...fields, ["file", file("sketch.txt", "pixels")]]);
  assert.equal(made.status, 303, made.page.text.slice(0, 300));
  assert.equal((await made.cost()).d1, 2);
  assert.match((await owner.follow(made)).page.text, /The ticket is open\. Lena Contact gets an e-mail\./);
  const id = made.location.split("/").at(-1);
  const ticket = { id, path: `/tickets/${id}`, admin: `/admin/tickets/${id}` };
  const row = await rowOf(ticket);
  assert.deepEqual([row.status, row.category, row.assignee_id], ["open", "Question", (await one("SELECT id FROM staff WHERE role = 'owner'")).id]);
  const mail = await world.mailbox.newest(lena.email);
  assert.equal(mail.subject, `[#${row.number}] Your call`);
  assert.match(mail.text, new RegExp(`opened the ticket #${row.number} for you: Your call`));
  assert.equal(mail.path(/\/tickets\//), ticket.path);
  const seen = await lena.get(ticket.path);
  assert.match(seen.page.text, /Your call.*You asked for blue.*sketch\.txt/);
  assert.equal((await reply(lena, ticket, "Thank you.")).status, 303);
  // The same form again is the same ticket; of nobody in particular nobody is told.
  const again = await owner.upload(path, [...fields, ["file", file("sketch.txt", "pixels")]]);
  assert.equal(again.location, made.location);
  const count = async () => (await one("SELECT count(*) AS n FROM outbox WHERE kind = 'ticket'")).n;
  const before = await count();
  const nobody = (await owner.get(path)).page.formTo(path).fill({ subject: "Quiet", body: "Words.", person: "", status: "waiting" }).filter(([name]) => name !== "file");
  const quiet = await owner.upload(path, nobody);
  assert.match((await owner.follow(quiet)).page.text, /Nobody gets an e-mail about it/);
  assert.equal(await count(), before);
  assert.equal(await statusOf({ id: quiet.location.split("/").at(-1) }), "waiting");
  // Somebody of another client is nobody here, and what is missing is told at its field.
  const stranger = (await one("SELECT ct.id FROM contacts ct WHERE ct.client_id <> ? LIMIT 1", client.id)).id;
  for (const [change, label, why] of [[{ person: stranger }, "Whose it is", /one of the people/], [{ subject: "" }, "Subject", /subject/], [{ body: " " }, "Message", /text/], [{ status: "closed" }, "Who does something next", /Choose who/]]) {
    const fresh = Object.fromEntries((await owner.get(path)).page.formTo(path).fill({ subject: "S", body: "B" }).filter(([name]) => name !== "file"));
    const refused = await owner.post(path, { ...fresh, ...change });
    assert.equal(refused.status, 422, label);
    assert.match(refused.page.errorAt(label), why);
  }
});

test("two tickets of a client become one, in the order of time, and the first leads to the second", async () => {
  const [a, b] = [await openTicket(lena, { subject: "Keeps", body: "a1" }), await openTicket(lena, { subject: "Goes", body: "b1", files: [file("photo.txt", "pixels")] })];
  await reply(lena, a, "a2");
  await note(owner, b, "b2 inside");
  await answer(owner, a, "a3");
  await reply(lena, b, "b3");
  const foreign = await openTicket(other.person, { subject: "Foreign" });
  const form = (await owner.get(b.admin)).page.form("Merge");
  assert.ok(!form.element.text.includes("Foreign"));
  const stale = (await lena.get(b.path)).page.form("Send reply");
  for (const [fields, label] of [[{ into: a.id }, "I am sure: this cannot be undone"], [{ into: foreign.id, sure: "on" }, "Into"], [{ into: b.id, sure: "on" }, "Into"], [{ into: "", sure: "on" }, "Into"]]) {
    const refused = await owner.post(`${b.admin}/merge`, fields);
    assert.equal(refused.status, 422);
    assert.ok(refused.page.errorAt(label), label);
  }
  const merged = await owner.post(`${b.admin}/merge`, { into: a.id, sure: "on" });
  assert.equal(merged.status, 303, merged.page.text.slice(0, 400));
  assert.equal((await merged.cost()).d1, 2);
  assert.equal(merged.location, a.admin);
  assert.deepEqual(await said(a), ["a1", "b1", "a2", "b2 inside", "a3", "b3"]);
  assert.deepEqual(await said(b), []);
  // b waited for staff, so a does now.
  assert.deepEqual([await statusOf(a), await statusOf(b)], ["open", "closed"]);
  for (const [user, path, to] of [[lena, b.path, a.path], [owner, b.admin, a.admin]]) {
    const page = (await user.get(path)).page;
    assert.match(page.text, /#\d+ Keeps/);
    assert.ok(page.all(`a[href="${to}"]`).length, `${path} leads to ${to}`);
    assert.equal(page.all("textarea").length, 0);
  }
  for (const [user, path] of [[lena, "/tickets"], [owner, "/admin/tickets"], [owner, `${client.path}/tickets`]]) assert.doesNotMatch(await text(user, path), /Goes/, path);
  assert.match(await text(lena, a.path), /photo\.txt/);
  // What was typed meanwhile goes where the ticket went.
  const late = await lena.upload(stale.action, stale.fill({ body: "b4" }));
  assert.equal(late.location, a.path);
  assert.equal((await said(a)).at(-1), "b4");
  const again = await owner.post(`${b.admin}/merge`, { into: a.id, sure: "on" });
  assert.match((await owner.follow(again)).page.text, /merged already/);
  // And on: a merges into c, and b leads there too.
  const c = await openTicket(lena, { subject: "Last", body: "c1" });
  await owner.post(`${a.admin}/merge`, { into: c.id, sure: "on" });
  assert.equal((await rowOf(b)).merged_into, c.id);
  assert.equal((await said(c)).length, 8);
});

test("files come with words, are fetched through the predicate, and leave receipts", async () => {
  const content = "0123456789".repeat(1000);
  const ticket = await openTicket(lena, { files: [file("plan.txt", content), file("b\"ä.html", "<script>1</script>", "text/html")] });
  const links = (page) => page.page.all(".attached a").map((a) => a.getAttribute("href"));
  const [mine, html] = links(await lena.get(ticket.path));
  const got = await lena.get(mine);
  assert.deepEqual([got.status, got.text], [200, content]);
  assert.equal((await got.cost()).d1, 1);
  assert.match(got.headers["content-disposition"], /^attachment; filename="plan\.txt"/);
  assert.match(got.headers["content-security-policy"], /sandbox/);
  assert.equal(got.headers["x-content-type-options"], "nosniff");
  assert.match((await lena.get(html)).headers["content-disposition"], /^attachment/);
  const part = await lena.get(mine, { headers: { range: "bytes=10-14" } });
  assert.deepEqual([part.status, part.text, part.headers["content-range"]], [206, "01234", "bytes 10-14/10000"]);
  assert.equal((await lena.get(mine, { headers: { "if-none-match": got.headers.etag } })).status, 304);
  const foreign = await other.person.get(mine);
  assert.deepEqual(bytes(foreign), bytes(await other.person.get(`/tickets/files/${newId()}`)));
  assert.equal(foreign.status, 404);
  assert.equal((await owner.get(`/admin${mine}`)).text, content);
  // What the client sent leaves no receipt when they fetch it; what staff sent does, once a quarter of an hour.
  assert.equal((await all("SELECT id FROM ticket_receipts")).length, 0);
  await answer(owner, ticket, "See the offer.", { files: [file("offer.txt", "cheap")] });
  const offer = links(await lena.get(ticket.path)).at(-1);
  await lena.head(offer);
  assert.equal((await all("SELECT id FROM ticket_receipts")).length, 0);
  for (let n = 0; n < 2; n++) assert.equal((await lena.get(offer)).text, "cheap");
  assert.equal((await all("SELECT id FROM ticket_receipts")).length, 1);
  assert.match(await text(owner, ticket.admin), /offer\.txt.*Downloaded by the client/);
  assert.doesNotMatch(await text(lena, ticket.path), /Downloaded/);
  assert.equal((await lena.get(offer, { headers: { "sec-fetch-site": "cross-site" } })).status, 303);
  // Keys are random and say nothing.
  for (const { blob } of await all("SELECT blob FROM ticket_files")) assert.match(blob, /^form\/\d{4}-\d\d-\d\d\/[0-9a-f]{32}$/);
});

test("a file that cannot be taken is told at its field, what was typed stays, and nothing is half there", async () => {
  const empty = await lena.upload("/tickets/new", [["subject", "Kept"], ["body", "Kept too"], ["file", file("fine.txt", "x")], ["file", file("empty.txt", "")]]);
  assert.equal(empty.status, 422);
  assert.match(empty.page.errorAt("Files"), /empty\.txt/);
  assert.equal(empty.page.field("Subject").getAttribute("value"), "Kept");
  await world.db.prepare("UPDATE business SET upload_limit = 1048576").run();
  const large = await lena.upload("/tickets/new", [["subject", "Kept"], ["body", "Kept too"], ["file", file("big.bin", Buffer.alloc(1_100_000))]]);
  assert.equal(large.status, 422);
  assert.match(large.page.errorAt("Files"), /big\.bin is larger than 1 MB/);
  await world.db.prepare("UPDATE business SET upload_limit = 104857600").run();
  const mute = await lena.upload("/tickets/new", [["subject", " "], ["body", "x"], ["file", file()]]);
  assert.equal(mute.status, 422);
  assert.match(mute.page.errorAt("Subject"), /fill in the subject/);
  const many = await lena.upload("/tickets/new", [["subject", "Many"], ["body", "x"], ...Array.from({ length: 21 }, (_, n) => ["file", file(`${n}.txt`, `${n}`)])]);
  assert.equal(many.status, 422);
  assert.match(many.page.errorAt("Files"), /at most 20/);
  assert.equal((await all("SELECT id FROM tickets WHERE subject IN ('Kept', 'Many')")).length, 0);
  await world.fault({ on: "r2", op: "put", when: "before" });
  world.expectLog(/receiving/);
  const failed = await lena.upload("/tickets/new", [["subject", "Kept"], ["body", "x"], ["file", file()]]);
  assert.equal(failed.status, 422, String(failed));
  assert.match(failed.page.errorAt("Files"), /could not be stored/);
});

test("saved replies are inserted into what is typed, without a script", async () => {
  const path = "/admin/settings/support/replies/new";
  const made = await owner.submit((await owner.get(path)).page.formTo(path), { name: "Greeting", body: "Kind regards,\nyour team" }, { follow: false });
  assert.equal(made.status, 303);
  assert.equal((await made.cost()).d1, 2);
  const saved = await one("SELECT * FROM saved_replies WHERE name = 'Greeting'");
  const ticket = await openTicket(lena);
  const form = (await owner.get(ticket.admin)).page.form("Insert");
  const inserted = await owner.upload(form.action, [...form.fill({ answer: "It works now.", saved: saved.id }).filter(([name]) => name !== "go"), ["go", "insert"]]);
  assert.equal(inserted.status, 200, String(inserted));
  assert.equal(inserted.page.field("Answer").text.trim(), "It works now.\n\nKind regards,\nyour team");
  assert.equal((await said(ticket)).length, 1);
  const sent = await owner.submit(inserted.page.form("Send answer to the client"), {}, { follow: false });
  assert.equal(sent.status, 303);
  assert.equal((await said(ticket))[1], "It works now.\n\nKind regards,\nyour team");
  const none = await owner.post(`${ticket.admin}/answer`, { go: "insert", saved: newId() });
  assert.equal(none.status, 422);
  assert.match(none.page.errorAt("Saved reply"), /Choose one of the saved replies/);
  // Changed, by the second of two who is told, and deleted.
  const edit = `/admin/settings/support/replies/${saved.id}`;
  const forms = [await owner.get(edit), await owner.get(edit)].map(({ page }) => page.formTo(edit));
  assert.equal((await owner.submit(forms[0], { body: "Cheers" }, { follow: false })).status, 303);
  const told = await owner.submit(forms[1], { body: "Bye" }, { follow: false });
  assert.equal(told.status, 422);
  assert.match(told.page.errorAt("Text"), /It now says: Cheers/);
  assert.equal((await owner.post(`${edit}/delete`)).status, 303);
  assert.equal(await one("SELECT id FROM saved_replies WHERE id = ?", saved.id), null);
  assert.equal((await member.get("/admin/settings/support")).status, 403);
});

test("off is off on the next request, for the client and for one person", async () => {
  const ticket = await openTicket(lena, { subject: "Quiet thing", files: [file()] });
  const link = (await lena.get(ticket.path)).page.all(".attached a")[0].getAttribute("href");
  const path = `${client.path}/permissions`;
  const set = async (at, on) => assert.equal((await owner.submit((await owner.get(at)).page.formTo(at), { support_tickets: on }, { follow: false })).status, 303);
  await set(path, null);
  for (const at of ["/tickets", "/tickets/new", ticket.path, link]) await missing(lena, at);
  assert.doesNotMatch((await lena.get("/")).text, /\/tickets|Open tickets/);
  assert.equal((await lena.post(`${ticket.path}/reply`, { body: "Hello" })).status, 404);
  assert.equal((await lena.post("/tickets/new", { subject: "x", body: "y" })).status, 404);
  assert.equal((await press(lena, ticket.path, "resolved")).status, 404);
  assert.equal((await said(ticket)).length, 1);
  await set(path, "on");
  assert.equal((await lena.get(ticket.path)).status, 200);
  assert.match((await lena.get("/")).text, /Open tickets/);
});

test("nobody reaches what is another client's", async () => {
  const ticket = await openTicket(lena);
  await missing(other.person, ticket.path);
  for (const [path, fields] of [["reply", { body: "Hello" }], ["status", { status: "resolved" }]]) {
    const refused = await other.person.post(`${ticket.path}/${path}`, fields);
    assert.deepEqual(bytes(refused), bytes(await other.person.post(`/tickets/${newId()}/${path}`, fields)));
    assert.equal(refused.status, 404);
  }
  assert.deepEqual([await statusOf(ticket), (await said(ticket)).length], ["new", 1]);
});

test("the clients' and the staff's lists go forwards and backwards in their order, and filter", async () => {
  const many = await person(world, owner);
  const mo = await one("SELECT id FROM staff WHERE role = 'member'");
  const states = ["new", "open", "waiting", "resolved", "closed"];
  const priorities = ["low", "normal", "high", "urgent"];
  const rows = Array.from({ length: 70 }, (_, n) => ({
    id: newId(1_700_000_000_000 + n), number: 900_000 + n, status: states[n % 5], priority: priorities[n % 4], at: 1_700_000_000_000 + ((n * 37) % 70) * 1000, assignee: n % 3 ? null : mo.id,
  }));
  await world.db.batch(rows.map((r) => world.db.prepare("INSERT INTO tickets (id, number, client_id, subject, status, priority, assignee_id, said_at, moved_at, created_at) VALUES (?1, ?2, ?3, ?1, ?4, ?5, ?6, ?7, 1, 1)").bind(r.id, r.number, many.client.id, r.status, r.priority, r.assignee, r.at)));
  const walk = async (user, first, prefix) => {
    let page = await user.get(first);
    const read = () => page.page.all("a.row-link").map((a) => a.getAttribute("href").replace(prefix, ""));
    const pages = [read()];
    while (page.page.all("a[rel=next]").length) {
      page = await user.get(page.page.all("a[rel=next]")[0].getAttribute("href"));
      assert.equal((await page.cost()).d1, 1);
      pages.push(read());
    }
    for (const before of pages.slice(0, -1).toReversed()) {
      page = await user.get(page.page.all("a[rel=prev]")[0].getAttribute("href"));
      assert.deepEqual(read(), before);
    }
    return pages.flat();
  };
  const open = (r) => ["new", "open", "waiting"].includes(r.status);
  const seen = rows.toSorted((a, b) => open(b) - open(a) || b.at - a.at).map(({ id }) => id);
  assert.deepEqual(await walk(many.person, "/tickets", "/tickets/"), seen);
  const place = (r) => ({ closed: 0, resolved: 10, waiting: 20 })[r.status] ?? 30 + priorities.indexOf(r.priority);
  const ours = (r) => ["new", "open"].includes(r.status);
  const order = (list) => list.toSorted((a, b) => place(b) - place(a) || (ours(a) ? a.at - b.at : b.at - a.at)).map(({ id }) => id);
  const of = `client=${many.client.id}`;
  for (const [query, keep] of [
    ["", () => true], ["state=us", ours], ["state=new", (r) => r.status === "new"], ["state=closed", (r) => r.status === "closed"],
    ["priority=urgent", (r) => r.priority === "urgent"], ["assignee=nobody", (r) => !r.assignee], [`assignee=${mo.id}`, (r) => r.assignee === mo.id],
    [`assignee=${mo.id}&state=us&priority=high`, (r) => r.assignee === mo.id && ours(r) && r.priority === "high"],
  ]) {
    assert.deepEqual(await walk(owner, `/admin/tickets?${of}&${query}`, "/admin/tickets/"), order(rows.filter(keep)), query);
    assert.deepEqual(await walk(owner, `${many.client.path}/tickets?${query}`, "/admin/tickets/"), order(rows.filter(keep)), query);
  }
  for (const query of ["state=gone", "assignee=x", "priority=x", "client=x", "after=x", "before=%ff"]) assert.equal((await owner.get(`/admin/tickets?${query}`)).status, 200, query);
  // All clients: each filter keeps what it says.
  const everything = await all("SELECT id, status, priority, assignee_id FROM tickets WHERE merged_into IS NULL");
  for (const [query, keep] of [["", () => true], ["state=us", ours], ["priority=urgent", (r) => r.priority === "urgent"], ["assignee=nobody", (r) => !r.assignee_id], [`assignee=${mo.id}`, (r) => r.assignee_id === mo.id]]) {
    assert.deepEqual((await walk(owner, `/admin/tickets?${query}`, "/admin/tickets/")).toSorted(), everything.filter(keep).map(({ id }) => id).toSorted(), query);
  }
  // The dashboards count what the lists hold.
  const waiting = everything.filter(ours).length;
  assert.match(await text(owner, "/admin"), new RegExp(`Tickets waiting for you ${waiting}`));
  assert.match(await text(many.person, "/"), new RegExp(`Open tickets ${rows.filter(open).length}`));
});

test("long talks come a page at a time", async () => {
  const ticket = await openTicket(lena, { body: "word 0" });
  await world.db.batch(Array.from({ length: 120 }, (_, n) => world.db.prepare("INSERT INTO ticket_messages (id, ticket_id, seq, internal, body, contact_id, author, created_at) SELECT ?1, ?2, ?3, 0, ?4, opened_by, 'Lena', ?5 FROM tickets WHERE id = ?2").bind(newId(), ticket.id, n + 2, `word ${n + 1}`, Date.now())));
  for (const [user, path] of [[lena, ticket.path], [owner, ticket.admin]]) {
    let page = await user.get(path);
    const read = () => page.page.all(".talk > li .prose").map((p) => p.text.trim());
    let words = read();
    assert.equal(words.length, 50);
    while (page.page.hasLink("Earlier messages")) {
      page = await user.get(page.page.link("Earlier messages"));
      assert.equal((await page.cost()).d1, 1);
      words = [...read(), ...words];
    }
    assert.deepEqual(words, Array.from({ length: 121 }, (_, n) => `word ${n}`));
  }
});

test("text brings no HTML and no script", async () => {
  const nasty = "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)>";
  const ticket = await openTicket(lena, { subject: nasty, body: nasty });
  await answer(owner, ticket, nasty);
  await note(owner, ticket, nasty);
  for (const [user, path] of [[owner, ticket.admin], [lena, ticket.path], [owner, `${client.path}/tickets?state=waiting`], [lena, "/tickets"]]) {
    const page = (await user.get(path)).page;
    assert.equal(page.all("main script, main img, main a[href^='javascript']").length, 0, path);
    assert.match(page.text, /<script>alert\(1\)<\/script>/, path);
  }
});

test("a lost answer of the store loses nothing and writes nothing twice", async () => {
  await soon();
  for (const when of ["before", "after"]) {
    const ticket = await openTicket(lena);
    world.expectLog(/D1/);
    const pages = [[lena, ticket.path, "Send reply", "body", "reply"], [owner, ticket.admin, "Send answer to the client", "answer", "answer"], [owner, ticket.admin, "Keep internal note", "note", "note"]];
    for (const [user, path, button, field, words] of pages) {
      const form = (await user.get(path)).page.form(button);
      const sent = form.fill({ [field]: `${words} ${when}` }).filter(([name]) => name !== "go");
      await world.fault({ on: "d1", op: "batch", match: "INTO ticket_messages", when });
      const lost = await user.upload(form.action, sent);
      assert.equal(lost.status, 503, String(lost));
      const again = await user.upload(form.action, sent);
      assert.equal(again.status, 303, String(again));
    }
    assert.deepEqual((await said(ticket)).slice(1), [`reply ${when}`, `answer ${when}`, `note ${when}`]);
    const about = (await mails()).filter(({ content }) => content.includes(ticket.id));
    assert.equal(new Set(about.map(({ dedupe_key }) => dedupe_key)).size, about.length);
    assert.equal(about.filter(({ content }) => content.includes(`answer ${when}`)).length, 1);
    assert.equal((await one("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = 'ticket.replied'", ticket.id)).n, 1);
  }
});

test("in every form files come last, so that words are looked at before a file is stored", async () => {
  const ticket = await openTicket(lena);
  for (const [user, path, buttons] of [[lena, "/tickets/new", ["Open ticket"]], [lena, ticket.path, ["Send reply"]], [owner, ticket.admin, ["Send answer to the client", "Keep internal note"]]]) {
    const { page } = await user.get(path);
    for (const button of buttons) assert.equal(page.form(button).controls.at(-1).getAttribute("type"), "file", button);
  }
});

test("what no ticket names is swept, what one names stays", async () => {
  const ticket = await openTicket(lena, { files: [file("stays.txt", "stays")] });
  const { blob } = await one("SELECT f.blob FROM ticket_files f JOIN ticket_messages m ON m.id = f.message_id WHERE m.ticket_id = ?", ticket.id);
  await lena.upload("/tickets/new", [["subject", "Orphan"], ["body", "x"], ["file", file("fine.txt", "orphan")], ["file", file("empty.txt", "")]]);
  const keys = async () => (await world.r2.list({ prefix: "form/" })).objects.map(({ key }) => key);
  const before = await keys();
  await world.advance(3 * 86_400_000);
  await world.cron();
  await world.cron();
  const left = await keys();
  assert.ok(left.includes(blob), "the ticket's file is there");
  const named = new Set((await all("SELECT blob FROM ticket_files")).map((row) => row.blob));
  assert.deepEqual(left.filter((key) => !named.has(key)), []);
  assert.ok(before.length > left.length);
});
