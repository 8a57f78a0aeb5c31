// Every statement of src/store is explained against the migrated schema: a full scan of a table that
// grows fails. Statements are read out of the sources, so a new one is covered the day it is written.
import { test } from "node:test";
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { schemaText } from "../harness/runtime.mjs";
import { statements } from "../harness/statements.mjs";

/** How many there were when this was last raised; fewer means that the reader below overlooks some. */
const AT_LEAST = 980, FOR_CLIENTS = 230;

/** Tables of a handful of rows, which may be read whole. */
const SMALL = new Set([
  "business", "staff", "email_templates", "d1_migrations", "billing", "number_series", "saved_replies",
  // Empty between batches.
  "stale",
  // A row a month and currency; the days are found by their span.
  "totals",
]);

const migrated = (options = {}) => {
  const made = new DatabaseSync(":memory:", options);
  made.exec(schemaText());
  return made;
};
const database = migrated();
// An INSERT … SELECT into a table with children shows a scan of each child. SQLite runs it only while
// foreign keys are broken already, which within one statement of ours they never are: so INSERTs are
// explained without foreign keys (their triggers are explained all the same).
const withoutForeignKeys = migrated({ enableForeignKeyConstraints: false });
const tables = new Set(database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all().map(({ name }) => name));

/** Names that stand for a table in one statement: itself, and `FROM table alias`. */
function aliases(sql) {
  const names = new Map([...tables].map((table) => [table, table]));
  for (const [, table, alias] of sql.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_0-9]+)\s+(?:AS\s+)?([a-z_0-9]+)/gi)) {
    if (tables.has(table)) names.set(alias, table);
  }
  return names;
}

/** Full scans of tables that grow. A scan of a CTE, a subquery or json_each names no table of ours. */
function scans(sql) {
  const names = aliases(sql);
  const explainer = /^(WITH who AS [\s\S]*\)\s+)?INSERT\b/.test(sql) ? withoutForeignKeys : database;
  const plan = explainer.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => detail);
  // A walk along an index that a LIMIT ends, as the first page of a sorted list is. (How many rows a
  // page really reads is measured by the bench.)
  const sorts = plan.some((detail) => /USE TEMP B-TREE FOR (ORDER|GROUP) BY/.test(detail));
  const bounded = (detail) => /\bUSING (COVERING )?INDEX\b/.test(detail) && /\bLIMIT\b/i.test(sql) && !sorts;
  return plan.filter((detail) => {
    const table = names.get(/^SCAN (\S+)/.exec(detail)?.[1]);
    return table !== undefined && !SMALL.has(table) && !bounded(detail);
  });
}

const all = statements();

/** What a client's search tries of each kind. */
const FINDS = {
  project: "may AS (SELECT id FROM project_seen)", task: "may AS (SELECT id FROM task_seen)", document: "may AS (SELECT id FROM shared)",
  invoice: "may AS (SELECT id FROM invoices WHERE", ticket: "may AS (SELECT id FROM ticket_seen", thread: "may AS (SELECT id FROM thread_seen)",
};

test("no read for a client has a thing called asker, which would be asked instead of the one who asks", () => {
  for (const { sql, place } of all.filter(({ beside }) => beside)) {
    const [, read] = sql.split(" FROM who asker WHERE asker.");
    assert.ok(read, `${place} takes who asks otherwise: ${sql}`);
    assert.doesNotMatch(read, /\basker\b/, `${place} has another one: ${sql}`);
  }
});

test("the statements are found", () => {
  assert.ok(all.length >= AT_LEAST, `expected at least ${AT_LEAST} statements in src/store, found ${all.length}`);
  const forClients = all.filter(({ beside }) => beside);
  assert.ok(forClients.length >= FOR_CLIENTS, `expected at least ${FOR_CLIENTS} reads for clients, found ${forClients.length}`);
  for (const kind of ["project", "task", "document", "invoice", "ticket", "thread"]) {
    const finds = forClients.filter(({ sql, place }) => place.startsWith("src/store/finding.rs") && sql.includes(FINDS[kind]));
    assert.equal(finds.length, 2, `${kind}s that a client finds, and in a preview`);
  }
  console.log(`${all.length} statements of src/store are explained, ${forClients.length} of them also as they stand beside others`);
});

