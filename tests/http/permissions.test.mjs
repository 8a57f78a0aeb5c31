// Portal Permissions: the business's defaults, what differs for a client, what is off for a contact; off
// means off on the next request, everywhere; two people at one page never overwrite each other unseen.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const [DOCUMENTS, BILLING, PAYMENTS] = [8, 32, 64];
const DEFAULTS = "/admin/settings/permissions";
let owner;
before(async () => { owner = await setUpOwner(world); });

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const ofClient = ({ id }) => `/admin/clients/${id}/permissions`;
const ofContact = ({ id }) => `/admin/contacts/${id}/permissions`;
const formAt = async (path, user = owner) => (await user.get(path)).page.formTo(path);
async function save(path, changes, user = owner) {
  const answer = await user.submit(await formAt(path, user), changes, { follow: false });
  assert.equal(answer.status, 303, `${answer}: ${answer.page.text.slice(0, 600)}`);
  return answer;
}
const masks = ({ id }) => one("SELECT modules_on, modules_off FROM clients WHERE id = ?", id);
const bytes = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};

/** Whether Documents is there for them: in the navigation, on the first page, by address. */
async function sees(user, document) {
  const home = await user.get("/");
  assert.equal(home.status, 200, String(home));
  const inNav = home.page.all("nav a, dl a").some((a) => a.getAttribute("href").startsWith("/documents"));
  const list = await user.get("/documents");
  const found = await user.get(`/documents/${document.id}`);
  const file = await user.get(`/documents/${document.id}/download`);
  assert.deepEqual([list.status, found.status, file.status], inNav ? [200, 200, 200] : [404, 404, 404], `the navigation says ${inNav}`);
  if (!inNav) {
    // Byte for byte what an address gets that never was.
    const never = bytes(await user.get("/no-such-page"));
    for (const answer of [list, found, file, await user.get(`/documents/${newId()}`)]) assert.deepEqual(bytes(answer), never, String(answer));
    assert.doesNotMatch(home.text, /document/i);
  }
  return inNav;
}

test("what has no pages yet is not there", async () => {
  const { client, contact } = await person(world, owner);
  for (const path of [DEFAULTS, ofClient(client), ofContact(contact)]) {
    const answer = await owner.get(path);
    assert.equal((await answer.cost()).d1, 1);
    assert.ok(answer.page.hasButton("Save Permissions"));
    for (const label of ["Documents", "Billing", "Payments", "Support Tickets", "Messages", "Uploads"]) assert.ok(answer.page.field(label), label);
  }
});

test("a client loses a module on the next request of an open session, and gets it back", async () => {
  const { client, person: lena } = await person(world, owner);
  const other = await person(world, owner);
  const document = await addDocument(owner, client);
  const theirs = await addDocument(owner, other.client);
  assert.ok(await sees(lena, document));
  const saved = await save(ofClient(client), { documents: null });
  assert.equal((await saved.cost()).d1, 2);
  assert.match((await owner.follow(saved)).page.text, /Permissions are saved/);
  assert.deepEqual(await masks(client), { modules_on: 0, modules_off: DOCUMENTS });
  assert.equal(await sees(lena, document), false);
  assert.ok(await sees(other.person, theirs), "another client keeps theirs");
  const { detail } = await one("SELECT detail FROM audit WHERE action = 'permissions.client_changed' AND client_id = ?", client.id);
  assert.equal(detail, "Documents off");
  // Made the same as the default, and not kept: it follows the default again.
  await save(ofClient(client), { documents: "on", keep_documents: null });
  assert.deepEqual(await masks(client), { modules_on: 0, modules_off: 0 });
  assert.ok(await sees(lena, document));
});

test("the default holds for whoever follows it; what is kept for a client stays", async () => {
  const [follows, keeps, differs] = [await person(world, owner), await person(world, owner), await person(world, owner)];
  const documents = [];
  for (const { client } of [follows, keeps, differs]) documents.push(await addDocument(owner, client));
  await save(ofClient(keeps.client), { keep_documents: "on" });
  assert.deepEqual(await masks(keeps.client), { modules_on: DOCUMENTS, modules_off: 0 });
  await save(ofClient(differs.client), { documents: null });
  const page = await owner.get(ofClient(keeps.client));
  assert.match(page.page.text, /Set for this client/);
  const see = async () => {
    const all = [];
    for (const [n, { person: user }] of [follows, keeps, differs].entries()) all.push(await sees(user, documents[n]));
    return all;
  };
  assert.deepEqual(await see(), [true, true, false]);
  const saved = await save(DEFAULTS, { documents: null });
  assert.equal((await saved.cost()).d1, 2);
  try {
    assert.deepEqual(await see(), [false, true, false]);
    const shown = (await owner.get(ofClient(follows.client))).page;
    assert.equal(shown.field("Documents").getAttribute("checked"), undefined, "the effective value is shown");
    // What differs is the client's own even if nobody ticked that it stays.
    await save(ofClient(follows.client), { documents: "on" });
    assert.deepEqual(await see(), [true, true, false]);
  } finally {
    await save(DEFAULTS, { documents: "on" });
  }
  assert.deepEqual(await see(), [true, true, false]);
});

