// Projects: what staff keep and what the client sees of it; milestones, progress, documents; Markdown that
// brings no HTML; off is off; two at one record never overwrite each other unseen.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, newId, person } from "../harness/rows.mjs";
import { addProject } from "../harness/work.mjs";
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
const rowOf = ({ id }) => one("SELECT * FROM projects WHERE id = ?", id);
const milestonesOf = async ({ id }) => (await world.db.prepare("SELECT name, due_on, reached_on FROM milestones WHERE project_id = ? ORDER BY position").bind(id).all()).results;
const formOf = async ({ path }, user = owner) => (await user.get(`${path}/edit`)).page.formTo(`${path}/edit`);
const save = async (project, changes) => owner.submit(await formOf(project), changes, { follow: false });
const bytes = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};
async function missing(user, path) {
  const answer = await user.get(path);
  assert.equal(answer.status, 404, String(answer));
  assert.deepEqual(bytes(answer), bytes(await user.get("/no-such-page")));
}
const now = async (user, path) => (await user.get(path)).page.text;

test("a project is added in two trips, internal at first, and shown in one", async () => {
  const project = await addProject(owner, client, { name: "Rebrand & <b>", description: "Hello", percent: "40 %" });
  await missing(lena, `/projects/${project.id}`);
  assert.doesNotMatch(await now(lena, "/projects"), /Rebrand/);
  const record = await owner.get(project.path);
  assert.equal((await record.cost()).d1, 1);
  assert.match(record.page.text, /Rebrand & <b>.*40 %/);
  const list = await owner.get(`${client.path}/projects`);
  assert.equal((await list.cost()).d1, 1);
  assert.match(list.page.text, /Rebrand & <b>.*Active.*40 %.*Internal/);
  const shown = await owner.post(`${project.path}/visible`, { visible: "on" });
  assert.equal((await shown.cost()).d1, 2);
  assert.match((await owner.follow(shown)).page.text, /visible in the portal now/);
  const seen = await lena.get(`/projects/${project.id}`);
  assert.equal((await seen.cost()).d1, 1);
  assert.match(seen.page.text, /Rebrand & <b>.*40 %.*Hello/);
  assert.equal((await lena.get("/projects").then((answer) => answer.cost())).d1, 1);
  await missing(other.person, `/projects/${project.id}`);
  await missing(lena, `/projects/${newId()}`);
  await owner.post(`${project.path}/visible`, {});
  await missing(lena, `/projects/${project.id}`);
});

test("the end of a project is its day, without a word before it that says so again", async () => {
  const project = await addProject(owner, client, { visible: "on", due_on: "2099-03-18" });
  const end = (page) => page.all("dl.facts div").find((row) => row.querySelector("dt").text === "End")?.querySelector("dd").text;
  assert.equal(end((await owner.get(project.path)).page), "18 Mar 2099");
  assert.equal(end((await lena.get(`/projects/${project.id}`)).page), "18 Mar 2099");
});

test("milestones keep their order and the day they were reached on", async () => {
  const project = await addProject(owner, client, {
    visible: "on", milestone_0: "Draft", until_0: "2026-11-01", reached_0: "on", milestone_1: "Launch", until_1: "2099-01-05", milestone_2: "Party",
  });
  const today = new Date(world.now()).toISOString().slice(0, 10);
  assert.deepEqual(await milestonesOf(project), [
    { name: "Draft", due_on: "2026-11-01", reached_on: today }, { name: "Launch", due_on: "2099-01-05", reached_on: null }, { name: "Party", due_on: null, reached_on: null },
  ]);
  await world.db.prepare("UPDATE milestones SET reached_on = '2026-10-31' WHERE project_id = ? AND position = 0").bind(project.id).run();
  const saved = await save(project, { milestone_2: "", milestone_1: "Grand launch" });
  assert.equal(saved.status, 303, String(saved));
  assert.equal((await saved.cost()).d1, 2);
  assert.deepEqual(await milestonesOf(project), [
    { name: "Draft", due_on: "2026-11-01", reached_on: "2026-10-31" }, { name: "Grand launch", due_on: "2099-01-05", reached_on: null },
  ]);
  const text = await now(lena, `/projects/${project.id}`);
  assert.match(text, /Next: Grand launch, due 5 Jan 2099/);
  assert.match(text, /Draft ?reached on 31 Oct 2026/);
  assert.match(await now(lena, "/projects"), /Next: Grand launch, due 5 Jan 2099/);
  for (const [change, field, why] of [
    [{ until_1: "2026-13-40" }, "By", /calendar/], [{ milestone_1: "" }, "What is reached", /Give this milestone a name/],
    [{ due_on: "2020-01-01", starts_on: "2026-01-01" }, "Due", /before the start/], [{ percent: "101" }, "Percent done", /0 to 100/], [{ status: "eaten" }, "Status", /one of the states/],
  ]) {
    const refused = await save(project, change);
    assert.equal(refused.status, 422, field);
    const told = refused.page.all('[aria-invalid="true"]').map((at) => refused.page.root.querySelector(`#e-${at.getAttribute("name")}`)?.text ?? "").join(" ");
    assert.match(told, why);
  }
});

