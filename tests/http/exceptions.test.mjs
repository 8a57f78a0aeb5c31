// The exceptions desk: what a payment event said that does not fit is seen, attached, resolved.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { attemptRow, counts, exceptionRow, invoiceNow, invoiceRow, rowsOf, voidInvoice } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";
import { clientRow, contactRow, newId, person } from "../harness/rows.mjs";

const { world, stripe } = await payingWorld();
let owner, client, contact;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world, "Larkspur");
  contact = await contactRow(world, client);
});

const exceptions = (payment) => rowsOf(world, "SELECT * FROM payment_exceptions WHERE payment = ? ORDER BY id", payment);

/** A payment of an amount that was not asked for: { invoice, exception, payment }. */
async function misfit({ total = 10_000, got = 9_000 } = {}) {
  const invoice = await invoiceRow(world, client, { total });
  const { session } = await attemptRow(world, stripe, [invoice], { contact });
  const [completed] = stripe.pay(session);
  stripe.lose();
  await stripe.send({ ...completed, data: { object: { ...completed.data.object, amount_total: got } } });
  const [exception] = await exceptions(session.payment_intent);
  return { invoice, exception, payment: session.payment_intent };
}

test("it is counted on the dashboard, listed, and shown with its event", async () => {
  assert.match((await owner.get("/admin/exceptions")).page.text, /Nothing waits for you/);
  const { invoice, exception, payment } = await misfit();
  assert.match((await owner.get("/admin")).page.text, /A payment does not fit/);
  const list = await owner.get("/admin/exceptions");
  assert.deepEqual([list.status, (await list.cost()).d1], [200, 1]);
  assert.match(list.page.text, /Another amount than asked for.*Larkspur/);
  const one = await owner.get(`/admin/exceptions/${exception.id}`);
  assert.deepEqual([one.status, (await one.cost()).d1], [200, 1]);
  for (const words of ["€90.00 arrived where €100.00 was asked for", payment, invoice.number, "checkout.session.completed"]) assert.ok(one.page.text.includes(words), words);
  assert.equal((await owner.get(`/admin/exceptions/${newId()}`)).status, 404);
});

test("attached to an invoice, the money counts there, once, and the exception is resolved", async () => {
  const { exception, payment } = await misfit({ got: 10_000 - 1 });
  const target = await invoiceRow(world, client, { total: 9_000 });
  const path = `/admin/exceptions/${exception.id}`;
  const usd = await invoiceRow(world, client, { currency: "USD" });
  const withdrawn = await invoiceRow(world, client, { state: "void" });
  for (const [number, why] of [["", /no invoice of that number/], ["INV-0", /no invoice of that number/], [usd.number, /another currency/], [withdrawn.number, /is void/], ["x".repeat(2_000_000), /no invoice/], ["a\0b", /cannot be stored/]]) {
    const answer = await owner.post(`${path}/attach`, { number });
    assert.equal(answer.status, 422, number.slice(0, 20));
    assert.match(answer.page.all("p.error")[0].text, why);
  }
  const before = await counts(world);
  const answers = await Promise.all(Array.from({ length: 4 }, () => owner.post(`${path}/attach`, { number: ` ${target.number} ` })));
  assert.ok(answers.every(({ status }) => [303, 422].includes(status)), answers.join());
  assert.ok((await answers[0].cost()).d1 <= 2);
  const { status, paid, credit } = await invoiceNow(world, target);
  assert.deepEqual({ status, paid, credit }, { status: "paid", paid: 9_999, credit: 999 });
  const after = await counts(world);
  assert.deepEqual([after.allocations - before.allocations, after.ledger - before.ledger], [1, 0]);
  const all = await exceptions(payment);
  assert.deepEqual(all.map(({ reason, resolved_at }) => [reason, resolved_at !== null]), [["wrong_amount", true], ["overpaid", false]], "what is too much is told");
  assert.match(all[0].resolution, new RegExp(`Attached €99\\.99 to invoice ${target.number}`));
  assert.equal((await owner.post(`${path}/attach`, { number: target.number })).status, 422, "resolved already");
  // A refund of it finds the invoice from now on.
  stripe.refund(stripe.intents.get(payment), 9_999);
  await stripe.deliver();
  assert.equal((await invoiceNow(world, target)).status, "refunded");
});

const receipts = (payment) => rowsOf(world, "SELECT dedupe_key, to_email, subject, sealed IS NOT NULL OR state = 'sent' AS has_link FROM outbox WHERE dedupe_key LIKE ? ORDER BY id", `receipt ${payment}%`);

