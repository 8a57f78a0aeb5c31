// What a page's policy held back: a browser tells it, it is counted without ids and tokens, admins see it, and
// nobody can fill the database with it.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
let browser;
let owner;
after(async () => {
  await browser?.close();
  await world.close();
});
before(async () => { owner = await setUpOwner(world); });

const DAY = 86_400_000;
const rows = async () => (await world.db.prepare("SELECT * FROM csp_reports ORDER BY last_at, blocked").all()).results;
const report = (fields = {}) => JSON.stringify({ "csp-report": { "document-uri": `${world.base}/documents`, "effective-directive": "img-src", "blocked-uri": "https://elsewhere.test/pixel.gif?who=1", "original-policy": "default-src 'none'", disposition: "enforce", ...fields } });
const tell = (body, type = "application/csp-report", user = world.user()) => user.request("POST", "/csp-reports", { body, headers: { "content-type": type, "sec-fetch-dest": "report" } });

test("every page names the address", async () => {
  for (const path of ["/sign-in", "/no-such-page", "/admin"]) {
    assert.match((await owner.get(path)).headers["content-security-policy"], /; report-uri \/csp-reports$/, path);
  }
});

test("a browser tells of what it held back on a page with a token, and the token stays out", async () => {
  browser = await Browser.start();
  const window = await browser.window(world, { tolerate: [/./] });
  await window.open(`/reset/pt_r${"A".repeat(43)}`);
  await window.page.evaluate(() => { const image = new Image(); image.src = "https://elsewhere.test/pixel.gif?secret=1"; document.body.append(image); });
  await window.page.waitForFunction(async () => (await fetch("/sign-in")).ok);
  for (let tries = 0; tries < 100 && !(await rows()).length; tries++) await window.page.evaluate(() => fetch("/sign-in").then((answer) => answer.text()));
  await window.close().catch(() => {});
  assert.deepEqual((await rows()).map(({ directive, blocked, page, count }) => ({ directive, blocked, page, count })), [{ directive: "img-src", blocked: "https://elsewhere.test", page: "/reset/…", count: 1 }]);
});

test("the same thing is counted, by one question to D1, and admins see it", async () => {
  await world.advance(60_000);
  for (let i = 0; i < 3; i++) {
    const answer = await tell(report());
    assert.equal(answer.status, 204, String(answer));
    assert.equal((await answer.cost()).d1, 1);
  }
  const page = await owner.get("/admin/settings/security");
  assert.match(page.page.text, /What browsers held back/);
  assert.match(page.page.text, /https:\/\/elsewhere\.test\s*img-src\s*\/documents\s*3/);
  assert.equal((await page.cost()).d1, 1);
  const member = await colleague(world, owner, "member");
  assert.equal((await member.get("/admin/settings/security")).status, 403);
});

test("what is no report is not taken: another site's, an extension's, markup, other types, large ones", async () => {
  await world.advance(60_000);
  const before = await rows();
  for (const body of [report({ "document-uri": "https://evil.test/" }), report({ "document-uri": `${world.base}.evil.test/` }), report({ "source-file": "chrome-extension" }), report({ "effective-directive": "<script>alert(1)</script>" }), "{}", "[]", "null", "", "\u0000", "{\"csp-report\":1}", "x".repeat(16_000)]) {
    const answer = await tell(body);
    assert.equal(answer.status, 204, body.slice(0, 60));
    assert.equal((await answer.cost()).d1, 0, body.slice(0, 60));
  }
  assert.equal((await tell(report(), "text/plain")).status, 400);
  assert.equal((await tell("x".repeat(17_000))).status, 413);
  assert.equal((await world.user().request("POST", "/csp-reports", { body: report(), headers: { "content-type": "application/csp-report", "sec-fetch-site": "cross-site", origin: "https://evil.test" } })).status, 403);
  assert.deepEqual(await rows(), before);
  const odd = await tell(report({ "blocked-uri": "https://a.test/\"><script>alert(1)</script>" }));
  assert.equal(odd.status, 204);
  assert.ok(!(await owner.get("/admin/settings/security")).text.includes("<script>alert"));
});

test("a flood is cut off each minute, two hundred kinds are kept, and each goes after a month", async () => {
  await world.advance(60_000);
  const many = await Promise.all(Array.from({ length: 60 }, (_, n) => tell(report({ "blocked-uri": `https://flood${n}.test/` }))));
  assert.ok(many.every(({ status }) => status === 204));
  assert.equal((await rows()).filter(({ blocked }) => blocked.startsWith("https://flood")).length, 30);
  for (let n = 0; n < 300; n += 30) {
    await world.advance(60_000);
    await Promise.all(Array.from({ length: 30 }, (_, i) => tell(report({ "blocked-uri": `https://kind${n + i}.test/` }))));
  }
  assert.equal((await rows()).length, 200);
  await world.advance(60_000);
  const [first] = await rows();
  assert.equal((await tell(report({ "document-uri": `${world.base}/documents` }))).status, 204);
  assert.ok((await rows()).some(({ blocked, count }) => blocked === "https://elsewhere.test" && count === 4), "a known kind is still counted");
  assert.ok(first);
  await world.advance(31 * DAY);
  await world.cron();
  assert.deepEqual(await rows(), []);
});
