// Faults that a test has asked for. One is { on, op?, match?, when, times?, ms?, bytes?, error?, code? }:
//   on     "d1" | "r2" | "kv" | "mail" | "worker" (it ends once it has answered; `when` says nothing then)
//   op     the binding's method ("batch", "put", "get", "send" …); any when absent
//   match  a piece of the SQL, key or recipient; any when absent
//   when   "before" (nothing was done) | "after" (it was done, and the answer was lost) |
//          "stall" (hangs for `ms` or until the test lets go, then goes on) | "midstream" (R2: the body
//          breaks off) | "gone" (KV, R2 get: the key is not there) | "dies" (nothing was done, and the worker
//          that asked does nothing more)
//   skip   how many it lets pass first (default 0)
//   times  how often it strikes (default 1)
//   error  the message of the error, code its `code`; the usual ones when absent
let faults = [];
/** Counts up each time that the test lets go of what stalls. */
let released = 0;

export const resetFaults = () => { faults = []; };
export const setFaults = (list) => { faults = list.map((fault) => ({ times: 1, skip: 0, passed: 0, struck: 0, ...fault })); };
export const release = () => { released++; };
/** Faults that have not struck as often as asked: a test that needs one and does not get it is wrong. */
export const faultsLeft = () => faults.filter((fault) => fault.struck < fault.times);

const USUAL = {
  d1: "D1_ERROR: Network connection lost.",
  r2: "R2: Network connection lost.",
  kv: "KV GET failed: 500 Internal Server Error",
  mail: "The service failed",
};
/** The mail service names its errors by a `code`. */
const USUAL_CODE = { mail: "E_INTERNAL_SERVER_ERROR" };

function strike(on, op, about) {
  const fault = faults.find((f) => f.on === on && f.struck < f.times && (!f.op || f.op === op) && (!f.match || about.includes(f.match))
    && (f.passed++ >= f.skip));
  if (fault) fault.struck++;
  return fault;
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Hangs; by short sleeps, because one request may not wait for what another one does. */
async function stall(ms) {
  const began = released;
  for (let left = ms; left > 0 && released === began; left -= 5) await sleep(Math.min(5, left));
}

/** Whether the test wants the worker to end once it has answered. */
export const diesAfterAnswer = () => Boolean(strike("worker", "answered", ""));

/** What a dead worker gets from every binding. */
function gone() {
  return Object.assign(new Error("The worker has ended."), { asked: true });
}

/**
 * Runs `work` (called with the fault, if any) the way the asked fault would have it. `record` is of the worker that asks:
 * it counts the round trips to D1 that a fault has broken.
 */
export async function withFault(on, op, about, work, record) {
  try {
    return await struck(on, op, about, work, record);
  } catch (error) {
    if (error.asked && on === "d1" && record && !record.answered) record.lost++;
    throw error;
  }
}

async function struck(on, op, about, work, record) {
  if (record?.dead) throw gone();
  const fault = strike(on, op, about);
  if (!fault) return work();
  const message = fault.error ?? USUAL[on];
  // D1 tells the database's own words in `cause`; the worker crate reads them there.
  const error = new Error(message, { cause: new Error(message.replace(/^D1_ERROR: /, "")) });
  const code = fault.code ?? (fault.error ? undefined : USUAL_CODE[on]);
  if (code) error.code = code;
  error.asked = true;
  switch (fault.when) {
    case "before": throw error;
    case "after": await work(); throw error;
    case "stall": await stall(fault.ms ?? 60_000); return work();
    case "dies": record.dead = true; throw gone();
    case "gone": return null;
    case "midstream": return work({ breakAfter: fault.bytes ?? 1024, error });
    default: throw new Error(`The harness knows no fault ${JSON.stringify(fault)}.`);
  }
}

/** A body that ends in an error after some bytes. */
export function breaking(stream, { breakAfter, error }) {
  let left = breakAfter;
  return stream.pipeThrough(new TransformStream({
    transform(chunk, controller) {
      if (chunk.byteLength >= left) {
        if (left > 0) controller.enqueue(chunk.subarray(0, left));
        controller.error(error);
      } else {
        left -= chunk.byteLength;
        controller.enqueue(chunk);
      }
    },
  }));
}
