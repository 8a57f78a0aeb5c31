// The database as files and back: one line of JSON a row, a file a table, and the schema as SQLite keeps it.
//
// Not `wrangler d1 export`: it writes line breaks as \n and reads every \n back as a line break, so a text that
// holds both a line break and those two characters (a message with a piece of code in it) comes back changed.
// And it would not export FTS5 tables, though the schema has none for that reason.
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { Plain } from "../run.mjs";

const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
/** D1 takes statements of up to 100 kB; a longer row comes in pieces. In bytes, with room for what is around. */
const LONGEST = 80_000;
/** How many rows of a table one look at a deployed database reads, and how often everything is begun anew. */
const PAGE = 1000;
const TRIES = 6;

/** Tables, and what else makes the schema, without what SQLite and D1 keep for themselves. */
export async function schemaOf(DB) {
  const { results } = await DB.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid").all();
  const ours = results.filter(({ name, tbl_name: table }) => ![name, table].some((each) => /^(sqlite_|_cf_)/.test(each)));
  if (ours.some(({ sql }) => /^CREATE VIRTUAL/i.test(sql))) throw new Plain("The database has a virtual table, which a backup cannot hold. See d1-migrations/README.md.");
  const tables = [];
  const names = ours.filter(({ type }) => type === "table").map(({ name }) => name);
  const asked = names.length ? await DB.batch(names.flatMap((name) => [
    DB.prepare(`PRAGMA table_info(${quoted(name)})`), DB.prepare(`PRAGMA foreign_key_list(${quoted(name)})`),
  ])) : [];
  names.forEach((name, i) => {
    const columns = asked[2 * i].results;
    const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk).map((column) => column.name);
    tables.push({
      name, columns: columns.map((column) => column.name), key: key.length ? key : ["rowid"],
      parents: [...new Set(asked[2 * i + 1].results.map(({ table }) => table))].filter((parent) => parent !== name),
    });
  });
  return { tables, objects: ours.map(({ type, name, sql }) => ({ type, name, sql })) };
}

/** One page of a table by its key; `after` is the last row of the page before. */
function pageOf(DB, table, after, limit) {
  const key = table.key.map(quoted).join(", ");
  const also = table.key.includes("rowid") ? "rowid AS rowid, " : "";
  const from = after ? ` WHERE (${key}) > (${table.key.map(() => "?").join(", ")})` : "";
  const asked = DB.prepare(`SELECT ${also}${table.columns.map(quoted).join(", ")} FROM ${quoted(table.name)}${from} ORDER BY ${key} LIMIT ${limit}`);
  return after ? asked.bind(...table.key.map((column) => after[column])) : asked;
}

const COUNT = "SELECT total_changes() AS n";
const changes = ({ results }) => results[0].n;

/** How much SQLite's count of changes grows by asking for it: D1 may note something of its own each time. */
async function ownChanges(DB) {
  const counts = [];
  for (let i = 0; i < 4; i++) counts.push(changes((await DB.batch([DB.prepare(COUNT)]))[0]));
  return Math.min(...counts.slice(1).map((count, i) => count - counts[i]));
}

/**
 * Writes every row into `fileOf(table)` and gives { schema, counts, sequences }. All as of one moment: locally in one
 * transaction; a deployed database is read in pages, and again from the beginning where something was written
 * to it meanwhile, which SQLite's count of changes tells. What fits into one page is one transaction there, too.
 */
export async function writeRows(DB, fileOf, { remote, say, seen = () => {} }) {
  const own = remote ? await ownChanges(DB) : 0;
  for (let tries = 1; ; tries++) {
    const schema = await schemaOf(DB);
    const limit = remote ? PAGE : Number.MAX_SAFE_INTEGER;
    const open = schema.tables.map((table) => ({ table, after: null, out: createWriteStream(fileOf(table.name), { mode: 0o600 }), count: 0 }));
    const counts = {};
    let left = open, first = null, last = null, asks = 0, sequences = [];
    while (left.length) {
      const asked = await DB.batch([DB.prepare(COUNT), DB.prepare("SELECT name, seq FROM sqlite_sequence ORDER BY name"),
        ...left.map(({ table, after }) => pageOf(DB, table, after, limit))]);
      last = changes(asked[0]);
      first ??= last;
      asks++;
      sequences = asked[1].results;
      const more = [];
      for (const [i, one] of left.entries()) {
        const rows = asked[i + 2].results;
        for (const row of rows) {
          seen(one.table.name, row);
          if (!one.out.write(`${JSON.stringify(one.table.columns.map((column) => row[column]))}\n`)) await once(one.out, "drain");
        }
        one.count += rows.length;
        counts[one.table.name] = one.count;
        one.after = rows.at(-1);
        if (rows.length === limit) more.push(one);
      }
      left = more;
    }
    await Promise.all(open.map(({ out }) => new Promise((done, fail) => out.on("error", fail).end(done))));
    if (last - first === own * (asks - 1)) return { schema, counts, sequences };
    if (tries === TRIES) throw new Plain("The portal was written to during each try, so no moment of it could be kept whole. Try again at a quieter time.");
    say("  something was written meanwhile; reading again …");
  }
}

/** A value as SQL. Texts stand as they are: only the quote is doubled. */
function literal(value) {
  if (value === null) return "NULL";
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  throw new Plain(`The backup holds a value of a kind that the database does not have: ${JSON.stringify(value).slice(0, 80)}`);
}

/** A text in pieces short enough, never through a character. */
function pieces(text) {
  const found = [];
  let piece = "", size = 0;
  for (const character of text) {
    const more = Buffer.byteLength(character) + (character === "'" ? 1 : 0);
    if (size + more > LONGEST / 2) {
      found.push(piece);
      [piece, size] = ["", 0];
    }
    piece += character;
    size += more;
  }
  return [...found, piece];
}

/** The statements that put one row in. What is too long for one is put together afterwards. */
export function* insertsOf(table, values) {
  const row = values.map(literal);
  const late = [];
  const size = () => row.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  for (const i of [...row.keys()].sort((a, b) => row[b].length - row[a].length)) {
    if (size() <= LONGEST) break;
    const [head, ...rest] = pieces(values[i]);
    row[i] = literal(head);
    late.push(...rest.map((piece) => [i, piece]));
  }
  yield `INSERT INTO ${quoted(table.name)} (${table.columns.map(quoted).join(", ")}) VALUES (${row.join(", ")});`;
  if (late.length === 0) return;
  if (table.key.includes("rowid")) throw new Plain(`A row of ${table.name} is too long to be restored.`);
  const where = table.key.map((column) => `${quoted(column)} = ${literal(values[table.columns.indexOf(column)])}`).join(" AND ");
  for (const [i, piece] of late) yield `UPDATE ${quoted(table.name)} SET ${quoted(table.columns[i])} = ${quoted(table.columns[i])} || ${literal(piece)} WHERE ${where};`;
}

/** What takes a schema away, children before their parents, so that no row is left without one meanwhile. */
export function dropsOf({ tables, objects }) {
  const drops = [];
  for (const kind of ["trigger", "view"]) drops.push(...objects.filter(({ type }) => type === kind).map(({ name }) => `DROP ${kind.toUpperCase()} IF EXISTS ${quoted(name)};`));
  let left = tables;
  while (left.length) {
    const free = left.filter(({ name }) => !left.some((other) => other.name !== name && other.parents.includes(name)));
    const gone = free.length ? free : left;
    drops.push(...gone.map(({ name }) => `DROP TABLE IF EXISTS ${quoted(name)};`));
    left = left.filter((table) => !gone.includes(table));
  }
  return drops;
}
