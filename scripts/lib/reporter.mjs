// A reporter for Node's test runner: one line a file, every failure in full with what was expected and
// seen, once more by name at the end (where a long log is cut, its end is what is read), and the counts as JSON in the file that COUNTS_FILE names.
import { writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { inspect } from "node:util";

const where = (file) => (file ? relative(process.cwd(), file) : "(no file)");
const indent = (text, by = "      ") => text.split("\n").map((line) => by + line).join("\n");

function explain(error) {
  const cause = error?.cause ?? error;
  if (!(cause instanceof Error)) return String(cause);
  const lines = [cause.message];
  if (cause.code === "ERR_ASSERTION" && (cause.expected !== undefined || cause.actual !== undefined) && !/^Expected|expected/.test(cause.message)) {
    lines.push(`expected: ${inspect(cause.expected, { depth: 5 })}`, `seen:     ${inspect(cause.actual, { depth: 5 })}`);
  }
  if (cause.cause) lines.push(`because: ${cause.cause.message ?? cause.cause}${cause.cause.code ? ` (${cause.cause.code})` : ""}`);
  const frames = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line) && !/node:internal|node_modules/.test(line)).slice(0, 4);
  return [...lines, ...frames.map((line) => line.trim())].join("\n");
}

/** On one line: how it begins, which says what was expected and seen, and where. */
function short(explained) {
  const lines = explained.split("\n").map((line) => line.trim()).filter(Boolean);
  const at = lines.find((line) => line.startsWith("at "));
  const words = lines.filter((line) => !line.startsWith("at ")).slice(0, 8).join(" ").slice(0, 400);
  return at ? `${words} ${at}` : words;
}

/** Of a file that broke off, the test it was at and the error its process ended with. */
function end({ details, file }, cries, begun) {
  const { failureType, exitCode, signal } = details.error ?? {};
  const at = [...begun.get(file) ?? []].at(-1);
  if (failureType === "testTimeoutFailure") return at ? ` (at: ${at})` : "";
  if (failureType !== "testCodeFailure" || exitCode === undefined) return "";
  const said = (cries.get(file) ?? "").split("\n").map((line) => line.trim()).filter((line) => /^\w*Error\b/.test(line)).at(-1);
  return ` (ended with code ${exitCode ?? signal}${said ? `: ${said}` : ""}${at ? `, at: ${at}` : ""})`;
}

export default async function* report(source) {
  const files = new Map();
  const failures = [];
  // What each file said last on its standard error: where its process ends before its time, that is why.
  const cries = new Map();
  // The tests of each file that have begun and not ended.
  const begun = new Map();
  const of = (file) => {
    if (!files.has(file)) files.set(file, { passed: 0, failed: 0, skipped: 0 });
    return files.get(file);
  };
  for await (const { type, data } of source) {
    if (type === "test:pass" || type === "test:fail") begun.get(data.file)?.delete(data.name);
    if (type === "test:stdout" || type === "test:stderr") {
      if (type === "test:stderr") cries.set(data.file, ((cries.get(data.file) ?? "") + data.message).slice(-4_000));
      if (data.message.trim()) yield `${indent(data.message.trimEnd(), "    ")}\n`;
    } else if (type === "test:diagnostic" && data.file) {
      yield `    ${data.message}\n`;
    } else if (type === "test:dequeue" && data.file && resolve(data.name) !== data.file) {
      begun.set(data.file, (begun.get(data.file) ?? new Set()).add(data.name));
    } else if (type === "test:pass" && data.details.type !== "suite") {
      if (data.skip !== undefined) of(data.file).skipped++;
      else of(data.file).passed++;
    } else if (type === "test:fail" && !["subtestsFailed"].includes(data.details.error?.failureType)) {
      of(data.file).failed++;
      const failure = `${where(data.file)}: ${data.name}`;
      failures.push(`${failure}: ${short(explain(data.details.error))}${end(data, cries, begun)}`);
      yield `  ✗ ${failure}${end(data, cries, begun)}\n${indent(explain(data.details.error))}\n`;
    } else if (type === "test:summary") {
      if (data.file) {
        const { passed, failed, skipped } = of(data.file);
        const seconds = (data.duration_ms / 1000).toFixed(1);
        yield `  ${failed ? "✗" : "✓"} ${where(data.file)}  ${passed} passed${failed ? `, ${failed} failed` : ""}${skipped ? `, ${skipped} skipped` : ""} (${seconds} s)\n`;
      } else if (process.env.COUNTS_FILE) {
        const sum = { passed: 0, failed: 0, skipped: 0 };
        for (const counts of files.values()) for (const name of Object.keys(sum)) sum[name] += counts[name];
        writeFileSync(process.env.COUNTS_FILE, JSON.stringify({ ...sum, failures }));
      }
    }
  }
}
