// What events do to the books, over HTTP: whatever their order and repetition, whatever breaks meanwhile.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { attemptRow, books, counts, invoiceNow, invoiceRow, rowsOf, voidInvoice } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";
import { clientRow, contactRow, newId, person } from "../harness/rows.mjs";

const { world, stripe } = await payingWorld();

/** A token as links have it. */
const TOKEN = `pt_p${"A".repeat(43)}`;
/** Who pays, and hears of it: { client, contact, by }. What is written for the first three at once is decided for the last. */
const payers = {};
before(async () => {
  const owner = await setUpOwner(world);
  const primary = ({ id }) => world.db.prepare("UPDATE contacts SET is_primary = 1 WHERE id = ?").bind(id).run();
  const { client, contact } = await person(world, owner);
  payers["who signs in"] = { client, contact };
  payers["nobody who hears"] = { client: await clientRow(world), contact: null };
  for (const who of ["by a link", "by no link, without an account"]) {
    const client = await clientRow(world);
    const contact = await contactRow(world, client, { firstName: 'Zoë "O\'Hara" \\ <b>', email: `${who.replaceAll(/[ ,]/g, "-")}@client.test` });
    await primary(contact);
    payers[who] = { client, contact, by: who === "by a link" ? TOKEN : null };
  }
});
const WHO = ["who signs in", "nobody who hears", "by a link", "by no link, without an account"];
const HEARS = WHO.filter((who) => who !== "nobody who hears");

const ok = (answers) => assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], JSON.stringify(answers));
const mails = (kind) => rowsOf(world, "SELECT kind, to_email, subject, content FROM outbox WHERE kind = ? ORDER BY id", kind);
const exceptions = () => rowsOf(world, "SELECT reason, object_id, detail, event_id, payment, amount, currency, invoice_id FROM payment_exceptions ORDER BY id");
const attemptNow = async ({ id }) => (await rowsOf(world, "SELECT state, session_id, payment FROM attempts WHERE id = ?", id))[0];

let turn = 0;
/** An invoice and an attempt to pay it, of one after the other who hears, or of `who`. */
async function ready(options = {}, more = {}, who = HEARS[turn++ % HEARS.length]) {
  const { client, contact, by } = payers[who];
  const invoice = await invoiceRow(world, client, options);
  const attempt = await attemptRow(world, stripe, [invoice], { contact, by, ...more });
  return { invoice, attempt, session: attempt.session, client, contact };
}

/** All orders of a list. */
function* orders(list) {
  if (list.length < 2) yield list;
  for (let i = 0; i < list.length; i++) for (const rest of orders([...list.slice(0, i), ...list.slice(i + 1)])) yield [list[i], ...rest];
}

/** Every nth order, so that the sample is spread over all of them and the same each time. */
function sample(list, size) {
  const all = [...orders(list)];
  const step = Math.max(1, Math.floor(all.length / size));
  return all.filter((_, i) => i % step === 0);
}

