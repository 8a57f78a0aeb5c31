// Tasks: internal until visible; one that waits is completed, approved or sent back once, with a note; what
// staff say among themselves never reaches a client; two at one record never overwrite each other unseen.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague, contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { statements } from "../harness/statements.mjs";
import { addProject, addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, client, lena, other;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
  other = await person(world, owner);
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const rowOf = ({ id }) => one("SELECT * FROM tasks WHERE id = ?", id);
const at = ({ id }) => `/tasks/${id}`;
const formOf = async ({ path }, user = owner) => (await user.get(`${path}/edit`)).page.formTo(`${path}/edit`);
const save = async (task, changes) => owner.submit(await formOf(task), changes, { follow: false });
const text = async (user, path) => (await user.get(path)).page.text;
const answer = (user, task, fields) => user.post(`${at(task)}/answer`, fields);
const bytes = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};
async function missing(user, path) {
  const found = await user.get(path);
  assert.equal(found.status, 404, String(found));
  assert.deepEqual(bytes(found), bytes(await user.get("/no-such-page")));
}

test("a task is internal until it is visible, and each page is one trip", async () => {
  const project = await addProject(owner, client, { name: "Rebrand", visible: "on" });
  const task = await addTask(owner, client, { title: "Draw <b>", project: project.id });
  await missing(lena, at(task));
  for (const path of ["/tasks", `/projects/${project.id}`, "/"]) assert.doesNotMatch(await text(lena, path), /Draw/);
  for (const path of [task.path, `${client.path}/tasks`, project.path, `${task.path}/edit`, `${client.path}/tasks/new`]) {
    const page = await owner.get(path);
    assert.equal((await page.cost()).d1, 1, path);
    if (!path.endsWith("/new")) assert.match(page.page.text, /Draw <b>/);
  }
  const saved = await save(task, { visible: "on" });
  assert.equal(saved.status, 303, String(saved));
  assert.equal((await saved.cost()).d1, 2);
  for (const path of ["/tasks", at(task), `/projects/${project.id}`]) {
    const page = await lena.get(path);
    assert.equal((await page.cost()).d1, 1, path);
    assert.match(page.page.text, /Draw <b>/);
  }
  await missing(other.person, at(task));
  await missing(lena, at({ id: newId() }));
  // The project goes back inside: the task stays, without its project's name.
  await owner.post(`${project.path}/visible`, {});
  assert.doesNotMatch(await text(lena, at(task)), /Rebrand/);
});

test("what waits is told on the first page, and answered once", async () => {
  const task = await addTask(owner, client, { title: "Send photos", visible: "on", asks: "complete", due_on: "2099-01-01" });
  assert.match(await text(lena, "/"), /Send photos/);
  assert.match(await text(lena, "/tasks"), /Waiting for you Send photos/);
  assert.match(await text(owner, `${client.path}/tasks`), /Send photos.*Waits for the client/);
  const done = await answer(lena, task, { answer: "completed", note: "They are in the shared folder." });
  assert.equal(done.status, 303);
  assert.equal((await done.cost()).d1, 2);
  assert.match((await lena.follow(done)).page.text, /Thank you\. We see that it is done.*Completed by .*They are in the shared folder/s);
  const row = await rowOf(task);
  assert.deepEqual([row.status, row.answer, row.waits], ["done", "completed", 0]);
  assert.doesNotMatch(await text(lena, "/tasks"), /Waiting for you/);
  assert.match(await text(owner, task.path), /They are in the shared folder.*Completed by the client/);
  const again = await answer(lena, task, { answer: "completed", note: "again" });
  assert.match((await lena.follow(again)).page.text, /answered already/);
  assert.equal((await one("SELECT count(*) AS n FROM comments WHERE task_id = ?", task.id)).n, 1);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = 'task.completed'", task.id)).n, 1);
});

