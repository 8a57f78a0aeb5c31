// Sends one form under every fault and holds what comes of it against a run without any: the person who
// reads that it did not work sends the very same form again, the clock goes on, and in the end exactly that is
// there which the undisturbed run left.
import { compare, difference, wordsOf } from "./difference.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Words that no page may show: they name what is inside. */
const INSIDE = /\bD1\b|\bR2\b|\bKV\b|SQL|sqlite|wasm|panicked|constraint|Network connection|E_INTERNAL|src\/|\bnull\b|undefined/i;
const AGAIN = /again|once more|in a minute|come back/i;

/**
 * Faults at each step of a request whose `record` is known: { name, faults, how }. `behind: false` leaves out
 * what happens behind the answer, which is the same work for every route.
 */
export function casesOf({ ops, background }, { behind = true } = {}) {
  const cases = [];
  const add = (name, fault, how = "once") => cases.push({ name, faults: fault ? [fault] : [], how });
  const seen = { d1: 0, r2: 0, kv: 0, mail: 0 };
  for (const { kind, op, after } of ops) {
    const skip = seen[kind]++;
    if (after && !behind) continue;
    const place = `${kind} ${skip + 1} (${op}${after ? ", after the answer" : ""})`;
    const at = { on: kind, skip };
    switch (kind) {
      case "d1":
        for (const when of ["before", "after"]) add(`${place} throws ${when} it is done`, { ...at, when });
        if (!after) {
          add(`${place} stalls, and the form is sent again meanwhile`, { ...at, when: "stall" }, "meanwhile");
          add(`${place} throws after it is done, twice`, { ...at, when: "after", times: 2 });
        }
        // A mail may be out whose note was not written: it goes again, under the same name.
        if (after) add(`${place}: the worker dies before it`, { ...at, when: "dies" }, "mail again");
        break;
      case "r2":
        for (const when of op === "get" ? ["before", "gone", "midstream"] : ["before", "after"]) add(`${place} ${when}`, { ...at, when, bytes: 8 });
        if (!after && op !== "get") add(`${place} stalls, and the form is sent again meanwhile`, { ...at, when: "stall" }, "meanwhile");
        break;
      case "kv":
        add(`${place} throws before it is done`, { ...at, when: "before" });
        if (op.startsWith("get")) add(`${place} finds nothing`, { ...at, when: "gone" }, "without a name");
        else add(`${place} throws after it is done`, { ...at, when: "after" });
        break;
      case "mail":
        add(`${place} answers 500`, { ...at, when: "before" });
        add(`${place} answers 429`, { ...at, when: "before", error: "Too many messages", code: "E_RATE_LIMIT_EXCEEDED" });
        add(`${place} is done, and the answer times out`, { ...at, when: "after" }, "mail again");
        break;
    }
  }
  if (background > 0) add("the worker dies after its answer", { on: "worker" }, "clock often");
  add("the button is pressed twice at once", null, "both");
  add("the clock comes twice at once", null, "clock twice");
  add("the clock comes in between", null, "clock often");
  return cases;
}

const place = ({ location }) => (location ?? "").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>").replace(/[\w-]{30,}/g, "<token>");
const isSorry = ({ status }) => status >= 500;
const isPage = ({ headers }) => /html/.test(headers["content-type"] ?? "");
const all = (answer) => (isPage(answer) ? answer.page.text : answer.text).replace(/\s+/g, " ");
const words = (answer) => all(answer).slice(0, 300);

/** What is wrong with a page that says that something failed: null, or a sentence. */
export function unclear(answer) {
  const text = isPage(answer) ? answer.page.text : answer.text;
  if (![500, 503].includes(answer.status)) return `the status is ${answer.status}`;
  if (isPage(answer) && !answer.page.heading) return "the page has no heading";
  if (!isPage(answer) && !/problem\+json|text\/plain/.test(answer.headers["content-type"] ?? "")) return `it is ${answer.headers["content-type"]}`;
  if (!AGAIN.test(text)) return `it does not say to try again: ${words(answer)}`;
  if (INSIDE.test(text)) return `it shows internals: ${INSIDE.exec(text)[0]}`;
  return null;
}

