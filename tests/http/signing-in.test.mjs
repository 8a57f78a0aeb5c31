// Set-up and signing in: the owner is made once, sessions live and die, guessing is slowed down.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { newPassword, setUpOwner, signInStaff } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;

test("a wrong set-up token makes nobody, and keeps what was typed", async () => {
  const somebody = world.user();
  const answer = await somebody.post("/admin/setup", {
    token: "not-the-token-of-this-portal", business_name: "Fern & Oak", name: "Eve", email: "eve@attacker.test", password: newPassword(),
  });
  assert.equal(answer.status, 422, String(answer));
  assert.match(answer.text, /not the set-up token/);
  assert.match(answer.text, /value="eve@attacker\.test"/);
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM staff").first()).n, 0);
});

const habits = (of = world) => of.db.prepare("SELECT currency, time_zone, utc_offset FROM billing").first();

test("the set-up asks for currency and time zone, and refuses what is neither", async () => {
  const other = await World.start();
  try {
    const page = await other.user().get("/admin/setup");
    assert.equal(page.page.field("Time zone").querySelector("option[selected]").getAttribute("value"), "UTC", "where the edge does not say the visitor's");
    const form = { token: other.setupToken, business_name: "Kado", name: "Emi", email: "emi@kado.test", password: newPassword() };
    const refused = await other.user().post("/admin/setup", { ...form, currency: "XXX", time_zone: "Mars/Base" });
    assert.equal(refused.status, 422);
    assert.ok(refused.page.errorAt("Currency") && refused.page.errorAt("Time zone"), String(refused));
    assert.equal((await other.user().post("/admin/setup", { ...form, currency: "JPY", time_zone: "Asia/Tokyo" })).status, 303);
    assert.deepEqual(await habits(other), { currency: "JPY", time_zone: "Asia/Tokyo", utc_offset: 9 * 3_600_000 });
  } finally {
    await other.close();
  }
});

test("the set-up makes the owner, once", async () => {
  owner = await setUpOwner(world);
  assert.equal((await owner.get("/admin")).status, 200);
  const second = await world.user().post("/admin/setup", {
    token: world.setupToken, business_name: "Other", name: "Eve", email: "eve@attacker.test", password: newPassword(),
    currency: "USD", time_zone: "Asia/Tokyo",
  });
  assert.equal(second.status, 422, String(second));
  assert.match(second.page.text, /set up already/);
  assert.deepEqual(await habits(), { currency: "EUR", time_zone: "UTC", utc_offset: 0 }, "a second set-up changes nothing");
  const { results } = await world.db.prepare("SELECT email, role FROM staff").all();
  assert.deepEqual(results, [{ email: owner.email, role: "owner" }]);
});

test("a signed-in page is one round trip to D1, and one answer for a signed-out person", async () => {
  const page = await owner.get("/admin");
  assert.equal((await page.cost()).d1, 1);
  const out = await world.user().get("/admin");
  assert.equal(out.status, 303);
  assert.equal(out.location, "/admin/sign-in");
  assert.equal((await out.cost()).d1, 0);
});

test("who sends a form without a session is told on the sign-in page, on both sides and whoever it was", async () => {
  const told = "You were signed out meanwhile, so nothing was sent. Sign in and go back: what you typed still stands there.";
  const ended = Object.assign(world.user(), { email: owner.email, password: owner.password });
  await signInStaff(ended);
  await world.db.prepare("DELETE FROM sessions WHERE id = (SELECT max(id) FROM sessions)").run();
  for (const [user, form, door] of [[ended, "/admin/clients/new", "/admin/sign-in"], [world.user(), "/admin/clients/new", "/admin/sign-in"], [world.user(), "/tickets/new", "/sign-in"]]) {
    const sent = await user.post(form, { name: "Larkspur", subject: "Hello", body: "Words" });
    assert.equal(sent.status, 303, String(sent));
    assert.equal(sent.location.split("?")[0], door);
    const page = await user.get(sent.location);
    assert.deepEqual(page.page.all('.notice[role="alert"]').map((notice) => notice.text.trim()), [told], form);
    assert.doesNotMatch((await user.get(door)).page.text, /signed out meanwhile/, "once");
  }
  // Looking, signing out and scripts lose nothing.
  const quiet = world.user();
  for (const answer of [await quiet.get("/admin/clients"), await quiet.post("/sign-out"), await quiet.post("/admin/sign-out"),
    await quiet.request("POST", "/admin/clients/new", { headers: { accept: "application/json" } })]) {
    assert.equal(answer.headers["set-cookie"], undefined, String(answer));
  }
});

