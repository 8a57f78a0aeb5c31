// "Was this you?": a sign-in from a browser that the person has not come in by before is told by mail; where a
// session is used from, down to the city; how many sessions a contact has.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { accept, newPassword, setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { enrol, nextCode } from "../harness/totp.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const told = async ({ email }) => (await world.outbox()).filter((mail) => mail.kind === "new_device" && mail.to_email === email);
const from = { headers: { "user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "cf-ipcountry": "DE", "x-edge-city": "München" } };
const signs = (user, root, browser, options) => browser.post(`${root}/sign-in`, { email: user.email, password: user.password }, options);

const SIDES = {
  client: { root: "", cookie: "__Host-portico-device", one: async () => (await person(world, owner)).person },
  staff: { root: "/admin", cookie: "__Host-portico-device-staff", one: async () => { const one = await colleague(world, owner, "member"); return one; } },
};
for (const [name, { root, cookie, one }] of Object.entries(SIDES)) {
  describe(name, () => {
    test("the first browser is not told of, another one is, once; a cookie of somebody else's making is new", async () => {
      const user = await one();
      assert.deepEqual(await told(user), []);
      assert.match(user.cookies.get(cookie), /^pt_d/);
      assert.equal((await signs(user, root, user)).status, 303);
      assert.deepEqual(await told(user), [], "their own browser");
      const other = world.user("another browser");
      const answer = await signs(user, root, other, from);
      assert.equal(answer.status, 303);
      assert.ok((await answer.cost()).d1 <= 2);
      const [mail] = await told(user);
      const sent = await world.mailbox.newest(user.email);
      assert.match(sent.subject, /was this you\?$/);
      assert.match(sent.text, /Firefox on Windows, in München, Germany, on /);
      assert.ok(sent.links.every((link) => link.startsWith(`${world.base}/`)));
      assert.equal(mail.subject, sent.subject);
      assert.equal((await signs(user, root, other)).status, 303);
      assert.equal((await told(user)).length, 1, "told of twice");
      const forged = world.user();
      forged.cookies.set(cookie, `${other.cookies.get(cookie).slice(0, -3)}AAA`);
      await signs(user, root, forged);
      assert.equal((await told(user)).length, 2);
      // A wrong password is no sign-in, and gives no name.
      const guess = world.user();
      await guess.post(`${root}/sign-in`, { email: user.email, password: "a wrong one of theirs" });
      assert.equal(guess.cookies.get(cookie), undefined);
      assert.equal((await told(user)).length, 2);
      // Only the hash is kept.
      const names = JSON.stringify((await world.db.prepare("SELECT * FROM devices").all()).results);
      assert.ok(!names.includes(other.cookies.get(cookie)));
    });

    test("one browser, two people: new to each", async () => {
      const [a, b] = [await one(), await one()];
      const shared = world.user("a shared computer");
      await signs(a, root, shared);
      assert.equal((await told(a)).length, 1);
      const kept = shared.cookies.get(cookie);
      await signs(b, root, shared);
      assert.equal(shared.cookies.get(cookie), kept);
      assert.equal((await told(b)).length, 1);
    });

    test("with a second factor it is told of when the code was right, not before", async () => {
      const user = await one();
      await enrol(user, root);
      const browser = world.user("with the password");
      await signs(user, root, browser, from);
      assert.deepEqual(await told(user), []);
      await browser.post(`${root}/sign-in/code`, { totp: await nextCode(user) }, from);
      assert.equal((await told(user)).length, 1);
      await world.settled();
    });

    test("devices are listed with the city that the edge says, never one that the visitor says", async () => {
      const user = await one();
      await signs(user, root, world.user(), from);
      await signs(user, root, world.user(), { headers: { "cf-ipcountry": "FR", "cf-ipcity": "Atlantis" } });
      const { page } = await user.visit(`${root}/profile`);
      assert.match(page.text, /In München, Germany, last used/);
      assert.match(page.text, /In France, last used/);
      assert.doesNotMatch(page.text, /Atlantis/);
      await world.settled();
    });
  });
}

test("a link by mail from another browser is told of as well, and an accepted invitation is not", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const user = Object.assign(world.user("Linus"), { email: contact.email });
  await accept(user, await invitation(owner, contact), { choice: "link" });
  assert.deepEqual(await told(user), []);
  const browser = world.user("by link");
  await browser.post("/sign-in/link", { email: user.email });
  const link = (await world.mailbox.newest(user.email)).path(/\/magic\//);
  assert.equal((await browser.post(link)).location, "/");
  assert.equal((await told(user)).length, 1);
  await world.settled();
});

test("staff see how many sessions a contact has, and end them", async () => {
  const { person: lena, contact } = await person(world, owner);
  Object.assign(lena, { password: lena.password ?? newPassword() });
  const path = `/admin/contacts/${contact.id}`;
  const first = await owner.get(path);
  assert.match(first.page.text, /Signed in on one device, last used just now/);
  assert.equal((await first.cost()).d1, 1);
  await signs(lena, "", world.user());
  assert.match((await owner.get(path)).page.text, /Signed in on 2 devices/);
  await owner.submit((await owner.get(path)).page.form("Sign out everywhere"));
  assert.match((await owner.get(path)).page.text, /Not signed in anywhere/);
  assert.equal((await lena.get("/")).status, 303);
  await world.settled();
});

test("browsers that nobody has signed in by for four hundred days are forgotten", async () => {
  await world.advance(401 * 86_400_000);
  await world.cron();
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM devices").first()).n, 0);
});
