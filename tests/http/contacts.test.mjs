// Contacts: one of them primary, each address once and never that of staff, removal and a changed address
// that end access and keep authorship, and people who are contacts of several clients.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addContact, newPassword, setUpOwner, signIn } from "../harness/flows.mjs";
import { clientRow, contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world, { email: "olive@business.test" }); });

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const rowOf = ({ id }) => one("SELECT * FROM contacts WHERE id = ?", id);
const primaries = async ({ id }) => (await world.db.prepare("SELECT id FROM contacts WHERE client_id = ? AND is_primary = 1 AND removed_at IS NULL").bind(id).all()).results.map((row) => row.id);
const pathOf = ({ id }) => `/admin/contacts/${id}`;
const formOf = async (contact, user = owner) => (await user.get(pathOf(contact))).page.formTo(pathOf(contact));
const save = async (contact, changes) => owner.submit(await formOf(contact), changes, { follow: false });
const alive = (path) => world.user().post(path, { choice: "link" }).then(({ status }) => status === 303);

test("the first contact is the primary one; another one takes its place; one is primary always", async () => {
  const client = await clientRow(world);
  const first = await addContact(owner, client);
  assert.deepEqual(await primaries(client), [first.id]);
  const second = await addContact(owner, client);
  assert.deepEqual(await primaries(client), [first.id]);
  const answer = await owner.post(`${pathOf(second)}/primary`);
  assert.equal(answer.status, 303, String(answer));
  assert.equal((await answer.cost()).d1, 2);
  assert.deepEqual(await primaries(client), [second.id]);
  const third = await addContact(owner, client, { is_primary: true });
  assert.deepEqual(await primaries(client), [third.id]);
  await save(first, { is_primary: true });
  assert.deepEqual(await primaries(client), [first.id]);
  await owner.post(`${pathOf(first)}/remove`);
  assert.deepEqual(await primaries(client), [second.id], "the oldest colleague takes over");
  await owner.post(`${pathOf(second)}/remove`);
  await owner.post(`${pathOf(third)}/remove`);
  assert.deepEqual(await primaries(client), []);
});

test("a contact is added in two round trips, shown, found by its words and noted", async () => {
  const client = await clientRow(world);
  const form = (await owner.get(`${client.path}/contacts/new`)).page.formTo(`${client.path}/contacts/new`);
  const sent = await owner.submit(form, { first_name: "Zoë & <b>", last_name: "Quince", email: "Zoe@Quince.test", job_title: "Baker" }, { follow: false });
  assert.equal(sent.status, 303, String(sent));
  assert.equal((await sent.cost()).d1, 2);
  const list = await owner.follow(sent);
  assert.match(list.page.text, /Zoë & <b> Quince Primary.*Baker.*Zoe@Quince\.test/);
  assert.equal((await owner.get(list.path).then((answer) => answer.cost())).d1, 1);
  assert.match((await owner.get("/admin/clients?q=quince")).text, new RegExp(client.id));
  const { action } = await one("SELECT action FROM audit WHERE client_id = ? ORDER BY id DESC", client.id);
  assert.equal(action, "contact.created");
});

test("the same form twice adds one contact; so does one whose answer was lost after it was written", async () => {
  const client = await clientRow(world);
  const path = `${client.path}/contacts/new`;
  const form = (await owner.get(path)).page.formTo(path);
  const fields = { first_name: "Twice", email: "twice@client.test" };
  await world.fault({ on: "d1", match: "INSERT INTO contacts", when: "after" });
  world.expectLog(/Network connection lost/);
  assert.equal((await owner.submit(form, fields, { follow: false })).status, 503);
  for (let i = 0; i < 2; i += 1) {
    const again = await owner.submit(form, fields, { follow: false });
    assert.equal(again.status, 303, String(again));
  }
  assert.equal((await one("SELECT count(*) AS n FROM contacts WHERE client_id = ?", client.id)).n, 1);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE client_id = ?", client.id)).n, 1);
});

test("an address stands once at a client, whatever its case, and is nobody's on the team", async () => {
  const client = await clientRow(world);
  const contact = await contactRow(world, client, { email: "once@client.test" });
  const other = await contactRow(world, client);
  for (const [email, told] of [["ONCE@client.test", /already/], ["Olive@Business.test", /team/]]) {
    for (const path of [`${client.path}/contacts/new`, pathOf(other)]) {
      const answer = await owner.post(path, { first_name: "Ada", email });
      assert.equal(answer.status, 422, `${path} ${email}: ${answer}`);
      assert.match(answer.page.errorAt("E-mail"), told);
      assert.equal(answer.page.field("First name").getAttribute("value"), "Ada");
    }
  }
  assert.equal((await rowOf(other)).email, other.email);
  await owner.post(`${pathOf(contact)}/remove`);
  assert.equal((await owner.post(`${client.path}/contacts/new`, { first_name: "Ada", email: "once@client.test" })).status, 303, "free again once removed");
  const second = await clientRow(world);
  assert.equal((await owner.post(`${second.path}/contacts/new`, { first_name: "Ada", email: "once@client.test" })).status, 303, "and at another client");
});

