// Time Logs: entries as people type them, the timer, filters and what they come to, what a client sees of it
// all, and that off is off. That time becomes an invoice stands in billing-time.test.mjs.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, newId, person } from "../harness/rows.mjs";
import { addProject, addTask, addTime, showTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, client, lena, other;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
  other = await person(world, owner);
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const one = async (sql, ...values) => (await all(sql, ...values))[0];
const rowOf = ({ id }) => one("SELECT * FROM time_entries WHERE id = ?", id);
const home = ({ id }) => `/admin/clients/${id}/time-logs`;
const formAt = async (path, user = owner) => (await user.get(path)).page.formTo(path);
const text = async (user, path) => (await user.get(path)).page.text;
const log = async (fields, { path = home(client), user = owner } = {}) => user.submit(await formAt(path, user), { what: `c.${client.id}`, time: "1:30", ...fields }, { follow: false });
const bytes = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};
async function missing(user, path) {
  const found = await user.get(path);
  assert.equal(found.status, 404, String(found));
  assert.deepEqual(bytes(found), bytes(await user.get("/no-such-page")));
}
const day = (days) => new Date(world.now() + days * 86_400_000).toISOString().slice(0, 10);

test("an entry is logged in one line, kept once, and each page is one trip", async () => {
  const project = await addProject(owner, client, { name: "Rebrand <b>" });
  const task = await addTask(owner, client, { title: "Draw", project: project.id });
  const form = await formAt(home(client));
  const fields = { what: `t.${task.id}`, time: "1,5", description: "=Sketches", rate: "90", currency: "EUR" };
  const saved = await owner.submit(form, fields, { follow: false });
  assert.equal(saved.status, 303, String(saved));
  assert.equal((await saved.cost()).d1, 2);
  assert.match((await owner.follow(saved)).page.text, /Logged: 1 h 30 min for Birch Ltd\./);
  await owner.submit(form, fields, { follow: false });
  const rows = await all("SELECT * FROM time_entries WHERE client_id = ?", client.id);
  assert.equal(rows.length, 1, "the same form twice is one entry");
  const [row] = rows;
  assert.deepEqual(
    [row.project_id, row.task_id, row.minutes, row.rate, row.currency, row.amount, row.state, row.day],
    [project.id, task.id, 90, 900_000, "EUR", 13_500, "unbilled", day(0)],
  );
  for (const path of [home(client), "/admin/time-logs", `/admin/time-logs/${row.id}`, "/admin/settings/time-logs", `${home(client)}/invoice`, `${home(client)}.csv`, "/admin/time-logs.csv", "/admin/time-logs?period=all&state=unbilled"]) {
    const page = await owner.get(path);
    assert.equal(page.status, 200, String(page));
    assert.equal((await page.cost()).d1, 1, path);
  }
  const list = (await owner.get(home(client))).page.text;
  assert.match(list, /=Sketches.*Rebrand <b> · Draw.*Olive Owner.*1:30.*€135\.00.*€90\.00\/h.*Unbilled/s);
  const csv = (await owner.get(`${home(client)}.csv`)).text;
  assert.match(csv, new RegExp(`${day(0)},"Birch Ltd","Rebrand <b>",Draw,"Olive Owner","'=Sketches",1:30,1\\.5,Unbilled,90\\.00,135\\.00,EUR,`));
});

test("the form says what is wrong at the field and keeps what was typed", async () => {
  const bad = await log({ time: "soon", day: "2026-02-30", description: "Kept", what: "" });
  assert.equal(bad.status, 422);
  assert.match(bad.page.errorAt("Time spent"), /like 1:30, 1\.5h, 90m/);
  assert.match(bad.page.errorAt("Date"), /not a day of the calendar/);
  assert.match(bad.page.errorAt("Project or task"), /Choose what this time was for/);
  assert.match(bad.text, /value="Kept"/);
  assert.match((await log({ time: "25h" })).page.errorAt("Time spent"), /24 hours/);
  assert.match((await log({ rate: "90", currency: "" })).page.errorAt("Currency"), /currency of this rate/);
  assert.match((await log({ rate: "1000001" })).page.errorAt("Hourly rate"), /too large/);
  const theirs = await addProject(owner, other.client);
  for (const what of [`p.${theirs.id}`, `c.${other.client.id}`, `t.${newId()}`]) assert.equal((await log({ what })).status, 422, what);
});

