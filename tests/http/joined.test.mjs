// What a page reads goes to D1 as one statement, whose answer is one text. D1 gives no text longer than 2 MB: a page of more
// is read as a batch, which costs it a second trip and nobody a page.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

test("a page whose words are longer together than D1 gives in one text is read all the same", async () => {
  const owner = await setUpOwner(world);
  const { client, person: lena } = await person(world, owner);
  const task = await addTask(owner, client, { visible: "on" });
  const path = `/tasks/${task.id}`;
  const statements = async () => {
    await lena.get(path);
    const answer = await lena.get(path);
    assert.equal(answer.status, 200);
    return { page: answer.page, asked: (await answer.cost()).ops.filter(({ kind }) => kind === "d1").map(({ about }) => about.length) };
  };
  assert.deepEqual((await statements()).asked, [1], "one trip, one statement");
  world.expectCost(/GET \/tasks\//);
  // The limit of the real D1, which a local one does not have.
  await world.fault({ on: "d1", op: "first", match: "json_array(", when: "before", error: "D1_ERROR: string or blob too big: SQLITE_TOOBIG" });
  const answer = await lena.get(path);
  assert.equal(answer.status, 200);
  assert.match(answer.page.text, /Send photos/);
  const { ops } = await answer.cost();
  const asked = ops.filter(({ kind }) => kind === "d1").map(({ about }) => about.length);
  assert.equal(asked.length, 2, "one trip that D1 refuses, and one that it does not");
  assert.ok(asked[0] === 1 && asked[1] > 1, `${asked}`);
});
