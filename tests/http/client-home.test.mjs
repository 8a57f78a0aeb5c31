// The client's first page while there is nothing yet: it says what will appear, of what is on for them.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { addProject } from "../harness/work.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

test("an empty first page says what will appear, of what is on; with the first thing that appears it says no more", async () => {
  const owner = await setUpOwner(world);
  const { client, person: lena } = await person(world, owner);
  const off = (bits) => world.db.prepare("UPDATE clients SET modules_off = ? WHERE id = ?").bind(bits, client.id).run();
  const said = async () => {
    const answer = await lena.get("/");
    assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1]);
    return answer.page.all(".empty p").map(({ text }) => text).join();
  };
  assert.equal(await said(), "Your projects, tasks, documents and invoices will appear here. There is nothing you need to do.");
  await off(8 | 32); // Documents, Billing
  assert.equal(await said(), "Your projects and tasks will appear here. There is nothing you need to do.");
  await off(2 | 8 | 32);
  assert.equal(await said(), "Your projects will appear here. There is nothing you need to do.");
  await off(1 | 2 | 8 | 32);
  assert.equal(await said(), "");
  await off(0);
  await addProject(owner, client, { name: "Not yet theirs" });
  assert.match(await said(), /will appear here/);
  await addProject(owner, client, { name: "Rebrand", status: "active", visible: "on" });
  assert.equal(await said(), "");
});
