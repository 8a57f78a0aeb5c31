// `make audit`: asks the registries' advisories about every dependency, of npm and of crates.io. Needs the
// network; says so where it cannot ask. What can be checked without it is in tests/http/dependencies.test.mjs.
import { at } from "./lib/project.mjs";
import { capture, main, run, say } from "./lib/run.mjs";

await main(async () => {
  let bad = 0;
  say("Advisories for npm packages …");
  const npm = capture("npm", ["audit", "--audit-level=moderate"], { cwd: at(".") });
  if (/endpoint returned an error|ENOTFOUND|ECONNREFUSED|EAI_AGAIN/.test(npm.stdout + npm.stderr)) say("  could not be asked: this registry has no advisories.");
  else {
    say(npm.stdout.trim().split("\n").map((line) => `  ${line}`).join("\n"));
    bad += npm.code === 0 ? 0 : 1;
  }
  say("Advisories for Rust crates (RustSec) …");
  if (capture("cargo", ["audit", "--version"]).code !== 0 && await run("cargo", ["install", "--quiet", "--locked", "cargo-audit", "--root", at(".tools")]) !== 0) {
    say("  cargo-audit could not be installed.");
    return bad;
  }
  const path = `${at(".tools/bin")}:${process.env.PATH}`;
  const crates = capture("cargo", ["audit", "--file", at("Cargo.lock")], { cwd: at("."), env: { ...process.env, PATH: path } });
  if (/couldn't fetch advisory database|failed to fetch|git operation failed|unable to|error sending request/i.test(crates.stderr + crates.stdout)) say("  could not be asked: the advisory database cannot be reached from here.");
  else {
    say((crates.stdout + crates.stderr).trim().split("\n").map((line) => `  ${line}`).join("\n"));
    bad += crates.code === 0 ? 0 : 1;
  }
  return bad;
});
