// Billing as a client sees it: what is due, what was paid, each invoice, receipts; never a draft.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice, invoiceRow as rowOf, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { books, invoiceRow, rowsOf } from "../harness/money.mjs";
import { newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const DAY = 86_400_000;
const world = await World.start();
after(() => world.close());

let owner, lena, client, other;
before(async () => {
  owner = await setUpOwner(world, { business: "Fern & Oak" });
  ({ client, person: lena } = await person(world, owner, { client: "Larkspur" }));
  other = await person(world, owner, { client: "Birch" });
  await world.db.prepare("UPDATE billing SET iban = 'DE89370400440532013000', bic = 'COBADEFFXXX', bank_name = 'Commerzbank', account_name = 'Fern & Oak Ltd' WHERE id = 1").run();
});

const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const numbersOn = (answer, section) => answer.page.all(`section[aria-labelledby="${section}"] td a.row-link`).map((link) => link.text.trim());

test("an empty list says what will appear, and the dashboard that nothing is to be paid", async () => {
  const { person: fresh } = await person(world, owner);
  const answer = await fresh.get("/billing");
  assert.equal(answer.status, 200);
  assert.match(answer.page.text, /No invoices yet/);
  assert.match((await fresh.get("/")).page.text, /To be paid Nothing/);
});

test("an invoice: amount, due date in words, lines, taxes, how to transfer it; a draft is not there", async () => {
  const draft = await draftInvoice(owner, client);
  const invoice = await sentInvoice(owner, client, { notes: "Thank you.", lines: [["Design", 2, "100", "19%"], ["Cards", 100, "0.50", "7%"]] });
  const { number, due_on } = await rowOf(world, invoice);
  const answer = await lena.get(`/billing/${invoice.id}`);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1]);
  const { text, heading } = answer.page;
  assert.equal(heading, `Invoice ${number}`);
  for (const part of ["€291.50", "Due in 14 days", "Outstanding", "Design", "VAT 19% on €200.00", "€38.00", "VAT 7% on €50.00", "€3.50", "Thank you.", "DE89 3704 0044 0532 0130 00", "Fern & Oak Ltd", "Larkspur"]) {
    assert.ok(text.includes(part), `${part} in: ${text}`);
  }
  assert.match(text, new RegExp(`Reference ?${number}`));
  assert.ok(!answer.page.all("button").some((button) => /Pay Now/.test(button.text)), "no payment integration, no Pay Now");
  assert.ok(due_on);
  const list = await lena.get("/billing");
  assert.ok(list.page.all("a").some((a) => a.getAttribute("href") === "/billing/statement"), "no way to the statement");
  assert.ok((await list.cost()).rowsRead < 60, `${(await list.cost()).rowsRead} rows`);
  assert.deepEqual(numbersOn(list, "open-EUR"), [number]);
  for (const path of [`/billing/${draft.id}`, `/billing/${newId()}`, "/billing/nonsense"]) assert.equal((await lena.get(path)).status, 404, path);
  assert.equal((await other.person.get(`/billing/${invoice.id}`)).status, 404);
  assert.match((await lena.get("/")).page.text, /To be paid €291\.501 invoice, due in 14 days/);
});

