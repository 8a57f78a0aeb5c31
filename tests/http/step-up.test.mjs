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
    return { path: mail.path(/\/magic\//), code: mail.code };
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

describe("a form whose proof had grown too old while it was filled in", () => {
  const KEPT = "__Host-portico-kept";
  const old = async (user, side) => {
    await user.post(side === "staff" ? "/admin/sign-in" : "/sign-in", { email: user.email, password: user.password });
    await world.advance(11 * MINUTE);
  };
  const forms = {
    "a new address": { side: "client", who: () => lena, path: "/profile/email", fields: { email: "new.lena@client.test" } },
    "a new address of staff": { side: "staff", who: () => owner, path: "/admin/profile/email", fields: { email: "new.olive@business.test" } },
    "a colleague": { side: "staff", who: () => owner, path: "/admin/settings/staff/new", fields: { name: "Nora \"New\" <b>", email: "nora@business.test", role: "admin" } },
  };
  const shown = (page, path) => Object.fromEntries(page.formTo(path).values);

  for (const [what, { side, who, path, fields }] of Object.entries(forms)) {
    test(`${what}: it stands as it was typed after the proof, and is sent by the person alone`, async () => {
      const user = who();
      await old(user, side);
      const before = (await world.outbox()).length;
      const held = await user.post(path, { ...fields, password: "a secret that is not kept", code: "123456" });
      const confirm = side === "staff" ? "/admin/confirm" : "/confirm";
      assert.equal(held.location, `${confirm}?next=${encodeURIComponent(path)}`.replace(/[-_.]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`), String(held));
      assert.equal((await world.outbox()).length, before);
      // Sealed: nobody reads it, and nothing secret is in it whatever its length says.
      const kept = user.cookies.get(KEPT);
      assert.ok(kept && !kept.includes(fields.email) && !Buffer.from(kept, "base64url").includes(fields.email));
      const page = await user.get(held.location);
      // A wrong try changes nothing.
      await user.submit(page.page.form("Confirm"), { password: "not the password" }, { follow: false });
      const proven = await user.submit(page.page.form("Confirm"), { password: user.password }, { follow: false });
      assert.equal(proven.location, path);
      const back = await user.get(path);
      assert.match(back.page.text, /What you had typed is here again, and nothing was sent yet/);
      for (const [name, value] of Object.entries(fields)) assert.equal(shown(back.page, path)[name], value, name);
      assert.doesNotMatch(back.text, /a secret that is not kept|123456/);
      assert.equal((await world.outbox()).length, before, "nothing is sent by itself");
      assert.equal((await back.cost()).d1, 1);
      const again = await user.get(path);
      assert.doesNotMatch(again.page.text, /What you had typed/, "once");
      assert.equal(user.cookies.get(KEPT), undefined);
    });
  }

  test("another person in the same browser, another page, a while later and a changed cookie show nothing", async () => {
    const { path, fields } = forms["a new address"];
    await old(lena, "client");
    await lena.post(path, fields);
    const kept = lena.cookies.get(KEPT);
    const looks = async (user, where = path) => (await user.get(where)).text.includes(fields.email);
    const stranger = (await person(world, await signedIn(owner))).person;
    stranger.cookies.set(KEPT, kept);
    assert.equal(await looks(stranger), false, "somebody else");
    const both = await signedIn(owner);
    both.cookies.set(KEPT, kept);
    assert.equal(await looks(both, "/admin/profile/email"), false, "staff");
    assert.equal(await looks(both, "/admin/settings/staff/new"), false, "another page");
    await lena.post("/sign-in", { email: lena.email, password: lena.password });
    lena.cookies.set(KEPT, `${kept.slice(0, -2)}${kept.endsWith("A") ? "B" : "A"}${kept.slice(-1)}`);
    assert.equal(await looks(lena), false, "changed");
    lena.cookies.set(KEPT, kept);
    await world.advance(16 * MINUTE);
    await lena.post("/sign-in", { email: lena.email, password: lena.password });
    lena.cookies.set(KEPT, kept);
    assert.equal(await looks(lena), false, "later");
  });

  test("what another site sends is kept by nobody, nor what holds secrets alone, or too much", async () => {
    await old(lena, "client");
    lena.cookies.delete(KEPT);
    const foreign = await lena.post("/profile/email", { email: "evil@evil.test" }, { headers: { "sec-fetch-site": "cross-site", origin: "https://evil.test" } });
    assert.equal(foreign.status, 403);
    assert.equal(lena.cookies.get(KEPT), undefined);
    assert.equal((await lena.post("/profile/password", { password: "a secret that is not kept", old: "x" })).status, 303);
    assert.equal(lena.cookies.get(KEPT), undefined);
    for (const email of ["x".repeat(400), "x".repeat(200_000)]) {
      assert.equal((await lena.post("/profile/email", { email })).status, 303);
      assert.equal(lena.cookies.get(KEPT), undefined);
    }
  });

  const signedIn = async (user) => {
    await user.post("/admin/sign-in", { email: user.email, password: user.password });
    return user;
  };
});
