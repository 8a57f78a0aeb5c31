// A new e-mail address: confirmed from the new mailbox by the person who asked, signed in; told to the old
// one; moved everywhere at once or not at all. The same on both sides.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner, signIn, signInStaff } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const MINUTE = 60_000;
let owner, mo, lena, larkspur;
let counter = 0;
const fresh = () => `moved${++counter}@new.test`;

before(async () => {
  owner = await setUpOwner(world);
  mo = await colleague(world, owner, "member");
  ({ person: lena, client: larkspur } = await person(world, owner, { client: "Larkspur Bakery" }));
});

const SIDES = {
  client: { who: () => lena, root: "", home: "/", sign: signIn, table: "accounts", letter: "e" },
  staff: { who: () => mo, root: "/admin", home: "/admin", sign: signInStaff, table: "staff", letter: "t" },
};

for (const [side, { who, root, home, sign, table, letter }] of Object.entries(SIDES)) {
  const profile = `${root}/profile`;
  const never = `${root}/confirm-email/pt_${letter}${"A".repeat(43)}`;
  const isDone = (answer) => answer.status === 303 && answer.location === profile;
  const addressOf = async (user = who()) => (await world.db.prepare(`SELECT email, epoch FROM ${table} WHERE email = ?`).bind(user.email).first());

  /** Asks for another address: the path of the link that came to it. */
  const ask = async (to, user = who()) => {
    await world.advance(6 * 60 * MINUTE); // five a day
    await sign(user);
    const { page } = await user.visit(`${profile}/email`);
    const answer = await user.submit(page.form("Send the link"), { email: to }, { follow: false });
    assert.ok(isDone(answer), String(answer));
    assert.ok((await answer.cost()).d1 <= 2);
    return (await world.mailbox.newest(to)).path(new RegExp(`${root}/confirm-email/`));
  };

  describe(side, () => {
    test("asked for after a confirmation, it waits, the old address is told, and nothing changes", async () => {
      const user = who();
      await sign(user);
      await world.advance(11 * MINUTE);
      assert.match((await user.get(`${profile}/email`)).location, /\/confirm\?next=/);
      assert.match((await user.post(`${profile}/email`, { email: fresh() })).location, /\/confirm\?next=/);
      const to = fresh();
      await ask(to);
      const warned = await world.mailbox.newest(user.email);
      assert.match(warned.subject, /^A new address for signing in at/);
      assert.ok(warned.text.includes(to));
      const { page } = await user.visit(profile);
      assert.ok(page.text.includes(`${to} waits to be confirmed.`));
      assert.equal((await addressOf()).email, user.email);
    });

    test("GET and HEAD burn nothing, ask D1 nothing and are the same for every link", async () => {
      const path = await ask(fresh());
      const page = await world.user().get(path);
      for (const each of [path, path, never, `${root}/confirm-email/nonsense`]) {
        const answer = await world.user().get(each);
        assert.equal(answer.status, 200);
        assert.equal(answer.text, page.text);
        assert.equal((await answer.cost()).d1, 0);
        await world.user().head(each);
      }
      assert.equal(page.headers["cache-control"], "no-store");
      assert.equal(page.headers["referrer-policy"], "no-referrer");
    });

    test("a scanner's press and somebody else's confirm nothing; the owner comes by way of the sign-in page", async () => {
      const user = who();
      const to = fresh();
      const path = await ask(to);
      for (let i = 0; i < 3; i += 1) assert.match((await world.user("scanner").post(path)).location, new RegExp(`^${root}/sign-in\\?next=`));
      const stranger = side === "client" ? (await person(world, await signedIn(owner))).person : await signedIn(owner);
      const dead = await stranger.post(path);
      assert.equal(dead.status, 410);
      assert.equal(dead.text, (await stranger.post(never)).text, "the dead page tells that the link exists");
      assert.equal((await addressOf()).email, user.email);
      // On another device, signed out: sign in with the old address, and press once more.
      const phone = Object.assign(world.user("phone"), { email: user.email, password: user.password });
      const opened = await phone.visit(path);
      const asked = await phone.submit(opened.page.form("Confirm this address"));
      const back = await phone.submit(asked.page.form("Sign in"), { email: user.email, password: user.password });
      assert.equal(back.page.heading, "Confirm your new address", String(back));
      const done = await phone.submit(back.page.form("Confirm this address"), {}, { follow: false });
      assert.ok(isDone(done), String(done));
      assert.ok((await done.cost()).d1 <= 2);
      const old = user.email;
      user.email = to;
      assert.ok((await phone.visit(profile)).page.text.includes(to), "the session that confirmed goes on with the new address");
      const told = await world.mailbox.newest(old);
      assert.match(told.subject, /^Your address for .* was changed$/);
      assert.ok(told.text.includes(to));
      assert.equal((await world.user().post(`${root}/sign-in`, { email: old, password: user.password })).status, 422);
      await sign(user);
    });

    test("confirming ends three other sessions on their next request, and links to the old address die", async () => {
      const user = who();
      const to = fresh();
      await world.user().post(`${root}/forgot`, { email: user.email });
      const reset = (await world.mailbox.newest(user.email)).path(/\/reset\//);
      const path = await ask(to);
      const others = [];
      for (let i = 0; i < 3; i += 1) {
        others.push(Object.assign(world.user(), { email: user.email, password: user.password }));
        await sign(others[i]);
      }
      assert.ok(isDone(await user.post(path)));
      for (const other of others) assert.equal((await other.get(home)).status, 303, "another session lives on");
      assert.equal((await user.get(home)).status, 200);
      assert.equal((await world.user().post(reset, { password: "an entirely different one 7" })).status, 410);
      user.email = to;
    });

    test("a newer link kills the older, a day ends it, and it works once", async () => {
      const user = who();
      const [older, newer] = [fresh(), fresh()];
      const first = await ask(older);
      const second = await ask(newer);
      assert.equal((await user.post(first)).status, 410);
      assert.ok(isDone(await user.post(second)));
      user.email = newer;
      const other = Object.assign(world.user(), { email: user.email, password: user.password });
      await sign(other);
      assert.equal((await other.post(second)).status, 410);
      const late = await ask(fresh());
      await world.advance(24 * 60 * MINUTE + 1);
      await sign(user);
      assert.equal((await user.post(late)).status, 410);
    });

    test("fifty at once change it once; the session that did so may ask again", async () => {
      const user = who();
      const to = fresh();
      const path = await ask(to);
      const before = { ...await addressOf(), mails: (await world.outbox()).length };
      const answers = await Promise.all(Array.from({ length: 50 }, () => user.clone().post(path)));
      assert.ok(answers.some(isDone));
      assert.ok(answers.every((answer) => isDone(answer) || answer.status === 410), answers.map(String).join("\n"));
      user.email = to;
      assert.equal((await addressOf()).epoch, before.epoch + 1);
      assert.equal((await world.outbox()).length, before.mails + 1);
      assert.ok(isDone(await user.post(path)), "the same again");
      assert.equal((await addressOf()).epoch, before.epoch + 1);
    });

    test("a lost reply is asked for again; D1 gone before the commit changes nothing", async () => {
      const user = who();
      const to = fresh();
      const path = await ask(to);
      await world.fault({ on: "d1", when: "before", match: `UPDATE ${table} SET email` });
      world.expectLog(/D1 failed/);
      assert.equal((await user.post(path)).status, 503);
      assert.equal((await addressOf()).email, user.email);
      await world.fault({ on: "d1", when: "after", match: `UPDATE ${table} SET email` });
      assert.equal((await user.post(path)).status, 503);
      const mails = (await world.outbox()).length;
      assert.ok(isDone(await user.post(path)));
      assert.equal((await world.outbox()).length, mails);
      user.email = to;
      assert.equal((await addressOf()).email, to);
    });

    test("an address that somebody has by now is refused kindly, and nothing changes", async () => {
      const user = who();
      const theirs = side === "client" ? mo.email : lena.email;
      const another = side === "client" ? (await person(world, await signedIn(owner))).person.email : owner.email;
      for (const to of [theirs, another]) {
        const path = await ask(to);
        const answer = await user.post(path);
        assert.equal(answer.status, 422, String(answer));
        assert.match(answer.page.text, /Somebody already signs in here with this address/);
        assert.equal((await addressOf()).email, user.email);
        assert.equal((await user.get(home)).status, 200);
      }
      const path = await ask(fresh());
      assert.equal((await user.post(path)).status, 303);
      user.email = (await world.db.prepare(`SELECT email FROM ${table} ORDER BY ${side === "client" ? "updated_at" : "role = 'member'"} DESC LIMIT 1`).first()).email;
      await sign(user);
    });

    test("one's own address and bad input are refused at the field", async () => {
      const user = who();
      await sign(user);
      const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
      const mails = (await world.outbox()).length;
      for (const body of ["", "email=", "email=nothing", `email=${encodeURIComponent(user.email.toUpperCase())}`, `email=${"x".repeat(2_000_000)}`, "email=%00", "email=%ff%fe", "email=a@b.test&email=c@d.test", "email=a@b.test%0d%0aBcc:%20c@d.test"]) {
        const refused = await user.request("POST", `${profile}/email`, { body, headers: urlencoded });
        assert.equal(refused.status, 422, body.slice(0, 40));
        assert.notEqual(refused.page.errorAt("New e-mail address"), null);
      }
      assert.equal((await world.outbox()).length, mails);
    });

    test("five new addresses a day are enough, however many are asked for at once", async () => {
      const user = who();
      await world.advance(25 * 60 * MINUTE);
      await sign(user);
      const answers = await Promise.all(Array.from({ length: 12 }, () => user.post(`${profile}/email`, { email: fresh() })));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(5).fill(303), ...Array(7).fill(422)]);
      const refused = answers.find(({ status }) => status === 422);
      assert.match(refused.page.errorAt("New e-mail address"), /tomorrow/);
      assert.ok((await refused.cost()).d1 <= 2);
      await world.settled();
      await world.advance(25 * 60 * MINUTE);
      await sign(user);
      assert.ok(isDone(await user.post(`${profile}/email`, { email: fresh() })));
    });

    test("the mail to a new address, which may be a stranger's, says nothing that its sender chose", async () => {
      const user = who();
      await world.advance(25 * 60 * MINUTE);
      await sign(user);
      const rename = (name) => user.post(`${profile}/name`, side === "client" ? { first_name: name, last_name: name } : { name });
      assert.equal((await rename("Win a prize https://attacker.test")).status, 422);
      assert.equal((await rename("Hidden\u0007name")).status, 422);
      assert.equal((await rename("You have won a prize")).status, 303);
      const to = fresh();
      assert.ok(isDone(await user.post(`${profile}/email`, { email: to })));
      const mail = await world.mailbox.newest(to);
      assert.doesNotMatch(`${mail.subject} ${mail.text} ${mail.html} ${JSON.stringify(mail.headers ?? {})}`, /prize/);
      const row = (await world.outbox()).find(({ to_email }) => to_email === to);
      assert.equal(row.to_name, "");
    });

    test("a forged Host sends no mail, and links name our own address; no token stands in plain", async () => {
      const user = who();
      const to = fresh();
      await world.advance(16 * MINUTE);
      await sign(user);
      const mails = (await world.outbox()).length;
      assert.equal((await user.post(`${profile}/email`, { email: to }, { host: "attacker.test" })).status, 421);
      assert.equal((await world.outbox()).length, mails);
      await user.post(`${profile}/email`, { email: to }, { headers: { "x-forwarded-host": "attacker.test", forwarded: "host=attacker.test" } });
      for (const mail of [await world.mailbox.newest(to), await world.mailbox.newest(user.email)]) {
        assert.ok(mail.links.every((link) => link.startsWith(`${world.base}/`)), mail.links.join(" "));
        assert.doesNotMatch(mail.text + mail.html, /attacker/);
      }
      const token = (await world.mailbox.newest(to)).path(/\/confirm-email\//).split("/").at(-1);
      const { results } = await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'").all();
      for (const { name } of results) {
        const text = JSON.stringify((await world.db.prepare(`SELECT * FROM "${name}"`).all()).results);
        assert.ok(!text.includes(token), `${name} holds a token`);
      }
    });
  });
}