for (const who of WHO) {
  test(`a card payment of ${who}: paid, a receipt, one line in the activity; in one round trip where it can be`, async () => {
    const { invoice, attempt, session, client, contact } = await ready({}, {}, who);
    const [completed] = stripe.pay(session);
    stripe.lose();
    const body = JSON.stringify(completed);
    const answer = await world.user().request("POST", "/webhooks/stripe", { browser: false, body, headers: { "content-type": "application/json", "stripe-signature": stripe.sign(body) } });
    assert.equal(answer.status, 200);
    assert.equal((await answer.cost()).d1, who === WHO.at(-1) ? 2 : 1);
    assert.deepEqual(await invoiceNow(world, invoice), {
      state: "sent", status: "paid", paid: 10_000, refunded: 0, disputed_out: 0, disputed_in: 0, dispute: 0, processing: 0, net: 10_000, due: 0, credit: 0,
    });
    assert.deepEqual(await attemptNow(attempt), { state: "succeeded", session_id: session.id, payment: session.payment_intent });
    assert.deepEqual(await rowsOf(world, "SELECT invoice_id, amount, later FROM allocations WHERE payment = ?", session.payment_intent), [{ invoice_id: invoice.id, amount: 10_000, later: 0 }]);
    assert.deepEqual(await rowsOf(world, "SELECT kind, object_id, amount, currency, client_id, event_id, counts FROM ledger WHERE payment = ?", session.payment_intent),
      [{ kind: "payment", object_id: session.payment_intent, amount: 10_000, currency: "EUR", client_id: client.id, event_id: completed.id, counts: 1 }]);
    assert.deepEqual(await rowsOf(world, "SELECT id, type FROM provider_events WHERE id = ?", completed.id), [{ id: completed.id, type: "checkout.session.completed" }]);
    const notes = await rowsOf(world, "SELECT action, detail, client_id FROM audit WHERE entity_id = ?", session.payment_intent);
    assert.deepEqual(notes, [{ action: "payment.received", detail: `€100.00 for ${invoice.number}`, client_id: client.id }]);
    await world.settled();
    const queued = await rowsOf(world, "SELECT to_name, contact_id, content, state FROM outbox WHERE dedupe_key = ?", `receipt ${session.payment_intent}`);
    if (!contact) return assert.deepEqual(queued, []);
    const { paragraphs, button, path } = JSON.parse(queued[0].content);
    assert.deepEqual([paragraphs, button], [[`Hello ${contact.firstName},`, `we have received your payment of €100.00 for invoice ${invoice.number}. Thank you.`], "See the invoice"]);
    assert.equal(queued[0].to_name, `${contact.firstName} ${contact.lastName}`);
    assert.deepEqual([path, queued[0].contact_id, queued[0].state], who === "who signs in" ? [`/billing/${invoice.id}`, contact.id, "sent"] : ["/invoice/", null, "sent"]);
    const mail = await world.mailbox.newest(contact.email);
    assert.match(mail.subject, new RegExp(`Receipt: €100\\.00 for invoice ${invoice.number}`));
    // The button leads to the invoice, where nobody has to sign in by a link that works.
    if (who === "who signs in") return assert.ok(mail.text.includes(`/billing/${invoice.id}`), mail.text);
    const { page } = await world.user().visit(mail.path(/\/invoice\//));
    assert.ok(page.text.includes(invoice.number), page.text);
    assert.equal((await rowsOf(world, "SELECT 1 FROM pay_links WHERE invoice_id = ?", invoice.id)).length, 1);
  });
}

test("what is written at once and what is decided first come to the same rows", async () => {
  const rows = {};
  // The same payer; where the page is not known to us yet, the attempt is looked for first.
  for (const how of ["at once", "decided"]) {
    const { invoice, attempt, session } = await ready({}, {}, "by a link");
    if (how === "decided") await world.db.prepare("UPDATE attempts SET session_id = NULL WHERE id = ?").bind(attempt.id).run();
    const [completed] = stripe.pay(session);
    stripe.lose();
    ok([await stripe.send(completed)]);
    const names = [[invoice.id, "I"], [invoice.number, "N"], [attempt.id, "A"], [session.id, "S"], [session.payment_intent, "P"], [completed.id, "E"]];
    const plain = (list) => list.map((row) => names.reduce((text, [name, short]) => text.replaceAll(name, short), JSON.stringify({ ...row, id: undefined, lease: undefined, sealed: undefined, token_hash: undefined, raw: undefined })));
    const of = async (sql, value) => plain(await rowsOf(world, sql, value));
    rows[how] = {
      attempt: await of("SELECT * FROM attempts WHERE id = ?", attempt.id), held: await of("SELECT * FROM attempt_invoices WHERE attempt_id = ?", attempt.id),
      fact: await of("SELECT * FROM ledger WHERE payment = ?", session.payment_intent), part: await of("SELECT * FROM allocations WHERE payment = ?", session.payment_intent),
      event: await of("SELECT * FROM provider_events WHERE id = ?", completed.id), note: await of("SELECT * FROM audit WHERE entity_id = ?", session.payment_intent),
      mail: await of("SELECT kind, to_email, to_name, subject, content, sealed IS NOT NULL AS carries, contact_id, client_id, staff_id, link_id FROM outbox WHERE dedupe_key = ?", `receipt ${session.payment_intent}`),
      link: await of("SELECT * FROM pay_links WHERE invoice_id = ?", invoice.id), invoice: await of("SELECT status, paid, net, due, credit FROM invoices WHERE id = ?", invoice.id),
    };
  }
  for (const [what, list] of Object.entries(rows.decided)) {
    assert.ok(list.length > 0, what);
    const timeless = (texts) => texts.map((text) => text.replaceAll(/\b1[78]\d{11}\b/g, "T").replaceAll(/\.\d{3}Z/g, "Z"));
    assert.deepEqual(timeless(rows["at once"][what]), timeless(list), what);
  }
});

test("an attempt that knows another payment keeps it, and what came is not lost", async () => {
  const { invoice, attempt, session } = await ready();
  await world.db.prepare("UPDATE attempts SET payment = 'pi_other' WHERE id = ?").bind(attempt.id).run();
  const [completed] = stripe.pay(session);
  stripe.lose();
  ok([await stripe.send(completed)]);
  assert.deepEqual(await attemptNow(attempt), { state: "succeeded", session_id: session.id, payment: "pi_other" });
  assert.equal((await invoiceNow(world, invoice)).status, "paid");
  assert.equal((await rowsOf(world, "SELECT 1 FROM allocations WHERE payment = ?", session.payment_intent)).length, 1);
});

test("a payment that is told again with another amount is told to staff, and changes nothing of it", async () => {
  for (const who of HEARS) {
    const { invoice, attempt, session } = await ready({}, {}, who);
    const [completed] = stripe.pay(session);
    stripe.lose();
    ok([await stripe.send(completed)]);
    const paid = await invoiceNow(world, invoice);
    const odd = { ...completed, id: `evt_odd_${attempt.id}`, data: { object: { ...completed.data.object, amount_total: 9_999 } } };
    for (let n = 0; n < 2; n++) ok([await stripe.send(odd)]);
    const told = (await exceptions()).filter(({ payment }) => payment === session.payment_intent);
    assert.deepEqual(told.map(({ reason, amount }) => [reason, amount]), [["wrong_amount", 9_999]], who);
    assert.deepEqual(await invoiceNow(world, invoice), paid, who);
  }
});

test("told again as of an earlier moment, a payment is of that moment", async () => {
  const { session } = await ready();
  const [completed] = stripe.pay(session);
  stripe.lose();
  const at = async () => (await rowsOf(world, "SELECT occurred_at FROM ledger WHERE object_id = ?", session.payment_intent))[0].occurred_at;
  for (const [created, stands] of [[0, 0], [-90, -90], [-30, -90]]) {
    ok([await stripe.send({ ...completed, created: completed.created + created })]);
    assert.equal(await at(), (completed.created + stands) * 1000);
  }
});

test("whoever can sign in is led to their portal, however they paid, and no link is made", async () => {
  const { session, invoice } = await ready({}, { by: TOKEN }, "who signs in");
  const [completed] = stripe.pay(session);
  stripe.lose();
  ok([await stripe.send(completed)]);
  const [{ content, sealed }] = await rowsOf(world, "SELECT content, sealed FROM outbox WHERE dedupe_key = ?", `receipt ${session.payment_intent}`);
  assert.deepEqual([JSON.parse(content).path, sealed], [`/billing/${invoice.id}`, null]);
  assert.deepEqual(await rowsOf(world, "SELECT 1 FROM pay_links WHERE invoice_id = ?", invoice.id), []);
});

test("a receipt tells nobody more than they may know: no Billing, no mail; links revoked meanwhile, no link", async () => {
  const set = (sql) => world.db.prepare(sql).run();
  for (const who of ["by a link", "by no link, without an account"]) {
    const { client, contact } = payers[who];
    const receipt = async (change, back, prepare = () => {}) => {
      const { session, invoice } = await ready({}, {}, who);
      await prepare(invoice);
      await set(change(invoice));
      const [completed] = stripe.pay(session);
      stripe.lose();
      ok([await stripe.send(completed)]);
      await set(back);
      assert.equal((await invoiceNow(world, invoice)).status, "paid", who);
      const mails = await rowsOf(world, "SELECT content, sealed IS NOT NULL AS carries, client_id FROM outbox WHERE dedupe_key = ?", `receipt ${session.payment_intent}`);
      const links = await rowsOf(world, "SELECT contact_id FROM pay_links WHERE invoice_id = ? AND revoked_at IS NULL", invoice.id);
      return { mails: mails.map(({ content, carries, client_id }) => [JSON.parse(content).button, carries, client_id]), links: links.map(({ contact_id }) => contact_id) };
    };
    const as = (what) => `${who}: ${what}`;
    const off = `UPDATE contacts SET modules_off = 32 WHERE id = '${contact.id}'`, on = `UPDATE contacts SET modules_off = 0 WHERE id = '${contact.id}'`;
    assert.deepEqual(await receipt(() => off, on), { mails: [], links: [] }, as("Billing is off"));
    const held = ({ id }) => world.db.prepare("INSERT INTO pay_links (id, invoice_id, token_hash, created_at, contact_id) VALUES (?1, ?2, ?1, 0, ?3)").bind(newId(), id, contact.id).run();
    assert.deepEqual((await receipt(() => off, on, held)).links.length, 2, as("Billing is off, and the invoice went to them"));
    const revoked = ({ id }) => `INSERT INTO pay_links (id, invoice_id, token_hash, created_at, revoked_at) VALUES ('${newId()}', '${id}', '${id}', 0, ${world.now() + 1})`;
    assert.deepEqual(await receipt(revoked, "SELECT 1"), { mails: [[null, 0, client.id]], links: [] }, as("links were revoked"));
    const archived = `UPDATE clients SET archived_at = 1 WHERE id = '${client.id}'`, back = `UPDATE clients SET archived_at = NULL WHERE id = '${client.id}'`;
    assert.deepEqual(await receipt(() => archived, back), { mails: [[null, 0, client.id]], links: [] }, as("the client is archived"));
    const closed = "UPDATE billing SET pay_without_account = 0", open = "UPDATE billing SET pay_without_account = 1";
    assert.deepEqual(await receipt(() => closed, open), { mails: [[null, 0, client.id]], links: [] }, as("links are off"));
    const usual = await receipt(() => "SELECT 1", "SELECT 1");
    assert.deepEqual([usual.mails.map(([button, , of]) => [button, of]), usual.links], [[["See the invoice", client.id]], [contact.id]], as("the link is of whom it went to"));
  }
});

test("a page of somebody else's that names an attempt of ours by reference changes nothing of it", async () => {
  const { invoice, attempt, session } = await ready();
  const [completed] = stripe.pay(session);
  stripe.lose();
  const { object } = completed.data;
  const theirs = (n, type, change) => ({ ...completed, id: `evt_shop_${n}_${attempt.id}`, type, data: { object: { ...object, id: `cs_shop_${n}`, payment_intent: `pi_shop_${n}_${attempt.id}`, ...change } } });
  ok([
    await stripe.send(theirs(1, "checkout.session.completed", {})), await stripe.send(theirs(2, "checkout.session.completed", { payment_status: "unpaid", amount_total: 1 })),
    await stripe.send(theirs(3, "checkout.session.expired", { payment_status: "unpaid" })), await stripe.send(theirs(4, "checkout.session.async_payment_failed", { payment_status: "unpaid" })),
  ]);
  assert.deepEqual(await attemptNow(attempt), { state: "open", session_id: session.id, payment: null });
  assert.equal((await invoiceNow(world, invoice)).status, "outstanding");
  const told = (await exceptions()).filter(({ payment }) => payment === `pi_shop_1_${attempt.id}`);
  assert.deepEqual(told.map(({ reason, amount }) => [reason, amount]), [["unknown_invoice", 10_000]]);
  ok([await stripe.send(completed)]);
  assert.equal((await invoiceNow(world, invoice)).status, "paid");
});

test("a payment told again after another one brought a credit brings no second telling of it", async () => {
  for (const who of HEARS) {
    const { invoice, attempt, session, client, contact } = await ready({}, {}, who);
    const [first] = stripe.pay(session);
    stripe.lose();
    ok([await stripe.send(first)]);
    const again = await attemptRow(world, stripe, [invoice], { contact, by: payers[who].by });
    const [second] = stripe.pay(again.session);
    stripe.lose();
    ok([await stripe.send(second), await stripe.send(first), await stripe.send(second)]);
    assert.equal((await invoiceNow(world, invoice)).credit, 10_000);
    const told = (await exceptions()).filter(({ invoice_id }) => invoice_id === invoice.id);
    assert.deepEqual(told.map(({ reason, payment }) => [reason, payment]), [["overpaid", again.session.payment_intent]], who);
    assert.equal((await attemptNow(attempt)).state, "succeeded");
    assert.equal((await rowsOf(world, "SELECT 1 FROM audit WHERE client_id = ? AND entity_id = ?", client.id, session.payment_intent)).length, 1);
  }
});

test("what came in a kept event shows no link", async () => {
  const { attempt, session } = await ready({}, {}, "by a link");
  const [completed] = stripe.pay(session);
  stripe.lose();
  assert.ok(JSON.stringify(completed).includes(TOKEN));
  ok([await stripe.send(completed)]);
  const [{ raw }] = await rowsOf(world, "SELECT raw FROM provider_events WHERE id = ?", completed.id);
  assert.ok(raw.includes(`/invoice/pt_p…/confirming/${attempt.id}`) && !raw.includes(TOKEN.slice(0, 12)), raw);
  assert.equal(JSON.parse(raw).id, completed.id);
});

test("every order of a story ends in the same books", async () => {
  const story = async () => {
    const { invoice, attempt, session } = await ready();
    const [completed] = stripe.pay(session, { delayed: true });
    const arrived = stripe.settle(session);
    const intent = stripe.intents.get(session.payment_intent);
    const [first, charge1] = stripe.refund(intent, 2_000);
    const [second, charge2] = stripe.refund(intent, 1_000);
    const [created] = stripe.dispute(intent, { amount: 7_000 });
    const closed = stripe.closeDispute([...stripe.disputes.values()].at(-1), true).at(-1);
    stripe.lose();
    return { invoice, attempt, events: [completed, arrived, first, second, charge2, created, closed], also: [charge1] };
  };
  const expected = { state: "sent", status: "partially_refunded", paid: 10_000, refunded: 3_000, disputed_out: 7_000, disputed_in: 7_000, dispute: 0, processing: 0, net: 7_000, due: 0, credit: 0 };
  // 7! = 5040 orders; the native property test walks them, here is a spread sample.
  const indices = sample([0, 1, 2, 3, 4, 5, 6], 60);
  assert.ok(indices.length >= 60);
  for (const order of indices) {
    const { invoice, attempt, events } = await story();
    for (const i of order) ok([await stripe.send(events[i])]);
    assert.deepEqual(await invoiceNow(world, invoice), expected, `order ${order}`);
    assert.equal((await attemptNow(attempt)).state, "succeeded", `order ${order}`);
    assert.equal((await rowsOf(world, "SELECT 1 FROM outbox WHERE dedupe_key = ?", `receipt ${attempt.session.payment_intent}`)).length, 1);
  }
});

test("a lost dispute is final in every order", async () => {
  for (const order of orders([0, 1, 2, 3])) {
    const { invoice, session } = await ready();
    const [completed] = stripe.pay(session);
    const intent = stripe.intents.get(session.payment_intent);
    const [created, withdrawn] = stripe.dispute(intent);
    const [closed] = stripe.closeDispute([...stripe.disputes.values()].at(-1), false);
    stripe.lose();
    const events = [completed, created, withdrawn, closed];
    for (const i of order) ok([await stripe.send(events[i])]);
    const { status, net } = await invoiceNow(world, invoice);
    assert.deepEqual({ status, net }, { status: "charged_back", net: 0 }, `order ${order}`);
  }
});

test("a refund that fails later is taken out again, in every order", async () => {
  for (const order of orders([0, 1, 2, 3])) {
    const { invoice, session } = await ready();
    const [completed] = stripe.pay(session);
    const [created, charge] = stripe.refund(stripe.intents.get(session.payment_intent), 4_000, { status: "pending" });
    const failed = stripe.changeRefund([...stripe.refunds.values()].at(-1), "failed");
    stripe.lose();
    const events = [completed, created, charge, { ...failed, created: failed.created + 5 }];
    for (const i of order) ok([await stripe.send(events[i])]);
    const { status, refunded } = await invoiceNow(world, invoice);
    assert.deepEqual({ status, refunded }, { status: "paid", refunded: 0 }, `order ${order}`);
  }
});

test("fifty of each at once are one", async () => {
  const { invoice, session } = await ready();
  const [completed] = stripe.pay(session, { delayed: true });
  const arrived = stripe.settle(session);
  const intent = stripe.intents.get(session.payment_intent);
  const [refund, charge] = stripe.refund(intent, 2_500);
  const [dispute, withdrawn] = stripe.dispute(intent, { amount: 1_000 });
  stripe.lose();
  const events = [completed, arrived, refund, charge, dispute, withdrawn];
  const twin = await ready();
  const once = async (events, times) => {
    const before = await counts(world);
    for (const event of events) ok(await Promise.all(Array.from({ length: times }, () => stripe.send(event))));
    const now = await counts(world);
    return Object.fromEntries(Object.keys(now).map((table) => [table, now[table] - before[table]]));
  };
  // The same story of another invoice, told once, is the measure.
  const [c2] = stripe.pay(twin.session, { delayed: true });
  const a2 = stripe.settle(twin.session);
  const i2 = stripe.intents.get(twin.session.payment_intent);
  const [r2, ch2] = stripe.refund(i2, 2_500);
  const [d2, w2] = stripe.dispute(i2, { amount: 1_000 });
  stripe.lose();
  const told = await once([c2, a2, r2, ch2, d2, w2], 1);
  assert.deepEqual(await once(events, 50), told);
  assert.equal(told.outbox, 1, "one receipt");
  assert.deepEqual(await invoiceNow(world, invoice), await invoiceNow(world, twin.invoice));
});

test("the whole story fifty times over at once, all mixed, is one", async () => {
  const { invoice, session } = await ready();
  const [completed] = stripe.pay(session, { delayed: true });
  const arrived = stripe.settle(session);
  const [refund, charge] = stripe.refund(stripe.intents.get(session.payment_intent), 2_500);
  stripe.lose();
  const before = await counts(world);
  const all = Array.from({ length: 50 }, (_, n) => [completed, arrived, refund, charge].map((_, i, list) => list[(i + n) % list.length])).flat();
  ok(await Promise.all(all.map((event) => stripe.send(event))));
  const after = await counts(world);
  assert.equal(after.provider_events - before.provider_events, 4);
  assert.equal(after.ledger - before.ledger, 3);
  assert.equal(after.allocations - before.allocations, 1);
  assert.equal(after.outbox - before.outbox, 1);
  const { status, paid, refunded } = await invoiceNow(world, invoice);
  assert.deepEqual({ status, paid, refunded }, { status: "partially_refunded", paid: 10_000, refunded: 2_500 });
});

test("a refund and a dispute before their payment wait for it", async () => {
  const { invoice, session, client } = await ready();
  const [completed] = stripe.pay(session);
  const intent = stripe.intents.get(session.payment_intent);
  const [refund] = stripe.refund(intent, 3_000);
  const [dispute] = stripe.dispute(intent, { amount: 7_000 });
  stripe.lose();
  ok([await stripe.send(refund), await stripe.send(dispute)]);
  assert.equal((await invoiceNow(world, invoice)).status, "outstanding");
  ok([await stripe.send(completed)]);
  const { status, refunded, disputed_out } = await invoiceNow(world, invoice);
  assert.deepEqual({ status, refunded, disputed_out }, { status: "disputed", refunded: 3_000, disputed_out: 7_000 });
  const owners = await rowsOf(world, "SELECT DISTINCT client_id FROM ledger WHERE payment = ?", intent.id);
  assert.deepEqual(owners, [{ client_id: client.id }], "all facts belong to the client now");
});

test("a delayed method: processing, then paid; or failed, told once, and payable again", async () => {
  const paid = await ready();
  stripe.pay(paid.session, { delayed: true });
  ok(await stripe.deliver());
  assert.deepEqual([(await invoiceNow(world, paid.invoice)).status, (await attemptNow(paid.attempt)).state], ["processing", "processing"]);
  stripe.settle(paid.session);
  ok(await stripe.deliver());
  assert.equal((await invoiceNow(world, paid.invoice)).status, "paid");

  for (const order of [[0, 1], [1, 0]]) {
    const failed = await ready();
    const [completed] = stripe.pay(failed.session, { delayed: true });
    const refused = stripe.settle(failed.session, false);
    stripe.lose();
    const events = [completed, refused];
    for (const i of order) ok(await Promise.all(Array.from({ length: 5 }, () => stripe.send(events[i]))));
    assert.deepEqual([(await invoiceNow(world, failed.invoice)).status, (await attemptNow(failed.attempt)).state], ["outstanding", "failed"], `order ${order}`);
    assert.equal((await rowsOf(world, "SELECT 1 FROM outbox WHERE dedupe_key = ?", `payment-failed ${failed.attempt.id}`)).length, 1);
    assert.deepEqual(await rowsOf(world, "SELECT holds FROM attempt_invoices WHERE attempt_id = ?", failed.attempt.id), [{ holds: 0 }]);
  }
});

test("an expired page frees its invoices, unless it was used after all", async () => {
  const { invoice, attempt, session } = await ready();
  stripe.expire(session);
  const [expired] = stripe.due;
  ok(await stripe.deliver());
  assert.equal((await attemptNow(attempt)).state, "expired");
  assert.equal((await invoiceNow(world, invoice)).status, "outstanding");
  const used = await ready();
  stripe.pay(used.session);
  ok(await stripe.deliver());
  ok([await stripe.send({ ...expired, id: "evt_late", data: { object: { ...expired.data.object, id: used.session.id, client_reference_id: used.attempt.id } } })]);
  assert.equal((await attemptNow(used.attempt)).state, "succeeded");
});

test("an event is matched by our session first, then by its reference, never by metadata", async () => {
  const mine = await ready();
  const other = await ready();
  const [completed] = stripe.pay(mine.session);
  stripe.lose();
  // The reference names another attempt: the session decides.
  const object = { ...completed.data.object, client_reference_id: other.attempt.id, metadata: {} };
  ok([await stripe.send({ ...completed, data: { object } })]);
  assert.equal((await invoiceNow(world, mine.invoice)).status, "paid");
  assert.equal((await invoiceNow(world, other.invoice)).status, "outstanding");

  // A session that we have not stored yet is found by its reference.
  const early = await ready();
  await world.db.prepare("UPDATE attempts SET session_id = NULL WHERE id = ?").bind(early.attempt.id).run();
  const [first] = stripe.pay(early.session);
  stripe.lose();
  ok([await stripe.send(first)]);
  assert.equal((await invoiceNow(world, early.invoice)).status, "paid");
  assert.equal((await attemptNow(early.attempt)).session_id, early.session.id);

  // Metadata that says otherwise is told, and changes nothing else.
  const said = await ready();
  const [event] = stripe.pay(said.session);
  stripe.lose();
  ok([await stripe.send({ ...event, data: { object: { ...event.data.object, metadata: { invoice: other.invoice.id } } } })]);
  assert.equal((await invoiceNow(world, said.invoice)).status, "paid");
  assert.equal((await invoiceNow(world, other.invoice)).status, "outstanding");
  const told = (await exceptions()).filter(({ payment }) => payment === said.session.payment_intent);
  assert.deepEqual(told.map(({ reason }) => reason), ["metadata"]);
});

test("what does not fit goes to the exceptions desk with its event, once, and changes no invoice", async () => {
  const cases = {
    unknown_invoice: (session) => ({ ...session, id: "cs_nobodys", client_reference_id: "not-ours" }),
    wrong_amount: (session) => ({ ...session, amount_total: session.amount_total - 1 }),
    wrong_currency: (session) => ({ ...session, currency: "usd" }),
  };
  for (const [reason, change, who] of Object.entries(cases).flatMap(([reason, change]) => HEARS.map((who) => [reason, change, who]))) {
    const { invoice, attempt, session } = await ready({}, {}, who);
    const before = await invoiceNow(world, invoice);
    const [completed] = stripe.pay(session);
    stripe.lose();
    const event = { ...completed, data: { object: change(completed.data.object) } };
    for (let n = 0; n < 3; n++) ok([await stripe.send(event)]);
    assert.deepEqual(await invoiceNow(world, invoice), before, reason);
    assert.equal((await attemptNow(attempt)).state, "open", reason);
    const told = (await exceptions()).filter(({ event_id }) => event_id === event.id);
    assert.deepEqual(told.map((row) => row.reason), [reason]);
    const [{ raw }] = await rowsOf(world, "SELECT raw FROM provider_events WHERE id = ?", event.id);
    assert.deepEqual(JSON.parse(raw), JSON.parse(JSON.stringify(event).replaceAll(TOKEN, "pt_p…")), "the raw event is kept as it came, but for secrets");
    // The money is in the books, for staff to attach.
    const [fact] = await rowsOf(world, "SELECT kind, amount FROM ledger WHERE object_id = ?", session.payment_intent);
    assert.equal(fact.kind, "payment");
  }
});

test("nothing to pay is right only where nothing was due", async () => {
  const { invoice, session } = await ready();
  const event = stripe.emit("checkout.session.completed", { ...session, payment_status: "no_payment_required", amount_total: 0 });
  stripe.lose();
  ok([await stripe.send(event)]);
  assert.equal((await invoiceNow(world, invoice)).status, "outstanding");
  assert.deepEqual((await exceptions()).filter(({ event_id }) => event_id === event.id).map(({ reason }) => reason), ["not_free"]);
});

test("an invoice voided while somebody pays: the money is recorded, staff are told, the invoice stays void", async () => {
  for (const who of HEARS) {
    const { invoice, attempt, session } = await ready({}, {}, who);
    const [completed] = stripe.pay(session);
    stripe.lose();
    await voidInvoice(world, invoice);
    for (let n = 0; n < 3; n++) ok([await stripe.send(completed)]);
    const { status, paid, due } = await invoiceNow(world, invoice);
    assert.deepEqual({ status, paid, due }, { status: "void", paid: 0, due: 0 });
    assert.equal((await attemptNow(attempt)).state, "succeeded");
    const told = (await exceptions()).filter(({ payment }) => payment === session.payment_intent);
    assert.equal(told.length, 1);
    assert.deepEqual([told[0].reason, told[0].invoice_id, told[0].amount], ["voided", invoice.id, 10_000]);
    assert.match(told[0].detail, new RegExp(`€100\\.00 was paid for invoice ${invoice.number}, which is void`));
    assert.equal((await rowsOf(world, "SELECT amount FROM ledger WHERE object_id = ?", session.payment_intent))[0].amount, 10_000);
    assert.deepEqual(await rowsOf(world, "SELECT 1 FROM outbox WHERE dedupe_key = ?", `receipt ${session.payment_intent}`), []);
  }
});

test("of a payment for several invoices each gets its part, and a void one none", async () => {
  const { client, contact } = payers["who signs in"];
  const [a, b, c] = [await invoiceRow(world, client, { total: 5_000 }), await invoiceRow(world, client, { total: 3_000 }), await invoiceRow(world, client, { total: 2_000 })];
  const attempt = await attemptRow(world, stripe, [a, b, c], { contact });
  const [completed] = stripe.pay(attempt.session);
  stripe.lose();
  await voidInvoice(world, b);
  ok([await stripe.send(completed)]);
  const states = await Promise.all([a, b, c].map(async (invoice) => (await invoiceNow(world, invoice)).status));
  assert.deepEqual(states, ["paid", "void", "paid"]);
  const intent = stripe.intents.get(attempt.session.payment_intent);
  stripe.refund(intent, 2_000);
  ok(await stripe.deliver());
  assert.deepEqual([(await invoiceNow(world, a)).status, (await invoiceNow(world, c)).status], ["paid", "refunded"], "what goes back is taken from the last");
});

test("more than was due is a credit that staff are told of once", async () => {
  for (const who of HEARS) {
    const { invoice, session, client } = await ready({}, {}, who);
    await books(world,
      ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, created_at) VALUES (?1, 'payment', ?1, ?1, 'offline', 4000, 'EUR', 0, '2026-11-01', ?2, 0)", `offline:${invoice.id}`, client.id],
      ["INSERT INTO allocations (payment, invoice_id, amount, created_at) VALUES (?, ?, 4000, 0)", `offline:${invoice.id}`, invoice.id]);
    stripe.pay(session);
    ok(await stripe.deliver(undefined, { times: 3 }));
    const { status, credit } = await invoiceNow(world, invoice);
    assert.deepEqual({ status, credit }, { status: "paid", credit: 4_000 });
    const told = (await exceptions()).filter(({ invoice_id }) => invoice_id === invoice.id);
    assert.deepEqual(told.map(({ reason, amount }) => [reason, amount]), [["overpaid", 4_000]]);
  }
});

test("a refund in another currency than its payment is told once, whichever came first, and counts for nothing", async () => {
  for (const [first, who] of ["payment", "refund"].flatMap((first) => HEARS.map((who) => [first, who]))) {
    const { invoice, session } = await ready({}, {}, who);
    const [completed] = stripe.pay(session);
    const event = stripe.emit("refund.created", { id: `re_foreign_${invoice.id}`, object: "refund", payment_intent: session.payment_intent, charge: null, amount: 2_500, currency: "usd", status: "succeeded" });
    stripe.lose();
    const events = [completed, event, event, event];
    for (const each of first === "payment" ? events : [event, event, completed, completed]) ok([await stripe.send(each)]);
    const { status, net, refunded } = await invoiceNow(world, invoice);
    assert.deepEqual({ status, net, refunded }, { status: "paid", net: 10_000, refunded: 0 });
    const told = (await exceptions()).filter(({ payment }) => payment === session.payment_intent);
    assert.deepEqual(told.map(({ reason, object_id, amount, currency }) => [reason, object_id, amount, currency]), [["wrong_currency", `re_foreign_${invoice.id}`, 2_500, "USD"]], `${first} first, ${who}`);
  }
});

test("a session that another attempt holds stays that one's, and what it tells still counts", async () => {
  const [mine, other] = [await ready(), await ready()];
  await world.db.prepare("UPDATE attempts SET session_id = NULL WHERE id = ?").bind(mine.attempt.id).run();
  const [completed] = stripe.pay(mine.session);
  stripe.lose();
  const { session_id: held } = await attemptNow(other.attempt);
  const renamed = { ...completed, data: { object: { ...completed.data.object, id: held } } };
  // The session that we stored decides whose it is, whatever it is called by reference.
  ok([await stripe.send(renamed)]);
  assert.deepEqual([(await attemptNow(mine.attempt)).session_id, (await attemptNow(mine.attempt)).state], [null, "open"]);
  assert.deepEqual([(await attemptNow(other.attempt)).session_id, (await attemptNow(other.attempt)).state], [held, "succeeded"]);
  ok([await stripe.send(completed)]);
  assert.deepEqual([(await attemptNow(mine.attempt)).session_id, (await attemptNow(mine.attempt)).state], [mine.session.id, "succeeded"]);
});

test("an event that cannot be read is kept for staff, not sent again for ever", async () => {
  const event = stripe.emit("charge.refunded", { id: "ch_x", amount_refunded: "much", currency: "eur" });
  stripe.lose();
  ok([await stripe.send(event)]);
  const [told] = (await exceptions()).filter(({ event_id }) => event_id === event.id);
  assert.equal(told.reason, "unreadable");
});

test("D1 fails at each place of the batch: 500 and nothing done; sent again, all of it once", async () => {
  world.expectLog(/POST \/webhooks\/stripe/);
  const places = ["INTO provider_events", "INTO ledger", "UPDATE attempts", "INTO allocations", "INTO payment_exceptions", "INTO outbox", "INTO audit", "FROM billing"];
  for (const [match, who] of places.flatMap((place) => HEARS.map((who) => [place, who]))) {
    // Only what is decided asks what staff have to be told.
    if (match === "INTO payment_exceptions" && who !== HEARS.at(-1)) continue;
    const { invoice, attempt, session } = await ready({}, {}, who);
    stripe.pay(session);
    const [completed] = stripe.due;
    stripe.lose();
    const before = await counts(world);
    // What is decided is written by the second batch of the two.
    await world.fault({ on: "d1", match, when: "before", skip: who === HEARS.at(-1) && match !== "INTO payment_exceptions" ? 1 : 0 });
    assert.equal((await stripe.send(completed)).status, 500, `${match}, ${who}`);
    assert.deepEqual([await counts(world), (await invoiceNow(world, invoice)).status], [before, "outstanding"], match);
    ok([await stripe.send(completed)]);
    assert.deepEqual([(await invoiceNow(world, invoice)).status, (await attemptNow(attempt)).state], ["paid", "succeeded"], match);
    const after = await counts(world);
    assert.deepEqual([after.ledger - before.ledger, after.outbox - before.outbox, after.audit - before.audit], [1, 1, 1], match);
  }
});

test("a statement in the middle of the batch fails: the whole of it is as though it had not been", async () => {
  world.expectLog(/POST \/webhooks\/stripe/);
  const places = ["INSERT ON provider_events", "INSERT ON ledger", "UPDATE ON attempts", "INSERT ON allocations", "UPDATE ON invoices", "INSERT ON balances", "INSERT ON totals", "INSERT ON outbox", "INSERT ON audit"];
  for (const [place, who] of places.flatMap((place) => HEARS.map((who) => [place, who]))) {
    const { invoice, attempt, session } = await ready({}, {}, who);
    const [completed] = stripe.pay(session);
    stripe.lose();
    const before = await counts(world);
    await world.db.prepare(`CREATE TRIGGER stumble BEFORE ${place} BEGIN SELECT RAISE(ABORT, 'stumbled'); END`).run();
    const { status } = await stripe.send(completed);
    await world.db.prepare("DROP TRIGGER stumble").run();
    assert.equal(status, 500, place);
    assert.deepEqual([await counts(world), (await invoiceNow(world, invoice)).status, (await attemptNow(attempt)).state], [before, "outstanding", "open"], place);
    ok([await stripe.send(completed)]);
    assert.equal((await invoiceNow(world, invoice)).status, "paid", place);
  }
});

test("D1 commits and its answer is lost: 500, and the repetition changes nothing more", async () => {
  world.expectLog(/POST \/webhooks\/stripe/);
  for (const who of HEARS) {
    const { invoice, session } = await ready({}, {}, who);
    const [completed] = stripe.pay(session);
    stripe.lose();
    // Where it is decided first, the batch that would have written it all at once wrote nothing.
    await world.fault({ on: "d1", op: "batch", match: who === HEARS.at(-1) ? "INTO payment_exceptions" : "INTO provider_events", when: "after" });
    assert.equal((await stripe.send(completed)).status, 500);
    assert.equal((await invoiceNow(world, invoice)).status, "paid", who);
    const before = await counts(world);
    ok([await stripe.send(completed)]);
    assert.deepEqual(await counts(world), before);
    assert.equal((await mails("receipt")).filter(({ subject }) => subject.includes(invoice.number)).length, 1);
  }
});

test("the activity of a client tells what happened to its money, each thing once", async () => {
  const { session, client } = await ready();
  stripe.pay(session);
  const intent = stripe.intents.get(session.payment_intent);
  stripe.refund(intent, 1_000);
  stripe.dispute(intent, { amount: 9_000 });
  stripe.closeDispute([...stripe.disputes.values()].at(-1), true);
  ok(await stripe.deliver(undefined, { times: 4 }));
  const notes = await rowsOf(world, "SELECT action, count(*) AS n FROM audit WHERE client_id = ?1 AND entity_id IN (SELECT object_id FROM ledger WHERE payment = ?2) GROUP BY action ORDER BY action", client.id, intent.id);
  assert.deepEqual(notes.map(({ action, n }) => `${action} ${n}`), ["payment.dispute_won 1", "payment.disputed 1", "payment.received 1", "payment.refunded 1"]);
});
