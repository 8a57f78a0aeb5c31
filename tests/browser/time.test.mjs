// Time as people do it, by label and by keyboard: staff log some, let the timer run, and make an invoice of it;
// the client reads what is shown. With JavaScript, and without on a phone.
import { after, before, describe, test } from "node:test";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { addProject, showTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner;
before(async () => {
  owner = await setUpOwner(world);
  await showTime(owner, "entries");
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const said = (page, text) => page.locator(".notice").filter({ hasText: text }).waitFor();

for (const [look, options] of [["with JavaScript", {}], ["without JavaScript, on a phone", { javaScript: false, width: 390, height: 844 }]]) {
  describe(look, () => {
    test("from the first entry to the invoice, and what the client reads", async () => {
      const { client, person: lena } = await person(world, owner, { client: `Larkspur ${look}` });
      await addProject(owner, client, { name: "Spring rebrand", visible: "on", budget: "10" });
      const [staff, theirs] = [await browser.window(world, { ...options, cookiesOf: owner }), await browser.window(world, { ...options, cookiesOf: lena })];
      const { page } = staff;
      await staff.open(client.path);
      await page.getByRole("navigation", { name: "Client record" }).getByRole("link", { name: "Time Logs", exact: true }).click();
      // By keyboard alone: from field to field, and Enter.
      await page.getByLabel("Time spent").focus();
      await page.keyboard.type("1.5h");
      await page.keyboard.press("Tab");
      await page.keyboard.type("Spring");
      await page.keyboard.press("Tab");
      await page.keyboard.type("Drew the logo");
      await page.keyboard.press("Tab");
      await page.keyboard.type("90");
      await page.keyboard.press("Enter");
      await said(page, "1 h 30 min");
      await page.getByText("Drew the logo").waitFor();

      await page.getByLabel("Note").fill("A call");
      await press(page, "Start timer");
      await said(page, "The timer runs");
      await page.reload();
      await page.getByRole("heading", { name: "Your timer runs" }).waitFor();
      await page.getByLabel("What you did").fill("A call with Lena");
      await press(page, "Stop and log");
      await said(page, "1 min");

      await page.getByRole("link", { name: "Invoice this time" }).click();
      await page.getByRole("checkbox", { name: /A call with Lena/ }).uncheck();
      await page.getByRole("radio", { name: "A line for each project" }).check();
      await press(page, "Make draft invoice");
      await said(page, "1:30 of time are on this draft");
      await page.getByText("Spring rebrand, 24 Nov 2026").or(page.getByText(/Spring rebrand, \d+ \w+ \d{4}/)).first().waitFor();

      await theirs.open("/");
      await theirs.page.getByText("Hours this month").waitFor();
      await theirs.open("/time-logs");
      await theirs.page.getByText("Drew the logo").waitFor();
      if (await theirs.page.getByText(/€|Draft|Olive/).count()) throw new Error("Rates, drafts or names are shown to the client.");
      await theirs.open("/projects");
      await theirs.page.getByRole("link", { name: "Spring rebrand" }).first().click();
      await theirs.page.getByText("1:31 of 10:00 hours are used.").waitFor();
      await staff.close();
      await theirs.close();
    });
  });
}
