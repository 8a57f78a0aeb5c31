// What follows from the rows, by the statements that the worker itself uses: the sums of the ledger, the words
// that find things, the seals of the audit log.
import { createHash } from "node:crypto";
import { KEEPERS, sumsMade } from "../../harness/money.mjs";
import { statements } from "../../harness/statements.mjs";

const of = (file, pattern) => statements().filter(({ place, sql }) => place.startsWith(file) && pattern.test(sql)).map(({ sql }) => sql);

/** Takes the triggers away that keep sums with each row; gives what computes them at once and puts the triggers back. */
export function withoutSums(db) {
  const triggers = db.prepare(KEEPERS).all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  return {
    /** What was paid of each invoice; before the indexes of invoices, so that none is moved. */
    ofInvoices: () => db.exec("INSERT INTO invoices_anew (invoice_id) SELECT DISTINCT invoice_id FROM allocations"),
    /** All that adds up invoices and facts; needs their indexes. */
    ofAll: () => { for (const sql of [...sumsMade(), ...triggers.map((trigger) => trigger.sql)]) db.exec(sql); },
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
