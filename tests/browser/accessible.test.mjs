// axe finds nothing on any page, light and dark, phone and desk; the console stays silent; nothing is
// asked of another origin; and no page is wider than the phone.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { World } from "../harness/world.mjs";
import { FIRST_PAGES, SETTINGS, pages, setTheStage } from "./pages.mjs";

const LOOKS = [
  { look: "phone, light", width: 390, height: 844, dark: false },
  { look: "desk, dark", width: 1280, height: 900, dark: true },
];

const world = await World.start({ settings: SETTINGS });
const browser = await Browser.start();
after(async () => {
  await browser.close();
  await world.close();
});

/** A page that answers 404 or 403 on purpose is reported by the console as such. */
const onPurpose = ({ status }) => (status ? [new RegExp(`the server responded with a status of ${status}`)] : []);

async function look(page, options, people) {
  const window = await browser.window(world, { ...options, cookiesOf: people[page.who ?? "anonymous"], tolerate: onPurpose(page) });
  try {
    const response = await window.open(page.path);
    assert.equal(response.status(), page.status ?? 200, `${page.name} (${page.path})`);
    await window.assertAccessible(`${page.name}, ${options.look}`);
    const { wide, view } = await window.page.evaluate(() => ({ wide: document.documentElement.scrollWidth, view: document.documentElement.clientWidth }));
    assert.ok(wide <= view, `${page.name}, ${options.look}: expected it to fit ${view} px, it is ${wide} px wide`);
  } finally {
    await window.close();
  }
}

for (const options of LOOKS) {
  for (const page of FIRST_PAGES) test(`${page.name}, ${options.look}`, () => look(page, options, {}));
}

describe("with people and things in it", () => {
  let stage;
  before(async () => { stage = await setTheStage(world); });
  for (const options of LOOKS) {
    test(options.look, async (t) => {
      for (const page of pages(stage)) await t.test(page.name, () => look(page, options, stage.who));
    });
  }
});
