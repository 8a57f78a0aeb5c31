// A world: one workerd with the built worker, its own empty migrated database, and everything a test
// may want to know or do behind the worker's back. One per test file:
//
//   const world = await World.start();
//   after(() => world.close());
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Mailbox } from "./mailbox.mjs";
import { freePort, migrate, startRuntime } from "./runtime.mjs";
import { User } from "./users.mjs";

/** Settings without those that are undefined: the worker finds none by that name. */
const present = (settings) => Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));

/** How long work behind a response may take before it counts as stuck. */
const BACKGROUND_MS = 20_000;

/** What a fault may say (edge-faults.mjs). */
const FAULT = {
  keys: ["on", "op", "match", "when", "skip", "times", "ms", "bytes", "error", "code"],
  on: ["d1", "r2", "kv", "mail", "worker"],
  when: ["before", "after", "stall", "midstream", "gone", "dies"],
};

/** A fault that does not exist would never strike, and its test prove nothing. */
function known(fault) {
  const problem = [
    ...Object.keys(fault).filter((key) => !FAULT.keys.includes(key)).map((key) => `has no ${key}`),
    ...(FAULT.on.includes(fault.on) ? [] : [`is on d1, r2, kv, mail or worker, not on ${fault.on}`]),
    ...(fault.on === "worker" || FAULT.when.includes(fault.when) ? [] : [`does not come ${fault.when}`]),
  ][0];
  if (problem) throw new Error(`A fault ${problem}: ${JSON.stringify(fault)}.`);
  return fault;
}

export class World {
  /**
   * `mail`: "binding" (default: the EMAIL binding, kept in memory) | "none" (mail stays in the outbox) |
   * an smtp:// or smtps:// address (see smtp-sink.mjs). `settings`: more of the worker's environment;
   * undefined removes one. `trace`: print the worker's log. `state` and `port`: work on a state folder that
   * is there and stays (the demo's); otherwise each world has an empty migrated one of its own. `worker`:
   * another built worker than the one under test.
   */
  static async start({ mail = "binding", settings = {}, trace = Boolean(process.env.TRACE), state, port, worker } = {}) {
    const world = new World();
    world.trace = trace;
    world.worker = worker;
    world.setupToken = settings.SETUP_TOKEN ?? randomBytes(18).toString("base64url");
    world.state = state ?? mkdtempSync(join(tmpdir(), "portico-world-"));
    world.#passing = state === undefined;
    if (world.#passing) await migrate(world.state);
    const given = {
      SESSION_KEYS: `test:${randomBytes(32).toString("base64")}`,
      SETUP_TOKEN: world.setupToken,
      ...(mail === "none" ? {} : { MAIL_FROM: "Portico <portal@portico.test>" }),
      ...(mail.startsWith("smtp") ? { SMTP_URL: mail } : {}),
    };
    for (let tries = 1; ; tries++) {
      world.port = port ?? await freePort();
      world.base = `http://localhost:${world.port}`;
      world.settings = present({ PUBLIC_BASE_URL: world.base, ...given, ...settings });
      try {
        await world.#boot();
        break;
      } catch (error) {
        // Somebody was quicker with a port that was free.
        if (error.code !== "ERR_ADDRESS_IN_USE" || port || tries === 5) throw error;
      }
    }
    if (mail.startsWith("smtp")) {
      const { hostname, port } = new URL(mail);
      await world.allow(`tcp://${hostname}:${port}`);
    }
    return world;
  }

  logs = [];
  #expectedLogs = [];
  #expectedCosts = [];
  #clock = 0;
  #requests = 0;
  #last = null;
  #passing = true;
  mailbox = new Mailbox(this);

  async #boot() {
    this.runtime = await startRuntime({
      port: this.port,
      state: this.state,
      settings: this.settings,
      worker: this.worker,
      onLog: (entry) => {
        this.logs.push(entry);
        if (this.trace) console.log(`[worker ${entry.level}] ${entry.message}`);
      },
    });
    this.db = await this.runtime.getD1Database("DB");
    this.kv = await this.runtime.getKVNamespace("BRANDING");
    this.r2 = await this.runtime.getR2Bucket("DOCUMENTS");
  }

  /** A new isolate on the same data: nothing cached in memory, no faults, real time. Settings may change. */
  async restart(settings = {}) {
    await this.runtime.dispose();
    this.settings = present({ ...this.settings, ...settings });
    await this.#boot();
    await this.setClock(0);
  }

  /** A person with a browser of their own (cookies), not signed in. */
  user(name = "somebody") {
    return new User(this, name);
  }

  // -- The clock ---------------------------------------------------------------------------------