test("a contact loses what the client has and never gains what it has not", async () => {
  const { client, contact, person: lena } = await person(world, owner);
  const second = await contactRow(world, client);
  const jonas = world.user("Jonas");
  await jonas.post(await invitation(owner, second), { choice: "link" });
  const document = await addDocument(owner, client);
  await save(ofContact(contact), { documents: null });
  assert.equal(await sees(lena, document), false);
  assert.ok(await sees(jonas, document), "their colleague keeps it");
  // Off for the client: the contact's own page offers no switch, and a form that sends one changes nothing.
  await save(ofContact(contact), { documents: "on" });
  await save(ofClient(client), { documents: null });
  const form = await formAt(ofContact(second));
  const field = (await owner.get(ofContact(second))).page.field("Documents");
  assert.notEqual(field.getAttribute("disabled"), undefined);
  const forced = [...form.values, ["documents", "on"]].map(([name, value]) => (name === "shown" ? [name, "511"] : [name, value]));
  const answer = await owner.post(ofContact(second), forced);
  assert.equal(answer.status, 303, String(answer));
  for (const user of [lena, jonas]) assert.equal(await sees(user, document), false);
  // What was not offered stays as it was: on again for the client, on for both.
  await save(ofClient(client), { documents: "on" });
  for (const user of [lena, jonas]) assert.equal(await sees(user, document), true);
});

test("a contact without access is out at once, gets no mail, and comes back by signing in", async () => {
  const { client, contact, person: lena } = await person(world, owner);
  await save(ofContact(contact), { portal_access: null });
  const refused = await lena.get("/documents");
  assert.equal(refused.status, 303, String(refused));
  assert.match(refused.location, /^\/sign-in/);
  const again = await lena.post("/sign-in", { email: lena.email, password: lena.password });
  assert.notEqual((await lena.get("/documents")).status, 200, String(again));
  const list = await owner.get(ofClient(client));
  assert.match(list.page.text, /No access/);
  await addDocument(owner, client, { notify: "on" });
  assert.equal((await one("SELECT count(*) AS n FROM outbox WHERE contact_id = ? AND kind = 'document'", contact.id)).n, 0);
  await save(ofContact(contact), { portal_access: "on" });
  await lena.post("/sign-in", { email: lena.email, password: lena.password });
  assert.equal((await lena.get("/documents")).status, 200);
});

test("who would be told is said by name before anything is sent, and nobody else is", async () => {
  const { client, contact } = await person(world, owner, { contact: { firstName: "Lena", lastName: "Larkspur" } });
  const second = await contactRow(world, client, { firstName: "Jonas", lastName: "Reed" });
  await world.user().post(await invitation(owner, second), { choice: "link" });
  const path = `/admin/clients/${client.id}/documents`;
  const hint = async () => (await owner.get(path)).page.text;
  assert.match(await hint(), /By e-mail, to (Lena Larkspur and Jonas Reed|Jonas Reed and Lena Larkspur)\./);
  const told = async () => {
    const before = (await one("SELECT count(*) AS n FROM outbox WHERE kind = 'document'")).n;
    await addDocument(owner, client, { notify: "on" });
    return (await one("SELECT count(*) AS n FROM outbox WHERE kind = 'document'")).n - before;
  };
  assert.equal(await told(), 2);
  await save(ofContact(contact), { mail_documents: null });
  assert.match(await hint(), /By e-mail, to Jonas Reed\./);
  assert.match((await owner.get(ofClient(client))).page.text, /Lena Larkspur.*Documents, Uploads, Billing, Payments.*Bills/);
  assert.equal(await told(), 1);
  await save(ofContact(second), { documents: null });
  assert.match(await hint(), /Nobody of this client gets e-mail/);
  assert.match((await owner.get(ofContact(second))).page.text, /Documents is off for this person, so none is sent/);
  assert.equal(await told(), 0);
  await save(ofContact(second), { documents: "on" });
  await save(ofClient(client), { documents: null });
  assert.equal(await told(), 0);
});

