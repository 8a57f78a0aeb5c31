// What the portal is built from is pinned, comes from the official registries alone, and can be told apart from
// anything put in its place. `make audit` asks for advisories, where the network allows it.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../harness/runtime.mjs";

const read = (file) => readFileSync(join(ROOT, file), "utf8");

test("every crate is one of crates.io with its checksum, or lies in vendor/", () => {
  const crates = read("Cargo.lock").split("[[package]]").slice(1).map((text) => Object.fromEntries([...text.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, name, value]) => [name, value])));
  assert.ok(crates.length > 100, `expected a full lock file, saw ${crates.length} crates`);
  const own = crates.filter(({ source }) => !source).map(({ name }) => name).sort();
  const replaced = ["askama", "crc32fast", "skrifa", "subsetter"];
  assert.deepEqual(own, [...replaced, "portico"].sort());
  for (const { name, source, checksum } of crates.filter(({ source }) => source)) {
    assert.equal(source, "registry+https://github.com/rust-lang/crates.io-index", name);
    assert.match(checksum ?? "", /^[0-9a-f]{64}$/, name);
  }
  for (const name of replaced) assert.ok(existsSync(join(ROOT, "vendor", name, "Cargo.toml")), name);
});

test("every npm package has the hash of its archive, and serves the tests and tools alone", () => {
  const { packages } = JSON.parse(read("package-lock.json"));
  const all = Object.entries(packages).filter(([path]) => path);
  assert.ok(all.length > 50);
  for (const [path, { integrity, resolved }] of all) {
    assert.match(integrity ?? "", /^sha512-/, path);
    if (resolved) assert.match(resolved, /^https:\/\/registry\.npmjs\.org\//, path);
  }
  assert.deepEqual(Object.keys(packages[""].dependencies ?? {}), [], "the worker itself needs nothing of npm");
});

test("versions are exact, so that a build today is the build of tomorrow", () => {
  const { devDependencies, optionalDependencies } = JSON.parse(read("package.json"));
  for (const [name, version] of Object.entries({ ...devDependencies, ...optionalDependencies })) assert.match(version, /^\d+\.\d+\.\d+/, `${name} ${version}`);
  for (const file of ["scripts/setup.mjs", "scripts/build.mjs", "scripts/dev.mjs", "scripts/deploy.mjs"]) assert.doesNotMatch(read(file), /npx --yes|@latest/, file);
});
