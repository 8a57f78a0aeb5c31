// The database file of the local runtime, opened while nothing else has it open, and filled fast: one
// transaction, prepared statements, and indexes that are built once at the end rather than row by row.
import { createRequire } from "node:module";

const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite");

/** Runs `work(db)` in one transaction on the file. It stays a WAL database, as D1 has it. */
export function writing(file, work) {
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  // A broken-off fill is thrown away with its folder, so nothing has to be safe on the disk meanwhile.
  db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA locking_mode = EXCLUSIVE");
  try {
    db.exec("BEGIN");
    work(db);
    db.exec("COMMIT; PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL");
  } finally {
    db.close();
  }
}

/** A prepared INSERT: a function of the values. */
export function inserter(db, table, columns, verb = "INSERT") {
  const marks = columns.split(",").map(() => "?").join(", ");
  const statement = db.prepare(`${verb} INTO ${table} (${columns}) VALUES (${marks})`);
  return (...values) => statement.run(...values);
}

/** Takes the indexes of these tables away, but for unique ones and those to keep; gives what puts them back. */
export function withoutIndexes(db, tables, keep = []) {
  const found = db.prepare(
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%' AND tbl_name IN (SELECT value FROM json_each(?))",
  ).all(JSON.stringify(tables)).filter(({ name }) => !keep.includes(name));
  for (const { name } of found) db.exec(`DROP INDEX ${name}`);
  return () => { for (const { sql } of found) db.exec(sql); };
}