test("Markdown brings neither HTML nor a way out", async () => {
  const project = await addProject(owner, client, {
    visible: "on",
    description: "# Plan\n\n- **bold** and `code`\n\n<script>alert(1)</script><img src=x onerror=alert(2)>\n[bad](javascript:alert(3)) [worse](data:text/html,x) [good](https://example.com/a?b=1&c=2)",
  });
  for (const [user, path] of [[lena, `/projects/${project.id}`], [owner, project.path]]) {
    const { page } = await user.get(path);
    const prose = page.all(".prose")[0];
    assert.equal(prose.querySelectorAll("script, img").length, 0);
    assert.deepEqual(prose.querySelectorAll("a").map((a) => [a.getAttribute("href"), a.getAttribute("rel"), a.text]), [["https://example.com/a?b=1&c=2", "noopener noreferrer nofollow", "good"]]);
    assert.deepEqual([prose.querySelectorAll("h3").length, prose.querySelectorAll("li strong").length, prose.querySelectorAll("code").length], [1, 1, 1]);
    assert.match(prose.text, /<script>alert\(1\)<\/script>/);
  }
});

test("documents of a project stand with it, as far as the client may see them", async () => {
  const project = await addProject(owner, client, { visible: "on" });
  const foreign = await addProject(owner, other.client, { visible: "on" });
  const [shared, internal] = [await addDocument(owner, client, { title: "Site plan" }), await addDocument(owner, client, { title: "Our margins", visible: false })];
  const link = async ({ id }, to) => {
    const path = `/admin/documents/${id}`;
    return owner.submit((await owner.get(path)).page.formTo(path), { project: to.id }, { follow: false });
  };
  for (const document of [shared, internal]) assert.equal((await link(document, project)).status, 303);
  assert.match(await now(owner, project.path), /Our margins.*Internal.*Site plan.*Visible|Site plan.*Visible.*Our margins.*Internal/);
  const seen = await now(lena, `/projects/${project.id}`);
  assert.match(seen, /Site plan/);
  assert.doesNotMatch(seen, /Our margins/);
  // Another client's project takes nothing in.
  const form = (await owner.get(`/admin/documents/${shared.id}`)).page.formTo(`/admin/documents/${shared.id}`);
  await owner.post(`/admin/documents/${shared.id}`, form.values.map(([name, value]) => [name, name === "project" ? foreign.id : value]));
  assert.equal((await one("SELECT project_id FROM documents WHERE id = ?", shared.id)).project_id, null);
  await link(shared, project);
  // Documents off: the project stays, its files are silent.
  await world.db.prepare("UPDATE clients SET modules_off = 8 WHERE id = ?").bind(client.id).run();
  assert.doesNotMatch(await now(lena, `/projects/${project.id}`), /Site plan|Files|documents/i);
  await world.db.prepare("UPDATE clients SET modules_off = 0 WHERE id = ?").bind(client.id).run();
});

