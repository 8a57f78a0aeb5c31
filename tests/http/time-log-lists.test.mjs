// What pages of time cost with a thousand entries of one client, and with thirty thousand: rows read stay
// as they are, because lists walk an index by key and sums are kept. ENTRIES=100000 measures with as many.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, person } from "../harness/rows.mjs";
import { keptAndRight } from "../harness/time-spent.mjs";
import { addProject, showTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const MANY = Number(process.env.ENTRIES ?? 30_000);
const world = await World.start();
after(() => world.close());
let owner, client, lena, projects, staff, stranger, foreign;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
  for (let n = 0; n < 4; n++) await colleague(world, owner, "member");
  staff = (await world.db.prepare("SELECT id FROM staff ORDER BY id").all()).results.map(({ id }) => id);
  projects = [];
  for (const name of ["Website", "Shop", "Care"]) projects.push((await addProject(owner, client, { name, visible: "on", budget: "90000" })).id);
  stranger = await clientRow(world);
  foreign = (await addProject(owner, stranger)).id;
  await showTime(owner, "people");
});

/** So many more entries, of all days of three years, five people and three projects, by SQL. */
async function fill(from, to) {
  const one = (values, by) => `CASE i / ${by} % ${values.length} ${values.map((value, n) => `WHEN ${n} THEN '${value}'`).join(" ")} END`;
  for (let at = from; at < to; at += 1_000) {
    await world.db.prepare(
      "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2) "
      + "INSERT INTO time_entries (id, client_id, project_id, staff_id, day, minutes, description, billable, rate, currency, created_at, updated_at) "
      + `SELECT printf('018f0000-0000-7000-8000-%012x', i), ?3, ${one(projects, 7)}, ${one(staff, 1)}, date(?4, '-' || (i * 7919 % 1095) || ' days'), `
      + "5 + i % 200, 'Entry ' || i, i % 5 <> 0, 900000, 'EUR', 0, 0 FROM n",
    ).bind(at, Math.min(at + 1_000, to), client.id, new Date(world.now()).toISOString().slice(0, 10)).run();
  }
}

const record = () => `/admin/clients/${client.id}/time-logs`;
const pages = () => [
  ...["", "?period=week", "?period=year", "?period=all", "?period=all&state=unbilled", "?period=all&state=billed", `?period=all&person=${staff[2]}`, `?period=all&project=${projects[1]}`,
    `?period=all&project=${projects[1]}&person=${staff[2]}`, `?period=all&project=${projects[1]}&person=${staff[3]}&state=billed`, `?period=year&person=${staff[1]}&state=not_billable`, "?from=2026-01-10&to=2026-10-20"].map((query) => [owner, `${record()}${query}`]),
  ...["", "?period=year", "?period=all", "?period=all&state=unbilled", `?period=all&person=${staff[2]}`, `?period=all&project=${projects[1]}`,
    `?period=all&project=${foreign}`, `?period=all&project=${projects[1]}&client=${stranger.id}`].map((query) => [owner, `/admin/time-logs${query}`]),
  [owner, `${record()}/invoice?from=2026-11-01&to=2026-11-02`], [owner, `/admin/projects/${projects[0]}`],
  [lena, "/time-logs"], [lena, "/time-logs?year=2025"], [lena, "/"], [lena, `/projects/${projects[0]}`],
];

/** Rows and milliseconds (the middle of five) of each page, and of the page after it. */
async function measure() {
  const found = new Map();
  const look = async (user, path) => {
    const times = [];
    let rows = 0;
    let answer;
    for (let n = 0; n < 5; n++) {
      const begun = performance.now();
      answer = await user.get(path);
      times.push(performance.now() - begun);
      assert.equal(answer.status, 200, `${path}: ${answer}`);
      const cost = await answer.cost();
      assert.equal(cost.d1, 1, path);
      rows = Math.max(rows, cost.rowsRead);
    }
    return { rows, ms: Math.round(times.toSorted((a, b) => a - b)[2]), next: answer.page.all('a[rel="next"]')[0]?.getAttribute("href") };
  };
  for (const [user, path] of pages()) {
    const first = await look(user, path);
    found.set(path, first);
    if (first.next) found.set(`${path} …`, await look(user, first.next));
  }
  return found;
}

test("so many entries of one client cost what a thousand do", async () => {
  await fill(0, 1_000);
  const few = await measure();
  await fill(1_000, MANY);
  for (const everything of [false, true]) {
    // Where a client sees what is not billable too, the list walks another index.
    if (everything) await showTime(owner, "people", { all: "on" });
    for (const [path, { rows, ms }] of await measure()) {
      const before = few.get(path) ?? { rows: 0, ms: 0 };
      console.log(`${everything ? "all is shown, " : ""}${path.replaceAll(/[0-9a-f-]{36}/g, "…")}: ${before.rows} → ${rows} rows, ${before.ms} → ${ms} ms`);
      // What is to be billed is read entry by entry, because each of them is shown, up to five hundred.
      const most = path.includes("/invoice?") ? 300 + 501 * 5 : 300;
      assert.ok(rows <= most, `${path} reads ${rows} rows, with a thousand entries ${before.rows}`);
    }
  }
  const { kept, right } = await keptAndRight(async (sql) => (await world.db.prepare(sql).all()).results);
  assert.deepEqual(kept, right, "what is kept of time");
});