test("a rate that is not said is the project's, else the last of the client, else the business's", async () => {
  const fresh = await clientRow(world);
  const add = async (fields) => rowOf(await addTime(owner, fresh, fields));
  assert.deepEqual([(await add()).rate, (await add()).amount], [null, null]);
  await showTime(owner, "totals", { rate: "50", currency: "EUR" });
  assert.equal((await add()).rate, 500_000);
  assert.equal((await add({ rate: "72.50" })).rate, 725_000);
  assert.equal((await add()).rate, 725_000);
  assert.equal((await add({ billable: null })).rate, null);
  // A third of an hour is 0.3333 hours on a line, and worth what the line is.
  assert.equal((await add({ time: "20m", rate: "600" })).amount, 19_998);
  await showTime(owner, "totals", { rate: "" });
});

test("a timer runs once for each person, survives, and becomes one entry", async () => {
  const path = "/admin/time-logs";
  const milo = await colleague(world, owner, "member");
  const start = async (user, fields = {}) => user.post(path, { ...Object.fromEntries((await formAt(path, user)).values), what: `c.${client.id}`, go: "timer", ...fields });
  const typed = await start(milo, { time: "1h" });
  assert.match(typed.page.errorAt("Time spent"), /Leave this empty/);
  const started = day(0);
  const began = await start(milo, { description: "Call" });
  assert.equal((await began.cost()).d1, 2);
  assert.match((await milo.follow(began)).page.text, /The timer runs for Birch Ltd.*Your timer runs\s*0:01/s);
  const again = await milo.post(path, { what: `c.${client.id}`, day: day(0), billable: "on", go: "timer" });
  assert.match((await milo.follow(again)).page.text, /Your timer runs already/);
  assert.doesNotMatch(await text(owner, path), /Your timer runs/);
  await world.advance(47 * 60_000);
  for (const at of [path, home(client)]) assert.match(await text(milo, at), /Your timer runs\s*0:48/);
  const page = (await milo.get(path)).page;
  const form = page.formTo(`${path}/timer/stop`);
  const stops = await Promise.all(Array.from({ length: 5 }, () => milo.clone().post(`${path}/timer/stop`, { ...Object.fromEntries(form.values), description: "Call with Lena" })));
  assert.ok(stops.every(({ status }) => status === 303), stops.join(" / "));
  const made = await all("SELECT * FROM time_entries WHERE description = 'Call with Lena'");
  assert.deepEqual(made.map(({ minutes, day: on }) => [minutes, on]), [[48, started]]);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = 'time.logged'", made[0].id)).n, 1);
  assert.equal((await one("SELECT count(*) AS n FROM timers")).n, 0);
  await start(milo);
  const drop = (await milo.get(path)).page.formTo(`${path}/timer/discard`);
  assert.match((await milo.follow(await milo.submit(drop, {}, { follow: false }))).page.text, /discarded/);
  assert.match((await milo.follow(await milo.submit(drop, {}, { follow: false }))).page.text, /does not run any more/);
  assert.equal((await one("SELECT count(*) AS n FROM time_entries WHERE staff_id = (SELECT id FROM staff WHERE role = 'member' LIMIT 1)")).n, 1);
});

test("an entry is changed and deleted; the second of two is told", async () => {
  const entry = await addTime(owner, client, { description: "Before", rate: "80" });
  const admin = await colleague(world, owner, "admin");
  const [first, second] = [await formAt(entry.path), await formAt(entry.path, admin)];
  const saved = await owner.submit(first, { time: "45m", description: "After" }, { follow: false });
  assert.equal(saved.status, 303);
  assert.equal((await saved.cost()).d1, 2);
  assert.deepEqual([(await rowOf(entry)).minutes, (await rowOf(entry)).amount], [45, 6_000]);
  const told = await admin.submit(second, { description: "Theirs" }, { follow: false });
  assert.equal(told.status, 422);
  assert.match(told.page.errorAt("Note"), /It now says: After/);
  const page = (await owner.get(entry.path)).page;
  assert.match(page.text, /gone for good/);
  const gone = await owner.submit(page.formTo(`${entry.path}/delete`), {}, { follow: false });
  assert.equal(gone.status, 303);
  assert.equal(await rowOf(entry), undefined);
  assert.equal((await owner.get(entry.path)).status, 404);
});

