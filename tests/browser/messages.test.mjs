// Messages as people write them, by label: a client asks with a file, staff find it among what is unread, answer,
// start a conversation about a project; the client finds that. With JavaScript, and without on a phone.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { addProject } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner;
before(async () => {
  owner = await setUpOwner(world);
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const said = (page, text) => page.locator(".notice").filter({ hasText: text }).waitFor();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

for (const [look, options] of [["with JavaScript", {}], ["without JavaScript, on a phone", { javaScript: false, width: 390, height: 844 }]]) {
  describe(look, () => {
    test("back and forth between a client and staff", async () => {
      const { client, person: lena } = await person(world, owner, { client: `Larkspur ${look}` });
      await addProject(owner, client, { name: "Shop front", visible: "on" });
      const [staff, theirs] = [await browser.window(world, { ...options, cookiesOf: owner }), await browser.window(world, { ...options, cookiesOf: lena })];
      const menu = async (page, label) => {
        if (options.width) await page.getByText("Menu", { exact: true }).click();
        await page.getByRole("navigation", { name: options.width ? "Menu" : "Main", exact: true }).getByRole("link", { name: label, exact: true }).click();
      };
      await theirs.open("/");
      await menu(theirs.page, "Messages");
      await theirs.page.getByRole("link", { name: "Start a conversation", exact: true }).click();
      await theirs.page.getByLabel("Subject").fill("Opening hours");
      await theirs.page.getByLabel("About a project").selectOption({ label: "Shop front" });
      await theirs.page.getByRole("textbox", { name: "Message" }).fill("Are these **right**?");
      await theirs.page.getByLabel("Files").setInputFiles([{ name: "hours.txt", mimeType: "text/plain", buffer: Buffer.from("9 to 5") }]);
      await press(theirs.page, "Send message");
      await said(theirs.page, "Your message is sent");
      await theirs.page.getByRole("link", { name: "hours.txt" }).waitFor();
      await theirs.page.getByRole("link", { name: "Shop front" }).waitFor();

      const { page } = staff;
      await staff.open("/admin");
      await menu(page, "Messages");
      await page.getByRole("region", { name: "Unread" }).getByRole("listitem").filter({ hasText: `Larkspur ${look}` }).getByRole("link", { name: "Opening hours" }).click();
      await heading(page, "Opening hours");
      await page.getByRole("textbox", { name: "Message" }).fill("They are.");
      await press(page, "Send message");
      await said(page, "Your message is sent");
      await menu(page, "Messages");
      assert.equal(await page.getByRole("region", { name: "Unread" }).count(), 0, "what was read still counts as unread");
      await staff.open(client.path);
      await page.getByRole("navigation", { name: "Client record" }).getByRole("link", { name: "Messages", exact: true }).click();
      await page.getByRole("link", { name: "New conversation", exact: true }).click();
      await page.getByLabel("Subject").fill("A visit");
      await page.getByRole("textbox", { name: "Message" }).fill("Tuesday at ten?");
      await press(page, "Send message");
      await heading(page, "A visit");

      await theirs.open("/");
      await theirs.page.getByText("Unread messages").waitFor();
      await menu(theirs.page, "Messages");
      const unread = theirs.page.getByRole("region", { name: "Unread" }).getByRole("listitem");
      assert.deepEqual(await unread.count(), 2);
      await unread.getByRole("link", { name: "Opening hours" }).click();
      await theirs.page.getByText("They are.").waitFor();
      await menu(theirs.page, "Messages");
      assert.equal(await unread.count(), 1);
      await unread.getByRole("link", { name: "A visit" }).click();
      await theirs.page.getByRole("textbox", { name: "Message" }).fill("Yes, please.");
      await press(theirs.page, "Send message");
      await theirs.page.getByText("Yes, please.").waitFor();
      await page.reload();
      await page.getByText("Yes, please.").waitFor();
      // What is new leads to the client, and beside the name to what it is about.
      await staff.open("/admin");
      await page.getByRole("link", { name: /^Notifications/ }).click();
      const news = page.getByRole("listitem").filter({ hasText: `Larkspur ${look}` }).first();
      await news.getByRole("link", { name: `Larkspur ${look}`, exact: true }).click();
      await heading(page, `Larkspur ${look}`);
      await page.goBack();
      const line = await news.boundingBox();
      await page.mouse.click(line.x + line.width - 8, line.y + line.height - 8);
      await heading(page, /^(A visit|Opening hours)$/);
      if (options.width) {
        for (const each of [theirs.page, page]) assert.ok(await each.evaluate(() => document.documentElement.scrollWidth) <= 390, "the page is wider than the phone");
      }
      await staff.close();
      await theirs.close();
    });
  });
}
