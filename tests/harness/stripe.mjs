// A stand-in for Stripe at the wire: the part of its API that Portico calls, the page where people pay,
// and webhooks signed by Stripe's own library. It keeps state, and can be told to fail, to lose a reply,
// to repeat, to reorder. What it refuses, the real one refuses (docs.stripe.com/api, version below).
//
//   const stripe = await StripeStandIn.start();
//   const world = await World.start({ settings: stripe.settings });
//   await stripe.attach(world);
//   …
//   stripe.pay(session);              // what the payer does; or through the page at session.url
//   await stripe.deliver();           // sends what is due to /webhooks/stripe
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import Stripe from "stripe";

export const API_VERSION = Stripe.API_VERSION;
const MINUTE = 60, DAY = 86_400;
const id = (prefix) => `${prefix}_${randomBytes(12).toString("hex")}`;

class Refusal extends Error {
  constructor(status, type, message, param) {
    super(message);
    Object.assign(this, { status, body: { error: { type, message, param } } });
  }
}
const invalid = (message, param) => new Refusal(400, "invalid_request_error", message, param);

/** `a[b][0][c]=d` as Stripe reads it: nested objects; arrays stay objects with numbers as keys. */
function nested(body) {
  const root = {};
  for (const [name, value] of new URLSearchParams(body)) {
    const path = name.replace(/\]/g, "").split("[");
    let at = root;
    for (const step of path.slice(0, -1)) at = at[step] ??= {};
    at[path.at(-1)] = value;
  }
  return root;
}

export class StripeStandIn {
  key = `sk_test_${randomBytes(12).toString("hex")}`;
  secret = `whsec_${randomBytes(16).toString("hex")}`;
  sessions = new Map();
  intents = new Map();
  refunds = new Map();
  disputes = new Map();
  endpoints = [];
  /** Every call to the API: { method, path, key, body }. */
  calls = [];
  /** Events that no webhook has carried yet, oldest first. */
  due = [];
  /** Every event there was. */
  events = [];
  livemode = false;
  #replies = new Map();
  #manners = [];
  #world = null;
  #stripe = new Stripe("sk_test_stand_in");

