// One's own account, on both sides: the profile, the name, the password, the sessions; who of the company
// has access. What changes how one signs in acts on the next request of every other session.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { accept, newPassword, setUpOwner, signIn, signInStaff } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const MINUTE = 60_000;
let owner, lena, larkspur;

before(async () => {
  owner = await setUpOwner(world);
  const made = await person(world, owner, { client: "Larkspur Bakery", contact: { firstName: "Lena", lastName: "Larkspur", email: "lena@larkspur.test" } });
  lena = made.person;
  larkspur = made.client;
});

const SIDES = {
  client: { who: () => lena, root: "", home: "/", sign: signIn, cookie: "__Host-portico" },
  staff: { who: () => owner, root: "/admin", home: "/admin", sign: signInStaff, cookie: "__Host-portico-staff" },
};

/** The same person on another device. */
async function elsewhere(user, sign, { agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", country = "DE" } = {}) {
  const other = Object.assign(world.user(`${user.name} elsewhere`), { email: user.email, password: user.password });
  const plain = other.request.bind(other);
  other.request = (method, path, options = {}) => plain(method, path, { ...options, headers: { "user-agent": agent, "cf-ipcountry": country, ...options.headers } });
  await sign(other);
  return other;
}

const alive = async (user, home) => (await user.get(home)).status === 200;
const rowOf = (user) => world.db.prepare("SELECT * FROM accounts WHERE email = ?1").bind(user.email).first();

for (const [side, { who, root, home, sign, cookie }] of Object.entries(SIDES)) {
  describe(side, () => {
    const profile = `${root}/profile`;

    test("the profile is one round trip and is linked from every page", async () => {
      const user = who();
      const start = await user.get(home);
      assert.equal(start.page.link("Profile"), profile);
      const answer = await user.get(profile);
      assert.equal(answer.status, 200, String(answer));
      assert.equal((await answer.cost()).d1, 1);
      assert.match(answer.page.text, new RegExp(user.email));
    });

    test("devices are told in words; one and all others can be ended", async () => {
      const user = who();
      await user.post(`${profile}/sessions/end-others`);
      const [phone, tor, third] = [await elsewhere(user, sign), await elsewhere(user, sign, { agent: "Gecko Firefox/140.0 Windows", country: "T1" }), await elsewhere(user, sign)];
      const { page } = await user.visit(profile);
      assert.match(page.text, /Chrome on Linux ?In use now ?This device/);
      assert.match(page.text, /Safari on iPhone ?In Germany, last used just now/);
      assert.match(page.text, /Firefox on Windows ?In the Tor network/);
      const answer = await user.submit(page.form("End: Firefox on Windows"), {}, { follow: false });
      assert.equal(answer.location, profile);
      assert.ok((await answer.cost()).d1 <= 2);
      assert.equal(await alive(tor, home), false, "the ended one still works");
      assert.equal(await alive(phone, home), true);
      const others = await user.post(`${profile}/sessions/end-others`);
      assert.equal(others.location, profile);
      assert.ok((await others.cost()).d1 <= 2);
      assert.equal(await alive(phone, home), false);
      assert.equal(await alive(third, home), false);
      const after = await user.get(profile);
      assert.equal(after.status, 200);
      assert.equal(after.page.hasButton("End all others"), false);
    });

    test("a session of somebody else is one that never existed", async () => {
      const user = who();
      const stranger = side === "client" ? owner : await colleague(world, owner, "member");
      const theirs = await world.db.prepare(`SELECT id FROM sessions WHERE staff_id ${side === "client" ? "IS NOT NULL" : "= (SELECT id FROM staff WHERE role = 'member')"} AND ended_at IS NULL`).first();
      const never = await user.post(`${profile}/sessions/01890000-0000-7000-8000-000000000000/end`);
      const answer = await user.post(`${profile}/sessions/${theirs.id}/end`);
      assert.equal(answer.status, 404);
      assert.equal(answer.text, never.text);
      assert.equal((await user.post(`${profile}/sessions/nothing/end`)).status, 404);
      assert.equal(await alive(stranger, "/admin"), true);
    });

    test("the name: saved, shown, kept when it is refused", async () => {
      const user = who();
      const { page } = await user.visit(profile);
      const first = side === "client" ? "first_name" : "name";
      const saved = await user.submit(page.form("Save name"), { [first]: "Magdalena" }, { follow: false });
      assert.equal(saved.location, profile, String(saved));
      assert.ok((await saved.cost()).d1 <= 2);
      assert.match((await user.get(profile)).page.text, /Magdalena/);
      const refused = await user.submit(page.form("Save name"), { [first]: " " }, { follow: false });
      assert.equal(refused.status, 422);
      assert.match(refused.text, /aria-invalid="true"/);
      const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
      for (const body of ["", `${first}=${"x".repeat(2_000_000)}`, `${first}=%00`, `${first}=%ff%fe`, `${first}=a&${first}=b`]) {
        assert.equal((await user.request("POST", `${profile}/name`, { body, headers: urlencoded })).status, 422, body.slice(0, 30));
      }
    });

    test("changing the password needs a fresh confirmation, and leads back", async () => {
      const user = who();
      await world.advance(11 * MINUTE);
      const asked = await user.get(`${profile}/password`);
      assert.equal(asked.location, `${root}/confirm?next=${encodeURIComponent(`${profile}/password`).replaceAll("-", "%2D")}`, String(asked));
      assert.equal((await user.post(`${profile}/password`, { password: newPassword() })).location, asked.location);
      const form = (await user.follow(asked)).page.form("Confirm");
      const answer = await user.submit(form, { password: user.password });
      assert.equal(answer.path, `${profile}/password`, String(answer));
    });

    test("a new password ends every other session on its next request, and tells the owner", async () => {
      const user = who();
      const others = [await elsewhere(user, sign), await elsewhere(user, sign), await elsewhere(user, sign)];
      const copied = user.clone("a thief with the cookie");
      const { page } = await user.visit(`${profile}/password`);
      const password = newPassword();
      const before = user.cookies.get(cookie);
      const answer = await user.submit(page.form("Save password"), { password }, { follow: false });
      assert.equal(answer.location, profile, String(answer));
      assert.ok((await answer.cost()).d1 <= 2);
      assert.notEqual(user.cookies.get(cookie), before);
      for (const other of others) assert.equal(await alive(other, home), false, "another session lives on");
      assert.equal(await alive(copied, home), false, "the old cookie lives on");
      assert.equal(await alive(user, home), true);
      const mail = await world.mailbox.newest(user.email);
      assert.match(mail.subject, /^Your password for .* was changed$/);
      assert.ok(mail.links.every((link) => link.startsWith(`${world.base}/`)), mail.links.join(" "));
      const old = await world.user().post(`${root}/sign-in`, { email: user.email, password: user.password });
      assert.equal(old.status, 422, "the old password still works");
      user.password = password;
      await sign(user);
    });

    test("a password that is refused changes nothing; bad input is no error of ours", async () => {
      const user = who();
      await user.post(`${root}/confirm`, { password: user.password });
      const urlencoded = { "content-type": "application/x-www-form-urlencoded" };
      const mails = (await world.outbox()).length;
      for (const body of ["", "password=short", `password=${"x".repeat(2_000_000)}`, "password=%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00", "password=%ff%fe", "password=a&password=b", `password=${encodeURIComponent(user.email)}`, "password=passwordpassword"]) {
        const refused = await user.request("POST", `${profile}/password`, { body, headers: urlencoded });
        assert.equal(refused.status, 422, body.slice(0, 30));
        assert.notEqual(refused.page.errorAt("New password"), null);
      }
      assert.equal((await world.outbox()).length, mails);
      assert.equal(await alive(user, home), true);
    });

    test("two changes at once from one session: one of them", async () => {
      const user = who();
      const twins = Array.from({ length: 10 }, () => Object.assign(user.clone(), { password: newPassword() }));
      const mails = (await world.outbox()).length;
      const answers = await Promise.all(twins.map((twin) => twin.post(`${profile}/password`, { password: twin.password })));
      const won = answers.flatMap((answer, i) => (answer.location === profile ? [i] : []));
      assert.equal(won.length, 1, answers.join("\n"));
      assert.equal((await world.outbox()).length, mails + 1);
      Object.assign(user, { password: twins[won[0]].password });
      user.cookies.copyFrom(twins[won[0]].cookies);
      assert.equal(await alive(user, home), true);
      await sign(user);
    });

    test("D1 gone before the commit: 503, and nothing was half done", async () => {
      const user = who();
      await world.fault({ on: "d1", when: "before", match: "SET password_hash" });
      const answer = await user.post(`${profile}/password`, { password: newPassword() });
      assert.equal(answer.status, 503, String(answer));
      world.expectLog(/D1 failed/);
      assert.equal(await alive(user, home), true);
      await sign(user);
    });
  });
}

test("a client without a password chooses the first one after confirming by a link", async () => {
  const contact = await contactRow(world, larkspur, { firstName: "Linus" });
  const linus = Object.assign(world.user("Linus"), { email: contact.email });
  await accept(linus, await invitation(owner, contact), { choice: "link" });
  await world.advance(11 * MINUTE);
  const { page } = await linus.visit("/profile");
  assert.match(page.text, /None yet: you sign in by a link/);
  const confirm = await linus.visit(page.link("Choose a password"));
  const sent = await linus.submit(confirm.page.form("Send me a code"));
  const code = (await world.mailbox.newest(linus.email)).code;
  const choose = await linus.submit(sent.page.form("Confirm with the code"), { code });
  assert.equal(choose.page.heading, "Choose a password", String(choose));
  linus.password = newPassword();
  await linus.submit(choose.page.form("Save password"), { password: linus.password });
  assert.match((await linus.visit("/profile")).page.text, /Password ?Set/);
  await signIn(linus);
});

test("who of the company has access: those who joined and those invited, nobody else's", async () => {
  const [invited, quiet] = [await contactRow(world, larkspur, { firstName: "Ines" }), await contactRow(world, larkspur, { firstName: "Quentin" })];
  await invitation(owner, invited);
  const stranger = await contactRow(world, await clientRow(world), { firstName: "Stranger" });
  await world.db.prepare("UPDATE contacts SET job_title = 'Head baker', is_primary = 1 WHERE email = 'lena@larkspur.test'").run();
  const { page } = await lena.visit("/privacy");
  const text = page.all('section[aria-labelledby="people"]')[0].text.replace(/\s+/g, " ");
  assert.match(text, /Who of Larkspur Bakery has access/);
  assert.match(text, /\(you\) ?Head baker ?Primary contact/);
  assert.match(text, /Ines \S+ ?Invited/);
  assert.doesNotMatch(text, /Quentin|Stranger/, `${quiet.email} or ${stranger.email} is shown`);
  await world.db.prepare("UPDATE contacts SET portal_access = 0 WHERE id = ?").bind(invited.id).run();
  assert.doesNotMatch((await lena.visit("/privacy")).page.text, /Ines/);
});

test("a renamed contact is found by the new name, and staff who had the form open are told", async () => {
  const { id } = await world.db.prepare("SELECT id FROM contacts WHERE email = 'lena@larkspur.test'").first();
  const open = (await owner.visit(`/admin/contacts/${id}`)).page.formTo(`/admin/contacts/${id}`);
  await lena.post("/profile/name", { first_name: "Philippa", last_name: "Larkspur" });
  assert.match((await owner.visit("/admin/clients?q=philippa")).page.text, /Larkspur Bakery/);
  assert.doesNotMatch((await owner.visit("/admin/clients?q=magdalena")).page.text, /Larkspur Bakery/);
  assert.equal((await owner.submit(open, { phone: "1" }, { follow: false })).status, 422);
});

test("ending this device is signing out", async () => {
  const user = await elsewhere(lena, signIn);
  const { id } = await world.db.prepare("SELECT id FROM sessions WHERE ended_at IS NULL ORDER BY created_at DESC, id DESC").first();
  const answer = await user.post(`/profile/sessions/${id}/end`);
  assert.equal(answer.location, "/sign-in", String(answer));
  assert.equal(user.cookies.get("__Host-portico"), undefined);
  assert.notEqual(await rowOf(lena), null);
});
