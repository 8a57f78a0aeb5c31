// The clock looks up attempts that nobody told us the end of: a lost webhook loses no money.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { attemptRow, counts, invoiceNow, invoiceRow, rowsOf, voidInvoice } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";
import { clientRow, contactRow } from "../harness/rows.mjs";

const { world, stripe } = await payingWorld();

const MINUTE = 60_000;
let client, contact;
before(async () => {
  await setUpOwner(world);
  client = await clientRow(world);
  contact = await contactRow(world, client);
  await world.db.prepare("UPDATE contacts SET is_primary = 1 WHERE id = ?").bind(contact.id).run();
});

async function ready() {
  const invoice = await invoiceRow(world, client);
  const attempt = await attemptRow(world, stripe, [invoice], { contact });
  return { invoice, attempt, session: attempt.session };
}
const attemptNow = async ({ id }) => (await rowsOf(world, "SELECT state, session_id FROM attempts WHERE id = ?", id))[0];
const states = async ({ invoice, attempt }) => [(await invoiceNow(world, invoice)).status, (await attemptNow(attempt)).state];
const lookUps = (session) => stripe.calls.filter(({ method, path }) => method === "GET" && path.endsWith(session.id)).length;

test("paid, and the webhook lost for ever: found, with the receipt, once", async () => {
  const it = await ready();
  stripe.pay(it.session);
  stripe.lose();
  await world.cron();
  assert.deepEqual(await states(it), ["outstanding", "open"], "nothing is asked in the first ten minutes");
  assert.equal(lookUps(it.session), 0);
  await world.advance(11 * MINUTE);
  await world.cron();
  assert.deepEqual(await states(it), ["paid", "succeeded"]);
  const mail = await world.mailbox.newest(contact.email);
  assert.match(mail.subject, /Receipt/);
  const before = await counts(world);
  await world.advance(11 * MINUTE);
  await world.cron();
  await world.cron();
  assert.deepEqual(await counts(world), before);
  assert.equal(lookUps(it.session), 1, "what is settled is not asked again");
});

test("the webhook that comes after all changes nothing more, and the other way round", async () => {
  const it = await ready();
  const [completed] = stripe.pay(it.session);
  stripe.lose();
  await world.advance(11 * MINUTE);
  await world.cron();
  const now = await counts(world);
  assert.equal((await stripe.send(completed)).status, 200);
  assert.deepEqual(await counts(world), { ...now, provider_events: now.provider_events + 1 });
  assert.deepEqual(await states(it), ["paid", "succeeded"]);
});

test("a page that closed unused is closed here, and its invoice can be paid anew", async () => {
  const it = await ready();
  stripe.expire(it.session);
  stripe.lose();
  await world.advance(11 * MINUTE);
  await world.cron();
  assert.deepEqual(await states(it), ["outstanding", "expired"]);
  assert.deepEqual(await rowsOf(world, "SELECT holds FROM attempt_invoices WHERE attempt_id = ?", it.attempt.id), [{ holds: 0 }]);
});

test("an open page stays open, and is asked for every ten minutes, not every minute", async () => {
  const it = await ready();
  await world.advance(11 * MINUTE);
  for (let minute = 0; minute < 12; minute++) {
    await world.cron();
    await world.advance(MINUTE);
  }
  assert.deepEqual(await states(it), ["outstanding", "open"]);
  assert.equal(lookUps(it.session), 2);
  stripe.expire(it.session);
  assert.equal((await stripe.deliver()).at(-1).status, 200);
});

test("a delayed payment that failed or arrived while nobody told is found within the hour", async () => {
  const failed = await ready();
  const arrived = await ready();
  for (const { session } of [failed, arrived]) stripe.pay(session, { delayed: true });
  stripe.lose();
  await world.advance(11 * MINUTE);
  await world.cron();
  assert.deepEqual([await states(failed), await states(arrived)], [["processing", "processing"], ["processing", "processing"]]);
  stripe.settle(failed.session, false);
  stripe.settle(arrived.session);
  stripe.lose();
  await world.advance(61 * MINUTE);
  await world.cron();
  assert.deepEqual([await states(failed), await states(arrived)], [["outstanding", "failed"], ["paid", "succeeded"]]);
});

test("voided while somebody pays and the webhook lost: the money is recorded and staff are told", async () => {
  const it = await ready();
  stripe.pay(it.session);
  stripe.lose();
  await voidInvoice(world, it.invoice);
  await world.advance(11 * MINUTE);
  await world.cron();
  assert.deepEqual(await states(it), ["void", "succeeded"]);
  assert.deepEqual((await rowsOf(world, "SELECT reason FROM payment_exceptions WHERE invoice_id = ?", it.invoice.id)), [{ reason: "voided" }]);
});

test("an amount that does not fit is told, and the attempt no longer holds the invoice", async () => {
  const it = await ready();
  stripe.pay(it.session);
  stripe.lose();
  it.session.amount_total -= 1;
  await world.advance(11 * MINUTE);
  await world.cron();
  assert.deepEqual(await states(it), ["outstanding", "expired"]);
  assert.deepEqual((await rowsOf(world, "SELECT reason FROM payment_exceptions WHERE payment = ?", it.session.payment_intent)), [{ reason: "wrong_amount" }]);
});

test("Stripe does not answer: nothing changes, and the next minute asks again", async () => {
  for (const how of ["500", "429", "lose-reply"]) {
    const it = await ready();
    stripe.pay(it.session);
    stripe.lose();
    await world.advance(11 * MINUTE);
    stripe.behave({ on: /^GET .*sessions/, how });
    await world.cron();
    assert.deepEqual(await states(it), ["outstanding", "open"], how);
    await world.advance(MINUTE);
    await world.cron();
    assert.deepEqual(await states(it), ["paid", "succeeded"], how);
  }
});

test("the clock stopped after asking and before writing: it asks again, and everything is there once", async () => {
  world.expectLog(/attempt|payments/);
  const it = await ready();
  stripe.pay(it.session);
  stripe.lose();
  await world.advance(11 * MINUTE);
  const before = await counts(world);
  await world.fault({ on: "d1", op: "batch", match: "INTO payment_exceptions", when: "after" });
  await world.cron();
  assert.deepEqual(await states(it), ["paid", "succeeded"]);
  await world.advance(MINUTE);
  await world.cron();
  const after = await counts(world);
  assert.deepEqual([after.ledger - before.ledger, after.outbox - before.outbox], [1, 1]);
});
