// What an invoice is, and what each event does to it, over HTTP: the rows that settling.test.mjs does not tell
// as a story of their own. Clients read them on their page, staff on theirs.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner, signInStaff } from "../harness/flows.mjs";
import { attemptRow, bareAttempt, books, counts, invoiceNow, invoiceRow, payOnline, rowsOf } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";
import { newId, person } from "../harness/rows.mjs";

const HOUR = 3_600_000;
const { world, stripe } = await payingWorld();

let owner, client, contact, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, contact, person: lena } = await person(world, owner, { client: "Larkspur" }));
  await payOnline(world);
});

const ok = (answers) => assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], JSON.stringify(answers));
const staffPage = async ({ id }) => (await owner.get(`/admin/invoices/${id}`)).page;
const clientPage = async ({ id }) => (await lena.get(`/billing/${id}`)).page;
const hasPayNow = (page) => page.all("button").some((button) => button.text.trim() === "Pay Now");
const pay = ({ id }) => lena.post(`/billing/${id}/pay`);
const attempts = ({ id }) => rowsOf(world, "SELECT a.* FROM attempt_invoices ai JOIN attempts a ON a.id = ai.attempt_id WHERE ai.invoice_id = ? ORDER BY a.created_at, a.id", id);
const exceptions = (payment) => rowsOf(world, "SELECT id, reason, amount FROM payment_exceptions WHERE payment = ? ORDER BY id", payment);

/** An invoice of €100 that was paid by card: { invoice, intent }. */
async function paid(total = 10_000) {
  const invoice = await invoiceRow(world, client, { total });
  const { session } = await attemptRow(world, stripe, [invoice], { contact });
  stripe.pay(session);
  ok(await stripe.deliver());
  return { invoice, session, intent: stripe.intents.get(session.payment_intent) };
}
const last = (map) => [...map.values()].at(-1);

test("refunded in full: nothing to pay until staff reopen it; then Pay Now works, and it is paid again", async () => {
  world.expectCost(/\/pay/);
  const { invoice, intent } = await paid();
  stripe.refund(intent, 10_000);
  ok(await stripe.deliver());
  assert.equal((await invoiceNow(world, invoice)).status, "refunded");
  assert.ok(!hasPayNow(await clientPage(invoice)));
  const refused = await pay(invoice);
  assert.equal(refused.location, `/billing/${invoice.id}`);
  assert.equal((await attempts(invoice)).length, 1, "the one that was paid");
  const before = await staffPage(invoice);
  assert.match(before.text, /Reopen it if it is to be paid after all/);
  const reopened = await owner.post(`/admin/invoices/${invoice.id}/reopen`);
  assert.equal(reopened.status, 303);
  const now = await invoiceNow(world, invoice);
  assert.deepEqual([now.status, now.due], ["outstanding", 10_000]);
  assert.ok(hasPayNow(await clientPage(invoice)));
  assert.match((await pay(invoice)).location, /\/pay\/cs_test/);
  stripe.pay(stripe.sessions.get((await attempts(invoice)).at(-1).session_id));
  ok(await stripe.deliver());
  assert.equal((await invoiceNow(world, invoice)).status, "paid");
  // What is refunded after that is a refund again: reopening was for what had gone back by then.
  const again = stripe.intents.get(stripe.sessions.get((await attempts(invoice)).at(-1).session_id).payment_intent);
  stripe.refund(again, 10_000);
  ok(await stripe.deliver());
  assert.equal((await invoiceNow(world, invoice)).status, "refunded");
});

test("partly refunded: nothing more is asked for; reopened, the rest is", async () => {
  const { invoice, intent } = await paid();
  stripe.refund(intent, 4_000);
  ok(await stripe.deliver());
  const now = await invoiceNow(world, invoice);
  assert.deepEqual([now.status, now.due, now.net], ["partially_refunded", 0, 6_000]);
  const page = await clientPage(invoice);
  assert.ok(!hasPayNow(page));
  assert.match(page.text, /Part of your payment was given back\. There is nothing to pay/);
  const list = (await lena.get("/billing")).page;
  assert.ok(!list.all("section[aria-labelledby^=open] a.row-link").some((link) => link.getAttribute("href").endsWith(invoice.id)), "not among what is to be paid");
  await owner.post(`/admin/invoices/${invoice.id}/reopen`);
  const after = await invoiceNow(world, invoice);
  assert.deepEqual([after.status, after.due], ["partially_paid", 4_000]);
});