test("every field says what is wrong with it, all at once, and keeps what was typed", async () => {
  const client = await clientRow(world);
  const wrong = { first_name: " ", last_name: "x".repeat(121), email: "no address", phone: "1".repeat(41), job_title: "a\u0001b" };
  for (const path of [`${client.path}/contacts/new`, pathOf(await contactRow(world, client))]) {
    const answer = await owner.post(path, wrong);
    assert.equal(answer.status, 422, String(answer));
    for (const label of ["First name", "Last name", "E-mail", "Phone", "Job title"]) {
      assert.ok(answer.page.errorAt(label), `${path}: ${label}`);
    }
    assert.equal(answer.page.field("E-mail").getAttribute("value"), "no address");
  }
});

test("removal ends sessions, links and waiting mail, and keeps who did what", async () => {
  const { client, contact, person: lena } = await person(world, owner);
  assert.equal((await lena.get("/")).status, 200);
  const audited = () => one("SELECT count(*) AS n, min(principal_name) AS name FROM audit WHERE principal_id = ?", contact.id);
  const before = await audited();
  assert.ok(before.n > 0);
  const removed = await owner.post(`${pathOf(contact)}/remove`);
  assert.equal(removed.location, `${client.path}/contacts`);
  assert.equal((await lena.get("/")).location, "/sign-in");
  const back = await lena.post("/sign-in", { email: contact.email, password: lena.password });
  assert.equal(back.status, 403, `signing in again: ${back}`);
  assert.deepEqual(await audited(), before);
  const gone = await rowOf(contact);
  assert.ok(gone.removed_at && gone.first_name === contact.firstName);
  assert.equal((await one("SELECT count(*) AS n FROM sessions WHERE contact_id = ? AND ended_at IS NULL", contact.id)).n, 0);
  assert.equal((await owner.get(pathOf(contact))).status, 404);

  const pending = await contactRow(world, client);
  const path = await invitation(owner, pending);
  await owner.post(`${pathOf(pending)}/remove`);
  assert.equal(await alive(path), false);
});

test("a pending invitation dies with the address it went to", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const path = await invitation(owner, contact);
  const answer = await save(contact, { email: "moved@client.test" });
  assert.equal(answer.location, pathOf(contact));
  assert.match((await owner.follow(answer)).page.text, new RegExp(`${contact.email} no longer work; invite moved@client\\.test`));
  assert.equal(await alive(path), false);
  const link = await one("SELECT revoked_reason FROM links WHERE contact_id = ?", contact.id);
  assert.equal(link.revoked_reason, "address_changed");
  assert.equal(await alive(await invitation(owner, { ...contact, email: "moved@client.test" })), true);
});

test("another name, or the address with other capitals, ends nothing that has access", async () => {
  const { contact, person: lena } = await person(world, owner);
  await save(contact, { first_name: "Magdalena", email: contact.email.toUpperCase() });
  assert.equal((await lena.get("/")).status, 200);
  assert.ok((await rowOf(contact)).account_id);
  const renamed = await contactRow(world, await clientRow(world));
  const path = await invitation(owner, renamed);
  await save(renamed, { job_title: "Baker" });
  assert.equal(await alive(path), true);
});

test("another address of somebody with access: asked for twice, then the old one is out and the new one is invited", async () => {
  const { contact, person: lena } = await person(world, owner);
  const next = `next${contact.email}`;
  assert.match((await owner.get(pathOf(contact))).page.text, /signs in with this address\. If you change it, that access ends/);
  const asked = await save(contact, { email: next });
  assert.equal(asked.status, 422, String(asked));
  assert.match(asked.page.errorAt("E-mail"), /tick the box/);
  assert.equal((await lena.get("/")).status, 200, "nothing has changed yet");
  const saved = await owner.submit(asked.page.formTo(pathOf(contact)), { end_access: true }, { follow: false });
  assert.equal(saved.status, 303, String(saved));
  assert.equal((await saved.cost()).d1, 2);
  assert.equal((await lena.get("/")).location, "/sign-in");
  assert.equal((await lena.post("/sign-in", { email: contact.email, password: lena.password })).status, 403, "the old address opens nothing");
  const successor = world.user("the new person");
  assert.equal((await successor.post("/sign-in", { email: next, password: lena.password })).status, 422, "nor does the new one, before it is invited");
  const path = await invitation(owner, { ...contact, email: next });
  successor.password = newPassword();
  await successor.post(path, { choice: "password", password: successor.password });
  assert.equal((await successor.get("/")).status, 200);
});

test("who saves or promotes somebody that a colleague removes in that moment is told, and nothing of it is written", async () => {
  const client = await clientRow(world);
  const [first, second] = [await addContact(owner, client), await addContact(owner, client)];
  for (const [match, act] of [
    ["UPDATE contacts SET revision", () => save(second, { first_name: "Resurrected", is_primary: true })],
    ["UPDATE contacts SET is_primary = 1", () => owner.post(`${pathOf(second)}/primary`)],
  ]) {
    await world.db.prepare("UPDATE contacts SET removed_at = NULL WHERE id = ?").bind(second.id).run();
    await world.fault({ on: "d1", op: "batch", match, when: "stall", ms: 5000 });
    const late = act();
    await world.struck();
    await world.db.prepare("UPDATE contacts SET removed_at = 1 WHERE id = ?").bind(second.id).run();
    await world.release();
    const answer = await late;
    assert.equal(answer.status, 409, String(answer));
    assert.match(answer.page.text, /Somebody was quicker/);
    assert.deepEqual(await primaries(client), [first.id]);
    assert.equal((await one("SELECT count(*) AS n FROM client_words WHERE word = 'resurrected'")).n, 0);
    assert.notEqual((await rowOf(second)).first_name, "Resurrected");
  }
});

