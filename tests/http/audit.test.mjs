// Settings → Audit: filters, pages, the table; the chain that shows what was changed or removed, by whoever has
// the database in hand; and that nothing of the portal can change the log.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const PATH = "/admin/settings/audit", HOUR = 3_600_000, DAY = 24 * HOUR;
let owner, lena, client;
before(async () => {
  owner = await setUpOwner(world);
  ({ person: lena, client } = await person(world, owner));
  await world.settled();
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const chain = () => all("SELECT * FROM audit_chain ORDER BY n");
const sha256 = (value) => createHash("sha256").update(JSON.stringify(value)).digest("hex");
const standing = async () => (await owner.get(PATH)).page.all('section[aria-labelledby="chain"]')[0].text.replace(/\s+/g, " ");
const check = async () => owner.follow(await owner.post(`${PATH}/check`));
/** As somebody with the database in hand, who takes the triggers away. */
async function behindTheBack(...statements) {
  const triggers = await all("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'");
  await world.db.batch([
    ...triggers.map(({ name }) => world.db.prepare(`DROP TRIGGER ${name}`)),
    ...statements.map(([sql, ...values]) => world.db.prepare(sql).bind(...values)),
    ...triggers.map(({ sql }) => world.db.prepare(sql)),
  ]);
}
const PLACE = ["n", "audit_id", "hash", "who_salt", "what_salt", "who_digest", "what_digest", "erased_by", "client_id", "principal_id", "noun"];
const entries = async (n) => { for (let i = 0; i < n; i += 1) await owner.post("/admin/profile/name", { name: `Olive ${i % 2 ? "Owner" : "Oak"} ${i}` }); };

test("every entry has a place, without a gap, and is sealed by the response after it or the clock", async () => {
  await world.cron();
  const places = await chain();
  const [{ n }] = await all("SELECT count(*) AS n FROM audit");
  assert.equal(places.length, n);
  assert.deepEqual(places.map((place) => place.n), places.map((_, i) => i + 1));
  assert.ok(places.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)));
  // What the hash is over is no secret: anybody can compute it.
  let before = "";
  for (const { n, audit_id, hash, who_salt, what_salt, who_digest, what_digest } of places) {
    const [a] = await all("SELECT * FROM audit WHERE id = ?", audit_id);
    assert.match(`${who_salt} ${what_salt}`, /^[0-9a-f]{32} [0-9a-f]{32}$/);
    const [who, what] = [sha256([who_salt, a.principal_name, a.address]), sha256([what_salt, a.detail])];
    assert.deepEqual([who_digest, what_digest], [who, what], `entry ${n}`);
    before = sha256(["portico audit v2", n, audit_id, a.at, a.principal, a.principal_id, who, a.action, a.entity_id, a.client_id, what, before]);
    assert.equal(hash, before, `entry ${n}`);
  }
  await owner.post("/admin/profile/name", { name: "Olive Anew" });
  await world.settled();
  assert.notEqual((await chain()).at(-1).hash, null, "not sealed behind the response");
});

test("the page says how far it is intact, and the newest seal; the page is one round trip, a check two", async () => {
  await world.cron();
  const answer = await owner.get(PATH);
  assert.equal((await answer.cost()).d1, 1);
  assert.match(await standing(), /Intact to .*\(entry \d+\)\. Checked just now/);
  assert.ok(answer.text.includes((await chain()).at(-1).hash));
  const pressed = await owner.post(`${PATH}/check`);
  assert.equal(pressed.location, PATH);
  assert.ok((await pressed.cost()).d1 <= 2);
});

test("twenty actions at once and two clocks: one chain", async () => {
  const staff = [];
  for (let i = 0; i < 4; i += 1) staff.push(await colleague(world, owner, "member"));
  await Promise.all([...staff.flatMap((of) => Array.from({ length: 5 }, (_, i) => of.post("/admin/profile/name", { name: `Member ${i}` }))), world.cron(), world.cron()]);
  await world.settled();
  await world.cron();
  const places = await chain();
  assert.deepEqual(places.map(({ n }) => n), places.map((_, i) => i + 1));
  assert.ok(places.every(({ hash }) => hash));
  await check();
  assert.match(await standing(), /Intact to/);
});

