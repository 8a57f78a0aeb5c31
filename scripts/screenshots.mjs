// `make screenshots`: every page of tests/browser/pages.mjs at 390 and 1280 px, light and dark, into
// screenshots/. ONLY=admin-client makes those whose name holds that.
import { mkdirSync, rmSync } from "node:fs";
import { build, builtInto } from "./build.mjs";
import { ensureChromium } from "./lib/chromium.mjs";
import { at, tools } from "./lib/project.mjs";
import { main, run, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const LOOKS = [
  { suffix: "phone-light", width: 390, height: 844, dark: false },
  { suffix: "phone-dark", width: 390, height: 844, dark: true },
  { suffix: "desk-light", width: 1280, height: 900, dark: false },
  { suffix: "desk-dark", width: 1280, height: 900, dark: true },
];

async function takeThem() {
  const [{ Browser }, { World }, list] = await Promise.all([
    import("../tests/harness/browser.mjs"), import("../tests/harness/world.mjs"), import("../tests/browser/pages.mjs"),
  ]);
  const only = process.env.ONLY ?? "";
  const folder = at("screenshots");
  if (!only) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const browser = await Browser.start();
  const world = await World.start({ settings: list.SETTINGS });
  let taken = 0;
  const failed = [];
  const take = async (pages, who) => {
    for (const look of LOOKS) {
      const windows = new Map();
      for (const page of pages.filter(({ name }) => name.includes(only))) {
        const visitor = page.who ?? "anonymous";
        if (!windows.has(visitor)) windows.set(visitor, await browser.window(world, { ...look, cookiesOf: who[visitor], tolerate: [/./] }));
        const window = windows.get(visitor);
        const response = await window.open(page.path);
        if (response.status() !== (page.status ?? 200)) failed.push(`${page.name} (${page.path}): expected ${page.status ?? 200}, saw ${response.status()}`);
        await window.page.screenshot({ path: at("screenshots", `${page.name}--${look.suffix}.png`), fullPage: true });
        taken++;
      }
      for (const window of windows.values()) await window.close();
    }
  };
  try {
    await take(list.FIRST_PAGES, {});
    const stage = await list.setTheStage(world);
    await take(list.pages(stage), stage.who);
  } finally {
    await world.close({ messy: true });
    await browser.close();
  }
  say(`${taken} pictures in screenshots/`);
  for (const line of new Set(failed)) say(`✗ ${line}`);
  return failed.length ? 1 : 0;
}

await main(async () => {
  if (process.env.PORTICO_INSIDE) return takeThem();
  await setup({ quiet: true });
  const CHROMIUM = ensureChromium(say);
  await build("dev", { quiet: true });
  return run(tools.node, ["--disable-warning=ExperimentalWarning", at("scripts/screenshots.mjs")], {
    env: { PORTICO_INSIDE: "1", CHROMIUM, WORKER_DIR: builtInto("dev") },
  });
});
