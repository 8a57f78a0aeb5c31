// Where things are, and what this project is pinned to. No side effects.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const at = (...parts) => join(ROOT, ...parts);

/** The command-line builder of the `worker` crate: same version as the crate. */
export const WORKER_BUILD = "0.8.7";
export const WASM_TARGET = "wasm32-unknown-unknown";

const exe = process.platform === "win32" ? ".exe" : "";
export const tools = {
  node: at("node_modules/.bin/node"),
  // The tests of `make deploy` put a stand-in here, as there is no account to deploy to.
  wrangler: process.env.PORTICO_WRANGLER ?? at("node_modules/wrangler/bin/wrangler.js"),
  // Gives the bindings of a portal to `make backup`; its test has a stand-in for those of an account.
  platform: process.env.PORTICO_PLATFORM ?? "wrangler",
  workerBuild: at(".tools/bin", `worker-build${exe}`),
  wasmBindgen: at(".tools/bin", `wasm-bindgen${exe}`),
  wasmOpt: at("node_modules/.bin/wasm-opt"),
  esbuild: at("node_modules/.bin/esbuild"),
};

/** The wasm-bindgen of Cargo.lock (or, before there is a lock, of Cargo.toml): its CLI must match exactly. */
export function wasmBindgenVersion() {
  const lock = at("Cargo.lock");
  const locked = existsSync(lock)
    ? /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(readFileSync(lock, "utf8"))
    : null;
  const wanted = locked ?? /^wasm-bindgen\s*=\s*"=([^"]+)"/m.exec(readFileSync(at("Cargo.toml"), "utf8"));
  if (!wanted) throw new Error("Cargo.toml pins no wasm-bindgen (expected a line like: wasm-bindgen = \"=0.2.130\").");
  return wanted[1];
}

/** The oldest Rust that Cargo.toml allows, such as "1.91". */
export function oldestRust() {
  return /^rust-version\s*=\s*"([^"]+)"/m.exec(readFileSync(at("Cargo.toml"), "utf8"))?.[1] ?? "1.85";
}

/** Compares dotted numbers: negative when `a` is older than `b`. */
export function compareVersions(a, b) {
  const [x, y] = [a, b].map((v) => v.split(".").map(Number));
  for (let i = 0; i < 3; i++) if ((x[i] ?? 0) !== (y[i] ?? 0)) return (x[i] ?? 0) - (y[i] ?? 0);
  return 0;
}
