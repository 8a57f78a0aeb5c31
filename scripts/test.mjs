// `make test`: everything that has to hold, from a bare machine on. ONLY=… chooses parts (format, lint,
// native, pdf, http, browser) or test files by a piece of their path (ONLY=http/access).
// The last line is the sum: "N passed, N failed".
import { mkdirSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { BUDGET, build, weight } from "./build.mjs";
import { ensureChromium } from "./lib/chromium.mjs";
import { ensurePdfTools, ensurePoppler } from "./lib/pdf-tools.mjs";
import { at, tools, WASM_TARGET } from "./lib/project.mjs";
import { capture, childEnv, main, Plain, run, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const PARTS = ["format", "lint", "native", "pdf", "http", "browser"];
const wishes = (process.env.ONLY ?? "").split(",").map((wish) => wish.trim()).filter(Boolean);
const testFiles = (folder) => existsSync(at("tests", folder))
  ? readdirSync(at("tests", folder)).filter((name) => name.endsWith(".test.mjs")).sort().map((name) => join("tests", folder, name))
  : [];
const chosenFiles = (folder) => wishes.length === 0 || wishes.includes(folder)
  ? testFiles(folder)
  : testFiles(folder).filter((file) => wishes.some((wish) => !PARTS.includes(wish) && file.includes(wish)));
const chosen = (part) => wishes.length === 0 || wishes.includes(part);

const total = { passed: 0, failed: 0 };
const troubles = [];
function add(part, passed, failed, trouble) {
  total.passed += passed;
  total.failed += failed;
  if (failed) troubles.push(`${part}: ${trouble ?? `${failed} failed`}`);
}
const heading = (text) => say(`\n── ${text}`);

/** One command that either holds or does not. */
async function check(part, title, command, args) {
  heading(title);
  const started = Date.now();
  const code = await run(command, args);
  if (code === 0) say(`  holds (${Math.round((Date.now() - started) / 1000)} s)`);
  add(part, code === 0 ? 1 : 0, code === 0 ? 0 : 1, `${command} ${args.join(" ")} found something (above); expected it to find nothing`);
}

async function needComponents() {
  for (const [component, probe] of [["rustfmt", ["fmt", "--version"]], ["clippy", ["clippy", "--version"]]]) {
    if (capture("cargo", probe).code === 0) continue;
    if (await run("rustup", ["component", "add", component]) !== 0) throw new Plain(`Rust's ${component} is missing and could not be added: rustup component add ${component}`);
  }
}

/** Native tests, with cargo's own output, and its "test result" lines added up. */
async function native() {
  heading("Native tests");
  const child = spawn("cargo", ["test", "--quiet"], { cwd: at("."), env: childEnv({ CARGO_TERM_COLOR: "never" }), stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => { output += chunk; });
  const code = await new Promise((done) => child.on("close", (status) => done(status ?? 1)));
  let passed = 0, failed = 0;
  for (const [, p, f] of output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed/gm)) {
    passed += Number(p);
    failed += Number(f);
  }
  if (code !== 0) say(output.trimEnd());
  else say(`  ${passed} passed`);
  if (code !== 0 && failed === 0) failed = 1; // it did not compile, or a test process died
  if (code === 0 && passed === 0) failed = 1;
  add("native", passed, failed, code === 0 ? "cargo test ran no test; expected some" : undefined);
}

/** Sample invoices, held against other people's tools; the script's last line is the sum. */
async function invoicePdf() {
  heading("The invoice PDF, as other tools read it");
  let python;
  try {
    python = ensurePdfTools(say);
  } catch (error) {
    if (!(error instanceof Plain)) throw error;
    say(error.message);
    return add("pdf", 0, 1, "its tools are missing (above); nothing of it was checked");
  }
  const folder = at("target/pdf");
  rmSync(folder, { recursive: true, force: true });
  const wrote = await run("cargo", ["run", "--quiet", "--example", "invoice-pdf", "--", folder, at("tests/pdf/logo.png")], { env: { CARGO_TERM_COLOR: "never" } });
  if (wrote !== 0) return add("pdf", 0, 1, "the samples could not be written");
  const { stdout, stderr, code } = capture(python, [at("tests/pdf/check.py"), folder]);
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(stdout) ?? [];
  for (const line of stdout.split("\n").filter((each) => each.startsWith("FAIL"))) say(`  ${line}`);
  if (passed === undefined) return add("pdf", 0, 1, `tests/pdf/check.py broke off (${code}): ${stderr.slice(-500)}`);
  say(`  ${passed} hold`);
  add("pdf", Number(passed), Number(failed));
}

/** A release has to be small; the quick profile is not made to be. */
function weigh(folder) {
  if (profile !== "release") return;
  const is = weight(folder);
  const small = is <= BUDGET;
  add("size", small ? 1 : 0, small ? 0 : 1, `the worker is ${is} bytes compressed; expected at most ${BUDGET} (docs/ARCHITECTURE.md says what keeps it small)`);
}

/** Without it the tests that read a PDF fail, each with the sentence that says how to get it. */
function needPoppler() {
  try {
    ensurePoppler(say);
  } catch (error) {
    if (!(error instanceof Plain)) throw error;
    say(error.message);
  }
}

/** How long a file may take, in ms: a long soak is asked for in minutes. */
const LIMIT = (20 + Number(process.env.MINUTES ?? 0)) * 60_000;

async function nodeTests(part, title, files, concurrency) {
  heading(title);
  const counts = at("test-results", `${part}.json`);
  mkdirSync(at("test-results"), { recursive: true });
  rmSync(counts, { force: true });
  const code = await run(tools.node, [
    "--disable-warning=ExperimentalWarning", "--test", `--test-concurrency=${concurrency}`, `--test-timeout=${LIMIT}`,
    "--test-reporter", at("scripts/lib/reporter.mjs"), "--test-reporter-destination", "stdout", ...files,
  ], { env: { COUNTS_FILE: counts, WORKER_DIR: process.env.WORKER_DIR ?? at("target/worker", profile), NODE_ENV: "test" } });
  const { passed = 0, failed = 0, failures = [] } = existsSync(counts) ? JSON.parse(readFileSync(counts, "utf8")) : {};
  add(part, passed, code !== 0 && failed === 0 ? 1 : failed, failed ? [`${failed} failed`, ...failures].join("\n    ") : "the test runner itself failed");
}

const profile = process.env.PROFILE === "release" ? "release" : "dev";

await main(async () => {
  const started = Date.now();
  const http = chosenFiles("http");
  const browser = chosenFiles("browser");
  if (wishes.length && !PARTS.slice(0, 4).some(chosen) && http.length + browser.length === 0) {
    throw new Plain(`ONLY=${process.env.ONLY} fits nothing. Parts: ${PARTS.join(", ")}; or a piece of a file's path under tests/.`);
  }
  await setup();
  if (chosen("format") || chosen("lint")) await needComponents();
  if (chosen("format")) await check("format", "Formatting", "cargo", ["fmt", "--check"]);
  if (chosen("lint")) {
    await check("lint", "Lints, native", "cargo", ["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"]);
    await check("lint", "Lints, WASM", "cargo", ["clippy", "--quiet", "--target", WASM_TARGET, "--lib", "--", "-D", "warnings"]);
  }
  if (chosen("native")) await native();
  if (chosen("pdf")) await invoicePdf();
  if (http.length || browser.length) {
    heading("The worker");
    let built = true;
    try {
      weigh(await build(profile));
    } catch (error) {
      built = false;
      say(error.message);
      add("build", 0, 1, "the worker does not build, so nothing was asked of it");
    }
    const cores = Math.max(2, availableParallelism());
    if (built && http.length) needPoppler();
    if (built && http.length) await nodeTests("http", "HTTP tests against the built worker", http, cores);
    if (built && browser.length) {
      process.env.CHROMIUM = ensureChromium(say);
      await nodeTests("browser", "Browser journeys", browser, Math.max(1, cores >> 1));
    }
  }
  say();
  for (const trouble of troubles) say(`✗ ${trouble}`);
  say(`(${Math.round((Date.now() - started) / 1000)} s)`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});
