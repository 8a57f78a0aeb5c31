// Staff see what the client sees, in a browser, by the names on the buttons; with and without scripts.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { contactRow, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
const browser = await Browser.start();
after(async () => {
  await browser.close();
  await world.close();
});

let owner, client;
before(async () => {
  owner = await setUpOwner(world);
  ({ client } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena", lastName: "Birch" } }));
  await contactRow(world, client, { firstName: "Nils", lastName: "Birch" });
  await addDocument(owner, client, { title: "Shown plan" });
  await addDocument(owner, client, { title: "Secret sketch", visible: false });
});

for (const scripts of [true, false]) {
  for (const width of [1280, 390]) {
    test(`from the record into the preview and back, ${scripts ? "with" : "without"} scripts, ${width} px wide`, async () => {
      const window = await browser.window(world, { cookiesOf: owner, javaScript: scripts, width, height: 844 });
      const { page } = window;
      await window.open(client.path);
      await page.getByRole("button", { name: "View as Client" }).click();
      const banner = page.getByRole("complementary", { name: "Preview" });
      await banner.getByText("Preview: Lena Birch, Birch Ltd.").waitFor();
      if (width < 600) await page.getByText("Menu", { exact: true }).click();
      await page.getByRole("link", { name: "Documents" }).filter({ visible: true }).first().click();
      await page.getByRole("heading", { level: 1, name: "Documents" }).waitFor();
      await page.getByText("Shown plan").first().waitFor();
      assert.equal(await page.getByText("Secret sketch").count(), 0);
      if (scripts) await window.assertAccessible("Documents in the preview");
      await banner.getByText("Look as").click();
      await banner.getByRole("button", { name: "Nils Birch" }).click();
      await banner.getByText("Preview: Nils Birch, Birch Ltd.").waitFor();
      await window.open("/profile");
      const save = page.getByRole("main").getByRole("button").first();
      assert.equal(await save.isDisabled(), true, "a button of the page can be pressed");
      await page.getByRole("button", { name: "Exit preview" }).click();
      await page.getByRole("heading", { level: 1, name: "Birch Ltd" }).waitFor();
      assert.equal(new URL(page.url()).pathname, client.path);
      await window.close();
    });
  }
}