test("nothing can be changed, removed or sealed again by a statement", async () => {
  const [{ id }] = await all("SELECT id FROM audit ORDER BY id LIMIT 1");
  for (const sql of ["UPDATE audit SET detail = 'x' WHERE id = ?", "DELETE FROM audit WHERE id = ?", "UPDATE audit_chain SET hash = 'x' WHERE audit_id = ?", "UPDATE audit_chain SET hash = NULL WHERE audit_id = ?", "UPDATE audit_chain SET n = n + 1000 WHERE audit_id = ?", "UPDATE audit_chain SET noun = 'x' WHERE audit_id = ?", "UPDATE audit_chain SET client_id = 'x' WHERE audit_id = ?", "DELETE FROM audit_chain WHERE audit_id = ?"]) {
    await assert.rejects(() => world.db.prepare(sql).bind(id).run(), /append-only/, sql);
  }
});

test("seals made before the parts had salts of their own still hold, and the chain goes on behind them", async () => {
  const first = (await chain()).slice(0, 3);
  let before = "";
  const seals = [];
  for (const { n, audit_id } of first) {
    const [a] = await all("SELECT * FROM audit WHERE id = ?", audit_id);
    before = sha256(["portico audit v1", n, audit_id, a.at, a.principal, a.principal_id, a.principal_name, a.action, a.entity_id, a.client_id, a.detail, a.address, before]);
    seals.push(["UPDATE audit_chain SET hash = ?, who_salt = NULL, what_salt = NULL, who_digest = NULL, what_digest = NULL WHERE n = ?", before, n]);
  }
  await behindTheBack(...seals, ["UPDATE audit_chain SET hash = NULL, who_digest = NULL, what_digest = NULL WHERE n > 3"]);
  await world.cron();
  assert.ok((await chain()).every(({ hash }) => hash));
  await check();
  assert.match(await standing(), /Intact to/);
});

const TAMPERED = {
  "who it was": { of: (n) => [["UPDATE audit SET principal_name = 'Mallory' WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?)", n]], says: /was changed after it was written/ },
  "words blanked with their salt, and no erasure on record": { of: (n) => [["UPDATE audit SET detail = '' WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?1)", n], ["UPDATE audit_chain SET what_salt = NULL WHERE n = ?1", n]], says: /was changed after it was written/ },
  "a word of an entry": { of: (n) => [["UPDATE audit SET detail = detail || '!' WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?)", n]], says: /was changed after it was written/ },
  "when it was": { of: (n) => [["UPDATE audit SET at = at + 1 WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?)", n]], says: /was changed after it was written/ },
  "an entry removed": { of: (n) => [["DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?)", n]], says: /was removed/ },
  "an entry removed with its place": { of: (n) => [["DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?1)", n], ["DELETE FROM audit_chain WHERE n = ?1", n]], says: /was removed/ },
  "a seal": { of: (n) => [["UPDATE audit_chain SET hash = ? WHERE n = ?", "0".repeat(64), n]], says: /was changed after it was written/ },
};
for (const [what, { of, says }] of Object.entries(TAMPERED)) {
  test(`${what}: the first broken entry is named, by the button and by the clock, and stays named`, async () => {
    const kept = { audit: await all("SELECT * FROM audit"), chain: await chain() };
    const n = Math.floor(kept.chain.length / 2);
    await behindTheBack(...of(n));
    const page = await check();
    assert.equal(page.status, 200);
    assert.match(await standing(), new RegExp(`Not intact.*entry ${n}\\b.*${says.source}`));
    // New entries do not cover it.
    await entries(2);
    await world.advance(HOUR + 1000);
    await owner.post("/admin/sign-in", owner);
    await world.cron();
    assert.match(await standing(), new RegExp(`entry ${n}\\b.*${says.source}`));
    // As it was, for the next one.
    const now = await all("SELECT * FROM audit"), known = new Set(kept.audit.map(({ id }) => id));
    const places = kept.chain.concat((await chain()).filter((place) => place.n > kept.chain.length).map((place) => ({ ...place, hash: null, who_digest: null, what_digest: null })));
    const rows = kept.audit.concat(now.filter(({ id }) => !known.has(id)));
    const columns = ["id", "at", "principal", "principal_id", "principal_name", "action", "entity_id", "client_id", "detail", "address"];
    await behindTheBack(
      ["DELETE FROM audit_chain"], ["DELETE FROM audit"],
      ...rows.map((row) => [`INSERT INTO audit (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`, ...columns.map((name) => row[name])]),
      ...places.map((place) => [`INSERT INTO audit_chain (${PLACE.join(", ")}) VALUES (${PLACE.map(() => "?").join(", ")})`, ...PLACE.map((name) => place[name])]),
    );
    await world.cron();
    await check();
    assert.match(await standing(), /Intact to/);
  });
}

