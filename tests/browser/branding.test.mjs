// The preview of Portal Branding follows the form before anything is saved, under the page's own policy.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

/** A PNG of 20 × 16 pixels. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAABQAAAAQCAYAAAAWGF8bAAAANElEQVR42mNkYGBg0I8N+M9AJcBETcMYGBgYmBioDFAMvLBoPcUGMg4tL48aOGrgqIE4AAAeAAfRU9c3kQAAAABJRU5ErkJggg==", "base64");

const world = await World.start();
const browser = await Browser.start();
after(async () => {
  await browser.close();
  await world.close();
});

test("words, colour and logo show in the preview as they are typed", async () => {
  const owner = await setUpOwner(world);
  const window = await browser.window(world, { cookiesOf: owner });
  const { page } = window;
  await window.open("/admin/settings/branding");
  const logo = page.locator('[data-preview] img[data-show="logo"]').first();
  assert.equal(await logo.isVisible(), false, "there is no logo yet");
  await page.getByLabel("Name of your business").fill("A new name");
  await page.getByLabel("Welcome text").fill("Good to see you.");
  await page.getByLabel("Primary colour", { exact: true }).fill("#0a7");
  assert.deepEqual(await page.locator('[data-show="name"]').allTextContents(), ["A new name", "A new name", "A new name"]);
  assert.deepEqual(await page.locator('[data-show="welcome_text"]').allTextContents(), ["Good to see you."]);
  assert.equal(await page.locator("[data-preview]").evaluate((pane) => pane.style.getPropertyValue("--brand")), "#00aa77");
  assert.equal(await page.getByLabel("Colour picker").inputValue(), "#00aa77");
  await page.getByLabel("Logo file").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: PNG });
  await logo.waitFor({ state: "visible" });
  assert.match(await logo.getAttribute("src"), /^blob:/);
  await page.getByLabel("Logo file").setInputFiles([]);
  await logo.waitFor({ state: "hidden" });
  await window.assertAccessible("Portal Branding");
  // What cannot be is said at once, in our words, and taken back with it.
  await page.getByLabel("Logo file").setInputFiles({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") });
  await page.getByRole("alert").filter({ hasText: "PNG, JPEG or WebP is needed" }).waitFor();
  assert.equal(await logo.isVisible(), false);
  await page.getByLabel("Primary colour", { exact: true }).fill("green");
  await page.getByLabel("Primary colour", { exact: true }).blur();
  const needed = "Enter a colour as # and six characters from 0–9 and A–F, like #2F5D50.";
  await page.getByRole("alert").filter({ hasText: needed }).waitFor();
  assert.equal(await page.getByLabel("Primary colour", { exact: true }).evaluate((input) => input.validationMessage), needed);
  await window.assertAccessible("Portal Branding, refused");
  await page.getByLabel("Primary colour", { exact: true }).fill("#0a7");
  await page.getByLabel("Logo file").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: PNG });
  await logo.waitFor({ state: "visible" });
  assert.equal(await page.getByRole("alert").count(), 0);
  const preview = await page.locator("[data-preview]").textContent();
  for (const words of ["Forgotten your password?", "Accept the invitation", "••••••••"]) assert.ok(preview.includes(words), words);
  await window.close();
});
