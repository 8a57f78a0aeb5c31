// Before a closed portal: the way out stays open, to another client of the same person or out of all.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner, signIn, signInStaff, switchPortal } from "../harness/flows.mjs";
import { archive, clientRow, contactRow, invitation, person, portalOff, portalOn } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const open = async (contact) => (await world.db.prepare("SELECT count(*) AS n FROM sessions WHERE contact_id = ? AND ended_at IS NULL").bind(contact.id).first()).n;
const noAccess = (_world, { id }) => world.db.prepare("UPDATE contacts SET portal_access = 0 WHERE client_id = ?").bind(id).run();

/** Lena, of two clients; the second one is open in her browser. */
async function ofTwo() {
  await signInStaff(owner);
  const first = await person(world, owner);
  const second = await contactRow(world, await clientRow(world), { email: first.contact.email });
  await first.person.post(await invitation(owner, second), { choice: "link" });
  return { lena: first.person, first: first.contact, second };
}

for (const [name, close] of Object.entries({ "switched off": portalOff, archived: archive, "closed to this person": noAccess })) {
  describe(name, () => {
    test("the page offers the other client, and it opens", async () => {
      const { lena, first, second } = await ofTwo();
      await close(world, second.client);
      const closed = await lena.get("/");
      assert.equal(closed.status, 403, String(closed));
      assert.equal((await closed.cost()).d1, 1);
      const answer = await lena.submit(closed.page.form(`Go to ${first.client.name}`), {}, { follow: false });
      assert.equal(answer.location, "/", String(answer));
      assert.ok((await answer.cost()).d1 <= 2);
      assert.match((await lena.get("/")).page.text, new RegExp(first.client.name));
      assert.equal(await open(second), 0);
    });

    test("one signs out", async () => {
      const { lena, second } = await ofTwo();
      const copied = lena.clone();
      await close(world, second.client);
      const answer = await lena.submit((await lena.get("/documents")).page.form("Sign out"), {}, { follow: false });
      assert.equal(answer.location, "/sign-in", String(answer));
      assert.equal(await open(second), 0);
      assert.equal((await copied.get("/")).location, "/sign-in");
    });

    test("nothing else opens, and nobody else's client does", async () => {
      const { lena, second } = await ofTwo();
      const stranger = await person(world, owner);
      await close(world, second.client);
      for (const path of ["/", "/documents", "/profile", "/confirm"]) assert.equal((await lena.get(path)).status, 403, path);
      for (const id of [stranger.contact.id, second.id, ""]) assert.equal((await lena.post("/switch", { contact_id: id })).status, 404);
      assert.equal((await lena.post("/profile/name", { first_name: "X" })).status, 403);
    });
  });
}

test("where the other client closes in that very moment, the one that is open stays so", async () => {
  const { lena, first, second } = await ofTwo();
  await world.fault({ on: "d1", op: "batch", match: "INSERT INTO sessions", when: "stall", ms: 5000 });
  const late = lena.post("/switch", { contact_id: first.id });
  await world.struck();
  await portalOff(world, first.client);
  await world.release();
  assert.equal((await late).status, 404);
  assert.equal(await open(second), 1);
  assert.equal((await lena.get("/")).status, 200);
});

test("notices that wait when a portal closes do not come when it opens again; an invitation does", async () => {
  await signInStaff(owner);
  const { client, contact } = await person(world, owner);
  const pending = await contactRow(world, client);
  await invitation(owner, pending);
  const queue = (kind, to) => world.db.prepare(`INSERT INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, contact_id, client_id, created_at, due_at)
    VALUES (?1, ?1, ?2, ?3, 'Lena', 'Later', '{}', ?4, ?5, ?6, ?6)`).bind(`${kind} ${to.id}`, kind, to.email, to.id, client.id, world.now() + 3_600_000).run();
  for (const kind of ["document", "ticket", "task", "message", "invoice-link"]) await queue(kind, contact);
  const states = async () => Object.fromEntries((await world.db.prepare("SELECT kind, state FROM outbox WHERE client_id = ? AND (subject = 'Later' OR contact_id = ?)").bind(client.id, pending.id).all()).results.map(({ kind, state }) => [kind, state]));
  const before = await states();
  await switchPortal(owner, client, false);
  assert.deepEqual(await states(), { ...before, document: "cancelled", ticket: "cancelled", task: "cancelled", message: "cancelled" });
});

test("of one client there is nowhere else to go; a session from before the portal was closed stays dead", async () => {
  await signInStaff(owner);
  const { person: lena, client } = await person(world, owner);
  await portalOff(world, client);
  const { page } = await lena.get("/");
  assert.ok(page.hasButton("Sign out"));
  assert.equal(page.all('[name="contact_id"]').length, 0);
  await portalOn(world, client);
  assert.equal((await lena.get("/")).location, "/sign-in");
  assert.equal((await lena.post("/sign-out")).location, "/sign-in");
  await signIn(lena);
  assert.equal((await lena.get("/")).status, 200);
});

test("signed out, the closed portal offers no sign-out", async () => {
  await signInStaff(owner);
  const { person: lena, client } = await person(world, owner);
  await portalOff(world, client);
  const answer = await world.user().post("/sign-in", { email: lena.email, password: lena.password });
  assert.equal(answer.status, 403);
  assert.ok(!answer.page.hasButton("Sign out"));
});
