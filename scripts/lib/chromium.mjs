// Finds a Chromium: CHROMIUM, then PATH, then one that Playwright installed, then Debian's package.
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge"];
const APPS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const runs = (file) => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

function onPath() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of NAMES) {
    const found = folders.map((folder) => join(folder, name)).find(runs);
    if (found) return found;
  }
  return APPS.find(runs);
}

/** Browsers that `npx playwright install chromium` put in its cache, newest first. */
function playwrights() {
  const caches = [process.env.PLAYWRIGHT_BROWSERS_PATH, join(homedir(), ".cache/ms-playwright"), join(homedir(), "Library/Caches/ms-playwright")];
  const inside = ["chrome-linux/chrome", "chrome-linux64/chrome", "chrome-mac/Chromium.app/Contents/MacOS/Chromium"];
  for (const cache of caches.filter((folder) => folder && existsSync(folder))) {
    const versions = readdirSync(cache).filter((name) => /^chromium-\d+$/.test(name)).sort((a, b) => Number(b.slice(9)) - Number(a.slice(9)));
    for (const version of versions) {
      const found = inside.map((path) => join(cache, version, path)).find(runs);
      if (found) return found;
    }
  }
  return undefined;
}

const isDebian = () => existsSync("/etc/os-release") && /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
const mayInstall = () => isDebian() && process.getuid?.() === 0;

const HOW = "No Chromium was found. Install Chromium or Chrome, or run `npx playwright install chromium`, or set CHROMIUM to the program's path.";

/** The program's path; throws with advice when there is none. */
export function findChromium() {
  const asked = process.env.CHROMIUM;
  if (asked) {
    if (!runs(asked)) throw new Error(`CHROMIUM is set to ${asked}, which is not a program that can be run.`);
    return asked;
  }
  const found = onPath() ?? playwrights();
  if (!found) throw new Error(HOW);
  return found;
}

/** The same, but installs Debian's package where that is possible. `say` is told. */
export function ensureChromium(say) {
  try {
    return findChromium();
  } catch (error) {
    if (process.env.CHROMIUM || !mayInstall()) throw error;
  }
  say("Installing Debian's chromium for the browser tests (usually 1 min) …");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "chromium"]]) {
    const done = spawnSync("apt-get", args, { encoding: "utf8", env });
    if (done.status !== 0) throw new Error(`apt-get ${args.join(" ")} failed:\n${(done.stderr ?? "").split("\n").slice(-15).join("\n")}\n${HOW}`);
  }
  return findChromium();
}
