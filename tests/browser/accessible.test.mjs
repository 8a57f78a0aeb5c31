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

  test("names as long as they may be leave the menu where it is", async () => {
    const long = "Northern Harbour and Friends ".repeat(4).trim();
    await world.db.batch([
      world.db.prepare("UPDATE business SET name = ?").bind(long),
      world.db.prepare("UPDATE clients SET name = ? WHERE erased_at IS NULL").bind(long),
    ]);
    for (const [who, path] of [["owner", "/admin"], ["person", "/"], ["looking", "/documents"]]) {
      for (const [width, menu] of [[390, "Menu"], [1280, undefined]]) {
        const window = await browser.window(world, { width, height: 844, dark: false, cookiesOf: stage.who[who] });
        await window.open(path);
        const { wide, tall, view } = await window.page.evaluate(() => ({ wide: document.documentElement.scrollWidth, tall: document.querySelector(".top-row, .side .brand").offsetHeight, view: document.documentElement.clientWidth }));
        assert.ok(wide <= view, `${path} as ${who}: expected it to fit ${view} px, it is ${wide} px wide`);
        assert.ok(tall <= 90, `${path} as ${who}: expected a head of two lines, it is ${tall} px high`);
        if (menu) await window.page.getByText(menu, { exact: true }).click();
        await window.close();
      }
    }
  });
});
