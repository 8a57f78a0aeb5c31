// Uploads by script, as a person sees them: many files, a bar each, resumed after a dropped line, cancelled;
// and the plain form where no scripts run.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const MIB = 1 << 20;
const world = await World.start();
const browser = await Browser.start();
const folder = mkdtempSync(join(tmpdir(), "portico-files-"));
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await browser.close();
  await world.close();
});

let owner, client, list;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world, "Birch Ltd");
  list = `${client.path}/documents`;
});

/** A file on disk, which the browser reads by itself. */
function file(name, size) {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(size, name));
  return path;
}
const titles = async () => (await world.db.prepare("SELECT title FROM documents WHERE deleted_at IS NULL ORDER BY created_at, id").all()).results.map(({ title }) => title);
const button = (page) => page.getByRole("button", { name: "Upload", exact: true });

test("many at once, by keyboard, each with its bar; the next page says how many", async () => {
  const window = await browser.window(world, { cookiesOf: owner });
  const { page } = window;
  await window.open(list);
  await page.getByLabel("Files").setInputFiles([file("one.pdf", 10), file("two.pdf", 9 * MIB), file("three.pdf", 20)]);
  await page.getByLabel("Folder").fill("Plans");
  assert.deepEqual(await page.locator("[data-uploads] .name").allTextContents(), ["one.pdf", "two.pdf", "three.pdf"]);
  await window.assertAccessible("files chosen");
  await page.getByRole("button", { name: "Remove three.pdf" }).press("Enter");
  assert.equal(await page.locator("[data-upload-status]").textContent(), "three.pdf removed");
  await page.getByLabel("Visible in Portal", { exact: true }).press("Space");
  await button(page).press("Enter");
  await page.getByText("2 documents are uploaded.").waitFor();
  assert.deepEqual(await titles(), ["one", "two"]);
  const { results } = await world.db.prepare("SELECT DISTINCT folder, visible FROM documents").all();
  assert.deepEqual(results, [{ folder: "Plans", visible: 1 }]);
  await window.close();
});

test("dropped on the page", async () => {
  const window = await browser.window(world, { cookiesOf: owner });
  const { page } = window;
  await window.open(list);
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["dropped"], "dropped.txt", { type: "text/plain" }));
    return data;
  });
  await page.locator("[data-dropzone]").dispatchEvent("drop", { dataTransfer: transfer });
  await page.getByLabel("Title").fill("From the desk");
  await button(page).click();
  await page.getByText("“From the desk” is uploaded.").waitFor();
  await window.close();
});

test("a dropped line is picked up where it broke, without sending again what is there", async () => {
  const window = await browser.window(world, { cookiesOf: owner, tolerate: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED/] });
  const { page } = window;
  await window.open(list);
  const sent = [];
  let [broken, refused] = [true, 0];
  await page.route("**/parts/*", async (route) => {
    const number = Number(route.request().url().split("/").at(-1));
    if (number === 2 && broken && (refused += 1)) return route.abort("internetdisconnected");
    sent.push(number);
    return route.continue();
  });
  await page.clock.install();
  const large = file("large.bin", 17 * MIB);
  await page.getByLabel("Files").setInputFiles([large]);
  await button(page).click();
  await page.getByText("The connection was lost. Trying again…").waitFor();
  const givenUp = page.getByText("Not uploaded. The connection was lost. Press Upload to try again.", { exact: true });
  await window.skipPauses(givenUp);
  assert.match(await page.locator("[data-upload-status]").textContent(), /^large\.bin: Not uploaded\./);
  await window.assertAccessible("an upload that failed");
  assert.deepEqual([sent, refused], [[1], 4], "the first part once, the second one tried four times");
  // The page is opened again, and the same file chosen.
  await window.open(list);
  broken = false;
  await page.getByLabel("Files").setInputFiles([large]);
  await button(page).click();
  await page.getByText("“large” is uploaded.").waitFor();
  assert.deepEqual(sent, [1, 2, 3]);
  await window.close();
});

