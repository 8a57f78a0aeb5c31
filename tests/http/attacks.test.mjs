// What somebody who may sign in could try against the portal and its people: each test plays one such way and
// finds it closed.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { sentInvoice } from "../harness/billing.mjs";
import { addDocument, setUpOwner, signIn, signInStaff } from "../harness/flows.mjs";
import { payLinkTo } from "../harness/invoices.mjs";
import { startThread, startThreadWith, writeBack } from "../harness/messages.mjs";
import { invoiceRow, payOnline, rowsOf } from "../harness/money.mjs";
import { clientRow, contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { answer as answerTicket, file, openTicket } from "../harness/tickets.mjs";
import { enrol } from "../harness/totp.mjs";
import { addProject, addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const stripe = await StripeStandIn.start();
const world = await World.start({ settings: stripe.settings });
await stripe.attach(world);
after(async () => {
  try {
    await world.close();
  } finally {
    await stripe.close();
  }
});

const HOUR = 3_600_000;
let owner;
before(async () => { owner = await setUpOwner(world); await payOnline(world); });
// Time passes in the tests.
beforeEach(() => signInStaff(owner));

const settle = async () => { await world.settled(); await world.cron(); };
const count = async (sql, ...values) => (await rowsOf(world, `SELECT count(*) AS n FROM ${sql}`, ...values))[0].n;

test("an invitation accepted in a session that is signed in is no proof of who holds it", async () => {
  const lena = await person(world, owner);
  await signIn(lena.person);
  await enrol(lena.person);
  await world.advance(HOUR);
  await signInStaff(owner);
  assert.match((await lena.person.get("/profile/factor")).location, /^\/confirm/);
  const [was] = await rowsOf(world, "SELECT s.expires_at, s.confirmed_at FROM sessions s WHERE s.contact_id = ? AND s.ended_at IS NULL ORDER BY s.created_at DESC LIMIT 1", lena.contact.id);
  const contact = await contactRow(world, await clientRow(world), { email: lena.contact.email });
  const thief = lena.person.clone();
  const accepted = await thief.post(await invitation(owner, contact), { choice: "link" });
  assert.equal(accepted.location, "/", String(accepted));
  assert.match((await thief.get("/")).text, new RegExp(contact.client.name));
  const [now] = await rowsOf(world, "SELECT expires_at, confirmed_at FROM sessions WHERE contact_id = ?", contact.id);
  assert.deepEqual(now, was, "the session is fresher, or lives longer, than the one it follows");
  assert.match((await thief.get("/profile/factor")).location, /^\/confirm/);
  await thief.post("/profile/factor", { act: "remove" });
  assert.equal(await count("factors f JOIN accounts a ON a.id = f.person_id WHERE a.email = ?", lena.contact.email), 1, "the second factor is gone");
  // Nor does the password alone prove it, where there is a second factor.
  const again = await contactRow(world, await clientRow(world), { email: lena.contact.email });
  assert.equal((await thief.post(await invitation(owner, again), { choice: "password", password: lena.person.password })).location, "/");
  assert.match((await thief.get("/profile/factor")).location, /^\/confirm/);
});

test("search tells nothing of words that only hidden things have", async () => {
  const { client, person: mina } = await person(world, owner);
  const hidden = await addProject(owner, client, { name: "Hidden" });
  await startThreadWith(owner, client, { subject: "Severance plan", project: hidden.id });
  await addDocument(owner, client, { title: "Severance report", visible: false });
  // Nine that may be seen, the last of which a hidden word before them would push out.
  for (const prefix of ["se", "sa"]) {
    for (const letter of "abcdefghz") {
      await startThread(mina, { subject: `${prefix}zz${letter}` });
      await addDocument(owner, client, { title: `${prefix}zz${letter}`, visible: true });
    }
  }
  await settle();
  const found = async (q) => (await mina.get(`/search?q=${q}`)).page.all("main section.panel a.row-link").map((link) => link.text.trim());
  assert.deepEqual(await found("severance"), []);
  assert.deepEqual((await found("sa")).filter((title) => title === "sazzz").length, 2, "what may be seen is not found");
  assert.deepEqual((await found("se")).filter((title) => title === "sezzz").length, 2, "a hidden word pushes out what may be seen");
});

test("nobody chooses where what they say stands: neither in the log nor among comments", async () => {
  const { client, person: noor } = await person(world, owner);
  const future = newId(world.now() + 40 * 365 * 24 * HOUR);
  const task = await addTask(owner, client, { visible: "on", title: "A task" });
  const spam = Array.from({ length: 201 }, (_, i) => i);
  const contact = (await rowsOf(world, "SELECT id FROM contacts WHERE client_id = ?", client.id))[0].id;
  await world.db.batch(spam.map((i) => world.db.prepare("INSERT INTO comments (id, task_id, internal, body, contact_id, author, created_at) VALUES (?, ?, 0, ?, ?, 'Noor', ?)")
    .bind(newId(world.now() + 40 * 365 * 24 * HOUR + i), task.id, `spam ${i}`, contact, world.now() - 1000)));
  await owner.post(`/admin/tasks/${task.id}/comments`, { body: "Said later", shared: "on" });
  for (const [user, path] of [[owner, `/admin/tasks/${task.id}`], [noor, `/tasks/${task.id}`]]) assert.match((await user.get(path)).text, /Said later/);
  for (const [key, subject] of [[future, "Pinned"], [newId(1), "Buried"]]) {
    for (const path of ["/tickets/new", "/messages/new"]) assert.equal((await noor.post(path, { form_key: key, subject, category: "", body: "b" })).status, 303);
  }
  const near = world.now() + 2 * 60_000;
  for (const table of ["audit", "tickets", "ticket_messages", "threads", "messages"]) {
    const [{ id: newest }] = await rowsOf(world, `SELECT id FROM ${table} ORDER BY id DESC LIMIT 1`);
    const [{ id: oldest }] = await rowsOf(world, `SELECT id FROM ${table} ORDER BY id LIMIT 1`);
    assert.ok(newest < newId(near), `${table}: ${newest} is of the future`);
    assert.ok(oldest > newId(near - 1000 * HOUR), `${table}: ${oldest} is of the past`);
  }
  assert.equal((await (await owner.get(`${client.path}/activity`)).page.text.match(/Buried/g)).length, 2);
});

test("a form of whatever key, sent twice, is one; the key of somebody else names nothing of theirs", async () => {
  const [one, two] = [await person(world, owner), await person(world, owner)];
  for (const key of [newId(world.now()), newId(world.now() + 40 * 365 * 24 * HOUR), newId(1)]) {
    for (const [path, table] of [["/tickets/new", "tickets"], ["/messages/new", "threads"]]) {
      const fields = { form_key: key, subject: `Same ${key}`, category: "", body: "The same words" };
      const [first, second] = [await one.person.post(path, fields), await one.person.post(path, fields)];
      assert.equal(first.location, second.location, `${first}`);
      const logs = table === "tickets" ? "ticket.opened" : "message.begun";
      assert.equal(await count("audit WHERE action = ? AND detail LIKE ?", logs, `%Same ${key}`), 1);
      const theirs = await two.person.post(path, fields);
      assert.notEqual(theirs.location, first.location);
      assert.equal((await two.person.follow(theirs)).status, 200, `${theirs}`);
      assert.equal(await count(`${table} WHERE subject = ? AND client_id = ?`, `Same ${key}`, two.client.id), 1);
    }
  }
});

test("who takes a file that staff sent leaves a receipt, by a range that does not count and in an export too", async () => {
  const { person: pia } = await person(world, owner);
  const ticket = await openTicket(pia);
  await answerTicket(owner, ticket, "Here.", { files: [file("contract.txt", "the whole contract")] });
  const thread = await startThread(pia);
  await writeBack(owner, thread, "Here.", { files: [file("plan.txt", "the whole plan")] });
  const taken = () => Promise.all([count("ticket_receipts"), count("message_receipts")]);
  const [of] = await rowsOf(world, "SELECT (SELECT id FROM ticket_files WHERE file_name = 'contract.txt') AS ticket, (SELECT id FROM message_files WHERE file_name = 'plan.txt') AS thread");
  const before = await taken();
  const paths = [`/tickets/files/${of.ticket}`, `/messages/files/${of.thread}`];
  for (const path of paths) {
    const { headers: { etag } } = await pia.head(path);
    assert.equal((await pia.get(path, { headers: { range: "bytes=999999-", "if-range": etag } })).status, 416);
  }
  assert.deepEqual(await taken(), before, "nothing was sent");
  for (const path of paths) {
    const answer = await pia.get(path, { headers: { range: "bytes=999999-", "if-range": '"another"' } });
    assert.match(answer.text, /the whole/);
  }
  assert.deepEqual(await taken(), before.map((n) => n + 1));
  await world.advance(HOUR);
  await signIn(pia);
  const zip = await pia.post("/profile/export", {});
  assert.match(zip.text, /the whole contract/);
  assert.deepEqual(await taken(), before.map((n) => n + 2), "an export leaves none");
});

test("links to invoices end with the person, their access and their mailbox", async () => {
  const live = (contact) => count("pay_links WHERE contact_id = ? AND revoked_at IS NULL AND moved_at IS NULL", contact.id);
  const sent = async () => {
    const one = await person(world, owner);
    await signInStaff(owner);
    await sentInvoice(owner, one.client);
    assert.equal(await live(one.contact), 1);
    return one;
  };
  const removed = await sent();
  await owner.post(`/admin/contacts/${removed.contact.id}/remove`);
  assert.equal(await live(removed.contact), 0, "removed");
  const moved = await sent();
  const edit = `/admin/contacts/${moved.contact.id}`;
  await owner.submit((await owner.get(edit)).page.formTo(edit), { job_title: "Director" });
  assert.equal(await live(moved.contact), 1, "another job ends nothing");
  const fields = (await owner.get(edit)).page.formTo(edit).fill({ email: "elsewhere@client.test" });
  await owner.post(edit, [...fields, ["end_access", "on"]]);
  assert.equal(await live(moved.contact), 0, "another mailbox");
  const locked = await sent();
  const permissions = `/admin/contacts/${locked.contact.id}/permissions`;
  const form = (await owner.get(permissions)).page.formTo(permissions);
  await owner.submit(form, { portal_access: null });
  const [{ portal_access: access }] = await rowsOf(world, "SELECT portal_access FROM contacts WHERE id = ?", locked.contact.id);
  assert.equal(access, 0);
  assert.equal(await live(locked.contact), 0, "access taken");
});

test("the link of one invoice says nothing of others that are paid with it", async () => {
  const { client, person: rosa } = await person(world, owner);
  const [one, two] = [await invoiceRow(world, client, { total: 1_000 }), await invoiceRow(world, client, { total: 98_765 })];
  const link = await payLinkTo(world, one);
  await rosa.post("/billing/pay", { [`i_${one.id}`]: "on", [`i_${two.id}`]: "on" });
  stripe.pay(stripe.openSession(), { delayed: true });
  await stripe.deliver();
  const stranger = world.user("who has the link");
  const pressed = await stranger.post(`${link.path}/pay`);
  assert.match(pressed.location, /\/confirming\//, String(pressed));
  const { text } = (await stranger.get(pressed.location)).page;
  assert.ok(text.includes(one.number) && text.includes("10.00"), text);
  assert.ok(!text.includes(two.number) && !/987\.65|997\.65/.test(text), text);
});

test("a list does not go on from a row that its reader may not see", async () => {
  const [one, two] = [await person(world, owner), await person(world, owner)];
  await startThread(one.person, { subject: "Early" });
  await world.advance(60_000);
  const theirs = await startThread(two.person, { subject: "Theirs" });
  await world.advance(60_000);
  await startThread(one.person, { subject: "Late" });
  const list = async (query) => (await one.person.get(`/messages${query}`)).page.all("main a.row-link").map((link) => link.text.trim());
  for (const way of ["after", "before"]) assert.deepEqual(await list(`?${way}=${theirs.id}`), await list(`?${way}=${newId(world.now())}`), way);
  const [shown, hidden] = [await addDocument(owner, one.client, { title: "Shown" }), await addDocument(owner, one.client, { title: "Hidden", visible: false })];
  assert.ok(shown.id);
  const documents = async (query) => (await one.person.get(`/documents${query}`)).page.all("main a.row-link").map((link) => link.text.trim());
  for (const way of ["after", "before"]) assert.deepEqual(await documents(`?${way}=${hidden.id}`), await documents(`?${way}=${newId(world.now())}`), way);
});

test("one key of a form does not keep mails about files away for ever, and every file of a form counts", async () => {
  const { client, person: sol } = await person(world, owner);
  const mails = async () => (await world.outbox()).filter((mail) => mail.kind === "upload").length;
  const key = newId(world.now());
  const before = await mails();
  await sol.upload("/documents", [["form_key", key], ["file", file("a.txt", "a")]]);
  await sol.upload("/documents", [["form_key", key], ["file", file("b.txt", "b")]]);
  assert.equal(await mails(), before + 1, "files of one form are told of once");
  await world.advance(16 * 60_000);
  await sol.upload("/documents", [["form_key", key], ["file", file("c.txt", "c")]]);
  assert.equal(await mails(), before + 2);
  const stored = async () => { let n = 0, cursor; do { const page = await world.r2.list({ cursor }); n += page.objects.length; cursor = page.truncated ? page.cursor : undefined; } while (cursor); return n; };
  const were = await stored();
  const copies = Array.from({ length: 510 }, () => ["file", file("same.txt", "same")]);
  await sol.upload("/documents", [["form_key", newId(world.now())], ...copies]);
  assert.equal((await stored()) - were, 500);
  assert.equal(await count("documents WHERE client_id = ? AND title = 'same'", client.id), 1);
});

test("codes of a second factor are thirty a day at a step-up too, and signing in helps", async () => {
  const { person: tom } = await person(world, owner);
  await signIn(tom);
  await enrol(tom);
  const statuses = [];
  for (let round = 0; round < 4; round++) {
    for (let i = 0; i < 10; i++) statuses.push((await tom.post("/confirm", { password: tom.password, totp: "000000" })).status);
    await world.advance(16 * 60_000);
  }
  assert.deepEqual([422, 429].map((status) => statuses.filter((one) => one === status).length), [30, 10]);
});

test("staff who look as a client stop no mail for them, even without a proof of where the request comes from", async () => {
  const { client, person: uma, contact } = await person(world, owner);
  await addDocument(owner, client, { title: "Leaflet", visible: "on", notify: "on" });
  await world.settled();
  const mail = await world.mailbox.newest(contact.email);
  const stop = mail.links.find((link) => link.includes("/unsubscribe/")).slice(world.base.length);
  const staff = owner.clone();
  assert.equal((await staff.post(`${client.path}/preview`)).status, 303);
  const unproven = (user) => user.request("POST", stop, { browser: false, headers: { "content-type": "application/x-www-form-urlencoded" }, body: "List-Unsubscribe=One-Click" });
  assert.equal((await unproven(staff)).status, 403);
  assert.equal((await unproven(world.user())).status, 200, "a mailbox is refused");
  assert.ok(uma);
});
