// What the pages of projects and tasks read when one client has two hundred and ten thousand of them.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();

/** Projects and tasks, most of them closed, as after some years. */
async function fill(client, projects, from, to) {
  const row = (n) => ({ id: newId(1_600_000_000_000 + n * 1000), n });
  const put = async (sql, rows) => {
    for (let start = 0; start < rows.length; start += 500) {
      await world.db.prepare(sql).bind(JSON.stringify(rows.slice(start, start + 500)), client.id).run();
    }
  };
  await put("INSERT INTO projects (id, client_id, name, status, visible, created_at, updated_at) SELECT value ->> 'id', ?2, 'Project ' || (value ->> 'n'), CASE (value ->> 'n') % 8 WHEN 0 THEN 'active' ELSE 'completed' END, 1, value ->> 'n', value ->> 'n' FROM json_each(?1)", projects.map(row));
  const tasks = Array.from({ length: to - from }, (_, n) => row(from + n));
  await put("INSERT INTO tasks (id, client_id, title, status, visible, position, created_at, updated_at) SELECT value ->> 'id', ?2, 'Task ' || (value ->> 'n'), CASE (value ->> 'n') % 20 WHEN 0 THEN 'open' ELSE 'done' END, 1, value ->> 'n', value ->> 'n', value ->> 'n' FROM json_each(?1)", tasks);
}
const range = (from, to) => Array.from({ length: to - from }, (_, n) => from + n);

test("pages read the same of two hundred projects and ten thousand tasks as of twenty and a thousand", async () => {
  const owner = await setUpOwner(world);
  const { client, person: lena } = await person(world, owner);
  const asked = async () => {
    const task = (await one("SELECT id FROM tasks WHERE is_closed = 1 ORDER BY position LIMIT 1 OFFSET (SELECT count(*) / 2 FROM tasks WHERE is_closed = 1)")).id;
    const project = (await one("SELECT id FROM projects WHERE is_open = 0 ORDER BY id LIMIT 1")).id;
    return {
      "client: home": [lena, "/"], "client: projects": [lena, "/projects"], "client: projects, back": [lena, `/projects?before=${project}`],
      "client: tasks": [lena, "/tasks"], "client: tasks, far": [lena, `/tasks?after=${task}`], "client: tasks, back": [lena, `/tasks?before=${task}`],
      "staff: projects": [owner, `${client.path}/projects`], "staff: projects, back": [owner, `${client.path}/projects?before=${project}`],
      "staff: tasks": [owner, `${client.path}/tasks`], "staff: tasks, far": [owner, `${client.path}/tasks?after=${task}`], "staff: tasks, back": [owner, `${client.path}/tasks?before=${task}`],
    };
  };
  const measure = async () => {
    const found = {};
    for (const [name, [user, path]] of Object.entries(await asked())) {
      const answer = await user.get(path);
      assert.equal(answer.status, 200, name);
      const { d1, rowsRead } = await answer.cost();
      assert.equal(d1, 1, name);
      found[name] = rowsRead;
    }
    return found;
  };
  await fill(client, range(0, 20), 0, 1000);
  const small = await measure();
  await fill(client, range(20, 200), 1000, 10_000);
  const large = await measure();
  for (const [name, rows] of Object.entries(large)) {
    console.log(`${name}: ${small[name]} → ${rows} rows`);
    assert.ok(rows <= 300, `${name} reads ${rows} rows of ten thousand tasks and two hundred projects, ${small[name]} of a tenth`);
  }
});
