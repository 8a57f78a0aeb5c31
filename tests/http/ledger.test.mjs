// What follows from facts, by the triggers of the migrated schema. Whatever the facts and their order,
// invoices, balances and totals say what a sum over everything says.
import { test } from "node:test";
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { schemaText } from "../harness/runtime.mjs";

function ledger() {
  const db = new DatabaseSync(":memory:");
  db.exec(schemaText());
  db.exec("INSERT INTO clients (id, name, name_key, created_at, updated_at) VALUES ('c1', 'A', 'a', 0, 0), ('c2', 'B', 'b', 0, 0)");
  let n = 0;
  const batch = (write) => {
    db.exec("BEGIN");
    write();
    db.exec("COMMIT");
  };
  const run = (sql, ...values) => db.prepare(sql).run(...values);
  return {
    db, batch, run,
    invoice(id, { client = "c1", currency = "EUR", total = 10_000, issued = "2026-11-03", due = "2026-11-17", state = "sent" } = {}) {
      const count = state === "draft" ? null : ++n;
      run(`INSERT INTO invoices (id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total,
        issued_on, due_on, created_at, updated_at) VALUES (?, ?, ?, ?, '00000000-0000-7000-8000-000000000001', ?, ?, ?, ?, ?, ?, ?, 0, 0)`,
      id, client, state, count && `N${count}`, count && 2026, count, `r-${id}`, currency, total, issued, due);
    },
    fact(kind, object, payment, amount, { currency = "EUR", on = "2026-11-20", client = "c1", counts = 1 } = {}) {
      run(`INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, counts, occurred_at, occurred_on, client_id, created_at)
        VALUES (?, ?, ?, ?, 'stripe', ?, ?, ?, 0, ?, ?, 0)`, `f${++n}`, kind, object, payment, amount, currency, counts, on, client);
    },
    allocate(payment, invoice, amount, later = 0) {
      run("INSERT INTO allocations (payment, invoice_id, amount, later, created_at) VALUES (?, ?, ?, ?, 0)", payment, invoice, amount, later);
    },
    one: (id) => ({ ...db.prepare("SELECT status, net, due, credit, dispute, processing FROM invoices WHERE id = ?").get(id) }),
  };
}

/** Balances and totals by one look at everything; must be what stands in the tables. */
function assertSums({ db }) {
  const rows = (sql) => db.prepare(sql).all().map((row) => ({ ...row }));
  assert.deepEqual(
    rows("SELECT client_id, currency, due, credit, open_invoices FROM balances WHERE due OR credit OR open_invoices ORDER BY 1, 2"),
    rows(`SELECT client_id, currency, sum(due) AS due, sum(credit) AS credit, sum(due > 0) AS open_invoices FROM invoices
      GROUP BY 1, 2 HAVING sum(due) OR sum(credit) ORDER BY 1, 2`),
  );
  for (const [isMonth, span] of [[0, 10], [1, 7]]) {
    assert.deepEqual(
      rows(`SELECT currency, span, invoiced, received, given_back, due, open_invoices FROM totals WHERE is_month = ${isMonth}
        AND (invoiced OR received OR given_back OR due) ORDER BY 1, 2`),
      rows(`SELECT currency, span, sum(invoiced) AS invoiced, sum(received) AS received, sum(given_back) AS given_back, sum(due) AS due, sum(open) AS open_invoices FROM (
        SELECT currency, substr(issued_on, 1, ${span}) AS span, total AS invoiced, 0 AS received, 0 AS given_back, 0 AS due, 0 AS open FROM invoices WHERE state = 'sent'
        UNION ALL SELECT currency, substr(due_on, 1, ${span}), 0, 0, 0, due, due > 0 FROM invoices
        UNION ALL SELECT currency, substr(occurred_on, 1, ${span}), 0, CASE kind WHEN 'payment' THEN amount WHEN 'reversal' THEN -amount ELSE 0 END,
          CASE WHEN kind = 'refund' AND counts THEN amount ELSE 0 END, 0, 0 FROM ledger WHERE client_id IS NOT NULL
      ) GROUP BY 1, 2 HAVING sum(invoiced) OR sum(received) OR sum(given_back) OR sum(due) ORDER BY 1, 2`),
    );
  }
}

test("a draft counts nowhere; sent, paid, refunded and void are counted at once", () => {
  const l = ledger();
  l.batch(() => l.invoice("i1", { state: "draft" }));
  assertSums(l);
  l.batch(() => l.run("UPDATE invoices SET state = 'sent', number = 'N1', series_year = 2026, series_count = 1 WHERE id = 'i1'"));
  assert.deepEqual(l.one("i1"), { status: "outstanding", net: 0, due: 10_000, credit: 0, dispute: 0, processing: 0 });
  assertSums(l);
  l.batch(() => { l.fact("payment", "pi_1", "pi_1", 4_000); l.allocate("pi_1", "i1", 4_000); });
  assert.equal(l.one("i1").status, "partially_paid");
  assertSums(l);
  l.batch(() => { l.fact("payment", "pi_2", "pi_2", 7_000, { on: "2026-12-01" }); l.allocate("pi_2", "i1", 7_000); });
  assert.deepEqual({ ...l.one("i1"), dispute: undefined, processing: undefined },
    { status: "paid", net: 11_000, due: 0, credit: 1_000, dispute: undefined, processing: undefined });
  assertSums(l);
  l.batch(() => l.fact("refund", "re_1", "pi_2", 7_000, { on: "2026-12-02" }));
  assert.equal(l.one("i1").status, "partially_refunded");
  assertSums(l);
  l.batch(() => l.run("UPDATE invoices SET reopened = refunded WHERE id = 'i1'"));
  assert.deepEqual([l.one("i1").status, l.one("i1").due], ["partially_paid", 6_000]);
  assertSums(l);
  l.batch(() => l.run("UPDATE invoices SET state = 'void' WHERE id = 'i1'"));
  assert.equal(l.one("i1").due, 0);
  assertSums(l);
});