test("off is off: not in the navigation, not on the first page, not by address", async () => {
  const project = await addProject(owner, client, { name: "Quiet thing", visible: "on" });
  assert.match(await now(lena, "/"), /Quiet thing/);
  const path = `/admin/clients/${client.id}/permissions`;
  const set = async (on) => assert.equal((await owner.submit((await owner.get(path)).page.formTo(path), { projects: on }, { follow: false })).status, 303);
  await set(null);
  for (const at of ["/projects", `/projects/${project.id}`]) await missing(lena, at);
  const home = await lena.get("/");
  assert.doesNotMatch(home.text, /Quiet thing|\/projects/);
  await set("on");
  assert.equal((await lena.get(`/projects/${project.id}`)).status, 200);
});

test("the list goes forwards and backwards, open ones first", async () => {
  const many = await person(world, owner);
  const staff = await one("SELECT id FROM staff LIMIT 1");
  const ids = [];
  for (let n = 0; n < 60; n++) ids.push({ id: newId(1_700_000_000_000 + n), status: n % 4 ? "active" : "completed" });
  await world.db.batch(ids.map(({ id, status }) => world.db.prepare("INSERT INTO projects (id, client_id, name, status, visible, created_by, created_at, updated_at) VALUES (?1, ?2, ?1, ?3, 1, ?4, 1, 1)").bind(id, many.client.id, status, staff.id)));
  const expected = ids.toSorted((a, b) => (a.status !== b.status ? (a.status === "active" ? -1 : 1) : a.id < b.id ? 1 : -1)).map(({ id }) => id);
  for (const [user, first, prefix] of [[owner, `/admin/clients/${many.client.id}/projects`, "/admin/projects/"], [many.person, "/projects", "/projects/"]]) {
    const pages = [];
    let answer = await user.get(first);
    const read = () => answer.page.all("a.row-link").map((a) => a.getAttribute("href").replace(prefix, ""));
    pages.push(read());
    while (answer.page.all("a[rel=next]").length) {
      answer = await user.get(answer.page.all("a[rel=next]")[0].getAttribute("href"));
      assert.equal((await answer.cost()).d1, 1);
      pages.push(read());
    }
    assert.deepEqual(pages.flat(), expected);
    for (const page of pages.slice(0, -1).toReversed()) {
      answer = await user.get(answer.page.all("a[rel=prev]")[0].getAttribute("href"));
      assert.deepEqual(read(), page);
    }
  }
});

test("the second of two people is told what the first one saved, and loses nothing", async () => {
  const project = await addProject(owner, client, { name: "Together", milestone_0: "Draft" });
  const admin = await colleague(world, owner, "admin");
  const [first, second] = [await formOf(project), await formOf(project, admin)];
  assert.equal((await owner.submit(first, { name: "Mine", percent: "10" }, { follow: false })).status, 303);
  const told = await admin.submit(second, { name: "Theirs", milestone_0: "Sketch" }, { follow: false });
  assert.equal(told.status, 422);
  assert.match(told.page.errorAt("Name"), /It now says: Mine/);
  assert.match(told.page.errorAt("Percent done"), /It now says: 10/);
  assert.equal(told.page.field("Name").getAttribute("value"), "Theirs");
  assert.equal((await rowOf(project)).name, "Mine");
  const again = await admin.submit(told.page.formTo(`${project.path}/edit`), { percent: "10" }, { follow: false });
  assert.equal(again.status, 303, String(again));
  assert.deepEqual([(await rowOf(project)).name, (await rowOf(project)).percent, (await milestonesOf(project))[0].name], ["Theirs", 10, "Sketch"]);
});

test("the same form twice adds one project", async () => {
  const quiet = await clientRow(world);
  const path = `/admin/clients/${quiet.id}/projects/new`;
  const form = (await owner.get(path)).page.formTo(path);
  const answers = [await owner.submit(form, { name: "Once" }, { follow: false }), await owner.submit(form, { name: "Once" }, { follow: false })];
  assert.equal(answers[0].location, answers[1].location);
  assert.equal((await one("SELECT count(*) AS n FROM projects WHERE client_id = ?", quiet.id)).n, 1);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE client_id = ?", quiet.id)).n, 1);
});
