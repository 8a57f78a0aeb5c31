// The worker breaks where nobody can expect it: that request fails, and the next ones are served as ever.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { cast } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
world.expectLog(/panic|unreachable|RuntimeError|hang|never generate|no edge|Reinitializing|critical/i);

test("after a panic the isolate begins anew, and everybody is who they were", async () => {
  const { owner, client } = await cast(world);
  for (let round = 0; round < 3; round++) {
    const others = [owner.get("/admin"), client.person.get("/")];
    const broken = await world.user().get("/sign-in", { headers: { "x-edge-panic": "1" } });
    assert.ok(broken.status >= 500, `${broken}`);
    await Promise.allSettled(others);
    const [staff, person, anyone] = [await owner.get("/admin"), await client.person.get("/"), await world.user().get("/sign-in")];
    for (const answer of [staff, person, anyone]) assert.equal(answer.status, 200, `${answer}`);
    assert.match(staff.page.text, /Olive/);
    assert.doesNotMatch(person.page.text, /Olive/);
    assert.deepEqual(anyone.cookies, []);
  }
});
