// `make bench`: how fast and how heavy the portal is, as ratios to what the runtime itself costs, held against
// the budgets of docs/PERFORMANCE.md. QUICK=1: little data, few repeats. ONLY=pages,webhook,pdf,files,costs,
// weights,lighthouse: some parts of it.
import { build } from "./build.mjs";
import { ensureChromium } from "./lib/chromium.mjs";
import { at, tools } from "./lib/project.mjs";
import { main, run, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

await main(async () => {
  await setup();
  const worker = process.env.WORKER_DIR ?? await build("release");
  const CHROMIUM = ensureChromium(say);
  say(process.env.QUICK === "1" ? "Measuring (usually 4 min) …" : "Measuring (usually 25 min; QUICK=1 takes 4) …");
  return run(tools.node, ["--disable-warning=ExperimentalWarning", at("tests/bench/main.mjs")], { env: { WORKER_DIR: worker, CHROMIUM } });
});
