// Lighthouse looks at pages as on a phone with a slow line: four scores of a hundred each.
import { chromium } from "playwright-core";
import { findChromium } from "../../scripts/lib/chromium.mjs";
import { FLAGS } from "../harness/browser.mjs";
import { freePort } from "../harness/runtime.mjs";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

/** Looks at one page, in a browser of its own, because another person's cookies would stay in it. */
async function look(url, user) {
  const { default: run } = await import("lighthouse");
  const port = await freePort();
  const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: [...FLAGS, `--remote-debugging-port=${port}`] });
  try {
    const extraHeaders = user ? { Cookie: user.cookies.header } : {};
    const { lhr } = await run(url, { port, extraHeaders, onlyCategories: CATEGORIES, logLevel: "error", output: "json" });
    if (lhr.runtimeError) throw new Error(`Lighthouse could not look at ${url}: ${lhr.runtimeError.message}`);
    if (lhr.finalDisplayedUrl !== url) throw new Error(`Lighthouse asked for ${url} and was sent to ${lhr.finalDisplayedUrl}.`);
    return lhr;
  } finally {
    await browser.close();
  }
}

/** name → { performance, accessibility, "best-practices", seo, lost: what took points }. `pages`: name → { path, user? }. */
export async function lighthouse(base, pages) {
  const found = {};
  for (const [name, { path, user }] of Object.entries(pages)) {
    await user?.get(path); // renews the session
    const { categories, audits } = await look(base + path, user);
    const scores = Object.fromEntries(CATEGORIES.map((id) => [id, Math.round(categories[id].score * 100)]));
    const lost = CATEGORIES.flatMap((id) => categories[id].auditRefs
      .filter(({ id: audit, weight }) => weight > 0 && audits[audit].score !== null && audits[audit].score < 1)
      .map(({ id: audit }) => `${id}: ${audits[audit].title}`));
    found[name] = { ...scores, lost };
  }
  return found;
}
