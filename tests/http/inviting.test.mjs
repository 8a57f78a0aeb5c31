// Invitations and what they open: one winner, scanners burn nothing, the portal closes at once, and one
// person of two clients switches between them.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addClient, addContact, addDocument, newPassword, setUpOwner, signIn, signInStaff, switchPortal } from "../harness/flows.mjs";
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

test("the form says what is missing, at the choice or at the password, and a chosen password is not about the person", async () => {
  const contact = await contactRow(world, await clientRow(world), { firstName: "Wilhelmina" });
  const path = await invitation(owner, contact);
  const form = (await world.user().get(path)).page;
  assert.equal(form.all('input[name="choice"][checked]').length, 1);
  assert.doesNotMatch(form.text, /optional/, "neither way is called optional");
  const nothing = await world.user().post(path);
  assert.match(nothing.text, /Choose how you want to sign in/);
  const bare = await world.user().submit(form.formTo(path), {}, { follow: false });
  assert.equal(bare.status, 422, String(bare));
  assert.equal(bare.page.errorAt("Choose a password"), "Enter a password. At least 15 characters. A short sentence works well. If you sign in here already, type the password you have.");
  const about = await world.user().post(path, choose("wilhelmina wilhelmina"));
  assert.equal(about.status, 422, String(about));
  for (const fields of [{ choice: "neither" }, { choice: ["link", "password"] }]) {
    assert.equal((await world.user().post(path, fields)).status, 422);
  }
  assert.ok(toPortal(await world.user().post(path, choose())));
});

test("an answer lost after it was written is given again to the same browser, and to no other", async () => {
  world.expectLog(/Network connection lost/);
  for (const way of [choose(), { choice: "link" }]) {
    const contact = await contactRow(world, await clientRow(world));
    const path = await invitation(owner, contact);
    const lena = world.user("lena");
    await lena.get(path);
    const elsewhere = world.user("elsewhere");
    await elsewhere.get(path);
    await world.fault({ on: "d1", match: "INSERT INTO accounts", when: "after" });
    assert.equal((await lena.post(path, way)).status, 503);
    assert.equal((await elsewhere.post(path, way)).status, 410);
    if (way.password) {
      const other = await lena.post(path, choose());
      assert.equal(other.status, 422, "another password than the one that was kept");
      assert.match(other.page.errorAt("Choose a password"), /a moment ago already/);
    }
    const again = await lena.post(path, way);
    assert.ok(toPortal(again), String(again));
    assert.equal((await lena.get("/")).status, 200);
    const { n } = await world.db.prepare("SELECT count(*) AS n FROM sessions WHERE contact_id = ?").bind(contact.id).first();
    assert.equal(n, 1);
    await world.advance(31 * 60_000);
    assert.equal((await lena.post(path, way)).status, 410, "half an hour later it is used");
    await signInStaff(owner);
  }
});

test("one browser pressing twice at once gets in, in one session", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const path = await invitation(owner, contact);
  const lena = world.user("lena");
  await lena.get(path);
  const answers = await Promise.all([1, 2, 3].map(() => lena.clone().post(path, { choice: "link" })));
  assert.ok(answers.every(toPortal), answers.join("\n"));
  const { n } = await world.db.prepare("SELECT count(*) AS n FROM sessions WHERE contact_id = ?").bind(contact.id).first();
  assert.equal(n, 1);
});