test("of twenty answers at once one counts", async () => {
  const task = await addTask(owner, client, { visible: "on", asks: "approve" });
  const all = await Promise.all(Array.from({ length: 20 }, (_, n) => answer(lena.clone(), task, n % 2 ? { answer: "approved", note: `yes ${n}` } : { answer: "changes", note: `no ${n}` })));
  assert.ok(all.every(({ status }) => status === 303));
  const said = (await world.db.prepare("SELECT body FROM comments WHERE task_id = ?").bind(task.id).all()).results;
  assert.equal(said.length, 1);
  const row = await rowOf(task);
  assert.equal(row.answer, said[0].body.startsWith("yes") ? "approved" : "changes");
  const noted = async () => (await one("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND principal = 'contact'", task.id)).n;
  assert.equal(await noted(), 1);
  // Another one of the very same millisecond finds the task as answered by them at that moment: it is not noted again.
  const { sql } = statements().find(({ sql, place }) => place.startsWith("src/store/task.rs") && sql.startsWith("INSERT INTO audit") && sql.includes("answered_at"));
  await world.db.prepare(sql).bind(newId(), task.id, row.answered_by, "task.approved", row.answered_at, "").run();
  assert.equal(await noted(), 1);
});

test("changes are asked for in words, made, and asked about again", async () => {
  const task = await addTask(owner, client, { title: "The logo", visible: "on", asks: "approve" });
  const mute = await answer(lena, task, { answer: "changes", note: " " });
  assert.equal(mute.status, 422);
  assert.match(mute.page.errorAt("Note"), /Say what should be different/);
  for (const odd of ["completed", "", "eaten"]) assert.equal((await answer(lena, task, { answer: odd, note: "x" })).status, 422, odd);
  assert.equal((await answer(lena, task, { answer: "changes", note: "Less blue, please." })).status, 303);
  assert.match(await text(owner, task.path), /Less blue.*asks for changes/);
  assert.match(await text(owner, `${client.path}/tasks`), /The logo.*The client asks for changes/);
  assert.equal((await rowOf(task)).status, "open");
  // A change of something else asks nothing.
  await save(task, { title: "The new logo" });
  assert.equal((await rowOf(task)).waits, 0);
  const again = await save(task, { ask_again: "on" });
  assert.match((await owner.follow(again)).page.text, /waits for the client again/);
  assert.equal((await answer(lena, task, { answer: "approved" })).status, 303);
  assert.deepEqual([(await rowOf(task)).status, (await rowOf(task)).answer], ["done", "approved"]);
});

test("nobody is asked about what they do not see, and nobody else answers", async () => {
  const path = `${client.path}/tasks/new`;
  const form = (await owner.get(path)).page.formTo(path);
  const refused = await owner.submit(form, { title: "Hidden", asks: "approve" }, { follow: false });
  assert.equal(refused.status, 422);
  assert.match(refused.page.errorAt("Visible in Portal"), /only be asked about what they see/);
  const task = await addTask(owner, client, { visible: "on", asks: "approve" });
  assert.equal((await answer(other.person, task, { answer: "approved" })).status, 404);
  assert.equal((await other.person.post(`${at(task)}/comments`, { body: "Hello" })).status, 404);
  assert.equal((await rowOf(task)).waits, 1);
});

