// A file of 1 GiB goes up by the pages' own uploads and down by the client, against a plain worker that puts the
// same bytes into R2 and gives them back; and how much memory the process takes meanwhile.
import { cpuOf, watchingMemory } from "../harness/processes.mjs";
import { download, LargeFile, STEP } from "../harness/large-file.mjs";

/** Runs something: { cpu: ms, seconds, grown: bytes at the peak }. */
async function watched(bench, work) {
  const [cpu, began] = [cpuOf(bench.pid), performance.now()];
  const { before, peak } = await watchingMemory(work, [bench.pid]);
  return { cpu: cpuOf(bench.pid) - cpu, seconds: (performance.now() - began) / 1000, grown: peak - before };
}

const must = (holds, what) => { if (!holds) throw new Error(what); };

async function uploadInParts(bench, large) {
  const { owner } = bench.people;
  const begun = await owner.sendJson("POST", `${bench.stage.client.path}/uploads`, { file_name: "large.bin", size: large.size, visible: true });
  must(begun.status === 201 && begun.json().part_size === STEP, `Beginning an upload: ${begun} ${begun.text}`);
  const { id } = begun.json();
  for (let n = 0; n < large.count; n += 1) {
    const answer = await owner.request("PUT", `/admin/uploads/${id}/parts/${n + 1}`, { body: large.part(n) });
    must(answer.status === 204, `Part ${n + 1}: ${answer}`);
  }
  const done = await owner.request("POST", `/admin/uploads/${id}/complete`, { headers: { accept: "application/json" } });
  must(done.status === 200, `Ending an upload: ${done}`);
}

/** The way up and down of `size` bytes, each beside the floor's: { up, floorUp, down, floorDown }. */
export async function files(bench, { size }) {
  const large = new LargeFile(size);
  const floor = { port: bench.ports["floor file"] };
  const up = await watched(bench, () => uploadInParts(bench, large));
  const { id, blob } = await bench.db.prepare("SELECT d.id, v.blob FROM documents d JOIN document_versions v ON v.id = d.version_id WHERE v.size = ?").bind(size).first();
  // The same bytes over the object in one piece: the local R2 holds what came in parts in memory when it is read.
  const path = `/${blob}`;
  const floorUp = await watched(bench, async () => must(await large.send({ ...floor, path, method: "PUT" }) === 200, "The floor took no file."));
  const same = (answer) => must(answer.status === 200 && answer.length === size && answer.digest === large.digest(), `Other bytes came down: ${answer.status}, ${answer.length}`);
  const { cookies } = bench.people.lena;
  const asLena = { port: bench.port, path: `/documents/${id}/download`, headers: { host: new URL(bench.base).host, cookie: cookies.header } };
  await bench.people.lena.get("/"); // renews the session
  asLena.headers.cookie = cookies.header;
  const down = await watched(bench, async () => same(await download(asLena)));
  const floorDown = await watched(bench, async () => same(await download({ ...floor, path })));
  return { up, floorUp, down, floorDown };
}
