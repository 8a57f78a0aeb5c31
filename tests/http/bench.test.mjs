// What `make bench` stands on, with little data: the filled business is one that the portal itself would have
// written, the load is counted, and a missed budget is told.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseFile } from "../../scripts/lib/state.mjs";
import { withWorld } from "../bench/costs.mjs";
import { BUDGETS, held } from "../bench/budgets.mjs";
import { inTurn, load, ratio, spread, together } from "../bench/load.mjs";
import { Bench } from "../bench/runtime.mjs";
import { filled, setStage } from "../bench/stage.mjs";
import { sums } from "../faults/sums.mjs";
import { asText, failures } from "../bench/table.mjs";
import { html } from "../bench/weights.mjs";
import { books } from "../harness/money.mjs";
import { workerFolder } from "../harness/runtime.mjs";

const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite");
const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const worker = workerFolder();
const TINY = { clients: 6, rows: 100, every: 4, now: Date.now() };

let stage, state;
before(async () => {
  stage = await setStage(folder, { worker });
  state = filled(stage, "tiny", TINY);
});

const asked = (at, sql) => {
  const db = new DatabaseSync(databaseFile(at), { readOnly: true });
  try {
    return db.prepare(sql).all().map((row) => ({ ...row }));
  } finally {
    db.close();
  }
};

test("the same seed fills the same business, and leaves the schema and its references whole", () => {
  const again = filled(stage, "again", TINY);
  for (const table of ["clients", "contacts", "invoices", "invoice_revisions", "ledger", "allocations", "documents", "document_versions", "receipts", "totals", "balances", "search_words", "audit_chain"]) {
    // The salts of the log are random, as they have to be.
    const rowsOf = (of) => asked(of, `SELECT * FROM ${table}`).map(({ who_salt: _who, what_salt: _what, ...row }) => row);
    const rows = rowsOf(state);
    assert.ok(rows.length > 0, `${table} has rows`);
    assert.deepEqual(rowsOf(again), rows, table);
  }
  const schema = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name";
  assert.deepEqual(asked(state, schema), asked(join(folder, "first"), schema));
  assert.deepEqual(asked(state, "PRAGMA foreign_key_check"), []);
  assert.deepEqual(asked(state, "PRAGMA quick_check"), [{ quick_check: "ok" }]);
  assert.deepEqual(asked(state, "PRAGMA journal_mode"), [{ journal_mode: "wal" }]);
});

const money = (minor, currency) => `${{ EUR: "€", USD: "$", GBP: "£" }[currency] ?? "CHF "}${(minor / 100).toLocaleString("en", { minimumFractionDigits: 2 })}`.replace(" ", "\u00a0");
const snapshot = async (world) => {
  const all = async (sql) => (await world.db.prepare(sql).all()).results;
  return {
    invoices: await all("SELECT id, status, net, due, credit FROM invoices ORDER BY id"),
    balances: await all("SELECT * FROM balances ORDER BY client_id, currency"),
    totals: await all("SELECT * FROM totals ORDER BY is_month, span, currency"),
    words: await all("SELECT * FROM search_words ORDER BY kind, client_id, word, item_id"),
    clientWords: await all("SELECT word, client_id FROM client_words ORDER BY word, client_id"),
  };
};

test("its sums are those of its facts, of the portal's own computing, and of its pages", () => withWorld(stage, { state, worker }, async (world, { owner }) => {
  // From the facts, by hand: what was paid, less what was given back, is for the one invoice of a payment.
  const { results: facts } = await world.db.prepare(
    "SELECT i.id, i.currency, i.total, i.state, coalesce(sum(CASE l.kind WHEN 'payment' THEN l.amount END), 0) AS paid, coalesce(sum(CASE l.kind WHEN 'refund' THEN l.amount END), 0) AS refunded "
    + "FROM invoices i LEFT JOIN allocations a ON a.invoice_id = i.id LEFT JOIN ledger l ON l.payment = a.payment GROUP BY i.id",
  ).all();
  const due = {};
  for (const { currency, total, state: is, paid, refunded } of facts) {
    if (is === "sent" && refunded === 0 && paid < total) due[currency] = (due[currency] ?? 0) + total - paid;
  }
  assert.ok(due.EUR > 0, "something is outstanding");
  const { results: summed } = await world.db.prepare("SELECT currency, sum(due) AS due FROM invoices GROUP BY currency HAVING sum(due) > 0").all();
  assert.deepEqual(Object.fromEntries(summed.map(({ currency, due: sum }) => [currency, sum])), due);
  for (const path of ["/admin", "/admin/billing"]) {
    const { text } = (await owner.get(path)).page;
    for (const [currency, sum] of Object.entries(due)) assert.ok(text.replace(/\s/g, " ").includes(money(sum, currency).replace(/\s/g, " ")), `${path}: ${money(sum, currency)}`);
  }
  const { wrong, looked } = await sums(world, [
    "what came in on a day", "what was invoiced on a day", "what the business is owed", "what a client owes, of which, by how much, of how many",
    "what is due on a day", "what is due in a month", "what happened on an account", "what a month came to on an account", "what a year came to on an account",
  ]);
  assert.deepEqual(wrong, []);
  assert.ok(looked > 500, `${looked} sums`);
  // All of it anew, by what the portal itself computes with: nothing moves.
  const before = await snapshot(world);
  await books(world, ["INSERT INTO invoices_anew (invoice_id) SELECT id FROM invoices WHERE state <> 'draft'"]);
  await world.db.batch(["DELETE FROM search_words", "INSERT INTO search_changes (kind, item_id) SELECT 'invoice', id FROM invoices UNION ALL SELECT 'document', id FROM documents"].map((sql) => world.db.prepare(sql)));
  await world.cron();
  assert.equal(await world.db.prepare("SELECT count(*) AS n FROM search_changes").first("n"), 0);
  assert.deepEqual(await snapshot(world), before);
}));

