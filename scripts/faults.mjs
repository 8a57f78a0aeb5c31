// `make faults`: every fault × every way of writing, against the built worker. Says how many cases there were,
// and what was lost, doubled or said unclearly: nothing, or this fails. ROUTES=… tries the routes of a piece of
// text; ONCE=1 tries the work behind an answer once for each kind of it instead of for every route.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { build } from "./build.mjs";
import { at, tools } from "./lib/project.mjs";
import { main, run, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const profile = process.env.PROFILE === "release" ? "release" : "dev";
const REPORT = at("test-results/faults.jsonl");

/** Test files with the part of the forms that each run takes. */
function runs() {
  if (process.env.ROUTES) return [["forms", "1/1"]];
  const parts = Math.max(2, availableParallelism());
  return [...Array.from({ length: parts }, (_, n) => ["forms", `${n + 1}/${parts}`]), ["paying", "1/1"], ["clock", "1/1"]];
}

await main(async () => {
  const started = Date.now();
  await setup();
  await build(profile);
  mkdirSync(at("test-results"), { recursive: true });
  rmSync(REPORT, { force: true });
  const waiting = runs();
  let failed = 0;
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, part] = next;
      failed += await run(tools.node, [
        "--disable-warning=ExperimentalWarning", "--test", "--test-timeout=7200000", "--test-reporter", at("scripts/lib/reporter.mjs"),
        "--test-reporter-destination", "stdout", at(`tests/faults/${name}.test.mjs`),
      ], { env: { PART: part, FAULTS_REPORT: REPORT, COUNTS_FILE: at(`test-results/faults-${name}.json`), WORKER_DIR: process.env.WORKER_DIR ?? at("target/worker", profile), NODE_ENV: "test" } });
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  const entries = existsSync(REPORT) ? readFileSync(REPORT, "utf8").trim().split("\n").filter(Boolean).map((line) => JSON.parse(line)) : [];
  const sum = (of) => entries.reduce((n, entry) => n + of(entry), 0);
  const found = entries.flatMap(({ findings }) => findings);
  const kinds = ["lost", "doubled", "unclear"].map((kind) => `${kind} ${found.filter((each) => each.kind === kind).length}`);
  say();
  for (const { form, case: name, kind, what } of found.slice(0, 40)) say(`✗ ${kind}: ${form}: ${name}: ${what}`);
  say(`(${Math.round((Date.now() - started) / 1000)} s; each finding in test-results/faults.jsonl)`);
  say(`${entries.length} ways of writing × their faults: ${sum(({ cases }) => cases)} cases, ${kinds.join(", ")}; asked twice and noted twice in the log: ${sum(({ again }) => again ?? 0)}`);
  return failed === 0 && entries.length > 0 && found.length === 0 ? 0 : 1;
});