test("a mail that waits does not leave once the module is off", async () => {
  const { client, contact } = await person(world, owner);
  await world.db.prepare("INSERT INTO outbox (id, dedupe_key, kind, to_email, subject, content, contact_id, client_id, due_at, created_at) VALUES (?1, ?1, 'document', ?2, 'Waiting', '{\"paragraphs\":[],\"path\":\"\",\"after\":[]}', ?3, ?4, ?5, ?5)")
    .bind(newId(), contact.email, contact.id, client.id, Date.now()).run();
  await save(ofClient(client), { documents: null });
  await world.cron();
  const state = async () => (await one("SELECT state FROM outbox WHERE subject = 'Waiting'")).state;
  assert.equal(await state(), "queued");
  await save(ofClient(client), { documents: "on" });
  await world.cron();
  assert.equal(await state(), "sent");
});

test("a role fills the form in and saves nothing", async () => {
  const { contact } = await person(world, owner);
  const row = () => one("SELECT modules_off, mail_documents, mail_invoices, revision FROM contacts WHERE id = ?", contact.id);
  const before = await row();
  const page = (await owner.get(ofContact(contact))).page;
  const shown = await owner.submit(page.form("Fill in as Project contact"), {}, { follow: false });
  assert.equal(shown.status, 200, String(shown));
  assert.match(shown.page.text, /Filled in as Project contact\. Nothing is saved yet/);
  assert.deepEqual(await row(), before);
  const ticked = (label) => shown.page.field(label).getAttribute("checked") !== undefined;
  assert.deepEqual(["Documents", "Billing", "Payments", "When we share a file", "When a bill is sent or due"].map(ticked), [true, false, false, true, false]);
  const saved = await owner.submit(shown.page.form("Save Permissions"), {}, { follow: false });
  assert.equal(saved.status, 303, String(saved));
  assert.deepEqual(await row(), { modules_off: BILLING | PAYMENTS, mail_documents: 1, mail_invoices: 0, revision: before.revision + 1 });
  const { detail } = await one("SELECT detail FROM audit WHERE action = 'permissions.contact_changed' AND entity_id = ?", contact.id);
  assert.match(detail, /Billing off, Payments off, mail about bills off/);
});

test("the second of two people is told what the first one saved, and loses nothing", async () => {
  const { client, contact } = await person(world, owner);
  const admin = await colleague(world, owner, "admin");
  for (const [path, undo] of [[ofClient(client), { documents: "on", billing: "on" }], [ofContact(contact), { documents: "on", billing: "on" }], [DEFAULTS, { documents: "on", billing: "on" }]]) {
    const [first, second] = [await formAt(path), await formAt(path, admin)];
    assert.equal((await owner.submit(first, { documents: null }, { follow: false })).status, 303);
    const told = await admin.submit(second, { billing: null }, { follow: false });
    assert.equal(told.status, 422, `${path}: ${told}`);
    assert.match(told.page.errorAt("Documents"), /Somebody else saved this meanwhile. It now says: off/);
    assert.equal(told.page.field("Billing").getAttribute("checked"), undefined, "what was chosen stays");
    // They take the colleague's choice over and save again.
    const again = await admin.submit(told.page.formTo(path), { documents: null }, { follow: false });
    assert.equal(again.status, 303, `${path}: ${again}`);
    const after = (await owner.get(path)).page;
    for (const label of ["Documents", "Billing"]) assert.equal(after.field(label).getAttribute("checked"), undefined, `${path} ${label}`);
    await save(path, undo);
  }
});

test("at the same moment one of two wins, and the other is told", async () => {
  const client = await clientRow(world);
  const forms = await Promise.all([formAt(ofClient(client)), formAt(ofClient(client))]);
  const answers = await Promise.all([owner.submit(forms[0], { documents: null }, { follow: false }), owner.submit(forms[1], { billing: null }, { follow: false })]);
  const statuses = answers.map(({ status }) => status).toSorted();
  assert.ok([303].includes(statuses[0]) && [409, 422].includes(statuses[1]), statuses.join(" "));
});

test("the defaults are for admins; a form that says nothing changes nothing", async () => {
  const member = await colleague(world, owner, "member");
  assert.equal((await member.get(DEFAULTS)).status, 403);
  const client = await clientRow(world);
  assert.equal((await member.get(ofClient(client))).status, 200);
  assert.doesNotMatch((await member.get(ofClient(client))).page.text, /Your defaults/);
  const nothing = await owner.post(ofClient(client), {});
  assert.equal(nothing.status, 422);
  assert.match(nothing.page.text, /not known\. Please reload/);
  const odd = await owner.post(ofClient(client), { shown: "40", documents: "maybe" });
  assert.equal(odd.status, 422);
  assert.match(odd.page.errorAt("Documents"), /neither on nor off/);
  assert.deepEqual(await masks(client), { modules_on: 0, modules_off: 0 });
});
