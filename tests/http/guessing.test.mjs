// Guessing and pestering: any number of tries at once are no more than the limit, a network is a network,
// and nobody locks somebody else out or fills their mailbox.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { newPassword, setUpOwner, signIn, signInStaff } from "../harness/flows.mjs";
import { clientRow, contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const MINUTE = 60_000, DAY = 86_400_000;
let owner, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ person: lena } = await person(world, owner));
});
const at = (address) => ({ headers: { "cf-connecting-ip": address } });
const counted = async () => (await world.db.prepare("SELECT count(*) AS n FROM failures").first()).n;
const many = (n, work) => Promise.all(Array.from({ length: n }, (_, i) => work(i)));
const statuses = (answers) => answers.reduce((all, { status }) => ({ ...all, [status]: (all[status] ?? 0) + 1 }), {});

for (const [side, { path, who }] of Object.entries({ client: { path: "/sign-in", who: () => lena }, staff: { path: "/admin/sign-in", who: () => owner } })) {
  test(`${side}: of eighty guesses at once ten are looked at, and the right password waits after them`, async () => {
    await world.setClock(0);
    await world.advance((side === "staff" ? 1 : 2) * 16 * MINUTE);
    const { email, password } = who();
    const answers = await many(80, (i) => world.user().post(path, { email, password: `guess number ${i}` }));
    assert.deepEqual(statuses(answers), { 422: 10, 429: 70 });
    assert.equal((await world.user().post(path, { email, password })).status, 429);
    await world.advance(16 * MINUTE);
    const right = await many(8, () => world.user().post(path, { email, password }));
    assert.deepEqual(statuses(right), { 303: 8 });
    assert.ok((await right[0].cost()).d1 <= 2);
  });
}

