// Putting a recorded payment right: the wrong record stays, crossed out; refunds and disputes of the provider
// stand on the invoice as they come.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { invoiceRow as rowOf, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { attemptRow, invoiceRow } from "../harness/money.mjs";
import { clientRow, colleague } from "../harness/rows.mjs";
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

let owner;
let client;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world);
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const said = async (answer) => (await owner.get(answer.location)).page.text;

/** An invoice of €238 with a record of €100: { invoice, path }. */
async function recorded() {
  const invoice = await sentInvoice(owner, client);
  await recordPayment(owner, invoice, "100", { reference: "Statement 7" });
  const [{ payment }] = await all("SELECT payment FROM allocations WHERE invoice_id = ?", invoice.id);
  return { invoice, path: `/admin/payments/${payment.replace("offline:", "")}/correct` };
}
const shown = async (path, user = owner) => Object.fromEntries((await user.get(path)).page.formTo(path).values);

test("the right record takes the place of the wrong one, in one batch", async () => {
  const { invoice, path } = await recorded();
  const form = await owner.get(path);
  assert.equal((await form.cost()).d1, 1);
  const fields = Object.fromEntries(form.page.formTo(path).values);
  assert.deepEqual([fields.amount, fields.method, fields.reference], ["100.00", "bank_transfer", "Statement 7"]);
  for (const [field, bad] of [["amount", ""], ["amount", "0"], ["amount", "1.005"], ["paid_on", "2999-01-01"], ["method", "barter"], ["reference", "x".repeat(101)]]) {
    const answer = await owner.post(path, { ...fields, [field]: bad });
    assert.equal(answer.status, 422, field);
    assert.ok(answer.page.all(`#e-${field}`).length, field);
  }
  const answer = await owner.post(path, { ...fields, amount: "238", method: "cash" });
  assert.deepEqual([answer.status, answer.location], [303, invoice.path]);
  assert.ok((await answer.cost()).d1 <= 2);
  const row = await rowOf(world, invoice);
  assert.deepEqual([row.status, row.paid, row.due], ["paid", 23_800, 0]);
  assert.deepEqual(await all("SELECT l.kind, l.amount FROM ledger l JOIN allocations a ON a.payment = l.payment WHERE a.invoice_id = ? ORDER BY l.kind, l.amount", invoice.id), [
    { kind: "payment", amount: 10_000 }, { kind: "payment", amount: 23_800 }, { kind: "reversal", amount: 10_000 },
  ]);
  const text = await said(answer);
  assert.match(text, /now counts/);
  assert.match(text, /Cash · Statement 7 · recorded by/);
  const [{ detail }] = await all("SELECT detail FROM audit WHERE action = 'payment.corrected' AND entity_id = ?", invoice.id);
  assert.match(detail, /^€100\.00 became €238\.00 on invoice INV-/);
  // Once more is told, and changes nothing.
  assert.match(await said(await owner.post(path, { ...fields, amount: "238" })), /reversed already/);
  assert.equal((await owner.get(path)).status, 303);
  assert.equal((await rowOf(world, invoice)).paid, 23_800);
});

test("of two who correct the same record at once, one does", async () => {
  const { invoice, path } = await recorded();
  const second = await colleague(world, owner, "member");
  const [mine, theirs] = [await shown(path), await shown(path, second)];
  await Promise.all([owner.post(path, { ...mine, amount: "110" }), second.post(path, { ...theirs, amount: "120" })]);
  const row = await rowOf(world, invoice);
  assert.ok([11_000, 12_000].includes(row.paid), `paid is ${row.paid}`);
  assert.equal((await all("SELECT * FROM audit WHERE action = 'payment.corrected' AND entity_id = ?", invoice.id)).length, 1);
});

test("refunds and disputes of the provider stand on the invoice; its payments are not corrected here", async () => {
  const invoice = { ...await invoiceRow(world, client), path: "" };
  invoice.path = `/admin/invoices/${invoice.id}`;
  const { session } = await attemptRow(world, stripe, [invoice]);
  stripe.pay(session);
  await stripe.deliver();
  assert.match((await owner.get(invoice.path)).page.text, /All of it is paid/);
  assert.doesNotMatch((await owner.get(invoice.path)).text, /payments\/[^"]*\/(correct|reverse)/);
  const [{ id }] = await all("SELECT l.id FROM ledger l JOIN allocations a ON a.payment = l.payment WHERE a.invoice_id = ? AND l.kind = 'payment'", invoice.id);
  assert.equal((await owner.get(`/admin/payments/${id}/correct`)).status, 404);
  stripe.refund(stripe.intents.get(session.payment_intent), 3_000);
  await stripe.deliver();
  let text = (await owner.get(invoice.path)).page.text;
  assert.match(text, /Partially refunded/);
  assert.match(text, /Refund.*€30\.00/);
  stripe.dispute(stripe.intents.get(session.payment_intent));
  await stripe.deliver();
  text = (await owner.get(invoice.path)).page.text;
  assert.match(text, /Disputed by the bank/);
  assert.match(text, /The money is held until that is decided/);
});
