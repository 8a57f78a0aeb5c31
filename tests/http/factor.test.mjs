// The second factor, on both sides: set up, asked for after password and link and at a step-up, used once,
// replaced by recovery codes, given up; guessing it; and what a stolen dump of the database says of it.
import { after, before, beforeEach, describe, test } from "node:test";
import assert from "node:assert/strict";
import { newPassword, setUpOwner, signInStaff } from "../harness/flows.mjs";
import { colleague, contactRow, clientRow, invitation, person } from "../harness/rows.mjs";
import { digits, enrol, enter, nextCode, STEP, wrong } from "../harness/totp.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const MINUTE = 60_000, DAY = 86_400_000;
let owner;
before(async () => { owner = await setUpOwner(world); });
/** What was counted before counts no longer, and the owner is signed in. */
beforeEach(async () => {
  await world.advance(16 * MINUTE);
  await signInStaff(owner);
});

const SIDES = {
  client: { root: "", home: "/", cookie: "__Host-portico", table: "accounts", one: async () => (await person(world, owner)).person },
  staff: { root: "/admin", home: "/admin", cookie: "__Host-portico-staff", table: "staff", one: () => colleague(world, owner, "member") },
};
const at = (address) => ({ headers: { "cf-connecting-ip": address } });
const factorOf = (user, table) => world.db.prepare(`SELECT f.* FROM factors f JOIN ${table} p ON p.id = f.person_id WHERE p.email = ?`).bind(user.email).first();
const alive = async (user, home) => (await user.get(home)).status === 200;
const deeds = async (like) => (await world.db.prepare("SELECT action, detail FROM audit WHERE action LIKE ? ORDER BY rowid").bind(like).all()).results;
const many = (n, work) => Promise.all(Array.from({ length: n }, (_, i) => work(i)));
const statuses = (answers) => answers.reduce((all, { status }) => ({ ...all, [status]: (all[status] ?? 0) + 1 }), {});
/** A browser that has shown the right password, and waits. */
async function waiting(user, root, browser = world.user("who has the password")) {
  const answer = await browser.post(`${root}/sign-in`, { email: user.email, password: user.password });
  assert.equal(answer.location, `${root}/sign-in/code`, String(answer));
  return browser;
}
async function fresh(side) {
  const user = await side.one();
  await enrol(user, side.root);
  return user;
}

