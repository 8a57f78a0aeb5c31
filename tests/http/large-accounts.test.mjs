// Accounts with a long history and a thousand open invoices: what pages of them read stays flat, and what is kept in
// short for them is what their invoices, revisions and facts come to.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { sums } from "../faults/sums.mjs";
import { draftInvoice, recordPayment, sendInvoice, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { booked, dayOf, invoiceOf, paidOn, voided } from "../harness/invoices.mjs";
import { sumsAtOnce, invoiceNow, payOnline, rowsOf } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";
import { newId, person } from "../harness/rows.mjs";
import { schemaText } from "../harness/runtime.mjs";

const { world, stripe } = await payingWorld();

let owner;
before(async () => {
  owner = await setUpOwner(world);
  await payOnline(world);
});

const DAY = 86_400_000;
const MOST = 300;
const ago = (days) => dayOf(world.now() - days * DAY);
const KEPT = ["what the business is owed", "what a client owes, of which, by how much, of how many", "what is due on a day", "what is due in a month", "what happened on an account", "what a month came to on an account", "what a year came to on an account"];
const agrees = async (when) => {
  const { wrong, looked } = await sums(world, KEPT);
  assert.deepEqual(wrong, [], when);
  assert.ok(looked > 0, "nothing was compared");
};
const fact = (client, payment, kind, object, amount, on, counts = 1) => booked(world,
  ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, counts, occurred_at, occurred_on, client_id, created_at) VALUES (?1, ?2, ?3, ?4, 'stripe', ?5, 'EUR', ?6, ?7, ?8, ?9, ?7)",
    newId(), kind, object, payment, amount, counts, Date.parse(`${on}T12:00:00Z`), on, client?.id ?? null]);
const read = async (user, path) => {
  const answer = await user.get(path);
  assert.equal(answer.status, 200, `${path}: ${answer}`);
  const { d1, rowsRead } = await answer.cost();
  assert.equal(d1, 1, path);
  return { answer, rowsRead };
};
const atMost = async (user, path) => {
  const { answer, rowsRead } = await read(user, path);
  assert.ok(rowsRead <= MOST, `${path} reads ${rowsRead} rows`);
  return answer;
};

/** So many invoices of a client, one a day back from `from` days ago, due after fourteen; paid on the day after, or not at all. */
async function invoices(client, many, { from = 0, paid = false, currency = "EUR", series }) {
  const now = world.now();
  const payments = paid ? [
    ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, client_id, method, created_at) "
      + "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      + "SELECT printf('01900000-0000-7000-8%s-%012x', ?2, i), 'payment', 'offline:' || ?2 || i, 'offline:' || ?2 || i, 'offline', 100 + i, ?3, ?4, date(?5, '-' || (i - 1) || ' days'), ?6, 'cash', ?4 FROM n",
    many, series, currency, now, ago(from), client.id],
    ["INSERT INTO allocations (payment, invoice_id, amount, created_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      + "SELECT 'offline:' || ?2 || i, printf('01900000-0000-7000-8%s-%012x', ?2, i), 100 + i, ?3 FROM n", many, series, now],
  ] : [];
  await booked(world,
    ["INSERT INTO invoices (id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total, issued_on, due_on, created_at, updated_at, sent_at) "
      + "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
      + "SELECT printf('01900000-0000-7000-8%s-%012x', ?2, i), ?6, 'sent', 'L' || ?2 || '-' || i, '00000000-0000-7000-8000-000000000001', 1000 + ?2, i, printf('01900000-0000-7000-9%s-%012x', ?2, i), ?3, 100 + i, "
      + "date(?5, '-' || i || ' days'), date(?5, '-' || i || ' days', '+14 days'), ?4, ?4, ?4 FROM n",
    many, series, currency, now, ago(from), client.id],
    ["INSERT INTO invoice_revisions (id, invoice_id, number, content, issued_on, due_on, total, created_at, sealed_at, sealed_on) "
      + "SELECT revision_id, id, 1, '{}', issued_on, due_on, total, ?2, ?2, issued_on FROM invoices WHERE client_id = ?1 AND number LIKE 'L' || ?3 || '-%'",
    client.id, now, series],
    ...payments);
}