  static async start() {
    const stripe = new StripeStandIn();
    stripe.server = createServer((request, response) => stripe.#serve(request, response));
    await new Promise((listening) => stripe.server.listen(0, "127.0.0.1", listening));
    stripe.base = `http://localhost:${stripe.server.address().port}`;
    return stripe;
  }

  get settings() {
    return { STRIPE_SECRET_KEY: this.key, STRIPE_WEBHOOK_SECRET: this.secret, STRIPE_API_BASE: this.base };
  }

  /** The portal that it serves: webhooks go there, and time is that world's. */
  async attach(world) {
    this.#world = world;
    await world.allow(this.base);
    this.endpoints = [{ id: id("we"), object: "webhook_endpoint", url: `${world.base}/webhooks/stripe`, status: "enabled", enabled_events: ["*"], livemode: this.livemode, api_version: API_VERSION }];
    return this;
  }

  #now() {
    return Math.floor((this.#world?.now() ?? Date.now()) / 1000);
  }

  /**
   * How it treats calls whose "METHOD /path" fits: { on: /POST .*sessions$/, how, times = 1 }. `how`:
   * "lose-reply" (done, and nobody hears of it) | "500" | "429" (nothing was done) | "500-after" | "hang".
   */
  behave(...manners) {
    this.#manners = manners.map((manner) => ({ times: 1, ...manner }));
  }

  // -- What payers and banks do ------------------------------------------------------------------

  /** The newest session that can be paid. */
  openSession() {
    const session = [...this.sessions.values()].reverse().find(({ status }) => status === "open");
    if (!session) throw new Error("There is no open Checkout Session.");
    return session;
  }

  /** The payer pays: at once by card, or by a debit that takes days to settle. */
  pay(session = this.openSession(), { delayed = false } = {}) {
    if (session.status !== "open") throw new Error(`The session is ${session.status}.`);
    const intent = {
      id: id("pi"), object: "payment_intent", amount: session.amount_total, currency: session.currency,
      status: delayed ? "processing" : "succeeded", livemode: this.livemode, created: this.#now(), latest_charge: id("ch"), metadata: {},
    };
    this.intents.set(intent.id, intent);
    Object.assign(session, { status: "complete", payment_intent: intent.id, payment_status: delayed ? "unpaid" : "paid" });
    const happened = [this.emit("checkout.session.completed", session)];
    if (!delayed) happened.push(this.emit("payment_intent.succeeded", intent), this.emit("charge.succeeded", this.#charge(intent)));
    return happened;
  }

  /** A delayed payment arrives, or does not. */
  settle(session, succeeded = true) {
    const intent = this.intents.get(session.payment_intent);
    intent.status = succeeded ? "succeeded" : "requires_payment_method";
    if (succeeded) session.payment_status = "paid";
    return this.emit(`checkout.session.async_payment_${succeeded ? "succeeded" : "failed"}`, session);
  }

  refund(intent, amount, { status = "succeeded" } = {}) {
    const refund = {
      id: id("re"), object: "refund", amount, currency: intent.currency, payment_intent: intent.id,
      charge: intent.latest_charge, status, created: this.#now(), metadata: {},
    };
    this.refunds.set(refund.id, refund);
    return [this.emit("refund.created", refund), this.emit("charge.refunded", this.#charge(intent))];
  }

  /** A refund's state changes afterwards: "succeeded", "failed", "canceled". */
  changeRefund(refund, status) {
    refund.status = status;
    return this.emit(status === "failed" ? "refund.failed" : "refund.updated", refund);
  }

  dispute(intent, { amount = intent.amount, status = "needs_response" } = {}) {
    const dispute = {
      id: id("dp"), object: "dispute", amount, currency: intent.currency, payment_intent: intent.id,
      charge: intent.latest_charge, status, reason: "fraudulent", livemode: this.livemode, created: this.#now(), metadata: {},
    };
    this.disputes.set(dispute.id, dispute);
    return [this.emit("charge.dispute.created", dispute), ...(status.startsWith("warning") ? [] : [this.emit("charge.dispute.funds_withdrawn", dispute)])];
  }

  closeDispute(dispute, won) {
    dispute.status = won ? "won" : "lost";
    return [...(won ? [this.emit("charge.dispute.funds_reinstated", dispute)] : []), this.emit("charge.dispute.closed", dispute)];
  }

  expire(session) {
    if (session.status !== "open") throw invalid(`Only Checkout Sessions with a status in ["open"] can be expired. This Session has a status of ${session.status}.`);
    Object.assign(session, { status: "expired", url: null });
    this.emit("checkout.session.expired", session);
    return session;
  }

  #charge(intent) {
    const refunded = [...this.refunds.values()]
      .filter((refund) => refund.payment_intent === intent.id && !["failed", "canceled"].includes(refund.status))
      .reduce((sum, { amount }) => sum + amount, 0);
    return {
      id: intent.latest_charge, object: "charge", amount: intent.amount, amount_refunded: refunded, currency: intent.currency,
      payment_intent: intent.id, refunded: refunded === intent.amount, status: "succeeded", livemode: this.livemode, created: intent.created, metadata: {},
    };
  }

  // -- Webhooks ----------------------------------------------------------------------------------

  /** Notes that something happened; `deliver` sends it. */
  emit(type, object, changes = {}) {
    const event = {
      id: id("evt"), object: "event", api_version: API_VERSION, created: this.#now(), livemode: this.livemode, type,
      data: { object: structuredClone(object) }, pending_webhooks: 1, request: { id: null, idempotency_key: null }, ...changes,
    };
    this.events.push(event);
    this.due.push(event);
    return event;
  }

  /** The header that Stripe's own library makes. */
  sign(payload, { secret = this.secret, age = 0 } = {}) {
    return this.#stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: this.#now() - age });
  }

  /** Sends one event once; gives { status, text }. `header`: another than Stripe's library makes. */
  async send(event, { secret, age, header } = {}) {
    const payload = typeof event === "string" || Buffer.isBuffer(event) ? event : JSON.stringify(event, null, 2);
    const answer = await fetch(`${this.#world.base}/webhooks/stripe`, {
      method: "POST", redirect: "manual", body: payload,
      headers: { "content-type": "application/json; charset=utf-8", "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)", "stripe-signature": header ?? this.sign(String(payload), { secret, age }) },
    });
    return { status: answer.status, text: await answer.text() };
  }

  /** Sends what is due, in the order given; `times` copies of each at once. What is not answered 200 stays due. */
  async deliver(events = this.due, { times = 1 } = {}) {
    const sent = [];
    for (const event of [...events]) {
      const answers = await Promise.all(Array.from({ length: times }, () => this.send(event)));
      sent.push(...answers);
      if (answers.every(({ status }) => status === 200)) this.due = this.due.filter((other) => other !== event);
    }
    return sent;
  }

  /** Webhooks that nobody will ever see. */
  lose() {
    this.due = [];
  }

  // -- The API and the page ----------------------------------------------------------------------

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    const { pathname, searchParams } = new URL(request.url, this.base);
    try {
      if (pathname === "/favicon.ico") return response.writeHead(204).end(); // a browser on the page asks
      if (pathname.startsWith("/pay/")) return this.#page(request.method, pathname, response);
      await this.#api(request, pathname, searchParams, body, response);
    } catch (error) {
      const { status = 500, body: told = { error: { type: "api_error", message: String(error.stack) } } } = error;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(told));
    }
  }

  async #api(request, path, query, body, response) {
    const { method, headers } = request;
    const key = headers["idempotency-key"];
    this.calls.push({ method, path, key, body });
    const manner = this.#manners.find(({ on, times }) => times > 0 && on.test(`${method} ${path}`));
    if (manner) manner.times--;
    if (manner?.how === "hang") return;
    if (manner?.how === "500" || manner?.how === "429") {
      throw new Refusal(Number(manner.how), manner.how === "429" ? "rate_limit_error" : "api_error", "Told to.");
    }
    if (headers.authorization !== `Bearer ${this.key}`) throw new Refusal(401, "invalid_request_error", "Invalid API Key provided");
    if (headers["stripe-version"] !== API_VERSION) throw invalid(`Expected Stripe-Version ${API_VERSION}, got ${headers["stripe-version"]}`);
    const reply = this.#once(method === "POST" ? key : undefined, `${method} ${path} ${body}`, () => this.#answer(method, path, query, nested(body)));
    if (manner?.how === "lose-reply") return request.socket.destroy();
    if (manner?.how === "500-after") throw new Refusal(500, "api_error", "Told to, after it was done.");
    response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.body));
  }

