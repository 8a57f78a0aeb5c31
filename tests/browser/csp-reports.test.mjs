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
const tell = (body, { type = "application/csp-report", from } = {}) => world.user().request("POST", "/csp-reports", { body, headers: { "content-type": type, "sec-fetch-dest": "report", ...(from ? { "cf-connecting-ip": from } : {}) } });

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
  for (const body of [report({ "document-uri": "https://evil.test/" }), report({ "document-uri": `${world.base}.evil.test/` }), report({ "source-file": "chrome-extension" }), report({ "effective-directive": "<script>alert(1)</script>" }), report({ "effective-directive": "made-up-src" }), report({ "document-uri": `${world.base}/made/up` }), report({ "document-uri": `${world.base}/admin/clients/x/made-up` }), report({ "blocked-uri": "made-up" }), report({ "blocked-uri": "made://up" }), report({ "blocked-uri": "https://a.test\\@x\"<script>" }), "{}", "[]", "null", "", "\u0000", "{\"csp-report\":1}", "x".repeat(16_000)]) {
    const answer = await tell(body);
    assert.equal(answer.status, 204, body.slice(0, 60));
    assert.equal((await answer.cost()).d1, 0, body.slice(0, 60));
  }
  assert.equal((await tell(report(), { type: "text/plain" })).status, 400);
  assert.equal((await tell("x".repeat(17_000))).status, 413);
  assert.equal((await world.user().request("POST", "/csp-reports", { body: report(), headers: { "content-type": "application/csp-report", "sec-fetch-site": "cross-site", origin: "https://evil.test" } })).status, 403);
  assert.deepEqual(await rows(), before);
  const odd = await tell(report({ "blocked-uri": "https://a.test/\"><script>alert(1)</script>" }));
  assert.equal(odd.status, 204);
  assert.ok(!(await owner.get("/admin/settings/security")).text.includes("<script>alert"));
});

/** An address of its own for each number. */
const from = (n) => `203.0.${n >> 8}.${n & 255}`;
const kinds = async () => (await rows()).map(({ blocked }) => blocked);

test("one place can tell of ten kinds a day, and the same again; another place of others", async () => {
  await world.db.batch(["csp_reports", "csp_sources"].map((table) => world.db.prepare(`DELETE FROM ${table}`)));
  const one = (blocked, place) => tell(report({ "blocked-uri": `https://${blocked}.test/` }), { from: from(place) });
  await world.advance(60_000);
  for (let n = 0; n < 20; n++) assert.equal((await one(`kind${n}`, 1)).status, 204);
  assert.equal((await kinds()).length, 10);
  await one("kind3", 1);
  assert.equal((await rows()).find(({ blocked }) => blocked === "https://kind3.test").count, 2);
  // Places share 1,024 buckets a day, so that one of them may fall into the first one's.
  for (const place of [2, 3, 4]) await one("other", place);
  assert.equal((await kinds()).length, 11);
  await world.advance(DAY);
  await one("tomorrow", 1);
  assert.ok((await kinds()).includes("https://tomorrow.test"));
  const kept = JSON.stringify((await world.db.prepare("SELECT * FROM csp_sources").all()).results);
  assert.doesNotMatch(kept, /203\.0/, "where it came from is kept as a number of a bucket");
});

test("a flood is cut off each minute; made-up kinds hold no place that a real one needs, and each goes after a month", async () => {
  await world.db.batch(["csp_reports", "csp_sources"].map((table) => world.db.prepare(`DELETE FROM ${table}`)));
  await world.advance(60_000);
  const many = await Promise.all(Array.from({ length: 60 }, (_, n) => tell(report({ "blocked-uri": `https://flood${n}.test/` }), { from: from(n * 7) })));
  assert.ok(many.every(({ status }) => status === 204));
  assert.ok((await rows()).length <= 30);
  const real = () => tell(report({ "document-uri": `${world.base}/documents`, "blocked-uri": "https://real.test/" }), { from: from(900) });
  let junk = 0;
  const fill = async (minutes) => {
    for (let minute = 0; minute < minutes; minute++) {
      await world.advance(60_000);
      await Promise.all(Array.from({ length: 30 }, () => { junk += 1; return tell(report({ "blocked-uri": `https://kind${junk}.test/` }), { from: from(junk) }); }));
    }
  };
  await fill(9);
  assert.equal((await rows()).length, 200);
  // The table is full of what was made up, and a real one gets in all the same, and stays while it is told of.
  await world.advance(60_000);
  await real();
  assert.ok((await kinds()).includes("https://real.test"), "let in");
  assert.equal((await rows()).length, 200);
  await fill(5);
  await world.advance(60_000);
  await real();
  await fill(5);
  const held = (await rows()).find(({ blocked }) => blocked === "https://real.test");
  assert.equal(held.count, 2, "it is still there");
  assert.equal((await rows()).length, 200);
  await world.advance(31 * DAY);
  await world.cron();
  assert.deepEqual([await rows(), (await world.db.prepare("SELECT count(*) AS n FROM csp_sources").first()).n], [[], 0]);
});