test("who is signed in as somebody else is asked before they are signed out; the same person is not", async () => {
  const { person: lena, contact: own } = await person(world, owner, { contact: { firstName: "Lena", lastName: "Larkspur" } });
  const path = await invitation(owner, await contactRow(world, await clientRow(world)));
  const asked = await lena.post(path, { choice: "link" });
  assert.equal(asked.status, 422, String(asked));
  assert.match(asked.page.text, /Lena Larkspur is signed in on this browser/);
  assert.equal(asked.page.link("Stay signed in as Lena Larkspur"), "/");
  const before = lena.cookies.header;
  assert.equal((await lena.get("/")).status, 200, "nothing has happened yet");
  const stayed = lena.clone();
  const answer = await lena.submit(asked.page.formTo(path), { switch: true }, { follow: false });
  assert.ok(toPortal(answer), String(answer));
  assert.notEqual(lena.cookies.header, before);
  assert.equal((await stayed.get("/")).location, "/sign-in", "the session that was left has ended");
  const second = await contactRow(world, await clientRow(world), { email: own.email });
  const same = Object.assign(world.user("lena again"), { email: own.email, password: stayed.password ?? lena.password });
  await signIn(same);
  assert.ok(toPortal(await same.post(await invitation(owner, second), { choice: "link" })));
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

/** The answers of the page that every dead invitation gets, and what pressing its button sends. */
async function askAgain(path) {
  const visitor = world.user();
  const dead = await visitor.post(path, choose());
  assert.equal(dead.status, 410, String(dead));
  const before = (await world.outbox()).length;
  const answer = await visitor.submit(dead.page.form("Send me a new link"), {}, { follow: false });
  assert.equal((await answer.cost()).d1, 2);
  const { outbox } = { outbox: await world.outbox() };
  const { headers: { date: _, "set-cookie": cookies, ...headers }, status, text } = answer;
  const same = { status, text, headers, cookies: cookies.map((line) => line.replace(/=[^;]*/, "")) };
  return { visitor, dead: dead.text, same, mails: outbox.slice(0, outbox.length - before) };
}

test("an invitation that ran out is renewed to the invited address, once; any other token gets the same answer and no mail", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const expired = await invitation(owner, contact);
  const [cancelledContact, off] = [await contactRow(world, await clientRow(world)), await contactRow(world, await clientRow(world))];
  const cancelled = await invitation(owner, cancelledContact);
  await owner.post(`/admin/contacts/${cancelledContact.id}/invite/cancel`);
  const closed = await invitation(owner, off);
  await world.advance(8 * 86_400_000);
  await signInStaff(owner);
  await switchPortal(owner, off.client, false);
  const renewed = await askAgain(expired);
  assert.equal(renewed.mails.length, 1);
  assert.equal(renewed.mails[0].to_email, contact.email);
  const others = [];
  for (const path of [cancelled, closed, expired, `/invitation/pt_i${"A".repeat(43)}`, "/invitation/anything"]) {
    const answer = await askAgain(path);
    assert.deepEqual(answer.mails, [], path);
    others.push(answer);
  }
  assert.deepEqual(others.map(({ same }) => same), others.map(() => renewed.same));
  assert.deepEqual(new Set(others.map(({ dead }) => dead)).size, 1);
  const direct = await world.user().post("/invitation/anything/renew");
  assert.equal(direct.location, "/invitation/sent");
  const path = (await world.mailbox.newest(contact.email)).path(/\/invitation\//);
  assert.notEqual(path, expired);
  assert.ok(toPortal(await world.user().post(path, choose())));
});

test("fifty presses for a new link send one mail", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const path = await invitation(owner, contact);
  await world.advance(8 * 86_400_000);
  await signInStaff(owner);
  const before = (await world.mailbox.to(contact.email)).length;
  const answers = await Promise.all(Array.from({ length: 8 }, () => world.user().post(`${path}/renew`)));
  assert.ok(answers.every(({ location }) => location === "/invitation/sent"), answers.join("\n"));
  assert.equal((await world.mailbox.to(contact.email)).length - before, 1);
  for (let i = 0; i < 12; i += 1) assert.equal((await world.user().post(`${path}/renew`)).location, "/invitation/sent");
  assert.equal((await world.mailbox.to(contact.email)).length - before, 1);
  await world.advance(60 * 60_000);
  await signInStaff(owner);
});

test("a used invitation, pressed again later, brings a link to sign in", async () => {
  const { contact } = await person(world, owner);
  const { path } = { path: (await world.mailbox.newest(contact.email)).path(/\/invitation\//) };
  const { visitor, mails } = await askAgain(path);
  assert.deepEqual(mails.map(({ kind, to_email }) => [kind, to_email]), [["magic", contact.email]]);
  const link = (await world.mailbox.newest(contact.email)).path(/\/magic\//);
  assert.ok(toPortal(await visitor.post(link)), "the browser that asked is in with one press");
});

const state = async (contact) => (await owner.get(`/admin/contacts/${contact.id}`)).page.all("#access + .badge")[0].text;
const inList = async (contact) => (await owner.get(`/admin/clients/${contact.client.id}/contacts`)).page.text;

test("staff see who was invited, by whom, and what became of it", async () => {
  const client = await clientRow(world);
  const contact = await contactRow(world, client);
  assert.equal(await state(contact), "Not invited");
  await world.fault({ on: "mail", match: contact.email, when: "before" });
  const { page } = await owner.visit(`/admin/contacts/${contact.id}/invite`);
  await owner.submit(page.formTo(`/admin/contacts/${contact.id}/invite`));
  await world.settled();
  assert.equal(await state(contact), "Queued");
  assert.match((await owner.get(`/admin/contacts/${contact.id}`)).page.text, /Last try ?[A-Z]/);
  await world.advance(2 * 60_000);
  await world.cron();
  assert.equal(await state(contact), "Invited");
  assert.match(await inList(contact), /Sent just now\. The link works until .* UTC\. Invited by Olive Owner\./);
  await switchPortal(owner, client, false);
  assert.equal(await state(contact), "Paused");
  await switchPortal(owner, client, true);
  assert.equal(await state(contact), "Invited");
  await owner.post(`/admin/contacts/${contact.id}/invite/cancel`);
  assert.equal(await state(contact), "Cancelled");
  await world.fault({ on: "mail", match: contact.email, when: "before", error: "No such mailbox", code: "E_RECIPIENT_SUPPRESSED" });
  await invitationWithoutMail(contact);
  assert.equal(await state(contact), "Undeliverable");
  const one = (await owner.get(`/admin/contacts/${contact.id}`)).page;
  assert.ok(one.hasLink("Edit address") && one.hasLink("Invite again") && one.hasButton("Cancel invitation"));
  await owner.submit(one.formTo(`/admin/contacts/${contact.id}`), { email: `better${contact.email}` });
  assert.equal(await state(contact), "Revoked");
  const path = await invitation(owner, { ...contact, email: `better${contact.email}` });
  await world.advance(8 * 86_400_000);
  await signInStaff(owner);
  assert.equal(await state(contact), "Expired");
  await world.setClock(0);
  await signInStaff(owner);
  await world.user().post(path, choose());
  assert.equal(await state(contact), "Active");
  const list = (await owner.get(`${client.path}/contacts`)).page;
  assert.ok(list.hasButton(`Send sign-in link: ${contact.firstName} ${contact.lastName}`));
  assert.equal((await (await owner.get(`${client.path}/contacts`)).cost()).d1, 1);
});

/** Sends the invitation and waits for what becomes of its mail. */
async function invitationWithoutMail(contact) {
  const { page } = await owner.visit(`/admin/contacts/${contact.id}/invite`);
  await owner.submit(page.formTo(`/admin/contacts/${contact.id}/invite`));
  await world.settled();
}

test("Invite Client leads to the one contact, to a choice, or to adding one", async () => {
  const client = await addClient(owner);
  await switchPortal(owner, client);
  const record = (await owner.get(client.path)).page;
  assert.equal(record.link("Invite Client"), `${client.path}/invite`);
  assert.equal((await owner.visit(`${client.path}/invite`)).page.link("Add a contact"), `${client.path}/contacts/new`);
  const first = await addContact(owner, client);
  const straight = await owner.get(`${client.path}/invite`);
  assert.equal(straight.location, `/admin/contacts/${first.id}/invite`);
  const second = await addContact(owner, client);
  const choice = (await owner.get(`${client.path}/invite`)).page;
  for (const { id, firstName } of [first, second]) assert.equal(choice.link(`Invite Client: ${firstName} Contact`), `/admin/contacts/${id}/invite`);
});

test("a form sent twice invites once; so does one whose answer was lost after it was written", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const path = `/admin/contacts/${contact.id}/invite`;
  const form = (await owner.visit(path)).page.formTo(path);
  await world.fault({ on: "d1", match: "INSERT INTO links", when: "after" });
  world.expectLog(/Network connection lost/);
  assert.equal((await owner.submit(form, {}, { follow: false })).status, 503);
  for (let i = 0; i < 2; i += 1) assert.equal((await owner.submit(form, {}, { follow: false })).status, 303);
  await world.cron();
  assert.equal((await world.mailbox.to(contact.email)).length, 1);
});

test("accepting one invitation ends the others of that contact", async () => {
  const contact = await contactRow(world, await clientRow(world));
  const older = await invitation(owner, contact);
  await world.db.prepare("UPDATE links SET revoked_at = NULL, revoked_reason = NULL WHERE contact_id = ?").bind(contact.id).run();
  const newer = await invitation(owner, contact);
  await world.db.prepare("UPDATE links SET revoked_at = NULL, revoked_reason = NULL WHERE contact_id = ?").bind(contact.id).run();
  assert.ok(toPortal(await world.user().post(older, choose())));
  assert.equal((await world.user().post(newer, choose())).status, 410);
});

test("to somebody active a sign-in link goes instead: it opens with the code of the mail, and nothing else", async () => {
  const { contact } = await person(world, owner);
  const path = `/admin/contacts/${contact.id}/invite`;
  const page = (await owner.get(path)).page;
  assert.equal((await owner.post(path, { subject: "Hello", body: "{{invite_link}}" })).status, 422);
  const sent = await owner.submit(page.form("Send sign-in link"), {}, { follow: false });
  assert.equal(sent.location, `/admin/contacts/${contact.id}`);
  assert.equal((await sent.cost()).d1, 2);
  const mail = await world.mailbox.newest(contact.email);
  const link = mail.path(/\/magic\//);
  assert.match((await world.user().post(link)).page.heading, /Type the code/);
  assert.ok(toPortal(await world.user().post(link, { code: mail.code })));
  const pending = await contactRow(world, contact.client);
  const refused = await owner.follow(await owner.post(`/admin/contacts/${pending.id}/sign-in-link`));
  assert.match(refused.page.text, /no link was sent/);
  assert.deepEqual(await world.mailbox.to(pending.email), []);
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

test("Enable Portal works without scripts, by its button, and then offers Invite Client", async () => {
  const client = await addClient(owner);
  const off = (await owner.get(client.path)).page;
  assert.equal(off.field("Enable Portal").getAttribute("checked"), undefined);
  const on = await owner.submit(off.formTo(`${client.path}/portal`), { enabled: true });
  assert.match(on.page.text, /is on\. Next, invite their people/);
  assert.notEqual(on.page.field("Enable Portal").getAttribute("checked"), undefined);
  assert.ok(on.page.hasLink("Invite Client"));
  const again = await owner.submit(on.page.formTo(`${client.path}/portal`), { enabled: null });
  assert.match(again.page.text, /is off/);
});

test("Enable Portal off: three sessions, a download, a link to sign in and a pending invitation are refused on their next request; on again: passwords live, sessions stay dead", async () => {
  const { client, contact, person: lena } = await person(world, owner);
  const document = await addDocument(owner, client);
  const [phone, tablet] = [world.user("phone"), world.user("tablet")];
  for (const device of [phone, tablet]) await signIn(Object.assign(device, { email: lena.email, password: lena.password }));
  const asking = world.user("asking");
  await asking.post("/sign-in/link", { email: contact.email });
  const magic = (await world.mailbox.newest(contact.email)).path(/\/magic\//);
  const pending = await contactRow(world, client);
  const waiting = await contactRow(world, client);
  const link = await invitation(owner, pending);
  await world.fault({ on: "mail", match: waiting.email, when: "before" });
  await invitationWithoutMail(waiting);
  for (const device of [lena, phone, tablet]) assert.equal((await device.get("/")).status, 200);
  await switchPortal(owner, client, false);
  for (const device of [lena, phone, tablet]) {
    const closed = await device.get("/");
    assert.equal(closed.status, 403);
    assert.match(closed.page.heading, /closed for now/);
  }
  assert.equal((await lena.get(`/documents/${document.id}/download`)).status, 403);
  assert.equal((await asking.post(magic)).status, 410);
  assert.equal((await world.user().post(link, choose())).status, 410);
  assert.equal((await owner.post(`/admin/contacts/${pending.id}/invite`, { subject: "Hello", body: "{{invite_link}}" })).status, 422);
  await world.advance(10 * 60_000);
  await world.cron();
  assert.deepEqual(await world.mailbox.to(waiting.email), [], "mail that waits does not leave");
  await switchPortal(owner, client, true);
  assert.equal((await world.mailbox.to(waiting.email)).length, 1, "and goes on once it is on");
  for (const device of [lena, phone, tablet]) assert.equal((await device.get("/")).location, "/sign-in");
  await signIn(lena);
  assert.equal((await lena.get("/")).status, 200);
  assert.ok(toPortal(await world.user().post(link, choose())));
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

test("the page shows how the mail reads; Preview shows what stands in the form, and sends nothing", async () => {
  const contact = await contactRow(world, await clientRow(world, "Larkspur & Sons"), { firstName: "Zoë" });
  const path = `/admin/contacts/${contact.id}/invite`;
  const reads = (page) => page.all("article.mail").map((mail) => mail.text.replace(/\s+/g, " ")).join();
  const first = (await owner.get(path)).page;
  assert.match(reads(first), /Hello Zoë,.*client portal for Larkspur & Sons/);
  assert.doesNotMatch(reads(first), /[{}]/);
  const before = (await world.outbox()).length;
  const look = (page, changes) => owner.post(path, [...page.formTo(path).fill(changes), ["go", "look"]]);
  const answer = await look(first, { body: "Dear {{contact_first_name}} & all <b>, {{invite_link}}" });
  assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1]);
  assert.match(reads(answer.page), /Dear Zoë & all <b>,/);
  assert.match(answer.text, /Dear Zoë &(amp|#38); all &(lt|#60);b&(gt|#62);/);
  assert.match(answer.page.all("textarea")[0].text, /\{\{contact_first_name\}\}/, "the wording stays editable");
  const wrong = await look(answer.page, { body: "No link" });
  assert.equal(wrong.status, 422);
  assert.equal(reads(wrong.page), "");
  const unknown = await look(answer.page, { body: "Dear {{first}} of {{client_name}}, {{invite_link}}" });
  assert.equal(unknown.status, 422);
  assert.match(unknown.page.all("#e-body")[0].text, /no variable \{\{first\}\}\. Please use one of these: \{\{business_name\}\}, .*\{\{contact_first_name\}\}, \{\{invite_link\}\}/);
  assert.match(reads(unknown.page), /Dear \{\{first\}\} of Larkspur & Sons,/, "the rest of the preview stays");
  assert.equal((await world.outbox()).length, before);
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM links WHERE contact_id = ?").bind(contact.id).first()).n, 0);
});
