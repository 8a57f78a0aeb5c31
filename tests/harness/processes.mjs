// What a process of workerd uses, as the kernel counts it (Linux).
import { readdirSync, readFileSync } from "node:fs";

const status = (pid) => readFileSync(`/proc/${pid}/status`, "utf8");
const field = (text, name) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(text)?.[1];

/** The ids of the workerds that this process has started. */
export function workerds() {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
    try {
      const text = status(pid);
      return field(text, "PPid") === String(process.pid) && field(text, "Name") === "workerd";
    } catch {
      return false; // it has just ended
    }
  }).map(Number);
}

/** Resident bytes of a process; of all workerds of this one, where none is named. */
export const resident = (pids = workerds()) => [pids].flat().reduce((sum, pid) => sum + Number(field(status(pid), "VmRSS")) * 1024, 0);

/**
 * How memory went, of samples in bytes: { sixths, growth } in MiB. A runtime fills its own heaps first, which it collects
 * late: what counts is by how much the last third is above the second.
 */
export function growthOf(samples) {
  const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1] / (1 << 20);
  const at = (n) => Math.floor((samples.length * n) / 6);
  const sixths = [0, 1, 2, 3, 4, 5].map((n) => median(samples.slice(at(n), at(n + 1))));
  return { sixths, growth: Math.max(sixths[4], sixths[5]) - Math.max(sixths[2], sixths[3]) };
}

/** CPU milliseconds that a process has used so far. The kernel counts in steps of ten. */
export function cpuOf(pid) {
  const [, user, system] = /^\d+ \(.*\) \S+(?: \S+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
  return (Number(user) + Number(system)) * 10;
}

/** CPU milliseconds of the whole machine: { busy, all }. */
export function cpuOfMachine() {
  const [user, nice, system, idle, wait, irq, soft, steal] = /^cpu +(.*)$/m.exec(readFileSync("/proc/stat", "utf8"))[1].split(" ").map((n) => Number(n) * 10);
  const busy = user + nice + system + irq + soft + steal;
  return { busy, all: busy + idle + wait };
}

/** Runs `work` and gives how much memory `pids` had { before, peak, after }, looked at twenty times a second. */
export async function watchingMemory(work, pids = workerds()) {
  if (pids.length === 0) throw new Error("There is no workerd to be watched.");
  const before = resident(pids);
  let peak = before;
  const clock = setInterval(() => { peak = Math.max(peak, resident(pids)); }, 50);
  try {
    await work();
  } finally {
    clearInterval(clock);
  }
  return { before, peak, after: resident(pids) };
}