/** What a person sees of a download that breaks off: the browser says so and offers to try again. */
function brokenOff(error) {
  if (!["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(error.code)) throw error;
  return { status: 503, headers: { "content-type": "text/plain" }, text: "The download broke off. Try again.", toString: () => "it broke off" };
}

export class Driver {
  cases = 0;
  /** Entries of the log, and mails of a sender that died, that stand twice because it was asked twice. */
  again = 0;
  /** Cases whose fault found nothing to strike: a cache answered, or the work behind the answer took another way. */
  idle = 0;
  findings = [];

  constructor(world, state) {
    Object.assign(this, { world, state });
    // Every page and action of a fault may ask D1 again, and every fault is logged.
    world.expectCost(/./);
    world.expectLog(/./);
  }

  /** How everything stands now is where each case begins. */
  async begin() {
    // The runtime lays tables of its own beside ours when D1 is first asked.
    await this.world.db.prepare("SELECT 1").run();
    await this.world.settled();
    this.moment = this.world.now();
    await this.state.keep();
    this.known = wordsOf(this.state.rows());
  }

  /** Everything stands as in the beginning, and it is that moment again. */
  async reset() {
    await this.world.fault();
    await this.state.putBack();
    // What an isolate remembers of the branding is told by the clock to be old.
    await this.#at(-86_400_000);
    await this.world.user().get("/sign-in");
    await this.#at();
  }

  #at(ms = 0) {
    return this.world.setClock(this.moment + ms - Date.now());
  }

  async #start(form) {
    await this.reset();
    const ready = { ...form, ...await form.fresh?.() };
    await this.world.settled();
    return { ...ready, send: (who) => ready.send(who).catch(brokenOff), rows: this.state.rows(), known: this.known, mails: (await this.world.sentByBinding()).length };
  }

  /** The clock comes once, late: at a full hour, when the copy of the branding is made anew. */
  async #clock(how) {
    const hour = (Math.ceil((this.moment + 15 * MINUTE) / HOUR) * HOUR) - this.moment;
    for (const ms of how === "clock often" ? [3 * MINUTE, 12 * MINUTE, hour] : [hour]) {
      await this.#at(ms);
      await Promise.all(Array.from({ length: how === "clock twice" ? 2 : 1 }, () => this.world.cron()));
    }
  }

  #name = ({ business }) => business[0]?.name ?? "Portico";

  async #end(ready, how) {
    // Where the copy of the branding is gone, mails name the portal as it comes.
    const named = (rows) => (how === "without a name" ? JSON.parse(JSON.stringify(rows).replaceAll(" Portico", ` ${this.#name(ready.rows)}`)) : rows);
    const seen = difference(ready.rows, this.state.rows(), ready.known);
    if (seen.outbox) seen.outbox = named(seen.outbox);
    // What is outside, told as rows of a table of its own.
    if (ready.outside) seen.outside = difference({}, { outside: await ready.outside() }, ready.known).outside ?? { came: [], went: [] };
    const mails = (await this.world.sentByBinding(ready.mails)).map(({ to, subject, text }) => ({ to: [to].flat().map((who) => who?.email ?? who).join(), subject, text }));
    const sent = difference({}, { mails }, ready.known).mails?.came ?? [];
    const branding = await this.world.kv.get("branding");
    const kv = difference({}, { branding: branding ? [{ branding }] : [] }, ready.known).branding?.came ?? [];
    return { seen, sent: named(sent), kv };
  }

  /** The files that rows name and R2 does not have. */
  async #missing(before) {
    const named = (rows) => [
      ...["document_versions", "ticket_files", "message_files"].flatMap((table) => rows[table].map(({ blob }) => blob)),
      ...rows.invoice_revisions.map(({ own_blob: blob }) => blob),
    ].filter(Boolean);
    // What was there before was taken out by the clock of another case; R2 is not put back.
    const old = new Set(named(before));
    const gone = [];
    for (const blob of named(this.state.rows())) if (!old.has(blob) && !(await this.world.r2.head(blob))) gone.push(blob);
    return gone;
  }

  /** The run without faults, by which the others are measured. */
  async reference(form) {
    const ready = await this.#start(form);
    const answer = await ready.send(ready.user.clone());
    await this.world.settled();
    const record = await answer.cost();
    await this.#clock();
    return { answer, record, ...await this.#end(ready) };
  }

  async run(form, reference, { name, faults, how, begin }) {
    const wrong = (kind, what) => {
      if (!form.allow?.some((pattern) => pattern.test(what))) this.findings.push({ form: form.key, case: name, kind, what });
    };
    const ready = await this.#start(form);
    const user = ready.user.clone();
    const fits = (answer) => answer.status === reference.answer.status && place(answer) === place(reference.answer)
      && (!isPage(answer) || answer.status >= 300 || answer.page.heading === reference.answer.page.heading);
    await begin?.();
    await this.world.fault(...faults);
    let answers;
    if (how === "meanwhile") {
      const first = ready.send(user);
      let left = 1;
      for (let n = 0; left > 0 && n < 400; n += 1) left = (await this.world.faultsLeft()).length;
      const second = ready.send(user);
      await second;
      await this.world.release();
      answers = [await first, await second];
    } else if (how === "both") answers = await Promise.all([ready.send(user), ready.send(user)]);
    else answers = [await ready.send(user)];
    await this.world.settled();
    const idle = (await this.world.faultsLeft()).filter(({ struck }) => struck === 0).length > 0;
    await this.world.fault();
    this.cases += 1;
    if (idle) this.idle += 1;
    for (const answer of answers) {
      if (isSorry(answer) && !form.machine) {
        const why = unclear(answer);
        if (why) wrong("unclear", `${answer}: ${why}`);
      }
    }
    // Who did not read that it worked tries again.
    if (!answers.some(fits)) {
      const said = answers[0];
      if (!form.machine && !isSorry(said) && !AGAIN.test(all(await this.#followed(user, said)))) wrong("unclear", `${said} says nothing of trying again: ${words(said)}`);
      let again = await ready.send(user);
      if (isSorry(again)) again = await ready.send(user);
      if (!fits(again)) {
        wrong("unclear", `sent again, it answers ${again} instead of ${reference.answer}: ${words(again)}`);
      }
    }
    await this.world.settled();
    await this.#clock(how);
    const end = await this.#end(ready, how);
    for (const each of compare(reference.seen, end.seen)) {
      // Who asks twice is noted twice; what they asked for is there once.
      if (each.kind === "doubled" && ["audit", "audit_chain"].includes(each.table)) this.again += each.table === "audit" ? 1 : 0;
      else wrong(each.kind, `${each.table}, a row that ${each.way}: ${each.row.slice(0, 600)}`);
    }
    const mails = compare({ mails: { came: reference.sent } }, { mails: { came: end.sent } })
      .filter(({ kind, row }) => kind === "lost" || !(how === "mail again" && reference.sent.includes(row)));
    for (const { kind, row } of mails) wrong(kind, `a mail: ${row.slice(0, 300)}`);
    for (const { kind, row } of compare({ kv: { came: reference.kv } }, { kv: { came: end.kv } })) wrong(kind, `the copy of the branding: ${row.slice(0, 300)}`);
    const unsealed = this.state.rows().audit_chain.filter(({ hash }) => hash === null);
    if (unsealed.length > 0) wrong("lost", `the seal of ${unsealed.length} entries of the log`);
    if (form.files) for (const blob of await this.#missing(ready.rows)) wrong("lost", `a file in R2: ${blob}`);
  }

  async #followed(user, answer) {
    return answer.status === 303 && answer.location.startsWith("/") ? user.clone().get(answer.location) : answer;
  }

  #shapes = new Set();

  /**
   * All of it for one form: how many cases there were. `once`: what happens behind the answer is disturbed
   * only where the steps of that work are others than of every form before.
   */
  async all(form, { once = false } = {}) {
    const reference = await this.reference(form);
    if (!form.is(reference.answer)) throw new Error(`${form.key}, undisturbed: ${reference.answer} ${words(reference.answer)}`);
    const shape = reference.record.ops.filter(({ after }) => after).map(({ kind, op }) => `${kind} ${op}`).filter((step, n, all) => step !== all[n - 1]).join();
    const list = [...casesOf(reference.record, { behind: !(once && this.#shapes.has(shape)) }), ...form.more ?? []];
    this.#shapes.add(shape);
    for (const one of list) await this.run(form, reference, one);
    return { cases: list.length, reference };
  }
}
