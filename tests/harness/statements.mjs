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

/** Who asks, and the viewer, as src/store/viewer.rs says them; how reads stand together, as src/store/joined.rs does. */
const own = (file) => constants(readFileSync(join(STORE, file), "utf8"));
const [ASKING, TOGETHER] = [own("viewer.rs"), own("joined.rs")];
const asking = (name) => fillIn(ASKING[name], ASKING);
const VIEWER = `${asking("WHO")}, ${asking("VIEWER")}`;
const IN_A_PREVIEW = `${asking("WHO_PREVIEWS")}, ${asking("VIEWER")}`;
/** What a read of that name begins with, beside the viewer. */
const SEEN = { project_seen: "PROJECTS", task_seen: "TASKS", ticket_seen: "TICKETS", thread_seen: "THREADS", time_seen: "TIME", time_sum_seen: "TIME", time_part_seen: "TIME", shared: "SHARED" };

/** How a read for a client, of those columns, is asked beside others. */
function besideOthers(sql) {
  const [who, read] = sql.split(`, ${asking("VIEWER")}`);
  const viewer = asking(read.includes(TOGETHER.BEFOREHAND) ? "VIEWER" : "VIEWER_ON_ROW");
  const asked = (columns) => `${who} SELECT json_array((SELECT json_group_array(json_array(${columns})) FROM (WITH ${viewer}${read}))) AS j${TOGETHER.ROW}`;
  return (columns) => asked(columns).replace(/\?(?=\d)/g, "+?");
}

/** Every statement: { sql, place: "src/store/x.rs:12" }; of what reads for a client also { beside }: the same beside others, of its columns. */
export function statements() {
  const found = [];
  for (const file of rustFiles(STORE)) {
    if (file.endsWith("/joined.rs")) continue; // puts those of the others together
    const source = readFileSync(file, "utf8").replace(/#\[cfg\(test\)\]\s*mod tests[\s\S]*$/, "");
    const own = constants(source);
    for (const { text, line } of literals(source)) {
      let sql = fillIn(text, own).trim();
      // A CTE that goes on after others, and is no more than that, is explained where it is read.
      const goesOn = /^, \w+ AS [\s\S]*[^)]$/.test(sql);
      if (!goesOn && !/^(SELECT|INSERT|UPDATE|DELETE|WITH|REPLACE)\b[\s\S]*\s/.test(sql)) continue;
      const seen = SEEN[/\b(?:FROM|JOIN) (\w+_seen|shared)\b/.exec(sql)?.[1]];
      if (seen) sql = `${VIEWER}${ASKING[seen]}${sql}`;
      else if (Object.values(CONSTANTS).includes(text) && /^WITH \w+ AS/.test(sql)) sql = `${sql} SELECT * FROM ${sql.match(/\b\w+(?= AS \((?:SELECT|WITH))/g).at(-1)}`;
      else if (/\bviewer\b/.test(sql) && !/\bviewer AS\b/.test(sql)) {
        sql = sql.startsWith("WITH ") ? `${VIEWER}, ${sql.slice(5)}` : `${VIEWER}${sql}`;
      }
      const place = `${relative(ROOT, file)}:${line}`;
      const entry = (text, where) => ([VIEWER, IN_A_PREVIEW].some((viewer) => text.startsWith(viewer)) && !/\)\s*(INSERT|UPDATE|DELETE)\b/.test(text) ? { sql: text, place: where, beside: besideOthers(text) } : { sql: text, place: where });
      found.push(entry(sql, place));
      // What reads for a client reads for staff who look as one, through the predicate's other form.
      if (sql.startsWith(VIEWER)) found.push(entry(`${IN_A_PREVIEW}${sql.slice(VIEWER.length)}`, `${place} in a preview`));
    }
  }
  return found;
}
