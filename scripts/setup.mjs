// Makes a bare machine ready: checks Rust and Node, adds the WASM target, puts the pinned tools
// under .tools and node_modules. What is there at the right version is left alone, so a second
// run takes less than a second.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { at, compareVersions, oldestRust, tools, wasmBindgenVersion, WASM_TARGET, WORKER_BUILD } from "./lib/project.mjs";
import { capture, isMain, longStep, main, Plain, say } from "./lib/run.mjs";

const OLDEST_NODE = 20;
const OLDEST_WRANGLER_NODE = "22.12.0";

function checkNode() {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < OLDEST_NODE) {
    throw new Plain(`Node.js ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}. Get it from https://nodejs.org.`);
  }
}

async function checkRust() {
  const rustc = capture("rustc", ["--version"]);
  const version = /^rustc (\d+\.\d+\.\d+)/.exec(rustc.stdout)?.[1];
  if (!version) throw new Plain("Rust is needed and was not found. Install it from https://rustup.rs, open a new terminal, and try again.");
  if (compareVersions(version, oldestRust()) < 0) {
    throw new Plain(`Rust ${oldestRust()} or newer is needed; this is ${version}. Run: rustup update stable`);
  }
  const libraries = () => capture("rustc", ["--print", "target-libdir", "--target", WASM_TARGET]).stdout.trim();
  if (existsSync(libraries())) return;
  if (capture("rustup", ["--version"]).code !== 0) {
    throw new Plain(`Rust's ${WASM_TARGET} target is missing, and there is no rustup to add it. Install Rust from https://rustup.rs, or your system's package of that target.`);
  }
  await longStep(`Adding Rust's ${WASM_TARGET} target`, "10 s", "rustup", ["target", "add", WASM_TARGET]);
}

/** Tools that `cargo install` put under .tools, as { name: version }. */
function installedTools() {
  const record = at(".tools/.crates.toml");
  if (!existsSync(record)) return {};
  const found = {};
  for (const [, name, version] of readFileSync(record, "utf8").matchAll(/^"(\S+) (\S+) /gm)) found[name] = version;
  return found;
}

async function checkCargoTool(name, version, binary, usually, locked) {
  if (installedTools()[name] === version && existsSync(binary)) return;
  mkdirSync(at(".tools"), { recursive: true });
  const args = ["install", name, "--version", version, "--root", at(".tools"), "--force"];
  await longStep(`Building ${name} ${version} into .tools`, usually, "cargo", locked ? [...args, "--locked"] : args);
}

/** Whether node_modules holds exactly what package-lock.json asks for (npm keeps a lock of its own inside). */
function packagesAreCurrent() {
  const inside = at("node_modules/.package-lock.json");
  if (!existsSync(inside)) return false;
  const [wanted, present] = [at("package-lock.json"), inside].map((file) => JSON.parse(readFileSync(file, "utf8")).packages);
  return Object.entries(wanted).every(([path, entry]) =>
    path === "" || entry.optional || entry.peer || present[path]?.version === entry.version);
}

async function checkPackages() {
  if (!packagesAreCurrent()) {
    if (capture("npm", ["--version"]).code !== 0) throw new Plain("npm is needed and was not found; it comes with Node.js from https://nodejs.org.");
    await longStep("Installing the npm packages of package-lock.json", "30 s", "npm", ["ci", "--no-audit", "--no-fund"]);
  }
  const node = capture(tools.node, ["--version"]).stdout.trim().replace(/^v/, "");
  if (!node || compareVersions(node, OLDEST_WRANGLER_NODE) < 0) {
    throw new Plain(`node_modules/.bin/node should be Node ${OLDEST_WRANGLER_NODE} or newer (wrangler needs it) and is ${node || "missing"}. Remove node_modules and try again.`);
  }
}

/** All of it; `quiet` says nothing when nothing was to do. */
export async function setup({ quiet = false } = {}) {
  const started = Date.now();
  checkNode();
  await checkRust();
  await checkPackages();
  await checkCargoTool("worker-build", WORKER_BUILD, tools.workerBuild, "3–4 min on 2 cores", true);
  // Without --locked: the lock inside wasm-bindgen-cli 0.2.130 names a crate version that was withdrawn.
  await checkCargoTool("wasm-bindgen-cli", wasmBindgenVersion(), tools.wasmBindgen, "2 min on 2 cores", false);
  if (!quiet) say(`Tools are ready (${((Date.now() - started) / 1000).toFixed(1)} s).`);
}

if (isMain(import.meta)) await main(() => setup());
