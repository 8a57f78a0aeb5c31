// Mails about tasks: the client's people hear of what waits for them and of what staff share, staff of what the client
// answers and says; each as they chose, each once, and of what is internal nobody hears.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, member, client, lena, jonas, second;
before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena" } }));
  second = await contactRow(world, client, { firstName: "Jonas" });
  jonas = Object.assign(world.user("Jonas"), { email: second.email });
  await jonas.post(await invitation(owner, second), { choice: "link" });
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
/** What is queued by doing something: [address, subject], in order. */
async function told(act) {
  const known = new Set((await world.outbox()).map(({ id }) => id));
  await act();
  await world.settled();
  return (await world.outbox()).filter(({ id, kind }) => !known.has(id) && kind === "task").map(({ to_email, subject }) => [to_email, subject]).toSorted();
}
const both = (subject) => [[lena.email, subject], [jonas.email, subject]].toSorted();
const save = async (task, changes) => owner.submit((await owner.get(`${task.path}/edit`)).page.formTo(`${task.path}/edit`), changes, { follow: false });
const answer = (user, task, fields) => user.post(`/tasks/${task.id}/answer`, fields);
const formOf = async (user, task) => (await user.get(`/tasks/${task.id}`)).page.formTo(`/tasks/${task.id}/comments`);