test("a list says what its entries come to, in all and by week, in each currency", async () => {
  const many = await clientRow(world);
  const project = await addProject(owner, many);
  const entries = [];
  for (const [n, fields] of [{ day: "2026-01-31" }, { day: "2026-02-01", what: project }, { billable: null, day: "2026-02-01" }, { day: "2026-02-02", rate: "60" }, { day: "2026-02-02", rate: "60", currency: "USD" }].entries()) {
    entries.push(await addTime(owner, many, { time: `${n + 1}:15`, ...fields }));
  }
  await owner.submit(await formAt(entries[1].path), { time: "3:03", day: "2026-03-01", what: `c.${many.id}` }, { follow: false });
  await owner.post(`${entries[0].path}/delete`, {});
  const page = await text(owner, `${home(many)}?from=2026-02-01&to=2026-02-28`);
  assert.match(page, /In all\s*12:45.*Unbilled\s*9:30\s*€255\.00 and \$315\.00/s);
  assert.match(page, /By week.*2 Feb 2026 to 8 Feb 2026\s*9:30.*26 Jan 2026 to 1 Feb 2026\s*3:15/s);
});

test("lists are asked for by days, project, person and state, and walked to their end", async () => {
  const many = await clientRow(world);
  const project = await addProject(owner, many, { name: "Counted" });
  const milo = await colleague(world, owner, "member");
  const [{ id: mine }, { id: theirs }] = [await one("SELECT id FROM staff WHERE role = 'owner'"), await one("SELECT id FROM staff WHERE email = ?", milo.email)];
  const rows = Array.from({ length: 70 }, (_, n) => ({
    id: newId(1_700_000_000_000 + n), day: `2026-0${1 + (n % 3)}-${String(1 + ((n * 5) % 28)).padStart(2, "0")}`,
    project: n % 2 ? project.id : null, staff: n % 5 ? mine : theirs, billable: n % 7 ? 1 : 0, minutes: n + 1,
  }));
  await world.db.batch(rows.map((r) => world.db.prepare("INSERT INTO time_entries (id, client_id, project_id, staff_id, day, minutes, billable, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, 1)").bind(r.id, many.id, r.project, r.staff, r.day, r.minutes, r.billable)));
  const clock = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  const walk = async (first) => {
    const found = [];
    let sum = "";
    for (let path = first; path;) {
      const page = await owner.get(path);
      assert.equal(page.status, 200, path);
      assert.equal((await page.cost()).d1, 1, path);
      found.push(...page.page.all("table.list a.row-link").map((a) => a.getAttribute("href").replace("/admin/time-logs/", "")));
      sum ||= /In all\s*(\d+:\d\d)/.exec(page.page.text)?.[1] ?? "none";
      path = page.page.all("a[rel=next]")[0]?.getAttribute("href");
    }
    return { found, sum };
  };
  const sorted = (keep) => rows.filter(keep).toSorted((a, b) => (a.day + a.id < b.day + b.id ? 1 : -1));
  const cases = [
    ["period=all", () => true], ["from=2026-02-01&to=2026-02-28", (r) => r.day.startsWith("2026-02")],
    ["from=2026-01-15&to=2026-03-10", (r) => r.day >= "2026-01-15" && r.day <= "2026-03-10"],
    [`period=all&project=${project.id}`, (r) => r.project], [`period=all&person=${theirs}`, (r) => r.staff === theirs],
    ["period=all&state=not_billable", (r) => !r.billable], [`period=all&state=unbilled&person=${mine}&project=${project.id}`, (r) => r.billable && r.project && r.staff === mine],
    ["period=all&state=billed", () => false],
  ];
  for (const [query, keep] of cases) {
    const expected = sorted(keep);
    const total = clock(expected.reduce((sum, { minutes }) => sum + minutes, 0));
    for (const path of [`${home(many)}?${query}`, `/admin/time-logs?${query}&client=${many.id}`]) {
      const { found, sum } = await walk(path);
      assert.deepEqual(found, expected.map(({ id }) => id), path);
      assert.equal(sum, total, path);
    }
  }
  const ofProject = sorted((r) => r.project && r.staff === theirs);
  for (const [query, expected] of [["", ofProject], [`&client=${client.id}`, []]]) {
    const { found, sum } = await walk(`/admin/time-logs?period=all&project=${project.id}&person=${theirs}${query}`);
    assert.deepEqual([found, sum], [expected.map(({ id }) => id), clock(expected.reduce((sum, { minutes }) => sum + minutes, 0))], `a project ${query || "without its client"}`);
  }
  assert.doesNotMatch(await text(owner, home(many)), /By (week|month)/);
  assert.match(await text(owner, "/admin/time-logs?period=all"), /In all\s*\d+:\d\d.*By month.*Jan 2026/s);
  for (const odd of ["?from=x&to=&state=eaten&person=1", "?after=2026-01-01.x", "?period=decade&for=%22%3E", "?from=0000-00-00"]) assert.equal((await owner.get(`${home(many)}${odd}`)).status, 200, odd);
});

