// What follows from the rows, by the statements that the worker itself uses: the sums of the ledger, the words
// that find things, the seals of the audit log.
import { createHash } from "node:crypto";
import { ACCOUNTS_MADE } from "../../harness/money.mjs";
import { schemaText } from "../../harness/runtime.mjs";
import { statements } from "../../harness/statements.mjs";

const of = (file, pattern) => statements().filter(({ place, sql }) => place.startsWith(file) && pattern.test(sql)).map(({ sql }) => sql);

/** What computes the sums of money, statement by statement: the body of its trigger, of the last migration that makes it. */
const [SUMS, ...TOTALS] = [...schemaText().matchAll(/^CREATE TRIGGER sums_are_computed\b[^;]*?\bBEGIN\b([\s\S]*?)^END;/gm)].at(-1)[1].split(";").map((sql) => sql.trim()).filter(Boolean);
/** The sums of the invoices that triggers noted. */
export const sumInvoices = (db) => db.exec(SUMS);
/** Balances, days and months; needs the indexes of invoices and ledger, and accounts. Empties the notes. */
export const sumTotals = (db) => { for (const sql of TOTALS) db.exec(sql); };

/** Takes the triggers away that keep accounts with each row; gives what adds them up at once, as their migration does, and puts the triggers back. */
export function withoutAccounts(db) {
  const triggers = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'account\\_%' ESCAPE '\\'").all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  const sums = schemaText().match(ACCOUNTS_MADE);
  return () => {
    db.exec("DELETE FROM account_dues; DELETE FROM account_lines; DELETE FROM account_sums");
    for (const sql of [...sums, ...triggers.map((trigger) => trigger.sql)]) db.exec(sql);
  };
}

/** As `domain::search::words` makes them. */
const wordsOf = (text) => new Set((text.match(/[\p{Alphabetic}\p{N}]+/gu) ?? []).map((word) => [...word.toLowerCase()].slice(0, 40).join("")).slice(0, 100));

/** Learns the words of all that triggers noted, and takes the notes away. Sorted first, so that rows are appended. */
export function learnWords(db) {
  const [changed] = of("src/store/finding.rs", /FROM search_changes WHERE seq > 0 ORDER BY seq LIMIT 40/);
  db.exec("CREATE TEMP TABLE learnt (kind TEXT, client_id TEXT, word TEXT, item_id TEXT)");
  const put = db.prepare("INSERT INTO learnt VALUES (?, ?, ?, ?)");
  for (const { kind, client_id: client, text, item_id: item } of db.prepare(changed.replace("LIMIT 40", "")).iterate()) {
    if (client && text) for (const word of wordsOf(text)) put.run(kind, client, word, item);
  }
  db.exec("INSERT OR IGNORE INTO search_words SELECT * FROM learnt ORDER BY kind, client_id, word, item_id DESC; DROP TABLE learnt; DELETE FROM search_changes");
}

/** Seals the audit log from where it is sealed, as `domain::audit_chain` does. */
export function sealLog(db) {
  const head = db.prepare("SELECT hash FROM audit_chain WHERE hash IS NOT NULL ORDER BY n DESC LIMIT 1").get();
  const put = db.prepare("UPDATE audit_chain SET hash = ? WHERE n = ?");
  const open = db.prepare(
    "SELECT c.n, a.id, a.at, a.principal, a.principal_id, a.principal_name, a.action, a.entity_id, a.client_id, a.detail, a.address "
    + "FROM audit_chain c JOIN audit a ON a.id = c.audit_id WHERE c.n BETWEEN ? AND ? AND c.hash IS NULL ORDER BY c.n",
  );
  let before = head?.hash ?? "";
  const { last } = db.prepare("SELECT max(n) AS last FROM audit_chain").get();
  // In chunks, because what is read must not change underneath.
  for (let from = 1; from <= last; from += 10_000) {
    for (const e of open.all(from, from + 9_999)) {
      before = createHash("sha256").update(JSON.stringify([
        "portico audit v1", e.n, e.id, e.at, e.principal, e.principal_id, e.principal_name, e.action, e.entity_id, e.client_id, e.detail, e.address, before,
      ])).digest("hex");
      put.run(before, e.n);
    }
  }
}
