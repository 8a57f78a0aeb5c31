// What is kept of time is what the entries come to, whatever is done to them: worked out again from the entries after
// each step of a story told through the pages, after hundreds of changes by SQL, and after the migration that began it.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sendFields } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow } from "../harness/rows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { keptAndRight } from "../harness/time-spent.mjs";
import { addProject, addTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, client;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world);
  await contactRow(world, client);
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const home = () => `/admin/clients/${client.id}/time-logs`;
const save = async (path, fields, user = owner) => {
  const saved = await user.submit((await user.get(path)).page.formTo(path), fields, { follow: false });
  assert.equal(saved.status, 303, `${path}: ${saved.page.text.slice(0, 300)}`);
  return saved;
};

test("a story told through the pages: logged, edited, moved, billed, freed, deleted, timed", async () => {
  const [website, shop] = [await addProject(owner, client), await addProject(owner, client, { name: "Shop" })];
  const milo = await colleague(world, owner, "member");
  const first = await addTime(owner, client, { what: website, day: "2026-01-31", rate: "90", currency: "EUR" });
  const second = await addTime(milo, client, { what: website, day: "2026-02-01", time: "0:20", rate: "90", currency: "EUR" });
  const third = await addTime(owner, client, { day: "2026-02-01", billable: null });
  const last = await addTime(milo, client, { day: "2026-02-02", rate: "70", currency: "USD" });
  const other = { client: await clientRow(world) };
  await addTime(owner, other.client, { day: "2026-02-02" });
  const bill = async () => {
    const path = `${home()}/invoice?currency=EUR`;
    const page = (await owner.get(path)).page;
    const made = await owner.submit(page.formTo(page.all("main form[method=post]")[0].getAttribute("action")), { group: "entry" }, { follow: false });
    return { id: made.location.split("/").at(-1), path: made.location };
  };
  let draft;
  const steps = {
    "as it was logged": () => {},
    "a note": () => save(first.path, { description: "Call" }),
    "into another month": () => save(first.path, { day: "2026-03-02", time: "2:10" }),
    "to another project": () => save(second.path, { what: `p.${shop.id}` }),
    "to no project": () => save(second.path, { what: `c.${client.id}` }),
    "another rate and currency": () => save(last.path, { rate: "55", currency: "EUR" }),
    "billable after all": () => save(third.path, { billable: "on", rate: "10", currency: "EUR" }),
    "billed": async () => { draft = await bill(); },
    "free again, its draft deleted": async () => owner.submit((await owner.get(draft.path)).page.formTo(`${draft.path}/delete`), {}, { follow: false }),
    "billed and sent": async () => {
      draft = await bill();
      assert.equal((await owner.post(`${draft.path}/send`, await sendFields(owner, draft))).status, 303);
    },
    "free again, its invoice void": () => owner.post(`${draft.path}/void`, {}),
    "not billable": () => save(third.path, { billable: null }),
    "by the timer": async () => {
      const { values } = (await owner.get(home())).page.formTo(home());
      await owner.post(home(), { ...Object.fromEntries(values), what: `p.${website.id}`, go: "timer" });
      await world.advance(47 * 60_000);
      const page = (await owner.get(home())).page;
      await owner.submit(page.formTo("/admin/time-logs/timer/stop"), {}, { follow: false });
    },
    "deleted": () => owner.post(`${first.path}/delete`, {}),
  };
  const seen = new Set();
  for (const [step, go] of Object.entries(steps)) {
    await go();
    const { kept, right } = await keptAndRight(all);
    assert.deepEqual(kept, right, step);
    seen.add(right.join("\n"));
  }
  // Each step but the note changed what time comes to; what is freed comes to what it did before, and billed is billed.
  assert.equal(seen.size, Object.keys(steps).length - 4, "expected each step to make a difference");
});

/** A database with the files of d1-migrations that `keep` says. */
function migrated(keep, made = new DatabaseSync(":memory:", { enableForeignKeyConstraints: false })) {
  const folder = join(ROOT, "d1-migrations");
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".sql") && keep(name)).toSorted()) made.exec(readFileSync(join(folder, name), "utf8"));
  return made;
}
/** Numbers that look like chance and are the same each time. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % sides;
  };
}
const roll = dice(7);
const oneOf = (...values) => values[roll(values.length)];
/** Something that happens to an entry, or a new one. */
function happen(database, n) {
  const id = `e${roll(60)}`;
  const said = [oneOf("c1", "c2"), oneOf("p1", "p2", null), oneOf("s1", "s2", "s3"), `2026-0${1 + roll(3)}-0${1 + roll(3)}`, 1 + roll(300), roll(2), ...oneOf([900_000, "EUR"], [700_000, "USD"], [null, null])];
  const run = (sql, ...values) => database.prepare(sql).run(...values);
  switch (roll(8)) {
    case 0: return run("UPDATE time_entries SET client_id = ?2, project_id = ?3, staff_id = ?4, day = ?5, minutes = ?6, billable = ?7, rate = ?8, currency = ?9 WHERE id = ?1 AND invoice_id IS NULL", id, ...said);
    case 1: return run("UPDATE time_entries SET day = ?2, minutes = ?3 WHERE id = ?1 AND invoice_id IS NULL", id, said[3], said[4]);
    case 2: return run("UPDATE time_entries SET invoice_id = 'i1' WHERE id <= ?1 AND billable = 1 AND rate IS NOT NULL", id);
    case 3: return run("UPDATE time_entries SET invoice_id = NULL WHERE invoice_id = 'i1' AND id > ?1", id);
    case 4: return run("DELETE FROM time_entries WHERE id = ?1 AND invoice_id IS NULL", id);
    default: return run("INSERT INTO time_entries (id, client_id, project_id, staff_id, day, minutes, billable, rate, currency, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1) ON CONFLICT DO NOTHING", id, ...said, n);
  }
}

test("hundreds of changes by SQL, of one entry and of many at once", async () => {
  const database = migrated(() => true);
  for (let n = 0; n < 600; n++) {
    happen(database, n);
    if (n % 20 > 0) continue;
    const { kept, right } = await keptAndRight((sql) => database.prepare(sql).all());
    assert.deepEqual(kept, right, `after change ${n}`);
  }
  const { states } = database.prepare("SELECT count(DISTINCT state) AS states FROM time_entries").get();
  assert.equal(states, 3, "expected entries of each state");
  database.prepare("UPDATE time_entries SET invoice_id = NULL").run();
  database.prepare("DELETE FROM time_entries").run();
  assert.deepEqual((await keptAndRight((sql) => database.prepare(sql).all())).kept, [], "nothing is kept of nothing");
});

test("entries from before it was kept are counted by the migration", async () => {
  const database = migrated((name) => name < "0065");
  for (let n = 0; n < 300; n++) happen(database, n);
  migrated((name) => name >= "0065", database);
  const { kept, right } = await keptAndRight((sql) => database.prepare(sql).all());
  assert.ok(right.length > 100);
  assert.deepEqual(kept, right);
});
