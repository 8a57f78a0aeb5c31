// A second factor of everybody on the team: who may ask it, what who has none can still do, and how it is
// taken away from somebody who has lost theirs.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { addStaff, setUpOwner } from "../harness/flows.mjs";
import { colleague, newId, person } from "../harness/rows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { digits, enrol, enter, nextCode } from "../harness/totp.mjs";
import { World } from "../harness/world.mjs";

const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));
const world = await World.start();
after(() => world.close());
const MINUTE = 60_000, SECURITY = "/admin/settings/security", SWITCH = `${SECURITY}/factor`, OWN = "/admin/profile/factor";
let owner;
before(async () => { owner = await setUpOwner(world); });
beforeEach(async () => {
  await world.advance(11 * MINUTE);
  if ((await owner.get("/admin")).status !== 200 || owner.secret) {
    if (owner.secret) await enter(owner, "/admin");
    else await owner.post("/admin/sign-in", owner);
  } else await owner.post("/admin/confirm", { password: owner.password });
});
const required = async () => (await world.db.prepare("SELECT staff_factor FROM business").first()).staff_factor;
const idOf = async (user) => (await world.db.prepare("SELECT id FROM staff WHERE email = ?").bind(user.email).first()).id;
const last = (action) => world.db.prepare("SELECT * FROM audit WHERE action = ? ORDER BY rowid DESC LIMIT 1").bind(action).first();

test("an owner without a second factor of their own, or with codes they do not keep, cannot ask it of everybody", async () => {
  const page = (await owner.get(SECURITY)).page;
  assert.match(page.text, /set up your own/);
  assert.equal(page.has('input[role="switch"]', "Everybody on the team needs a second step"), false);
  const refused = await owner.post(SWITCH, { required: "on" });
  assert.equal(refused.location, SECURITY);
  assert.match((await owner.follow(refused)).page.text, /cannot lock yourself out/);
  assert.equal(await required(), 0);
  await enrol(owner, "/admin", { keep: false });
  await owner.follow(await owner.post(SWITCH, { required: "on" }));
  assert.equal(await required(), 0, "the recovery codes are not kept");
  await owner.post(OWN, { act: "kept" });
  await world.db.prepare("UPDATE factors SET recovery = '[]'").run();
  await owner.post(SWITCH, { required: "on" });
  assert.equal(await required(), 0, "no recovery code is left");
  const codes = await owner.post(OWN, { act: "codes" });
  owner.recovery = codes.page.all("ol.recovery code").map((code) => code.text.trim());
  await owner.post(SWITCH, { required: "on" });
  assert.equal(await required(), 0, "new codes are not kept");
  await owner.post(OWN, { act: "kept" });
});

test("admins and members do not decide it, nor anybody without a fresh proof", async () => {
  const [admin, member] = [await colleague(world, owner, "admin"), await colleague(world, owner, "member")];
  for (const user of [admin, member]) assert.equal((await user.post(SWITCH, { required: "on" })).status, 403);
  assert.match((await admin.get(SECURITY)).page.text, /An owner decides/);
  await world.advance(11 * MINUTE);
  assert.match((await owner.post(SWITCH, { required: "on" })).location, /\/admin\/confirm/);
  assert.equal(await required(), 0);
});

test("once it is asked, who has none is led to it from every page, can do nothing else, and is done with it", async () => {
  const [mo, looking] = [await colleague(world, owner, "admin"), await colleague(world, owner, "member")];
  const { client } = await person(world, owner);
  assert.equal((await looking.post(`${client.path}/preview`)).location, "/");
  assert.equal((await looking.get("/")).status, 200);
  const answer = await owner.post(SWITCH, { required: "on" });
  assert.ok((await answer.cost()).d1 <= 2);
  assert.equal(await required(), 1);
  assert.match((await last("security.changed")).detail, /everybody on the team needs a second step/);
  assert.match((await owner.follow(answer)).page.text, /have none yet/);

  assert.equal((await looking.get("/")).status, 303, "a preview goes on");
  assert.equal((await looking.get("/documents")).status, 303);
  const open = ["GET /admin/confirm", "POST /admin/confirm", "GET /admin/profile/factor", "POST /admin/profile/factor", "POST /admin/sign-out"];
  const guarded = routes.filter(({ guard }) => guard.startsWith("staff"));
  assert.ok(guarded.length > 100, `${guarded.length} routes of staff`);
  let asked = 0;
  for (const { method, path } of guarded) {
    if (open.includes(`${method} ${path}`)) continue;
    const at = path.replace(/\{number\}/, "1").replace(/\{kind\}/, "invitation").replace(/\{\w+\}/g, newId());
    const met = await mo.request(method, at, { body: method === "GET" ? undefined : "", headers: { "content-type": "application/x-www-form-urlencoded" } });
    assert.equal(met.location, OWN, String(met));
    asked += 1;
  }
  console.log(`${asked} routes of staff lead to the second factor`);
  const script = await mo.sendJson("POST", `${client.path}/uploads`, {});
  assert.equal(script.status, 401);

  const page = await mo.visit("/admin/clients");
  assert.equal(page.path, OWN);
  assert.match(page.page.text, /Your business asks everybody on the team/);
  await enrol(mo, "/admin");
  assert.equal((await mo.get("/admin/clients")).status, 200);
  assert.equal((await mo.get(OWN)).page.hasButton("Remove"), false);
  const stays = await mo.post(OWN, { act: "remove" });
  assert.equal(stays.status, 422);
  assert.match(stays.page.text, /asks everybody/);
});