test("an inquiry of the bank flags and moves nothing; when the bank does take the money, it is disputed", async () => {
  const { invoice, intent } = await paid();
  const [asked] = stripe.dispute(intent, { status: "warning_needs_response" });
  ok(await stripe.deliver(undefined, { times: 3 }));
  const now = await invoiceNow(world, invoice);
  assert.deepEqual([now.status, now.disputed_out, now.dispute, now.net], ["paid", 0, 0, 10_000]);
  assert.match((await staffPage(invoice)).text, /The bank asks about this payment/);
  assert.doesNotMatch((await clientPage(invoice)).text, /bank/, "it is no matter of the client's");
  const notes = await rowsOf(world, "SELECT action FROM audit WHERE entity_id = ?", asked.data.object.id);
  assert.deepEqual(notes, [{ action: "payment.inquiry" }], "told once");
  stripe.emit("charge.dispute.closed", { ...last(stripe.disputes), status: "warning_closed" });
  ok(await stripe.deliver());
  assert.equal((await invoiceNow(world, invoice)).status, "paid");
  stripe.emit("charge.dispute.funds_withdrawn", { ...last(stripe.disputes), status: "needs_response" });
  ok(await stripe.deliver());
  assert.deepEqual([(await invoiceNow(world, invoice)).status, (await invoiceNow(world, invoice)).disputed_out], ["disputed", 10_000]);
});

test("disputed: no Pay Now, no reminder; won, it is paid; lost, it is charged back for good", async () => {
  const [won, lost] = [await paid(), await paid()];
  for (const { intent } of [won, lost]) stripe.dispute(intent);
  ok(await stripe.deliver());
  for (const { invoice } of [won, lost]) {
    assert.equal((await invoiceNow(world, invoice)).status, "disputed");
    assert.ok(!hasPayNow(await clientPage(invoice)));
    await pay(invoice);
    assert.equal((await attempts(invoice)).length, 1);
    await owner.post(`/admin/invoices/${invoice.id}/remind`);
  }
  assert.deepEqual(await rowsOf(world, "SELECT 1 FROM outbox WHERE kind = 'reminder'"), []);
  const [first, second] = [...stripe.disputes.values()].slice(-2);
  stripe.closeDispute(first, true);
  stripe.closeDispute(second, false);
  ok(await stripe.deliver());
  assert.deepEqual([(await invoiceNow(world, won.invoice)).status, (await invoiceNow(world, lost.invoice)).status], ["paid", "charged_back"]);
  // Lost is final: what a bank says afterwards changes nothing.
  stripe.emit("charge.dispute.funds_reinstated", { ...second, status: "won" });
  ok(await stripe.deliver());
  assert.equal((await invoiceNow(world, lost.invoice)).status, "charged_back");
});

test("money given back by a dispute that nobody took out does not count", async () => {
  const { invoice, intent } = await paid();
  const dispute = { id: `dp_${newId()}`, object: "dispute", amount: 10_000, currency: "eur", payment_intent: intent.id, charge: intent.latest_charge, status: "won", created: 1, metadata: {} };
  stripe.emit("charge.dispute.funds_reinstated", dispute);
  ok(await stripe.deliver());
  const now = await invoiceNow(world, invoice);
  assert.deepEqual([now.status, now.disputed_in, now.credit], ["paid", 0, 0]);
});

test("charge.refunded is a floor: with the refund's own event lost it counts, with it it counts once, and it only rises", async () => {
  const { invoice, intent } = await paid();
  const refunded = async () => (await invoiceNow(world, invoice)).refunded;
  const [first, floor] = stripe.refund(intent, 3_000);
  stripe.lose();
  ok([await stripe.send(floor)]);
  assert.deepEqual([await refunded(), (await invoiceNow(world, invoice)).status], [3_000, "partially_refunded"]);
  ok([await stripe.send(first)]);
  assert.equal(await refunded(), 3_000, "not twice");
  const [, higher] = stripe.refund(intent, 2_000);
  stripe.lose();
  ok([await stripe.send(higher)]);
  assert.equal(await refunded(), 5_000, "in all, not once more");
  ok([await stripe.send(floor)]);
  assert.equal(await refunded(), 5_000, "an older one takes nothing back");
});

test("a refund counts while it is pending and once it succeeded; cancelled or failed, it is taken out", async () => {
  for (const [end, left, status] of [["succeeded", 2_500, "partially_refunded"], ["canceled", 0, "paid"], ["failed", 0, "paid"]]) {
    const { invoice, intent } = await paid();
    const [created] = stripe.refund(intent, 2_500, { status: "pending" });
    stripe.lose();
    ok([await stripe.send(created)]);
    assert.equal((await invoiceNow(world, invoice)).refunded, 2_500, `${end}: pending`);
    const changed = stripe.changeRefund(last(stripe.refunds), end);
    stripe.lose();
    const later = { ...changed, created: changed.created + 5 };
    ok([await stripe.send(later), await stripe.send(created), await stripe.send(later)]);
    const now = await invoiceNow(world, invoice);
    assert.deepEqual([now.refunded, now.status], [left, status], end);
  }
});