const sorting = (sql) => database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().filter(({ detail }) => /USE TEMP B-TREE/.test(detail)).length;

for (const { sql, place, beside } of all) {
  if (beside) {
    test(`${place}, beside other reads`, () => {
      const together = beside(database.prepare(sql).columns().map(({ name }) => `"${name}"`));
      assert.deepEqual(scans(together), [], `${place} reads a whole table that grows once it is asked beside others.\n${together}\n`);
      assert.equal(sorting(together), sorting(sql), `${place} sorts otherwise once it is asked beside others than by itself.\n${together}\n`);
    });
  }
  test(place, () => {
    let found;
    const open = /\{[a-z_]*\}/.exec(sql);
    assert.ok(!open, `${place}: ${open} is filled in at run time, so the statement cannot be explained. Write the variants out, or use a const.`);
    try {
      found = scans(sql);
    } catch (error) {
      assert.fail(`${place} does not fit the schema: ${error.message}\n${sql}`);
    }
    assert.deepEqual(found, [], `${place} reads a whole table that grows; expected a SEARCH by an index.\n${sql}\n`);
  });
}

test("what triggers do is looked up as well", () => {
  const triggers = database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all();
  let looked = 0;
  for (const { name, sql } of triggers) {
    const [, when, body] = /\b(?:INSERT|UPDATE|DELETE)\b[\s\S]*?\bON \S+(?:\s+FOR EACH ROW)?(?:\s*WHEN\b([\s\S]*?))?\s*\bBEGIN\b([\s\S]*)\bEND\s*$/.exec(sql);
    const steps = body.split(";").map((text) => text.trim()).filter(Boolean);
    for (const step of when ? [`SELECT 1 WHERE ${when}`, ...steps] : steps) {
      const alone = step.replace(/\bRAISE\s*\((?:IGNORE|[A-Z]+\s*,\s*'[^']*')\s*\)/g, "NULL").replace(/\b(NEW|OLD)\.[a-z_0-9]+/g, "?1");
      assert.deepEqual(scans(alone), [], `${name} reads a whole table that grows: ${step}`);
      looked += 1;
    }
  }
  assert.ok(looked > 160, `expected the steps of triggers, found ${looked}`);
});

test("a page of time enters its index at the day and the id, so a day with thousands of entries is not walked anew for each page", () => {
  const pages = all.filter(({ sql, place }) => place.startsWith("src/store/time_log/") && /\(\S*day, \S*id\) [<>]/.test(sql));
  assert.ok(pages.length >= 14, `expected the lists of time, found ${pages.length}`);
  for (const { sql, place } of pages) {
    const walks = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => detail).filter((detail) => /^SEARCH e USING INDEX time_/.test(detail));
    assert.ok(walks.length > 0 && walks.every((detail) => /\(day,id\)[<>]\(\?,\?\)/.test(detail)), `${place}: ${walks}`);
  }
});

test("what the business is owed, and its twelve months, are looked up among kept sums, never added up from invoices or facts", () => {
  const money = all.filter(({ sql, place }) => place.startsWith("src/store/billing.rs") && /\btotals\b/.test(sql));
  assert.equal(money.length, 2, "owed and months");
  for (const { sql, place } of money) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => detail).filter((detail) => /^(SCAN|SEARCH)/.test(detail));
    assert.ok(plan.length > 0 && plan.every((detail) => /^(SEARCH (totals|[mdno]|b|billing) USING|SCAN CONSTANT ROW$|SCAN \(subquery-\d+\)$)/.test(detail)), `${place}: ${plan.join("; ")}`);
    assert.doesNotMatch(sql, /\b(FROM|JOIN) (invoices|ledger)\b/);
  }
});
