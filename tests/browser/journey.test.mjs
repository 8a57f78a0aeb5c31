// The main job from an empty portal to a client reading a document, told as the guide tells it: every
// control is found by its label and role, the mail is read as the SMTP server got it, and the file that
// comes down is compared byte by byte. Once with JavaScript and once without.
import { after, describe, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Browser } from "../harness/browser.mjs";
import { newPassword } from "../harness/flows.mjs";
import { SmtpSink } from "../harness/smtp-sink.mjs";
import { World } from "../harness/world.mjs";

/** A PNG of 20 × 16 pixels. */
const LOGO = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAABQAAAAQCAYAAAAWGF8bAAAANElEQVR42mNkYGBg0I8N+M9AJcBETcMYGBgYmBioDFAMvLBoPcUGMg4tL48aOGrgqIE4AAAeAAfRU9c3kQAAAABJRU5ErkJggg==", "base64");

const browser = await Browser.start();
after(() => browser.close());

for (const javaScript of [true, false]) {
  describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    test("from set-up to the first document in the client's hands", async () => {
      const sink = await SmtpSink.start({ security: "starttls" });
      const world = await World.start({ mail: sink.url });
      world.mailbox.use(sink);
      try {
        await journey(world, javaScript);
      } finally {
        await world.close();
        await sink.close();
      }
    });
  });
}

async function journey(world, javaScript) {
  const staff = await browser.window(world, { javaScript });
  await setUp(world, staff);
  await addClient(staff.page);
  await enablePortal(staff.page, javaScript);
  await brand(staff.page);
  const shared = randomBytes(70_000);
  await upload(staff.page, "Site plan.pdf", shared, { visible: true });
  await upload(staff.page, "Our margins.txt", Buffer.from("For us alone."), { visible: false });
  await invite(staff.page);

  const mail = await world.mailbox.newest("ines@alder.test");
  assert.ok(mail.secure, "the mail went over TLS");
  assert.match(mail.subject, /Fern & Oak/);
  assert.match(mail.text, /Ines/);

  const client = await browser.window(world, { javaScript, width: 390, height: 844 });
  await firstSignIn(client.page, mail.path(/\/invitation\//));
  await readDocument(client.page, shared);
  await staffSeeTheReceipt(staff.page);

  await staff.close();
  await client.close();
}

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name, exact: true }).click();
const said = (page, text) => page.locator(".notice").filter({ hasText: text }).waitFor();

async function setUp(world, { page, ...window }) {
  await page.goto(`${world.base}/admin/setup`);
  await page.getByLabel("Set-up token").fill(world.setupToken);
  await page.getByLabel("Name of your business").fill("Fern & Oak");
  await page.getByLabel("Your name").fill("Olive Fern");
  await page.getByLabel("Your e-mail address").fill("olive@fern.test");
  await page.getByLabel("Choose a password").fill(newPassword());
  await press(page, "Create the portal");
  await page.waitForURL("**/admin");
}

async function addClient(page) {
  await page.getByRole("link", { name: "Clients", exact: true }).first().click();
  await page.getByRole("link", { name: "New client" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Alder Gärten GmbH");
  await press(page, "Add client");
  await heading(page, "Alder Gärten GmbH");
  await follow(page, "Contacts");
  await page.getByRole("link", { name: "New contact" }).click();
  await page.getByLabel("First name").fill("Ines");
  await page.getByLabel("Last name").fill("Alder");
  await page.getByLabel("E-mail").fill("ines@alder.test");
  await press(page, "Add contact");
  await said(page, "Ines Alder is added");
}

async function enablePortal(page, javaScript) {
  await page.getByRole("link", { name: "Clients", exact: true }).first().click();
  await follow(page, "Alder Gärten GmbH");
  await page.getByRole("switch", { name: "Enable Portal" }).check();
  if (!javaScript) await press(page, "Save");
  await said(page, /portal/i);
  assert.ok(await page.getByRole("switch", { name: "Enable Portal" }).isChecked(), "Enable Portal stays on");
}

async function brand(page) {
  await page.getByRole("link", { name: "Settings", exact: true }).first().click();
  await heading(page, "Portal Branding");
  await page.getByLabel("Logo file").setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: LOGO });
  await page.getByLabel("Primary colour", { exact: true }).fill("#0b6e4f");
  await press(page, "Save branding");
  await said(page, /saved/i);
}

async function upload(page, name, buffer, { visible }) {
  await page.getByRole("link", { name: "Clients", exact: true }).first().click();
  await follow(page, "Alder Gärten GmbH");
  await page.getByRole("navigation", { name: "Client record" }).getByRole("link", { name: "Documents", exact: true }).click();
  await page.locator('input[type="file"]').setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  const tick = page.getByRole("checkbox", { name: "Visible in Portal" }).first();
  assert.equal(await tick.isChecked(), false, "Visible in Portal is off by default");
  if (visible) await tick.check();
  await press(page, "Upload");
  await page.getByRole("link", { name: name.replace(/\.\w+$/, "") }).first().waitFor();
}

async function invite(page) {
  await page.getByRole("navigation", { name: "Client record" }).getByRole("link", { name: "Overview" }).click();
  await follow(page, "Invite Client");
  await page.getByLabel("Subject").waitFor();
  await press(page, "Send");
  await said(page, "ines@alder.test");
}

async function firstSignIn(page, path) {
  await page.goto(path);
  await page.locator(`img[src^="/branding/logo/"]`).first().waitFor();
  await page.getByRole("radio", { name: /password/i }).check();
  await page.getByLabel("Choose a password").fill(newPassword());
  await press(page, "Go to my portal");
  await page.waitForURL((url) => url.pathname === "/");
  const logo = page.locator(`header img[src^="/branding/logo/"]`).first();
  assert.ok(await logo.evaluate((image) => image.complete && image.naturalWidth === 20), "the logo shows in the header");
  assert.match(await page.locator("style").first().textContent(), /#0b6e4f/, "the colour is on the page");
}

async function readDocument(page, content) {
  await page.locator("summary", { hasText: "Menu" }).click();
  await page.getByRole("navigation", { name: "Menu" }).getByRole("link", { name: "Documents" }).click();
  await heading(page, "Documents");
  assert.equal(await page.getByText("Our margins").count(), 0, "what stays internal is not here");
  assert.equal(await page.getByRole("link", { name: /^Download/ }).count(), 1, "exactly one document is here");
  await follow(page, "Site plan");
  await heading(page, "Site plan");
  const [download] = await Promise.all([page.waitForEvent("download"), follow(page, "Download")]);
  assert.equal(download.suggestedFilename(), "Site plan.pdf");
  assert.deepEqual(await readFile(await download.path()), content, "the file came down as it went up");
}

async function staffSeeTheReceipt(page) {
  await page.getByRole("link", { name: "Clients", exact: true }).first().click();
  await follow(page, "Alder Gärten GmbH");
  await page.getByRole("navigation", { name: "Client record" }).getByRole("link", { name: "Documents", exact: true }).click();
  await follow(page, "Site plan");
  await page.getByText("Ines Alder").first().waitFor();
}