test("what staff say among themselves never reaches a client", async () => {
  const MARKER = "zebra-marker";
  const project = await addProject(owner, client, { visible: "on" });
  const task = await addTask(owner, client, { title: "Open talk", visible: "on", asks: "approve", project: project.id });
  await addTask(owner, client, { title: `Internal ${MARKER}`, description: MARKER, project: project.id });
  await addProject(owner, client, { name: MARKER, description: MARKER });
  const said = await owner.post(`${task.path}/comments`, { body: `Between us: ${MARKER}` });
  assert.equal((await said.cost()).d1, 2);
  assert.match((await owner.follow(said)).page.text, /kept for your team/);
  await owner.post(`${task.path}/comments`, { body: "For you", shared: "on" });
  await lena.post(`${at(task)}/comments`, { body: "Thank you" });
  const record = await owner.get(task.path);
  assert.deepEqual(record.page.all(".talk > li").map((li) => [li.getAttribute("class"), li.querySelector(".prose").text.trim()]), [
    ["internal", `Between us: ${MARKER}`], ["shared", "For you"], ["theirs", "Thank you"],
  ]);
  assert.match(record.page.text, /Internal/);
  // Every page that a client can reach from the first one.
  const seen = new Set();
  const ways = ["/"];
  while (ways.length) {
    const path = ways.pop();
    if (seen.has(path)) continue;
    seen.add(path);
    const page = await lena.get(path);
    assert.ok(!page.text.includes(MARKER), `${path} tells what is internal`);
    if (/html/.test(page.headers["content-type"] ?? "")) ways.push(...page.page.all("a[href^='/']").map((a) => a.getAttribute("href").split("#")[0]));
  }
  assert.ok(seen.has(at(task)) && seen.has(`/projects/${project.id}`), [...seen].join(" "));
  assert.ok((await world.outbox()).every((mail) => !JSON.stringify(mail).includes(MARKER)));
  assert.deepEqual((await lena.get(at(task))).page.all(".talk > li").map((li) => li.querySelector(".prose").text.trim()), ["For you", "Thank you"]);
  const inside = await addTask(owner, client, {});
  const refused = await owner.post(`${inside.path}/comments`, { body: "Hello", shared: "on" });
  assert.equal(refused.status, 422);
  assert.match(refused.page.errorAt("Share with the client"), /does not see this task/);
});

test("comments bring no HTML, and one form says one thing", async () => {
  const task = await addTask(owner, client, { visible: "on" });
  const page = await lena.get(at(task));
  const form = page.page.formTo(`${at(task)}/comments`);
  for (let n = 0; n < 2; n++) assert.equal((await lena.submit(form, { body: "<script>alert(1)</script> [x](javascript:alert(2))" }, { follow: false })).status, 303);
  assert.equal((await one("SELECT count(*) AS n FROM comments WHERE task_id = ?", task.id)).n, 1);
  for (const [user, path] of [[owner, task.path], [lena, at(task)]]) {
    const talk = (await user.get(path)).page.all(".talk")[0];
    assert.equal(talk.querySelectorAll("script, a").length, 0);
    assert.match(talk.text, /<script>alert\(1\)<\/script>/);
  }
  const empty = await lena.post(`${at(task)}/comments`, { body: " " });
  assert.equal(empty.status, 422);
  assert.match(empty.page.errorAt("Comment"), /comment/);
});

test("progress follows the tasks", async () => {
  const project = await addProject(owner, client, { name: "Counted", visible: "on", measure: "tasks" });
  const counted = () => one("SELECT tasks, tasks_done FROM projects WHERE id = ?", project.id);
  const tasks = [];
  for (let n = 0; n < 4; n++) tasks.push(await addTask(owner, client, { title: `T${n}`, project: project.id }));
  assert.deepEqual(await counted(), { tasks: 4, tasks_done: 0 });
  const press = (task, status) => owner.post(`${task.path}/status`, { status });
  const pressed = await press(tasks[0], "done");
  assert.equal((await pressed.cost()).d1, 2);
  await press(tasks[0], "done");
  await press(tasks[1], "cancelled");
  assert.deepEqual(await counted(), { tasks: 3, tasks_done: 1 });
  assert.match(await text(lena, `/projects/${project.id}`), /33 %/);
  await press(tasks[0], "open");
  await save(tasks[2], { status: "done" });
  await save(tasks[2], { project: "" });
  await press(tasks[1], "done");
  assert.deepEqual(await counted(), { tasks: 3, tasks_done: 1 });
  // What is counted is what there is.
  const { all, done } = await one("SELECT count(*) AS 'all', sum(status = 'done') AS done FROM tasks WHERE project_id = ? AND status <> 'cancelled'", project.id);
  assert.deepEqual(await counted(), { tasks: all, tasks_done: done });
});