test("the session cookie is for this host alone and out of reach of scripts", async () => {
  const person = world.user();
  const answer = await person.post("/admin/sign-in", { email: owner.email, password: owner.password });
  assert.equal(answer.status, 303, String(answer));
  assert.ok((await answer.cost()).d1 <= 2);
  const cookie = [answer.headers["set-cookie"]].flat().join("\n");
  assert.match(cookie, /^__Host-portico-staff=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600$/m);
});

test("a wrong password, an unknown address and a bad address are told kindly and alike", async () => {
  const ask = async (email, password) => (await world.user().post("/admin/sign-in", { email, password }));
  const wrong = await ask(owner.email, "not the right password");
  const unknown = await ask("nobody@business.test", "not the right password");
  assert.equal(wrong.status, 422);
  assert.equal(unknown.status, 422);
  assert.equal(wrong.text.replaceAll(owner.email, "…"), unknown.text.replaceAll("nobody@business.test", "…"));
  assert.match((await ask("no address", "x")).text, /aria-invalid="true"/);
});

test("ten failures make the eleventh wait, and the wait ends", async () => {
  const email = "guessed@business.test";
  for (let i = 0; i < 10; i += 1) {
    assert.equal((await world.user().post("/admin/sign-in", { email, password: `guess number ${i}` })).status, 422);
  }
  const held = await world.user().post("/admin/sign-in", { email, password: "guess number 11" });
  assert.equal(held.status, 429, String(held));
  assert.ok(Number(held.headers["retry-after"]) > 0);
  await world.advance(16 * 60_000);
  assert.equal((await world.user().post("/admin/sign-in", { email, password: "guess number 12" })).status, 422);
});

test("signing out ends the session for a copied cookie too", async () => {
  const person = world.user();
  await signInStaff(person, owner);
  assert.equal((await person.get("/admin")).status, 200);
  const row = await world.db.prepare("SELECT id FROM sessions WHERE ended_at IS NULL ORDER BY created_at DESC").first();
  await person.post("/admin/sign-out");
  assert.equal((await person.get("/admin")).status, 303);
  assert.notEqual((await world.db.prepare("SELECT ended_at FROM sessions WHERE id = ?").bind(row.id).first()).ended_at, null);
});

test("an hour of silence and twelve hours of use end a session", async () => {
  const person = world.user();
  await signInStaff(person, owner);
  await world.advance(61 * 60_000);
  assert.equal((await person.get("/admin")).status, 303, "an hour of silence");
  await signInStaff(person, owner);
  for (let i = 0; i < 14; i += 1) {
    await world.advance(50 * 60_000);
    const { status } = await person.get("/admin");
    assert.equal(status, (i + 1) * 50 < 12 * 60 ? 200 : 303, `after ${(i + 1) * 50} minutes`);
  }
});

test("forms from elsewhere, and forms that say nothing of where they come from, are refused", async () => {
  const fields = { email: owner.email, password: owner.password };
  for (const headers of [
    { "sec-fetch-site": "cross-site", origin: "https://attacker.test" },
    { "sec-fetch-site": "same-site", origin: "https://sub.localhost" },
    { "sec-fetch-site": undefined, origin: "null" },
    { "sec-fetch-site": undefined, origin: null },
    // A header that a proxy or an old browser got wrong does not make up for a foreign origin.
    { "sec-fetch-site": "none", origin: "https://attacker.test" },
    { "sec-fetch-site": "same-origin", origin: "https://attacker.test" },
  ]) {
    const answer = await world.user().post("/admin/sign-in", fields, { headers, browser: false });
    assert.equal(answer.status, 403, `${JSON.stringify(headers)}: ${answer}`);
  }
});

test("forms of our own pages, which tell no referrer and so no origin, are taken", async () => {
  for (const origin of ["null", world.base]) {
    const answer = await world.user().post("/admin/sign-in", { email: owner.email, password: owner.password }, { headers: { origin } });
    assert.equal(answer.status, 303, `${origin}: ${answer}`);
  }
});

test("next is a path of ours or nothing", async () => {
  for (const [next, to] of [["/admin/confirm", "/admin/confirm"], ["//attacker.test", "/admin"], ["https://attacker.test/", "/admin"], ["/documents", "/admin"]]) {
    const answer = await world.user().post("/admin/sign-in", { email: owner.email, password: owner.password, next });
    assert.equal(answer.location, to, next);
  }
});

test("D1 down: 503 and a page, never open", async () => {
  const person = world.user();
  await signInStaff(person, owner);
  await world.fault({ on: "d1", when: "before" });
  const answer = await person.get("/admin");
  assert.equal(answer.status, 503, String(answer));
  world.expectLog(/D1 failed/);
  assert.equal((await person.get("/admin")).status, 200);
});
