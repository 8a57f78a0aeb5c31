// By keyboard alone, as who cannot use a mouse does it: Tab to what is wanted, Enter or Space to press it, with the focus
// in sight all the way. Tickets, tasks and messages, on both sides.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner, client, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Larkspur" }));
});

/** A window that no mouse ever touches. */
async function hands(cookiesOf) {
  const window = await browser.window(world, { cookiesOf });
  const { page } = window;
  /** Tabs to something, which must then show that it has the focus. */
  const reach = async (role, name) => {
    const wanted = page.getByRole(role, { name, exact: typeof name === "string" }).first();
    await wanted.waitFor();
    for (let n = 0; n < 150; n++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) {
        const seen = await wanted.evaluate((element) => {
          // A row's link shows it around the whole row.
          const shown = [null, "::after"].map((part) => getComputedStyle(element, part));
          const box = element.getBoundingClientRect();
          const outlined = shown.some((style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none");
          return { outlined, inside: box.bottom > 0 && box.top < innerHeight };
        });
        assert.deepEqual(seen, { outlined: true, inside: true }, `the focus at “${name}” is not to be seen`);
        return;
      }
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not come to the ${role} “${name}” on ${page.url()}`);
  };
  const go = async (role, name, key = "Enter") => {
    await reach(role, name);
    await page.keyboard.press(key);
  };
  return {
    page, close: () => window.close(), open: (path) => window.open(path), reach, go,
    type: async (name, text) => { await reach("textbox", name); await page.keyboard.insertText(text); },
    /** Chooses by the first letters, as a list does. */
    choose: async (name, label) => {
      await reach("combobox", name);
      await page.keyboard.type(label);
      assert.equal(await page.evaluate(() => document.activeElement.selectedOptions[0].text), label);
    },
    said: (text) => page.locator(".notice").filter({ hasText: text }).waitFor(),
    heading: (name) => page.getByRole("heading", { level: 1, name }).waitFor(),
  };
}

test("a ticket: asked, answered, resolved", async () => {
  const theirs = await hands(lena);
  await theirs.open("/");
  // The first stop leads past the navigation.
  await theirs.page.keyboard.press("Tab");
  assert.match(await theirs.page.evaluate(() => document.activeElement.textContent), /Skip/);
  await theirs.go("link", "Support Tickets");
  await theirs.go("link", "Open a ticket");
  await theirs.type("Subject", "The shop window is dark");
  await theirs.choose("Category", "Problem");
  await theirs.type("Message", "Since this morning.");
  await theirs.go("button", "Open ticket");
  await theirs.said(/Your ticket #\d+ is open/);
  const staff = await hands(owner);
  await staff.open("/admin");
  await staff.go("link", /Open the list.*A ticket waits for you/);
  await staff.go("link", "The shop window is dark");
  await staff.heading("The shop window is dark");
  await staff.type("Answer", "An electrician comes at two.");
  await staff.go("button", "Send answer to the client");
  await staff.said("waits for the client now");
  await theirs.page.reload();
  await theirs.go("button", "Mark as resolved");
  await theirs.said("marked as resolved");
  await theirs.close();
  await staff.close();
});

test("a task: asked for, found in the list of all, approved with a note", async () => {
  const staff = await hands(owner);
  await staff.open(`${client.path}/tasks/new`);
  await staff.type("Title", "Approve the sign");
  await staff.go("checkbox", "Visible in Portal", "Space");
  await staff.choose("What you ask of the client", "To approve it");
  await staff.go("button", "Add task");
  await staff.said("It waits for the client now");
  const theirs = await hands(lena);
  await theirs.open("/");
  await theirs.go("link", "Tasks");
  await theirs.go("link", "Approve the sign");
  await theirs.type("Note", "Lovely.");
  await theirs.go("button", "Approve");
  await theirs.said("We see that you approve it");
  await staff.go("link", "Tasks");
  await staff.heading("Tasks");
  await staff.go("link", "Done");
  await staff.go("link", "Approve the sign");
  await staff.page.getByText("Lovely.").waitFor();
  await theirs.close();
  await staff.close();
});

test("a conversation: begun, answered, read", async () => {
  const theirs = await hands(lena);
  await theirs.open("/");
  await theirs.go("link", "Messages");
  await theirs.go("link", "Start a conversation");
  await theirs.type("Subject", "Opening hours");
  await theirs.type("Message", "Nine to five?");
  await theirs.go("button", "Send message");
  await theirs.said("Your message is sent");
  const staff = await hands(owner);
  await staff.open("/admin");
  await staff.go("link", "Messages");
  await staff.go("link", "Opening hours");
  await staff.type("Message", "Yes.");
  await staff.go("button", "Send message");
  await staff.said("Your message is sent");
  await theirs.page.reload();
  await theirs.page.getByText("Yes.", { exact: true }).waitFor();
  await theirs.close();
  await staff.close();
});
