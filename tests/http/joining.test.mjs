// Joining the team by a mailed link: scanners burn nothing, one winner, a lost reply is given again.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { newPassword, setUpOwner, signInStaff } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

let count = 0;
async function invited({ name = `Ina Invited ${++count}`, email = `ina${count}@business.test` } = {}) {
  const answer = await owner.post("/admin/settings/staff/new", { name, email, role: "member" });
  assert.equal(answer.status, 303, String(answer));
  const { id } = await world.db.prepare("SELECT id FROM staff WHERE email = ?").bind(email).first();
  return { id, name, email, link: (await world.mailbox.newest(email)).path(/\/admin\/join\//) };
}
const staffRow = (id) => world.db.prepare("SELECT * FROM staff WHERE id = ?").bind(id).first();
const sessions = async (id) => (await world.db.prepare("SELECT count(*) AS n FROM sessions WHERE staff_id = ?").bind(id).first()).n;
const joined = (answer) => answer.status === 303 && answer.location === "/admin";

test("HEAD, GET three times and a bare POST burn nothing and ask no D1; then it works, once", async () => {
  const { id, link, name } = await invited();
  const scanner = world.user("scanner");
  const head = await scanner.head(link);
  assert.equal(head.status, 200);
  for (let i = 0; i < 3; i += 1) {
    const answer = await scanner.get(link);
    assert.equal(answer.status, 200);
    assert.equal((await answer.cost()).d1, 0);
    assert.equal(answer.headers["cache-control"], "no-store");
    assert.equal(answer.headers["referrer-policy"], "no-referrer");
  }
  for (const fields of [{}, { password: "short" }, { password: "passwordpassword" }]) {
    const answer = await scanner.post(link, fields);
    assert.equal(answer.status, 422, JSON.stringify(fields));
    assert.equal((await answer.cost()).d1, 0);
  }
  assert.equal((await staffRow(id)).joined_at, null);
  const ina = world.user("Ina");
  const password = newPassword();
  const winner = await ina.post(link, { password });
  assert.ok(joined(winner), String(winner));
  assert.ok((await winner.cost()).d1 <= 2);
  const home = await ina.get("/admin");
  assert.equal(home.status, 200);
  assert.match(home.text, new RegExp(`Welcome to the team, ${name}`));
  assert.equal((await world.user().post(link, { password: newPassword() })).status, 410);
  const { email } = await staffRow(id);
  assert.ok(joined(await world.user().post("/admin/sign-in", { email, password })));
  const entry = await world.db.prepare("SELECT * FROM audit WHERE action = 'staff.joined' AND entity_id = ?").bind(id).first();
  assert.equal(entry.principal_name, name);
});

test("the page is byte for byte the same for every link, whatever became of it", async () => {
  const used = await invited();
  await world.user().post(used.link, { password: newPassword() });
  const open = await invited();
  const browser = world.user();
  const texts = new Set();
  for (const path of [used.link, open.link, `/admin/join/pt_j${"A".repeat(43)}`, "/admin/join/anything"]) {
    const answer = await browser.get(path);
    assert.equal(answer.status, 200, path);
    texts.add(answer.text);
  }
  assert.equal(texts.size, 1);
});

test("fifty at once: one winner, one session, one password", async () => {
  const { id, link } = await invited();
  const answers = await Promise.all(Array.from({ length: 50 }, () => world.user().post(link, { password: newPassword() })));
  assert.equal(answers.filter(joined).length, 1);
  assert.equal(answers.filter(({ status }) => status === 410).length, 49);
  assert.equal(await sessions(id), 1);
});

test("eight who have all found the link open before one of them uses it: still one winner", async () => {
  const { id, link } = await invited();
  await world.fault({ on: "d1", op: "batch", match: "UPDATE links SET consumed_at", when: "stall", ms: 3000, times: 8 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.user().post(link, { password: newPassword() })));
  await world.fault();
  assert.equal(answers.filter(joined).length, 1);
  assert.equal(answers.filter(({ status }) => status === 410).length, 7);
  assert.equal(await sessions(id), 1);
});

test("a lost reply is given again to the browser that asked, and to nobody else", async () => {
  const { id, link } = await invited();
  const ina = world.user("Ina");
  await ina.get(link);
  const password = newPassword();
  await world.fault({ on: "d1", op: "batch", when: "after", match: "UPDATE links", times: 1 });
  world.expectLog(/POST \/admin\/join/);
  const lost = await ina.post(link, { password });
  assert.equal(lost.status, 503, String(lost));
  assert.notEqual((await staffRow(id)).joined_at, null);
  // Whoever else holds the link, even with the password, finds it used.
  const thief = world.user("thief");
  await thief.get(link);
  assert.equal((await thief.post(link, { password })).status, 410);
  assert.equal((await world.user().post(link, { password })).status, 410);
  assert.equal((await ina.clone().post(link, { password: newPassword() })).status, 410);
  // Opening the page again does not lose the browser's name.
  await ina.get(link);
  assert.ok(joined(await ina.post(link, { password })));
  assert.equal(await sessions(id), 1);
  assert.equal((await ina.get("/admin")).status, 200);
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM audit WHERE action = 'staff.joined' AND entity_id = ?").bind(id).first()).n, 1);
});

test("a failure before the commit burns nothing", async () => {
  const { link } = await invited();
  await world.fault({ on: "d1", op: "batch", when: "before", match: "UPDATE links", times: 1 });
  world.expectLog(/POST \/admin\/join/);
  const password = newPassword();
  assert.equal((await world.user().post(link, { password })).status, 503);
  assert.ok(joined(await world.user().post(link, { password })));
});

test("unknown, expired, replaced and used links get one and the same page", async () => {
  const expired = await invited();
  await world.db.prepare("UPDATE links SET expires_at = ? WHERE staff_id = ?").bind(world.now() - 1, expired.id).run();
  const replaced = await invited();
  await owner.post(`/admin/settings/staff/${replaced.id}/invite`);
  const used = await invited();
  await world.user().post(used.link, { password: newPassword() });
  const dead = [];
  for (const path of [expired.link, replaced.link, used.link, `/admin/join/pt_j${"A".repeat(43)}`, "/admin/join/anything"]) {
    const answer = await world.user().post(path, { password: newPassword() });
    assert.equal(answer.status, 410, `${path}: ${answer}`);
    dead.push(answer.text);
  }
  assert.equal(new Set(dead).size, 1);
});

test("a password made of the person's own name is refused, and the link stays", async () => {
  const { link } = await invited({ name: "Wilhelmina Featherstone", email: "wilhelmina@business.test" });
  const answer = await world.user().post(link, { password: "Featherstone-2026" });
  assert.equal(answer.status, 422);
  assert.match(answer.page.all("#e-password")[0].text, /easy to guess/);
  assert.ok(joined(await world.user().post(link, { password: newPassword() })));
});

test("bad input is refused at the field", async () => {
  const { link } = await invited();
  const raw = (body) => world.user().request("POST", link, { body, headers: { "content-type": "application/x-www-form-urlencoded" } });
  for (const body of ["password=%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff%ff", "password=a%00bcdefghijklmnopq", `password=${"x".repeat(60_000)}`, "password=one+two+three+four+x&password=b"]) {
    const answer = await raw(body);
    assert.equal(answer.status, 422, body.slice(0, 40));
    assert.equal(answer.page.all("#e-password").length, 1);
  }
});

test("somebody signed in on the browser is asked first, and signed out", async () => {
  const { link } = await invited();
  const shared = owner.clone("a shared browser");
  assert.equal((await shared.get(link)).page.all("#f-switch").length, 1);
  const refused = await shared.post(link, { password: newPassword() });
  assert.equal(refused.status, 422);
  assert.match(refused.page.all("#e-switch")[0].text, /Tick this/);
  assert.ok(joined(await shared.post(link, { password: newPassword(), switch: "on" })));
  assert.equal((await owner.get("/admin")).location, "/admin/sign-in");
});

test("who loses the race for the link stays signed in as who they were", async () => {
  await signInStaff(owner);
  const { link } = await invited();
  const shared = owner.clone("a shared browser");
  await world.fault({ on: "d1", op: "batch", match: "UPDATE links SET consumed_at", when: "stall", ms: 5000 });
  const late = shared.post(link, { password: newPassword(), switch: "on" });
  await world.struck();
  assert.ok(joined(await world.user().post(link, { password: newPassword() })));
  await world.release();
  assert.equal((await late).status, 410);
  assert.equal((await shared.get("/admin")).status, 200);
});

test("the token stands nowhere in the database", async () => {
  await signInStaff(owner);
  const { link } = await invited();
  const token = link.split("/").at(-1);
  const tables = (await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'").all()).results;
  for (const { name } of tables) {
    const { results } = await world.db.prepare(`SELECT * FROM "${name}"`).all();
    assert.ok(!JSON.stringify(results).includes(token), `${name} holds the token`);
  }
});