test("the audit log is sealed as the portal seals it", () => withWorld(stage, { state, worker }, async (world) => {
  const { n } = await world.db.prepare("SELECT count(*) AS n FROM audit_chain WHERE hash IS NOT NULL").first();
  assert.ok(n > 150, `${n} sealed entries`);
  await world.db.prepare("UPDATE audit_check SET next_n = 1, good_at = NULL").run();
  await world.cron();
  const check = await world.db.prepare("SELECT good_n, broken_n FROM audit_check").first();
  assert.equal(check.broken_n, null);
  assert.ok(check.good_n >= n, `${check.good_n} of ${n} found whole`);
}));

test("floors and pages are asked in one runtime, and what is no good answer is no measurement", async () => {
  const bench = await Bench.start({ state, worker, stage: { ...stage, port: 0 } });
  try {
    for (const target of [bench.floor("floor 0"), bench.floor("floor 1"), bench.floor("floor 50"), bench.page("lena", "/billing"), bench.page(undefined, "/sign-in")]) {
      const { answered, rps, seconds } = await load(target, { connections: 2, amount: 20 });
      assert.equal(answered, 20, target.url);
      assert.ok(rps > 0 && seconds > 0, target.url);
    }
    for (const connections of [1, 2]) {
      const runs = await inTurn(bench.floor("floor 1"), bench.floor("floor 0"), { connections, repeats: 2, seconds: 0.4 });
      assert.deepEqual([runs.target.length, runs.base.length], [2, 2]);
      assert.ok(ratio(runs, "cpu").min > 1, `a SELECT costs more than none: ${JSON.stringify(runs)}`);
    }
    const rows = await (await fetch(bench.floor("floor 50").url)).json();
    assert.equal(rows.length, 50);
    const stranger = { ...bench.page("lena", "/billing"), headers: async () => ({ host: new URL(bench.base).host }) };
    await assert.rejects(load(stranger, { connections: 1, amount: 5 }), /0 answers were good, 5 were not/);
    await assert.rejects(bench.page("lena", "/nowhere").headers(), /404/);
    const { billing } = await html(bench, { billing: ["lena", "/billing"] });
    assert.ok(billing.gzip < billing.plain && billing.brotli < billing.plain, JSON.stringify(billing));
  } finally {
    await bench.close();
  }
});

test("pieces of different lengths are one run", () => {
  const run = together([{ cpu: 1, answered: 300, seconds: 1 }, { cpu: 4, answered: 100, seconds: 3 }]);
  assert.deepEqual(run, { cpu: 1.75, rps: 100, answered: 400 });
  const runs = { target: [run, { cpu: 3, rps: 50 }], base: [{ cpu: 0.5, rps: 200 }, { cpu: 1, rps: 100 }] };
  assert.deepEqual(ratio(runs, "cpu"), { median: 3.25, min: 3, max: 3.5 });
  assert.deepEqual(ratio(runs, "rps"), { median: 0.5, min: 0.5, max: 0.5 });
});

test("a budget that is missed is named; a time that one run holds is noise", () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
  const page = (rowsRead) => ({ d1: 1, kv: 0, r2: 0, rowsRead });
  const figures = (rows, cpu) => ({ costs: { pages: { home: page(50), billing: page(rows) }, actions: { pay: 2 }, anonymous: {} }, pages: { home: { cpu, rps8: spread([1]), rps32: spread([1]) } } });
  const good = figures(300, spread([0.9, 1, 1.5]));
  assert.deepEqual(failures(good), []);
  assert.match(asText(good), /Rows read by a page +≤ 300 +≤ 100 +300 +billing +met; 3 × the aim/);
  assert.deepEqual(failures(figures(301, spread([1]))), ["Rows read by a page"]);
  const noisy = figures(10, spread([1.4, 1.6, 1.7]));
  assert.deepEqual(failures(noisy), []);
  assert.match(asText(noisy), /CPU of a page against floor 50 .*missed, within the noise; 1\.60 × the aim/);
  assert.deepEqual(failures(figures(10, spread([1.6, 1.7]))), ["CPU of a page against floor 50"]);
  const slow = held(BUDGETS.find(({ unit, shown }) => shown && unit === "ms"), { pdf: { first: spread([80]) } });
  assert.deepEqual([slow.met, slow.fails], [false, false], "an absolute time fails nothing");
});
