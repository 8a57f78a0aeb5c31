// `make bench`, under the project's own Node: fills the stage, measures part after part, prints the table, writes
// the figures. QUICK=1: small data, few repeats. ONLY=pages,weights: some parts. ROWS=… : another size of the
// large data. KEEP=1 leaves the filled folders.
import { rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { builtInto } from "../../scripts/build.mjs";
import { at } from "../../scripts/lib/project.mjs";
import { main, Plain, say } from "../../scripts/lib/run.mjs";
import { cpuOf, cpuOfMachine, resident } from "../harness/processes.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { costs, withWorld } from "./costs.mjs";
import { files } from "./files.mjs";
import { lighthouse } from "./lighthouse.mjs";
import { load } from "./load.mjs";
import { everyday } from "./pages.mjs";
import { pdf } from "./pdf.mjs";
import { Bench } from "./runtime.mjs";
import { filled, setStage } from "./stage.mjs";
import { speed } from "./speed.mjs";
import { asMarkdown, asText, failures } from "./table.mjs";
import { webhook } from "./webhook.mjs";
import { firstVisits, html, wasm } from "./weights.mjs";

const quick = process.env.QUICK === "1";
const PARTS = ["pages", "webhook", "pdf", "files", "costs", "weights", "lighthouse"];
const wishes = (process.env.ONLY ?? "").split(",").filter(Boolean);
const SMALL = { clients: 10, rows: 1_000, every: 4 };
const LARGE = { clients: 10_000, rows: Number(process.env.ROWS ?? 1_000_000), every: 100 };

const elapsed = (() => { const began = Date.now(); return () => `${Math.round((Date.now() - began) / 1000)} s`; })();
const heading = (text) => say(`\n── ${text} (${elapsed()})`);

/** The parts, in this order, on the folders that were filled. One that breaks off leaves the others their figures. */
async function measure(stage, worker, stripe, { small, large }, save) {
  const figures = { broken: {} };
  const part = async (name, title, work) => {
    if (wishes.length && !wishes.includes(name)) return;
    heading(title);
    try {
      Object.assign(figures, await work());
    } catch (error) {
      say(`  ${error.stack}`);
      figures.broken[name] = error.message;
    }
    save(figures);
  };
  // First, on the data as it was filled: the webhook's payments are all of one day.
  const where = { state: large ?? small, worker };
  await part("costs", "Round trips and rows", async () => ({ costs: await costs({ ...stage, stripe }, where) }));
  const benches = [];
  const start = async (state, port) => {
    const bench = await Bench.start({ state, worker, stage: { ...stage, port } });
    benches.push(bench);
    return bench;
  };
  const bench = await start(large ?? small, stage.port);
  const idle = resident([bench.pid]);
  try {
    await part("pages", "Pages against the floors", async () => {
      // What the runtime takes for itself before a page was asked: its own garbage, collected late.
      await load(bench.floor("floor 1"), { connections: 32, seconds: quick ? 10 : 60 });
      const floor = resident([bench.pid]);
      const other = large ? await start(small, 0) : undefined;
      const found = await speed(bench, other, quick ? { repeats: 3, seconds: 1, warm: 500 } : { repeats: 3, seconds: 2, warm: 5_000 });
      return { ...found, memory: { idle, floor, loaded: resident([bench.pid]) } };
    });
    await part("pdf", "The PDF of an invoice", async () => ({ pdf: await pdf(bench, { repeats: 3, count: quick ? 10 : 30 }) }));
    await part("webhook", "The webhook", async () => ({ webhook: await webhook(bench, { stripe, repeats: 3, count: quick ? 100 : 1_000 }) }));
    await part("files", "A large file up and down", async () => ({ files: await files(bench, { size: (quick ? 64 : 1024) * 2 ** 20 }) }));
    await part("weights", "Pages over the wire", async () => ({ wasm: wasm(worker), html: await html(bench, everyday(stage)) }));
  } finally {
    for (const each of benches) await each.close();
  }
  await part("weights", "First visits", async () => ({
    visits: await withWorld(stage, where, (world, { owner, lena }) => firstVisits(world, {
      "sign in": { path: "/sign-in" }, "dashboard, client": { path: "/", cookiesOf: lena }, "dashboard, staff": { path: "/admin", cookiesOf: owner }, "invoices, client": { path: "/billing", cookiesOf: lena },
    })),
  }));
  await part("lighthouse", "Lighthouse", async () => ({
    lighthouse: await withWorld(stage, where, (world, { owner, lena }) => lighthouse(world.base, {
      login: { path: "/sign-in" }, dashboard: { path: "/", user: lena }, Billing: { path: "/billing", user: lena }, "client record": { path: stage.client.path, user: owner },
    })),
  }));
  return figures;
}

/** What the machine did beside this, as a share of all of its CPU. */
function watchMachine() {
  const [begin, own] = [cpuOfMachine(), cpuOf("self")];
  return () => {
    const end = cpuOfMachine();
    return { cores: availableParallelism(), model: cpus()[0].model, load: loadavg()[0], busy: (end.busy - begin.busy) / (end.all - begin.all), own: (cpuOf("self") - own) / (end.all - begin.all) };
  };
}

await main(async () => {
  const unknown = wishes.find((wish) => !PARTS.includes(wish));
  if (unknown) throw new Plain(`ONLY=${unknown} is no part. Parts: ${PARTS.join(", ")}.`);
  const worker = process.env.WORKER_DIR ?? builtInto("release");
  const folder = at("target/bench");
  const machine = watchMachine();
  const stripe = await StripeStandIn.start();
  try {
    heading("The stage");
    const stage = await setStage(`${folder}/state`, { worker, more: stripe.settings });
    const fill = (name, size) => {
      heading(`Filling ${size.clients.toLocaleString("en")} clients, ${size.rows.toLocaleString("en")} invoices and as many documents`);
      return filled(stage, name, size, (what) => say(`  ${what} (${elapsed()})`));
    };
    const small = fill("small", SMALL);
    const large = quick ? undefined : fill("large", LARGE);
    // Written after each part: a run that is stopped leaves what it has measured.
    const save = (measured) => {
      const figures = { at: new Date().toISOString(), quick, size: quick ? SMALL : LARGE, ...measured, machine: machine() };
      writeFileSync(`${folder}/figures.json`, JSON.stringify(figures, null, 1));
      writeFileSync(`${folder}/table.md`, `${asMarkdown(figures)}\n`);
      return figures;
    };
    const figures = save(await measure(stage, worker, stripe, { small, large }, save));
    heading("The table");
    say(asText(figures));
    tellMore(figures);
    const failed = [...Object.entries(figures.broken).map(([name, why]) => `${name} could not be measured (${why})`), ...failures(figures)];
    say(failed.length ? `\nMissed: ${failed.join("; ")}` : "\nEvery budget holds.");
    return failed.length ? 1 : 0;
  } finally {
    await stripe.close();
    if (process.env.KEEP !== "1") rmSync(`${folder}/state`, { recursive: true, force: true });
  }
});

/** What stands beside the table. */
function tellMore({ floors, files: file, pdf: drawn, memory, lighthouse: scores, machine }) {
  const mib = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
  say();
  for (const [name, { median, min, max }] of Object.entries(floors ?? {})) say(`${name}: ${median.toFixed(2)} ms CPU a request (${min.toFixed(2)}–${max.toFixed(2)})`);
  if (drawn) say(`A PDF that is kept: ${drawn.again.median.toFixed(1)} ms CPU; known to the browser (304): ${drawn.known.median.toFixed(1)} ms.`);
  if (file) for (const [name, way, floor] of [["Up", file.up, file.floorUp], ["Down", file.down, file.floorDown]]) {
    say(`${name}: ${way.seconds.toFixed(1)} s and ${(way.cpu / 1000).toFixed(1)} s CPU, ${(way.cpu / floor.cpu).toFixed(2)} × the plain worker's CPU; ${mib(way.grown)} more memory (plain: ${mib(floor.grown)}).`);
  }
  if (memory) say(`Memory of workerd: ${mib(memory.idle)} when started, ${mib(memory.floor)} when floor 1 alone had been asked by 32 connections, ${mib(memory.loaded)} after the pages.`);
  for (const [page, { lost }] of Object.entries(scores ?? {})) for (const what of lost) say(`Lighthouse, ${page}, ${what}`);
  const percent = (share) => `${Math.round(share * 100)} %`;
  const floor = floors?.["floor 50"];
  say(`How noisy: ${machine.cores} cores were ${percent(machine.busy)} busy, load ${machine.load.toFixed(1)} at the end${floor ? `; floor 50 went from ${floor.min.toFixed(2)} to ${floor.max.toFixed(2)} ms, ±${percent((floor.max - floor.min) / 2 / floor.median)}` : ""}.`);
}
