// /.well-known/security.txt (RFC 9116): whom to tell, until when, at which address; asks no D1.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

const PATH = "/.well-known/security.txt";
const fields = (answer) => Object.fromEntries(answer.text.trim().split("\n").map((line) => line.split(/: (.*)/).slice(0, 2)));

test("before a support e-mail is set it names the sender of mail; then the support e-mail", async () => {
  const owner = await setUpOwner(world);
  const before = await world.user().get(PATH);
  assert.equal(before.status, 200);
  assert.equal(before.headers["content-type"], "text/plain; charset=utf-8");
  assert.equal(fields(before).Contact, "mailto:portal@portico.test");
  assert.equal(fields(before).Canonical, `${world.base}${PATH}`);
  const left = Date.parse(fields(before).Expires) - world.now();
  assert.ok(left > 170 * 86_400_000 && left < 365 * 86_400_000, fields(before).Expires);
  const { d1, kv, r2 } = await before.cost();
  assert.ok(d1 === 0 && kv <= 1 && r2 === 0, JSON.stringify({ d1, kv, r2 }));

  const branding = (await owner.get("/admin/settings/branding")).page.formTo("/admin/settings/branding");
  await owner.submit(branding, { support_email: "help@fern-oak.test" });
  assert.equal(fields(await world.user().get(PATH)).Contact, "mailto:help@fern-oak.test");
});

test("what anybody may keep sets no cookie, and a message waits for the next page", async () => {
  const owner = await setUpOwner(await World.start().then((other) => (after(() => other.close()), other)));
  const { page } = await owner.get("/admin/clients/new");
  const added = await owner.submit(page.formTo("/admin/clients/new"), { name: "Larkspur Bakery" }, { follow: false });
  assert.ok(added.cookies.some((cookie) => cookie.includes("flash=")), "what was done is said on the next page");
  const text = await owner.get(PATH);
  assert.match(text.headers["cache-control"], /^public/);
  assert.deepEqual(text.cookies, []);
  const next = await owner.follow(added);
  assert.match(next.page.text, /Larkspur Bakery/);
  assert.ok(next.cookies.some((cookie) => /flash=;.*Max-Age=0/.test(cookie)), "said now, and taken back");
});

test("the address is the portal's own, whatever the request says", async () => {
  const answer = await world.user().get(PATH, { headers: { "x-forwarded-host": "evil.test" } });
  assert.equal(fields(answer).Canonical, `${world.base}${PATH}`);
  assert.equal((await world.user().get(PATH, { host: "evil.test" })).status, 421);
});

test("without support e-mail and sender it leads to the sign-in page", async () => {
  await world.db.prepare("UPDATE business SET support_email = NULL").run();
  await world.kv.delete("branding");
  await world.restart({ MAIL_FROM: undefined });
  assert.equal(fields(await world.user().get(PATH)).Contact, `${world.base}/sign-in`);
});
