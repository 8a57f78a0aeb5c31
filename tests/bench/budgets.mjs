// The budgets, one line each: what is measured, what must be, what is aimed at. `of` picks the values out of the
// figures, name → { median, min, max } or a number; the worst of them is held against the budget.
// `timing`: it is noise where one of its runs holds. `shown`: for information, nothing hangs on it
// (an absolute time; a paper whose rows are what it shows).

const map = (object, pick) => (object ? Object.fromEntries(Object.entries(object).map(([name, value]) => [name, pick(value)])) : undefined);
const one = (value) => (value === undefined ? undefined : { "": value });
const kB = (bytes) => bytes / 1000;

export const BUDGETS = [
  { what: "D1 round trips of a page", must: 1, aim: 1, of: (f) => map(f.costs?.pages, ({ d1 }) => d1) },
  { what: "D1 round trips of an action", must: 2, aim: 1, of: (f) => map(f.costs?.actions, (d1) => d1) },
  { what: "D1 round trips of an anonymous page", must: 0, aim: 0, of: (f) => map(f.costs?.anonymous, ({ cold, warm }) => Math.max(cold.d1, warm.d1)) },
  { what: "KV reads of an anonymous page, first of an isolate", must: 1, aim: 1, of: (f) => map(f.costs?.anonymous, ({ cold }) => cold.kv) },
  { what: "KV reads of an anonymous page, later", must: 1, aim: 0, of: (f) => map(f.costs?.anonymous, ({ warm }) => warm.kv) },
  { what: "KV reads of a signed-in page", must: 1, aim: 0, of: (f) => map(f.costs?.pages, ({ kv }) => kv) },
  { what: "R2 reads of a signed-in page", must: 0, aim: 0, of: (f) => map(f.costs?.pages, ({ r2 }) => r2) },
  { what: "Rows read by a page", must: 300, aim: 100, of: (f) => map(f.costs?.pages, ({ rowsRead }) => rowsRead) },
  { what: "Rows read by a statement of three days", must: 300, aim: 100, shown: true, of: (f) => map(f.costs?.statements, ({ rowsRead }) => rowsRead) },
  { what: "CPU of a page against floor 50", unit: "×", must: 1.5, aim: 1, timing: true, of: (f) => map(f.pages, ({ cpu }) => cpu) },
  { what: "Requests/s of a page, 8 connections, against floor 1", unit: "×", more: true, must: 0.5, aim: 0.8, timing: true, of: (f) => map(f.pages, ({ rps8 }) => rps8) },
  { what: "Requests/s of a page, 32 connections, against floor 1", unit: "×", more: true, must: 0.5, aim: 0.8, timing: true, of: (f) => map(f.pages, ({ rps32 }) => rps32) },
  { what: "CPU of the sign-in page against floor 0", unit: "×", must: 4, aim: 2, timing: true, of: (f) => one(f.anonymous?.cpu) },
  { what: "CPU of a page, large against small data", unit: "×", must: 1.2, aim: 1.05, timing: true, of: (f) => map(f.scale, (cpu) => cpu) },
  { what: "Requests/s of the webhook against floor 1", unit: "×", more: true, must: 0.25, aim: 0.5, timing: true, of: (f) => one(f.webhook?.rps) },
  { what: "CPU of an invoice PDF, drawn", unit: "ms", must: 50, aim: 20, shown: true, of: (f) => one(f.pdf?.first) },
  { what: "Upload of a large file: memory it adds", unit: "MiB", must: 256, aim: 64, of: (f) => one(f.files && f.files.up.grown / 2 ** 20) },
  { what: "Download of a large file: memory it adds", unit: "MiB", must: 256, aim: 64, of: (f) => one(f.files && f.files.down.grown / 2 ** 20) },
  { what: "WASM, gzip", unit: "kB", must: 1500, aim: 1000, of: (f) => one(f.wasm && kB(f.wasm.gzip)) },
  { what: "A first visit, compressed", unit: "kB", must: 60, aim: 30, of: (f) => map(f.visits, ({ gzip }) => kB(gzip)) },
  { what: "A first visit, requests", must: 5, aim: 5, of: (f) => map(f.visits, ({ requests }) => requests) },
  { what: "HTML of a page of 25 rows, compressed", unit: "kB", must: 10, aim: 6, of: (f) => map(f.html, ({ gzip }) => kB(gzip)) },
  ...["performance", "accessibility", "best-practices", "seo"].map((id) => ({
    what: `Lighthouse: ${id}`, more: true, must: 95, aim: 100, timing: id === "performance", of: (f) => map(f.lighthouse, (scores) => scores[id]),
  })),
];

const asSpread = (value) => (typeof value === "number" ? { median: value, min: value, max: value } : value);

/** A budget held against the figures; undefined where its part was not measured. */
export function held(budget, figures) {
  const values = budget.of(figures);
  if (!values || Object.keys(values).length === 0) return undefined;
  const { must, aim, more } = budget;
  const sorted = Object.entries(values).map(([name, value]) => ({ name, ...asSpread(value) })).sort((a, b) => (more ? a.median - b.median : b.median - a.median));
  const [worst] = sorted;
  const holds = (value, limit) => (more ? value >= limit : value <= limit);
  const best = more ? worst.max : worst.min;
  const met = holds(worst.median, must);
  const noise = !met && Boolean(budget.timing) && holds(best, must);
  return { ...worst, all: Object.fromEntries(sorted.map(({ name, ...rest }) => [name, rest])), met, noise, aimed: holds(worst.median, aim), fails: !met && !noise && !budget.shown };
}
