// The statement of account: what a client owed, what happened, what is due; as a page, a table and a PDF.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { booked, dayOf, invoiceOf, paidOn, voided } from "../harness/invoices.mjs";
import { textOf } from "../harness/pdf.mjs";
import { newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner;
before(async () => { owner = await setUpOwner(world); });

const DAY = 86_400_000;
const ago = (days) => dayOf(world.now() - days * DAY);
const words = (day) => new Date(`${day}T12:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const path = ({ id }) => `/admin/clients/${id}/statement`;

/** The cells of a CSV by the letter of RFC 4180, without quotes inside. */
function rowsOf(answer) {
  assert.equal(answer.status, 200, String(answer));
  assert.match(answer.headers["content-type"], /^text\/csv/);
  const [head, ...rows] = answer.text.replace(/^\uFEFF/, "").trimEnd().split("\r\n")
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain));
  return rows.map((row) => Object.fromEntries(head.map((name, n) => [name, row[n]])));
}
const told = (rows) => rows.map((row) => [row.Date, row.What, row.Invoice, row.Charge, row.Payment, row.Balance]);
const figures = async (client) => {
  const rows = await world.db.prepare("SELECT coalesce(sum(due), 0) - coalesce(sum(credit), 0) AS net FROM invoices WHERE client_id = ?").bind(client.id).first();
  return (rows.net / 100).toFixed(2);
};

test("a period: what stood before, what happened in it, what stands after; and what the invoices say", async () => {
  const { client, person: lena } = await person(world, owner, { client: "Larkspur Bakery" });
  const old = await invoiceOf(world, client, { issued: ago(120), due: ago(106), total: 10_000 });
  await paidOn(world, old, 4_000, { on: ago(100) });
  const second = await invoiceOf(world, client, { issued: ago(40), due: ago(26), total: 25_050 });
  await paidOn(world, second, 25_050, { on: ago(30) });
  const third = await invoiceOf(world, client, { issued: ago(5), due: ago(-9), total: 99 });
  await invoiceOf(world, client, { state: "draft" });
  await invoiceOf(world, client, { currency: "USD", total: 700 });

  const query = `?from=${ago(60)}&to=${ago(10)}&currency=EUR`;
  const answer = await owner.get(`${path(client)}.csv${query}`);
  assert.deepEqual(told(rowsOf(answer)), [
    [ago(60), "Balance before", "", "", "", "60.00"],
    [ago(40), "Invoice", second.number, "250.50", "", "310.50"],
    [ago(30), "Payment", second.number, "", "250.50", "60.00"],
    [ago(10), "Balance after", "", "250.50", "250.50", "60.00"],
  ]);
  assert.equal((await answer.cost()).d1, 1);
  assert.match(answer.headers["content-disposition"], new RegExp(`^attachment; filename="Statement Larkspur Bakery ${ago(60)} to ${ago(10)}.csv"`));
  assert.equal(answer.headers["cache-control"], "no-store");

  const own = await lena.get(`/billing/statement.csv${query}`);
  assert.equal(own.text, answer.text, "the client reads the same");
  assert.equal((await own.cost()).d1, 1);

  const whole = rowsOf(await owner.get(`${path(client)}.csv`));
  assert.deepEqual(told(whole).slice(1, -1).map((row) => row[2]), [old.number, old.number, second.number, second.number, third.number], "twelve months, in EUR, without being asked");
  assert.equal(whole.at(-1).Balance, "60.99");

  const usd = rowsOf(await owner.get(`${path(client)}.csv?currency=USD`));
  assert.deepEqual(usd.map((row) => [row.What, row.Balance, row.Currency]), [["Balance before", "0.00", "USD"], ["Invoice", "7.00", "USD"], ["Balance after", "7.00", "USD"]]);

  const page = await owner.get(`${path(client)}${query}`);
  assert.equal(page.status, 200);
  assert.equal((await page.cost()).d1, 1);
  for (const text of ["Statement in EUR", "€60.00", "€310.50", "€250.50", words(ago(40)), "Bank transfer"]) assert.ok(page.page.text.includes(text), `expected ${text}`);
  assert.equal(page.page.link(`Invoice ${second.number}`), `/admin/invoices/${second.id}`);
  assert.equal((await lena.get(`/billing/statement${query}`)).page.link(`Invoice ${second.number}`), `/billing/${second.id}`);
});

test("what is due, by how late it is, as text and as a picture with words", async () => {
  const { client, person: lena } = await person(world, owner, { client: "Birch Ltd" });
  for (const [late, total] of [[-3, 100], [0, 1_000], [1, 20_000], [30, 3_000], [45, 40_000], [75, 500_000], [91, 6_000_000]]) {
    await invoiceOf(world, client, { issued: ago(late + 14), due: ago(late), total });
  }
  const { page } = await lena.get("/billing/statement");
  for (const text of ["€65,641.00", "Not yet due €11.00", "1–30 days €230.00", "31–60 days €400.00", "61–90 days €5,000.00", "Over 90 days €60,000.00"]) {
    assert.ok(page.text.includes(text), `expected ${text} in ${page.text}`);
  }
  const picture = page.all("svg.ageing")[0];
  assert.equal(picture.getAttribute("role"), "img");
  assert.match(picture.getAttribute("aria-label"), /Over 90 days: €60,000\.00$/);
});

test("refunds, disputes, voids, reversals and revisions each show once, and the balance agrees with the invoices", async () => {
  const { client } = await person(world, owner, { client: "Cedar AG" });
  const opts = (days) => ({ issued: ago(days), due: ago(days - 14), total: 10_000 });
  const fact = (payment, kind, object, amount, on, counts = 1) => booked(world,
    ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, counts, occurred_at, occurred_on, client_id, created_at) VALUES (?1, ?2, ?3, ?4, 'stripe', ?5, 'EUR', ?6, ?7, ?8, ?9, ?7)",
      newId(), kind, object, payment, amount, counts, Date.parse(`${on}T12:00:00Z`), on, client.id]);
  const last = async () => { const rows = rowsOf(await owner.get(`${path(client)}.csv`)); return rows.at(-1).Balance; };

  const refunded = await invoiceOf(world, client, opts(90));
  const paid = await paidOn(world, refunded, 10_000, { on: ago(89), payment: "pi_a" });
  await fact(paid, "refund", "re_1", 4_000, ago(88));
  await fact(paid, "refund", "re_2", 500, ago(88), 0);
  assert.equal(await last(), "0.00", "partly refunded: nothing more is asked for");
  await fact(paid, "refund_floor", "ch_a", 10_000, ago(87));
  assert.equal(await last(), "0.00", "the provider told of more refunds than came one by one");
  assert.equal(await figures(client), "0.00");

  const disputed = await invoiceOf(world, client, opts(80));
  const charge = await paidOn(world, disputed, 10_000, { on: ago(79), payment: "pi_b" });
  await fact(charge, "dispute_out", "dp_1", 10_000, ago(78));
  assert.equal(await last(), "100.00");
  const page = await owner.get(path(client));
  assert.match(page.page.text, /€100\.00 of the balance is disputed or was charged back by a bank\. It is not asked for at the moment\./);
  await fact(charge, "dispute_in", "dp_1", 10_000, ago(70));
  assert.equal(await last(), "0.00");

  await voided(world, await invoiceOf(world, client, opts(60)), ago(59));
  assert.equal(await last(), "0.00");
  const wrong = await invoiceOf(world, client, opts(50));
  const bounced = await paidOn(world, wrong, 10_000, { on: ago(49) });
  await booked(world, ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, created_at) VALUES (?1, 'reversal', ?2, ?2, 'offline', 10000, 'EUR', ?3, ?4, ?5, ?3)",
    newId(), bounced, Date.parse(`${ago(48)}T12:00:00Z`), ago(48), client.id]);
  assert.equal(await last(), "100.00");
  assert.equal(await figures(client), "100.00");

  const revised = newId();
  await booked(world,
    ["INSERT INTO invoice_revisions (id, invoice_id, number, content, parties, issued_on, due_on, total, created_at, sealed_at, sealed_on) SELECT ?1, invoice_id, 2, content, parties, issued_on, due_on, 7500, created_at, ?3, ?4 FROM invoice_revisions WHERE invoice_id = ?2", revised, wrong.id, world.now(), ago(40)],
    ["UPDATE invoices SET revision_id = ?1, total = 7500 WHERE id = ?2", revised, wrong.id]);
  assert.equal(await last(), "75.00");
  assert.equal(await figures(client), "75.00");

  assert.deepEqual(told(rowsOf(await owner.get(`${path(client)}.csv`))).slice(1, -1).map((row) => [row[0], row[1], row[3] || `-${row[4]}`]), [
    [ago(90), "Invoice", "100.00"], [ago(89), "Payment", "-100.00"], [ago(88), "Refund", "40.00"], [ago(87), "Refund", "60.00"], [ago(87), "No longer asked for", "-100.00"],
    [ago(80), "Invoice", "100.00"], [ago(79), "Payment", "-100.00"], [ago(78), "Payment disputed", "100.00"], [ago(70), "Dispute won", "-100.00"],
    [ago(60), "Invoice", "100.00"], [ago(59), "Invoice voided", "-100.00"],
    [ago(50), "Invoice", "100.00"], [ago(49), "Payment", "-100.00"], [ago(48), "Payment reversed", "100.00"], [ago(40), "Invoice revised", "-25.00"],
  ]);
});

test("the PDF says the same, on as many pages as it takes, and is drawn to the same standards", async () => {
  const { client, person: lena } = await person(world, owner, { client: "Żółw & Γιάννης" });
  for (let n = 0; n < 60; n += 1) await invoiceOf(world, client, { issued: ago(60 - Math.floor(n / 2)), due: ago(10), total: 100 });
  const answer = await lena.get("/billing/statement.pdf");
  assert.equal(answer.status, 200, String(answer));
  assert.equal(answer.headers["content-type"], "application/pdf");
  assert.equal((await answer.cost()).d1, 1);
  const text = textOf(answer.bytes);
  for (const each of ["Statement of account", "Żółw & Γιάννης", "€60.00 open on", "Balance before €0.00", "Charges €60.00", "Balance after €60.00", "1–30 days €60.00", "Page 3 of"]) assert.ok(text.includes(each), `expected ${each} in:\n${text}`);
  assert.equal(text.split("Charges Payments Balance").length, text.split("Page ").length, "the head stands on every page of the table");
  assert.match(Buffer.from(answer.bytes).toString("latin1"), /pdfaid/);
  const again = await owner.get(`${path(client)}.pdf`);
  assert.ok(Buffer.from(again.bytes).equals(Buffer.from(answer.bytes)), "the same bytes for staff");
});

test("a period that cannot be is said at the page, for the files as well; what makes no sense is not asked for", async () => {
  const { client } = await person(world, owner);
  const wrong = `?currency=EUR&from=${ago(1)}&to=${ago(9)}`;
  const page = await owner.get(`${path(client)}${wrong}`);
  assert.equal(page.status, 422);
  assert.match(page.page.text, /The period ends before it begins/);
  for (const kind of ["csv", "pdf"]) {
    const back = await owner.get(`${path(client)}.${kind}${wrong}`);
    assert.equal(back.status, 303);
    assert.equal(back.location, `${path(client)}${wrong}`);
  }
  for (const odd of ["?from=yesterday&to=2026-02-31", "?currency=euro", "?from=%00", "?to=%FF", `?from=${"9".repeat(5000)}`, "?from=2026-01-01&from=2026-02-01", "?currency[]=EUR"]) {
    assert.equal((await owner.get(`${path(client)}${odd}`)).status, 200, odd);
  }
  assert.equal((await owner.get("/admin/clients/01890000-0000-7000-8000-000000000000/statement")).status, 404);
});

test("not while Billing is off; and nothing of another client", async () => {
  const { client, person: lena } = await person(world, owner);
  const { client: other } = await person(world, owner);
  await invoiceOf(world, other, { total: 4_242 });
  assert.ok(!(await lena.get("/billing/statement.csv")).text.includes("42.42"));
  await world.db.prepare("UPDATE clients SET modules_off = 32 WHERE id = ?").bind(client.id).run();
  for (const kind of ["", ".csv", ".pdf"]) assert.equal((await lena.get(`/billing/statement${kind}`)).status, 404);
});

test("more lines than a page can bear: a shorter period is asked for, never a part shown as the whole", async () => {
  const { client } = await person(world, owner);
  await invoiceOf(world, client, { total: 1, issued: ago(100), due: ago(80) });
  await booked(world, ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, created_at) "
    + "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
    + "SELECT printf('01890000-0000-7000-8000-%012d', i), 'payment', 'offline:' || i, 'offline:' || i, 'offline', 1, 'EUR', ?1, date(?2, '-' || (i % 50) || ' days'), ?3, ?1 FROM n",
  world.now(), ago(0), client.id]);
  const all = await owner.get(path(client));
  assert.equal(all.status, 422);
  assert.match(all.page.text, /More than 1000 things happened in this period\. Please choose a shorter one\./);
  const rows = rowsOf(await owner.get(`${path(client)}.csv?from=${ago(60)}`));
  assert.equal(rows.length, 1_002);
  assert.equal(rows.at(-1).Balance, "-9.99");
});
