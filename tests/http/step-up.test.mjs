// Step-up: who is signed in proves it again, by password or by the code of a sign-in link. A proof is a
// new session, and the old cookie is dead.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { accept, setUpOwner } from "../harness/flows.mjs";
import { clientRow, contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, lena, linus;
const MINUTE = 60_000;

/** A contact who chose to sign in by link. */
async function withoutPassword() {
  const client = await clientRow(world);
  const contact = await contactRow(world, client);
  const user = Object.assign(world.user("somebody without a password"), { email: contact.email });
  return accept(user, await invitation(owner, contact), { choice: "link" });
}

before(async () => {
  owner = await setUpOwner(world);
  ({ person: lena } = await person(world, owner));
  linus = await withoutPassword();
});

const SIDES = {
  client: { who: () => lena, confirm: "/confirm", home: "/", cookie: "__Host-portico" },
  staff: { who: () => owner, confirm: "/admin/confirm", home: "/admin", cookie: "__Host-portico-staff" },
};
const sessions = async () => (await world.db.prepare("SELECT id, confirmed_at, ended_at FROM sessions ORDER BY created_at, id").all()).results;

for (const [side, { who, confirm, home, cookie }] of Object.entries(SIDES)) {
  describe(side, () => {
    test("the right password gives a new session, and the old cookie is dead", async () => {
      const user = who();
      const copied = user.clone();
      const before = user.cookies.get(cookie);
      const next = `${home === "/" ? "" : home}/documents?x=1`;
      const form = await user.get(`${confirm}?next=${encodeURIComponent(next)}`);
      assert.equal((await form.cost()).d1, 1);
      await world.advance(MINUTE / 2);
      const answer = await user.submit(form.page.form("Confirm"), { password: user.password }, { follow: false });
      assert.equal(answer.location, next, String(answer));
      assert.ok((await answer.cost()).d1 <= 2);
      assert.notEqual(user.cookies.get(cookie), before);
      assert.equal((await user.get(home)).status, 200);
      assert.equal((await copied.get(home)).status, 303, "the old cookie still works");
      const open = (await sessions()).filter(({ ended_at }) => ended_at === null);
      assert.ok(open.some(({ confirmed_at }) => Math.abs(confirmed_at - world.now()) < MINUTE / 2));
    });

    test("a wrong password is told at the field; the tenth makes the next one wait", async () => {
      const user = who();
      for (let i = 0; i < 10; i += 1) {
        const answer = await user.post(confirm, { password: `guess number ${i}`, next: "//attacker.test" });
        assert.equal(answer.status, 422, String(answer));
        assert.match(answer.page.errorAt("Password"), /not your password/);
        assert.ok((await answer.cost()).d1 <= 2);
      }
      const held = await user.post(confirm, { password: user.password });
      assert.equal(held.status, 429, String(held));
      assert.ok(Number(held.headers["retry-after"]) > 0);
      await world.advance(16 * MINUTE);
      const answer = await user.post(confirm, { password: user.password, next: "//attacker.test" });
      assert.equal(answer.location, home, String(answer));
    });

    test("bad input is refused, never an error of ours", async () => {
      const user = who();
      const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
      for (const body of ["", "password=", `password=${"x".repeat(2_000_000)}`, "password=%00", "password=%ff%fe", "password=a&password=b", "by=code&code=%00", "by=code&code=ABCD-EFG%ff"]) {
        const { status } = await user.request("POST", confirm, { body, headers: urlencoded });
        assert.equal(status, 422, body.slice(0, 40));
      }
    });
  });
}

describe("by the code of a sign-in link", () => {
  const mailed = async (user) => {
    const mail = await world.mailbox.newest(user.email);
    return { path: mail.path(/\/magic\//), code: /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(mail.text)[0] };
  };
  const ask = async (user, next = "/documents") => {
    const { page } = await user.visit(`/confirm?next=${encodeURIComponent(next)}`);
    const name = page.hasButton("Send me a code") ? "Send me a code" : "Send a new code";
    const answer = await user.submit(page.form(name), {}, { follow: false });
    assert.ok((await answer.cost()).d1 <= 2);
    return { form: (await user.follow(answer)).page.form("Confirm with the code"), ...await mailed(user) };
  };

  test("somebody without a password is not asked for one, and gets in by the code", async () => {
    const { page } = await linus.visit("/confirm");
    assert.equal(page.all('input[type="password"]').length, 0);
    const copied = linus.clone();
    const { form, code, path } = await ask(linus);
    const answer = await linus.submit(form, { code: code.toLowerCase().replace("-", " ") }, { follow: false });
    assert.equal(answer.location, "/documents", String(answer));
    assert.ok((await answer.cost()).d1 <= 2);
    assert.equal((await linus.get("/")).status, 200);
    assert.equal((await copied.get("/")).status, 303, "the old cookie still works");
    assert.equal((await linus.post(path)).status, 410, "the link is used up with its code");
  });

  test("opening the link in this browser does as well, and leads to where one wanted to go", async () => {
    const copied = linus.clone();
    const { path } = await ask(linus, "/documents?y=2");
    const answer = await linus.post(path);
    assert.equal(answer.location, "/documents?y=2", String(answer));
    assert.equal((await linus.get("/")).status, 200);
    assert.equal((await copied.get("/")).status, 303, "the session before it still lives");
  });

  test("a person with a password may choose the code too", async () => {
    const { form, code } = await ask(lena);
    const answer = await lena.submit(form, { code }, { follow: false });
    assert.equal(answer.location, "/documents", String(answer));
  });

  test("five wrong codes and the link is dead for the right one too", async () => {
    const { form, code } = await ask(linus);
    for (let i = 0; i < 5; i += 1) {
      const answer = await linus.submit(form, { code: code.startsWith("0") ? "1111-1111" : "0000-0000" }, { follow: false });
      assert.equal(answer.status, 422, String(answer));
    }
    const answer = await linus.submit(form, { code }, { follow: false });
    assert.equal(answer.status, 422, String(answer));
    assert.match(answer.text, /have a new one sent/);
  });

  test("the code of another person's link proves nothing", async () => {
    const theirs = await ask(lena);
    const { form } = await ask(linus);
    assert.equal((await linus.submit(form, { code: theirs.code }, { follow: false })).status, 422);
    assert.equal((await lena.submit(theirs.form, { code: theirs.code }, { follow: false })).status, 303);
  });

  test("ten links within a quarter of an hour are enough", async () => {
    await world.advance(16 * MINUTE);
    for (let i = 0; i < 10; i += 1) await ask(linus);
    assert.equal((await linus.post("/confirm/link")).status, 429);
    await world.advance(16 * MINUTE);
    assert.equal((await linus.post("/confirm/link")).status, 303);
  });

  test("a forged Host sends no mail, and links name our own address", async () => {
    const before = (await world.outbox()).length;
    assert.equal((await linus.post("/confirm/link", {}, { host: "attacker.test" })).status, 421);
    assert.equal((await world.outbox()).length, before);
    await linus.post("/confirm/link", {}, { headers: { "x-forwarded-host": "attacker.test", forwarded: "host=attacker.test" } });
    const mail = await world.mailbox.newest(linus.email);
    assert.ok(mail.links.every((link) => link.startsWith(`${world.base}/`)), mail.links.join(" "));
    assert.doesNotMatch(mail.text + mail.html, /attacker/);
  });
});

test("a sign-in ends the session that the browser had before; a planted cookie is never adopted", async () => {
  const planted = world.user("attacker");
  await planted.post("/sign-in", { email: lena.email, password: lena.password });
  const victim = planted.clone("victim with the attacker's cookie");
  const kept = victim.cookies.get("__Host-portico");
  const answer = await victim.post("/sign-in", { email: lena.email, password: lena.password });
  assert.equal(answer.status, 303, String(answer));
  assert.notEqual(victim.cookies.get("__Host-portico"), kept);
  assert.equal((await victim.get("/")).status, 200);
  assert.equal((await planted.get("/")).status, 303, "the planted session lives on");
});

test("signed out on the way, one comes back to the page one was on", async () => {
  const stranger = world.user();
  assert.equal((await stranger.post("/confirm", { password: "x" })).location, "/sign-in?next=%2Fconfirm");
  assert.equal((await stranger.post("/confirm/link")).location, "/sign-in");
  const { page } = await stranger.get("/sign-in?next=%2Fdocuments");
  const ask = (await stranger.get(page.link("Sign in by a link in an e-mail"))).page;
  await stranger.submit(ask.form("Send me a link"), { email: lena.email });
  const link = (await world.mailbox.newest(lena.email)).path(/\/magic\//);
  assert.equal((await stranger.post(link)).location, "/documents");
});