test("parts paid, all paid, a receipt; a payment that was taken out is nowhere", async () => {
  const { client: mine, person: ines } = await person(world, owner, { client: "Alder" });
  const invoice = await sentInvoice(owner, mine, { lines: [["Site", 1, "1000", "0"]] });
  const { number } = await rowOf(world, invoice);
  await recordPayment(owner, invoice, "400", { reference: "our secret note" });
  const part = await ines.get(`/billing/${invoice.id}`);
  for (const words of ["€600.00", "€400.00 of €1,000.00 is paid.", "Partially paid", "Bank transfer", "Still due"]) assert.ok(part.page.text.includes(words), `${words} in ${part.page.text}`);
  assert.ok(!part.page.text.includes("our secret note"), "what staff wrote stays with them");
  await recordPayment(owner, invoice, "600");
  const whole = await ines.get(`/billing/${invoice.id}`);
  assert.match(whole.page.text, /Paid €1,000\.00 Paid, thank you\./);
  assert.ok(!whole.page.text.includes("Pay by bank transfer"));
  const [last] = await rowsOf(world, "SELECT id, payment FROM ledger WHERE client_id = ? ORDER BY created_at DESC, id DESC", mine.id);
  const receipt = await ines.get(`/billing/receipts/${last.id}`);
  assert.deepEqual([receipt.status, (await receipt.cost()).d1, receipt.page.heading], [200, 1, "Receipt"]);
  for (const words of ["€600.00", "Received on", `Invoice ${number}`, "Alder", "Fern & Oak", "Bank transfer"]) assert.ok(receipt.page.text.includes(words), words);
  // Of a part, too: what came in is received, and what it is called can be read out.
  const [first] = await rowsOf(world, "SELECT id, payment FROM ledger WHERE client_id = ? ORDER BY created_at, id", mine.id);
  for (const { id, payment } of [first, last]) {
    const { page } = await ines.get(`/billing/receipts/${id}`);
    assert.equal(page.all(".bill-state .badge").map((badge) => badge.text).join(), "Received");
    const name = payment.replace("offline:", "");
    const [shown] = page.all("data");
    assert.equal(shown.getAttribute("value"), name);
    assert.equal(shown.text, `R-${name.slice(-8, -4)}-${name.slice(-4)}`.toUpperCase());
    assert.ok(!page.text.includes(name));
  }
  assert.equal((await lena.get(`/billing/receipts/${last.id}`)).status, 404);
  const list = await ines.get("/billing");
  assert.deepEqual(numbersOn(list, "closed"), [number]);
  assert.equal(list.page.all('section[aria-labelledby="payments"] tbody tr').length, 2);
  await owner.post(`/admin/payments/${last.payment.replace("offline:", "")}/reverse`);
  assert.equal((await ines.get(`/billing/receipts/${last.id}`)).status, 404, "no receipt of what was reversed");
  assert.equal((await ines.get("/billing")).page.all('section[aria-labelledby="payments"] tbody tr').length, 1);
  assert.match((await ines.get(`/billing/${invoice.id}`)).page.text, /€600\.00 ?€400\.00 of €1,000\.00 is paid/);
});

test("every state has its words, and only what asks for money shows how to pay it", async () => {
  const { client: mine, person: reader } = await person(world, owner);
  const parties = { seller: { name: "F" }, account: { name: "F", iban: "DE89370400440532013000" } };
  const make = (options) => invoiceRow(world, mine, { parties, ...options });
  const paying = async (invoice, amount, more = []) => {
    const payment = `pi_${newId()}`;
    await books(world,
      ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, created_at) VALUES (?1, 'payment', ?2, ?2, 'stripe', ?3, 'EUR', 1, '2026-11-20', ?4, 1)", newId(), payment, amount, mine.id],
      ["INSERT INTO allocations (payment, invoice_id, amount, created_at) VALUES (?, ?, ?, 1)", payment, invoice.id, amount],
      ...more.map(([kind, back]) => ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, created_at) VALUES (?1, ?2, ?6, ?3, 'stripe', ?4, 'EUR', 2, '2026-11-21', ?5, 2)", newId(), kind, payment, back, mine.id, kind.startsWith("dispute") ? `dp_${payment}` : `re_${payment}`]));
  };
  const cases = [
    ["Outstanding", {}, null, /Due in 14 days/, true],
    ["Overdue", { issued: day(world.now() - 20 * DAY), due: day(world.now() - 3 * DAY) }, null, /Overdue by 3 days/, true],
    ["Paid", {}, (i) => paying(i, 10_000), /Paid, thank you\./, false],
    ["Paid", {}, (i) => paying(i, 12_500), /You have a credit of €25\.00/, false],
    ["Partially paid", {}, (i) => paying(i, 2_500), /€25\.00 of €100\.00 is paid/, true],
    ["Refunded", {}, (i) => paying(i, 10_000, [["refund", 10_000]]), /was given back.*Refund ?21 Nov 2026−€100\.00/u, false],
    ["Partially refunded", {}, (i) => paying(i, 10_000, [["refund", 4_000]]), /Part of your payment was given back/, false],
    ["Disputed", {}, (i) => paying(i, 10_000, [["dispute_out", 10_000]]), /A bank is looking into/, false],
    ["Charged back", {}, (i) => paying(i, 10_000, [["dispute_out", 10_000], ["dispute_lost", 10_000]]), /took a payment of this invoice back/, false],
    ["Void", { state: "void" }, null, /was withdrawn\. Please do not pay/, false],
  ];
  for (const [label, options, move, words, asks] of cases) {
    const invoice = await make(options);
    await move?.(invoice);
    const { page, status } = await reader.get(`/billing/${invoice.id}`);
    assert.equal(status, 200, label);
    assert.equal(page.all(".bill-state")[0].text.trim(), label);
    assert.match(page.text, words, label);
    assert.equal(page.text.includes("Pay by bank transfer"), asks, label);
  }
  const list = await reader.get("/billing");
  const older = await reader.get(list.page.link("Older invoices"));
  assert.deepEqual([list, older].map(({ page }) => page.all("td .badge").length), [8, 2], "what is to be paid and the newest five of the rest, then the others");
});

