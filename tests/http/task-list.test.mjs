// The staff's list of all tasks: what is due first, filtered, page by page, in one trip and of few rows.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, newId } from "../harness/rows.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, member, mo, birch, ash;
before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  mo = await world.db.prepare("SELECT id FROM staff WHERE role = 'member'").first();
  birch = await clientRow(world, "Birch Ltd");
  ash = await clientRow(world, "Ash GmbH");
});
const titles = ({ page }) => page.all("main a.row-link").map((a) => a.text);
const listed = async (query = "", user = owner) => {
  const answer = await user.get(`/admin/tasks${query}`);
  assert.equal(answer.status, 200);
  assert.equal((await answer.cost()).d1, 1, query);
  return answer;
};

test("what is due first stands first, of all clients, and each filter shows its own", async () => {
  await addTask(owner, birch, { title: "No day" });
  await addTask(owner, ash, { title: "Later", due_on: "2099-02-01", assignee: mo.id });
  await addTask(owner, birch, { title: "Late", due_on: "2020-01-01", assignee: mo.id });
  await addTask(owner, ash, { title: "Asks", due_on: "2099-01-01", visible: "on", asks: "approve" });
  await addTask(owner, birch, { title: "Over first", status: "done" });
  await addTask(owner, birch, { title: "Over last", status: "cancelled" });
  const all = await listed();
  assert.deepEqual(titles(all), ["Late", "Asks", "Later", "No day"]);
  assert.match(all.page.text, /Late ?Birch Ltd.*Overdue|Late.*Birch Ltd/);
  assert.deepEqual(titles(await listed("?show=overdue")), ["Late"]);
  assert.deepEqual(titles(await listed("?show=waiting")), ["Asks"]);
  assert.deepEqual(titles(await listed("?show=done")), ["Over last", "Over first"]);
  assert.deepEqual(titles(await listed(`?assignee=${mo.id}`)), ["Late", "Later"]);
  assert.deepEqual(titles(await listed("?assignee=nobody")), ["Asks", "No day"]);
  assert.deepEqual(titles(await listed(`?client=${ash.id}`)), ["Asks", "Later"]);
  assert.deepEqual(titles(await listed(`?client=${ash.id}&show=waiting`)), ["Asks"]);
  assert.deepEqual(titles(await listed(`?client=${birch.id}&assignee=${mo.id}&show=overdue`)), ["Late"]);
  assert.deepEqual(titles(await listed("?show=nonsense&assignee=x&client=y&after=z")), titles(all), "what does not parse is not asked for");
  // A colleague finds their own by the form.
  const mine = (await listed("", member)).page;
  const me = mine.all("select[name=assignee] option").find((option) => option.text === "Me").getAttribute("value");
  assert.equal(me, mo.id);
  assert.deepEqual(titles(await listed(`?assignee=${me}`, member)), ["Late", "Later"]);
  // In the navigation, and nothing of a client that is archived.
  assert.ok(mine.all("nav a[href='/admin/tasks'][aria-current=page]").length > 0);
  await world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(ash.id).run();
  assert.deepEqual(titles(await listed()), ["Late", "No day"]);
  await world.db.prepare("UPDATE clients SET archived_at = NULL WHERE id = ?").bind(ash.id).run();
});

test("every page of ten thousand tasks is found forwards and backwards, and reads few rows", async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ id: newId(1_600_000_000_000 + n * 1000), n, c: n % 2 ? birch.id : ash.id }));
  for (let from = 0; from < rows.length; from += 500) {
    await world.db.prepare("INSERT INTO tasks (id, client_id, title, status, visible, asks, assignee_id, due_on, created_at, updated_at) SELECT value ->> 'id', value ->> 'c', 'Task ' || (value ->> 'n'), CASE WHEN (value ->> 'n') % 4 < 2 THEN 'open' ELSE 'done' END, 1, "
      + "CASE WHEN (value ->> 'n') % 40 = 0 THEN 'complete' END, CASE WHEN (value ->> 'n') % 3 = 0 THEN ?2 END, date('2026-01-01', ((value ->> 'n') % 900) || ' days'), value ->> 'n', value ->> 'n' FROM json_each(?1)").bind(JSON.stringify(rows.slice(from, from + 500)), mo.id).run();
  }
  for (const query of ["", "?show=waiting", "?show=overdue", "?show=done", `?assignee=${mo.id}`, "?assignee=nobody", `?client=${birch.id}`, `?client=${ash.id}&show=waiting`]) {
    const pages = [];
    let answer = await listed(query);
    const step = (label) => answer.page.all("nav[aria-label='Pages'] a, .pager a").find((a) => a.text.includes(label))?.getAttribute("href");
    for (let n = 0; n < 4; n++) {
      const { rowsRead } = await answer.cost();
      assert.ok(rowsRead <= 300, `/admin/tasks${query}, page ${n + 1} reads ${rowsRead} rows`);
      if (n < 2) console.log(`tasks${query}, page ${n + 1}: ${rowsRead} rows`);
      pages.push(titles(answer));
      const next = step("Next");
      if (!next || n === 3) break;
      answer = await owner.get(next);
    }
    assert.equal(new Set(pages.flat()).size, pages.flat().length, "none twice");
    for (let n = pages.length - 2; n >= 0; n--) {
      answer = await owner.get(step("Previous"));
      assert.deepEqual(titles(answer), pages[n], `${query}: back on page ${n + 1}`);
    }
  }
});