test("a long log is checked piece by piece", async () => {
  const [{ n: had }] = await all("SELECT count(*) AS n FROM audit");
  const ids = JSON.stringify(Array.from({ length: 1200 }, () => newId(world.now())));
  await world.db.prepare("INSERT INTO audit (id, at, principal, action, detail) SELECT j.value, ?2, 'system', 'time.logged', '1:00' FROM json_each(?1) j").bind(ids, world.now()).run();
  await world.cron();
  assert.ok((await chain()).every(({ hash }) => hash), "not all sealed");
  await behindTheBack(["UPDATE audit SET detail = '2:00' WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?)", had + 1100]);
  const page = await check();
  assert.match(page.page.text, /goes on by itself/);
  for (let i = 0; i < 4; i += 1) await world.cron();
  assert.match(await standing(), new RegExp(`entry ${had + 1100}\\b`));
  await behindTheBack(["UPDATE audit SET detail = '1:00' WHERE id = (SELECT audit_id FROM audit_chain WHERE n = ?)", had + 1100]);
  await world.advance(HOUR + 1000);
  await owner.post("/admin/sign-in", owner);
  for (let i = 0; i < 4; i += 1) await world.cron();
  assert.match(await standing(), /Intact to/);
});

test("pages of twenty-five, both ways; filters by client, person, what it is about, and period", async () => {
  const texts = (answer) => answer.page.all("table.list tbody tr").map((row) => row.text.replace(/\s+/g, " ").trim());
  const first = await owner.get(PATH);
  assert.equal(texts(first).length, 25);
  const second = await owner.get(first.page.link(/Older|Next/));
  assert.equal((await second.cost()).d1, 1);
  assert.equal(texts(second).length, 25);
  const back = await owner.get(second.page.link(/Newer|Previous/));
  assert.deepEqual(texts(back), texts(first));
  const other = await clientRow(world, "Quiet Quarry");
  assert.equal(texts(await owner.get(`${PATH}?client=${other.id}`)).length, 0);
  const link = (await owner.get(`${PATH}?about=invitation`)).page.link(client.name);
  assert.match((await owner.get(link)).page.text, new RegExp(`Only ${client.name}`));
  const mine = (await owner.get(`${PATH}?about=portal`)).page.all("table.list tbody a")[0].getAttribute("href");
  assert.match((await owner.get(mine)).page.text, /Only Olive/);
  const theirs = await owner.get(`${PATH}?client=${client.id}`);
  assert.ok(texts(theirs).length >= 2 && texts(theirs).every((row) => row.includes(client.name)), texts(theirs).join("\n"));
  assert.match(theirs.page.text, new RegExp(`Only ${client.name}`));
  const [{ contact }] = await all("SELECT id AS contact FROM contacts WHERE email = ?", lena.email);
  const hers = await owner.get(`${PATH}?person=${contact}`);
  assert.ok(texts(hers).length >= 1 && texts(hers).every((row) => /accepted the invitation|signed in/.test(row)), texts(hers).join("\n"));
  const signing = await owner.get(`${PATH}?about=session`);
  assert.ok(texts(signing).length >= 3 && texts(signing).every((row) => /signed (in|out)/.test(row)));
  const narrow = await owner.get(`${PATH}?about=session&client=${client.id}&person=${contact}`);
  assert.ok(texts(narrow).every((row) => row.includes(client.name)));
  const today = new Date(world.now()).toISOString().slice(0, 10), tomorrow = new Date(world.now() + DAY).toISOString().slice(0, 10);
  assert.ok(texts(await owner.get(`${PATH}?from=${today}&until=${today}`)).length > 0);
  assert.equal(texts(await owner.get(`${PATH}?from=${tomorrow}`)).length, 0);
  for (const bad of ["from=yesterday", "client=x", "person='--", "about=nothing", "after=x&before=y", "about=%00", `from=${"9".repeat(5000)}`]) {
    assert.equal((await owner.get(`${PATH}?${bad}`)).status, 200, bad.slice(0, 30));
  }
});

