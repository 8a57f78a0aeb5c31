// Load by autocannon, and what it cost the server.
import autocannon from "autocannon";
import { cpuOf } from "../harness/processes.mjs";

/** One run against a target ({ pid, url, headers() }): { cpu: ms a request, rps, answered, seconds }. More options are autocannon's. */
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
  return { cpu: cpu / answered, rps: answered / result.duration, answered, seconds: result.duration };
}

/** How a run is taken in turn with another: of one connection in pieces of so many seconds, of several in so many pieces. */
const PIECE = 0.25, PIECES_OF_MANY = 3;

/** Several pieces as one run: all of their CPU and time by all of their answers. */
export function together(pieces) {
  const sum = (of) => pieces.reduce((all, piece) => all + of(piece), 0);
  const answered = sum((piece) => piece.answered);
  return { cpu: sum((piece) => piece.cpu * piece.answered) / answered, rps: answered / sum((piece) => piece.seconds), answered };
}

/**
 * A target and what it is held against, `repeats` times, piece by piece in turn, so that whatever else the machine does
 * meets both. { target, base }: lists of runs. Of several connections what is under way at the end is lost, so each of
 * their pieces is as long as a whole run of one.
 */
export async function inTurn(target, base, { repeats, seconds, ...how }) {
  const runs = { target: [], base: [] };
  const [pieces, length] = how.connections > 1 ? [PIECES_OF_MANY, seconds] : [Math.ceil(seconds / PIECE), PIECE];
  for (let n = 0; n < repeats; n++) {
    const taken = { target: [], base: [] };
    for (let piece = 0; piece < pieces; piece++) {
      taken.base.push(await load(base, { ...how, seconds: length }));
      taken.target.push(await load(target, { ...how, seconds: length }));
    }
    runs.base.push(together(taken.base));
    runs.target.push(together(taken.target));
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

/** The ratio of the two by one figure, run by run. */
export const ratio = ({ target, base }, figure) => spread(target.map((run, n) => run[figure] / base[n][figure]));
