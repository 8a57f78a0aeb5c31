// The harness does what the other tests trust it to: asked of a small worker that uses every binding.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Mail } from "../harness/mailbox.mjs";
import { growthOf } from "../harness/processes.mjs";
import { SmtpSink } from "../harness/smtp-sink.mjs";
import { World } from "../harness/world.mjs";

const WORKER = `
import { WorkerEntrypoint } from "cloudflare:workers";
import { connect } from "cloudflare:sockets";
const ROUTES = {
  "/batch": async ({ DB }) => (await DB.batch([
    DB.prepare("INSERT INTO failures (key, at, id) VALUES (?, 1, ?)").bind("k", crypto.randomUUID()),
    DB.prepare("SELECT count(*) AS n FROM failures"),
  ]))[1].results[0].n,
  "/first": async ({ DB }) => DB.prepare("SELECT ? AS n").bind(7).first("n"),
  "/kv": async ({ BRANDING }) => (await BRANDING.get("x")) ?? "nothing",
  "/put": async ({ DOCUMENTS }) => (await DOCUMENTS.put("blob", "x".repeat(100000))).size,
  "/get": async ({ DOCUMENTS }) => new Response((await DOCUMENTS.get("blob")).body),
  "/mail": async ({ EMAIL }) => (await EMAIL.send({ to: "a@b.test", from: "c@d.test", subject: "S", text: "Go to http://x.test/y" })).messageId,
  "/now": async () => Date.now() + " " + new Date().getTime(),
  "/later": async (env, ctx) => { ctx.waitUntil((async () => { await new Promise((r) => setTimeout(r, 30)); await ROUTES["/batch"](env); })()); return "soon"; },
  "/out": async () => (await fetch("https://elsewhere.test/")).status,
  "/smtp": async (env, ctx, url) => {
    const [hostname, port] = [url.searchParams.get("host"), Number(url.searchParams.get("port"))];
    const { value } = await connect({ hostname, port }, { secureTransport: "on" }).readable.getReader().read();
    return new TextDecoder().decode(value);
  },
  "/log": async () => { console.error("something broke"); return "logged"; },
  "/bindings": async (env) => [env.DB, env.DOCUMENTS, env.BRANDING].map((b) => b.constructor.name).join(" "),
};
export default class extends WorkerEntrypoint {
  async fetch(request) {
    const url = new URL(request.url);
    try {
      const answer = await ROUTES[url.pathname](this.env, this.ctx, url);
      return answer instanceof Response ? answer : new Response(String(answer));
    } catch (error) {
      return new Response(error.message, { status: 500 });
    }
  }
  async scheduled() { await ROUTES["/batch"](this.env); }
}`;

