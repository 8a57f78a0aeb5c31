// What search engines may look at: where one signs in. What a secret link opens says that it is nothing for them.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

const TOKEN = "a".repeat(43);
const BY_LINK = [
  `/invitation/pt_i${TOKEN}`, `/invoice/pt_p${TOKEN}`, `/magic/pt_m${TOKEN}`, `/reset/pt_r${TOKEN}`, `/unsubscribe/${TOKEN}`,
  `/confirm-email/pt_e${TOKEN}`, `/admin/join/pt_j${TOKEN}`, `/admin/reset/pt_s${TOKEN}`, `/admin/confirm-email/pt_f${TOKEN}`,
];
const robots = (answer) => answer.page.all('meta[name="robots"]').map((meta) => meta.getAttribute("content"));

test("they find where one signs in, and nothing that a secret link opens", async () => {
  const owner = await setUpOwner(world);
  const { person: lena } = await person(world, owner);
  const nobody = world.user();
  for (const path of ["/sign-in", "/admin/sign-in"]) {
    const answer = await nobody.get(path);
    assert.deepEqual(robots(answer), [], path);
    assert.equal(answer.page.all('meta[name="description"]')[0].getAttribute("content"), "The client portal of Fern & Oak");
  }
  // Who comes without a session is sent away from these, robots too.
  for (const [user, path] of [[owner, "/admin"], [lena, "/"]]) {
    assert.deepEqual(robots(await user.get(path)), [], path);
    assert.equal((await nobody.get(path)).status, 303, path);
  }
  const rules = readFileSync(join(ROOT, "public/robots.txt"), "utf8").split("\n");
  for (const path of BY_LINK) {
    assert.deepEqual(robots(await nobody.get(path)), ["noindex, nofollow"], path);
    assert.ok(rules.includes(`Disallow: ${path.slice(0, path.lastIndexOf("/") + 1)}`), `robots.txt: ${path}`);
  }
});