test("a client has five hundred contacts at most, and who adds one more is told at the form", async () => {
  const client = await clientRow(world);
  await world.db.prepare(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
    INSERT INTO contacts (id, client_id, first_name, last_name, email, email_key, created_at, updated_at)
    SELECT printf('%08x-0000-7000-8000-%s', i, substr(?1, 25)), ?1, 'Person', i, i || '@many.test', i || '@many.test', 1, 1 FROM n`).bind(client.id).run();
  const path = `${client.path}/contacts/new`;
  const answer = await owner.post(path, { first_name: "One", last_name: "More", email: "more@many.test" });
  assert.equal(answer.status, 422, String(answer));
  assert.match(answer.page.text, /500 contacts, which is as many as there can be/);
  assert.equal(new Map(answer.page.formTo(path).values).get("email"), "more@many.test");
});

test("what is done to a person at one client leaves the other client's alone", async () => {
  const first = await person(world, owner);
  const elsewhere = await clientRow(world, "Elsewhere Ltd");
  const again = await contactRow(world, elsewhere, { email: first.contact.email });
  const lena = first.person;
  await lena.post(await invitation(owner, again), { choice: "link" });
  const phone = Object.assign(world.user("phone"), { email: lena.email, password: lena.password });
  await signIn(phone);
  await phone.post("/switch", { contact_id: again.id });
  assert.match((await phone.get("/")).text, /Elsewhere Ltd/);
  // Another address at the first client, then removed there.
  const asked = await save(first.contact, { email: "somebody.else@client.test" });
  await owner.submit(asked.page.formTo(pathOf(first.contact)), { end_access: true });
  await owner.post(`${pathOf(first.contact)}/remove`);
  const home = await phone.get("/");
  assert.equal(home.status, 200, String(home));
  assert.doesNotMatch(home.text, new RegExp(first.client.name), "the first client is no longer offered");
  const fresh = Object.assign(world.user("fresh"), { email: lena.email, password: lena.password });
  await signIn(fresh);
  assert.match((await fresh.get("/")).text, /Elsewhere Ltd/);
});

test("two at one record: the second is told, at the field, and loses nothing", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const [mine, theirs] = [await formOf(contact), await formOf(contact)];
  await owner.submit(theirs, { job_title: "Head baker", phone: "123" });
  const told = await owner.submit(mine, { job_title: "Pastry chef", phone: "123" }, { follow: false });
  assert.equal(told.status, 422, String(told));
  assert.match(told.page.errorAt("Job title"), /Head baker/);
  assert.equal(told.page.errorAt("Phone"), null, "the same on both sides");
  assert.equal(told.page.field("Job title").getAttribute("value"), "Pastry chef");
  assert.equal((await rowOf(contact)).job_title, "Head baker");
  const again = await owner.submit(told.page.formTo(pathOf(contact)), {}, { follow: false });
  assert.equal(again.status, 303, String(again));
  assert.equal((await rowOf(contact)).job_title, "Pastry chef");
});

test("two saves within one request's time: one of them is told", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const form = await formOf(contact);
  const answers = await Promise.all(["a", "b", "c"].map((job_title) => owner.submit(form, { job_title }, { follow: false })));
  assert.equal(answers.filter(({ status }) => status === 303).length, 1, answers.join("\n"));
  assert.ok(answers.every(({ status }) => [303, 409, 422].includes(status)), answers.join("\n"));
});

test("staff sign a person out everywhere: three sessions are over with their next request, the password lives", async () => {
  const { person: cara, contact, client } = await person(world, owner);
  const devices = [cara, ...await Promise.all([1, 2].map(() => signIn(Object.assign(world.user(), { email: cara.email, password: cara.password })).then((answer) => answer.user)))];
  for (const device of devices) assert.equal((await device.get("/")).status, 200);
  const other = await person(world, owner);
  const answer = await owner.submit((await owner.get(pathOf(contact))).page.formTo(`${pathOf(contact)}/end-sessions`), {}, { follow: false });
  assert.equal((await answer.cost()).d1, 2);
  for (const device of devices) assert.match((await device.get("/")).location ?? "", /^\/sign-in/);
  assert.equal((await other.person.get("/")).status, 200, "nobody else is signed out");
  assert.equal((await signIn(Object.assign(world.user(), { email: cara.email, password: cara.password }))).status, 200);
  assert.equal((await one("SELECT action FROM audit WHERE client_id = ? AND entity_id = ? ORDER BY id DESC", client.id, contact.id)).action, "contact.signed_out");
});
