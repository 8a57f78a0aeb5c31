// A stolen dump of the database opens nothing: no value in it works as a session, a link, a code or a password,
// and no secret of the deployment stands in it.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { payLinkTo } from "../harness/invoices.mjs";
import { sentInvoice } from "../harness/billing.mjs";
import { addClient, addContact, cast, invite, switchPortal } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

const STRIPE = { STRIPE_SECRET_KEY: "sk_test_5tolenDumpHasNoSuchKey", STRIPE_WEBHOOK_SECRET: "whsec_5tolenDumpHasNoSuchSecret" };
const world = await World.start({ settings: STRIPE });
after(() => world.close());

/** Every text in every table, taken apart where it is JSON or a list. */
async function texts() {
  const found = new Map();
  const tables = (await world.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'search%'").all()).results;
  assert.ok(tables.length > 40, `expected the whole schema, saw ${tables.length} tables`);
  for (const { name } of tables) {
    for (const row of (await world.db.prepare(`SELECT * FROM "${name}"`).all()).results) {
      for (const [column, value] of Object.entries(row)) {
        if (typeof value !== "string" || value.length < 8) continue;
        for (const part of [value, ...value.split(/[\s"',:;<>{}[\]()\\/]+/)]) if (part.length >= 8 && part.length <= 400) found.set(part, `${name}.${column}`);
      }
    }
  }
  return found;
}

test("nothing in the dump signs in, opens a link, or is one of the secrets", async () => {
  const people = await cast(world);
  // Open links of every kind: an invitation, a reset, a sign-in link, a change of address, an invoice's.
  const client = await addClient(people.owner);
  const contact = await addContact(people.owner, client);
  await switchPortal(people.owner, client, true);
  const links = [await invite(people.owner, contact)];
  const { person } = people.client;
  await world.user().post("/forgot", { email: person.email });
  links.push((await world.mailbox.newest(person.email)).path(/\/reset\//));
  const magic = world.user();
  await magic.post("/sign-in/link", { email: person.email });
  links.push((await world.mailbox.newest(person.email)).path(/\/magic\//));
  await people.owner.post("/admin/settings/staff/new", { name: "New", email: "new@business.test", role: "member" });
  links.push((await world.mailbox.newest("new@business.test")).path(/\/admin\/join\//));
  const invoice = await sentInvoice(people.owner, people.client.client);
  links.push((await payLinkTo(world, invoice)).path);
  const tokens = links.map((path) => path.split("/").at(-1));
  assert.ok(new Set(tokens).size >= 4, `expected links of several kinds, saw ${links}`);

  const dump = await texts();
  assert.ok(dump.size > 200, `expected a full database, saw ${dump.size} texts`);
  // What opens something now, as its holder has it.
  const everybody = [people.owner, people.admin, people.member, person, people.other.person];
  const secrets = [
    ...tokens, ...everybody.map(({ password }) => password), ...everybody.flatMap((user) => user.cookies.names().map((name) => user.cookies.get(name))),
    ...Object.values(STRIPE), world.setupToken, ...world.settings.SESSION_KEYS.split(":").slice(1),
  ].filter((secret) => secret && secret.length >= 12);
  const whole = [...dump.keys()].join("\n");
  for (const secret of secrets) assert.ok(!whole.includes(secret), `a secret stands in ${[...dump].find(([text]) => text.includes(secret))?.[1]}: ${secret.slice(0, 6)}…`);

  // And nothing that does stand there opens anything: as a link, as a cookie, as a password.
  const dead = { invitation: links[0], reset: links[1], magic: links[2], join: links[3] };
  const shapes = Object.values(dead).map((path) => path.slice(0, path.lastIndexOf("/") + 1));
  const unknown = {};
  for (const shape of shapes) unknown[shape] = await world.user().post(`${shape}pt_nobody`, { choice: "link", password: "correct horse battery", code: "" });
  const staffCookie = people.owner.cookies.names().find((name) => /staff/.test(name));
  const clientCookie = person.cookies.names().find((name) => /client|portal|portico/.test(name));
  const candidates = [...dump].filter(([text]) => /^[\w.+/=:-]{16,200}$/.test(text));
  assert.ok(candidates.length > 50);
  for (const [text, where] of candidates) {
    for (const shape of shapes) {
      const answer = await world.user().post(`${shape}${encodeURIComponent(text)}`, { choice: "link", password: "correct horse battery", code: "" });
      assert.equal(answer.status, unknown[shape].status, `${where} as ${shape}: ${answer}`);
    }
    const thief = world.user();
    thief.cookies.set(staffCookie, text);
    thief.cookies.set(clientCookie, text);
    for (const path of ["/admin", "/documents"]) {
      const answer = await thief.get(path);
      assert.equal(answer.status, 303, `${where} as a cookie: ${answer}`);
      assert.equal((await answer.cost()).d1, 0, `${where} as a cookie asked D1`);
    }
  }
  const hashes = (await world.db.prepare("SELECT password_hash AS hash FROM staff WHERE password_hash IS NOT NULL UNION SELECT password_hash FROM accounts WHERE password_hash IS NOT NULL").all()).results;
  assert.ok(hashes.length >= 5);
  for (const { hash } of hashes) {
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal((await world.user().post("/admin/sign-in", { email: people.owner.email, password: hash })).status, 422, "a hash signs in");
  }
});
