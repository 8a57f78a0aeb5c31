// `make backup` and `make restore`: what a portal holds comes back as it was, row by row and byte by byte; an
// unfit backup or a portal that is there already is refused before anything is written.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addClient, addDocument, clientWithPerson, setUpOwner, signIn } from "../harness/flows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { World } from "../harness/world.mjs";

const folder = mkdtempSync(join(tmpdir(), "portico-backup-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const [source, backup] = ["source", "backup"].map((name) => join(folder, name));

function start(script, env) {
  const clean = { ...process.env };
  for (const name of ["STATE_DIR", "REMOTE", "FORCE", "TO", "FROM"]) delete clean[name];
  const done = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", join(ROOT, "scripts", `${script}.mjs`)], {
    cwd: ROOT, encoding: "utf8", env: { ...clean, ...env },
  });
  return { code: done.status, said: done.stdout + done.stderr };
}
const make = (script, env) => {
  const { code, said } = start(script, env);
  assert.equal(code, 0, said);
  return said;
};

/** All that a state folder holds, with the schema, as plain values that compare. */
async function everything(state) {
  const world = await World.start({ state: join(state, "v3") });
  try {
    const { results: schema } = await world.db.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name").all();
    const tables = {};
    for (const { name } of schema.filter(({ type }) => type === "table")) {
      // With generated columns, which no copy writes.
      const { results: columns } = await world.db.prepare(`PRAGMA table_xinfo("${name}")`).all();
      const { results } = await world.db.prepare(`SELECT ${columns.map((column) => `"${column.name}"`).join(", ")} FROM "${name}" ORDER BY ${columns.map((_, i) => i + 1).join(", ")}`).all();
      tables[name] = results;
    }
    tables.sqlite_sequence = (await world.db.prepare("SELECT name, seq FROM sqlite_sequence ORDER BY name").all()).results;
    const objects = {};
    for (const { key } of (await world.r2.list()).objects) {
      const object = await world.r2.get(key);
      objects[key] = {
        sha256: createHash("sha256").update(Buffer.from(await object.arrayBuffer())).digest("hex"),
        size: object.size, http: { ...object.httpMetadata }, custom: { ...object.customMetadata },
      };
    }
    const values = {};
    for (const { name } of (await world.kv.list()).keys) {
      const { value, metadata } = await world.kv.getWithMetadata(name, "text");
      values[name] = { value, metadata };
    }
    return { schema, tables, objects, values };
  } finally {
    await world.close({ messy: true });
  }
}

/** Texts that a copy could easily spoil. */
const HARD = [
  "a line break\nand the two characters \\n, as in a piece of code; \r\n and \\r", "it's \"quoted\"; -- no comment\n/* nor this */ ''",
  "BEGIN; END; \u202eright to left\u202c 👩‍👩‍👧 \u0001 \u2028", "'".repeat(120_000) + "é👍".repeat(30_000),
];
let people;

before(async () => {
  spawnSync(process.execPath, [join(ROOT, "node_modules/wrangler/bin/wrangler.js"), "d1", "migrations", "apply", "DB", "--local", "--persist-to", source], {
    cwd: ROOT, env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" },
  });
  const world = await World.start({ state: join(source, "v3"), settings: { SESSION_KEYS: `k:${Buffer.alloc(32, 7).toString("base64")}` } });
  const owner = await setUpOwner(world);
  const { client, person } = await clientWithPerson(owner);
  people = { owner: { email: owner.email, password: owner.password }, person: { email: person.email, password: person.password } };
  for (const file of [{ filename: "note.txt", type: "text/plain", content: "A note." }, { filename: "scan.pdf", type: "application/pdf", content: randomBytes(300_000) }]) await addDocument(owner, client, { file });
  await person.get(`/documents/${(await world.db.prepare("SELECT id FROM documents LIMIT 1").first()).id}/download`);
  for (const [i, text] of HARD.entries()) {
    const other = await addClient(owner, { name: `Other ${i}` });
    await world.db.prepare("UPDATE clients SET notes = ? WHERE id = ?").bind(text, other.id).run();
  }
  // Of what triggers keep: a ticket that names a later one, time with its sums, a thread with its readers.
  const staff = (await world.db.prepare("SELECT id FROM staff").first()).id;
  const contact = (await world.db.prepare("SELECT id FROM contacts").first()).id;
  await world.db.batch([
    ...[["t1", null, 1], ["t2", null, 2]].map(([id, into, number]) => world.db.prepare("INSERT INTO tickets (id, number, client_id, subject, merged_into, said_at, moved_at, created_at) VALUES (?, ?, ?, 'Help', ?, 1, 1, 1)").bind(id, number, client.id, into)),
    world.db.prepare("UPDATE tickets SET merged_into = 't2' WHERE id = 't1'"),
    world.db.prepare("INSERT INTO time_entries (id, client_id, staff_id, day, minutes, created_at, updated_at) VALUES ('e1', ?, ?, '2026-11-24', 90, 1, 1)").bind(client.id, staff),
    world.db.prepare("INSERT INTO threads (id, client_id, subject, said_at, created_at) VALUES ('h1', ?, 'Plan', 1, 1)").bind(client.id),
    world.db.prepare("INSERT INTO messages (id, thread_id, seq, body, contact_id, author, created_at) VALUES ('m1', 'h1', 1, ?, ?, 'Cara', 5)").bind(HARD[0], contact),
  ]);
  // Objects larger than one part, and with metadata of every kind.
  const big = Buffer.concat([randomBytes(1 << 20), Buffer.alloc(32 << 20, 3)]);
  await world.r2.put("large", big, { httpMetadata: { contentType: "video/mp4", cacheControl: "no-store", contentDisposition: "attachment" }, customMetadata: { of: "a test" } });
  await world.r2.put("empty/öäü key", new Uint8Array(0), { httpMetadata: { contentType: "text/plain" } });
  await world.kv.put("binary", new Uint8Array([0, 255, 10]), { metadata: { of: ["a", "test"] } });
  await world.settled();
  await world.close({ messy: true });
});

