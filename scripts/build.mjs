// Builds the worker: build.mjs [--release | --dev]. Unchanged sources are not built again.
//
// worker-build compiles the crate, runs wasm-bindgen (and, for a release, wasm-opt), and bundles the
// glue: index.js (the entry), index_bg.wasm beside it. Each profile has its own folder under target/,
// so that going back and forth costs nothing; the one asked for last is copied to build/, where
// wrangler.toml looks.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { at, ROOT, tools, WORKER_BUILD } from "./lib/project.mjs";
import { isMain, longStep, main, Plain, run, say } from "./lib/run.mjs";
import { namedInOrder } from "./lib/wasm-order.mjs";
import { setup } from "./setup.mjs";

/** Stands between cargo and rustc in a release. */
const INLINING = "scripts/lib/rustc-inlining.sh";
/** What the worker is made of (public/ because pages name its files by their hash). */
const SOURCES = ["src", "vendor", "public", "Cargo.toml", "Cargo.lock", "askama.toml", "build.rs", ".cargo", INLINING, "scripts/lib/wasm-order.mjs"];
const FILES = ["index.js", "index_bg.wasm"];

function* filesUnder(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) return yield path;
  for (const name of readdirSync(path).sort()) yield* filesUnder(join(path, name));
}

function fingerprint(profile) {
  const hash = createHash("sha256").update(`${profile} ${WORKER_BUILD}`);
  for (const source of SOURCES) {
    for (const file of filesUnder(at(source))) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** What a release may weigh when it is compressed, as Cloudflare counts it. */
export const BUDGET = 1_500_000;

/** What a built worker weighs when it is compressed. */
export const weight = (folder) => gzipSync(readFileSync(join(folder, "index_bg.wasm"))).length;

/** The folder that a profile is built into. */
export const builtInto = (profile) => at("target/worker", profile);
const stampOf = (folder) => existsSync(join(folder, ".sources")) ? readFileSync(join(folder, ".sources"), "utf8") : "";

/** Builds where needed; gives the folder. `profile` is "dev" or "release". */
export async function build(profile, { quiet = false, verbose = false } = {}) {
  const folder = builtInto(profile);
  const wanted = fingerprint(profile);
  if (stampOf(folder) === wanted && FILES.every((file) => existsSync(join(folder, file)))) {
    if (!quiet) say(`The worker is up to date (${profile}).`);
  } else {
    const args = [`--${profile}`, "--out-dir", `target/worker/${profile}`];
    const env = { WASM_BINDGEN_BIN: tools.wasmBindgen, WASM_OPT_BIN: tools.wasmOpt, ESBUILD_BIN: tools.esbuild };
    if (profile === "release") env.RUSTC_WORKSPACE_WRAPPER = at(INLINING);
    const usually = profile === "dev" ? "10 s; 4 min the first time" : "1 min; 4 min the first time";
    if (verbose) {
      if (await run(tools.workerBuild, args, { env }) !== 0) throw new Plain("The worker did not build; the reason is above.");
    } else {
      await longStep(`Building the worker (${profile})`, usually, tools.workerBuild, args, { env });
    }
    if (profile === "release") await squeeze(join(folder, "index_bg.wasm"));
    // Cargo may have written Cargo.lock just now: the stamp is of what was built.
    writeFileSync(join(folder, ".sources"), fingerprint(profile));
    if (!quiet) {
      say(`  ${Math.round(statSync(join(folder, "index_bg.wasm")).size / 1000)} kB WASM, ${Math.round(weight(folder) / 1000)} kB compressed.`);
    }
  }
  publish(folder);
  return folder;
}

/**
 * Orders the functions so that they compress well, and takes their names out, a tenth of what is uploaded:
 * worker-build keeps them. A panic still logs its message and place.
 */
async function squeeze(wasm) {
  writeFileSync(wasm, namedInOrder(readFileSync(wasm)));
  const passes = ["--reorder-functions-by-name", "--strip-debug", "--strip-producers"];
  if (await run(tools.wasmOpt, [wasm, ...passes, "--output", wasm]) !== 0) throw new Plain("wasm-opt could not strip the worker; the reason is above.");
}

/** Copies to build/, unless it is there already: a changed time stamp would make wrangler reload. */
function publish(folder) {
  const target = at("build");
  if (stampOf(target) === stampOf(folder)) return;
  mkdirSync(target, { recursive: true });
  rmSync(join(target, ".sources"), { force: true });
  for (const file of [...FILES, ".sources"]) cpSync(join(folder, file), join(target, file));
}

if (isMain(import.meta)) {
  await main(async () => {
    const asked = process.argv.slice(2);
    const unknown = asked.find((arg) => !["--release", "--dev", "--verbose", "--quiet"].includes(arg));
    if (unknown) throw new Plain(`build.mjs does not know ${unknown}. It takes --dev or --release.`);
    // Wrangler runs this as its build command; `make dev` asks for the quick profile by PORTICO_PROFILE.
    const profile = asked.includes("--dev") ? "dev" : asked.includes("--release") ? "release" : process.env.PORTICO_PROFILE ?? "release";
    await setup({ quiet: true });
    await build(profile, { verbose: asked.includes("--verbose"), quiet: asked.includes("--quiet") });
  });
}
