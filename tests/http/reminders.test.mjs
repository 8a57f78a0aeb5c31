// Reminders: the clock sends each stage once, in the morning, only to who owes and wants such mail.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { invoiceRow as rowOf, recordPayment, sendInvoice, draftInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { attemptRow, books, invoiceRow, voidInvoice } from "../harness/money.mjs";
import { archive, clientRow, contactRow, portalOff } from "../harness/rows.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { World } from "../harness/world.mjs";

const stripe = await StripeStandIn.start();
const world = await World.start({ settings: stripe.settings });
await stripe.attach(world);
after(async () => {
  try {
    await world.close();
  } finally {
    await stripe.close();
  }
});

const DAY = 86_400_000;
const PATH = "/admin/settings/reminders";
let owner;
before(async () => {
  owner = await setUpOwner(world);
  await world.db.prepare("UPDATE business SET support_email = 'help@fern-oak.test'").run();
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const shown = async () => Object.fromEntries((await owner.get(PATH)).page.formTo(PATH).values);
const set = async (changes) => owner.post(PATH, { ...await shown(), ...changes });
const errorAt = (answer, field) => answer.page.all(`#e-${field}`).map((e) => e.text.trim()).join();
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const reminders = (email) => all("SELECT * FROM outbox WHERE kind = 'reminder' AND to_email = ? ORDER BY created_at, id", email);
const stages = async ({ id }) => (await all("SELECT stage FROM reminders_sent WHERE invoice_id = ? ORDER BY sent_at", id)).map(({ stage }) => stage);

/** The clock shows that hour (UTC, the business's zone) of the day so many days from today; the cron runs till it has nothing left. */
async function morning(days, hour = 9) {
  const noon = Date.parse(`${day(Date.now())}T00:00:00Z`) + days * DAY + hour * 3_600_000;
  // Tests go back and forth in time; the walk of a day does not.
  await world.db.prepare("UPDATE reminder_walk SET day = '', due_on = '', invoice_id = '', done = 0").run();
  await world.setClock(noon - Date.now());
  for (let n = 0; n < 3; n++) await world.cron();
  await world.setClock(0);
}

/** A client with one contact, primary, portal on: { client, contact }. */
async function somebody(name) {
  const client = await clientRow(world, name);
  const contact = await contactRow(world, client, { firstName: "Lena" });
  await world.db.prepare("UPDATE contacts SET is_primary = 1 WHERE id = ?").bind(contact.id).run();
  return { client, contact };
}
const due = (client, days, more = {}) => invoiceRow(world, client, { issued: day(Date.now() - 60 * DAY), due: day(Date.now() + days * DAY), ...more });

test("days are set by a form that says what cannot be", async () => {
  const answer = await owner.get(PATH);
  assert.equal((await answer.cost()).d1, 1);
  assert.match(answer.page.text, /Nobody is reminded at the moment/);
  const good = { ...await shown(), before: "7, 3", on_due: "on", after: "7;14" };
  for (const [field, bad] of [
    ["before", "0"], ["before", "61"], ["before", "-3"], ["before", "soon"], ["before", "1.5"], ["before", "x".repeat(2_000_000)], ["before", "3\0"], ["before", ["1", "2"]],
    ["after", "366"], ["after", "1,2,3,4,5,6,7,8,9"], ["on_due", "purple"], ["without_portal", "purple"],
  ]) {
    const refused = await owner.post(PATH, { ...good, [field]: bad });
    assert.equal(refused.status, 422, `${field} ${String(bad).slice(0, 20)}`);
    assert.notEqual(errorAt(refused, field), "", `${field} ${String(bad).slice(0, 20)}`);
  }
  const saved = await owner.post(PATH, good);
  assert.equal(saved.status, 303);
  assert.ok((await saved.cost()).d1 <= 2);
  assert.deepEqual(await all("SELECT reminders FROM billing"), [{ reminders: "-7,-3,0,7,14" }]);
  assert.match((await owner.get(PATH)).page.text, /7 days before the due date, once 3 days before the due date, once on the due date/);
  assert.match((await all("SELECT detail FROM audit WHERE action = 'reminders.changed'"))[0].detail, /^7 days before the due date/);
  assert.match(errorAt(await owner.post(PATH, { ...good, after: "30" }), "after"), /It now says: 7, 14/);
  await set({ before: "3", after: "7, 14" });
});

test("each stage goes out once, in its own words, with a link of its own that opens the invoice", async () => {
  const { client, contact } = await somebody("Larkspur Bakery");
  const invoice = await due(client, 3);
  await morning(0, 7);
  assert.deepEqual(await stages(invoice), [], "not before eight in the morning");
  await morning(0);
  await morning(0, 15);
  assert.deepEqual(await stages(invoice), ["before-3"]);
  await morning(3);
  await morning(10);
  await morning(17);
  assert.deepEqual(await stages(invoice), ["before-3", "due", "after-7", "after-14"]);
  await morning(30);
  const mails = await reminders(contact.email);
  assert.deepEqual(mails.map(({ subject }) => subject.replace(/ from .*| on .*/, "").replace(invoice.number, "N")), [
    "Invoice N is due", "Invoice N is due today", "Reminder: invoice N", "Reminder: invoice N",
  ]);
  assert.ok(mails.every(({ state, client_id: of }) => state === "sent" && of === client.id));
  const mail = await world.mailbox.newest(contact.email);
  assert.match(mail.text, /Hello Lena,/);
  assert.match(mail.text, /€100\.00/);
  assert.match(mail.text, /because .* sent you this invoice\.\n\nStop e-mails like this one:\n\S+\/unsubscribe\/pt_u-/);
  assert.equal((await world.user().get(`${mail.path(/\/invoice\//)}/pdf`)).status, 200);
  assert.equal((await all("SELECT count(*) AS n FROM pay_links WHERE invoice_id = ? AND contact_id = ?", invoice.id, contact.id))[0].n, 4);
  assert.equal((await all("SELECT count(*) AS n FROM audit WHERE action = 'invoice.reminded' AND entity_id = ? AND principal = 'system'", invoice.id))[0].n, 4);
  assert.match((await owner.get(`/admin/invoices/${invoice.id}`)).page.text, /14 days after the due date/);
});

test("who does not owe is never reminded: draft, paid, void, disputed, refunded, under way; who owes a part is", async () => {
  const { client, contact } = await somebody("The Others");
  const part = await due(client, 0);
  const paid = await due(client, 0);
  const gone = await due(client, 0);
  const [disputed, refunded, partly, underWay] = [await due(client, 0), await due(client, 0), await due(client, 0), await due(client, 0)];
  await due(client, 0, { state: "draft" });
  await recordPayment(owner, { path: `/admin/invoices/${part.id}` }, "40");
  await recordPayment(owner, { path: `/admin/invoices/${paid.id}` }, "100");
  await voidInvoice(world, gone);
  for (const invoice of [disputed, refunded, partly, underWay]) {
    const { session } = await attemptRow(world, stripe, [invoice]);
    stripe.pay(session, { delayed: invoice === underWay });
    const intent = stripe.intents.get(session.payment_intent);
    if (invoice === disputed) stripe.dispute(intent);
    if (invoice === refunded) stripe.refund(intent, 10_000);
    if (invoice === partly) stripe.refund(intent, 1_000);
  }
  await stripe.deliver();
  const states = await Promise.all([part, paid, gone, disputed, refunded, partly, underWay].map(async (invoice) => (await rowOf(world, invoice)).status));
  assert.deepEqual(states, ["partially_paid", "paid", "void", "disputed", "refunded", "partially_refunded", "processing"]);
  await morning(0);
  assert.deepEqual((await reminders(contact.email)).map(({ subject }) => subject), [`Invoice ${part.number} is due today`]);
  assert.match((await world.mailbox.newest(contact.email)).text, /€60\.00/, "what is left");
});

test("no mail where the portal, the module, the address or the wish is off; with portal off only if the business says so", async () => {
  const made = {};
  for (const name of ["off", "archived", "module", "access", "mail", "removed"]) {
    const { client, contact } = await somebody(name);
    made[name] = { client, contact, invoice: await due(client, 0) };
  }
  await portalOff(world, made.off.client);
  await archive(world, made.archived.client);
  const ofContact = (name, sql) => world.db.prepare(`UPDATE contacts SET ${sql} WHERE id = ?`).bind(made[name].contact.id).run();
  await ofContact("module", "modules_off = 32");
  await ofContact("access", "portal_access = 0");
  await ofContact("mail", "mail_invoices = 0");
  await ofContact("removed", "removed_at = 1");
  await morning(0);
  for (const { invoice, contact } of Object.values(made)) {
    assert.deepEqual(await reminders(contact.email), []);
    assert.deepEqual(await stages(invoice), [], "and the stage is still to come");
  }
  await set({ before: "3", on_due: "on", after: "7, 14", without_portal: "on" });
  await morning(0);
  for (const [name, { contact }] of Object.entries(made)) {
    assert.equal((await reminders(contact.email)).length, name === "off" ? 1 : 0, name);
  }
  assert.equal((await reminders(made.off.contact.email))[0].state, "sent");
  // Wanted again within the days of grace, it comes.
  await ofContact("mail", "mail_invoices = 1");
  await morning(1);
  assert.deepEqual(await stages(made.mail.invoice), ["due"]);
  const off = await shown();
  delete off.without_portal;
  await owner.post(PATH, off);
});

test("they go to who got the invoice by mail, not to the others", async () => {
  const { client, contact } = await somebody("Two People");
  const second = await contactRow(world, client, { firstName: "Zoe" });
  const draft = await draftInvoice(owner, client, { issued_on: day(Date.now() - 30 * DAY), due_on: day(Date.now()) });
  await sendInvoice(owner, draft, { [`to_${contact.id}`]: undefined, [`to_${second.id}`]: "on" });
  await morning(0);
  assert.deepEqual([(await reminders(contact.email)).length, (await reminders(second.email)).length], [0, 1]);
});

test("two clocks at once, and one that lost D1's answer, send each once", async () => {
  const { client, contact } = await somebody("Two Clocks");
  const invoice = await due(client, 0);
  const at = Date.parse(`${day(Date.now())}T10:00:00Z`);
  await world.db.prepare("UPDATE reminder_walk SET day = '', due_on = '', invoice_id = '', done = 0").run();
  await world.setClock(at - Date.now());
  await Promise.all([world.cron(), world.cron(), world.cron()]);
  assert.equal((await reminders(contact.email)).length, 1);
  const other = await due(client, 0);
  await world.db.prepare("UPDATE reminder_walk SET day = '', due_on = '', invoice_id = '', done = 0").run();
  world.expectLog(/reminders: /);
  await world.fault({ on: "d1", op: "batch", match: "reminders_sent (invoice_id", when: "after" });
  await world.cron();
  await world.cron();
  await world.setClock(0);
  assert.deepEqual([await stages(invoice), await stages(other)], [["due"], ["due"]]);
  assert.equal((await reminders(contact.email)).length, 2);
});

test("a reminder that still waits is taken back once the invoice is paid", async () => {
  const { client, contact } = await somebody("Paid Meanwhile");
  const invoice = await due(client, 0);
  await world.fault({ on: "mail", op: "send", match: contact.email, when: "before" });
  await morning(0);
  assert.equal((await reminders(contact.email))[0].state, "queued");
  await recordPayment(owner, { path: `/admin/invoices/${invoice.id}` }, "100");
  await morning(1);
  assert.equal((await reminders(contact.email))[0].state, "cancelled");
});

test("hundreds of open invoices are walked a page at a time, and then the day is done", async () => {
  const { client } = await somebody("Many");
  await world.db.prepare("UPDATE contacts SET is_primary = 0 WHERE client_id = ?").bind(client.id).run();
  await world.db.prepare(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
    + "INSERT INTO invoices (id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total, issued_on, due_on, created_at, updated_at) "
    + "SELECT printf('018f1111-0000-7000-8000-%012x', i), ?1, 'sent', 'M-' || i, '00000000-0000-7000-8000-000000000001', 1999, i, 'r', 'EUR', 100, '2026-01-01', ?2, 0, 0 FROM n",
  ).bind(client.id, day(Date.now())).run();
  await world.db.prepare("UPDATE reminder_walk SET day = '', due_on = '', invoice_id = '', done = 0").run();
  await world.setClock(Date.parse(`${day(Date.now())}T10:00:00Z`) - Date.now());
  let runs = 1;
  let most = 0;
  for (; runs < 40; runs++) {
    const { rowsRead } = await world.cron();
    most = Math.max(most, rowsRead);
    if ((await all("SELECT done FROM reminder_walk"))[0].done) break;
  }
  // The log is looked through once an hour; that is over when the next minute comes.
  await world.cron();
  const idle = await world.cron();
  await world.setClock(0);
  // Twenty pages of twenty in a run; other tests left some more.
  assert.ok(runs === 3 || runs === 4, `${runs} runs`);
  console.log(`a run of twenty pages of the walk reads at most ${most} rows; a minute with nothing to do ${idle.rowsRead}`);
  assert.ok(most < 20_000, `${most} rows`);
  assert.ok(idle.rowsRead < 60, `${idle.rowsRead} rows when there is nothing to do`);
});

test("a walk that a day was too short for goes on where it was: who is due last is not left out for ever", async () => {
  const { client } = await somebody("Last Of All");
  const last = await due(client, 3);
  const walk = "UPDATE reminder_walk SET day = ?, due_on = ?, invoice_id = ?, done = 0";
  const yesterday = day(Date.now() - DAY);
  await world.db.prepare(walk).bind(yesterday, day(Date.now()), "ffffffff-ffff-7fff-8fff-ffffffffffff").run();
  await world.setClock(Date.parse(`${day(Date.now())}T10:00:00Z`) - Date.now());
  await world.cron();
  assert.deepEqual(await stages(last), ["before-3"], "the rest of yesterday's comes first");
  const [at] = await all("SELECT day, done FROM reminder_walk");
  assert.deepEqual(at, { day: day(Date.now()), done: 0 }, "then today's begins");
  for (let n = 0; n < 5; n++) await world.cron();
  await world.setClock(0);
  assert.deepEqual(await all("SELECT day, done FROM reminder_walk"), [{ day: day(Date.now()), done: 1 }]);
});

test("Remind now: once a day, in the words of the day, whether or not the portal is on; never of what is not owed", async () => {
  const { client, contact } = await somebody("By Hand");
  await portalOff(world, client);
  const invoice = await due(client, -20);
  const path = `/admin/invoices/${invoice.id}`;
  assert.ok((await owner.get(path)).page.formTo(`${path}/remind`));
  const answer = await owner.post(`${path}/remind`);
  assert.deepEqual([answer.status, answer.location], [303, path]);
  assert.ok((await answer.cost()).d1 <= 2);
  assert.match((await owner.get(path)).page.text, new RegExp(`A reminder is on its way to ${contact.email}`));
  await world.settled();
  const mails = await reminders(contact.email);
  assert.deepEqual(mails.map(({ state, subject }) => [state, subject.split(" ")[0]]), [["sent", "Reminder:"]]);
  await Promise.all([owner.post(`${path}/remind`), owner.clone().post(`${path}/remind`)]);
  await world.settled();
  assert.equal((await reminders(contact.email)).length, 1, "once a day");
  assert.match((await owner.get(path)).page.text, /reminded of today already|by hand/);
  await world.db.prepare("UPDATE contacts SET mail_invoices = 0 WHERE id = ?").bind(contact.id).run();
  await world.db.prepare("DELETE FROM reminders_sent WHERE invoice_id = ?").bind(invoice.id).run();
  await owner.post(`${path}/remind`);
  assert.match((await owner.get(path)).page.text, /Nobody of this client gets mail about invoices/);
  await books(world, ["UPDATE invoices SET state = 'void', voided_at = 1, voided_on = '2026-01-01' WHERE id = ?", invoice.id]);
  assert.doesNotMatch((await owner.get(path)).text, /Remind now/);
  await owner.post(`${path}/remind`);
  assert.match((await owner.get(path)).page.text, /nothing to remind of/);
  assert.equal((await reminders(contact.email)).length, 1);
});

test("the words are the business's own where it has some", async () => {
  const path = "/admin/settings/templates/reminder-after";
  const { client, contact } = await somebody("Own Words");
  const invoice = await due(client, -7);
  const fields = Object.fromEntries((await owner.get(path)).page.formTo(path).values);
  assert.equal((await owner.post(path, { ...fields, subject: "Psst, {{invoice_number}}", body: "{{client_name}}: {{amount_due}}\n\n{{sender_name}}{{invoice_link}}" })).status, 422, "nobody in person sends it");
  assert.equal((await owner.post(path, { ...fields, subject: "Psst, {{invoice_number}}", body: "{{client_name}}: {{amount_due}}\n\n{{invoice_link}}" })).status, 303);
  await world.db.prepare("UPDATE reminder_walk SET day = '', due_on = '', invoice_id = '', done = 0").run();
  await world.db.prepare("UPDATE invoices SET due_on = '2020-01-01' WHERE id LIKE '018f1111-%'").run();
  await morning(0);
  assert.equal((await reminders(contact.email))[0].subject, `Psst, ${invoice.number}`);
  assert.match((await world.mailbox.newest(contact.email)).text, /Own Words: €100\.00/);
});