test("two currencies are never added up", async () => {
  const { client: mine, person: reader } = await person(world, owner);
  for (const [currency, total] of [["EUR", 10_000], ["EUR", 5_000], ["USD", 7_000], ["JPY", 900]]) await invoiceRow(world, mine, { currency, total });
  const { page } = await reader.get("/billing");
  for (const words of ["To be paid in EUR €150.002 invoices, the next due in 14 days", "To be paid in JPY ¥900", "To be paid in USD $70.00"]) assert.ok(page.text.includes(words), `${words}: ${page.text}`);
});

test("the long lists page by key, and cost the same on every page", async () => {
  const { client: mine, person: reader } = await person(world, owner);
  const statements = [];
  for (let n = 0; n < 60; n += 1) {
    const id = newId(), revision = newId(), on = day(Date.parse("2026-01-01") + (n % 13) * DAY), payment = `offline:${newId()}`;
    statements.push(
      ["INSERT INTO invoices (id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total, issued_on, due_on, created_at, updated_at, sent_at) VALUES (?1, ?2, 'sent', ?3, '00000000-0000-7000-8000-000000000001', 1999, ?4, ?5, 'EUR', 100, ?6, ?6, 0, 0, 0)", id, mine.id, `OLD-${n}`, 1 + n, revision, on],
      ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, method, created_at) VALUES (?1, 'payment', ?2, ?2, 'offline', 100, 'EUR', 1, ?3, ?4, 'cash', 1)", newId(), payment, on, mine.id],
      ["INSERT INTO allocations (payment, invoice_id, amount, created_at) VALUES (?, ?, 100, 1)", payment, id]);
  }
  await books(world, ...statements);
  for (const [section, link, rows] of [["closed", "Older invoices", /OLD-\d+/], ["payments", "Older payments", /OLD-\d+/]]) {
    const seen = [];
    let answer = await reader.get("/billing");
    for (;;) {
      assert.ok((await answer.cost()).rowsRead <= 300, `${(await answer.cost()).rowsRead} rows`);
      assert.equal((await answer.cost()).d1, 1);
      seen.push(...answer.page.all(`section[aria-labelledby="${section}"] tbody tr`).map((row) => rows.exec(row.text)[0]));
      if (!answer.page.hasLink(link)) break;
      answer = await reader.get(answer.page.link(link));
    }
    assert.equal(seen.length, 60, section);
    assert.equal(new Set(seen).size, 60, section);
  }
  for (const query of ["after=x", "after=2026-01-01.x", "payments=%00", "after=9999-99-99.nobody"]) assert.equal((await reader.get(`/billing?${query}`)).status, 200, query);
});

test("with Billing off there is nothing: no page, no menu, no figure on the dashboard", async () => {
  const { client: mine, person: reader } = await person(world, owner);
  const invoice = await invoiceRow(world, mine);
  assert.ok((await reader.get("/")).page.hasLink("Billing"));
  await world.db.prepare("UPDATE clients SET modules_off = 32 WHERE id = ?").bind(mine.id).run();
  for (const path of ["/billing", `/billing/${invoice.id}`, `/billing/receipts/${newId()}`]) assert.equal((await reader.get(path)).status, 404, path);
  const home = (await reader.get("/")).page;
  assert.ok(!home.hasLink("Billing") && !home.text.includes("To be paid"), home.text);
});
