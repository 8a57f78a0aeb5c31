// Portal Branding: what is saved shows at once on both sides, a logo is looked at before it is kept, and
// what anonymous pages read is a copy that may fail without losing the truth.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const PATH = "/admin/settings/branding";
/** A PNG of 20 × 16 pixels. */
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAABQAAAAQCAYAAAAWGF8bAAAANElEQVR42mNkYGBg0I8N+M9AJcBETcMYGBgYmBioDFAMvLBoPcUGMg4tL48aOGrgqIE4AAAeAAfRU9c3kQAAAABJRU5ErkJggg==", "base64");
const HASH = createHash("sha256").update(PNG).digest("hex");
const WORDS = { name: "Fern, Oak & <Sons>", colour: "#00aa77", welcome_text: "Good to see you.\nCome in.", support_email: "help@fern.test", support_phone: "+49 30 1234" };
/** The whole form, as a browser sends it with a file. */
const picture = (content, filename = "logo.png", type = "image/png") => ({ ...WORDS, logo: { filename, type, content } });

const world = await World.start();
after(() => world.close());

let owner;
before(async () => { owner = await setUpOwner(world, { business: "Fern & Oak" }); });

const truth = () => world.db.prepare("SELECT * FROM business").first();
const copy = async () => JSON.parse(await world.kv.get("branding"));
const audited = async () => (await world.db.prepare("SELECT action, detail, principal_name FROM audit WHERE action LIKE 'branding.%' ORDER BY id DESC").all()).results;

test("the settings lead to Portal Branding, in one round trip", async () => {
  const page = await owner.visit("/admin/settings");
  assert.equal(page.path, PATH);
  assert.equal(page.page.heading, "Portal Branding");
  assert.match(page.page.title, /^Portal Branding/);
  assert.equal((await page.cost()).d1, 1);
  assert.equal(page.page.field("Name of your business").getAttribute("value"), "Fern & Oak");
});

test("what is saved shows on the page, on the sign-in page and in the audit log", async () => {
  const form = (await owner.get(PATH)).page.formTo(PATH);
  const sent = await owner.submit(form, {
    name: "Fern, Oak & <Sons>", colour: "0A7", welcome_text: "Good to see you.\r\nCome in.",
    support_email: "help@fern.test", support_phone: "+49 30 1234",
  }, { follow: false });
  assert.equal(sent.status, 303, String(sent));
  assert.equal((await sent.cost()).d1, 2);
  const page = await owner.follow(sent);
  assert.match(page.page.text, /Your branding is saved/);
  assert.equal(page.page.field("Primary colour").getAttribute("value"), "#00aa77");
  assert.equal(page.page.all('[data-show="name"]')[0].text, "Fern, Oak & <Sons>");
  const row = await truth();
  assert.equal(row.welcome_text, "Good to see you.\nCome in.");
  assert.deepEqual([row.name, row.colour, row.support_email, row.support_phone], ["Fern, Oak & <Sons>", "#00aa77", "help@fern.test", "+49 30 1234"]);
  assert.equal((await copy()).business_name, "Fern, Oak & <Sons>");
  const signIn = await world.user().get("/sign-in");
  assert.match(signIn.page.text, /Good to see you\./);
  assert.equal((await signIn.cost()).d1, 0);
  assert.deepEqual(await audited(), [{ action: "branding.changed", detail: "name, colour, welcome text, support e-mail, support phone", principal_name: owner.name }]);
});

test("what cannot be taken stays in its field, with a sentence", async () => {
  const before = await truth();
  const answer = await owner.post(PATH, { name: " ", colour: "#12", welcome_text: "x".repeat(4001), support_email: "no address", support_phone: "1\n2" });
  assert.equal(answer.status, 422, String(answer));
  for (const label of ["Name of your business", "Primary colour", "Welcome text", "Support e-mail", "Support phone"]) {
    assert.ok(answer.page.errorAt(label), `${label} has no error`);
  }
  assert.equal(answer.page.field("Primary colour").getAttribute("value"), "#12");
  assert.deepEqual(await truth(), before);
});