test("payment_intent.succeeded and charge.succeeded add nothing, before the session's own event or after", async () => {
  for (const order of [[0, 1, 2], [1, 2, 0]]) {
    const invoice = await invoiceRow(world, client);
    const { session } = await attemptRow(world, stripe, [invoice], { contact });
    const events = stripe.pay(session);
    stripe.lose();
    const before = await counts(world);
    for (const i of order) ok([await stripe.send(events[i])]);
    const now = await counts(world);
    assert.deepEqual([now.ledger - before.ledger, now.outbox - before.outbox, now.payment_exceptions - before.payment_exceptions], [1, 1, 0]);
    assert.equal((await invoiceNow(world, invoice)).paid, 10_000);
  }
});

test("more than was due: a credit that client and staff read, at the desk once, and nothing is given back by itself", async () => {
  const { invoice, session } = await paid();
  const second = await attemptRow(world, stripe, [invoice], { contact, amounts: [2_500] });
  stripe.pay(second.session);
  ok(await stripe.deliver(undefined, { times: 3 }));
  const now = await invoiceNow(world, invoice);
  assert.deepEqual([now.status, now.net, now.credit, now.due], ["paid", 12_500, 2_500, 0]);
  assert.match((await clientPage(invoice)).text, /You have a credit of €25\.00/);
  assert.match((await staffPage(invoice)).text, /€25\.00 more: a credit of the client/);
  assert.match((await lena.get("/billing")).page.text, /Your credit in EUR ?€25\.00/);
  assert.deepEqual((await exceptions(second.session.payment_intent)).map(({ reason, amount }) => [reason, amount]), [["overpaid", 2_500]]);
  assert.match((await owner.get("/admin/exceptions")).page.text, /Paid more than due/);
  assert.deepEqual(await exceptions(session.payment_intent), []);
  assert.ok(!stripe.calls.some(({ path }) => /refunds/.test(path)), "no refund was asked for");
});

test("an attempt that nobody answered for a day is not asked for with its old key: it ends, and Pay Now makes another", async () => {
  world.expectCost(/\/pay/);
  const begun = () => stripe.calls.filter(({ method, path }) => method === "POST" && path === "/v1/checkout/sessions");
  // Pressed within 23 hours: the same key, whatever the page's age.
  const young = await invoiceRow(world, client);
  stripe.behave({ on: /^POST .*sessions$/, how: "500", times: 2 });
  await pay(young);
  const [attempt] = await attempts(young);
  assert.equal(attempt.session_id, null);
  assert.match((await pay(young)).location, /\/pay\/cs_test/);
  assert.deepEqual((await attempts(young)).map(({ id, state }) => [id, state]), [[attempt.id, "open"]]);
  assert.ok(begun().slice(-3).every(({ key }) => key === attempt.id));

  const pressed = await invoiceRow(world, client);
  const old = await bareAttempt(world, pressed, { state: "open", amount: 10_000, age: 23 * HOUR });
  const asked = begun().length;
  assert.match((await pay(pressed)).location, /\/pay\/cs_test/);
  const made = await attempts(pressed);
  assert.deepEqual(made.map(({ state }) => state), ["expired", "open"]);
  assert.ok(!begun().slice(asked).some(({ key }) => key === old), "the old key is not used again");

  const forgotten = await invoiceRow(world, client);
  await bareAttempt(world, forgotten, { state: "open", amount: 10_000, age: 23 * HOUR });
  const before = begun().length;
  await world.cron();
  assert.deepEqual((await attempts(forgotten)).map(({ state }) => state), ["expired"], "by the clock");
  assert.equal(begun().length, before);
});

test("overdue begins after the due date's end where the business is, and stands nowhere", async () => {
  const at = (date) => Date.parse(`${date}Z`);
  const zone = (hours) => world.db.prepare("UPDATE billing SET utc_offset = ?1, next_offset = ?1, next_offset_at = ?2").bind(hours * HOUR, at("2100-01-01T00:00:00")).run();
  const today = new Date(world.now()).toISOString().slice(0, 10);
  const invoice = await invoiceRow(world, client, { issued: "2026-01-01", due: today });
  const label = async () => (await clientPage(invoice)).all(".bill-state")[0].text.trim();
  const hour = new Date(world.now()).getUTCHours();
  await zone(-hour);
  assert.equal(await label(), "Outstanding", "the day itself");
  await zone(24 - hour);
  assert.equal(await label(), "Overdue", "the next day has begun there");
  assert.equal((await invoiceNow(world, invoice)).status, "outstanding", "derived, never stored");
  assert.match((await owner.get("/admin/billing?state=overdue")).page.text, new RegExp(invoice.number));
  await zone(0);
  await signInStaff(owner);
});