test("through a life of ups and downs, what is kept is what the facts come to; and so it is where it is made all at once", async () => {
  const { client } = await person(world, owner, { client: "Larkspur" });
  const whole = await sentInvoice(owner, client, { lines: [["Site", 1, "1000", "19%"]] });
  await agrees("sent");
  await recordPayment(owner, whole, "400");
  await agrees("paid in part");
  const { results: [first] } = await world.db.prepare("SELECT payment FROM ledger WHERE client_id = ?").bind(client.id).all();
  await owner.post(`/admin/payments/${first.payment.replace("offline:", "")}/reverse`);
  await agrees("a payment taken out again");
  const draft = await draftInvoice(owner, client);
  await agrees("a draft");
  await owner.post(`${draft.path}/delete`);
  await agrees("… deleted");
  await owner.post(`${whole.path}/revise`);
  await agrees("a revision begun");

  const opts = (days) => ({ issued: ago(days), due: ago(days - 14), total: 10_000 });
  const refunded = await invoiceOf(world, client, opts(190));
  await paidOn(world, refunded, 10_000, { on: ago(189), payment: "pi_a" });
  await fact(client, "pi_a", "refund", "re_1", 4_000, ago(150));
  await agrees("refunded in part");
  await booked(world, ["UPDATE ledger SET occurred_on = ?1, occurred_at = occurred_at + 1 WHERE object_id = 're_1'", ago(120)]);
  await agrees("the refund told again, with another day");
  await fact(client, "pi_a", "refund", "re_2", 500, ago(119), 0);
  await fact(client, "pi_a", "refund_floor", "ch_a", 10_000, ago(87));
  await agrees("all given back, by what the provider told");
  await booked(world, ["UPDATE invoices SET reopened = refunded WHERE id = ?1", refunded.id]);
  await agrees("reopened");
  const disputed = await invoiceOf(world, client, opts(80));
  await paidOn(world, disputed, 10_000, { on: ago(79), payment: "pi_b" });
  await fact(client, "pi_b", "dispute_out", "dp_1", 10_000, ago(78));
  await agrees("disputed");
  await fact(client, "pi_b", "dispute_in", "dp_1", 10_000, ago(70));
  await agrees("won");
  await fact(client, "pi_b", "dispute_lost", "dp_1", 10_000, ago(60));
  await agrees("lost after all");
  await voided(world, await invoiceOf(world, client, opts(40)), ago(39));
  await agrees("void");
  await paidOn(world, await invoiceOf(world, client, opts(50)), 12_500, { on: ago(49) });
  await agrees("a credit");
  await invoiceOf(world, client, { ...opts(30), own: "own/1", content: { uploaded: 4_200 }, total: 4_200 });
  await agrees("a PDF of one's own");
  const moved = await invoiceOf(world, client, opts(20));
  const revision = newId();
  await booked(world,
    ["INSERT INTO invoice_revisions (id, invoice_id, number, content, issued_on, due_on, total, created_at) VALUES (?1, ?2, 2, '{}', ?3, ?4, 7500, ?5)", revision, moved.id, ago(20), ago(-60), world.now()],
    ["UPDATE invoice_revisions SET sealed_at = ?2, sealed_on = ?3 WHERE id = ?1", revision, world.now(), ago(10)],
    ["UPDATE invoices SET revision_id = ?1, total = 7500, due_on = ?3 WHERE id = ?2", revision, moved.id, ago(-60)]);
  await agrees("revised: for less, and due later");
  await fact(null, "pi_c", "payment", "pi_c", 3_000, ago(5));
  await agrees("money of nobody");
  await booked(world, ["UPDATE ledger SET client_id = ?1 WHERE payment = 'pi_c'", client.id], ["INSERT INTO allocations (payment, invoice_id, amount, created_at) VALUES ('pi_c', ?1, 3000, 1)", moved.id]);
  await agrees("… which turns out to be theirs");
  await booked(world, ["DELETE FROM allocations WHERE payment = 'pi_c'"]);
  await agrees("… but for nothing yet");

  // As the migration makes it of what was there before.
  const tables = ["owed", "account_dues", "account_lines", "account_sums"];
  const kept = async () => Object.fromEntries(await Promise.all(tables.map(async (table) => [table, (await rowsOf(world, `SELECT * FROM ${table} ORDER BY 1, 2, 3${table === "account_lines" ? ", 4, 5, 6" : table.endsWith("s") ? ", 4" : ""}`)).filter((row) => row.due !== 0 && (table !== "account_sums" || row.change !== 0))])));
  const before = await kept();
  await sumsAtOnce(world);
  assert.deepEqual(await kept(), before);
});

