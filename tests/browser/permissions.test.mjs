// The guide's step "Portal permissions": staff uncheck a module for a client and press Save Permissions; the
// client's open tab loses it on the next request. By label, with JavaScript and without, on a phone too.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner;
before(async () => { owner = await setUpOwner(world); });

for (const [look, options] of [["with JavaScript", {}], ["without JavaScript, on a phone", { javaScript: false, width: 390, height: 844 }]]) {
  describe(look, () => {
    test("unchecked is gone from the client's open tab", async () => {
      const { client, person: lena } = await person(world, owner, { client: `Larkspur ${look}` });
      const document = await addDocument(owner, client, { title: "Site plan" });
      const [staff, theirs] = [await browser.window(world, { ...options, cookiesOf: owner }), await browser.window(world, { ...options, cookiesOf: lena, tolerate: [/404/] })];
      await theirs.open("/documents");
      await theirs.page.getByRole("link", { name: "Site plan", exact: true }).waitFor();

      await staff.open("/admin/clients");
      await staff.page.getByRole("link", { name: client.name, exact: true }).click();
      await staff.page.getByRole("link", { name: "Portal Permissions", exact: true }).click();
      await staff.page.getByRole("checkbox", { name: "Documents", exact: true }).uncheck();
      await staff.page.getByRole("button", { name: "Save Permissions" }).click();
      await staff.page.locator(".notice").filter({ hasText: "Permissions are saved" }).waitFor();
      assert.equal(await staff.page.getByRole("checkbox", { name: "Documents", exact: true }).isChecked(), false);

      // The tab that was open all the time.
      const reloaded = await theirs.page.reload();
      assert.equal(reloaded.status(), 404);
      const found = await theirs.open(`/documents/${document.id}`);
      assert.equal(found.status(), 404);
      await theirs.open("/");
      assert.equal(await theirs.page.locator('a[href^="/documents"]').count(), 0, "the navigation and the first page are silent");

      await staff.page.getByRole("checkbox", { name: "Documents", exact: true }).check();
      await staff.page.getByRole("button", { name: "Save Permissions" }).click();
      await staff.page.locator(".notice").filter({ hasText: "Permissions are saved" }).waitFor();
      await theirs.open(`/documents/${document.id}`);
      await theirs.page.getByRole("heading", { level: 1, name: "Site plan" }).waitFor();
      await staff.close();
      await theirs.close();
    });
  });
}
