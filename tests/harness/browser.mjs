// Chromium for the journeys that need one, with everything collected that must not happen: messages of
// CSP, errors in the console, uncaught errors, requests to other origins, dialogs.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { findChromium } from "../../scripts/lib/chromium.mjs";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
/** With the rule of 24 px targets (WCAG 2.2, 2.5.8), which axe leaves out unless it is asked for. */
const AXE_OPTIONS = { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } };

export const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** What has no limit of its own gets one, and says what it waited for. */
async function within(seconds, what, work) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`Within ${seconds} s, expected ${what} to end.`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Browser {
  static async start() {
    const browser = new Browser();
    browser.chromium = await chromium.launch({ executablePath: findChromium(), headless: true, args: FLAGS });
    return browser;
  }

  /**
   * A person's own browser window. `world` gives the base; `cookiesOf` is a User whose cookies it starts
   * with; `javaScript: false` switches scripts off; `dark`, `width`, `height`, `reducedMotion` as they say.
   * `tolerate` is a list of patterns of console messages that are part of the test.
   */
  async window(world, { javaScript = true, dark = false, width = 1280, height = 900, reducedMotion = true, cookiesOf, tolerate = [] } = {}) {
    const context = await this.chromium.newContext({
      baseURL: world.base,
      javaScriptEnabled: javaScript,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: reducedMotion ? "reduce" : "no-preference",
      viewport: { width, height },
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      acceptDownloads: true,
    });
    if (cookiesOf) {
      await context.addCookies(cookiesOf.cookies.names().map((name) => ({
        name, value: cookiesOf.cookies.get(name), url: world.base.replace(/^http:/, "https:"), secure: true, httpOnly: true, sameSite: "Lax",
      })));
    }
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    return new Window(world, context, page, { tolerate, javaScript });
  }

  close() {
    return within(30, "closing Chromium", this.chromium.close());
  }
}

export class Window {
  trouble = [];
  constructor(world, context, page, { tolerate, javaScript }) {
    Object.assign(this, { world, context, page, javaScript });
    const note = (text) => {
      if (!tolerate.some((pattern) => pattern.test(text))) this.trouble.push(text);
    };
    page.on("console", (message) => {
      if (message.type() === "error" || /Content.Security.Policy|Trusted ?Type/i.test(message.text())) note(`console: ${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
    page.on("dialog", (dialog) => { note(`dialog: ${dialog.message()}`); dialog.dismiss().catch(() => {}); });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== world.base) note(`request to another origin: ${url}`);
    });
  }

  /** Opens a path of the portal. */
  async open(path) {
    const response = await this.page.goto(this.world.base + path, { waitUntil: "load" });
    return response;
  }

  /** Violations that axe finds on the page as it stands, one line each. */
  async axe() {
    if (!this.javaScript) throw new Error("axe is a script: look at the page in a window with JavaScript.");
    // Through the debugger, as CSP rightly keeps the page from running it.
    const session = await this.context.newCDPSession(this.page);
    const evaluate = async (expression) => {
      const asked = session.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
      const { result, exceptionDetails } = await within(60, `axe on ${this.page.url()}`, asked);
      if (exceptionDetails) throw new Error(`axe did not run: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
      return result.value;
    };
    await evaluate(`${AXE}; 0`);
    const found = await evaluate(`axe.run(document, ${JSON.stringify(AXE_OPTIONS)}).then(({ violations }) => violations
      .flatMap(({ id, help, nodes }) => nodes.map((node) => id + ": " + help + " — " + node.target.join(" ") + "\\n      "
        + (node.failureSummary ?? "").replace(/\\s+/g, " "))))`);
    await session.detach();
    return found;
  }

  /** Fails on any axe violation. */
  async assertAccessible(what = this.page.url()) {
    const violations = await this.axe();
    if (violations.length) throw new Error(`${what}: axe finds ${violations.length} violation(s):\n    ${violations.join("\n    ")}`);
  }

  /**
   * Lets an upload's pauses between its tries pass at once, until `end` shows; `page.clock` is installed. While a
   * request is on its way no time passes but its own: it is given up when nothing moves for a minute.
   */
  async skipPauses(end) {
    const pausing = this.page.getByText("The connection was lost. Trying again…", { exact: true });
    const until = performance.now() + 60_000;
    while (!await end.isVisible()) {
      if (performance.now() > until) throw new Error(`Within a minute, expected ${end}; the page says: ${(await this.page.locator("[data-uploads]").allInnerTexts()).join(" ")}`);
      if (await pausing.isVisible()) await this.page.clock.runFor(1000);
    }
  }

  /**
   * Closes, and fails on anything that was collected. Where Chromium does not close a window in time, or not at all, that
   * is only printed, and the window ends with Chromium: tested is the portal.
   */
  async close() {
    await within(30, "closing the window", this.context.close()).catch((error) => console.error(error.message));
    if (this.trouble.length) throw new Error(`The browser complained:\n- ${this.trouble.join("\n- ")}`);
  }
}
