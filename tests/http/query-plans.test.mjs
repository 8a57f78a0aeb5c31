// Every statement of src/store is explained against the migrated schema: a full scan of a table that
// grows fails. Statements are read out of the sources, so a new one is covered the day it is written.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ROOT, schemaText } from "../harness/runtime.mjs";

/** How many there were when this was last raised; fewer means that the reader below overlooks some. */
const AT_LEAST = 60;

/** Tables of a handful of rows, which may be read whole. */
const SMALL = new Set(["business", "staff", "email_templates", "d1_migrations"]);

const STORE = join(ROOT, "src/store");

function* rustFiles(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* rustFiles(path);
    else if (name.endsWith(".rs")) yield path;
  }
}

const ESCAPES = { n: "\n", t: "\t", r: "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'" };
const unescape = (text) => text.replace(/\\(\r?\n\s*|x[0-9a-fA-F]{2}|.)/g, (_, what) =>
  /^\r?\n/.test(what) ? "" : what[0] === "x" ? String.fromCharCode(parseInt(what.slice(1), 16)) : ESCAPES[what] ?? what);

/** String literals with their lines; comments and character literals are stepped over. */
function* literals(source) {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|b?r(#*)"([\s\S]*?)"\1|b?"((?:[^"\\]|\\[\s\S])*)"|'(?:[^'\\\n]|\\[^\n]{1,9}?)'/g;
  for (const match of source.matchAll(token)) {
    const text = match[2] ?? (match[3] === undefined ? undefined : unescape(match[3]));
    if (text !== undefined) yield { text, line: source.slice(0, match.index).split("\n").length, end: match.index + match[0].length, start: match.index };
  }
}

/** Named string constants of a file or of the whole store, to be put in where a literal says {NAME}. */
function constants() {
  const found = {};
  for (const file of rustFiles(STORE)) {
    const source = readFileSync(file, "utf8");
    for (const { text, start } of literals(source)) {
      const name = /\bconst\s+([A-Z][A-Z0-9_]*)\s*:\s*&(?:'static\s+)?str\s*=\s*$/.exec(source.slice(0, start))?.[1];
      if (name) found[name] = text;
    }
  }
  return found;
}

const CONSTANTS = constants();
const fillIn = (text) => text.replace(/\{([A-Z][A-Z0-9_]*)\}/g, (whole, name) => CONSTANTS[name] ?? whole);

function statements() {
  const found = [];
  for (const file of rustFiles(STORE)) {
    const source = readFileSync(file, "utf8").replace(/#\[cfg\(test\)\]\s*mod tests[\s\S]*$/, "");
    for (const { text, line } of literals(source)) {
      if (text.startsWith("{") && !/^\{[A-Z_]+\}\s*[A-Z]/.test(text)) continue; // format!("{VIEWER}{sql}"): glue, no statement
      let sql = fillIn(text).trim();
      if (!/^(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b[\s\S]*\s/.test(sql)) continue;
      if (/^, /.test(sql)) continue; // a CTE that goes on after another; explained where it is read
      if (/\b(FROM|JOIN) shared\b/.test(sql)) sql = `${CONSTANTS.VIEWER.trim()}${CONSTANTS.SHARED} ${sql}`;
      else if (Object.values(CONSTANTS).includes(text) && /^WITH \w+ AS/.test(sql)) sql = `${sql} SELECT * FROM ${/^WITH (\w+)/.exec(sql)[1]}`;
      else if (/\bviewer\b/.test(sql) && !/\bviewer AS\b/.test(sql)) {
        sql = sql.startsWith("WITH ") ? `${CONSTANTS.VIEWER.trim()}, ${sql.slice(5)}` : `${CONSTANTS.VIEWER} ${sql}`;
      }
      found.push({ sql, place: `${relative(ROOT, file)}:${line}` });
    }
  }
  return found;
}

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
  const explainer = /^INSERT\b/.test(sql) ? withoutForeignKeys : database;
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

test("the statements are found", () => {
  assert.ok(all.length >= AT_LEAST, `expected at least ${AT_LEAST} statements in src/store, found ${all.length}`);
  console.log(`${all.length} statements of src/store are explained`);
});

for (const { sql, place } of all) {
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
