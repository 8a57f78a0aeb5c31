// What was tried, for the report at the end: one line of JSON for each route into the file that FAULTS_REPORT names.
import { appendFile } from "node:fs/promises";

/** Notes { what, cases, findings }. */
export async function note(entry) {
  if (process.env.FAULTS_REPORT) await appendFile(process.env.FAULTS_REPORT, `${JSON.stringify(entry)}\n`);
}

/** Findings for a person to read, the first ones in full. */
export const told = (findings) => [
  ...findings.slice(0, 8).map(({ case: name, kind, what }) => `- ${kind}: ${name}: ${what}`),
  ...(findings.length > 8 ? [`- and ${findings.length - 8} more`] : []),
].join("\n");