test("what does not agree is told", async () => {
  const spoil = async (sql, name) => {
    await world.db.prepare(sql).run();
    const { wrong } = await sums(world, KEPT);
    assert.ok(wrong.some((sentence) => sentence.startsWith(name)), `${name}: ${wrong}`);
  };
  const { client } = await person(world, owner);
  await invoiceOf(world, client, { currency: "CHF", total: 700 });
  await agrees("before");
  for (const [sql, name] of [
    ["UPDATE owed SET due = due + 1 WHERE currency = 'CHF'", KEPT[0]],
    ["UPDATE account_dues SET due = due + 1 WHERE currency = 'CHF' AND is_month = 0", KEPT[2]],
    ["UPDATE account_dues SET due = due + 1 WHERE currency = 'CHF' AND is_month = 1", KEPT[3]],
    ["UPDATE account_lines SET amount = amount + 1 WHERE currency = 'CHF'", KEPT[4]],
    ["UPDATE account_sums SET change = change + 1 WHERE currency = 'CHF' AND is_year = 0", KEPT[5]],
    ["UPDATE account_sums SET change = change + 1 WHERE currency = 'CHF' AND is_year = 1", KEPT[6]],
  ]) await spoil(sql, name);
  await world.db.batch(["UPDATE owed SET due = due - 1 WHERE currency = 'CHF'", "UPDATE account_dues SET due = due - 1 WHERE currency = 'CHF'",
    "UPDATE account_lines SET amount = amount - 1 WHERE currency = 'CHF'", "UPDATE account_sums SET change = change - 1 WHERE currency = 'CHF'"].map((sql) => world.db.prepare(sql)));
  await agrees("put back");
});