test("the same once more changes nothing and says so", async () => {
  const entries = (await audited()).length;
  const form = (await owner.get(PATH)).page.formTo(PATH);
  assert.match((await owner.submit(form)).page.text, /like this already/);
  assert.equal((await audited()).length, entries);
});

test("a logo is kept under its hash and shown to everybody for a year", async () => {
  const sent = await owner.upload(PATH, picture(PNG));
  assert.equal(sent.status, 303, String(sent));
  assert.equal((await sent.cost()).d1, 2);
  const row = await truth();
  assert.deepEqual([row.logo_hash, row.logo_type, row.logo_width, row.logo_height], [HASH, "image/png", 20, 16]);
  assert.equal((await copy()).logo_hash, HASH);
  for (const page of [await owner.get("/admin"), await world.user().get("/sign-in")]) {
    assert.ok(page.page.all(`img[src="/branding/logo/${HASH}"]`).length > 0, String(page));
  }
  const answer = await world.user().get(`/branding/logo/${HASH}`);
  assert.equal(answer.status, 200, String(answer));
  assert.deepEqual(answer.bytes, PNG);
  assert.equal(answer.headers["content-type"], "image/png");
  assert.equal(answer.headers["cache-control"], "public, max-age=31536000, immutable");
  assert.equal(answer.headers["x-content-type-options"], "nosniff");
  assert.equal((await answer.cost()).d1, 0);
  const head = await world.user().head(`/branding/logo/${HASH}`);
  assert.equal(head.status, 200);
  assert.notEqual(head.headers["content-length"], "0", "a head does not say that there is nothing");
  const [entry] = await audited();
  assert.deepEqual([entry.action, entry.detail], ["branding.changed", "logo"]);
});

test("words and logo are saved by one press", async () => {
  const form = (await owner.get(PATH)).page.formTo(PATH);
  const other = Buffer.from(PNG);
  other[other.indexOf("IDAT") + 6] ^= 1;
  const answer = await owner.submit(form, { support_phone: "+49 30 99", logo: { filename: "o.png", type: "image/png", content: other } });
  assert.match(answer.page.text, /Your branding is saved/);
  const row = await truth();
  assert.equal(row.support_phone, "+49 30 99");
  assert.equal(row.logo_hash, createHash("sha256").update(other).digest("hex"));
  assert.equal((await audited())[0].detail, "support phone, logo");
  assert.equal((await owner.upload(PATH, picture(PNG))).status, 303);
});

test("a refused word keeps what was typed, and says that the logo is to be chosen again", async () => {
  const answer = await owner.upload(PATH, { ...picture(PNG), name: "Fern Ltd", colour: "green" });
  assert.equal(answer.status, 422);
  assert.ok(answer.page.errorAt("Primary colour"));
  assert.match(answer.page.errorAt("Logo file"), /choose your logo again/);
  assert.equal(answer.page.field("Name of your business").getAttribute("value"), "Fern Ltd");
  assert.equal((await truth()).name, WORDS.name);
});

test("a refused logo keeps what was typed", async () => {
  const answer = await owner.upload(PATH, { ...picture("GIF89a"), support_phone: "+49 30 777" });
  assert.equal(answer.status, 422);
  assert.equal(answer.page.field("Support phone").getAttribute("value"), "+49 30 777");
});

test("the logo is taken away by a tick, and its picture stays for mails", async () => {
  const form = (await owner.get(PATH)).page.formTo(PATH);
  const answer = await owner.submit(form, { remove_logo: "on" });
  assert.match(answer.page.text, /Your branding is saved/);
  assert.equal((await truth()).logo_hash, null);
  assert.equal((await copy()).logo_hash, null);
  assert.equal((await world.user().get(`/branding/logo/${HASH}`)).status, 200);
  assert.equal((await owner.upload(PATH, picture(PNG))).status, 303);
});

