// What pages and actions ask of the platform, measured: the built worker in the real runtime, every request
// counted at its bindings (tests/harness). Work behind a response counts with it.
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { databaseFile } from "../lib/state.mjs";
import { draftInvoice, recordPayment, sendInvoice } from "../../tests/harness/billing.mjs";
import { addDocument, clientWithPerson, setUpOwner, signIn, signInStaff } from "../../tests/harness/flows.mjs";
import { startThread, write, writeBack } from "../../tests/harness/messages.mjs";
import { invoiceRow, payOnline } from "../../tests/harness/money.mjs";
import { StripeStandIn } from "../../tests/harness/stripe.mjs";
import { answer, openTicket } from "../../tests/harness/tickets.mjs";
import { addTask, addTime } from "../../tests/harness/work.mjs";
import { World } from "../../tests/harness/world.mjs";

/** R2's operations by how they are billed; deleting and giving up parts are free. */
const R2_WRITES = new Set(["put", "createMultipartUpload", "uploadPart", "complete", "list"]);
const R2_READS = new Set(["get", "head"]);
const DAY = 86_400_000;

/** Repetitions: enough that lists are full pages and figures are steady. */
const TIMES = 40;

/** Bytes in use of each table and index, and their pages: read from a copy, while the worker rests. */
export function sizes(state) {
  const file = databaseFile(state);
  const folder = mkdtempSync(join(tmpdir(), "portico-scale-"));
  try {
    for (const end of ["", "-wal"]) if (existsSync(file + end)) copyFileSync(file + end, join(folder, `copy.sqlite${end}`));
    const copy = new DatabaseSync(join(folder, "copy.sqlite"));
    const objects = copy.prepare(
      "SELECT m.tbl_name AS 'table', m.type, s.name, sum(s.pgsize - s.unused) AS used, sum(s.pgsize) AS pages FROM dbstat s "
      + "JOIN sqlite_master m ON m.name = s.name GROUP BY s.name",
    ).all();
    const rows = {};
    for (const table of new Set(objects.map((object) => object.table))) rows[table] = copy.prepare(`SELECT count(*) AS n FROM "${table}"`).get().n;
    copy.close();
    return { objects, rows, used: objects.reduce((sum, { used }) => sum + used, 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds of CPU that the runtime has used: the worker, the stand-ins of D1, R2 and KV, and the harness. Linux only. */
function cpuMs() {
  if (!existsSync("/proc/self/stat")) return NaN;
  let ticks = 0;
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const [, command, rest] = /^\d+ \((.*)\) (.*)$/.exec(readFileSync(`/proc/${id}/stat`, "utf8").trim());
      const fields = rest.split(" ");
      if (command.startsWith("workerd") && Number(fields[1]) === process.pid) ticks += Number(fields[11]) + Number(fields[12]);
    } catch { /* it ended meanwhile */ }
  }
  return ticks * 10;
}

class Meter {
  found = {};
  constructor(world, say) {
    this.world = world;
    this.say = say;
  }

  /** Does it so many times; keeps what one time costs, on average. */
  async of(name, act, times = TIMES) {
    const { world } = this;
    await world.settled();
    const [before, cpu, first] = [sizes(world.state), cpuMs(), this.#next()];
    for (let n = 0; n < times; n++) await act(n);
    const last = this.#next();
    await world.settled();
    const spent = cpuMs() - cpu;
    const after = sizes(world.state);
    const sum = { requests: last - first - 1, cpuMs: spent, bytes: after.used - before.used, auditRows: after.rows.audit - before.rows.audit };
    for (let n = first + 1; n < last; n++) add(sum, await world.record(`r${n}`));
    this.#keep(name, sum, times);
  }

  /** So many runs of the clock, a minute apart; keeps what one costs, or what one `each` of them does. */
  async clock(name, runs, each) {
    const { world } = this;
    await world.settled();
    const [before, cpu] = [sizes(world.state), cpuMs()];
    const sum = { requests: runs };
    for (let n = 0; n < runs; n++) {
      await world.advance(61_000);
      add(sum, await world.cron());
    }
    sum.cpuMs = cpuMs() - cpu;
    const after = sizes(world.state);
    Object.assign(sum, { bytes: after.used - before.used, auditRows: after.rows.audit - before.rows.audit });
    this.#keep(name, sum, each ? sum[each] : runs);
  }

  #next() {
    return Number(this.world.nextRequestId().slice(1));
  }

  #keep(name, sum, times) {
    const { mostStatements } = sum;
    this.found[name] = { ...Object.fromEntries(Object.entries(sum).map(([what, amount]) => [what, amount / times])), mostStatements };
    this.say(`  ${name}: ${Math.round(sum.rowsRead / times)} rows read, ${Math.round(sum.rowsWritten / times)} written`);
  }
}

/** Adds a request's record, with what ran behind its response. */
function add(sum, record) {
  for (const part of [record, record.after]) {
    for (const [ours, theirs] of [["rowsRead", "rowsRead"], ["rowsWritten", "rowsWritten"], ["trips", "d1"], ["mails", "mail"]]) sum[ours] = (sum[ours] ?? 0) + part[theirs];
  }
  const count = (kind, is) => record.ops.filter((op) => op.kind === kind && is(op.op)).length;
  sum.kvReads = (sum.kvReads ?? 0) + count("kv", (op) => op === "get" || op === "getWithMetadata");
  sum.kvWrites = (sum.kvWrites ?? 0) + count("kv", (op) => op === "put" || op === "delete");
  sum.r2Writes = (sum.r2Writes ?? 0) + count("r2", (op) => R2_WRITES.has(op));
  sum.r2Reads = (sum.r2Reads ?? 0) + count("r2", (op) => R2_READS.has(op));
  sum.writes = (sum.writes ?? 0) + record.ops.filter((op) => op.kind === "d1" && op.rowsWritten > 0).length;
  const statements = record.ops.filter((op) => op.kind === "d1").reduce((total, op) => total + op.about.length, 0);
  sum.statements = (sum.statements ?? 0) + statements;
  sum.mostStatements = Math.max(sum.mostStatements ?? 0, statements);
}

const paragraph = "Thank you for the new drafts. We looked at them together this morning and like the second one best; the green is warm, and the letters are easy to read from across the street. ";
const file = (n) => ({ filename: `minutes-${n}.txt`, type: "text/plain", content: paragraph.repeat(40) });

function must(answer, status) {
  if (answer.status !== status) throw new Error(`Expected ${status}, got ${answer}: ${answer.page?.text.slice(0, 300)}`);
  return answer;
}

/** Measures it all: { actions: { name: figures of one }, database: sizes after it }. */
export async function measure(say) {
  const stripe = await StripeStandIn.start();
  const world = await World.start({ settings: stripe.settings });
  await stripe.attach(world);
  try {
    const owner = await setUpOwner(world);
    const meter = new Meter(world, say);
    await meter.of("client comes on board", () => clientWithPerson(owner), 10);
    const { client, person } = await clientWithPerson(owner);
    await writing(world, meter, stripe, owner, client, person);
    await reading(meter, owner, client, person);
    await signingIn(world, meter, owner, person);
    await clock(world, meter);
    return { actions: meter.found, database: sizes(world.state) };
  } finally {
    await world.close({ messy: true });
    await stripe.close();
  }
}

async function writing(world, meter, stripe, owner, client, person) {
  await meter.of("document shared", (n) => addDocument(owner, client, { file: file(n), title: `Minutes of week ${n}`, folder: n % 2 ? "Minutes" : "Drafts" }));
  await meter.of("client sends a file", async (n) => {
    const form = (await person.get("/documents")).page.formTo("/documents");
    must(await person.upload("/documents", [...form.fill({}).filter(([name]) => name !== "file"), ["file", file(`from us ${n}`)]]), 303);
    await person.get("/documents");
  });
  await meter.of("task added", (n) => addTask(owner, client, { title: `Look at draft ${n}`, visible: "on", description: paragraph }));
  await meter.of("time logged", (n) => addTime(owner, client, { time: "1:30", description: `Work on draft ${n}, with notes` }));
  const threads = [];
  for (let n = 0; n < 4; n++) threads.push(await startThread(person, { subject: `About draft ${n}`, body: paragraph }));
  await meter.of("client writes, staff answer", async (n) => {
    const thread = threads[n % threads.length];
    must(await write(person, thread, `${n}: ${paragraph}`), 303);
    must(await writeBack(owner, thread, `${n}: ${paragraph}`), 303);
  });
  await meter.of("ticket, answered", async (n) => {
    const ticket = await openTicket(person, { subject: `Question ${n} about the boxes`, body: paragraph });
    must(await answer(owner, ticket, paragraph), 303);
  });
  const sent = [];
  await meter.of("invoice written and sent", async (n) => {
    const invoice = await draftInvoice(owner, client, { notes: "Thank you for a lovely project.", lines: [[`Design of draft ${n}, two rounds`, 2, "480", "19%"], ["Workshop on site", 1, "640", "19%"], ["Printed cards", 500, "0.185", "7%"]] });
    await sendInvoice(owner, invoice);
    await owner.get(invoice.path);
    sent.push(invoice);
  });
  await meter.of("payment recorded", async (n) => {
    must(await recordPayment(owner, sent[n], "100", { reference: `Statement ${n}` }), 303);
    await owner.get(sent[n].path);
  }, TIMES / 2);
  await payOnline(world);
  const open = [];
  for (let n = 0; n < TIMES / 2; n++) open.push(await invoiceRow(world, client));
  await meter.of("invoice paid online", async (n) => {
    must(await person.get(`/billing/${open[n].id}`), 200);
    must(await person.post(`/billing/${open[n].id}/pay`), 303);
    const session = stripe.openSession();
    stripe.pay(session);
    for (const event of stripe.due) {
      const body = JSON.stringify(event, null, 2);
      must(await person.request("POST", "/webhooks/stripe", { browser: false, keepCookies: false, body, headers: { "cookie": null, "content-type": "application/json", "stripe-signature": stripe.sign(body) } }), 200);
    }
    stripe.due = [];
    must(await person.get(`/billing/confirming/${session.client_reference_id}`), 200);
  }, TIMES / 2);
}

async function reading(meter, owner, client, person) {
  const first = async (user, path, pattern) => user.world.db.prepare(path).bind(client.id).first().then(({ id }) => pattern.replace("ID", id));
  const invoice = await first(person, "SELECT id FROM invoices WHERE client_id = ? AND number IS NOT NULL ORDER BY id LIMIT 1", "/billing/ID");
  const thread = await first(person, "SELECT id FROM threads WHERE client_id = ? LIMIT 1", "/messages/ID");
  const anybody = person.world.user("anybody");
  const pages = {
    "sign-in page": [anybody, "/sign-in"], "page that is not there": [anybody, "/wp-login.php", 404],
    "client: home": [person, "/"], "client: documents": [person, "/documents"], "client: billing": [person, "/billing"],
    "client: invoice": [person, invoice], "client: invoice PDF": [person, `${invoice}/pdf`], "client: tasks": [person, "/tasks"], "client: notifications": [person, "/notifications"], "client: conversation": [person, thread],
    "staff: dashboard": [owner, "/admin"], "staff: client": [owner, client.path], "staff: documents": [owner, `${client.path}/documents`], "staff: billing": [owner, "/admin/billing"], "staff: messages": [owner, "/admin/messages"],
  };
  for (const [name, [user, path, status = 200]] of Object.entries(pages)) await meter.of(name, async () => must(await user.get(path), status));
  // Each another one: the first download of a session leaves a receipt.
  const { results: shared } = await person.world.db.prepare("SELECT id FROM documents WHERE client_id = ? AND sent_by IS NULL LIMIT ?").bind(client.id, TIMES).all();
  await meter.of("client: download", async (n) => must(await person.get(`/documents/${shared[n].id}/download`), 200), shared.length);
}

async function signingIn(world, meter, owner, person) {
  // A minute between tries, so that nothing looks like guessing.
  const later = (act) => async () => { await world.advance(61_000); await act(); };
  await meter.of("sign in by password", later(() => signIn(person)), 20);
  await meter.of("staff sign in", later(() => signInStaff(owner)), 20);
}

async function clock(world, meter) {
  // An hour on, the log's check has had its rest; it is done before anything is counted.
  for (let n = 0; n < 3; n++) await world.cron();
  await meter.clock("minute of the clock, nothing due", 20);
  await world.db.prepare("UPDATE billing SET reminders = '0'").run();
  const noon = Math.floor(world.now() / DAY) * DAY + 14 * DAY + DAY / 2;
  await world.setClock(noon - Date.now());
  await meter.clock("mail by the clock", 8, "mails");
}