test("a client with a thousand open invoices: pages of them, what is due first; each is there once, and what is ticked is paid", async () => {
  const { client, person: reader } = await person(world, owner);
  await invoices(client, 1_000, { from: -40, series: "101" });
  await invoices(client, 40, { from: 300, currency: "USD", series: "102" });
  await invoices(client, 60, { from: 900, paid: true, series: "103" });
  const home = await atMost(reader, "/");
  const first = await atMost(reader, "/billing");
  const [{ due }] = await rowsOf(world, "SELECT sum(due) AS due FROM invoices WHERE client_id = ? AND currency = 'EUR'", client.id);
  const euro = `€${(due / 100).toLocaleString("en", { minimumFractionDigits: 2 })}`;
  for (const { page } of [home, first]) assert.ok(page.text.includes(euro) && page.text.includes("1000 invoices, the first overdue by"), page.text);
  assert.equal(first.page.all('section[aria-labelledby="closed"] tbody tr').length, 5, "what is done stands below, the newest few");

  const seen = [];
  let pages = 0;
  for (let answer = first; ; answer = await atMost(reader, answer.page.link("Invoices due later"))) {
    pages += 1;
    // The currencies of one page stand apart; each is in order.
    seen.push(...answer.page.all('section[aria-labelledby^="open-"] td a.row-link').map((link) => link.getAttribute("href").split("/").at(-1)).sort());
    if (pages === 2) {
      assert.equal(answer.page.all('section[aria-labelledby="closed"], section[aria-labelledby="payments"]').length, 0, "the one list goes on alone");
      const form = answer.page.formTo("/billing/pay");
      const [one, two, ...rest] = answer.page.all('input[type="checkbox"]').map((box) => box.getAttribute("name"));
      assert.equal(rest.length, 23, "all of the page can be ticked");
      const sent = await reader.post("/billing/pay", { ...Object.fromEntries(form.values.filter(([name]) => !name.startsWith("i_"))), [one]: "on", [two]: "on" });
      assert.equal(sent.status, 303);
      const session = [...stripe.sessions.values()].find(({ url }) => url === sent.location);
      const [a, b] = await Promise.all([one, two].map((name) => invoiceNow(world, { id: name.slice(2) })));
      assert.equal(session.amount_total, a.due + b.due);
    }
    if (!answer.page.hasLink("Invoices due later")) break;
  }
  assert.equal(pages, 42);
  const expected = (await rowsOf(world, "SELECT id FROM invoices WHERE client_id = ? AND due > 0 ORDER BY due_on, id", client.id)).map(({ id }) => id);
  const inPages = Array.from({ length: pages }, (_, n) => expected.slice(n * 25, n * 25 + 25).sort());
  assert.deepEqual(seen, inPages.flat());
  await atMost(reader, "/billing?after=2024-01-01.00000000-0000-7000-8000-000000000000");
  await atMost(reader, "/billing?payments=9999-12-31.00000000-0000-7000-8000-000000000000");
  for (const query of ["open=x", "open=2026-01-01.x", "open=%00", "open=9999-99-99.nobody"]) assert.equal((await reader.get(`/billing?${query}`)).status, 200, query);

  // How late what is due is: by the statement, and by looking at each.
  const { page } = await atMost(reader, `/billing/statement?currency=EUR&from=${ago(10)}`);
  for (const [label, from, to] of [["Not yet due", "0000", "0"], ["1–30 days", 30, 1], ["31–60 days", 60, 31], ["61–90 days", 90, 61], ["Over 90 days", "99999", 91]]) {
    const [{ sum }] = await rowsOf(world, "SELECT sum(due) AS sum FROM invoices WHERE client_id = ?1 AND currency = 'EUR' AND due > 0 AND CASE ?2 WHEN 'Not yet due' THEN due_on >= ?3 WHEN 'Over 90 days' THEN due_on < ?4 ELSE due_on BETWEEN ?5 AND ?6 END",
      client.id, label, ago(0), ago(90), ago(Number(from)), ago(Number(to)));
    assert.ok(page.text.includes(`${label} €${(sum / 100).toLocaleString("en", { minimumFractionDigits: 2 })}`), `${label}: ${sum} in ${page.text.slice(0, 600)}`);
  }
});

test("a statement of thirty days reads what it shows, after eight thousand things as after eighty", async () => {
  const told = {};
  for (const [many, series] of [[40, "104"], [4_000, "105"]]) {
    const { client, person: reader } = await person(world, owner);
    await invoices(client, many, { from: -1, paid: true, series });
    const path = `?from=${ago(30)}&currency=EUR`;
    told[many] = (await read(reader, `/billing/statement${path}`)).rowsRead;
    const { answer } = await read(owner, `/admin/clients/${client.id}/statement.csv${path}`);
    const lines = answer.text.trimEnd().split("\r\n");
    assert.ok(lines.length > 60, "it shows thirty days");
    assert.match(lines[1], /Balance before/);
    const [{ opening }] = await rowsOf(world, "SELECT sum(CASE WHEN kind = 'payment' THEN -amount ELSE amount END) AS opening FROM (SELECT 'invoice' AS kind, total AS amount FROM invoices WHERE client_id = ?1 AND issued_on < ?2 UNION ALL SELECT kind, amount FROM ledger WHERE client_id = ?1 AND occurred_on < ?2)", client.id, ago(30));
    assert.ok(lines[1].includes((opening / 100).toFixed(2)), `${lines[1]}: ${opening}`);
  }
  console.log(`rows of a statement of thirty days: ${told[40]} after 80 things, ${told[4_000]} after 8,000`);
  // A row for each year, for each month of this one, for each day of this month before the first.
  assert.ok(told[4_000] <= told[40] + 100, `${told[40]} rows after 80 things, ${told[4_000]} after 8,000`);
});
