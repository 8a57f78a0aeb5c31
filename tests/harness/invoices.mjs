// Invoices put straight into the database with all that stands on them, for tests of what is made of them.
import { createHash, randomBytes } from "node:crypto";
import { newId } from "./rows.mjs";

const SERIES = "00000000-0000-7000-8000-000000000001";
let count = 0;
export const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);

/** Statements ([sql, ...values]) in one batch. */
export const booked = (world, ...writes) => world.db.batch(writes
  .map(([sql, ...values]) => (values.length ? world.db.prepare(sql).bind(...values) : world.db.prepare(sql))));

/** Two lines with two tax rates: €1,000.00 at 19% and €150.00 at 7%, with €1,350.50 to pay. */
export const CONTENT = {
  lines: [
    { description: "Brand identity", quantity: 20_000, unit: "piece", unit_price: 5_000_000, tax: { category: "S", rate: 19_000 } },
    { description: "Printed guide, Żółć edition", quantity: 25_000, unit: "hour", unit_price: 600_000, tax: { category: "S", rate: 7_000 } },
  ],
  notes: "Thank you for working with us.",
};
export const PARTIES = {
  seller: { name: "Fern & Oak Studio GmbH", address: "Lindenstraße 7", postcode: "10969", city: "Berlin", country: "DE", vat_id: "DE123456789", email: "hello@fern-oak.test" },
  buyer: { name: "Larkspur Bakery Ltd", address: "1 Mill Lane", postcode: "D02 X285", city: "Dublin", country: "IE" },
  tax_name: "VAT",
  account: { name: "Fern & Oak Studio GmbH", iban: "DE89370400440532013000", bic: "COBADEFFXXX", bank: "Commerzbank" },
  look: { colour: "#2f5d50" },
};

/** An invoice of a client: { id, number, total, currency, client }. `year`: of its number. */
export async function invoiceOf(world, client, how = {}) {
  const { invoice, writes } = invoiceToBook(world, client, how);
  await booked(world, ...writes);
  if (how.state === "void") await voided(world, invoice);
  return invoice;
}

/** … and what writes it, for whoever books many at once: { invoice, writes }. */
export function invoiceToBook(world, client, { state = "sent", year = 2026, currency = "EUR", content = CONTENT, parties = PARTIES, total = 135_050, tax = 20_050, issued = dayOf(world.now()), due = dayOf(world.now() + 14 * 86_400_000), own } = {}) {
  const [id, revision, now] = [newId(), newId(), world.now()];
  const n = state === "draft" ? null : ++count;
  const number = n && `INV-${year}-${String(5000 + n)}`;
  const writes = [
    ["INSERT INTO invoices (id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total, issued_on, due_on, created_at, updated_at, sent_at) "
      + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14)",
    id, client.id, state === "void" ? "sent" : state, number, SERIES, n && year, n && 5000 + n, revision, currency, total, issued, due, now, n && now],
    ["INSERT INTO invoice_revisions (id, invoice_id, number, content, parties, issued_on, due_on, total, tax, own_blob, own_name, created_at, sealed_at, sealed_on) "
      + "VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    revision, id, JSON.stringify(content), n ? JSON.stringify(parties) : "{}", issued, due, total, tax, own ?? null, own ? "own.pdf" : null, now, n && now, n && issued],
  ];
  return { invoice: { id, number, total, currency, client, revision }, writes };
}

/** … which was taken back. */
export const voided = (world, { id }, on = dayOf(world.now())) => booked(world,
  ["UPDATE invoices SET state = 'void', voided_at = ?2, voided_on = ?3 WHERE id = ?1", id, world.now(), on]);

/** … on which something was paid. */
export async function paidOn(world, invoice, amount = invoice.total, { on = dayOf(world.now()), kind = "payment", payment = `offline:${newId()}` } = {}) {
  const fact = kind === "payment" ? payment : `${kind}:${newId()}`;
  await booked(world,
    ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, method, created_at) "
      + "VALUES (?1, ?2, ?3, ?4, 'offline', ?5, ?6, ?7, ?8, ?9, 'bank_transfer', ?7)",
    newId(), kind, fact, payment, amount, invoice.currency, Date.parse(`${on}T12:00:00Z`), on, invoice.client.id],
    ["INSERT INTO allocations (payment, invoice_id, amount, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", payment, invoice.id, amount, world.now()]);
  return payment;
}

/** A link that shows an invoice without an account: { token, path }. */
export async function payLinkTo(world, { id }) {
  const token = `pt_p${randomBytes(32).toString("base64url")}`;
  await world.db.prepare("INSERT INTO pay_links (id, invoice_id, token_hash, created_at) VALUES (?1, ?2, ?3, ?4)")
    .bind(newId(), id, createHash("sha256").update(token).digest("hex"), world.now()).run();
  return { token, path: `/invoice/${token}` };
}