test("a client sees nothing, totals, entries, or entries with names, as is set; never what is not theirs", async () => {
  const { client: birch, person: mira } = await person(world, owner);
  const open = await addProject(owner, birch, { name: "Open project", visible: "on" });
  const inside = await addProject(owner, birch, { name: "Inside project" });
  await addTime(owner, birch, { what: open, description: "Told openly", time: "2h", rate: "77" });
  await addTime(owner, birch, { what: inside, description: "For the inside", time: "1h" });
  await addTime(owner, birch, { description: "For nothing", time: "30m", billable: null });
  await addTime(owner, other.client, { description: "Of another client" });
  const secret = /Inside project|Of another client|77|€/;
  const seen = async () => {
    const page = await mira.get("/time-logs");
    assert.equal((await page.cost()).d1, 1);
    assert.doesNotMatch(page.page.text, secret);
    return page.page.text;
  };
  await showTime(owner, "totals");
  assert.match(await seen(), /3:00 h.*Open project 2:00 · Other work 1:00\s*3:00/s);
  assert.doesNotMatch(await seen(), /Told openly|For nothing|Olive/);
  await showTime(owner, "entries", { all: "on" });
  assert.match(await seen(), /3:30 h.*Told openly.*Open project/s);
  assert.match(await seen(), /For nothing.*0:30\s*Not billed/s);
  assert.doesNotMatch(await seen(), /Olive Owner/);
  assert.doesNotMatch((await mira.get("/time-logs")).text, /Olive Owner|<script>/);
  await showTime(owner, "people", { all: null });
  assert.match(await seen(), /Told openly.*Olive Owner/s);
  assert.doesNotMatch(await seen(), /For nothing/);
  assert.match((await mira.get("/")).text, /href="\/time-logs"/);
  await showTime(owner, "nothing");
  await missing(mira, "/time-logs");
  assert.doesNotMatch((await mira.get("/")).text, /time-logs|Time Logs/);
  await showTime(owner, "entries");
  // Off for the client, whatever is set.
  const set = async (on) => assert.equal((await owner.submit(await formAt(`${birch.path}/permissions`), { time_logs: on }, { follow: false })).status, 303);
  await set(null);
  await missing(mira, "/time-logs");
  assert.doesNotMatch((await mira.get("/")).text, /time-logs|Time Logs/);
  await set("on");
  assert.match(await seen(), /Told openly/);
  // Names of projects go with their module.
  assert.equal((await owner.submit(await formAt(`${birch.path}/permissions`), { projects: null }, { follow: false })).status, 303);
  assert.doesNotMatch(await seen(), /Open project/);
  assert.match(await seen(), /Other work\s*3:00/);
});

test("a client walks through their entries and years", async () => {
  await showTime(owner, "entries");
  const { client: oak, person: ida } = await person(world, owner);
  const { id: staff } = await one("SELECT id FROM staff WHERE role = 'owner'");
  const rows = Array.from({ length: 60 }, (_, n) => ({ id: newId(1_700_000_000_000 + n), day: `202${n % 2 ? 4 : 6}-03-${String(1 + ((n * 3) % 28)).padStart(2, "0")}`, name: `Entry ${n}.` }));
  await world.db.batch(rows.map(({ id, day, name }) => world.db.prepare("INSERT INTO time_entries (id, client_id, staff_id, day, minutes, description, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 60, ?5, 1, 1)").bind(id, oak.id, staff, day, name)));
  const expected = rows.toSorted((a, b) => (a.day + a.id < b.day + b.id ? 1 : -1)).map(({ name }) => name);
  const found = [];
  for (let path = "/time-logs"; path;) {
    const page = await ida.get(path);
    found.push(...page.page.all("[aria-labelledby=entries] strong").map((e) => e.text));
    path = page.page.all("a[rel=next]")[0]?.getAttribute("href");
  }
  assert.deepEqual(found, expected);
  assert.match(await text(ida, "/time-logs?year=2024"), /2024\s*30:00 h/);
  assert.match(await text(ida, "/time-logs?year=2025"), /Nothing in this time/);
});

