// Sign-in links: bound to the browser that asked, a code elsewhere, one winner, nothing told of who exists.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner, signInStaff, switchPortal } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, lena;
before(async () => {
  owner = await setUpOwner(world);
  lena = await person(world, owner);
});

const toPortal = (answer) => answer.status === 303 && answer.location === "/";

/** A browser that asks for a link: { browser, path, code }. */
async function ask(email = lena.contact.email) {
  await world.advance(16 * 60_000); // past the limit of the tests before
  const browser = world.user("the browser that asked");
  const answer = await browser.post("/sign-in/link", { email });
  assert.equal(answer.location, "/sign-in/sent", String(answer));
  assert.ok((await answer.cost()).d1 <= 2);
  const mail = await world.mailbox.newest(email);
  return { browser, path: mail.path(/\/magic\//), code: mail.code };
}

test("the browser that asked is in with one press; the link is used up", async () => {
  const { browser, path } = await ask();
  for (let i = 0; i < 3; i += 1) assert.equal((await browser.get(path)).status, 200);
  const answer = await browser.post(path);
  assert.ok(toPortal(answer), String(answer));
  assert.equal((await browser.get("/")).status, 200);
  assert.equal((await world.user().post(path, { code: "0000-0000" })).status, 410);
});

test("a scanner's presses burn nothing; another device types the code", async () => {
  const { path, code } = await ask();
  for (let i = 0; i < 3; i += 1) assert.match((await world.user("scanner").post(path)).text, /Type the code/);
  const phone = world.user("phone");
  const wrong = await phone.post(path, { code: code === "0000-0000" ? "1111-1111" : "0000-0000" });
  assert.equal(wrong.status, 422, String(wrong));
  assert.match(wrong.text, /aria-invalid="true"/);
  assert.ok(toPortal(await phone.post(path, { code: code.toLowerCase().replace("-", " ") })));
});

test("five wrong codes and the link is dead, for the right code and the right browser too", async () => {
  const { browser, path, code } = await ask();
  const guess = code.startsWith("0") ? "1111-1111" : "0000-0000";
  for (let i = 0; i < 5; i += 1) await world.user("guesser").post(path, { code: guess });
  assert.equal((await world.user().post(path, { code })).status, 410);
  assert.equal((await browser.post(path)).status, 410);
});

test("fifty presses at once: one winner", async () => {
  const { browser, path } = await ask();
  const cookies = browser.cookies.header;
  const answers = await Promise.all(Array.from({ length: 50 }, () => {
    const same = browser.clone();
    assert.equal(same.cookies.header, cookies);
    return same.post(path);
  }));
  assert.equal(answers.filter(toPortal).length, 1);
});

test("a newer link and ten minutes end an older one", async () => {
  const older = await ask();
  const newer = await ask();
  assert.equal((await older.browser.post(older.path)).status, 410);
  await world.advance(11 * 60_000);
  assert.equal((await newer.browser.post(newer.path, { code: newer.code })).status, 410);
});

test("an address nobody has gets the same answer and no mail", async () => {
  const before = (await world.outbox()).length;
  const stranger = await world.user().post("/sign-in/link", { email: "nobody@nowhere.test" });
  assert.equal(stranger.location, "/sign-in/sent");
  assert.equal((await world.outbox()).length, before);
  assert.match([stranger.headers["set-cookie"]].flat().join("\n"), /__Host-portico-ask=/);
});

const left = async () => (await world.db.prepare("SELECT count(*) AS n FROM asked_links").first()).n;

for (const [how, fault] of Object.entries({
  "the worker ends with its answer": { on: "worker", when: "after" },
  "the database is gone behind the answer": { on: "d1", when: "before", match: "INSERT INTO links" },
  "the link is made and the database does not say so": { on: "d1", when: "after", match: "INSERT INTO links" },
})) {
  test(`${how}: the mail comes all the same, once, and the asking is forgotten`, async () => {
    await world.advance(16 * 60_000);
    const mails = async () => (await world.outbox()).filter(({ kind }) => kind === "magic").length;
    const before = await mails();
    world.expectLog(/^(links asked for|search|audit): D1 failed/);
    await world.fault(fault);
    const browser = world.user("the browser that asked");
    assert.equal((await browser.post("/sign-in/link", { email: lena.contact.email })).location, "/sign-in/sent");
    await world.settled();
    await world.cron();
    assert.equal(await mails() - before, 1);
    assert.equal(await left(), 0);
    assert.ok(toPortal(await browser.post((await world.mailbox.newest(lena.contact.email)).path(/\/magic\//))));
  });
}

test("seen to by the request and the clock at once, an asking makes one link", async () => {
  await world.advance(16 * 60_000);
  const links = async () => (await world.db.prepare("SELECT count(*) AS n FROM links").first()).n;
  const before = await links();
  await world.fault({ on: "d1", when: "stall", ms: 2000, match: "INSERT INTO links" });
  await world.user().post("/sign-in/link", { email: lena.contact.email });
  await world.struck();
  await world.cron();
  await world.settled();
  assert.equal(await links() - before, 1);
  assert.equal(await left(), 0);
});

test("an asking that nobody could see to for ten minutes is forgotten, and that of nobody at once", async () => {
  await world.advance(16 * 60_000);
  await world.user().post("/sign-in/link", { email: "nobody@nowhere.test" });
  await world.settled();
  assert.equal(await left(), 0);
  await world.db.prepare("INSERT INTO asked_links (id, purpose, email_key, asked_at) VALUES (?, 'magic', ?, 1)").bind(newId(world.now() - 11 * 60_000), lena.contact.email).run();
  const before = (await world.outbox()).length;
  await world.cron();
  assert.equal(await left(), 0);
  assert.equal((await world.outbox()).length, before);
});

test("Enable Portal off closes a link that is under way", async () => {
  const { browser, path } = await ask();
  await signInStaff(owner); // the clock has moved past an hour of silence
  await switchPortal(owner, lena.client, false);
  assert.equal((await browser.post(path)).status, 410);
  await switchPortal(owner, lena.client, true);
});

test("neither token nor code stands in the database once the mail is out", async () => {
  const { path, code } = await ask();
  const tables = (await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'").all()).results;
  for (const { name } of tables) {
    const text = JSON.stringify((await world.db.prepare(`SELECT * FROM "${name}"`).all()).results);
    assert.ok(!text.includes(path.split("/").at(-1)) && !text.includes(code), `${name} holds a secret`);
  }
});
