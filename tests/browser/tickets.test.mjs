// Support tickets as people write them, by label: a client asks with a file, staff take it, note something for
// the team, answer with a saved reply; the client replies, resolves and opens again. With JavaScript, and
// without on a phone. And scripts in every field run nowhere.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { addSavedReply, answer, file, note, openTicket } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner;
before(async () => {
  owner = await setUpOwner(world);
  await addSavedReply(owner, { name: "Closing words", body: "Kind regards from all of us" });
});

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const said = (page, text) => page.locator(".notice").filter({ hasText: text }).waitFor();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

for (const [look, options] of [["with JavaScript", {}], ["without JavaScript, on a phone", { javaScript: false, width: 390, height: 844 }]]) {
  describe(look, () => {
    test("from the question to the answer and back", async () => {
      const { client, person: lena } = await person(world, owner, { client: `Larkspur ${look}` });
      const [staff, theirs] = [await browser.window(world, { ...options, cookiesOf: owner }), await browser.window(world, { ...options, cookiesOf: lena })];
      const menu = async (page, label) => {
        if (options.width) await page.getByText("Menu", { exact: true }).click();
        await page.getByRole("navigation", { name: options.width ? "Menu" : "Main", exact: true }).getByRole("link", { name: label, exact: true }).click();
      };
      await theirs.open("/");
      await menu(theirs.page, "Support Tickets");
      await theirs.page.getByRole("link", { name: "Open a ticket", exact: true }).click();
      await theirs.page.getByLabel("Subject").fill("The shop window is dark");
      await theirs.page.getByLabel("Category").selectOption({ label: "Problem" });
      await theirs.page.getByRole("textbox", { name: "Message" }).fill("Since this morning.");
      await theirs.page.getByLabel("Files").setInputFiles([{ name: "window.jpg", mimeType: "image/jpeg", buffer: Buffer.from("picture") }]);
      await press(theirs.page, "Open ticket");
      await said(theirs.page, /Your ticket #\d+ is open/);
      await theirs.page.getByRole("link", { name: "window.jpg" }).waitFor();

      const { page } = staff;
      await staff.open("/admin");
      await menu(page, "Support Tickets");
      await page.getByRole("link", { name: "Waiting for us", exact: true }).click();
      await page.getByLabel("Who has it").selectOption({ label: "Nobody yet" });
      await press(page, "Show");
      await page.getByRole("row", { name: `Larkspur ${look}` }).getByRole("link", { name: "The shop window is dark" }).click();
      await heading(page, "The shop window is dark");
      await page.getByLabel("Who has it").selectOption({ label: "Olive Owner" });
      await page.getByLabel("Priority").selectOption({ label: "Urgent" });
      await press(page, "Save");
      await said(page, "Your changes are saved");
      await page.getByText("Write an internal note").click();
      await page.getByLabel("Note for your team").fill("They forgot to pay the power.");
      await press(page, "Keep internal note");
      await said(page, "The client does not see it");
      await page.getByRole("textbox", { name: "Answer" }).fill("An electrician comes at two.");
      await page.getByLabel("Saved reply").selectOption({ label: "Closing words" });
      await press(page, "Insert");
      assert.equal(await page.getByRole("textbox", { name: "Answer" }).inputValue(), "An electrician comes at two.\n\nKind regards from all of us");
      await press(page, "Send answer to the client");
      await said(page, "waits for the client now");

      await theirs.open("/tickets");
      await theirs.page.getByText("Waiting for you").waitFor();
      await theirs.page.getByRole("link", { name: "The shop window is dark" }).click();
      await theirs.page.getByText("An electrician comes at two.").waitFor();
      assert.equal(await theirs.page.getByText("forgot to pay").count(), 0, "an internal note is shown to the client");
      assert.equal(await theirs.page.getByText("Urgent").count(), 0, "the priority is shown to the client");
      await theirs.page.getByRole("textbox", { name: "Message" }).fill("It shines again. Thank you!");
      await press(theirs.page, "Send reply");
      await said(theirs.page, "Your reply is sent");
      await press(theirs.page, "Mark as resolved");
      await said(theirs.page, "marked as resolved");
      await press(theirs.page, "Open again");
      await said(theirs.page, "open again");

      await staff.open(client.path);
      await page.getByRole("navigation", { name: "Client record" }).getByRole("link", { name: "Support Tickets", exact: true }).click();
      await page.getByRole("link", { name: "The shop window is dark" }).click();
      await page.getByText("It shines again. Thank you!").waitFor();
      await press(page, "Close");
      await said(page, "closed now");
      await theirs.page.reload();
      await theirs.page.getByRole("textbox", { name: "Message" }).fill("Dark again.");
      await press(theirs.page, "Send reply");
      await said(theirs.page, /opened a new one: #\d+/);
      await theirs.page.getByText("which is closed").waitFor();
      await staff.close();
      await theirs.close();
    });
  });
}

test("scripts in every field run nowhere, for staff, client and preview", async () => {
  const nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'>[x](javascript:alert(3))";
  const { client, person: lena } = await person(world, owner);
  await owner.post("/admin/settings/support", { close_days: "7", categories: `Question\n${nasty.slice(0, 50)}` });
  await addSavedReply(owner, { name: nasty, body: nasty });
  const ticket = await openTicket(lena, { subject: nasty, body: nasty, category: nasty.slice(0, 50), files: [file("<img src=x onerror=alert(1)>.txt", nasty)] });
  const other = await openTicket(lena, { subject: nasty, body: nasty });
  await note(owner, ticket, nasty);
  await answer(owner, ticket, nasty);
  await owner.post(`${other.admin}/merge`, { into: ticket.id, sure: "on" });
  const looking = owner.clone();
  await looking.post(`${client.path}/preview`);
  for (const [user, paths] of [
    [owner, ["/admin/tickets", ticket.admin, other.admin, `${client.path}/tickets`, "/admin/settings/support", `${client.path}/activity`]],
    [lena, ["/tickets", ticket.path, other.path, "/tickets/new", "/"]], [looking, ["/tickets", ticket.path]],
  ]) {
    const window = await browser.window(world, { cookiesOf: user });
    for (const path of paths) assert.equal((await window.open(path)).status(), 200, path);
    // Its end fails on dialogs, reports of CSP and errors.
    await window.close();
  }
});
