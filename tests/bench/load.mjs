// Load by autocannon, and what it cost the server.
import autocannon from "autocannon";
import { cpuOf } from "../harness/processes.mjs";

/** One run against a target ({ pid, url, headers() }): { cpu: ms a request, rps, median: ms }. More options are autocannon's. */
export async function load({ pid, url, headers }, { connections, seconds, ...more }) {
  const sent = await headers();
  const before = cpuOf(pid);
  // It looks every `sampleInt` ms whether it has done enough, and counts the time until then.
  const result = await autocannon({ url, connections, headers: sent, sampleInt: 10, ...(seconds ? { duration: seconds } : {}), ...more });
  const cpu = cpuOf(pid) - before;
  const answered = result["2xx"];
  if (result.errors || result.non2xx || answered === 0) {
    throw new Error(`${url}: ${answered} answers were good, ${result.non2xx} were not, ${result.errors} broke off`);
  }
  return { cpu: cpu / answered, rps: answered / result.duration, median: result.latency.p50, answered };
}

/**
 * Measures targets side by side, each `repeats` times and in turn, so that what else goes on in the machine meets
 * all of them: name → list of runs.
 */
export async function inTurn(targets, { repeats, ...how }) {
  const runs = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
  for (const target of Object.values(targets)) await load(target, { ...how, seconds: 1 }); // warms up
  for (let n = 0; n < repeats; n++) {
    for (const [name, target] of Object.entries(targets)) runs[name].push(await load(target, how));
  }
  return runs;
}

/** Of a list of numbers: { median, min, max }. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** The ratio of two lists of runs by one figure, run by run. */
export const ratio = (runs, floor, figure) => spread(runs.map((run, n) => run[figure] / floor[n][figure]));
