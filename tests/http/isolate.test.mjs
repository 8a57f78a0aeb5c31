// Many requests in one isolate, on the portal as it ships: it keeps what it is bound to, tickets that it has verified, and
// status and headers of pages, and nobody gets anything of another's. (The harness of the other tests hands each request bindings of its own.)
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Bench } from "../bench/runtime.mjs";
import { setStage } from "../bench/stage.mjs";
import { addClient, addDocument } from "../harness/flows.mjs";
import { workerFolder } from "../harness/runtime.mjs";

const folder = mkdtempSync(join(tmpdir(), "portico-isolate-"));
let stage, portal, owner, lena;
before(async () => {
  stage = await setStage(folder, { worker: workerFolder() });
  portal = await Bench.start({ state: join(folder, "first"), worker: workerFolder(), stage });
  ({ owner, lena } = portal.people);
});
after(async () => {
  await portal?.close();
  rmSync(folder, { recursive: true, force: true });
});

const nobody = () => portal.user("nobody");
/** Without what differs from one answer to the next of its kind: when it was sent, how long it is, a session renewed. */
const shared = ({ headers: { date: _date, "content-length": _length, "set-cookie": _cookies, ...headers } }) => headers;

test("each of many who ask at once gets a page of their own", async () => {
  const rounds = await Promise.all(Array.from({ length: 12 }, async () => Promise.all([owner.get("/admin"), lena.get("/"), nobody().get("/sign-in")])));
  for (const [staff, client, anyone] of rounds) {
    for (const answer of [staff, client, anyone]) {
      assert.equal(answer.status, 200, `${answer}`);
      assert.match(answer.text, /^<!doctype html>[\s\S]*<\/html>\s*$/);
      assert.equal(answer.text.split("<!doctype").length, 2, "one page and no piece of another");
    }
    assert.match(staff.text, /Olive/);
    assert.match(client.text, /Lena/);
    assert.doesNotMatch(client.text, /Olive/);
    assert.doesNotMatch(anyone.text, /Olive|Lena/);
    assert.deepEqual(anyone.cookies, [], "nobody's page sets no cookie");
  }
});

test("a cookie that one request leaves is not set by the next", async () => {
  const earlier = await nobody().get("/sign-in");
  const { page } = await owner.get("/admin/clients/new");
  const answer = await owner.submit(page.formTo("/admin/clients/new"), { name: "Marigold Studio" }, { follow: false });
  assert.equal(answer.status, 303, `${answer}`);
  assert.ok(answer.cookies.length > 0, "what was done is said on the next page, by a cookie");
  for (const next of [await nobody().get("/sign-in"), await lena.get("/")]) {
    assert.equal(next.status, 200);
    assert.deepEqual(next.cookies, [], `${next}`);
  }
  assert.deepEqual(shared(await nobody().get("/sign-in")), shared(earlier));
});

test("every answer has the headers of its kind and says how long it is, whatever went before it", async () => {
  const document = await addDocument(owner, stage.client);
  const ask = {
    page: () => lena.get("/billing"),
    head: () => lena.head("/billing"),
    away: () => nobody().get("/billing"),
    missing: () => lena.get("/nothing-here"),
    text: () => nobody().get("/.well-known/security.txt"),
    staff: () => owner.get("/admin/billing"),
    file: () => lena.get(`/documents/${document.id}/download`),
    part: () => lena.get(`/documents/${document.id}/download`, { headers: { range: "bytes=2-4" } }),
    json: () => nobody().get("/billing", { headers: { accept: "application/json" } }),
  };
  const alone = {};
  for (const [kind, get] of Object.entries(ask)) {
    const answer = await get();
    alone[kind] = { status: answer.status, headers: shared(answer) };
    const length = kind === "head" ? (await ask.page()).bytes.length : answer.bytes.length;
    assert.equal(Number(answer.headers["content-length"]), length, `${kind}: ${answer}`);
  }
  assert.deepEqual(Object.values(alone).map(({ status }) => status), [200, 200, 303, 404, 200, 200, 200, 206, 401]);
  for (const first of Object.keys(ask)) {
    for (const second of Object.keys(ask)) {
      await ask[first]();
      const answer = await ask[second]();
      assert.deepEqual({ status: answer.status, headers: shared(answer) }, alone[second], `${second} after ${first}`);
    }
  }
});

test("each request happens at a moment of its own", async () => {
  const begun = Date.now();
  const one = await addClient(owner);
  const between = Date.now();
  const two = await addClient(owner);
  const { results } = await portal.db.prepare("SELECT id, created_at AS at FROM clients WHERE id IN (?1, ?2)").bind(one.id, two.id).all();
  const at = Object.fromEntries(results.map((row) => [row.id, row.at]));
  assert.ok(at[one.id] >= begun && at[one.id] <= between, `${begun} ≤ ${at[one.id]} ≤ ${between}`);
  assert.ok(at[two.id] >= between, `${at[two.id]} is not before ${between}`);
});

/** Sends bytes as they are; gives the answer's. */
const raw = (bytes) => new Promise((done, fail) => {
  const socket = connect(portal.port, "127.0.0.1", () => socket.end(bytes));
  let text = "";
  socket.on("data", (chunk) => { text += chunk; });
  socket.on("end", () => done(text));
  socket.on("error", fail);
});

test("a head that cannot be read is refused, with the headers of every answer", async () => {
  const host = new URL(portal.base).host;
  const answer = await raw(`GET /sign-in HTTP/1.1\r\nHost: ${host}\r\nX-Odd: a\u0001b\r\nConnection: close\r\n\r\n`);
  assert.match(answer, /^HTTP\/1\.1 400 /);
  assert.match(answer, /x-content-type-options: nosniff/i);
  assert.match(answer, /cache-control: no-store/i);
  assert.match(answer, /one of its headers is malformed/);
  assert.equal((await nobody().get("/sign-in")).status, 200);
});