test("as a table, with what was filtered, and nothing in it that a spreadsheet would run", async () => {
  await owner.post("/admin/profile/name", { name: "=HYPERLINK(1)" });
  const answer = await owner.get(`${PATH}.csv?about=profile`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"], /^text\/csv/);
  assert.match(answer.headers["content-disposition"], /^attachment; filename="Audit /);
  assert.equal((await answer.cost()).d1, 1);
  const rows = (await owner.get(`${PATH}.csv?about=session`)).text.trim().split("\r\n");
  assert.ok(rows.length > 3 && rows.slice(1).every((row) => row.includes("session.")));
  const whole = (await owner.get(`${PATH}.csv`)).text;
  for (const cell of whole.split("\r\n").slice(1).flatMap((row) => row.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? [])) assert.doesNotMatch(cell, /^"?[=+@]/, cell);
});

test("members do not read it", async () => {
  const member = await colleague(world, owner, "member");
  for (const path of [PATH, `${PATH}.csv`]) assert.equal((await member.get(path)).status, 403);
  assert.equal((await member.post(`${PATH}/check`)).status, 403);
});

test("lists stand in the order of writing, whatever an entry's id says of its moment, in pages both ways, in each filter", async () => {
  const [{ id: person }] = await all("SELECT id FROM staff WHERE role = 'owner'");
  const from = world.now() - 20 * 60_000;
  // Written one after the other, by requests of which the later ones began first.
  const ids = Array.from({ length: 60 }, (_, n) => newId(from + (60 - n) * 1000));
  for (const [n, id] of ids.entries()) await world.db.prepare("INSERT INTO audit (id, at, principal, principal_id, principal_name, action, client_id, detail) VALUES (?1, ?2, 'staff', ?3, 'Olive', 'project.created', ?4, ?5)").bind(id, from + (60 - n) * 1000, person, client.id, `place ${n}`).run();
  const wanted = Array.from({ length: 60 }, (_, n) => `place ${59 - n}`);
  const day = new Date(world.now()).toISOString().slice(0, 10), yesterday = new Date(world.now() - DAY).toISOString().slice(0, 10);
  const places = (answer) => [...answer.page.text.matchAll(/place \d+/g)].map(([place]) => place).filter((place, n, list) => place !== list[n - 1]);
  const linkTo = (answer, pattern) => answer.page.all("a[href]").map((link) => link.getAttribute("href").replaceAll("&amp;", "&")).find((href) => pattern.test(href));
  const walk = async (start, older, newer) => {
    const pages = [];
    for (let path = start; path;) {
      const answer = await owner.get(path);
      assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1], path);
      pages.push({ path, places: places(answer), back: linkTo(answer, newer) });
      path = linkTo(answer, older);
      if (pages.length > 9) break;
    }
    return pages;
  };
  const query = [`client=${client.id}`, `person=${person}`, "about=project", `from=${yesterday}&until=${day}`, `from=${yesterday}&until=${day}&about=project&client=${client.id}`];
  for (const filter of query) {
    const pages = await walk(`${PATH}?${filter}`, /[?&]after=/, /[?&]before=/);
    assert.deepEqual(pages.flatMap(({ places }) => places), wanted, filter);
    // And back again.
    const second = pages.findIndex(({ places }) => places.length > 0) + 1;
    const back = await owner.get(pages[second].back);
    assert.deepEqual(places(back), pages[second - 1].places, `${filter}, back`);
  }
  const activity = await walk(`${client.path}/activity`, /[?&]before=/, /[?&]after=/);
  assert.deepEqual(activity.flatMap(({ places }) => places), wanted);
  assert.deepEqual(places(await owner.get(activity[1].back)), activity[0].places);
  assert.deepEqual(places(await owner.get("/admin")), wanted.slice(0, 10), "the newest ten on the start page");
  const csv = await owner.get(`${PATH}.csv?about=project`);
  assert.deepEqual([...new Set([...csv.text.matchAll(/place \d+/g)].map(([place]) => place))], wanted);
});
