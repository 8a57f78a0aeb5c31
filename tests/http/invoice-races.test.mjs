// Several staff at once: numbers without gaps or twins, one payment of one form, one of two who change a draft.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice, invoiceRow, sendFields, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
let second;
let client;
before(async () => {
  owner = await setUpOwner(world);
  second = await colleague(world, owner, "member");
  client = await clientRow(world);
  await contactRow(world, client);
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const one = async (sql, ...values) => (await all(sql, ...values))[0];
const counts = async () => (await all("SELECT series_count AS n FROM invoices WHERE series_count IS NOT NULL ORDER BY n")).map(({ n }) => n);

test("two staff send the same draft at once: one number, one sealed revision, one mail, and both see it", async () => {
  for (let round = 0; round < 5; round++) {
    const draft = await draftInvoice(owner, client);
    const [mine, theirs] = [await sendFields(owner, draft), await sendFields(second, draft)];
    const before = (await counts()).length;
    const answers = await Promise.all([owner.post(`${draft.path}/send`, mine), second.post(`${draft.path}/send`, theirs)]);
    assert.ok(answers.every(({ status }) => status === 303 || status === 422), answers.join(" / "));
    const row = await invoiceRow(world, draft);
    assert.equal(row.state, "sent");
    assert.equal((await counts()).length, before + 1);
    assert.equal((await one("SELECT count(*) AS n FROM invoice_revisions WHERE invoice_id = ? AND sealed_at IS NOT NULL", draft.id)).n, 1);
    assert.equal((await one("SELECT count(*) AS n FROM pay_links WHERE invoice_id = ?", draft.id)).n, 1);
    assert.equal((await one("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = 'invoice.sent'", draft.id)).n, 1);
    assert.equal((await one("SELECT count(*) AS n FROM outbox WHERE kind = 'invoice' AND subject LIKE '%' || ? || '%'", row.number)).n, 1);
  }
});

test("fifty drafts sent at once, some twice: fifty numbers, no gap, none twice", async () => {
  const drafts = [];
  for (let n = 0; n < 50; n++) drafts.push(await draftInvoice(owner, client, { lines: [["Work", 1, String(n + 1), "0"]] }));
  const forms = [];
  for (const draft of drafts) forms.push([draft, await sendFields(owner, draft)]);
  const before = await counts();
  const sends = forms.flatMap(([draft, fields], n) => [owner.clone(), ...(n % 5 ? [] : [second.clone()])].map((user) => user.post(`${draft.path}/send`, fields)));
  const answers = await Promise.all(sends);
  assert.ok(answers.every(({ status }) => status < 500), answers.filter(({ status }) => status >= 500).join(" / "));
  const after = await counts();
  assert.equal(after.length, before.length + 50);
  assert.deepEqual(after, Array.from({ length: after.length }, (_, i) => i + 1), "1, 2, 3 … without a gap");
  const { next } = await one("SELECT next FROM number_counters");
  assert.equal(next, after.length + 1);
  const numbers = (await all("SELECT number FROM invoices WHERE number IS NOT NULL")).map(({ number }) => number);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.equal((await one("SELECT due FROM balances WHERE client_id = ?", client.id)).due, (await one("SELECT sum(due) AS due FROM invoices WHERE client_id = ?", client.id)).due);
});

test("sending while D1 loses its answer takes one number", async () => {
  const draft = await draftInvoice(owner, client);
  const fields = await sendFields(owner, draft);
  const before = (await counts()).length;
  world.expectLog(/./);
  await world.fault({ on: "d1", op: "batch", match: "number_counters", when: "after" });
  const answer = await owner.post(`${draft.path}/send`, fields);
  assert.equal(answer.status, 503);
  const again = await owner.post(`${draft.path}/send`, fields);
  assert.equal(again.status, 303);
  assert.match((await owner.get(again.location)).page.text, /sent already/);
  const after = await counts();
  assert.equal(after.length, before + 1);
  assert.equal(after.at(-1), after.length);
  assert.equal((await one("SELECT count(*) AS n FROM pay_links WHERE invoice_id = ?", draft.id)).n, 1);
});

test("the same payment form from one person's two windows, at once and again, is one payment", async () => {
  const invoice = await sentInvoice(owner, client);
  const path = `${invoice.path}/payments/new`;
  const fields = { ...Object.fromEntries((await owner.get(path)).page.formTo(path).values), amount: "100" };
  const answers = await Promise.all(Array.from({ length: 10 }, () => owner.clone().post(path, fields)));
  assert.ok(answers.every(({ status }) => status < 500), answers.join(" / "));
  assert.ok(answers.some(({ status }) => status === 303));
  await owner.post(path, fields);
  assert.equal((await one("SELECT count(*) AS n FROM allocations WHERE invoice_id = ?", invoice.id)).n, 1);
  assert.equal((await invoiceRow(world, invoice)).paid, 10_000);
  const other = { ...fields, ...Object.fromEntries((await owner.get(path)).page.formTo(path).values), amount: "100" };
  await owner.post(path, other);
  assert.equal((await invoiceRow(world, invoice)).paid, 20_000, "another form is another payment");
});

test("void and a payment at once: either it is void without money, or paid and not void", async () => {
  for (let round = 0; round < 5; round++) {
    const invoice = await sentInvoice(owner, client);
    const path = `${invoice.path}/payments/new`;
    const fields = { ...Object.fromEntries((await owner.get(path)).page.formTo(path).values), amount: "238" };
    await Promise.all([owner.post(`${invoice.path}/void`), second.post(path, fields)]);
    const row = await invoiceRow(world, invoice);
    assert.ok((row.status === "void" && row.paid === 0) || (row.status === "paid" && row.paid === 23_800), JSON.stringify(row));
  }
});
