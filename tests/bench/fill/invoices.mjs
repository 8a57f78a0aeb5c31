// One invoice after another, as a business has them after some years: most are paid, some wait, a few are
// late, void or still drafts. What was paid stands in the ledger; sums are left to the ledger's own statements.
import { inserter } from "./database.mjs";

const SERIES = "00000000-0000-7000-8000-000000000001";
const DAY = 86_400_000;
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const WORK = ["Brand workshop", "Logo, three drafts", "Website, first part", "Printed cards", "Photographs of the shop", "Newsletter", "Packaging", "Shop front"];
const CURRENCIES = ["EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "USD", "USD", "GBP", "CHF"];
const PARTIES = JSON.stringify({
  seller: { name: "Fern & Oak Studio GmbH", address: "Lindenstraße 7", postcode: "10969", city: "Berlin", country: "DE", vat_id: "DE123456789", email: "hello@fern-oak.test" },
  buyer: { name: "Larkspur Bakery Ltd", address: "1 Mill Lane", postcode: "D02 X285", city: "Dublin", country: "IE" },
  tax_name: "VAT",
  account: { name: "Fern & Oak Studio GmbH", iban: "DE89370400440532013000", bic: "COBADEFFXXX", bank: "Commerzbank" },
  look: { colour: "#2f5d50" },
});

/** One to three lines at 19 % VAT in whole units of money: { content, total, tax } in minor units. */
function contentOf(random) {
  const lines = Array.from({ length: 1 + random.below(3) }, () => ({ description: random.pick(WORK), pieces: 1 + random.below(9), price: 20 + random.below(400) }));
  const net = lines.reduce((sum, { pieces, price }) => sum + pieces * price, 0);
  const content = JSON.stringify({
    lines: lines.map(({ description, pieces, price }) => ({ description, quantity: pieces * 10_000, unit: "piece", unit_price: price * 10_000, tax: { category: "S", rate: 19_000 } })),
    reference: `PO ${random.below(100_000)}`,
  });
  return { content, total: net * 119, tax: net * 19 };
}

/** What came in for an invoice, in minor units: 0, a part or all. */
function paidOf(random, total, age) {
  const settled = random.percent(age > 60 * DAY ? 96 : age > 14 * DAY ? 80 : 25);
  if (settled) return total;
  return random.percent(20) ? Math.floor(total / 2) : 0;
}

/** Gives a function that writes an invoice of a client at a moment; draws on `random` alone. */
export function invoicing(db, random, now) {
  const contents = Array.from({ length: 64 }, () => contentOf(random));
  const counters = new Map(db.prepare("SELECT year, next FROM number_counters WHERE series_id = ?").all(SERIES).map(({ year, next }) => [year, next]));
  const invoice = inserter(db, "invoices", "id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total, issued_on, due_on, created_at, updated_at, sent_at, voided_at, voided_on");
  const revision = inserter(db, "invoice_revisions", "id, invoice_id, number, content, parties, issued_on, due_on, total, tax, created_at, sealed_at, sealed_on");
  const fact = inserter(db, "ledger", "id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, method, created_at");
  const allocation = inserter(db, "allocations", "payment, invoice_id, amount, created_at");

  const money = (kind, payment, object, amount, currency, at, client) =>
    fact(random.id(at), kind, object, payment, "offline", amount, currency, at, day(at), client, "bank_transfer", at);

  /** { id, state, number } of the new one. */
  const write = (client, at) => {
    const [id, revisionId, { content, total, tax }, currency] = [random.id(at), random.id(at), random.pick(contents), random.pick(CURRENCIES)];
    const draft = now - at < 30 * DAY && random.percent(5);
    const state = draft ? "draft" : random.percent(2) ? "void" : "sent";
    const [issued, due] = [day(at), day(at + 14 * DAY)];
    const year = draft ? null : Number(issued.slice(0, 4));
    const count = draft ? null : counters.get(year) ?? 1;
    const number = draft ? null : `INV-${year}-${String(count).padStart(4, "0")}`;
    if (!draft) counters.set(year, count + 1);
    const voided = state === "void" ? at + DAY : null;
    invoice(id, client, state, number, SERIES, year, count, revisionId, currency, total, issued, due, at, at, draft ? null : at, voided, voided && day(voided));
    revision(revisionId, id, 1, content, draft ? "{}" : PARTIES, issued, due, total, tax, at, draft ? null : at, draft ? null : issued);
    const paid = state === "sent" ? paidOf(random, total, now - at) : 0;
    if (paid) {
      const payment = `offline:${random.id(at)}`;
      const later = Math.min(now, at + random.below(20 * DAY));
      money("payment", payment, payment, paid, currency, later, client);
      if (random.percent(1)) money("refund", payment, `refund:${random.id(later)}`, paid, currency, later, client);
      allocation(payment, id, paid, later);
    }
    return { id, state, number };
  };

  /** The numbers that come next. */
  const count = () => {
    const put = db.prepare("INSERT INTO number_counters (series_id, year, next) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next");
    for (const [year, next] of counters) put.run(SERIES, year, next);
  };
  return { write, count };
}
