// The bell and the one box that finds everything, as people use them, on both sides: with JavaScript, and without on a
// phone. And all tasks in one list, where staff find what is due.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner;
before(async () => { owner = await setUpOwner(world); });
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

for (const [look, options] of [["with JavaScript", {}], ["without JavaScript, on a phone", { javaScript: false, width: 390, height: 844 }]]) {
  describe(look, () => {
    test("a task is told by the bell, found by the box, and seen by staff in their list", async () => {
      const name = options.width ? "phone" : "desk";
      const { client, person: lena } = await person(world, owner, { client: `Larkspur ${name}` });
      const [staff, theirs] = [await browser.window(world, { ...options, cookiesOf: owner }), await browser.window(world, { ...options, cookiesOf: lena })];
      const open = async (page) => {
        if (options.width) await page.getByText("Menu", { exact: true }).click();
      };
      const find = async (page, words) => {
        await open(page);
        const box = page.getByRole("searchbox", { name: "Search everything" }).first();
        await box.fill(words);
        await box.press("Enter");
        await heading(page, "Search");
      };
      const bell = (page) => page.getByRole("link", { name: /^Notifications/ }).first();
      await theirs.open("/");
      assert.equal((await bell(theirs.page).textContent()).trim(), "Notifications");
      const task = await addTask(owner, client, { title: `Approve the ${name} sign`, visible: "on", asks: "approve", due_on: "2020-01-01" });
      await world.settled();
      await theirs.page.reload();
      await bell(theirs.page).getByText("1 new").waitFor();
      await bell(theirs.page).click();
      await heading(theirs.page, "Notifications");
      await theirs.page.getByRole("listitem").filter({ hasText: `Approve the ${name} sign` }).getByText("New", { exact: true }).waitFor();
      await theirs.open("/");
      assert.equal((await bell(theirs.page).textContent()).trim(), "Notifications", "looking is having seen it");
      await find(theirs.page, `${name} sign`);
      await theirs.page.getByRole("link", { name: `Approve the ${name} sign` }).click();
      await heading(theirs.page, `Approve the ${name} sign`);
      await theirs.page.getByRole("button", { name: "Approve", exact: true }).click();
      await theirs.page.locator(".notice").filter({ hasText: "We see that you approve it" }).waitFor();

      const { page } = staff;
      await staff.open("/admin");
      await bell(page).getByText(/new/).waitFor();
      await bell(page).click();
      await page.getByRole("link", { name: new RegExp(`approved “Approve the ${name} sign”`) }).click();
      await heading(page, `Approve the ${name} sign`);
      await find(page, `${name} sign`);
      await page.getByRole("link", { name: `Approve the ${name} sign` }).waitFor();
      await owner.post(`${task.path}/status`, { status: "open" });
      await open(page);
      await page.getByRole("navigation", { name: options.width ? "Menu" : "Main", exact: true }).getByRole("link", { name: "Tasks", exact: true }).click();
      await heading(page, "Tasks");
      await page.getByRole("navigation", { name: "Which tasks" }).getByRole("link", { name: "Overdue" }).click();
      await page.getByLabel("Who does it").selectOption({ label: "Nobody yet" });
      await page.getByRole("button", { name: "Show", exact: true }).click();
      await page.getByRole("link", { name: `Approve the ${name} sign` }).waitFor();
      await page.getByRole("link", { name: `Larkspur ${name}` }).click();
      await page.getByText(`Of Larkspur ${name}.`).waitFor();
      if (options.javaScript !== false) await staff.assertAccessible("all tasks");
      for (const each of [theirs.page, page]) assert.ok(await each.evaluate(() => document.documentElement.scrollWidth) <= (options.width ?? 1280), "the page is wider than its window");
      await staff.close();
      await theirs.close();
    });
  });
}