/** Signed in again, whatever the clock has done. */
async function signedIn(user) {
  await signInStaff(user);
  return user;
}

test("a person of two clients moves in both, and is found by the new address in both", async () => {
  await signInStaff(owner);
  const twice = await contactRow(world, await clientRow(world, "Second Client"), { email: lena.email, firstName: "Lena" });
  const link = await invitation(owner, twice);
  await world.user().post(link, { choice: "link" });
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM contacts WHERE account_id = (SELECT id FROM accounts WHERE email = ?)").bind(lena.email).first()).n, 2);
  await world.advance(16 * MINUTE);
  await signIn(lena);
  await lena.post("/profile/email", { email: "zenobia@new.test" });
  const path = (await world.mailbox.newest("zenobia@new.test")).path(/\/confirm-email\//);
  // A colleague saves the contact meanwhile, without touching its address.
  await signInStaff(owner);
  const form = (await owner.visit(`/admin/contacts/${twice.id}`)).page.formTo(`/admin/contacts/${twice.id}`);
  assert.equal((await owner.submit(form, { phone: "0123" }, { follow: false })).status, 303);
  assert.equal((await lena.post(path)).status, 303);
  lena.email = "zenobia@new.test";
  const { results } = await world.db.prepare("SELECT email, email_key FROM contacts WHERE account_id = (SELECT id FROM accounts WHERE email = ?)").bind(lena.email).all();
  assert.deepEqual(results, [{ email: lena.email, email_key: lena.email }, { email: lena.email, email_key: lena.email }]);
  const found = (await owner.visit("/admin/clients?q=zenobia")).page.text;
  assert.match(found, /Larkspur Bakery/);
  assert.match(found, /Second Client/);
  assert.equal(larkspur.name, "Larkspur Bakery");
});

test("a new password takes an address back that waits", async () => {
  await signIn(lena);
  await lena.post("/profile/email", { email: "thief@new.test" });
  const path = (await world.mailbox.newest("thief@new.test")).path(/\/confirm-email\//);
  assert.equal((await lena.post("/profile/password", { password: "four quite unrelated words" })).status, 303);
  lena.password = "four quite unrelated words";
  assert.equal((await lena.post(path)).status, 410);
});

test("a client of the same company with that address: refused", async () => {
  const taken = await contactRow(world, larkspur);
  await world.advance(16 * MINUTE);
  await signIn(lena);
  await lena.post("/profile/email", { email: taken.email });
  assert.equal((await lena.post((await world.mailbox.newest(taken.email)).path(/\/confirm-email\//))).status, 422);
});
