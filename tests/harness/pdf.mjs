// A PDF's text, as poppler's pdftotext reads it.
import { spawnSync } from "node:child_process";

/** The text in the order in which it stands in the file, which is the order of reading; a page ends with a form feed. */
export function textOf(bytes) {
  const { error, status, stdout, stderr } = spawnSync("pdftotext", ["-raw", "-", "-"], { input: Buffer.from(bytes), encoding: "utf8", maxBuffer: 1 << 26 });
  if (error) throw new Error("pdftotext is missing. It comes with poppler: apt-get install poppler-utils, or brew install poppler.");
  if (status !== 0) throw new Error(`pdftotext cannot read it: ${stderr}`);
  return stdout;
}
