// What a request changed, told so that two runs of it can be compared: rows that came and went, with what is
// different each time (new ids, times, secrets) given a name.

/** How often a row was written: what somebody saved twice stands there once, with another number. */
const COUNTED = ["revision", "edition", "epoch", "portal_epoch", "updated_at"];
/** How often the outbox tried, and why in vain, is the very thing that faults change; so are counted tries. */
const PASSING = {
  outbox: ["attempts", "last_error", "due_at", "lease", "lease_until", "sent_at", "message"],
  // Its place follows from when it was written; that it is sealed in the end is looked at by itself (driver.mjs).
  audit_chain: ["n", "hash", "who_digest", "what_digest"],
  attempts: ["looked_up_at"],
  // Where it stands in lists follows from when it was closed.
  tasks: ["list_key"],
};
/** Tables that say nothing of what was accepted: tries and bytes that are counted, and where the clock is on its rounds. */
const PASSED_OVER = new Set(["failures", "allowances", "audit_check", "must_hold", "form_sweep"]);

const WORD = /[A-Za-z0-9_$+/=.-]{20,}/g;
const textsOf = (rows) => JSON.stringify(rows);

/** A row as text, with what nobody could foretell given a name. `known` are the words there were before. */
function told(table, row, known) {
  const shown = { ...row };
  for (const column of [...COUNTED, ...PASSING[table] ?? []]) delete shown[column];
  for (const [column, value] of Object.entries(shown)) {
    if (typeof value === "number" && Math.abs(value) > 1_600_000_000_000) shown[column] = "<time>";
    else if (typeof value === "string") shown[column] = value.replace(WORD, (word) => (known.has(word) || !/\d/.test(word) ? word : "<new>")).replace(/\b1[6-9]\d{11}\b/g, "<time>").replace(/\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/g, "<code>");
    else if (value instanceof Uint8Array) shown[column] = `<${value.length} bytes>`;
  }
  return JSON.stringify(shown);
}

const sorted = (list) => list.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));

/** The words of a state, by which new ones are told from old ones. */
export const wordsOf = (rows) => new Set(textsOf(rows).match(WORD));

/** What is different after: { table: { came: [row, …], went: [row, …] } }. */
export function difference(before, after, known) {
  const found = {};
  for (const table of Object.keys(after)) {
    if (PASSED_OVER.has(table)) continue;
    const was = new Map();
    for (const row of before[table] ?? []) {
      const text = JSON.stringify(row);
      was.set(text, (was.get(text) ?? 0) + 1);
    }
    const came = [];
    for (const row of after[table]) {
      const text = JSON.stringify(row);
      const left = was.get(text) ?? 0;
      if (left > 0) was.set(text, left - 1);
      else came.push(told(table, row, known));
    }
    const went = [...was].flatMap(([text, n]) => Array.from({ length: n }, () => told(table, JSON.parse(text), known)));
    // What changed only in what is passed over did not change.
    for (const text of [...went]) {
      const at = came.indexOf(text);
      if (at < 0) continue;
      came.splice(at, 1);
      went.splice(went.indexOf(text), 1);
    }
    if (came.length + went.length > 0) found[table] = { came: sorted(came), went: sorted(went) };
  }
  return found;
}

/** Whether, against the reference, something is missing ("lost") or there twice ("doubled"): a list of sentences. */
export function compare(reference, seen) {
  const wrong = [];
  for (const table of new Set([...Object.keys(reference), ...Object.keys(seen)])) {
    for (const way of ["came", "went"]) {
      const left = [...(seen[table]?.[way] ?? [])];
      for (const row of reference[table]?.[way] ?? []) {
        const at = left.indexOf(row);
        if (at < 0) wrong.push({ kind: "lost", table, way, row });
        else left.splice(at, 1);
      }
      for (const row of left) wrong.push({ kind: "doubled", table, way, row });
    }
  }
  return wrong;
}