  /** Moves the worker's clock on by so many milliseconds. */
  advance(ms) {
    return this.setClock(this.#clock + ms);
  }

  /** Sets how far the worker's clock is from real time, in milliseconds (negative: in the past). */
  async setClock(ms) {
    this.#clock = ms;
    await this.#edge("clock", { ms });
  }

  /** What the worker's clock says, in ms since the epoch. */
  now() {
    return Date.now() + this.#clock;
  }

  /** Runs the cron job as the platform would, and everything it leaves for later. */
  async cron() {
    const worker = await this.runtime.getWorker();
    const { outcome } = await worker.scheduled({ scheduledTime: new Date(this.now()), cron: "* * * * *" });
    await this.settled();
    if (outcome !== "ok") throw new Error(`The cron job ended with "${outcome}"; the worker's log:\n${this.logText()}`);
    return this.record("cron");
  }

  // -- What requests did -------------------------------------------------------------------------

  nextRequestId() {
    this.#last = `r${++this.#requests}`;
    return this.#last;
  }

  /** Figures of one request: { d1, kv, r2, mail, rowsRead, rowsWritten, ops, after: {…} }. */
  record(id) {
    return this.#edge("record", { id });
  }

  /** The same for the last request that any user made. */
  lastRequest() {
    return this.record(this.#last);
  }

  /** Waits until nothing is left running behind the responses (waitUntil). */
  async settled() {
    const { pending } = await this.#edge("settled", { ms: BACKGROUND_MS });
    if (pending > 0) throw new Error(`${pending} background task(s) still run after ${BACKGROUND_MS} ms.`);
  }

  // -- Faults and the outside --------------------------------------------------------------------

  /** Makes a binding fail; see edge-faults.mjs for the fields. Replaces faults asked for before. */
  async fault(...faults) {
    await this.#edge("faults", { faults: faults.map(known) });
  }

  /** Lets go of what a fault holds ("stall"). */
  async release() {
    await this.#edge("release");
  }

  /** Faults that were asked for and have not struck yet. */
  faultsLeft() {
    return this.#edge("faults-left");
  }

  /** Waits until every fault that was asked for has struck. */
  async struck() {
    while ((await this.faultsLeft()).length) await new Promise(setImmediate);
  }

  /** Lets the worker call an origin ("https://…" or "tcp://host:port"); every other call fails the world. */
  async allow(origin) {
    await this.#edge("allow", { origin });
  }

  /** An error in the worker's log that is part of the test. */
  expectLog(pattern) {
    this.#expectedLogs.push(pattern);
  }

  /** Requests that may ask D1 more often than once for a page or twice for an action; say why where it is called. */
  expectCost(pattern) {
    this.#expectedCosts.push(pattern);
  }

  logText() {
    return this.logs.map(({ level, message }) => `  ${level}: ${message}`).join("\n") || "  (empty)";
  }

  /** Rows of the outbox, newest first, once what requests left to be done is done. */
  async outbox() {
    await this.settled();
    return (await this.db.prepare("SELECT * FROM outbox ORDER BY created_at DESC, id DESC").all()).results;
  }

  /** What went through the mail binding, oldest first, without the first `from`. */
  sentByBinding(from = 0) {
    return this.#edge("mails", { from });
  }

  /** Forgets mails that went through the binding, which a long test would pile up in the worker's memory. */
  async forgetMails() {
    await this.#edge("forget");
  }

  // -- The end -----------------------------------------------------------------------------------

  /** What a careful world should not have left: a list of sentences, empty when all is well. */
  async leftovers() {
    const left = [];
    await this.settled().catch((error) => left.push(error.message));
    for (const call of await this.#edge("outbound")) {
      if (!call.expected) left.push(`The worker called out without being allowed to: ${call.what}`);
    }
    for (const { name, d1, scattered, status } of await this.#edge("costly")) {
      const what = scattered ? "sent D1 several reads; a page sends one" : `asked D1 ${d1} times; a page may once, an action twice`;
      if (!this.#expectedCosts.some((pattern) => pattern.test(name))) left.push(`${name} (${status}) ${what}.`);
    }
    for (const fault of await this.#edge("faults-left")) {
      left.push(`A fault was asked for ${fault.times} time(s) and struck ${fault.struck} time(s): ${JSON.stringify(fault)}`);
    }
    const told = await this.#toldByLog();
    for (const { level, message } of this.logs) {
      const leak = told(message);
      if (leak) left.push(`The worker's log tells ${leak}: ${message}`);
      if (level === "error" && !this.#expectedLogs.some((pattern) => pattern.test(message))) {
        left.push(`The worker logged an error: ${message}`);
      }
    }
    if (this.settings.MAIL_FROM) {
      const due = await this.db.prepare("SELECT to_email, subject FROM outbox WHERE state = 'queued' AND due_at <= ?")
        .bind(this.now()).all();
      for (const row of due.results) left.push(`A mail was left in the outbox: "${row.subject}" to ${row.to_email}`);
    }
    return left;
  }

  /** What nobody may read in a log, by the name to complain under: passwords, cookies, tokens of links, settings, mails. */
  #secrets = new Map();

  /** Remembers a secret that was sent or received; short ones would be found by chance. */
  secret(name, value) {
    if (typeof value === "string" && value.length >= 12) this.#secrets.set(value, name);
  }

  /** Gives a function that says what a line of the log gives away, if it does. */
  async #toldByLog() {
    for (const name of ["SESSION_KEYS", "SETUP_TOKEN", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "SMTP_URL"]) {
      for (const part of [this.settings[name] ?? ""].flatMap((value) => [value, ...value.split(/[:,]/)])) this.secret(name, part);
    }
    const { results } = await this.db.prepare("SELECT subject, content FROM outbox").all();
    for (const { subject, content } of results) {
      // An address of a page is no secret: the log says which page it was about.
      for (const text of [subject, ...((content ?? "").match(/"[^"]{24,}"/g) ?? []).filter((text) => !text.startsWith('"/'))]) this.secret("a mail", text.replace(/^"|"$/g, "").slice(0, 80));
    }
    return (line) => {
      const token = /pt_[\w-]{20,}|eyJ[\w-]+\.[\w-]+\./.exec(line);
      if (token) return "a token";
      for (const [value, name] of this.#secrets) if (line.includes(value)) return name;
      return null;
    };
  }

  /** Shuts everything down and fails on leftovers, unless `{ messy: true }`. */
  async close({ messy = false } = {}) {
    let left = [];
    try {
      if (!messy) left = await this.leftovers();
    } finally {
      await this.runtime.dispose();
      if (this.#passing) rmSync(this.state, { recursive: true, force: true });
    }
    if (left.length) throw new Error(`The world was left untidy:\n- ${left.join("\n- ")}`);
  }

  async #edge(what, body = {}) {
    const response = await this.runtime.dispatchFetch(`http://localhost/__edge/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`/__edge/${what} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}