test("what is refused is said at its file, and the others arrive", async () => {
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(MIB).run();
  const window = await browser.window(world, { cookiesOf: owner, tolerate: [/status of 422/] });
  const { page } = window;
  await window.open(list);
  await page.getByLabel("Files").setInputFiles([file("fits.pdf", 10), file("too-large.pdf", 2 * MIB), file("empty.pdf", 0)]);
  await button(page).click();
  await page.getByText(/too large: it has 2 MB, and up to 1 MB are possible\. An owner or admin can raise the limit in Settings/).first().waitFor();
  // Those that went stand in the list of this very page, and the notice names all.
  await page.locator(".notice").getByText("Uploaded: fits.pdf. Not uploaded: too-large.pdf, empty.pdf.", { exact: true }).waitFor();
  const listed = page.locator("[data-listed] tbody tr").filter({ has: page.getByRole("link", { name: "fits", exact: true }) });
  await listed.waitFor();
  assert.equal(await listed.getByRole("button", { name: "Save" }).count(), 0, "its switch saves itself, as any other");
  const notes = await page.locator("[data-uploads] small").allTextContents();
  assert.deepEqual([notes[0], notes[2]], ["Uploaded · 10 bytes", "Not uploaded. This file is empty. Please choose another one."]);
  assert.ok((await titles()).includes("fits"));
  await window.assertAccessible("some arrived, some did not");
  const [visible] = await Promise.all([page.waitForResponse(/\/visible$/), listed.getByRole("switch").check()]);
  assert.equal(visible.status(), 303);
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(100 * MIB).run();
  await window.close();
});

test("cancelled in the middle: nothing of it is left", async () => {
  const before = await titles();
  const window = await browser.window(world, { cookiesOf: owner, tolerate: [/ERR_/] });
  const { page } = window;
  await window.open(list);
  await page.route("**/parts/2", () => {}); // it never arrives
  const second = page.waitForRequest("**/parts/2");
  await page.getByLabel("Files").setInputFiles([file("never.bin", 17 * MIB)]);
  await button(page).click();
  await second;
  assert.ok(await page.locator("[data-uploads] progress").evaluate((bar) => bar.value) >= 47);
  const gone = page.waitForResponse((response) => response.request().method() === "DELETE");
  await page.getByRole("button", { name: "Cancel never.bin" }).click();
  assert.equal((await gone).status(), 204);
  assert.equal(await page.locator("[data-uploads] li").count(), 0);
  await window.close();
  assert.deepEqual(await titles(), before);
  await world.cron();
  const { n } = await world.db.prepare("SELECT (SELECT count(*) FROM uploads) + (SELECT count(*) FROM doomed_blobs) AS n").first();
  assert.equal(n, 0);
});

test("a new version on the page of a document", async () => {
  const { id } = await world.db.prepare("SELECT id FROM documents WHERE title = 'one'").first();
  const window = await browser.window(world, { cookiesOf: owner });
  const { page } = window;
  await window.open(`/admin/documents/${id}`);
  await page.getByLabel("File", { exact: true }).setInputFiles([file("second.pdf", 9 * MIB)]);
  assert.equal(await page.locator("[data-uploads] li").count(), 1);
  await page.getByLabel("File", { exact: true }).setInputFiles([file("third.pdf", 9 * MIB)]);
  assert.deepEqual(await page.locator("[data-uploads] .name").allTextContents(), ["third.pdf"], "one file is the new version");
  await button(page).click();
  await page.getByText("“one” has a new version.").waitFor();
  assert.match(await page.locator("section[aria-labelledby=versions] tbody tr").first().textContent(), /2 Current\s*third\.pdf/);
  await window.assertAccessible("a document with two versions");
  await window.close();
});

test("without scripts the plain form takes many", async () => {
  const window = await browser.window(world, { cookiesOf: owner, javaScript: false });
  const { page } = window;
  await window.open(list);
  await page.getByLabel("Files").setInputFiles([file("plain-a.pdf", 10), file("plain-b.pdf", 20)]);
  await button(page).click();
  await page.getByText("2 documents are uploaded.").waitFor();
  assert.ok((await titles()).includes("plain-b"));
  await window.close();
});
