// Stands between workerd and the built worker, in the worker's own isolate, so that tests can count
// what a request asks of D1, R2, KV and the mail binding, make those fail, and move the clock.
// The product knows nothing of it. Tests talk to it under /__edge/ (see world.mjs).
import { WorkerEntrypoint } from "cloudflare:workers";
import Product from "./index.js";
import { shiftClock } from "./edge-clock.mjs";
import { diesAfterAnswer, faultsLeft, release, resetFaults, setFaults } from "./edge-faults.mjs";
import { resetOutbound, allowOutbound, outboundCalls } from "./edge-outbound.mjs";
import { newRecord, spyOnDatabase, spyOnBucket, spyOnNamespace, spyOnMail, mails } from "./edge-spies.mjs";

const records = new Map();
const KEEP = 500;
/** Requests that asked D1 more often than a page (once) or an action (twice) may; what a fault broke may be asked again. */
const costly = [];
const MOST = { GET: 1, HEAD: 1 };
let pending = 0;

/** Whether a batch asks several times for what could be read at once (src/store/joined.rs). */
const isScattered = ({ kind, op, about }) => kind === "d1" && op === "batch" && about.length > 1 && !about.some((sql) => /\b(INSERT|UPDATE|DELETE)\b/.test(sql));

class Edge extends WorkerEntrypoint {
  /** A fresh product instance whose bindings write to `record`. */
  #product(record) {
    const { DB, DOCUMENTS, BRANDING, EMAIL } = this.env;
    const env = {
      ...this.env,
      DB: spyOnDatabase(DB, record),
      DOCUMENTS: spyOnBucket(DOCUMENTS, record),
      BRANDING: spyOnNamespace(BRANDING, record),
    };
    if (EMAIL) env.EMAIL = spyOnMail(record);
    const waitUntil = this.ctx.waitUntil.bind(this.ctx);
    this.ctx.waitUntil = (work) => {
      pending++;
      record.background++;
      waitUntil(Promise.resolve(work).finally(() => { pending--; }));
    };
    return new Product(this.ctx, env);
  }

  async fetch(request) {
    const url = new URL(request.url);
    // An object in one piece, straight into the bucket: the body is streamed.
    if (url.pathname.startsWith("/__edge/object/")) {
      await this.env.DOCUMENTS.put(url.pathname.slice(15), request.body);
      return Response.json({});
    }
    if (url.pathname.startsWith("/__edge/")) return control(url.pathname.slice(8), request);
    const record = newRecord(`${request.method} ${url.pathname}`);
    const id = request.headers.get("x-edge-request");
    if (id) {
      records.set(id, record);
      if (records.size > KEEP) records.delete(records.keys().next().value);
      const city = request.headers.get("x-edge-city");
      // The runtime has a place of its own for whoever comes, which is no place of a test.
      request = new Request(request, { cf: city ? { city } : {} });
      request.headers.delete("x-edge-request");
      request.headers.delete("x-edge-city");
      // What the worker cannot expect of the runtime: it panics.
      if (request.headers.get("x-edge-panic")) Object.defineProperty(request, "cf", { get() { throw new Error("no edge"); } });
    }
    try {
      const response = await this.#product(record).fetch(request);
      record.status = response.status;
      if (diesAfterAnswer()) record.dead = true;
      return response;
    } finally {
      record.answered = true;
      if (record.d1 - record.lost > (MOST[request.method] ?? 2)) costly.push({ name: record.name, d1: record.d1, status: record.status });
      else if (request.method === "GET" && record.ops.some(isScattered)) costly.push({ name: record.name, scattered: true, status: record.status });
    }
  }

  async scheduled(event) {
    const record = newRecord("cron");
    records.set("cron", record);
    pending++;
    try {
      return await this.#product(record).scheduled(event);
    } finally {
      pending--;
    }
  }
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function control(what, request) {
  const body = request.method === "POST" ? await request.json() : {};
  switch (what) {
    case "record": return Response.json(records.get(body.id) ?? null);
    case "clock": shiftClock(body.ms); return Response.json({});
    case "faults": setFaults(body.faults); return Response.json({});
    case "release": release(); return Response.json({});
    case "faults-left": return Response.json(faultsLeft());
    case "allow": allowOutbound(body.origin); return Response.json({});
    case "outbound": return Response.json(outboundCalls());
    case "costly": return Response.json(costly);
    case "mails": return Response.json(mails().slice(body.from ?? 0));
    case "forget": mails().length = 0; return Response.json({});
    case "reset": resetFaults(); resetOutbound(); return Response.json({});
    case "settled": {
      const until = performance.now() + body.ms;
      // Polls, because one request may not wait for another's promise.
      while (pending > 0 && performance.now() < until) await sleep(2);
      for (let i = 0; pending > 0 && i * 2 < body.ms; i++) await sleep(2);
      return Response.json({ pending });
    }
    default: return new Response(`The harness has no /__edge/${what}.`, { status: 404 });
  }
}

export default Edge;