const worker = mkdtempSync(join(tmpdir(), "portico-harness-"));
writeFileSync(join(worker, "index.js"), WORKER);
writeFileSync(join(worker, "index_bg.wasm"), Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

let sink, world, user;
before(async () => {
  sink = await SmtpSink.start({ security: "tls" });
  world = await World.start({ worker });
  user = world.user();
});
after(async () => {
  await world.close({ messy: true });
  await sink.close();
  rmSync(worker, { recursive: true, force: true });
});
const text = async (path) => (await user.get(path)).text;

test("bindings keep the names that the worker crate checks", async () => {
  assert.equal(await text("/bindings"), "D1Database R2Bucket KvNamespace");
});

test("round trips, rows and operations are counted by request", async () => {
  const batch = await (await user.get("/batch")).cost();
  assert.equal(batch.d1, 1);
  assert.ok(batch.rowsWritten >= 1 && batch.rowsRead >= 1, JSON.stringify(batch));
  assert.deepEqual(batch.ops[0].about.length, 2);
  assert.equal((await (await user.get("/first")).cost()).d1, 1);
  assert.equal((await (await user.get("/kv")).cost()).kv, 1);
  assert.equal((await (await user.get("/put")).cost()).r2, 1);
  await user.get("/mail");
  assert.equal((await world.lastRequest()).mail, 1);
});

test("what happens behind a response is waited for and counted apart", async () => {
  const answer = await user.get("/later");
  await world.settled();
  const { d1, after: later, background } = await answer.cost();
  assert.deepEqual([d1, later.d1, background], [0, 1, 1]);
});

test("D1 fails before the commit, and after it", async () => {
  const before = Number(await text("/batch"));
  await world.fault({ on: "d1", when: "before" });
  const refused = await user.get("/batch");
  assert.deepEqual([refused.status, refused.text], [500, "D1_ERROR: Network connection lost."]);
  await world.fault({ on: "d1", op: "batch", match: "INSERT INTO failures", when: "after" });
  assert.equal((await user.get("/batch")).status, 500);
  assert.equal(Number(await text("/batch")), before + 2, "expected the second one to have been committed");
});

test("D1 stalls, KV has nothing, R2 breaks off in the middle, mail is refused", async () => {
  await world.fault({ on: "d1", when: "stall", ms: 200 });
  const started = Date.now();
  assert.equal(await text("/first"), "7");
  assert.ok(Date.now() - started >= 190);
  await world.kv.put("x", "there");
  await world.fault({ on: "kv", when: "gone" });
  assert.deepEqual([await text("/kv"), await text("/kv")], ["nothing", "there"]);
  await world.fault({ on: "r2", op: "get", when: "midstream", bytes: 50_000 });
  world.expectLog(/R2: Network connection lost/); // the runtime's own line about a body that broke off
  await assert.rejects(user.get("/get"));
  assert.equal((await text("/get")).length, 100_000);
  await world.fault({ on: "mail", when: "before", error: "no", code: "E_RECIPIENT_NOT_ALLOWED" });
  assert.equal(await text("/mail"), "no");
});

test("a fault that there is not is refused, rather than never to strike", async () => {
  await assert.rejects(world.fault({ binding: "DB", when: "before" }), /A fault has no binding/);
  await assert.rejects(world.fault({ on: "d1", matching: "SELECT", when: "before" }), /A fault has no matching/);
  await assert.rejects(world.fault({ on: "db", when: "before" }), /A fault is on d1, r2, kv, mail or worker, not on db/);
  await assert.rejects(world.fault({ on: "d1", when: "throw-before" }), /A fault does not come throw-before/);
  assert.deepEqual(await world.faultsLeft(), []);
});

test("the code of a mail is a word, not a piece of its link", () => {
  const text = "Open this:\n\nhttps://portal.test/magic/pt_mAB12-CD34xyz-QRST-7890\n\nOr type this code:\n\n    7K2M-Q9XD\n";
  assert.equal(new Mail({ subject: "x", text }).code, "7K2M-Q9XD");
  assert.throws(() => new Mail({ subject: "x", text: "https://portal.test/AB12-CD34" }).code, /The mail "x" has no code/);
});

test("memory that a runtime takes for a start is not what it grows by", () => {
  const of = (mib) => growthOf(mib.flatMap((each) => Array.from({ length: 10 }, () => each * 2 ** 20)));
  assert.deepEqual(of([764, 1089, 1121, 1137, 1136, 1148]), { sixths: [764, 1089, 1121, 1137, 1136, 1148], growth: 11 });
  assert.equal(of([700, 750, 800, 850, 900, 950]).growth, 100, "a leak");
});

test("the clock moves", async () => {
  await world.advance(3_600_000);
  const [now, made] = (await text("/now")).split(" ").map(Number);
  assert.ok(Math.abs(now - world.now()) < 2000 && Math.abs(made - now) < 2000 && now - Date.now() > 3_500_000);
  await world.setClock(0);
});

test("cron runs, mail is read, a restart keeps the data", async () => {
  assert.equal((await world.cron()).d1, 1);
  const mail = await world.mailbox.newest("a@b.test");
  assert.deepEqual([mail.subject, mail.path()], ["S", "/y"]);
  await assert.rejects(world.mailbox.newest("nobody@b.test"), /No mail to nobody@b\.test/);
  const n = Number(await text("/batch"));
  await world.restart();
  assert.equal(Number(await text("/batch")), n + 1);
});

test("a TLS server of the harness is trusted, once it is allowed", async () => {
  const path = `/smtp?host=localhost&port=${sink.port}`;
  assert.match(await text(path), /lets nothing out/);
  await world.allow(`tcp://localhost:${sink.port}`);
  assert.match(await text(path), /^220 sink/);
});

test("leftovers are named: calls out, faults that did not strike, errors in the log", async () => {
  await world.restart();
  assert.deepEqual(await world.leftovers(), []);
  await text("/out");
  await text("/log");
  await world.fault({ on: "r2", when: "before" });
  const left = await world.leftovers();
  assert.equal(left.length, 3, left.join("\n"));
  assert.match(left[0], /GET https:\/\/elsewhere\.test\//);
  assert.match(left[1], /struck 0 time/);
  assert.match(left[2], /something broke/);
});

test("a secret in the log is named, whoever sent it: a password, a cookie, a token, a mail", async () => {
  const told = async (message) => {
    world.logs.push({ level: "log", message });
    const left = await world.leftovers();
    world.logs.pop();
    return left.filter((line) => line.includes("log tells")).join("\n");
  };
  world.secret("the field password", "correct horse battery");
  assert.match(await told("POST /sign-in correct horse battery"), /log tells the field password/);
  assert.match(await told(`GET /reset/pt_r${"x".repeat(43)}`), /log tells a token/);
  assert.match(await told("cookie eyJhbGciOiJIUzI1NiJ9.eyJzaWQiOiIxIn0.abc"), /log tells a token/);
  await world.db.prepare("INSERT INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, due_at, created_at) VALUES ('m', 'm', 'test', 'a@b.test', '', 'Your invoice of November', '{}', 0, 0)").run();
  assert.match(await told("outbox: Your invoice of November"), /log tells a mail/);
  await world.db.prepare("DELETE FROM outbox").run();
  assert.equal(await told("outbox: nothing to do"), "");
});