test("off is off, for the client and for one person", async () => {
  const task = await addTask(owner, client, { title: "Quiet thing", visible: "on", asks: "complete" });
  const second = await contactRow(world, client);
  const jonas = world.user("Jonas");
  await jonas.post(await invitation(owner, second), { choice: "link" });
  const set = async (path, on) => assert.equal((await owner.submit((await owner.get(path)).page.formTo(path), { tasks: on }, { follow: false })).status, 303);
  await set(`/admin/contacts/${second.id}/permissions`, null);
  await missing(jonas, at(task));
  assert.doesNotMatch((await jonas.get("/")).text, /Quiet thing|\/tasks/);
  assert.equal((await lena.get(at(task))).status, 200);
  await set(`${client.path}/permissions`, null);
  for (const path of ["/tasks", at(task)]) await missing(lena, path);
  assert.doesNotMatch((await lena.get("/")).text, /Quiet thing|\/tasks/);
  assert.equal((await answer(lena, task, { answer: "completed" })).status, 404);
  assert.equal((await rowOf(task)).waits, 1);
  await set(`${client.path}/permissions`, "on");
  assert.equal((await answer(lena, task, { answer: "completed" })).status, 303);
});

test("the list goes forwards and backwards in its order", async () => {
  const many = await person(world, owner);
  const rows = Array.from({ length: 60 }, (_, n) => ({ id: newId(1_700_000_000_000 + n), position: (n * 7) % 10, status: n % 5 ? "open" : "done" }));
  await world.db.batch(rows.map(({ id, position, status }) => world.db.prepare("INSERT INTO tasks (id, client_id, title, status, visible, position, created_at, updated_at) VALUES (?1, ?2, ?1, ?3, 1, ?4, 1, 1)").bind(id, many.client.id, status, position)));
  const key = (row) => [row.status === "done" ? 1 : 0, row.position, row.id];
  const expected = rows.toSorted((a, b) => (String(key(a)) < String(key(b)) ? -1 : 1)).map(({ id }) => id);
  for (const [user, first, prefix] of [[owner, `${many.client.path}/tasks`, "/admin/tasks/"], [many.person, "/tasks", "/tasks/"]]) {
    let page = await user.get(first);
    const read = () => page.page.all("a.row-link").map((a) => a.getAttribute("href").replace(prefix, ""));
    const pages = [read()];
    while (page.page.all("a[rel=next]").length) {
      page = await user.get(page.page.all("a[rel=next]")[0].getAttribute("href"));
      assert.equal((await page.cost()).d1, 1);
      pages.push(read());
    }
    assert.deepEqual(pages.flat(), expected);
    for (const before of pages.slice(0, -1).toReversed()) {
      page = await user.get(page.page.all("a[rel=prev]")[0].getAttribute("href"));
      assert.deepEqual(read(), before);
    }
  }
});

test("the second of two people is told what the first one saved, and loses nothing", async () => {
  const task = await addTask(owner, client, { title: "Together", visible: "on", asks: "approve" });
  const admin = await colleague(world, owner, "admin");
  const [first, second] = [await formOf(task), await formOf(task, admin)];
  assert.equal((await owner.submit(first, { title: "Mine" }, { follow: false })).status, 303);
  const told = await admin.submit(second, { title: "Theirs", position: "5" }, { follow: false });
  assert.equal(told.status, 422);
  assert.match(told.page.errorAt("Title"), /It now says: Mine/);
  const again = await admin.submit(told.page.formTo(`${task.path}/edit`), {}, { follow: false });
  assert.equal(again.status, 303, String(again));
  assert.deepEqual([(await rowOf(task)).title, (await rowOf(task)).position], ["Theirs", 5]);
  // The client answers while somebody edits: the answer stays.
  const late = await formOf(task);
  await answer(lena, task, { answer: "approved" });
  const after = await owner.submit(late, { title: "Final" }, { follow: false });
  assert.equal(after.status, 422);
  assert.match(after.page.errorAt("Status"), /It now says: done/);
  assert.equal((await rowOf(task)).answer, "approved");
});
