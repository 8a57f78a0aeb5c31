// The built worker answers at all, and the harness counts, shifts time, injects faults and sees leftovers.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

test("a page comes with its headers, an asset with its own, and neither asks D1", async () => {
  const somebody = world.user();
  const page = await somebody.get("/sign-in");
  assert.equal(page.status, 200, String(page));
  assert.match(page.headers["content-type"], /^text\/html; ?charset=utf-8$/i);
  assert.match(page.headers["content-security-policy"] ?? "", /default-src 'none'/);
  assert.equal((await page.cost()).d1, 0);
  const asset = await somebody.get("/assets/portico.css");
  assert.equal(asset.status, 200, String(asset));
  assert.match(asset.headers["content-type"], /^text\/css/);
});

test("an address that is not the portal's own is refused", async () => {
  const answer = await world.user().get("/sign-in", { host: "portal.attacker.test" });
  assert.equal(answer.status, 421, String(answer));
});

test("the cron job runs on an empty portal and leaves nothing", async () => {
  const record = await world.cron();
  assert.equal(record.mail, 0);
  assert.deepEqual(await world.outbox(), []);
});

test("time moves for the worker", async () => {
  const before = Date.now();
  await world.advance(86_400_000);
  assert.ok(world.now() - before >= 86_400_000);
  assert.equal((await world.user().get("/sign-in")).status, 200);
});