test("a task that begins to wait is told of once, to all who see tasks, with a link and a way out", async () => {
  const form = (await owner.get(`${client.path}/tasks/new`)).page;
  assert.match(form.text, /It then waits for them, and stands on their first page\. Jonas Contact and Lena Contact get an e-mail\./);
  let task;
  assert.deepEqual(await told(async () => { task = await addTask(owner, client, { title: "Photos", visible: "on", asks: "complete", due_on: "2099-01-05" }); }), both("Waits for you: Photos"));
  const mail = await world.mailbox.newest(lena.email);
  assert.match(mail.text, /asks you to complete this: Photos\. It is due 5 Jan 2099/);
  assert.equal(mail.path(/\/tasks\//), `/tasks/${task.id}`);
  assert.ok(mail.links.some((link) => link.includes("/unsubscribe/")), "one press ends such mail");
  // It waits already: saving it again tells nobody. Nor does a visible one that asks nothing, or one inside.
  assert.deepEqual(await told(() => save(task, { title: "Photos of the shop" })), []);
  assert.deepEqual(await told(() => addTask(owner, client, { title: "Seen", visible: "on" })), []);
  assert.deepEqual(await told(() => addTask(owner, client, { title: "Inside" })), []);
  // The same form twice is one task and one mail.
  const path = `${client.path}/tasks/new`;
  const fields = { ...Object.fromEntries(form.formTo(path).values), title: "Twice", visible: "on", asks: "approve" };
  assert.deepEqual(await told(async () => { await owner.post(path, fields); await owner.post(path, fields); }), both("Waits for you: Twice"));
  // It stops to wait and begins again: that is told.
  assert.equal((await save(task, { asks: "" })).status, 303);
  assert.deepEqual(await told(() => save(task, { asks: "approve" })), both("Waits for you: Photos of the shop"));
  assert.match((await world.mailbox.newest(lena.email)).text, /asks you to look at and approve this/);
});

test("who takes no such mail, does not see tasks, or may not come in is not told; off is off for all", async () => {
  for (const [off, on, table, id] of [
    ["mail_tasks = 0", "mail_tasks = 1", "contacts", second.id], ["modules_off = 2", "modules_off = 0", "contacts", second.id], ["portal_access = 0", "portal_access = 1", "contacts", second.id],
  ]) {
    await world.db.prepare(`UPDATE ${table} SET ${off} WHERE id = ?`).bind(id).run();
    assert.deepEqual(await told(() => addTask(owner, client, { title: off, visible: "on", asks: "complete" })), [[lena.email, `Waits for you: ${off}`]], off);
    await world.db.prepare(`UPDATE ${table} SET ${on} WHERE id = ?`).bind(id).run();
  }
  for (const [off, on] of [["modules_off = 2", "modules_off = 0"], ["portal_enabled = 0", "portal_enabled = 1"]]) {
    await world.db.prepare(`UPDATE clients SET ${off} WHERE id = ?`).bind(client.id).run();
    assert.match((await owner.get(`${client.path}/tasks/new`)).page.text, /Nobody gets an e-mail about it: nobody of this client takes such mail/);
    assert.deepEqual(await told(() => addTask(owner, client, { title: off, visible: "on", asks: "complete" })), [], off);
    await world.db.prepare(`UPDATE clients SET ${on} WHERE id = ?`).bind(client.id).run();
  }
});

test("a comment that staff share is told to the client's people, one they keep to nobody", async () => {
  const task = await addTask(owner, client, { title: "Logo", visible: "on" });
  assert.match((await owner.get(task.path)).page.text, /Jonas Contact and Lena Contact get an e-mail/);
  assert.deepEqual(await told(() => owner.post(`${task.path}/comments`, { body: "MARKER-INSIDE" })), []);
  let sent;
  assert.deepEqual(await told(async () => { sent = await owner.post(`${task.path}/comments`, { body: "Which **one**?", shared: "on" }); }), both("New comment: Logo"));
  assert.equal((await sent.cost()).d1, 2);
  assert.match((await world.mailbox.newest(jonas.email)).text, /commented on “Logo”:\s+Which \*\*one\*\*\?/);
  assert.ok(!(await world.outbox()).some(({ content }) => content.includes("MARKER-INSIDE")));
});

test("what a client answers and says goes to who has the task, else to all who take such mail, once", async () => {
  const mo = await one("SELECT id FROM staff WHERE role = 'member'");
  const mine = await addTask(owner, client, { title: "Draft", visible: "on", asks: "approve", assignee: mo.id });
  await world.settled();
  let sent;
  assert.deepEqual(await told(async () => { sent = await answer(lena, mine, { answer: "changes", note: "Bigger, please." }); }), [[member.email, "Changes asked for: Draft"]]);
  assert.equal((await sent.cost()).d1, 2);
  const mail = await world.mailbox.newest(member.email);
  assert.match(mail.text, /Lena Contact of Birch Ltd asks for changes to “Draft”:\s+Bigger, please\./);
  assert.equal(mail.path(/\/admin\/tasks\//), mine.path);
  assert.deepEqual(await told(() => answer(jonas, mine, { answer: "approved" })), [], "answered already");
  // Asked again, it is told again.
  assert.deepEqual(await told(() => save(mine, { ask_again: "on" })), both("Waits for you: Draft"));
  assert.deepEqual(await told(() => answer(jonas, mine, { answer: "approved" })), [[member.email, "Approved: Draft"]]);
  const open = await addTask(owner, client, { title: "Shop", visible: "on", asks: "complete" });
  await world.settled();
  assert.deepEqual(await told(() => answer(lena, open, { answer: "completed" })), [[member.email, "Completed: Shop"], [owner.email, "Completed: Shop"]].toSorted());
  // Who takes no such mail hears of what they have alone.
  const quiet = await member.submit((await member.get("/admin/profile")).page.formTo("/admin/profile/tasks"), { tasks: null }, { follow: false });
  assert.match((await member.follow(quiet)).page.text, /only about tasks that you do/);
  const form = await formOf(lena, open);
  assert.deepEqual(await told(async () => { await lena.submit(form, { body: "By the way." }); await lena.submit(form, { body: "By the way." }); }), [[owner.email, "Comment: Shop"]]);
  assert.equal((await one("SELECT count(*) AS n FROM comments WHERE task_id = ?", open.id)).n, 1);
  assert.match((await owner.get(`${client.path}/activity`)).page.text, /Lena Contact commented on the task “Shop”/);
  assert.deepEqual(await told(async () => lena.submit(await formOf(lena, mine), { body: "And this." })), [[member.email, "Comment: Draft"]]);
});

test("what has not gone out is taken back where the task no longer waits or is hidden", async () => {
  const task = await addTask(owner, client, { title: "Soon", visible: "on", asks: "complete" });
  await owner.post(`${task.path}/comments`, { body: "Well?", shared: "on" });
  await world.settled();
  // As they are while no mail server answers.
  const mine = "kind = 'task' AND contact_id IS NOT NULL AND dedupe_key LIKE 'task ' || ? || ' %'";
  await world.db.prepare(`UPDATE outbox SET state = 'queued', due_at = ${world.now() + 86_400_000} WHERE ${mine}`).bind(task.id).run();
  const states = async () => (await world.db.prepare(`SELECT state FROM outbox WHERE ${mine} ORDER BY state`).bind(task.id).all()).results.map(({ state }) => state);
  assert.deepEqual(await states(), ["queued", "queued", "queued", "queued"]);
  assert.equal((await save(task, { title: "Sooner" })).status, 303);
  assert.deepEqual(await states(), ["queued", "queued", "queued", "queued"], "a change that hides nothing");
  await owner.post(`${task.path}/status`, { status: "done" });
  assert.deepEqual(await states(), ["cancelled", "cancelled", "queued", "queued"], "what asks goes, what was said stays");
  assert.equal((await save(task, { visible: null, asks: "" })).status, 303);
  assert.deepEqual(await states(), ["cancelled", "cancelled", "cancelled", "cancelled"]);
});
