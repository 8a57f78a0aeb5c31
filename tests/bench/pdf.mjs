// The PDF of an invoice: drawn the first time, kept in R2, and known to the browser from then on.
import { cpuOf } from "../harness/processes.mjs";
import { spread } from "./load.mjs";

/** CPU ms of the first and of a later request for invoices of the measured client, one after the other. */
export async function pdf(bench, { count, repeats }) {
  const { owner } = bench.people;
  const { results } = await bench.db.prepare("SELECT id FROM invoices WHERE client_id = ? AND state = 'sent' ORDER BY issued_on DESC, id DESC LIMIT ?")
    .bind(bench.stage.client.id, count * repeats + 1).all();
  const paths = results.map(({ id }) => `/admin/invoices/${id}/pdf`);
  const tags = new Map();
  const ask = async (paths, check, headers = () => ({})) => {
    const before = cpuOf(bench.pid);
    for (const path of paths) check(await owner.request("GET", path, { headers: headers(path) }), path);
    return (cpuOf(bench.pid) - before) / paths.length;
  };
  const isPdf = (answer, path) => {
    if (answer.status !== 200 || answer.bytes.subarray(0, 5).toString() !== "%PDF-") throw new Error(`Expected a PDF, got ${answer}`);
    if (tags.has(path) && tags.get(path) !== answer.headers.etag) throw new Error(`${path} is another file the second time.`);
    tags.set(path, answer.headers.etag);
  };
  const notChanged = (answer) => {
    if (answer.status !== 304 || answer.bytes.length) throw new Error(`Expected 304 without a body, got ${answer}`);
  };
  await ask(paths.splice(0, 1), isPdf); // the fonts are read once
  const [first, again, known] = [[], [], []];
  for (let n = 0; n < repeats; n++) {
    const some = paths.slice(n * count, (n + 1) * count);
    first.push(await ask(some, isPdf));
    again.push(await ask(some, isPdf));
    known.push(await ask(some, notChanged, (path) => ({ "if-none-match": tags.get(path) })));
  }
  return { first: spread(first), again: spread(again), known: spread(known) };
}
