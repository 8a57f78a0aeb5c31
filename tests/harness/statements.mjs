// The SQL of src/store, read out of the sources: so a new statement is known the day it is written.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT } from "./runtime.mjs";

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

/** Named string constants of a file, to be put in where a literal says {NAME}. */
function constants(source) {
  const found = {};
  for (const { text, start } of literals(source)) {
    const name = /\bconst\s+([A-Z][A-Z0-9_]*)\s*:\s*&(?:'static\s+)?str\s*=\s*(?:formatcp!\(\s*)?$/.exec(source.slice(0, start))?.[1];
    if (name) found[name] = text;
  }
  return found;
}

/** Those of the whole store. Where two files have one name, each means its own. */
const CONSTANTS = Object.assign({}, ...[...rustFiles(STORE)].map((file) => constants(readFileSync(file, "utf8"))));
/** Constants stand in constants, so once more until none is left. */
function fillIn(text, own) {
  const filled = text.replace(/\{([A-Z][A-Z0-9_]*)\}/g, (whole, name) => own[name] ?? CONSTANTS[name] ?? whole);
  return filled === text ? text : fillIn(filled, own);
}

const named = (name) => fillIn(CONSTANTS[name], CONSTANTS);
/** Who asks, and the viewer: by themselves, where staff look as a client, and beside other reads (see src/store/viewer.rs). */
const VIEWER = `${named("WHO")}, ${named("VIEWER")}`;
const PREVIEWER = `${named("PREVIEWER")}, ${named("VIEWER")}`;

/** How a read for a client, of those columns, is asked beside others, as src/store/joined.rs puts it: who asks is a row that it stands on. */
function besideOthers(sql) {
  const [who, read] = sql.split(`, ${named("VIEWER")}`);
  const viewer = named(/ AS MATERIALIZED /.test(read) ? "VIEWER" : "VIEWER_ON_ROW");
  return (columns) => `${who} SELECT (SELECT json_group_array(json_array(${columns})) FROM (WITH ${viewer}${read})) FROM (SELECT 1) LEFT JOIN who`;
}

/** Every statement: { sql, place: "src/store/x.rs:12" }; of what reads for a client also { beside }: the same beside others, of its columns. */
export function statements() {
  const found = [];
  for (const file of rustFiles(STORE)) {
    if (file.endsWith("/joined.rs")) continue; // puts those of the others together
    const source = readFileSync(file, "utf8").replace(/#\[cfg\(test\)\]\s*mod tests[\s\S]*$/, "");
    const own = constants(source);
    for (const { text, line } of literals(source)) {
      if (text.startsWith("{") && !/^\{[A-Z_]+\}\s*[A-Z]/.test(text)) continue; // format!("{VIEWER}{sql}"): glue, no statement
      let sql = fillIn(text, own).trim();
      if (!/^(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b[\s\S]*\s/.test(sql)) continue;
      if (/^, /.test(sql)) continue; // a CTE that goes on after another; explained where it is read
      if (/\b(FROM|JOIN) project_seen\b/.test(sql)) sql = `${VIEWER}${CONSTANTS.PROJECTS} ${sql}`;
      else if (/\b(FROM|JOIN) task_seen\b/.test(sql)) sql = `${VIEWER}${CONSTANTS.TASKS} ${sql}`;
      else if (/\b(FROM|JOIN) ticket_seen\b/.test(sql)) sql = `${VIEWER}${CONSTANTS.TICKETS} ${sql}`;
      else if (/\b(FROM|JOIN) thread_seen\b/.test(sql)) sql = `${VIEWER}${CONSTANTS.THREADS} ${sql}`;
      else if (/\b(FROM|JOIN) time_(sum_|part_)?seen\b/.test(sql)) sql = `${VIEWER}${CONSTANTS.TIME} ${sql}`;
      else if (/\b(FROM|JOIN) shared\b/.test(sql)) sql = `${VIEWER}${CONSTANTS.SHARED} ${sql}`;
      else if (Object.values(CONSTANTS).includes(text) && /^WITH \w+ AS/.test(sql)) sql = `${sql} SELECT * FROM ${sql.match(/\b\w+(?= AS \((?:SELECT|WITH))/g).at(-1)}`;
      else if (/\bviewer\b/.test(sql) && !/\bviewer AS\b/.test(sql)) {
        sql = sql.startsWith("WITH ") ? `${VIEWER}, ${sql.slice(5)}` : `${VIEWER}${sql}`;
      }
      const place = `${relative(ROOT, file)}:${line}`;
      const entry = (text, where) => ([VIEWER, PREVIEWER].some((viewer) => text.startsWith(viewer)) && !/\)\s*(INSERT|UPDATE|DELETE)\b/.test(text) ? { sql: text, place: where, beside: besideOthers(text) } : { sql: text, place: where });
      found.push(entry(sql, place));
      // What reads for a client reads for staff who look as one, through the predicate's other form.
      if (sql.startsWith(VIEWER)) found.push(entry(`${PREVIEWER}${sql.slice(VIEWER.length)}`, `${place} in a preview`));
    }
  }
  return found;
}
