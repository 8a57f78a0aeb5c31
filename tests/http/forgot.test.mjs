// A forgotten password: nothing told of who exists, a link that works once and for half an hour, every
// session ended, the owner told, and no sign-in by the link itself. The same on both sides.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { accept, newPassword, setUpOwner, signIn, signInStaff } from "../harness/flows.mjs";
import { archive, clientRow, colleague, contactRow, invitation, person, portalOff, portalOn } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const MINUTE = 60_000;
let owner, mo, lena, larkspur;

before(async () => {
  owner = await setUpOwner(world);
  mo = await colleague(world, owner, "member");
  ({ person: lena, client: larkspur } = await person(world, owner));
});

const SIDES = {
  client: { who: () => lena, root: "", home: "/", sign: signIn, table: "accounts" },
  staff: { who: () => mo, root: "/admin", home: "/admin", sign: signInStaff, table: "staff" },
};
const newest = async (email) => (await world.mailbox.newest(email));
const epochOf = async (table, email) => (await world.db.prepare(`SELECT epoch, password_hash FROM ${table} WHERE email = ?`).bind(email).first());

for (const [side, { who, root, home, sign, table }] of Object.entries(SIDES)) {
  /** Asks for a link: its path. */
  const ask = async (email = who().email, browser = world.user("somebody forgetful")) => {
    await world.advance(16 * MINUTE); // past the limit of the tests before
    const answer = await browser.post(`${root}/forgot`, { email });
    assert.equal(answer.location, `${root}/forgot/sent`, String(answer));
    return (await newest(email)).path(new RegExp(`${root}/reset/`));
  };
  /** Opens a link as a person does, and sends a new password. */
  const choose = async (path, password = newPassword(), browser = world.user("browser")) => {
    await browser.get(path);
    return browser.post(path, { password });
  };
  const isDone = (answer) => answer.status === 303 && answer.location === `${root}/sign-in`;

  describe(side, () => {
    test("from the sign-in page to a new password and in again", async () => {
      const user = who();
      const browser = world.user("forgetful");
      const form = await browser.visit((await browser.get(`${root}/sign-in`)).page.link("Forgotten your password?"));
      const sent = await browser.submit(form.page.form("Send me a link"), { email: user.email });
      assert.equal(sent.page.heading, "Look at your mail");
      const opened = await browser.visit((await newest(user.email)).path(/\/reset\//));
      user.password = newPassword();
      const done = await browser.submit(opened.page.form("Save password"), { password: user.password });
      assert.equal(done.path, `${root}/sign-in`, String(done));
      assert.match(done.page.text, /Your new password is saved/);
      assert.equal(done.page.field("E-mail address").getAttribute("value"), user.email);
      assert.equal((await browser.get(home)).status, 303, "the link signed somebody in");
      await sign(user);
    });

    test("known, unknown and disabled addresses cost and answer the same", async () => {
      const seen = {};
      const gone = side === "client" ? (await goneClient()).email : (await goneColleague()).email;
      await world.advance(16 * MINUTE);
      await world.user().get(`${root}/forgot`); // reads the branding again
      for (const [name, email] of [["known", who().email], ["unknown", `nobody-${side}@nowhere.test`], ["disabled", gone]]) {
        const before = (await world.outbox()).length;
        const answer = await world.user().post(`${root}/forgot`, { email });
        const { d1, kv, r2 } = await answer.cost();
        seen[name] = { status: answer.status, location: answer.location, cookies: answer.cookies, text: answer.text, d1, kv, r2 };
        assert.equal((await world.outbox()).length - before, name === "known" ? 1 : 0, `${name}: mails`);
        assert.ok(d1 <= 2);
      }
      assert.deepEqual(seen.unknown, seen.known);
      assert.deepEqual(seen.disabled, seen.known);
    });

    test("asked too often, the answer stays the same, and signing in does not wait", async () => {
      await world.advance(16 * MINUTE);
      const email = `often-${side}@nowhere.test`;
      const answers = [];
      for (let i = 0; i < 12; i += 1) answers.push(await world.user().post(`${root}/forgot`, { email }));
      assert.deepEqual(new Set(answers.map(({ status, location, text }) => `${status} ${location} ${text}`)).size, 1);
      assert.equal((await world.user().post(`${root}/sign-in`, { email, password: "some password" })).status, 422);
    });

    test("GET and HEAD burn nothing, ask D1 nothing and are the same for every link", async () => {
      const path = await ask();
      const never = `${root}/reset/pt_${side === "client" ? "r" : "s"}${"A".repeat(43)}`;
      const page = await world.user().get(path);
      for (const each of [path, path, never, `${root}/reset/nonsense`]) {
        const answer = await world.user().get(each);
        assert.equal(answer.status, 200);
        assert.equal(answer.text, page.text);
        assert.equal((await answer.cost()).d1, 0);
        await world.user().head(each);
      }
      assert.equal(page.headers["cache-control"], "no-store");
      assert.equal(page.headers["referrer-policy"], "no-referrer");
      // A scanner that posts the form as it finds it.
      for (let i = 0; i < 3; i += 1) assert.equal((await world.user("scanner").post(path, { password: "" })).status, 422);
      const password = newPassword();
      assert.ok(isDone(await choose(path, password)));
      who().password = password;
    });

    test("the new password ends three live sessions on their next request, and the owner is told", async () => {
      const user = who();
      await sign(user);
      const live = [user.clone(), Object.assign(world.user(), { email: user.email, password: user.password }), Object.assign(world.user(), { email: user.email, password: user.password })];
      await sign(live[1]);
      await sign(live[2]);
      // Another tab was about to sign in by link or to confirm: that ends too.
      const path = await ask();
      for (const each of live) await sign(Object.assign(each, { email: user.email, password: user.password }));
      const old = user.password;
      user.password = newPassword();
      const answer = await choose(path, user.password);
      assert.ok(isDone(answer), String(answer));
      assert.ok((await answer.cost()).d1 <= 2);
      for (const each of live) assert.equal((await each.get(home)).status, 303, "a session lives on");
      const mail = await newest(user.email);
      assert.match(mail.subject, /^Your password for .* was changed$/);
      assert.ok(mail.path(new RegExp(`:\\d+${root}/forgot$`)));
      assert.equal((await world.user().post(`${root}/sign-in`, { email: user.email, password: old })).status, 422);
      await sign(user);
    });

    test("used, replaced, run out, never there: one page, which says where to ask again", async () => {
      const used = await ask();
      const password = newPassword();
      assert.ok(isDone(await choose(used, password)));
      who().password = password;
      const replaced = await ask();
      const runOut = await ask();
      await world.advance(31 * MINUTE);
      const never = `${root}/reset/pt_${side === "client" ? "r" : "s"}${"A".repeat(43)}`;
      const answers = [];
      for (const path of [used, replaced, runOut, never, `${root}/reset/nonsense`]) {
        const answer = await choose(path);
        assert.equal(answer.status, 410, path);
        answers.push(answer.text);
      }
      assert.equal(new Set(answers).size, 1);
      assert.equal((await choose(never)).page.link("Send me a new link"), `${root}/forgot`);
      const other = side === "client" ? "/admin" : "";
      const fresh = await ask();
      assert.equal((await choose(fresh.replace(root, other))).status, 410, "a link of one side works on the other");
      await sign(who());
    });

    test("fifty at once: one password, one mail, one entry in the log", async () => {
      const path = await ask();
      const browser = world.user("browser");
      await browser.get(path);
      const before = { ...await epochOf(table, who().email), mails: (await world.outbox()).length };
      const passwords = Array.from({ length: 50 }, newPassword);
      const answers = await Promise.all(passwords.map((password) => browser.clone().post(path, { password })));
      const won = answers.flatMap((answer, i) => (isDone(answer) ? [i] : []));
      assert.equal(won.length, 1, answers.map(String).join("\n"));
      const now = await epochOf(table, who().email);
      assert.equal(now.epoch, before.epoch + 1);
      assert.equal((await world.outbox()).length, before.mails + 1);
      who().password = passwords[won[0]];
      await sign(who());
    });

    test("a lost reply is asked for again by the same browser, and by nobody else", async () => {
      const path = await ask();
      const browser = world.user("browser");
      await browser.get(path);
      const before = { ...await epochOf(table, who().email), mails: (await world.outbox()).length };
      const password = newPassword();
      await world.fault({ on: "d1", when: "after", match: "SET password_hash" });
      world.expectLog(/D1 failed/);
      assert.equal((await browser.post(path, { password })).status, 503);
      assert.ok(isDone(await browser.post(path, { password })), "the same form again");
      assert.equal((await browser.post(path, { password: newPassword() })).status, 410, "another password");
      assert.equal((await choose(path, password)).status, 410, "another browser");
      assert.equal((await epochOf(table, who().email)).epoch, before.epoch + 1);
      assert.equal((await world.outbox()).length, before.mails + 1);
      who().password = password;
      await sign(who());
    });

    test("D1 gone before the commit: 503, and the link still works", async () => {
      const path = await ask();
      const password = newPassword();
      await world.fault({ on: "d1", when: "before", match: "SET password_hash" });
      world.expectLog(/D1 failed/);
      assert.equal((await choose(path, password)).status, 503);
      assert.ok(isDone(await choose(path, password)));
      who().password = password;
    });

    test("a password by the person's own words is refused at the field, and burns nothing", async () => {
      const path = await ask();
      for (const password of [who().email, "short", "passwordpassword", `${who().email}!`]) {
        const answer = await choose(path, password);
        assert.equal(answer.status, 422, password);
        assert.notEqual(answer.page.errorAt("New password"), null);
      }
      const password = newPassword();
      assert.ok(isDone(await choose(path, password)));
      who().password = password;
    });

    test("guesses of somebody else do not keep the owner out afterwards", async () => {
      const path = await ask();
      for (let i = 0; i < 10; i += 1) await world.user().post(`${root}/sign-in`, { email: who().email, password: `guess ${i}` });
      assert.equal((await world.user().post(`${root}/sign-in`, { email: who().email, password: who().password })).status, 429);
      who().password = newPassword();
      assert.ok(isDone(await choose(path, who().password)));
      await sign(who());
    });

    test("bad input is refused, never an error of ours", async () => {
      const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
      for (const body of ["", "email=", "email=nothing", `email=${"x".repeat(60_000)}`, "email=%00", "email=%ff%fe", "email=a@b.test&email=c@d.test"]) {
        assert.equal((await world.user().request("POST", `${root}/forgot`, { body, headers: urlencoded })).status, 422, body.slice(0, 40));
      }
      for (const body of ["", "password=", `password=${"x".repeat(60_000)}`, `password=${"%00".repeat(20)}`, "password=%ff%fe", "password=a&password=b"]) {
        assert.equal((await world.user().request("POST", `${root}/reset/x`, { body, headers: urlencoded })).status, 422, body.slice(0, 40));
      }
    });

    test("a forged Host sends no mail, and links name our own address", async () => {
      await world.advance(16 * MINUTE);
      const before = (await world.outbox()).length;
      assert.equal((await world.user().post(`${root}/forgot`, { email: who().email }, { host: "attacker.test" })).status, 421);
      assert.equal((await world.outbox()).length, before);
      await world.user().post(`${root}/forgot`, { email: who().email }, { headers: { "x-forwarded-host": "attacker.test", forwarded: "host=attacker.test" } });
      const mail = await newest(who().email);
      assert.ok(mail.links.every((link) => link.startsWith(`${world.base}/`)), mail.links.join(" "));
      assert.doesNotMatch(mail.text + mail.html, /attacker/);
    });
  });
}

async function goneClient() {
  const made = await person(world, owner);
  await archive(world, made.client);
  return made.person;
}

async function goneColleague() {
  const made = await colleague(world, owner, "member");
  await world.db.prepare("UPDATE staff SET deactivated_at = ?2 WHERE email = ?1").bind(made.email, Date.now()).run();
  return made;
}

test("a portal that is switched off closes a link under way, and on again it works", async () => {
  await world.advance(16 * MINUTE);
  await world.user().post("/forgot", { email: lena.email });
  const path = (await newest(lena.email)).path(/\/reset\//);
  await portalOff(world, larkspur);
  assert.equal((await world.user().post(path, { password: newPassword() })).status, 410);
  await portalOn(world, larkspur);
  lena.password = newPassword();
  assert.equal((await world.user().post(path, { password: lena.password })).status, 303);
  await signIn(lena);
});

test("somebody without a password may choose the first one; somebody who has not joined gets nothing", async () => {
  await signInStaff(owner);
  const client = await clientRow(world);
  const [linus, ines] = [await contactRow(world, client), await contactRow(world, client)];
  const user = Object.assign(world.user("Linus"), { email: linus.email });
  await accept(user, await invitation(owner, linus), { choice: "link" });
  await world.user().post("/forgot", { email: linus.email });
  user.password = newPassword();
  assert.equal((await world.user().post((await newest(linus.email)).path(/\/reset\//), { password: user.password })).status, 303);
  await signIn(user);
  const before = (await world.outbox()).length;
  await world.user().post("/forgot", { email: ines.email });
  assert.equal((await world.outbox()).length, before);
});

test("no token stands in plain in any table, sent or waiting", async () => {
  await world.advance(16 * MINUTE);
  await world.user().post("/forgot", { email: lena.email });
  const token = (await newest(lena.email)).path(/\/reset\//).split("/").at(-1);
  const { results } = await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'").all();
  for (const { name } of results) {
    const text = JSON.stringify((await world.db.prepare(`SELECT * FROM "${name}"`).all()).results);
    assert.ok(!text.includes(token), `${name} holds a token`);
  }
});

test("a mail carries the business's name, also where the copy of its look cannot be read", async () => {
  await world.advance(16 * MINUTE);
  await world.user().post("/forgot", { email: lena.email });
  const path = (await newest(lena.email)).path(/\/reset\//);
  const { name } = await world.db.prepare("SELECT name FROM business").first();
  assert.notEqual(name, "Portico");
  await world.restart();
  await world.fault({ on: "kv", op: "get", when: "before" });
  world.expectCost(/POST \/reset/);
  lena.password = newPassword();
  assert.equal((await world.user().post(path, { password: lena.password })).status, 303);
  assert.equal((await newest(lena.email)).subject, `Your password for ${name} was changed`);
  await signIn(lena);
});