test("an address that is no logo's is nobody's", async () => {
  for (const name of ["0".repeat(64), HASH.toUpperCase(), HASH.slice(1), "..%2F..%2Fdocument", `${HASH}%00`]) {
    assert.equal((await world.user().get(`/branding/logo/${name}`)).status, 404, name);
  }
});

test("what is no picture is refused, whatever its name says", async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
  for (const [content, why] of [
    ["", /[Cc]hoose a picture/],
    [svg, /SVG can hold scripts/],
    ["<!doctype html><html>", /parts of a web page/],
    ["GIF89a\u0001\u0000", /GIF is not taken/],
    [Buffer.concat([PNG, Buffer.from("<script>alert(1)</script>")]), /behind the end/],
    [PNG.subarray(0, PNG.length - 4), /damaged/],
    [Buffer.concat([PNG, Buffer.alloc(1 << 20)]), /too large/],
    [Buffer.alloc(3 << 20), /too large/],
  ]) {
    const answer = await owner.upload(PATH, picture(content));
    assert.equal(answer.status, 422, `${why}: ${answer}`);
    assert.match(answer.page.errorAt("Logo file"), why);
    assert.ok((await answer.cost()).d1 <= 1);
  }
  assert.equal((await owner.upload(PATH, { other: "1" })).status, 422);
  assert.equal((await truth()).logo_hash, HASH);
});

test("a body that breaks off or is no form is told kindly", async () => {
  const answer = await owner.request("POST", PATH, {
    headers: { "content-type": "multipart/form-data; boundary=x" }, body: '--x\r\nContent-Disposition: form-data; name="logo"; filename="a"\r\n\r\nabc',
  });
  assert.equal(answer.status, 400, String(answer));
});

test("when R2 does not take the logo, no row names it", async () => {
  world.expectLog(/R2/);
  await world.fault({ on: "r2", op: "put", when: "before" });
  const other = Buffer.from(PNG);
  other[other.indexOf("IDAT") + 6] ^= 1;
  assert.equal((await owner.upload(PATH, picture(other))).status, 503);
  assert.equal((await truth()).logo_hash, HASH);
});

test("a copy that cannot be renewed loses nothing", async () => {
  await world.fault({ on: "kv", op: "put", when: "before" });
  const form = (await owner.get(PATH)).page.formTo(PATH);
  const answer = await owner.submit(form, { welcome_text: "Welcome back." });
  assert.match(answer.page.text, /Your branding is saved/);
  assert.equal((await truth()).welcome_text, "Welcome back.");
});

test("a member of staff changes none of it", async () => {
  const before = await truth();
  const member = await colleague(world, owner, "member");
  const ask = [member.get("/admin/settings"), member.get(PATH), member.post(PATH, { name: "Mine" }), member.upload(PATH, picture(PNG)), member.post(`${PATH}/reset`)];
  for (const answer of await Promise.all(ask)) assert.equal(answer.status, 403, String(answer));
  for (const path of [PATH, `${PATH}/reset`]) assert.equal((await world.user().post(path)).location?.split("?")[0], "/admin/sign-in");
  assert.deepEqual(await truth(), before);
});

test("a reset keeps the name and nothing else", async () => {
  const page = await owner.get(PATH);
  const answer = await owner.submit(page.page.form("Reset now"));
  assert.match(answer.page.text, /back to how it was/);
  const row = await truth();
  assert.deepEqual(
    [row.name, row.colour, row.welcome_text, row.logo_hash, row.logo_type, row.support_email, row.support_phone],
    ["Fern, Oak & <Sons>", "#2f5d50", "", null, null, null, null],
  );
  assert.equal((await copy()).logo_hash, null);
  assert.equal((await audited())[0].action, "branding.reset");
  assert.equal((await world.user().get(`/branding/logo/${HASH}`)).status, 200, "mails that went out keep their picture");
});
