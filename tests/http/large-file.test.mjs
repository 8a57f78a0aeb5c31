// A large file goes up in parts and down again while the worker's memory stays flat. 64 MiB by default, for
// the bytes; LARGE=1 takes 1 GiB, for the memory too. Memory is that of the whole workerd process, which
// holds the runtime, the worker and the simulators of R2 and D1 alike. The simulator of R2 passes an object
// that came in parts through JavaScript and grows by its size, whatever the worker is (one of four lines
// measured the same); so such a download is checked for its bytes, and memory is watched on an object of
// the same bytes in one piece.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { setUpOwner } from "../harness/flows.mjs";
import { download, LargeFile, MIB, STEP } from "../harness/large-file.mjs";
import { watchingMemory } from "../harness/processes.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const large = new LargeFile(process.env.LARGE ? 1024 * MIB : 64 * MIB);
const SIZE = large.size;
/** What a transfer of any size may add to the process, at its peak: only far larger ones can break it. */
const MAY_GROW = 256 * MIB;

const world = await World.start();
after(() => world.close());

let owner, client, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, {}));
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(SIZE).run();
});

/** Runs something and says how memory went: before, at the peak, after. */
async function watched(t, what, work) {
  const began = performance.now();
  const { before: start, peak, after: end } = await watchingMemory(work);
  const mib = (bytes) => Math.round(bytes / MIB);
  t.diagnostic(`${what}, ${mib(SIZE)} MiB in ${((performance.now() - began) / 1000).toFixed(1)} s: workerd has ${mib(start)} MiB before, ${mib(peak)} MiB at the peak, ${mib(end)} MiB after`);
  assert.ok(peak - start < MAY_GROW, `${what}: expected at most ${mib(MAY_GROW)} MiB more, saw ${mib(peak - start)} MiB`);
}

const downloadAs = (user, path, headers = {}) => download({ port: world.port, path, headers: { host: new URL(world.base).host, cookie: user.cookies.header, ...headers } });

let document;

test("up in parts", async (t) => {
  const begun = await owner.sendJson("POST", `${client.path}/uploads`, { file_name: "large.bin", size: SIZE, visible: true });
  assert.equal(begun.status, 201, begun.text);
  const { id, part_size: step } = begun.json();
  assert.equal(step, STEP);
  await watched(t, "Up in parts", async () => {
    for (let n = 0; n < SIZE / STEP; n += 1) {
      const answer = await owner.request("PUT", `/admin/uploads/${id}/parts/${n + 1}`, { body: large.part(n) });
      assert.equal(answer.status, 204, answer.text);
    }
    const done = await owner.request("POST", `/admin/uploads/${id}/complete`, { headers: { accept: "application/json" } });
    assert.equal(done.status, 200, done.text);
  });
  document = await world.db.prepare("SELECT d.id, v.size, v.blob FROM documents d JOIN document_versions v ON v.id = d.version_id").first();
  assert.equal(document.size, SIZE);
});

test("down by the client, byte for byte, with one receipt", async (t) => {
  // The same bytes over the object, in one piece.
  assert.equal(await large.send({ port: world.port, path: `/__edge/object/${document.blob}` }), 200);
  await watched(t, "Down, in one piece", async () => {
    const whole = await downloadAs(lena, `/documents/${document.id}/download`);
    assert.deepEqual(whole, { status: 200, length: SIZE, digest: large.digest() });
    const half = await downloadAs(lena, `/documents/${document.id}/download`, { range: `bytes=${SIZE / 2}-` });
    assert.deepEqual([half.status, half.length], [206, SIZE / 2]);
  });
  assert.equal(await world.db.prepare("SELECT count(*) AS n FROM receipts").first("n"), 1);
});

test("up by the plain form", async (t) => {
  const head = "--B\r\nContent-Disposition: form-data; name=\"folder\"\r\n\r\n\r\n--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"plain.bin\"\r\n\r\n";
  const tail = "\r\n--B--\r\n";
  function* body() {
    yield Buffer.from(head);
    yield* large.parts();
    yield Buffer.from(tail);
  }
  await watched(t, "Up by the plain form", async () => {
    const answer = await owner.request("POST", `${client.path}/documents`, {
      body: Readable.from(body()),
      headers: { "content-type": "multipart/form-data; boundary=B", "content-length": String(head.length + SIZE + tail.length) },
    });
    assert.equal(answer.status, 303, answer.text);
  });
  const { id } = await world.db.prepare("SELECT id FROM documents WHERE title = 'plain'").first();
  const whole = await downloadAs(owner, `/admin/documents/${id}/download`);
  assert.deepEqual(whole, { status: 200, length: SIZE, digest: large.digest() });
});

test("one byte more than the limit is refused before a byte is sent", async () => {
  const refused = await owner.sendJson("POST", `${client.path}/uploads`, { file_name: "larger.bin", size: SIZE + 1 });
  assert.equal(refused.status, 422);
  assert.match(refused.json().detail, /An owner or admin can raise the limit in Settings\.$/);
});
