// Invoices and attempts put straight into the database, for tests that are not about the pages that make
// them; and the state of the books, to be compared.
import { newId } from "./rows.mjs";
import { schemaText } from "./runtime.mjs";

const SERIES = "00000000-0000-7000-8000-000000000001";
let count = 0;
const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/** Runs statements ([sql, ...values]) in one batch. */
export async function books(world, ...writes) {
  await world.db.batch(writes.map(([sql, ...values]) => world.db.prepare(sql).bind(...values)));
}

/** The triggers that keep sums and accounts with each write. */
export const KEEPERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND (name LIKE 'sums\\_%' ESCAPE '\\' OR name LIKE 'account\\_%' ESCAPE '\\')";

/** What makes sums and accounts of invoices and facts at once, in its order, as migrations made them of what was there before. */
export function sumsMade() {
  const schema = schemaText();
  const sums = schema.slice(schema.lastIndexOf("\nDELETE FROM totals;"));
  return [
    ...["account_lines", "account_sums"].map((table) => `DELETE FROM ${table}`), ...schema.match(/^(?:INSERT INTO|UPDATE) account_(?:lines|sums)\b[^;]*;/gm),
    ...sums.match(/^(?:DELETE FROM|INSERT INTO) (?:totals|owed|balances|account_dues)\b[^;]*;/gm),
  ];
}

/** Runs `work` without the triggers that keep sums and accounts, then makes them all at once. */
export async function sumsAtOnce(world, work = () => {}) {
  const { results: triggers } = await world.db.prepare(KEEPERS).all();
  const batch = (list) => world.db.batch(list.map((sql) => world.db.prepare(sql)));
  await batch(triggers.map(({ name }) => `DROP TRIGGER ${name}`));
  await work();
  await batch([...sumsMade(), ...triggers.map(({ sql }) => sql)]);
}

/** An invoice of a client: { id, number, total, currency }. `lines` are { text, quantity, price, tax } or one of `total`. */
export async function invoiceRow(world, client, { total = 10_000, currency = "EUR", state = "sent", issued = day(world.now()), due = day(world.now() + 14 * 86_400_000), content, parties = {}, tax = 0 } = {}) {
  const id = newId();
  const revision = newId();
  const n = state === "draft" ? null : ++count;
  const number = n && `INV-2026-${String(1000 + n)}`;
  const now = world.now();
  await books(world,
    ["INSERT INTO invoices (id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total, issued_on, due_on, created_at, updated_at, sent_at) "
      + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13, ?14)",
    id, client.id, state === "void" ? "sent" : state, number, SERIES, n && 2026, n && 1000 + n, revision, currency, total, issued, due, now, n && now],
    ["INSERT INTO invoice_revisions (id, invoice_id, number, content, parties, issued_on, due_on, total, tax, created_at, sealed_at, sealed_on) "
      + "VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    revision, id, JSON.stringify(content ?? { uploaded: total }), JSON.stringify(parties), issued, due, total, tax, now, n && now, n && issued]);
  if (state === "void") await voidInvoice(world, { id });
  return { id, number, total, currency, client };
}

export const voidInvoice = (world, { id }) => books(world,
  ["UPDATE invoices SET state = 'void', voided_at = ?2, voided_on = ?3 WHERE id = ?1", id, world.now(), day(world.now())]);

/**
 * An attempt to pay these invoices in full, as Pay Now makes it, with a page at the stand-in: { id, session }. `by`: the
 * token of the link that it began with.
 */
export async function attemptRow(world, stripe, invoices, how = {}) {
  const { attempt, writes } = attemptToBook(world, stripe, invoices, how);
  await books(world, ...writes);
  return attempt;
}

/** … and what writes it, for whoever books many at once: { attempt, writes }. */
export function attemptToBook(world, stripe, invoices, { contact = null, amounts = invoices.map(({ total }) => total), link = null, by = null } = {}) {
  const id = newId();
  const now = world.now();
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const { currency } = invoices[0];
  const session = stripe.createSession({
    mode: "payment", client_reference_id: id, success_url: `${world.base}/${by ? `invoice/${by}` : "billing"}/confirming/${id}`, cancel_url: `${world.base}/`,
    line_items: { 0: { price_data: { currency: currency.toLowerCase(), unit_amount: String(total), product_data: { name: "Invoices" } }, quantity: "1" } },
    expires_at: String(Math.floor(now / 1000) + 3600),
  });
  const writes = [
    ["INSERT INTO attempts (id, client_id, provider, livemode, currency, amount, session_id, url, contact_id, pay_link_id, created_at, expires_at) "
      + "VALUES (?1, ?2, 'stripe', 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    id, invoices[0].client.id, currency, total, session.id, session.url, contact?.id ?? null, link, now, now + 3_600_000],
    ...invoices.map((invoice, i) => ["INSERT INTO attempt_invoices (attempt_id, invoice_id, amount, later) VALUES (?1, ?2, ?3, ?4)",
      id, invoice.id, amounts[i], amounts.slice(i + 1).reduce((sum, amount) => sum + amount, 0)]),
  ];
  return { attempt: { id, session }, writes };
}

/** An attempt without a page, in a state: its id. */
export async function bareAttempt(world, invoice, { state = "processing", amount = 1_000, age = 0 } = {}) {
  const id = newId();
  const at = world.now() - age;
  await books(world,
    ["INSERT INTO attempts (id, client_id, provider, livemode, currency, amount, state, created_at, expires_at) VALUES (?1, ?2, 'stripe', 0, 'EUR', ?3, ?4, ?5, ?6)", id, invoice.client.id, amount, state, at, at + 3_600_000],
    ["INSERT INTO attempt_invoices (attempt_id, invoice_id, amount, holds) VALUES (?1, ?2, ?3, ?4)", id, invoice.id, amount, ["open", "processing"].includes(state) ? 1 : 0]);
  return id;
}

/** Something at the exceptions desk: its id. */
export async function exceptionRow(world, { reason = "unknown_invoice", payment = null, amount = null, currency = null, detail = "A payment arrived that belongs to no invoice here. Please find out what it is for, then attach it to an invoice or give it back.", event = null } = {}) {
  const id = newId();
  await world.db.prepare("INSERT INTO payment_exceptions (id, reason, object_id, detail, event_id, payment, amount, currency, created_at) VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8)")
    .bind(id, reason, detail, event, payment, amount, currency, world.now()).run();
  return id;
}

/** Lets clients pay online. */
export const payOnline = (world, on = true) => world.db.prepare("UPDATE billing SET pay_online = ?").bind(on ? 1 : 0).run();

/** What an invoice is, as D1 has it. */
export const invoiceNow = (world, { id }) => world.db.prepare(
  "SELECT state, status, paid, refunded, disputed_out, disputed_in, dispute, processing, net, due, credit FROM invoices WHERE id = ?",
).bind(id).first();

/** The number of rows of each table that an event may write. */
export async function counts(world) {
  const tables = ["provider_events", "ledger", "allocations", "payment_exceptions", "outbox", "audit"];
  const answers = await world.db.batch(tables.map((table) => world.db.prepare(`SELECT count(*) AS n FROM ${table}`)));
  return Object.fromEntries(tables.map((table, i) => [table, answers[i].results[0].n]));
}

export const rowsOf = async (world, sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