test("a portal comes back as it was: every row with its schema, every object with its metadata, every value", async () => {
  const said = make("backup", { STATE_DIR: source, TO: backup });
  assert.match(said, new RegExp(`The backup is in ${backup}`));
  assert.equal(statSync(backup).mode & 0o077, 0, "expected a folder for its owner alone");
  const restored = join(folder, "restored");
  const told = make("restore", { STATE_DIR: restored, FROM: backup });
  assert.ok(told.includes(`Start it with  make dev STATE_DIR=${restored}\n`), told);
  assert.match(told, /Restored and counted: \d+ rows, 4 files/);
  const [was, is] = [await everything(source), await everything(restored)];
  assert.ok(was.tables.receipts.length === 1 && was.tables.d1_migrations.length > 20 && was.tables.time_spent.length === 12, "expected a portal with something in it");
  assert.equal(Object.keys(was.objects).length, 4);
  assert.deepEqual(Object.keys(is.tables), Object.keys(was.tables));
  for (const [name, rows] of Object.entries(was.tables)) assert.deepEqual(is.tables[name], rows, `the rows of ${name}`);
  assert.deepEqual(is, was);
});

test("people go on where they were: passwords, documents, and the chain of the log", async () => {
  const world = await World.start({ state: join(folder, "restored/v3"), settings: { SESSION_KEYS: `k:${Buffer.alloc(32, 7).toString("base64")}` } });
  try {
    const person = Object.assign(world.user("Cara"), people.person);
    await signIn(person);
    const { id } = await world.db.prepare("SELECT d.id FROM documents d JOIN document_versions v ON v.id = d.version_id WHERE v.file_name = 'note.txt'").first();
    assert.equal((await person.get(`/documents/${id}/download`)).text, "A note.");
    await world.cron();
    assert.equal((await world.db.prepare("SELECT broken_n FROM audit_check").first()).broken_n, null, "the chain of the log is broken");
    await assert.rejects(world.db.prepare("DELETE FROM audit").run(), /append-only/, "the triggers are not there");
  } finally {
    await world.close({ messy: true });
  }
});

test("a changed, truncated or unfinished backup is refused, and nothing is written", () => {
  const spoil = (name, how) => {
    const copy = join(folder, `spoilt-${name}`);
    cpSync(backup, copy, { recursive: true });
    how(copy);
    const state = join(folder, `state-${name}`);
    const { code, said } = start("restore", { STATE_DIR: state, FROM: copy });
    assert.equal(code, 1, `${name}: ${said}`);
    assert.match(said, /cannot be used: .+ Nothing was restored/, name);
    assert.ok(!existsSync(join(state, "v3")), `${name}: something was written`);
  };
  const object = `r2/${readdirSync(join(backup, "r2"))[0]}`;
  spoil("truncated", (copy) => truncateSync(join(copy, "d1/clients.ndjson"), statSync(join(copy, "d1/clients.ndjson")).size - 5));
  spoil("changed", (copy) => writeFileSync(join(copy, "d1/staff.ndjson"), readFileSync(join(copy, "d1/staff.ndjson"), "utf8").replace("olive", "OLIVE")));
  spoil("lost", (copy) => rmSync(join(copy, object)));
  spoil("grown", (copy) => appendFileSync(join(copy, object), "x"));
  spoil("unfinished", (copy) => rmSync(join(copy, "manifest.json")));
  spoil("rewritten", (copy) => writeFileSync(join(copy, "manifest.json"), readFileSync(join(copy, "manifest.json"), "utf8").replace(/"objects": 4/, '"objects": 3')));
  spoil("cut", (copy) => truncateSync(join(copy, "manifest.json"), 100));
});