test("who changes what clients see is told what was saved meanwhile", async () => {
  const path = "/admin/settings/time-logs";
  const admin = await colleague(world, owner, "admin");
  const [first, second] = [await formAt(path), await formAt(path, admin)];
  await owner.submit(first, { shown: "people", rate: "99", currency: "EUR" }, { follow: false });
  const told = await admin.submit(second, { shown: "totals" }, { follow: false });
  assert.equal(told.status, 422);
  assert.match(told.page.errorAt("Hourly rate"), /It now says: 99/);
  assert.equal((await admin.submit(second, { shown: "all" }, { follow: false })).status, 422);
  assert.equal((await (await colleague(world, owner, "member")).get(path)).status, 403);
});

test("a project's hours are told against its budget, to the client only where time is shown", async () => {
  const { client: elm, person: ada } = await person(world, owner);
  const project = await addProject(owner, elm, { name: "Budgeted", visible: "on", budget: "2.5", rate: "110", currency: "EUR" });
  const entry = await addTime(owner, elm, { what: project, time: "2h" });
  assert.equal((await rowOf(entry)).rate, 1_100_000, "the project's rate");
  await addTime(owner, elm, { what: project, time: "5h", billable: null });
  assert.match(await text(owner, project.path), /2:00 of 2:30 hours are used\./);
  const at = `/projects/${project.id}`;
  await showTime(owner, "totals");
  const page = await ada.get(at);
  assert.equal((await page.cost()).d1, 1);
  assert.match(page.page.text, /2:00 of 2:30 hours are used\./);
  assert.doesNotMatch(page.page.text, /110|€/);
  assert.match(await text(ada, "/"), /Hours this month\s*2:00/);
  await addTime(owner, elm, { what: project, time: "1h" });
  assert.match(await text(ada, at), /3:00 of 2:30 hours are used, 0:30 over the budget/);
  await showTime(owner, "nothing");
  assert.doesNotMatch(await text(ada, at), /hours are used/);
  assert.doesNotMatch(await text(ada, "/"), /Hours this month/);
  await showTime(owner, "entries");
  assert.equal((await owner.submit(await formAt(`${elm.path}/permissions`), { time_logs: null }, { follow: false })).status, 303);
  assert.doesNotMatch(await text(ada, at), /hours are used/);
  assert.doesNotMatch(await text(ada, "/"), /Hours this month/);
  const bad = await owner.submit(await formAt(`${project.path}/edit`), { budget: "much", rate: "x" }, { follow: false });
  assert.match(bad.page.errorAt("Budget in hours"), /in hours, like 40/);
  assert.match(bad.page.errorAt("Hourly rate"), /in digits/);
});

test("View as Client shows the same, and a timer cannot be started there", async () => {
  const { client: ash } = await person(world, owner);
  await showTime(owner, "entries");
  await addTime(owner, ash, { description: "Seen in the preview" });
  const looking = await colleague(world, owner, "member");
  await looking.post(`${ash.path}/preview`);
  assert.match(await text(looking, "/time-logs"), /preview.*Seen in the preview/s);
  assert.equal((await looking.post("/admin/time-logs", { go: "timer" })).status, 403);
  await showTime(owner, "nothing");
  assert.equal((await looking.get("/time-logs")).status, 404);
  await showTime(owner, "entries");
});

test("days are those of the business", async () => {
  await world.db.prepare("UPDATE billing SET time_zone = 'Pacific/Kiritimati', utc_offset = 50400000, next_offset = 50400000 WHERE id = 1").run();
  const there = new Date(world.now() + 14 * 3_600_000).toISOString().slice(0, 10);
  const pine = await clientRow(world);
  const page = (await owner.get(home(pine))).page;
  assert.match((await owner.get(home(pine))).text, new RegExp(`name="day" type="date" value="${there}"`));
  await owner.submit(page.formTo(home(pine)), { what: `c.${pine.id}`, time: "1h", description: "Today there" }, { follow: false });
  for (const period of ["week", "", "year"]) assert.match(await text(owner, `${home(pine)}?period=${period}`), /In all\s*1:00.*Today there/s, period);
  for (const period of ["last-week", "last-month"]) assert.doesNotMatch(await text(owner, `${home(pine)}?period=${period}`), /Today there/, period);
  await world.db.prepare("UPDATE billing SET time_zone = 'UTC', utc_offset = 0, next_offset = 0 WHERE id = 1").run();
});
