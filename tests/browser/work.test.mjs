// Projects and tasks as people do them, by label: staff add a project and ask the client for something; the
// client sees how far it is and answers. With JavaScript, and without on a phone.
import { after, before, describe, test } from "node:test";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner;
before(async () => { owner = await setUpOwner(world); });

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name, exact: true }).first().click();
const said = (page, text) => page.locator(".notice").filter({ hasText: text }).waitFor();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

for (const [look, options] of [["with JavaScript", {}], ["without JavaScript, on a phone", { javaScript: false, width: 390, height: 844 }]]) {
  describe(look, () => {
    test("from the first project to the client's approval", async () => {
      const { client, person: lena } = await person(world, owner, { client: `Larkspur ${look}` });
      const [staff, theirs] = [await browser.window(world, { ...options, cookiesOf: owner }), await browser.window(world, { ...options, cookiesOf: lena })];
      const { page } = staff;
      await staff.open(client.path);
      await page.getByRole("navigation", { name: "Client record" }).getByRole("link", { name: "Projects", exact: true }).click();
      await follow(page, "New project");
      await page.getByLabel("Name", { exact: true }).fill("Spring rebrand");
      await page.getByLabel("Percent done").fill("40");
      await page.getByLabel("What is reached").first().fill("Logo approved");
      await page.getByRole("checkbox", { name: "Visible in Portal" }).check();
      await press(page, "Add project");
      await said(page, "The client sees it");
      await follow(page, "New task");
      await page.getByLabel("Title", { exact: true }).fill("Approve the logo");
      await page.getByRole("checkbox", { name: "Visible in Portal" }).check();
      await page.getByLabel("What you ask of the client").selectOption({ label: "To approve it" });
      await press(page, "Add task");
      await said(page, "It waits for the client now");
      await page.getByRole("textbox", { name: "Comment" }).fill("Not the fourth draft.");
      await press(page, "Add comment");
      await said(page, "kept for your team");

      await theirs.open("/");
      await theirs.page.getByText("Next: Logo approved").waitFor();
      await theirs.page.getByRole("progressbar", { name: "Progress of Spring rebrand" }).waitFor();
      await theirs.page.getByRole("link", { name: "Approve the logo", exact: true }).first().click();
      await heading(theirs.page, "Approve the logo");
      if (await theirs.page.getByText("fourth draft").count()) throw new Error("An internal comment is shown to the client.");
      await theirs.page.getByRole("textbox", { name: "Note" }).fill("Lovely.");
      await press(theirs.page, "Approve");
      await said(theirs.page, "We see that you approve it");

      await page.reload();
      await page.getByText("Approved by the client").waitFor();
      await page.getByText("Lovely.").waitFor();
      await staff.close();
      await theirs.close();
    });
  });
}