test("attached, the client gets one receipt, with a way to the invoice, however often it is pressed", async () => {
  await world.db.prepare("UPDATE contacts SET is_primary = 1 WHERE id = ?").bind(contact.id).run();
  const { exception, payment } = await misfit({ got: 9_000 });
  const target = await invoiceRow(world, client, { total: 9_000 });
  const path = `/admin/exceptions/${exception.id}/attach`;
  const answers = await Promise.all(Array.from({ length: 5 }, () => owner.post(path, { number: target.number })));
  assert.ok(answers.some(({ status }) => status === 303));
  assert.deepEqual((await receipts(payment)).map(({ dedupe_key, to_email, subject }) => [dedupe_key, to_email, subject]), [
    [`receipt ${payment}`, contact.email, `Receipt: €90.00 for invoice ${target.number}`],
  ]);
  await world.settled();
  const mail = await world.mailbox.newest(contact.email);
  assert.match(mail.text, new RegExp(`we have received your payment of €90\\.00 for invoice ${target.number}`));
  const opened = await world.user("whoever reads the mail").get(mail.path(/\/invoice\//));
  assert.match(opened.page.text, new RegExp(target.number));
  // An exception that was resolved with words brings none.
  const other = await misfit();
  await owner.post(`/admin/exceptions/${other.exception.id}/resolve`, { words: "Given back." });
  assert.deepEqual(await receipts(other.payment), []);
});

test("paid for a void invoice, then attached to another: the receipt names the other, and the event that comes again brings none", async () => {
  const payer = await contactRow(world, client, { firstName: "Paul", lastName: "Payer" });
  const invoice = await invoiceRow(world, client);
  const { session } = await attemptRow(world, stripe, [invoice], { contact: payer });
  const [completed] = stripe.pay(session);
  stripe.lose();
  await voidInvoice(world, invoice);
  await stripe.send(completed);
  assert.deepEqual(await receipts(session.payment_intent), [], "nothing was paid yet");
  const target = await invoiceRow(world, client);
  const [exception] = await exceptions(session.payment_intent);
  assert.equal((await owner.post(`/admin/exceptions/${exception.id}/attach`, { number: target.number })).status, 303);
  for (let n = 0; n < 3; n += 1) assert.equal((await stripe.send(completed)).status, 200);
  assert.deepEqual((await receipts(session.payment_intent)).map(({ to_email, subject }) => [to_email, subject]), [
    [payer.email, `Receipt: €100.00 for invoice ${target.number}`],
  ], "to who paid");
  assert.deepEqual([(await invoiceNow(world, target)).status, (await invoiceNow(world, invoice)).status], ["paid", "void"]);
});

test("of a payment for two, one void: a receipt at once, and a second one for the rest when it is attached", async () => {
  const [paid, gone] = [await invoiceRow(world, client, { total: 4_000 }), await invoiceRow(world, client, { total: 6_000 })];
  const { session } = await attemptRow(world, stripe, [paid, gone], { contact });
  const [completed] = stripe.pay(session);
  stripe.lose();
  await voidInvoice(world, gone);
  await stripe.send(completed);
  assert.equal((await receipts(session.payment_intent)).length, 1);
  const target = await invoiceRow(world, client, { total: 6_000 });
  const [exception] = await exceptions(session.payment_intent);
  await Promise.all(Array.from({ length: 3 }, () => owner.post(`/admin/exceptions/${exception.id}/attach`, { number: target.number })));
  await stripe.send(completed);
  const subjects = (await receipts(session.payment_intent)).map(({ subject }) => subject);
  assert.equal(subjects.length, 2, subjects.join());
  assert.equal(subjects[1], `Receipt: €60.00 for invoice ${target.number}`);
  assert.deepEqual((await Promise.all([paid, target].map((one) => invoiceNow(world, one)))).map(({ status }) => status), ["paid", "paid"]);
});

test("the rest of a client's payment is for no invoice of another client, of which the first would read", async () => {
  const payer = await person(world, owner);
  const [paid, gone] = [await invoiceRow(world, payer.client, { total: 4_000 }), await invoiceRow(world, payer.client, { total: 6_000 })];
  const { session } = await attemptRow(world, stripe, [paid, gone], payer);
  const [completed] = stripe.pay(session);
  stripe.lose();
  await voidInvoice(world, gone);
  await stripe.send(completed);
  const [exception] = await exceptions(session.payment_intent);
  const theirs = await invoiceRow(world, await clientRow(world, "Another"), { total: 6_000 });
  const before = await counts(world);
  const answer = await owner.post(`/admin/exceptions/${exception.id}/attach`, { number: theirs.number });
  const [fact] = await rowsOf(world, "SELECT id FROM ledger WHERE kind = 'payment' AND object_id = ?", session.payment_intent);
  for (const path of ["/billing", `/billing/receipts/${fact.id}`, "/billing/statement"]) {
    const { text } = await payer.person.get(path);
    assert.ok(text.includes("40.00") && !text.includes(theirs.number) && !text.includes(theirs.id), `${path} tells of another client's invoice`);
  }
  assert.equal(answer.status, 422);
  assert.match(answer.page.all("p.error")[0].text, /of another client/);
  assert.deepEqual(await counts(world), before);
  const own = await invoiceRow(world, payer.client, { total: 6_000 });
  assert.equal((await owner.post(`/admin/exceptions/${exception.id}/attach`, { number: own.number })).status, 303);
});

test("attaching while D1 loses its answer, and again: the money counts once, and one receipt goes", async () => {
  world.expectLog(/exceptions/);
  const { exception, payment } = await misfit({ got: 9_000 });
  const target = await invoiceRow(world, client, { total: 9_000 });
  const path = `/admin/exceptions/${exception.id}/attach`;
  await world.fault({ on: "d1", op: "batch", match: "INTO allocations", when: "after" });
  assert.equal((await owner.post(path, { number: target.number })).status, 503);
  assert.equal((await owner.post(path, { number: target.number })).status, 422);
  assert.deepEqual([(await invoiceNow(world, target)).paid, (await receipts(payment)).length], [9_000, 1]);
  await world.cron();
  await world.settled();
});

test("marked as resolved with a word on what was done; it stays among all of them", async () => {
  const { exception } = await misfit();
  const path = `/admin/exceptions/${exception.id}`;
  for (const words of ["", "x".repeat(300), "a\0"]) assert.equal((await owner.post(`${path}/resolve`, { words })).status, 422);
  const done = await owner.post(`${path}/resolve`, { words: "Given back at Stripe." });
  assert.deepEqual([done.status, done.location, (await done.cost()).d1], [303, "/admin/exceptions", 2]);
  const shown = await owner.get(path);
  assert.match(shown.page.text, /Resolved.*Given back at Stripe\./);
  assert.ok(!shown.page.all("form").some((form) => /attach|resolve/.test(form.getAttribute("action") ?? "")));
  assert.equal((await owner.post(`${path}/resolve`, { words: "Again." })).location, path);
  const [row] = await rowsOf(world, "SELECT resolution FROM payment_exceptions WHERE id = ?", exception.id);
  assert.equal(row.resolution, "Given back at Stripe.");
  const hrefs = async (query) => (await owner.get(`/admin/exceptions${query}`)).page.all("td a.row-link").map((link) => link.getAttribute("href"));
  assert.ok(!(await hrefs("")).includes(path) && (await hrefs("?all=1")).includes(path));
});

test("an event of the other mode changes nothing, and staff are told of it once", async () => {
  const invoice = await invoiceRow(world, client);
  const attempt = await attemptRow(world, stripe, [invoice], { contact });
  const [completed] = stripe.pay(attempt.session);
  stripe.lose();
  const [before, now] = [await counts(world), await invoiceNow(world, invoice)];
  const event = { ...completed, id: "evt_live", livemode: true };
  for (let n = 0; n < 3; n += 1) assert.equal((await stripe.send(event)).status, 200);
  const after = await counts(world);
  assert.deepEqual(after, { ...before, provider_events: before.provider_events + 1, payment_exceptions: before.payment_exceptions + 1 });
  assert.deepEqual(await invoiceNow(world, invoice), now);
  assert.deepEqual(await rowsOf(world, "SELECT state FROM attempts WHERE id = ?", attempt.id), [{ state: "open" }]);
  const [told] = await rowsOf(world, "SELECT reason, detail FROM payment_exceptions WHERE event_id = 'evt_live'");
  assert.equal(told.reason, "wrong_mode");
  assert.match(told.detail, /An event of live mode arrived, and this portal is in test mode\. It changed nothing/);
});

test("the list pages by key, forwards to the last", async () => {
  for (let n = 0; n < 60; n += 1) await exceptionRow(world);
  const seen = [];
  for (let answer = await owner.get("/admin/exceptions"); ; answer = await owner.get(answer.page.link("Next"))) {
    seen.push(...answer.page.all("td a.row-link").map((link) => link.getAttribute("href")));
    assert.ok((await answer.cost()).rowsRead <= 150, `${(await answer.cost()).rowsRead}`);
    if (!answer.page.hasLink("Next")) break;
  }
  const [{ n }] = await rowsOf(world, "SELECT count(*) AS n FROM payment_exceptions WHERE resolved_at IS NULL");
  assert.deepEqual([seen.length, new Set(seen).size], [n, n]);
  assert.equal((await owner.get("/admin/exceptions?after=x.y")).status, 200);
});
