// A client sends files, as a person does: several with a bar each, one that was dropped on the way and is sent
// again; by the plain form on a phone where no scripts run; and staff find them, marked.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  ({ client, person: lena } = await person(world, owner, { client: "Larkspur", contact: { firstName: "Lena" } }));
});
const paper = (name, size = 2000) => ({ name, mimeType: "text/plain", buffer: Buffer.alloc(size, name) });
const titles = async () => (await world.db.prepare("SELECT title FROM documents ORDER BY created_at, id").all()).results.map(({ title }) => title);
const press = (page) => page.getByRole("button", { name: "Upload", exact: true }).click();

test("several at once, each with its bar, and one that is empty is told of by itself", async () => {
  const window = await browser.window(world, { cookiesOf: lena, tolerate: [/422/] });
  const { page } = window;
  await window.open("/documents");
  await page.getByLabel("Files", { exact: true }).setInputFiles([paper("front.txt"), paper("empty.txt", 0), paper("back.txt", 3_000_000)]);
  assert.deepEqual(await page.locator("[data-uploads] .name").allTextContents(), ["front.txt", "empty.txt", "back.txt"]);
  await window.assertAccessible("files chosen");
  await press(page);
  await page.getByText(/Not uploaded\. .*empty/).first().waitFor();
  // The others go on; the button is back when all are done.
  await page.locator('button[aria-disabled="false"]').filter({ hasText: "Upload" }).waitFor();
  assert.deepEqual(await titles(), ["front", "back"]);
  await page.locator(".notice").getByText("Uploaded: front.txt, back.txt. Not uploaded: empty.txt.").waitFor();
  await page.locator("[data-listed] tbody tr").nth(1).waitFor();
  assert.equal(await page.getByText("Sent by you").count(), 2);
  assert.deepEqual(await titles(), ["front", "back"]);
  assert.equal((await world.outbox()).filter(({ kind }) => kind === "upload").length, 1);
  await window.close();
});

test("on a phone whose line breaks, a large file goes on where it stopped", async () => {
  const MIB = 1024 * 1024;
  const window = await browser.window(world, { cookiesOf: lena, width: 390, height: 844, tolerate: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED/] });
  const { page } = window;
  await window.open("/documents");
  const sent = [];
  let broken = true;
  await page.route("**/parts/*", async (route) => {
    const number = Number(route.request().url().split("/").at(-1));
    if (number === 2 && broken) return route.abort("internetdisconnected");
    sent.push(number);
    return route.continue();
  });
  await page.clock.install();
  // On disk, so that it is the same file when it is chosen again.
  const folder = mkdtempSync(join(tmpdir(), "portico-film-"));
  const film = join(folder, "film.mov");
  writeFileSync(film, Buffer.alloc(17 * MIB, "film"));
  await page.getByLabel("Files", { exact: true }).setInputFiles([film]);
  await press(page);
  const givenUp = page.getByText("Not uploaded. The connection was lost. Press Upload to try again.", { exact: true });
  await window.skipPauses(givenUp);
  await window.assertAccessible("a file whose line broke");
  assert.ok(!(await titles()).includes("film"));
  // The page is opened again, and the same file chosen.
  await window.open("/documents");
  broken = false;
  await page.getByLabel("Files", { exact: true }).setInputFiles([film]);
  await press(page);
  await page.locator(".notice").filter({ hasText: "“film” is sent" }).waitFor();
  assert.deepEqual(sent, [1, 2, 3], "the first part went once");
  rmSync(folder, { recursive: true });
  await window.close();
});

test("without JavaScript, on a phone; staff see whose it is", async () => {
  const window = await browser.window(world, { cookiesOf: lena, javaScript: false, width: 390, height: 844 });
  const { page } = window;
  await window.open("/");
  await page.getByText("Menu", { exact: true }).click();
  await page.getByRole("navigation", { name: "Menu", exact: true }).getByRole("link", { name: "Documents", exact: true }).click();
  await page.getByRole("link", { name: "Send us files" }).click();
  await page.getByLabel("Files", { exact: true }).setInputFiles([paper("phone.txt")]);
  await press(page);
  await page.locator(".notice").filter({ hasText: "“phone” is sent" }).waitFor();
  await page.getByRole("link", { name: "phone", exact: true }).click();
  await page.getByText("You", { exact: true }).waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 390, "the page is wider than the phone");
  await window.close();
  const staff = await browser.window(world, { cookiesOf: owner, javaScript: false, width: 390, height: 844 });
  await staff.open(`${client.path}/documents`);
  await staff.page.getByRole("row", { name: "phone" }).getByText("From the client").waitFor();
  await staff.close();
});
