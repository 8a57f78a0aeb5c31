// The preview of a mail is made by a form that is sent elsewhere, so no list of pages holds it: it is
// asked for here as a person does, with and without scripts, and looked at by axe.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { assertValidHtml } from "../harness/html.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
const browser = await Browser.start();
after(async () => { await browser.close(); await world.close(); });
let owner;
before(async () => { owner = await setUpOwner(world); });

const PATH = "/admin/settings/templates/invitation";

for (const [what, look] of [["with scripts", { width: 1280, dark: true }], ["without scripts, on a phone", { width: 390, javaScript: false }]]) {
  test(`Preview and Send a test to myself, ${what}`, async () => {
    const window = await browser.window(world, { height: 900, cookiesOf: owner, ...look });
    await window.open(PATH);
    await window.page.getByLabel("Subject").fill("A word from {{business_name}}");
    await window.page.getByRole("button", { name: "Preview" }).click();
    await window.page.getByRole("heading", { name: "Preview" }).waitFor();
    assert.equal(await window.page.getByLabel("Subject").inputValue(), "A word from {{business_name}}");
    assert.match(await window.page.getByRole("article", { name: "E-mail" }).textContent(), /A word from Fern & Oak/);
    if (process.env.PICTURES) await window.page.screenshot({ path: `${process.env.PICTURES}/preview-${look.width}.png`, fullPage: true });
    if (window.javaScript) await window.assertAccessible();
    await window.page.getByRole("button", { name: "Send a test to myself" }).click();
    await window.page.getByText(`on its way to ${owner.email}`).waitFor();
    await window.close();
    assert.equal((await world.mailbox.newest(owner.email)).subject, "Test: A word from Fern & Oak");
  });
}

test("the preview is valid HTML", async () => {
  await assertValidHtml(await owner.post(`${PATH}/preview`, { subject: "Hello", body: "Dear {{contact_first_name}}\n\n{{invite_link}}" }));
});
