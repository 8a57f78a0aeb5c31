// `make fuzz`: the properties of every parser that faces the outside, with many cases each (PROPTEST_CASES,
// 100000 when absent). What fails is shrunk to the smallest text that does.
import { capture, main, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const cases = Number(process.env.PROPTEST_CASES ?? 100_000);
/** Modules whose tests read what comes from outside. */
const PARSERS = [
  "domain::hard_cases", "http::fields", "http::cookie", "domain::csv", "domain::colour::tests", "domain::email", "domain::filename", "domain::markdown",
  "domain::money::tests", "domain::money::decimal", "domain::next", "domain::range", "domain::text", "domain::time::", "domain::token", "domain::webhook",
];

await main(async () => {
  await setup();
  say(`${cases} cases for each property …`);
  const started = Date.now();
  const { stdout, stderr, code } = capture("cargo", ["test", "--lib", "--", ...PARSERS], { env: { ...process.env, PROPTEST_CASES: String(cases), CARGO_TERM_COLOR: "never" } });
  const done = [...stdout.matchAll(/^test (\S+) \.\.\. (\S+)/gm)];
  for (const [, name, how] of done) if (how !== "ok" || name.includes("hard_cases")) say(`  ${how === "ok" ? "holds" : "FAILS"}: ${name}`);
  if (code !== 0) say(stdout.slice(-8_000) + stderr.slice(-4_000));
  const held = done.filter(([, , how]) => how === "ok").length;
  say(`${held} of ${done.length} tests hold, ${cases} cases each property (${Math.round((Date.now() - started) / 1000)} s)`);
  return code === 0 && held > 0 ? 0 : 1;
});