test("a portal that is there is not written over, unless forced: then it is moved aside", async () => {
  const there = join(folder, "there");
  cpSync(source, there, { recursive: true });
  const { code, said } = start("restore", { STATE_DIR: there, FROM: backup });
  assert.equal(code, 1, said);
  assert.match(said, /is not empty\. Nothing was restored/);
  const told = make("restore", { STATE_DIR: there, FROM: backup, FORCE: "1" });
  const aside = /What was there is now in (\S+)/.exec(told)?.[1];
  assert.ok(aside && existsSync(join(aside, "d1")), told);
  const { code: taken } = start("backup", { STATE_DIR: there, TO: backup });
  assert.equal(taken, 1, "a backup was written over");
});

test("without a portal, or without saying which backup, it says what to do", () => {
  assert.match(start("backup", { STATE_DIR: join(folder, "nowhere") }).said, /There is no portal in/);
  assert.match(start("restore", { STATE_DIR: join(folder, "nowhere") }).said, /make restore FROM=/);
  assert.match(start("backup", { REMOTE: "1", PORTICO_DEPLOY_CONFIG: join(folder, "none.toml") }).said, /make deploy/);
});

test("a backup of a newer schema is refused", () => {
  const newer = join(folder, "newer");
  cpSync(backup, newer, { recursive: true });
  const { seal: _, ...told } = JSON.parse(readFileSync(join(newer, "manifest.json"), "utf8"));
  told.migrations.push("9999_of_the_future.sql");
  writeFileSync(join(newer, "manifest.json"), JSON.stringify({ ...told, seal: createHash("sha256").update(JSON.stringify(told)).digest("hex") }));
  const { code, said } = start("restore", { STATE_DIR: join(folder, "state-newer"), FROM: newer });
  assert.equal(code, 1, said);
  assert.match(said, /made by a newer Portico \(it has 9999_of_the_future\.sql\)/);
});

test("the deployed portal: read page by page as of one moment, restored where only the schema is", async () => {
  const config = join(folder, "wrangler.deploy.toml");
  writeFileSync(config, readFileSync(join(ROOT, "wrangler.toml"), "utf8"));
  const account = { REMOTE: "1", PORTICO_DEPLOY_CONFIG: config, PORTICO_WRANGLER: join(ROOT, "tests/harness/account-stand-in.mjs"), PORTICO_PLATFORM: join(ROOT, "tests/harness/account-stand-in.mjs") };
  const far = join(folder, "account");
  cpSync(source, far, { recursive: true });
  // More rows than one page has.
  const world = await World.start({ state: join(far, "v3") });
  await world.db.prepare("WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1300) INSERT INTO client_words (word, client_id, owner_id) SELECT 'w' || i, c.id, c.id FROM n, (SELECT id FROM clients LIMIT 1) c").run();
  await world.close({ messy: true });
  const copy = join(folder, "far-backup");
  const said = make("backup", { ...account, ACCOUNT_STATE: far, TO: copy, DISTURB: "2" });
  assert.match(said, /something was written meanwhile; reading again/);
  const target = join(folder, "account-new");
  const prepared = spawnSync(process.execPath, [join(ROOT, "node_modules/wrangler/bin/wrangler.js"), "d1", "migrations", "apply", "DB", "--local", "--persist-to", target], { cwd: ROOT, encoding: "utf8", env: { ...process.env, CI: "true" } });
  assert.equal(prepared.status, 0, prepared.stdout + prepared.stderr);
  make("restore", { ...account, ACCOUNT_STATE: target, FROM: copy });
  assert.deepEqual(await everything(target), await everything(far));
  assert.match(start("restore", { ...account, ACCOUNT_STATE: target, FROM: copy }).said, /is not empty/);
  make("restore", { ...account, ACCOUNT_STATE: target, FROM: copy, FORCE: "1" });
  const busy = start("backup", { ...account, ACCOUNT_STATE: far, TO: join(folder, "busy"), DISTURB: "1000" });
  assert.equal(busy.code, 1, busy.said);
  assert.match(busy.said, /written to during each try/);
  assert.ok(!existsSync(join(folder, "busy")), "an unfinished backup has the name of a whole one");
});