for (const [side, { path, root, home, who, cookie }] of Object.entries({
  client: { path: "/sign-in", root: "", home: "/", who: () => lena, cookie: "__Host-portico-known" },
  staff: { path: "/admin/sign-in", root: "/admin", home: "/admin", who: () => owner, cookie: "__Host-portico-known-staff" },
})) {
  test(`${side}: who guesses all day locks the owner out neither of a browser they came in by, nor of a new one`, async () => {
    await world.advance(2 * DAY);
    const { email } = who();
    const enters = (browser) => browser.post(path, { email, password: who().password });
    const own = world.user("a browser of theirs");
    assert.equal((await enters(own)).location, home);
    const guesses = () => many(20, (i) => world.user("stranger").post(path, { email, password: `guess number ${i}` }, at("203.0.113.77")));
    assert.deepEqual(statuses(await guesses()), { 422: 10, 429: 10 });
    assert.equal((await enters(world.user())).status, 429, "strangers wait");
    assert.equal((await enters(own)).location, home);
    // A browser known to somebody else, and a cookie of one's own making, are a stranger's.
    for (const forge of [(value) => `${value.split(".")[0]}.00`, (value) => `x${value}`, () => "a.b", () => "."]) {
      const forged = world.user();
      forged.cookies.set(cookie, forge(own.cookies.get(cookie)));
      assert.equal((await enters(forged)).status, 429);
    }
    const somebodyElse = world.user();
    somebodyElse.cookies.set(cookie, own.cookies.get(cookie));
    const nobody = `nobody-${side}@nowhere.test`;
    for (let i = 0; i < 10; i += 1) await world.user().post(path, { email: nobody, password: "a wrong one" }, at("203.0.113.78"));
    assert.equal((await somebodyElse.post(path, { email: nobody, password: "a wrong one" })).status, 429);
    // Whoever has the browser has no more guesses than a stranger.
    const stolen = own.clone();
    assert.deepEqual(statuses(await many(20, (i) => stolen.clone().post(path, { email, password: `guess number ${i}` }, at("203.0.113.79")))), { 422: 10, 429: 10 });
    // A new browser: by the link in a mail, whatever the stranger does meanwhile.
    const fresh = world.user("a new browser");
    await fresh.post(`${root}/forgot`, { email });
    who().password = newPassword();
    assert.equal((await fresh.post((await world.mailbox.newest(email)).path(/\/reset\//), { password: who().password })).status, 303);
    await guesses();
    assert.equal((await enters(world.user())).status, 429);
    assert.equal((await enters(fresh)).location, home);
  });
}

for (const [side, { path, root, who, table }] of Object.entries({
  client: { path: "/sign-in", root: "", who: () => lena, table: "accounts" },
  staff: { path: "/admin/sign-in", root: "/admin", who: () => owner, table: "staff" },
})) {
  test(`${side}: a sign-in by the old password that is under way while a new one is set begins no session`, async () => {
    await world.advance(2 * DAY);
    const user = who();
    await world.user().post(`${root}/forgot`, { email: user.email });
    const link = (await world.mailbox.newest(user.email)).path(/\/reset\//);
    await world.fault({ on: "d1", match: "INSERT INTO sessions", when: "stall", ms: 2000 });
    const thief = world.user("who knows the old password");
    const slow = thief.post(path, { email: user.email, password: user.password });
    await world.struck();
    const password = newPassword();
    assert.equal((await world.user().post(link, { password })).status, 303);
    assert.equal((await slow).status, 422);
    assert.equal((await world.user().post(path, { email: user.email, password: user.password })).status, 422);
    assert.equal((await thief.get(`${root}/profile`)).status, 303);
    user.password = password;
    const { n } = await world.db.prepare(`SELECT count(*) AS n FROM sessions s JOIN ${table} p ON p.id IN (s.staff_id, s.account_id) AND p.epoch = s.epoch WHERE p.email = ? AND s.ended_at IS NULL`).bind(user.email).first();
    assert.equal(n, 0);
  });
}

test("who comes in leaves nothing counted", async () => {
  await world.advance(2 * DAY);
  await world.cron();
  await many(5, () => world.user().post("/sign-in", { email: lena.email, password: lena.password }));
  assert.equal(await counted(), 0);
});

for (const [side, { path, who, sign }] of Object.entries({ client: { path: "/confirm", who: () => lena, sign: signIn }, staff: { path: "/admin/confirm", who: () => owner, sign: signInStaff } })) {
  test(`${side}: of eighty confirmations at once ten are looked at`, async () => {
    const user = who();
    await sign(user);
    const answers = await many(80, (i) => user.post(path, { password: `guess number ${i}` }));
    assert.deepEqual(statuses(answers), { 422: 10, 429: 70 });
    assert.equal((await user.post(path, { password: user.password })).status, 429);
    await world.advance(16 * MINUTE);
    // What is no guess is not counted as one.
    for (let i = 0; i < 12; i += 1) assert.equal((await user.post(path, { password: "" })).status, 422);
    assert.equal((await user.post(path, { password: user.password })).status, 303);
  });
}

test("a network is counted as one: a whole /64 of IPv6, a single address of IPv4", async () => {
  await world.advance(16 * MINUTE);
  const guess = (i, address) => world.user().post("/sign-in", { email: `guessed${i}@nowhere.test`, password: `guess number ${i}` }, at(address));
  const answers = await many(40, (i) => guess(i, `2001:db8:1:2:${i}::${i + 1}`));
  assert.deepEqual(statuses(answers), { 422: 30, 429: 10 });
  assert.equal((await guess(41, "2001:db8:1:2::ffff")).status, 429);
  assert.equal((await guess(42, "2001:db8:1:3::1")).status, 422, "the network next door");
  assert.equal((await guess(43, "192.0.2.1")).status, 422);
});

describe("mails that anybody may ask for", () => {
  const KINDS = {
    "a sign-in link": { path: "/sign-in/link", kind: "magic", sent: "/sign-in/sent", who: () => lena },
    "a client's new password": { path: "/forgot", kind: "reset", sent: "/forgot/sent", who: () => lena },
    "a colleague's new password": { path: "/admin/forgot", kind: "staff_reset", sent: "/admin/forgot/sent", who: () => owner },
  };
  let network = 0;
  const asked = (path, email) => world.user("stranger").post(path, { email }, at(`198.51.100.${++network % 250}`));
  const mails = async (kind, email) => (await world.outbox()).filter((mail) => mail.kind === kind && mail.to_email === email).length;

  for (const [name, { path, kind, sent, who }] of Object.entries(KINDS)) {
    test(`${name}: asked for eighty times at once, five go out, and every answer is the usual one`, async () => {
      await world.advance(2 * DAY);
      await world.user().get(path); // reads the branding again
      const before = await mails(kind, who().email);
      const answers = await many(80, () => asked(path, who().email));
      assert.deepEqual(statuses(answers), { 303: 80 });
      assert.ok(answers.every(({ location }) => location === sent));
      assert.equal(await mails(kind, who().email) - before, 5);
      const costs = await Promise.all(answers.map((answer) => answer.cost()));
      assert.deepEqual([...new Set(costs.map(({ d1 }) => d1))], [1]);
      await world.settled();
    });

    test(`${name}: a day of asking fills no mailbox and locks nobody out`, async () => {
      await world.advance(2 * DAY);
      const before = await mails(kind, who().email);
      let waited = 0;
      for (let minutes = 0; minutes < 24 * 60; minutes += 10) {
        const had = await mails(kind, who().email);
        await asked(path, who().email);
        waited = await mails(kind, who().email) > had ? 0 : waited + 10;
        assert.ok(waited <= 30, `nothing has come for ${waited} minutes`);
        await world.advance(10 * MINUTE);
      }
      assert.ok(await mails(kind, who().email) - before <= 20 + 48);
      await world.settled();
    });
  }

  test("the owner's link, bound to their browser, outlives strangers who ask too often", async () => {
    await world.advance(2 * DAY);
    for (let i = 0; i < 4; i += 1) await asked("/sign-in/link", lena.email);
    const browser = world.user("Lena's browser");
    await browser.post("/sign-in/link", { email: lena.email });
    const link = (await world.mailbox.newest(lena.email)).path(/\/magic\//);
    for (let i = 0; i < 10; i += 1) assert.equal((await asked("/sign-in/link", lena.email)).location, "/sign-in/sent");
    // Asking once more in the same browser changes nothing either.
    assert.equal((await browser.post("/sign-in/link", { email: lena.email })).location, "/sign-in/sent");
    assert.equal((await browser.post(link)).location, "/");
  });

  test("many from one network: that network waits, whomever it asks about", async () => {
    await world.advance(16 * MINUTE);
    const answers = await many(40, (i) => world.user().post("/sign-in/link", { email: `nobody${i}@nowhere.test` }, at("203.0.113.9")));
    assert.deepEqual(statuses(answers), { 303: 30, 429: 10 });
    assert.ok(answers.filter(({ status }) => status === 429).every(({ headers }) => Number(headers["retry-after"]) > 0));
  });

  test("renewals of invitations count for the invited address, and end a month after the invitation", async () => {
    await world.setClock(0);
    await signInStaff(owner);
    const email = "often@invited.test";
    const links = [];
    for (let i = 0; i < 7; i += 1) links.push(await invitation(owner, await contactRow(world, await clientRow(world), { email })));
    const late = await invitation(owner, await contactRow(world, await clientRow(world)));
    await world.advance(8 * DAY);
    const before = await mails("invitation", email);
    for (const link of links) assert.equal((await asked(`${link}/renew`)).location, "/invitation/sent");
    assert.equal(await mails("invitation", email) - before, 5);
    await world.advance(29.5 * DAY);
    const all = (await world.outbox()).length;
    assert.equal((await asked(`${late}/renew`)).location, "/invitation/sent");
    assert.equal((await world.outbox()).length, all, "a month and a half later nothing is renewed");
    await world.settled();
  });
});
