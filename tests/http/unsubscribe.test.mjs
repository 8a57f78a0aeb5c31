// Which mails a client's person takes: chosen in the profile, or ended from a mail itself (RFC 8058).
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { rowsOf } from "../harness/money.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner;
let client;
let contact;
let lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, contact, person: lena } = await person(world, owner));
});

const takes = async () => (await rowsOf(world, "SELECT mail_documents AS documents, mail_invoices AS invoices, mail_tickets AS tickets, revision FROM contacts WHERE id = ?", contact.id))[0];
const asked = async () => (await rowsOf(world, "SELECT 1 FROM audit WHERE action = 'profile.unsubscribed'")).length;
/** A POST as a mailbox sends it: of no page, without cookies. */
const post = (to, headers = {}) => world.user().request("POST", to, {
  browser: false, headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body: "List-Unsubscribe=One-Click",
});
/** Tells the client of a document; gives the newest mail about it, if one came. */
async function tell(title) {
  await addDocument(owner, client, { title, notify: "on" });
  await world.settled();
  return (await rowsOf(world, "SELECT id FROM outbox WHERE kind = 'document' AND subject LIKE '%' || ? AND state = 'sent'", title)).length > 0
    ? world.mailbox.newest(lena.email) : undefined;
}

test("a mail is left by its own link: looking changes nothing, one press ends that kind alone, twice is the same", async () => {
  const mail = await tell("Leaflet");
  const stop = mail.links.find((link) => link.includes("/unsubscribe/"));
  const path = stop.slice(world.base.length);
  const before = await takes();
  const stranger = world.user();
  for (let n = 0; n < 3; n++) {
    const answer = await stranger.get(path);
    assert.deepEqual([answer.status, answer.page.heading, (await answer.cost()).d1], [200, "Stop these e-mails?", 0]);
  }
  await stranger.head(path);
  assert.deepEqual(await takes(), before);
  const shot = () => post(path);
  assert.equal((await shot()).status, 200);
  assert.deepEqual(await takes(), { ...before, documents: 0, revision: before.revision + 1 });
  assert.equal((await shot()).status, 200);
  assert.deepEqual([await takes(), await asked()], [{ ...before, documents: 0, revision: before.revision + 1 }, 1]);
  assert.equal(await tell("Second leaflet"), undefined, "no more of them");
  const log = (await owner.get(`${client.path}/activity`)).page.text;
  assert.match(log, /asked for no more of these e-mails: Shared files/);
});

test("the profile offers what the client sees, and what it does not offer stays as it was", async () => {
  await world.db.prepare("UPDATE clients SET modules_off = 128 WHERE id = ?").bind(client.id).run();
  const { page } = await lena.get("/profile");
  const form = page.formTo("/profile/mail");
  assert.deepEqual(form.controls.map((control) => control.getAttribute("name")).filter((name) => name?.startsWith("mail_")), ["mail_documents", "mail_invoices", "mail_tasks", "mail_messages"]);
  const answer = await lena.submit(form, { mail_documents: "on", mail_invoices: null });
  assert.match(answer.page.text, /Your choice is saved/);
  const { documents, invoices, tickets } = await takes();
  assert.deepEqual({ documents, invoices, tickets }, { documents: 1, invoices: 0, tickets: 1 });
  await world.db.prepare("UPDATE clients SET modules_off = 0 WHERE id = ?").bind(client.id).run();
  assert.ok(await tell("Third leaflet"), "they come again");
});

test("staff who have the permissions open are told that the person chose meanwhile, and overwrite nothing", async () => {
  const path = `/admin/contacts/${contact.id}/permissions`;
  const form = (await owner.get(path)).page.formTo(path);
  await lena.submit((await lena.get("/profile")).page.formTo("/profile/mail"), { mail_documents: null });
  const answer = await owner.submit(form, {}, { follow: false });
  assert.equal(answer.status, 422);
  assert.equal((await takes()).documents, 0);
});

test("forged and cross-site requests end nothing", async () => {
  const mail = await world.mailbox.newest(lena.email);
  const path = mail.links.find((link) => link.includes("/unsubscribe/")).slice(world.base.length);
  await world.db.prepare("UPDATE contacts SET mail_documents = 1 WHERE id = ?").bind(contact.id).run();
  const { contact: other } = await person(world, owner);
  assert.equal((await post(path.replace(contact.id, other.id))).status, 404);
  assert.equal((await post(path.replace("mail_documents", "mail_invoices"))).status, 404);
  assert.equal((await post(`${path}A`)).status, 404);
  assert.equal((await post(path, { "sec-fetch-site": "cross-site", origin: "https://elsewhere.test" })).status, 403);
  assert.equal((await post("/profile/mail")).status, 403, "no other address is left to mailboxes");
  assert.equal((await takes()).documents, 1);
  await world.db.prepare("UPDATE contacts SET removed_at = 1 WHERE id = ?").bind(contact.id).run();
  assert.equal((await post(path)).status, 200);
  assert.equal((await takes()).documents, 1);
});