test("who joins meanwhile, or signs in, or confirms late, is led to it as well", async () => {
  const nora = await addStaff(world, owner);
  assert.equal((await nora.get("/admin")).location, OWN);
  const out = await colleague(world, owner, "member");
  assert.equal((await out.get("/admin/clients")).location, OWN);
  await world.advance(11 * MINUTE);
  const late = await out.visit("/admin");
  assert.equal(late.path, `/admin/confirm?next=${encodeURIComponent(OWN)}`);
  assert.equal((await out.submit(late.page.form("Confirm"), { password: out.password }, { follow: false })).location, OWN);
  assert.equal((await out.post("/admin/sign-out")).location, "/admin/sign-in");
});

test("an owner takes it away from a colleague: sessions end, mail and log say so, and it is set up anew", async () => {
  const [mo, admin] = [await colleague(world, owner, "member"), await colleague(world, owner, "admin")];
  for (const user of [mo, admin]) await enrol(user, "/admin");
  const path = `/admin/settings/staff/${await idOf(mo)}`;
  assert.equal((await admin.post(`${path}/factor`)).status, 403);
  assert.doesNotMatch((await admin.get(path)).text, /Take it away/);
  const { page } = await owner.visit(path);
  const answer = await owner.submit(page.form(/^Take it away from/), {}, { follow: false });
  assert.equal(answer.location, path, String(answer));
  assert.ok((await answer.cost()).d1 <= 2);
  assert.equal((await mo.get("/admin")).location, "/admin/sign-in");
  const mail = await world.mailbox.newest(mo.email);
  assert.match(mail.subject, /^The second step of your sign-in at .* was taken away$/);
  assert.match(mail.text, /Olive Owner took/);
  assert.equal((await last("factor.taken_away")).entity_id, await idOf(mo));
  await mo.post("/admin/sign-in", { email: mo.email, password: mo.password });
  assert.equal((await mo.get("/admin")).location, OWN);
  await enrol(mo, "/admin");
  assert.equal((await mo.get("/admin")).status, 200);
  // Not one's own: that is what the profile is for.
  assert.equal((await owner.post(`/admin/settings/staff/${await idOf(owner)}/factor`)).location, OWN);
  assert.notEqual(await world.db.prepare("SELECT 1 FROM factors WHERE person_id = ?").bind(await idOf(owner)).first(), null);
  const twice = await owner.follow(await owner.post(`/admin/settings/staff/${(await world.db.prepare("SELECT id FROM staff st WHERE NOT EXISTS (SELECT 1 FROM factors f WHERE f.person_id = st.id) LIMIT 1").first()).id}/factor`));
  assert.match(twice.page.text, /has no second step/);
});

test("an admin takes it away from a contact; a password too short to stand alone no longer works then", async () => {
  const { person: lena, contact } = await person(world, owner);
  await enrol(lena);
  await lena.post("/profile/password", { password: "k7#mq2vz" });
  lena.password = "k7#mq2vz";
  assert.equal((await enter(lena, "")).location, "/");
  const { page } = await owner.visit(`/admin/contacts/${contact.id}`);
  const answer = await owner.submit(page.form(/^Take it away from/), {}, { follow: false });
  assert.equal(answer.location, `/admin/contacts/${contact.id}`, String(answer));
  assert.equal((await lena.get("/")).status, 303);
  const mail = await world.mailbox.newest(lena.email);
  assert.match(mail.text, /too short to stand alone/);
  assert.equal((await last("factor.taken_away")).client_id, contact.client.id);
  assert.equal((await world.user().post("/sign-in", { email: lena.email, password: lena.password })).status, 422);
  assert.equal((await lena.visit("/forgot")).status, 200);
});

test("the owner, without the phone, gets in by a recovery code and can lift it again", async () => {
  const browser = world.user("the owner elsewhere");
  await browser.post("/admin/sign-in", { email: owner.email, password: owner.password });
  assert.equal((await browser.post("/admin/sign-in/code", { recovery: owner.recovery[0] })).location, "/admin");
  const lifted = await browser.post(SWITCH, { required: "off" });
  assert.equal(lifted.location, SECURITY, String(lifted));
  assert.equal(await required(), 0);
  const nobody = await world.db.prepare("SELECT email FROM staff st WHERE deactivated_at IS NULL AND password_hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM factors f WHERE f.person_id = st.id) AND role = 'member' LIMIT 1").first();
  const free = world.user();
  await free.post("/admin/sign-in", { email: nobody.email, password: owner.password });
  assert.equal((await free.get("/admin")).status, 200);
  assert.ok(digits(owner.secret, world.now()) && await nextCode(owner));
});