test("a day that something is moved away from is computed anew too", () => {
  const l = ledger();
  l.batch(() => { l.invoice("i1"); l.fact("payment", "pi_1", "pi_1", 100); l.fact("refund", "re_1", "pi_1", 50, { on: "2026-11-20" }); l.allocate("pi_1", "i1", 100); });
  l.batch(() => l.run("UPDATE invoices SET due_on = '2027-01-05', issued_on = '2026-12-05', total = 500 WHERE id = 'i1'"));
  assertSums(l);
  l.batch(() => l.run("UPDATE ledger SET occurred_on = '2026-10-20', amount = 60 WHERE object_id = 're_1'"));
  assertSums(l);
});

test("facts before their payment, before anybody knew whose, and an attempt that is processing", () => {
  const l = ledger();
  l.batch(() => l.invoice("i1"));
  l.batch(() => l.fact("refund", "re_1", "pi_1", 2_000, { client: null }));
  l.batch(() => l.fact("payment", "pi_1", "pi_1", 10_000, { client: null }));
  assertSums(l);
  l.batch(() => { l.allocate("pi_1", "i1", 10_000); l.run("UPDATE ledger SET client_id = 'c1' WHERE payment = 'pi_1'"); });
  assert.deepEqual([l.one("i1").status, l.one("i1").net], ["partially_refunded", 8_000]);
  assertSums(l);
  l.batch(() => {
    l.invoice("i2", { currency: "JPY" });
    l.run(`INSERT INTO attempts (id, client_id, provider, livemode, currency, amount, created_at, expires_at) VALUES ('a', 'c1', 'stripe', 0, 'JPY', 10000, 0, 0)`);
    l.run("INSERT INTO attempt_invoices (attempt_id, invoice_id, amount) VALUES ('a', 'i2', 10000)");
  });
  assert.equal(l.one("i2").status, "outstanding");
  l.batch(() => l.run("UPDATE attempts SET state = 'processing' WHERE id = 'a'"));
  assert.deepEqual([l.one("i2").status, l.one("i2").processing], ["processing", 1]);
  l.batch(() => l.run("UPDATE attempts SET state = 'failed' WHERE id = 'a'"));
  assert.equal(l.one("i2").status, "outstanding");
  assertSums(l);
});

test("anything, in any order: the sums are those over everything", () => {
  // A small generator with a seed, so that a failure can be seen again.
  let seed = 20_261_124;
  const random = (n) => { seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648; return seed % n; };
  const pick = (list) => list[random(list.length)];
  const days = ["2026-10-31", "2026-11-01", "2026-11-24", "2026-12-31", "2027-01-01"];
  for (let round = 0; round < 20; round += 1) {
    const l = ledger();
    const invoices = [];
    const payments = [];
    for (let step = 0; step < 25; step += 1) {
      l.batch(() => {
        const what = random(7);
        if (what < 2 || !invoices.length) {
          const id = `i${step}`;
          l.invoice(id, { client: pick(["c1", "c2"]), currency: pick(["EUR", "JPY"]), total: random(5_000), issued: pick(days), due: pick(days), state: pick(["draft", "sent", "sent", "void"]) });
          invoices.push(id);
        } else if (what < 4) {
          const payment = `pi_${step}`;
          const invoice = pick(invoices);
          const { currency, client_id: client } = l.db.prepare("SELECT currency, client_id FROM invoices WHERE id = ?").get(invoice);
          const amount = random(6_000);
          const both = [() => l.allocate(payment, invoice, amount), () => l.fact("payment", payment, payment, amount, { currency, client, on: pick(days) })];
          if (random(2)) both.reverse();
          for (const write of both) write();
          payments.push({ payment, currency, client, amount });
        } else if (payments.length) {
          const { payment, currency, client, amount } = pick(payments);
          const kind = pick(["refund", "refund", "dispute_out", "dispute_in", "reversal", "refund_floor"]);
          const object = kind.startsWith("dispute") ? `dp_${payment}` : kind === "refund" ? `re_${step}` : payment;
          const there = l.db.prepare("SELECT 1 FROM ledger WHERE kind = ? AND object_id = ?").get(kind, object);
          if (!there) l.fact(kind, object, payment, kind === "reversal" ? amount : random(amount + 1), { currency, client, on: pick(days), counts: kind === "refund" ? random(2) : 1 });
          else l.run("UPDATE invoices SET reopened = refunded, due_on = ? WHERE id = ?", pick(days), pick(invoices));
        }
      });
      assertSums(l);
    }
  }
});

test("what a payment is for may change or be taken back: the invoice follows", () => {
  const l = ledger();
  l.batch(() => l.invoice("i1"));
  l.batch(() => { l.fact("payment", "pi_1", "pi_1", 6_000); l.allocate("pi_1", "i1", 6_000); });
  assert.equal(l.one("i1").due, 4_000);
  l.batch(() => l.run("UPDATE allocations SET amount = 1000 WHERE payment = 'pi_1'"));
  assert.equal(l.one("i1").due, 9_000);
  assertSums(l);
  l.batch(() => l.run("DELETE FROM allocations WHERE payment = 'pi_1'"));
  assert.deepEqual([l.one("i1").status, l.one("i1").due], ["outstanding", 10_000]);
  assertSums(l);
});