test("a payment for several invoices: what goes back of it is taken from the last, what a bank takes too, and comes back", async () => {
  const due = (days) => new Date(world.now() + days * 24 * HOUR).toISOString().slice(0, 10);
  const first = await invoiceRow(world, client, { total: 6_000, due: due(5) });
  const second = await invoiceRow(world, client, { total: 4_000, due: due(9) });
  const { session } = await attemptRow(world, stripe, [first, second], { contact });
  stripe.pay(session);
  const intent = stripe.intents.get(session.payment_intent);
  const both = async () => (await Promise.all([first, second].map((invoice) => invoiceNow(world, invoice)))).map(({ status, net }) => [status, net]);
  ok(await stripe.deliver());
  assert.deepEqual(await both(), [["paid", 6_000], ["paid", 4_000]]);
  stripe.refund(intent, 1_000);
  ok(await stripe.deliver());
  assert.deepEqual(await both(), [["paid", 6_000], ["partially_refunded", 3_000]]);
  stripe.refund(intent, 5_000);
  ok(await stripe.deliver());
  assert.deepEqual(await both(), [["partially_refunded", 4_000], ["refunded", 0]]);
  const twin = [await invoiceRow(world, client, { total: 6_000, due: due(5) }), await invoiceRow(world, client, { total: 4_000, due: due(9) })];
  const other = await attemptRow(world, stripe, twin, { contact });
  stripe.pay(other.session);
  stripe.dispute(stripe.intents.get(other.session.payment_intent));
  ok(await stripe.deliver());
  const states = async () => (await Promise.all(twin.map((invoice) => invoiceNow(world, invoice)))).map(({ status }) => status);
  assert.deepEqual(await states(), ["disputed", "disputed"]);
  stripe.closeDispute(last(stripe.disputes), true);
  ok(await stripe.deliver());
  assert.deepEqual(await states(), ["paid", "paid"]);
});

test("no_payment_required is right for an attempt of nothing alone", async () => {
  const free = await invoiceRow(world, client, { total: 0 });
  const [due, nothing] = [await attemptRow(world, stripe, [await invoiceRow(world, client)], { contact }), await attemptRow(world, stripe, [free], { contact })];
  for (const { session } of [due, nothing]) stripe.emit("checkout.session.completed", { ...session, payment_status: "no_payment_required", amount_total: 0 });
  ok(await stripe.deliver(undefined, { times: 2 }));
  assert.deepEqual(await rowsOf(world, "SELECT reason FROM payment_exceptions WHERE object_id = ?", due.session.id), [{ reason: "not_free" }]);
  assert.deepEqual(await rowsOf(world, "SELECT reason FROM payment_exceptions WHERE object_id = ?", nothing.session.id), []);
  assert.equal((await rowsOf(world, "SELECT state FROM attempts WHERE id = ?", nothing.id))[0].state, "succeeded");
});

test("every place that money is shown counts it once: pages, lists, statement and dashboard agree", async () => {
  const { client: mine, person: reader } = await person(world, owner, { client: "Agreement Ltd" });
  const open = await invoiceRow(world, mine, { total: 7_000 });
  const part = await invoiceRow(world, mine, { total: 5_000 });
  await books(world,
    ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, created_at) VALUES (?1, 'payment', ?2, ?2, 'offline', 2000, 'EUR', 1, ?4, ?3, 1)", newId(), `offline:${newId()}`, mine.id, new Date(world.now()).toISOString().slice(0, 10)],
    ["INSERT INTO allocations (payment, invoice_id, amount, created_at) SELECT payment, ?1, 2000, 1 FROM ledger WHERE client_id = ?2", part.id, mine.id]);
  assert.match((await reader.get("/")).page.text, /€100\.00/);
  assert.match((await reader.get("/billing")).page.text, /To be paid ?€100\.00/);
  assert.match((await reader.get("/billing/statement")).page.text, /€100\.00/);
  assert.match((await owner.get(`/admin/clients/${mine.id}/billing`)).page.text, /€100\.00/);
  assert.ok(open.id && part.id);
});
