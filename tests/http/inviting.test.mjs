// Invitations and what they open: one winner, scanners burn nothing, the portal closes at once, and one
// person of two clients switches between them.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { newPassword, setUpOwner, signIn, switchPortal } from "../harness/flows.mjs";
import { clientRow, contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const choose = (password = newPassword()) => ({ choice: "password", password });
const toPortal = (answer) => answer.status === 303 && answer.location === "/";

test("HEAD, GET three times and a bare POST burn nothing; then it works, once", async () => {
  const path = await invitation(owner, await contactRow(world, await clientRow(world)));
  const scanner = world.user("scanner");
  assert.equal((await scanner.head(path)).status, 200);
  for (let i = 0; i < 3; i += 1) assert.equal((await scanner.get(path)).status, 200);
  assert.equal((await scanner.post(path)).status, 422);
  assert.equal((await scanner.post(path, choose("short"))).status, 422);
  const winner = await world.user().post(path, choose());
  assert.ok(toPortal(winner), String(winner));
  assert.ok((await winner.cost()).d1 <= 2);
  assert.equal((await world.user().post(path, choose())).status, 410);
});

test("fifty at once: one winner, one session", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const path = await invitation(owner, contact);
  const answers = await Promise.all(Array.from({ length: 50 }, () => world.user().post(path, { choice: "link" })));
  assert.equal(answers.filter(toPortal).length, 1);
  assert.equal(answers.filter(({ status }) => status === 410).length, 49);
  const { n } = await world.db.prepare("SELECT count(*) AS n FROM sessions WHERE contact_id = ?").bind(contact.id).first();
  assert.equal(n, 1);
});

test("unknown, expired, replaced and cancelled links get one and the same page", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const replaced = await invitation(owner, contact);
  const cancelled = await invitation(owner, contact);
  await owner.post(`/admin/contacts/${contact.id}/invite/cancel`);
  const dead = [];
  for (const path of [replaced, cancelled, `/invitation/pt_i${"A".repeat(43)}`, "/invitation/anything"]) {
    const answer = await world.user().post(path, choose());
    assert.equal(answer.status, 410, `${path}: ${answer}`);
    dead.push(answer.text);
  }
  assert.equal(new Set(dead).size, 1);
});

test("the token stands nowhere in the database", async () => {
  const path = await invitation(owner, await contactRow(world, await clientRow(world)));
  const token = path.split("/").at(-1);
  const tables = (await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'").all()).results;
  for (const { name } of tables) {
    const { results } = await world.db.prepare(`SELECT * FROM "${name}"`).all();
    assert.ok(!JSON.stringify(results).includes(token), `${name} holds the token`);
  }
});

test("the link keeps its origin whatever Host says", async () => {
  const contact = await contactRow(world, await clientRow(world));
  await invitation(owner, contact);
  const mail = await world.mailbox.newest(contact.email);
  assert.match(mail.text, new RegExp(`^${world.base}/invitation/pt_i`, "m"));
});

test("Enable Portal off: the next request is the neutral page; on again: the password works, the old session stays dead", async () => {
  const { client, person: lena } = await person(world, owner);
  assert.equal((await lena.get("/")).status, 200);
  await switchPortal(owner, client, false);
  for (const path of ["/", "/documents", `/documents/${client.id}/download`]) {
    assert.equal((await lena.get(path)).status, 403, path);
  }
  await switchPortal(owner, client, true);
  assert.equal((await lena.get("/")).location, "/sign-in");
  await signIn(lena);
  assert.equal((await lena.get("/")).status, 200);
});

test("a person of two clients switches, and only to their own", async () => {
  const first = await person(world, owner, { client: "First Client" });
  const second = await clientRow(world, "Second Client");
  const again = await contactRow(world, second, { email: first.contact.email });
  await first.person.post(await invitation(owner, again), { choice: "link" });
  assert.match((await first.person.get("/")).text, /Second Client/);
  const stranger = await person(world, owner);
  assert.equal((await first.person.post("/switch", { contact_id: stranger.contact.id })).status, 404);
  const answer = await first.person.post("/switch", { contact_id: first.contact.id });
  assert.ok(toPortal(answer), String(answer));
  const home = await first.person.get("/");
  assert.equal(home.status, 200);
  assert.match(home.text, /top-client|First Client/);
  const open = await world.db.prepare("SELECT contact_id FROM sessions WHERE account_id = (SELECT account_id FROM contacts WHERE id = ?) AND ended_at IS NULL ORDER BY created_at DESC LIMIT 1").bind(first.contact.id).first();
  assert.equal(open.contact_id, first.contact.id);
});
