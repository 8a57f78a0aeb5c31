// How much memory the runtime has that this test started.
import { readdirSync, readFileSync } from "node:fs";

/** Resident bytes of our workerd. */
export function resident() {
  const field = (pid, name) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  let sum = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (field(pid, "PPid") === String(process.pid) && field(pid, "Name") === "workerd") sum += Number(field(pid, "VmRSS")) * 1024;
    } catch { /* it has just ended */ }
  }
  return sum;
}
