// From the paper of an invoice to paying it without an account: the code leads to its page, which asks to sign
// in and offers to mail a new link to those the invoice went to, and to nobody else.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { recordPayment, sendFields, sendInvoice, sentInvoice, draftInvoice } from "../harness/billing.mjs";
import { setUpOwner, signInStaff } from "../harness/flows.mjs";
import { rowsOf, voidInvoice } from "../harness/money.mjs";
import { textOf } from "../harness/pdf.mjs";
import { clientRow, contactRow, newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner;
before(async () => {
  owner = await setUpOwner(world);
});

/** A client with a primary contact and a second one: { client, anna, bob }. */
async function company() {
  const client = await clientRow(world, "Larkspur Bakery");
  const [anna, bob] = [await contactRow(world, client, { firstName: "Anna" }), await contactRow(world, client, { firstName: "Bob" })];
  await world.db.prepare("UPDATE contacts SET is_primary = 1 WHERE id = ?").bind(anna.id).run();
  return { client, anna, bob };
}

const ask = (id, user = world.user("who has the paper")) => user.post(`/sign-in/invoice/${id}`);
const mails = (invoice) => rowsOf(world, "SELECT o.to_email FROM outbox o WHERE o.kind = 'invoice-link' AND o.subject LIKE '%' || (SELECT number FROM invoices WHERE id = ?) || '%' ORDER BY o.to_email", invoice.id)
  .then((rows) => rows.map(({ to_email }) => to_email));
const links = async (invoice) => (await rowsOf(world, "SELECT count(*) AS n FROM pay_links WHERE invoice_id = ? AND revoked_at IS NULL", invoice.id))[0].n;
/** All that an answer says but what no two answers share. */
const said = ({ status, headers, text }) => {
  const { date: _date, "x-request-id": _id, ...rest } = headers;
  return { status, rest, text };
};
const later = async () => {
  await world.advance(25 * 3_600_000);
  await signInStaff(owner);
};

test("the code leads to the invoice's page; without an account a link by mail opens that one invoice", async () => {
  const { client, anna, bob } = await company();
  const invoice = await draftInvoice(owner, client);
  const fields = await sendFields(owner, invoice);
  await sendInvoice(owner, invoice, { [`to_${bob.id}`]: "on", [`to_${anna.id}`]: fields[`to_${anna.id}`] ?? "on" });
  const pdf = await owner.get(`${invoice.path}/pdf`);
  assert.ok(Buffer.from(pdf.bytes).includes(`${world.base}/billing/${invoice.id}`) || textOf(pdf.bytes).includes("View this invoice online"));
  const reader = world.user("who has the paper");
  const first = await reader.get(`/billing/${invoice.id}`);
  assert.equal(first.status, 303);
  const door = await reader.get(first.location);
  assert.deepEqual([door.status, (await door.cost()).d1], [200, 0]);
  assert.match(door.page.text, /Just this invoice\? You need no account for that/);
  const form = door.page.formTo(`/sign-in/invoice/${invoice.id}`);
  assert.ok(form);
  const answer = await ask(invoice.id, reader);
  assert.deepEqual([answer.status, answer.location], [303, "/sign-in/mailed"]);
  assert.ok((await answer.cost()).d1 <= 2);
  const told = await reader.get(answer.location);
  assert.deepEqual([told.status, (await told.cost()).d1], [200, 0]);
  assert.match(told.page.text, /a link to it is on its way to the addresses that the invoice went to/);
  await world.settled();
  assert.deepEqual(await mails(invoice), [anna.email, bob.email].toSorted());
  for (const { email } of [anna, bob]) {
    const mail = await world.mailbox.newest(email);
    assert.match(mail.subject, /^Your link to invoice INV-/);
    const path = mail.path(/\/invoice\//);
    const opened = await world.user("without an account").get(path);
    assert.deepEqual([opened.status, opened.page.links?.includes("/billing") ?? false], [200, false]);
    assert.match(opened.page.text, /€238\.00/);
    assert.equal((await world.user().get(`/billing/${invoice.id}`)).status, 303, "and nothing else");
  }
  // Paying it makes no difference, revoking does: all links end, and no new one is mailed.
  await recordPayment(owner, invoice, "238");
  assert.equal(await links(invoice), 4);
  await owner.post(`${invoice.path}/link/revoke`);
  assert.equal((await world.user().get((await world.mailbox.newest(anna.email)).path(/\/invoice\//))).status, 410);
  await later();
  const before = (await mails(invoice)).length;
  assert.deepEqual(said(await ask(invoice.id)), said(await ask(newId())));
  assert.deepEqual([(await mails(invoice)).length, await links(invoice)], [before, 0]);
  await sendInvoice(owner, invoice);
  await later();
  await ask(invoice.id);
  assert.ok((await mails(invoice)).length > before, "sent again, it can be asked for again");
});

test("where it was handed over by hand, the primary contact gets the link; a removed or shut out one does not", async () => {
  const { client, anna, bob } = await company();
  const byHand = async () => {
    const invoice = await draftInvoice(owner, client);
    const { [`to_${anna.id}`]: _anna, [`to_${bob.id}`]: _bob, ...fields } = await sendFields(owner, invoice);
    assert.equal((await owner.post(`${invoice.path}/send`, { ...fields, by_hand: "on" })).status, 303);
    assert.equal(await links(invoice), 0);
    return invoice;
  };
  const first = await byHand();
  await ask(first.id);
  assert.deepEqual(await mails(first), [anna.email]);
  const shut = await byHand();
  await world.db.prepare("UPDATE contacts SET modules_off = 32 WHERE id = ?").bind(anna.id).run();
  await ask(shut.id);
  await world.db.prepare("UPDATE contacts SET modules_off = 0, removed_at = 1 WHERE id = ?").bind(anna.id).run();
  await ask(shut.id);
  assert.deepEqual(await mails(shut), []);
});

test("one answer to all: sent, draft, void, archived, another setting, never existed, too often, whoever asks", async () => {
  const { client } = await company();
  const { person: signedIn } = await person(world, owner);
  const sent = await sentInvoice(owner, client);
  const draft = await draftInvoice(owner, client);
  const gone = await sentInvoice(owner, client);
  await voidInvoice(world, gone);
  const { client: closed } = await company();
  const archived = await sentInvoice(owner, closed);
  await world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(closed.id).run();
  const unknown = said(await ask(newId()));
  assert.equal(unknown.status, 303);
  for (const [name, { id }] of Object.entries({ sent, draft, gone, archived })) assert.deepEqual(said(await ask(id)), unknown, name);
  assert.deepEqual(said(await ask(sent.id, signedIn)), unknown, "signed in for another client");
  for (const invoice of [draft, gone, archived]) {
    const [{ n }] = await rowsOf(world, "SELECT count(*) AS n FROM outbox WHERE kind = 'invoice-link' AND client_id = (SELECT client_id FROM invoices WHERE id = ?1) AND subject LIKE '%' || coalesce((SELECT number FROM invoices WHERE id = ?1), 'no number') || '%'", invoice.id);
    assert.equal(n, 0);
  }
  const mailed = (await mails(sent)).length;
  assert.equal(mailed, 2, "asked twice");
  await later();
  await world.db.prepare("UPDATE billing SET pay_without_account = 0").run();
  assert.deepEqual(said(await ask(sent.id)), unknown, "where an account is needed");
  await world.db.prepare("UPDATE billing SET pay_without_account = 1").run();
  assert.equal((await mails(sent)).length, mailed);
  await later();
  for (let n = 0; n < 12; n += 1) assert.deepEqual(said(await ask(sent.id)), unknown, `${n}`);
  assert.equal((await mails(sent)).length, mailed + 5, "five in ten minutes, and then none");
  for (const odd of ["x", "%00", "INV-2026-0001"]) assert.equal((await ask(odd)).status, 404, odd);
  // The door says nothing either: it has not looked.
  const door = async (id) => (await world.user().get(`/sign-in?next=%2Fbilling%2F${id}`)).text.replaceAll(id, "ID").replaceAll(id.replaceAll("-", "%2D"), "ID");
  assert.equal(await door(sent.id), await door(newId()));
  const elsewhere = await world.user().get("/sign-in?next=%2Fdocuments");
  assert.doesNotMatch(elsewhere.page.text, /Just this invoice/);
});

test("a network that asks too much waits; nothing is left of what goes to nobody", async () => {
  await later();
  const before = await rowsOf(world, "SELECT (SELECT count(*) FROM outbox) AS mails, (SELECT count(*) FROM pay_links) AS links");
  const user = world.user("who tries ids");
  const statuses = [];
  for (let n = 0; n < 33; n += 1) statuses.push((await ask(newId(), user)).status);
  assert.deepEqual([...new Set(statuses.slice(0, 30))], [303]);
  assert.deepEqual([...new Set(statuses.slice(30))], [429]);
  assert.deepEqual(await rowsOf(world, "SELECT (SELECT count(*) FROM outbox) AS mails, (SELECT count(*) FROM pay_links) AS links"), before);
});

test("D1 fails: a clear page; asked again, the mail goes", async () => {
  await later();
  world.expectLog(/sign-in\/invoice/);
  const { client, anna } = await company();
  const invoice = await sentInvoice(owner, client);
  await world.fault({ on: "d1", op: "batch", match: "INTO pay_links", when: "before" });
  assert.equal((await ask(invoice.id)).status, 503);
  assert.deepEqual(await mails(invoice), []);
  await ask(invoice.id);
  assert.deepEqual(await mails(invoice), [anna.email]);
});

test("where an account is needed, the door and the page of a dead link offer no mail", async () => {
  await later();
  const { client, anna } = await company();
  const invoice = await sentInvoice(owner, client);
  await world.settled();
  const path = (await world.mailbox.newest(anna.email)).path(/\/invoice\//);
  const pay = async (on) => {
    const form = (await owner.get("/admin/settings/payments")).page.formTo("/admin/settings/payments");
    const saved = await owner.submit(form, { pay_without_account: on }, { follow: false });
    assert.equal(saved.status, 303, String(saved));
    assert.ok((await saved.cost()).d1 <= 2);
  };
  const offers = async () => {
    const reader = world.user();
    const [door, dead] = [await reader.get(`/sign-in?next=%2Fbilling%2F${invoice.id}`), await reader.get(`/invoice/pt_p${"A".repeat(43)}`)];
    assert.deepEqual([door.status, (await door.cost()).d1, dead.status], [200, 0, 410]);
    return [/Just this invoice/.test(door.page.text), dead.page.hasButton("Send me a new link")];
  };
  assert.deepEqual(await offers(), [true, true]);
  await pay(null);
  assert.deepEqual(await offers(), [false, false]);
  assert.equal((await world.user().get(path)).status, 410);
  // The copy is made again by the clock, too.
  await world.kv.delete("branding");
  await pay("on");
  assert.deepEqual(await offers(), [true, true]);
  assert.equal((await world.user().get(path)).status, 200);
});