for (const [name, side] of Object.entries(SIDES)) {
  const { root, home, cookie, table } = side;
  describe(name, () => {
    test("it is set up by the first code, shows ten recovery codes once, ends other sessions and tells the owner", async () => {
      const user = await side.one();
      const [other, copied] = [world.user("elsewhere"), user.clone()];
      await other.post(`${root}/sign-in`, { email: user.email, password: user.password });
      const page = await user.get(`${root}/profile/factor`);
      assert.equal((await page.cost()).d1, 1);
      assert.match(page.text, /<svg class="qr"[^>]*>.*<path d="M/s);
      const secret = page.page.all("code.secret")[0].text;
      assert.match(secret, /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/);
      const form = page.page.form("Add the second step");
      const guess = await user.submit(form, { totp: wrong(Object.assign(user, { secret })) }, { follow: false });
      assert.equal(guess.status, 422);
      assert.match(guess.page.errorAt("Code from your app"), /not the code/);
      assert.equal(guess.page.all("code.secret")[0].text, secret, "the picture changed while it was being scanned");
      assert.equal(await factorOf(user, table), null);
      const done = await user.submit(guess.page.form("Add the second step"), { totp: ` ${digits(secret, world.now()).replace(/^.../, "$& ")} ` }, { follow: false });
      assert.equal(done.status, 200, String(done));
      assert.ok((await done.cost()).d1 <= 2);
      const codes = done.page.all("ol.recovery code").map((code) => code.text.trim());
      assert.equal(new Set(codes).size, 10);
      for (const code of codes) assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);
      assert.equal(await alive(other, home), false, "another session lives on");
      assert.equal(await alive(copied, home), false, "the old cookie lives on");
      assert.equal(await alive(user, home), true);
      assert.match((await world.mailbox.newest(user.email)).subject, /^A second step was added to your sign-in at /);
      const again = await user.get(`${root}/profile/factor`);
      assert.ok(codes.every((code) => !again.text.includes(code)), "recovery codes are shown twice");
      assert.match(again.page.text, /10 of 10 are left/);
      assert.match(again.page.text, /Not kept yet/);
      const kept = await user.submit(done.page.form("I have kept them"), {}, { follow: false });
      assert.equal(kept.location, `${root}/profile`);
      assert.match((await user.get(`${root}/profile`)).page.text, /Second step ?A code from your app, or a recovery code/);
      assert.doesNotMatch((await user.get(`${root}/profile/factor`)).page.text, /Not kept yet/);
      // A page from before does not set another one up.
      const late = await user.submit(form, { totp: digits(secret, world.now()) }, { follow: false });
      assert.equal(late.location, `${root}/profile/factor`);
      assert.match((await user.follow(late)).page.text, /set up already/);
    });

    test("a stolen dump has no secret and no recovery code in it", async () => {
      const user = await fresh(side);
      const names = (await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").all()).results;
      const dump = JSON.stringify(await world.db.batch(names.map((of) => world.db.prepare(`SELECT * FROM "${of.name}"`))));
      const plain = user.secret.replace(/ /g, "");
      const raw = Buffer.from(plain.match(/.{8}/g).flatMap((eight) => {
        const bits = [...eight].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
        return bits.match(/.{8}/g).map((byte) => parseInt(byte, 2));
      }));
      for (const bare of [plain, user.secret, raw.toString("hex"), raw.toString("base64"), raw.toString("base64url")]) {
        assert.ok(!dump.toLowerCase().includes(bare.toLowerCase()), `the dump holds ${bare}`);
      }
      for (const code of user.recovery) assert.ok(!dump.includes(code) && !dump.includes(code.replaceAll("-", "")), "a recovery code");
      assert.ok(!world.logText().includes(plain));
      // Nor does the row of one open for another.
      const other = await fresh(side);
      const [mine, theirs] = [await factorOf(user, table), await factorOf(other, table)];
      await world.db.prepare("UPDATE factors SET sealed = ?, last_step = 0 WHERE person_id = ?").bind(mine.sealed, theirs.person_id).run();
      const thief = await waiting(other, root);
      assert.equal((await thief.post(`${root}/sign-in/code`, { totp: digits(user.secret, world.now() + STEP) })).status, 422);
    });

    test("after the right password there is no session, but a question; the code signs in, and leads on", async () => {
      const user = await fresh(side);
      const before = await world.db.prepare("SELECT count(*) AS n FROM sessions").first();
      const browser = world.user("a new browser");
      const next = `${root}/profile/password`;
      const { page } = await browser.get(`${root}/sign-in?next=${encodeURIComponent(next)}`);
      const first = await browser.submit(page.form("Sign in"), { email: user.email, password: user.password }, { follow: false });
      assert.equal(first.location, `${root}/sign-in/code`);
      assert.ok((await first.cost()).d1 <= 2);
      assert.equal(browser.cookies.get(cookie), undefined);
      assert.equal((await world.db.prepare("SELECT count(*) AS n FROM sessions").first()).n, before.n);
      for (const path of [home, `${root}/profile`, `${root}/profile/factor`]) assert.equal((await browser.get(path)).status, 303, path);
      const asked = await browser.get(`${root}/sign-in/code`);
      assert.equal((await asked.cost()).d1, 0);
      assert.match(asked.text, /<input id="f-totp"[^>]* autocomplete="one-time-code" inputmode="numeric"/);
      const bad = await browser.submit(asked.page.form("Sign in"), { totp: wrong(user) }, { follow: false });
      assert.equal(bad.status, 422);
      assert.match(bad.page.errorAt("Code from your app"), /not the code/);
      const right = await browser.submit(bad.page.form("Sign in"), { totp: await nextCode(user) }, { follow: false });
      assert.equal(right.location, next, String(right));
      assert.ok((await right.cost()).d1 <= 2);
      assert.equal(await alive(browser, home), true);
      assert.equal((await browser.get(`${root}/sign-in/code`)).location, `${root}/sign-in`, "the wait goes on");
    });

    test("each step works once, one step early or late, and never one that is older than the last", async () => {
      const user = await fresh(side);
      await world.advance(10 * STEP);
      const now = () => world.now();
      const tried = async (code, browser) => (await (browser ?? await waiting(user, root)).post(`${root}/sign-in/code`, { totp: code })).status;
      const [early, current, late, far, old] = [1, 0, -1, 3, -3].map((step) => digits(user.secret, now() + step * STEP));
      assert.equal(await tried(far), 422);
      assert.equal(await tried(old), 422);
      assert.equal(await tried(late), 303);
      assert.equal(await tried(late), 422, "used twice");
      assert.equal(await tried(early), 303);
      assert.equal(await tried(current), 422, "older than the last one used");
      // Of twenty at once with one code, one gets in.
      await world.advance(5 * STEP);
      const code = digits(user.secret, now());
      const browsers = [];
      for (let i = 0; i < 8; i += 1) browsers.push(await waiting(user, root));
      const answers = await Promise.all(browsers.map((browser) => browser.post(`${root}/sign-in/code`, { totp: code })));
      assert.deepEqual(statuses(answers), { 303: 1, 422: 7 });
      assert.equal((await Promise.all(browsers.map((browser) => alive(browser, home)))).filter(Boolean).length, 1);
    });

    test("a recovery code gets in instead of the app, once, however it is typed", async () => {
      const user = await fresh(side);
      const [first, second] = user.recovery;
      const browser = await waiting(user, root);
      const { page } = await browser.get(`${root}/sign-in/code`);
      const answer = await browser.submit(page.form("Sign in"), { recovery: ` ${first.toLowerCase().replaceAll("-", " ")} ` }, { follow: false });
      assert.equal(answer.location, home, String(answer));
      assert.match((await browser.get(`${root}/profile/factor`)).page.text, /9 of 10 are left/);
      const again = await (await waiting(user, root)).post(`${root}/sign-in/code`, { recovery: first });
      assert.equal(again.status, 422);
      assert.match(again.page.errorAt("Recovery code"), /used already/);
      assert.match(again.text, /<details class="other-way" open>/);
      const browsers = [];
      for (let i = 0; i < 6; i += 1) browsers.push(await waiting(user, root));
      const answers = await Promise.all(browsers.map((of) => of.post(`${root}/sign-in/code`, { recovery: second })));
      assert.deepEqual(statuses(answers), { 303: 1, 422: 5 });
    });

    test("five wrong codes, and the sign-in begins anew; ten in a quarter of an hour, and codes wait, but recovery codes and known browsers do not", async () => {
      const user = await fresh(side);
      await enter(user, root); // this browser is known from now on
      const own = user.clone("a browser the owner came in by");
      const guess = (browser, n = 0) => browser.post(`${root}/sign-in/code`, { totp: ["111111", "222222", "333333"][n % 3] }, at("203.0.113.7"));
      const thief = await waiting(user, root);
      for (let i = 0; i < 5; i += 1) assert.equal((await guess(thief, i)).status, 422);
      const spent = await guess(thief);
      assert.equal(spent.location, `${root}/sign-in`, String(spent));
      assert.match((await thief.follow(spent)).page.text, /begin again with your password/);
      assert.equal((await thief.get(`${root}/sign-in/code`)).location, `${root}/sign-in`);
      // The owner is told by mail, once a day, that somebody got past the first step.
      const warned = async () => (await world.outbox()).filter(({ kind, to_email }) => kind === "codes_failed" && to_email === user.email);
      assert.equal((await warned()).length, 1);
      assert.match((await world.mailbox.newest(user.email)).text, /five codes that are not right.*did not get in/s);
      const answers = [];
      for (let i = 0; i < 4; i += 1) {
        const browser = await waiting(user, root);
        for (let n = 0; n < 3; n += 1) answers.push(await guess(browser, n));
      }
      assert.deepEqual(statuses(answers), { 422: 5, 429: 7 });
      const held = await waiting(user, root);
      const right = await held.post(`${root}/sign-in/code`, { totp: await nextCode(user) });
      assert.equal(right.status, 429);
      assert.match(right.page.errorAt("Code from your app"), /use a recovery code, or try again later/);
      // The owner's own browser is counted apart, and a recovery code is not held up.
      await waiting(user, root, own);
      assert.equal((await own.post(`${root}/sign-in/code`, { totp: await nextCode(user) })).location, home);
      const elsewhere = await waiting(user, root);
      assert.equal((await elsewhere.post(`${root}/sign-in/code`, { recovery: user.recovery[0] })).location, home);
      // A new password by mail is a fresh start, and ends what waits.
      const waits = await waiting(user, root);
      const browser = world.user("a new browser");
      await browser.post(`${root}/forgot`, { email: user.email });
      user.password = newPassword();
      assert.equal((await browser.post((await world.mailbox.newest(user.email)).path(/\/reset\//), { password: user.password })).status, 303);
      assert.equal((await waits.post(`${root}/sign-in/code`, { totp: await nextCode(user) })).location, `${root}/sign-in`, "the wait outlives the password");
      const strange = await waiting(user, root);
      assert.equal((await strange.post(`${root}/sign-in/code`, { totp: await nextCode(user) })).location, home);
    });

    test("of a hundred guesses at once no more are looked at than the limit", async () => {
      const user = await fresh(side);
      const browsers = [];
      for (let i = 0; i < 25; i += 1) browsers.push(await waiting(user, root));
      const answers = await Promise.all(browsers.flatMap((browser, b) => [0, 1, 2, 3].map((n) => browser.clone().post(`${root}/sign-in/code`, { totp: "123456" }, at(`198.51.100.${b}`)))));
      const seen = statuses(answers);
      assert.ok(seen[422] <= 10, JSON.stringify(seen));
      await world.advance(16 * MINUTE);
      assert.equal((await enter(user, root)).location, home);
    });

    test("thirty wrong codes a day, and a stranger with the password waits until tomorrow", async () => {
      const user = await fresh(side);
      let looked = 0;
      for (let round = 0; round < 5; round += 1) {
        for (let i = 0; i < 2; i += 1) {
          const thief = await waiting(user, root);
          for (let n = 0; n < 5; n += 1) looked += (await thief.post(`${root}/sign-in/code`, { totp: wrong(user) }, at(`192.0.2.${round * 2 + i}`))).status === 422;
        }
        await world.advance(16 * MINUTE);
      }
      assert.equal(looked, 30);
      await world.advance(DAY);
      assert.equal((await enter(user, root)).location, home);
    });

    test("the wait lasts ten minutes, is of this side and browser, and cannot be forged or planted on somebody else", async () => {
      const user = await fresh(side);
      const name = name_of(root);
      const browser = await waiting(user, root);
      const value = browser.cookies.get(name);
      assert.ok(!Buffer.from(value.split(".")[2] ?? "", "base64url").toString("latin1").includes(user.email), "the cookie can be read");
      const other = Object.values(SIDES).find((of) => of.root !== root).root;
      const across = world.user();
      across.cookies.set(name_of(other), value);
      assert.equal((await across.post(`${other}/sign-in/code`, { totp: await nextCode(user) })).location, `${other}/sign-in`);
      for (const forged of ["", "x", "a.b.c", `${value}x`, value.replace(/.$/, (c) => (c === "A" ? "B" : "A")), value.replace(/^[^.]*/, "nothing")]) {
        const thief = world.user();
        thief.cookies.set(name, forged);
        assert.equal((await thief.post(`${root}/sign-in/code`, { totp: digits(user.secret, world.now()) })).location, `${root}/sign-in`, forged.slice(0, 10));
      }
      await world.advance(10 * MINUTE + 1000);
      assert.equal((await browser.post(`${root}/sign-in/code`, { totp: digits(user.secret, world.now()) })).location, `${root}/sign-in`);
    });

    test("bad input is refused at its field, never an error of ours", async () => {
      const user = await fresh(side);
      const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
      const browser = await waiting(user, root);
      for (const body of ["", "totp=", "totp=12345", "totp=abcdef", "totp=%00", "totp=%ff%fe", "totp=123456&totp=123456", "recovery=x", "recovery=%00", "recovery=%ff", `recovery=${"0".repeat(5000)}`, `totp=${"1".repeat(5000)}`]) {
        const answer = await browser.clone().request("POST", `${root}/sign-in/code`, { body, headers: urlencoded });
        assert.equal(answer.status, 422, body.slice(0, 30));
        assert.ok(answer.page.all('[aria-invalid="true"]').length > 0, body.slice(0, 30));
      }
      for (const body of ["", "act=", "act=codes&act=codes", "act=%00", "act=other", `act=${"x".repeat(2_000_000)}`, "act=set&secret=%00", "act=set&secret=x&totp=123456"]) {
        const { status } = await (await side.one()).request("POST", `${root}/profile/factor`, { body, headers: urlencoded });
        assert.ok([303, 400].includes(status), `${status} for ${body.slice(0, 30)}`);
      }
    });

    test("a step-up asks for it beside the password", async () => {
      const user = await fresh(side);
      await world.advance(11 * MINUTE);
      const asked = await user.visit(`${root}/profile/password`);
      const form = asked.page.form("Confirm");
      const alone = await user.submit(form, { password: user.password }, { follow: false });
      assert.equal(alone.status, 422, String(alone));
      const bad = await user.submit(form, { password: user.password, totp: wrong(user) }, { follow: false });
      assert.match(bad.page.errorAt("Code from your app"), /not the code/);
      const code = await nextCode(user);
      const guess = await user.submit(form, { password: "a wrong password of theirs", totp: code }, { follow: false });
      assert.match(guess.page.errorAt("Password"), /not your password/);
      const right = await user.submit(form, { password: user.password, totp: code }, { follow: false });
      assert.equal(right.location, `${root}/profile/password`, String(right));
      assert.ok((await right.cost()).d1 <= 2);
      const twice = await user.post(`${root}/confirm`, { password: user.password, totp: code });
      assert.match(twice.page.errorAt("Code from your app"), /not the code|used already/);
      const recovery = await user.post(`${root}/confirm`, { password: user.password, recovery: user.recovery[3] });
      assert.equal(recovery.location, home, String(recovery));
      // Guesses at it count like guesses at the password.
      let held = 0;
      for (let i = 0; i < 12; i += 1) held += (await user.post(`${root}/confirm`, { password: user.password, totp: wrong(user) })).status === 429;
      assert.equal(held, 2);
    });

    test("a password may be shorter beside it, and then it cannot stand alone", async () => {
      const user = await fresh(side);
      const page = (await user.get(`${root}/profile/password`)).page;
      assert.match(page.text, /At least 8 characters/);
      assert.equal((await user.submit(page.form("Save password"), { password: "k7#mq2v" }, { follow: false })).status, 422);
      const saved = await user.submit(page.form("Save password"), { password: "k7#mq2vz" }, { follow: false });
      assert.equal(saved.status, 303, String(saved));
      user.password = "k7#mq2vz";
      assert.equal((await enter(user, root)).location, home);
      const held = await user.get(`${root}/profile/factor`);
      assert.equal(held.page.hasButton("Remove"), false);
      const refused = await user.post(`${root}/profile/factor`, { act: "remove" });
      assert.equal(refused.status, 422);
      assert.match(refused.page.text, /shorter than 15 characters/);
      // Without the factor, by whatever way, the short one opens nothing.
      await world.db.prepare("DELETE FROM factors WHERE person_id = (SELECT id FROM " + table + " WHERE email = ?)").bind(user.email).run();
      assert.equal((await world.user().post(`${root}/sign-in`, { email: user.email, password: user.password })).status, 422);
      // By the link of a new password the longer length is asked again.
      const browser = world.user();
      await browser.post(`${root}/forgot`, { email: user.email });
      const link = (await world.mailbox.newest(user.email)).path(/\/reset\//);
      assert.equal((await browser.post(link, { password: "v9#kd03mx" })).status, 422);
      user.password = newPassword();
      assert.equal((await browser.post(link, { password: user.password })).status, 303);
      assert.equal((await world.user().post(`${root}/sign-in`, { email: user.email, password: user.password })).location, home);
    });

    test("a reset by mail takes the shorter length of who has one, and goes around nothing", async () => {
      const user = await fresh(side);
      const browser = world.user();
      await browser.post(`${root}/forgot`, { email: user.email });
      const link = (await world.mailbox.newest(user.email)).path(/\/reset\//);
      assert.equal((await browser.post(link, { password: "v9#kd03" })).status, 422);
      assert.equal((await browser.post(link, { password: "v9#kd03mx" })).status, 303);
      user.password = "v9#kd03mx";
      await waiting(user, root);
      assert.equal((await enter(user, root)).location, home);
    });

    test("new recovery codes kill the old ones; giving the factor up ends other sessions and is told", async () => {
      const user = await fresh(side);
      const renewed = await user.submit((await user.get(`${root}/profile/factor`)).page.form("Make new recovery codes"), {}, { follow: false });
      assert.equal(renewed.status, 200);
      assert.ok((await renewed.cost()).d1 <= 2);
      const codes = renewed.page.all("ol.recovery code").map((code) => code.text.trim());
      assert.equal(codes.filter((code) => user.recovery.includes(code)).length, 0);
      assert.match((await world.mailbox.newest(user.email)).subject, /^New recovery codes for your sign-in at /);
      const browser = await waiting(user, root);
      assert.equal((await browser.post(`${root}/sign-in/code`, { recovery: user.recovery[0] })).status, 422);
      assert.equal((await browser.post(`${root}/sign-in/code`, { recovery: codes[0] })).location, home);
      const { page } = await user.get(`${root}/profile/factor`);
      const gone = await user.submit(page.form("Remove"), {}, { follow: false });
      assert.equal(gone.location, `${root}/profile`, String(gone));
      assert.equal(await factorOf(user, table), null);
      assert.equal(await alive(browser, home), false, "another session lives on");
      assert.equal(await alive(user, home), true);
      assert.match((await world.mailbox.newest(user.email)).subject, /^The second step was removed from your sign-in at /);
      assert.equal((await world.user().post(`${root}/sign-in`, { email: user.email, password: user.password })).location, home);
    });

    test("setting it up, new codes and giving it up need a fresh proof of who one is", async () => {
      const user = await side.one();
      await world.advance(11 * MINUTE);
      assert.match((await user.get(`${root}/profile/factor`)).location, /\/confirm\?next=/);
      assert.match((await user.post(`${root}/profile/factor`, { act: "set" })).location, /\/confirm\?next=/);
      const set = await fresh(side);
      await world.advance(11 * MINUTE);
      for (const act of ["codes", "remove"]) assert.match((await set.post(`${root}/profile/factor`, { act })).location, /\/confirm\?next=/, act);
      assert.notEqual(await factorOf(set, table), null);
    });

    test("ten set it up at once from one session: one does, and its codes work", async () => {
      const user = await side.one();
      const { page } = await user.visit(`${root}/profile/factor`);
      user.secret = page.all("code.secret")[0].text;
      const form = page.form("Add the second step");
      const answers = await many(10, () => user.clone().submit(form, { totp: digits(user.secret, world.now()) }, { follow: false }));
      const won = answers.filter(({ status }) => status === 200);
      assert.equal(won.length, 1, answers.join("\n"));
      const code = won[0].page.all("ol.recovery code")[4].text.trim();
      assert.equal((await (await waiting(user, root)).post(`${root}/sign-in/code`, { recovery: code })).location, home);
    });

    test("D1 gone before the commit of the last step: 503, and the code is still good", async () => {
      const user = await fresh(side);
      const browser = await waiting(user, root);
      const code = await nextCode(user);
      await world.fault({ on: "d1", when: "before", match: "INSERT INTO sessions" });
      assert.equal((await browser.post(`${root}/sign-in/code`, { totp: code })).status, 503);
      world.expectLog(/D1 failed/);
      assert.equal((await browser.post(`${root}/sign-in/code`, { totp: code })).location, home);
    });
  });
}

const name_of = (root) => (root ? "__Host-portico-second-staff" : "__Host-portico-second");

describe("links by mail", () => {
  const side = SIDES.client;
  test("a sign-in link leads on to the code, and to where one wanted to go", async () => {
    const user = await fresh(side);
    const browser = world.user("by link");
    const { page } = await browser.get("/sign-in/link?next=%2Fprofile%2Femail");
    await browser.submit(page.form("Send me a link"), { email: user.email });
    const link = (await world.mailbox.newest(user.email)).path(/\/magic\//);
    const pressed = await browser.post(link);
    assert.equal(pressed.location, "/sign-in/code", String(pressed));
    assert.equal((await pressed.cost()).d1, 1);
    assert.equal(browser.cookies.get("__Host-portico"), undefined);
    assert.equal((await browser.post(link, { code: "0000-0000" })).status, 410, "the link works twice");
    assert.equal((await browser.post("/sign-in/code", { totp: await nextCode(user) })).location, "/profile/email");
  });

  test("an invitation of another client does not go around it, with the right password either", async () => {
    const user = await fresh(side);
    const contact = await contactRow(world, await clientRow(world), { email: user.email });
    const link = await invitation(owner, contact);
    const browser = world.user("with the password");
    const answer = await browser.post(link, { choice: "password", password: user.password });
    assert.equal(answer.location, "/sign-in/sent", String(answer));
    assert.equal(browser.cookies.get("__Host-portico"), undefined);
    const sent = (await world.mailbox.newest(user.email)).path(/\/magic\//);
    assert.equal((await browser.post(sent)).location, "/sign-in/code");
    assert.equal((await browser.post("/sign-in/code", { totp: await nextCode(user) })).location, "/");
  });

  test("who signs in by links alone shows it at a step-up beside the mailed code", async () => {
    const client = await clientRow(world);
    const contact = await contactRow(world, client);
    const user = Object.assign(world.user("without a password"), { email: contact.email });
    await user.post(await invitation(owner, contact), { choice: "link" });
    await enrol(user);
    await world.advance(11 * MINUTE);
    const confirm = await user.visit("/profile/email");
    const sent = await user.submit(confirm.page.form("Send me a code"));
    const code = (await world.mailbox.newest(user.email)).code;
    const form = sent.page.form("Confirm with the code");
    assert.equal((await user.submit(form, { code }, { follow: false })).status, 422);
    assert.equal((await user.submit(form, { code: "0000-0000", totp: await nextCode(user) }, { follow: false })).status, 422);
    assert.equal((await user.submit(form, { code, totp: wrong(user) }, { follow: false })).status, 422);
    const right = await user.submit(form, { code, totp: digits(user.secret, world.now()) }, { follow: false });
    assert.equal(right.location, "/profile/email", String(right));
  });
});

test("a key that is rotated: the old seal opens, and is renewed by the next sign-in", async () => {
  const user = await fresh(SIDES.staff);
  const before = (await factorOf(user, "staff")).sealed;
  const { SESSION_KEYS: old } = world.settings;
  const restart = async (SESSION_KEYS) => {
    await world.settled();
    const ahead = world.now() - Date.now();
    await world.restart({ SESSION_KEYS });
    await world.setClock(ahead);
  };
  await restart(`next:${Buffer.alloc(32, 7).toString("base64")},${old}`);
  assert.equal((await enter(user, "/admin")).location, "/admin");
  const { sealed } = await factorOf(user, "staff");
  assert.match(sealed, /^next\./);
  assert.notEqual(sealed, before);
  assert.equal((await enter(user, "/admin")).location, "/admin");
  // Without the old key, what it sealed no longer opens; recovery codes do all the same.
  const other = await fresh(SIDES.staff);
  await restart(`third:${Buffer.alloc(32, 8).toString("base64")}`);
  const browser = await waiting(other, "/admin");
  assert.equal((await browser.post("/admin/sign-in/code", { totp: await nextCode(other) })).status, 422);
  assert.equal((await browser.post("/admin/sign-in/code", { recovery: other.recovery[0] })).location, "/admin");
  await restart(old);
});

test("the log says each of these in words", async () => {
  const actions = new Set((await deeds("factor.%")).map(({ action }) => action));
  for (const action of ["factor.set", "factor.removed", "factor.codes_made"]) assert.ok(actions.has(action), action);
});
