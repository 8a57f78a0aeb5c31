// An invitation to somebody who signs in here already, for another client: it replaces no password, opens
// nothing that was there before, and the person shows that it is them.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { newPassword, setUpOwner, signIn } from "../harness/flows.mjs";
import { clientRow, contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const toPortal = (answer) => answer.status === 303 && answer.location === "/";
const account = (email) => world.db.prepare("SELECT * FROM accounts WHERE email_key = ?").bind(email.toLowerCase()).first();
const accepted = async (contact) => (await world.db.prepare("SELECT account_id FROM contacts WHERE id = ?").bind(contact.id).first()).account_id;

/** Somebody of a client, invited by a second one: { lena, known, contact, path }. */
async function invitedAgain() {
  const first = await person(world, owner);
  const contact = await contactRow(world, await clientRow(world), { email: first.contact.email });
  return { lena: first.person, first, contact, path: await invitation(owner, contact) };
}

test("a new password is not taken, the one they have is; nothing of the login changes", async () => {
  const { lena, contact, path } = await invitedAgain();
  const before = await account(lena.email);
  const attacker = world.user("whoever reads the mail");
  const answer = await attacker.post(path, { choice: "password", password: newPassword() });
  assert.equal(answer.status, 422, String(answer));
  assert.match(answer.page.errorAt("Choose a password"), /type the password you have/);
  assert.deepEqual([await account(lena.email), await accepted(contact)], [before, null]);
  assert.equal((await lena.get("/")).status, 200, "signed out by somebody else's guess");
  const elsewhere = world.user("another device");
  const right = await elsewhere.post(path, { choice: "password", password: lena.password });
  assert.ok(toPortal(right), String(right));
  assert.ok((await right.cost()).d1 <= 2);
  assert.deepEqual([await account(lena.email), await accepted(contact)], [before, before.id]);
  assert.equal((await lena.get("/")).status, 200);
  await signIn(lena);
});

test("guesses at that password are counted as any, eighty at once as well", async () => {
  const { lena, path } = await invitedAgain();
  const answers = await Promise.all(Array.from({ length: 80 }, (_, i) => world.user().post(path, { choice: "password", password: `guess number ${i}` })));
  assert.equal(answers.filter(({ status }) => status === 422).length, 10);
  assert.equal(answers.filter(({ status }) => status === 429).length, 70);
  assert.equal((await world.user().post(path, { choice: "password", password: lena.password })).status, 429);
  await world.advance(16 * 60_000);
  assert.ok(toPortal(await world.user().post(path, { choice: "password", password: lena.password })));
});

test("by link: access is theirs, the invitation opens no session, and a link to sign in comes", async () => {
  const { lena, contact, path } = await invitedAgain();
  const before = await account(lena.email);
  const browser = world.user("lena's browser");
  await browser.get(path);
  const answer = await browser.post(path, { choice: "link" });
  assert.equal(answer.location, "/sign-in/sent", String(answer));
  assert.ok((await answer.cost()).d1 <= 2);
  assert.match((await browser.follow(answer)).page.text, /You sign in here already/);
  assert.equal((await browser.get("/")).status, 303, "the invitation alone signs in");
  assert.deepEqual([await account(lena.email), await accepted(contact)], [before, before.id]);
  // A lost reply is given again, and is no session either.
  assert.equal((await browser.post(path, { choice: "link" })).location, "/sign-in/sent");
  assert.equal((await world.user().post(path, { choice: "link" })).status, 410);
  const link = (await world.mailbox.newest(lena.email)).path(/\/magic\//);
  assert.ok(toPortal(await browser.post(link)));
  assert.match((await browser.get("/")).text, new RegExp(contact.client.name));
});

test("signed in on this browser, one press is enough", async () => {
  const { lena, contact, path } = await invitedAgain();
  const answer = await lena.post(path, { choice: "link" });
  assert.ok(toPortal(answer), String(answer));
  assert.equal(await accepted(contact), (await account(lena.email)).id);
  assert.match((await lena.get("/")).text, new RegExp(contact.client.name));
});

test("somebody who signs in by links chooses no password here", async () => {
  const { lena, path } = await invitedAgain();
  await world.db.prepare("UPDATE accounts SET password_hash = NULL WHERE email_key = ?").bind(lena.email).run();
  const answer = await world.user().post(path, { choice: "password", password: newPassword() });
  assert.equal(answer.status, 422, String(answer));
  assert.match(answer.page.errorAt("Choose a password"), /by links/);
  assert.equal((await account(lena.email)).password_hash, null);
});

test("two invitations of a new person accepted at once make one login, and no password is replaced", async () => {
  const email = "twice@client.test";
  const [one, two] = [await contactRow(world, await clientRow(world), { email }), await contactRow(world, await clientRow(world), { email })];
  const paths = [await invitation(owner, one), await invitation(owner, two)];
  await world.fault({ on: "d1", match: "INSERT INTO accounts", when: "stall", ms: 1500 });
  const [first, second] = [newPassword(), newPassword()];
  const slow = world.user().post(paths[0], { choice: "password", password: first });
  while ((await world.faultsLeft()).length) await new Promise(setImmediate);
  assert.ok(toPortal(await world.user().post(paths[1], { choice: "password", password: second })));
  assert.equal((await slow).status, 409);
  await signIn(Object.assign(world.user(), { email, password: second }));
  assert.equal(await accepted(one), null);
});

test("a reply that was lost is given again to who has the password, not to who chooses links instead", async () => {
  world.expectLog(/Network connection lost/);
  const contact = await contactRow(world, await clientRow(world));
  const path = await invitation(owner, contact);
  const nora = world.user("nora");
  await nora.get(path);
  const password = newPassword();
  await world.fault({ on: "d1", match: "INSERT INTO accounts", when: "after" });
  assert.equal((await nora.post(path, { choice: "password", password })).status, 503);
  const other = await nora.post(path, { choice: "link" });
  assert.equal(other.status, 422, String(other));
  assert.match(other.page.errorAt("Choose a password"), /a moment ago already/);
  assert.ok(toPortal(await nora.post(path, { choice: "password", password })));
});