  /** The same key gives the same reply; the same key with other parameters is refused. */
  #once(key, what, work) {
    const kept = key && this.#replies.get(key);
    if (kept && kept.what !== what) throw new Refusal(400, "idempotency_error", "Keys for idempotent requests can only be used with the same parameters they were first used with.");
    if (kept) return kept.reply;
    const run = () => {
      try {
        return { status: 200, body: structuredClone(work()) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { status: error.status, body: error.body };
      }
    };
    const reply = run();
    if (key) this.#replies.set(key, { what, reply });
    return reply;
  }

  #answer(method, path, query, form) {
    const [, , collection, a, b, c] = path.split("/");
    const at = `${method} ${collection}`;
    if (at === "GET account") return { id: "acct_standin", object: "account", charges_enabled: true, settings: { dashboard: { display_name: "Stand-in" } } };
    if (at === "GET webhook_endpoints") return { object: "list", data: this.endpoints, has_more: false };
    if (at === "GET refunds") {
      const data = [...this.refunds.values()].filter(({ payment_intent }) => payment_intent === query.get("payment_intent"));
      return { object: "list", data, has_more: false };
    }
    if (collection === "checkout" && a === "sessions") {
      if (method === "POST" && !b) return this.#create(form);
      const session = this.sessions.get(b);
      if (!session) throw new Refusal(404, "invalid_request_error", `No such checkout.session: ${b}`);
      if (method === "POST" && c === "expire") return this.expire(session);
      if (method === "GET") {
        const expanded = query.getAll("expand[]").includes("payment_intent") && session.payment_intent;
        return expanded ? { ...session, payment_intent: this.intents.get(session.payment_intent) } : session;
      }
    }
    throw new Refusal(404, "invalid_request_error", `Unrecognized request URL (${method}: ${path}).`);
  }

  /** A session made behind the API's back, of the form that the API takes. */
  createSession(form) {
    return this.#create(form);
  }

  #create(form) {
    if (form.mode !== "payment") throw invalid("Missing required param: mode.", "mode");
    if (!/^https?:\/\//.test(form.success_url ?? "")) throw invalid("Not a valid URL", "success_url");
    const items = Object.values(form.line_items ?? {});
    if (items.length === 0) throw invalid("Missing required param: line_items.", "line_items");
    const currencies = new Set(items.map((item) => item.price_data?.currency));
    if (currencies.size !== 1 || !/^[a-z]{3}$/.test([...currencies][0] ?? "")) throw invalid("Invalid currency", "line_items[0][price_data][currency]");
    const amounts = items.map((item) => {
      if (!/^\d+$/.test(item.price_data.unit_amount ?? "")) throw invalid("Invalid integer", "line_items[0][price_data][unit_amount]");
      if (!item.price_data.product_data?.name) throw invalid("Missing required param: name.", "line_items[0][price_data][product_data][name]");
      return Number(item.price_data.unit_amount) * Number(item.quantity ?? 1);
    });
    const now = this.#now();
    const expires = Number(form.expires_at ?? now + DAY);
    if (!(expires >= now + 30 * MINUTE - 5) || expires > now + DAY + 5) throw invalid("The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.", "expires_at");
    if ((form.client_reference_id ?? "").length > 200) throw invalid("Invalid string: must be at most 200 characters", "client_reference_id");
    const session = {
      id: id("cs_test"), object: "checkout.session", mode: "payment", status: "open", payment_status: "unpaid",
      amount_total: amounts.reduce((sum, amount) => sum + amount, 0), currency: [...currencies][0], payment_intent: null,
      client_reference_id: form.client_reference_id ?? null, metadata: form.metadata ?? {}, customer_email: form.customer_email ?? null,
      success_url: form.success_url, cancel_url: form.cancel_url ?? null, created: now, expires_at: expires, livemode: this.livemode, url: null,
    };
    session.url = `${this.base}/pay/${session.id}`;
    this.sessions.set(session.id, session);
    return session;
  }

  /** The page where a person pays; its buttons do what `pay` and `cancel` do. */
  #page(method, path, response) {
    const [, , sessionId, act] = path.split("/");
    const session = this.sessions.get(sessionId);
    if (!session || session.status === "expired") return response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>Gone</title><h1>This page has expired</h1>");
    const back = (url) => response.writeHead(303, { location: url.replace("{CHECKOUT_SESSION_ID}", session.id) }).end();
    if (method === "POST") {
      if (act === "cancel") return back(session.cancel_url);
      if (session.status === "open") this.pay(session, { delayed: act === "debit" });
      return back(session.success_url);
    }
    const button = (to, label) => `<form method="post" action="/pay/${session.id}/${to}"><button type="submit">${label}</button></form>`;
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(`<!doctype html><html lang="en"><title>Checkout</title>
<h1>Pay ${session.amount_total} ${session.currency.toUpperCase()}</h1>
${button("card", "Pay by card")}${button("debit", "Pay by bank debit")}${button("cancel", "Back")}</html>`);
  }

  async close() {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
