// The door of the webhook: who is let in, by the table of the contract, with Stripe's own library as oracle.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import Stripe from "stripe";
import { setUpOwner } from "../harness/flows.mjs";
import { attemptRow, counts, invoiceNow, invoiceRow } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";
import { clientRow } from "../harness/rows.mjs";

const { world, stripe } = await payingWorld();

const oracle = new Stripe("sk_test_oracle");
const seconds = () => Math.floor(world.now() / 1000);
const hmac = (secret, t, body) => createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
const ping = (changes = {}) => JSON.stringify({ id: "evt_ping", object: "event", type: "ping", created: seconds(), livemode: false, data: { object: { id: "x" } }, ...changes });
const NOTHING = { provider_events: 0, ledger: 0, allocations: 0, payment_exceptions: 0 };
const nothingStored = async () => {
  const { provider_events, ledger, allocations, payment_exceptions } = await counts(world);
  assert.deepEqual({ provider_events, ledger, allocations, payment_exceptions }, NOTHING, "something was stored");
};

let client;
before(async () => {
  await setUpOwner(world);
  client = await clientRow(world);
});

/** Whether Stripe's library takes it; it is told the world's time. */
function oracleTakes(payload, header, secret = stripe.secret) {
  try {
    oracle.webhooks.constructEvent(payload, header, secret, 300, undefined, world.now());
    return true;
  } catch {
    return false;
  }
}

test("signatures: every form of header, asked of the worker and of Stripe's library", async (t) => {
  const body = ping();
  const now = seconds();
  const good = hmac(stripe.secret, now, body);
  const other = hmac("whsec_other", now, body);
  const aged = (age) => `t=${now - age},v1=${hmac(stripe.secret, now - age, body)}`;
  const table = [
    ["what Stripe's library makes", stripe.sign(body), true],
    ["v1 before t", `v1=${good},t=${now}`, true],
    ["several v1 and a v0", `t=${now},v1=${other},v1=${good},v0=${good}`, true],
    ["the good v1 first", `t=${now},v1=${good},v1=${other}`, true],
    ["an unknown scheme beside it", `t=${now},v2=whatever,v1=${good}`, true],
    ["299 s old", aged(295), true],
    ["301 s old", aged(302), false],
    ["an hour old", aged(3600), false],
    ["v0 only", `t=${now},v0=${good}`, false],
    ["no signature", `t=${now}`, false],
    ["no timestamp", `v1=${good}`, false],
    ["upper-case hex", `t=${now},v1=${good.toUpperCase()}`, false],
    ["one digit more", `t=${now},v1=${good}0`, false],
    ["one digit less", `t=${now},v1=${good.slice(1)}`, false],
    ["another secret", `t=${now},v1=${other}`, false],
    ["another time than was signed", `t=${now - 1},v1=${good}`, false],
    ["a timestamp that is no number", `t=now,v1=${good}`, false],
    ["nothing", "", false],
    ["noise", "=,=,t,v1", false],
  ];
  for (const [what, header, taken] of table) {
    await t.test(what, async () => {
      const { status, text } = await stripe.send(body, { header });
      assert.equal(status, taken ? 200 : 400, `the worker: ${text}`);
      assert.equal(oracleTakes(body, header), taken, "Stripe's library says otherwise");
    });
  }
  await t.test("a second t: the contract is stricter than Stripe's library", async () => {
    assert.equal((await stripe.send(body, { header: `t=${now},t=${now},v1=${good}` })).status, 400);
  });
  await t.test("one byte more in the body", async () => {
    const header = stripe.sign(body);
    assert.equal((await stripe.send(`${body} `, { header })).status, 400);
    assert.equal(oracleTakes(`${body} `, header), false);
  });
  await t.test("no header at all", async () => {
    const answer = await world.user().request("POST", "/webhooks/stripe", { browser: false, body, headers: { "content-type": "application/json" } });
    assert.equal(answer.status, 400);
  });
  await nothingStored();
});

test("the clock decides to the second: 299 and 300 s are taken, 301 are not", async () => {
  // The worker's clock stands where the test puts it, so a slow machine changes nothing.
  for (const [age, status] of [[299, 200], [300, 200], [301, 400]]) {
    const body = ping();
    const whole = Math.floor(Date.now() / 1000) * 1000;
    const t = whole / 1000;
    const header = `t=${t},v1=${hmac(stripe.secret, t, body)}`;
    // Half a second of room on either side of the whole second.
    let answer;
    do {
      const offset = whole + age * 1000 + 200 - Date.now();
      await world.setClock(offset);
      answer = await stripe.send(body, { header });
      if (world.now() < whole + age * 1000 + 1000) break;
    } while (true);
    assert.equal(answer.status, status, `${age} s old`);
  }
  await world.setClock(0);
});

test("a bad signature is answered with one fixed body, whatever is wrong with it", async () => {
  const body = ping();
  const bodies = new Set();
  for (const header of ["", "t=1,v1=00", `t=${seconds()},v1=${hmac("whsec_other", seconds(), body)}`, `t=1,v1=${hmac(stripe.secret, 1, body)}`]) {
    const { status, text } = await stripe.send(body, { header });
    assert.equal(status, 400);
    bodies.add(text);
  }
  assert.equal(bodies.size, 1, [...bodies].join("\n"));
});

test("a genuine body that is no event is 400, and nothing is kept of it", async () => {
  for (const body of ["", "{", "[]", "null", "{}", '{"id":"evt_1"}', '{"id":"","type":"x","created":1,"livemode":false,"data":{"object":{}}}', '"\\ud800"', "\0"]) {
    assert.equal((await stripe.send(body)).status, 400, JSON.stringify(body));
  }
  const broken = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  const t = seconds();
  const signature = createHmac("sha256", stripe.secret).update(`${t}.`).update(broken).digest("hex");
  assert.equal((await stripe.send(broken, { header: `t=${t},v1=${signature}` })).status, 400);
  await nothingStored();
});

test("other methods are 405 for everybody, and nobody is sent elsewhere", async () => {
  const user = world.user();
  for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE"]) {
    for (const browser of [true, false]) {
      const answer = await user.request(method, "/webhooks/stripe", { browser });
      assert.equal(answer.status, 405, `${method}: ${answer}`);
      assert.match(answer.headers.allow, /POST/);
      assert.equal(answer.location, undefined);
    }
  }
});

test("a body over 1 MiB is 413, with and without a length; one of just 1 MiB is read", async () => {
  const user = world.user();
  const send = (body) => user.request("POST", "/webhooks/stripe", { browser: false, body, headers: { "content-type": "application/json", "stripe-signature": stripe.sign(body) } });
  assert.equal((await send("x".repeat(1024 * 1024 + 1))).status, 413);
  assert.equal((await send("x".repeat(1024 * 1024))).status, 400);
  const chunked = await fetch(`${world.base}/webhooks/stripe`, {
    method: "POST", duplex: "half", headers: { "stripe-signature": "t=1,v1=0" },
    body: new ReadableStream({ start(to) { for (let n = 0; n < 20; n++) to.enqueue(new Uint8Array(64 * 1024)); to.close(); } }),
  });
  assert.equal(chunked.status, 413);
});

test("kinds that are not used are 200 and cost D1 nothing", async () => {
  assert.equal((await stripe.send(ping())).status, 200);
  const user = world.user();
  for (const body of [ping({ type: "customer.created" }), ping({ type: "customer.created", livemode: true })]) {
    const answer = await user.request("POST", "/webhooks/stripe", { browser: false, body, headers: { "content-type": "application/json", "stripe-signature": stripe.sign(body) } });
    assert.equal(answer.status, 200);
    assert.equal((await answer.cost()).d1, 0);
  }
  await nothingStored();
});

test("a payment costs one round trip to D1 and no look at the branding", async () => {
  const invoice = await invoiceRow(world, client);
  const attempt = await attemptRow(world, stripe, [invoice]);
  const [completed] = stripe.pay(attempt.session);
  stripe.lose();
  const body = JSON.stringify(completed);
  const answer = await world.user().request("POST", "/webhooks/stripe", { browser: false, body, headers: { "content-type": "application/json", "stripe-signature": stripe.sign(body) } });
  assert.equal(answer.status, 200);
  const { d1, kv } = await answer.cost();
  assert.deepEqual({ d1, kv }, { d1: 1, kv: 0 });
  assert.equal((await invoiceNow(world, invoice)).status, "paid");
});

test("what is decided costs two, what is no page's one", async () => {
  const attempt = await attemptRow(world, stripe, [await invoiceRow(world, client)]);
  const [completed] = stripe.pay(attempt.session, { delayed: true });
  const [refunded] = stripe.refund(stripe.intents.get(attempt.session.payment_intent), 1_000);
  stripe.lose();
  for (const [event, trips] of [[completed, 2], [refunded, 1]]) {
    const body = JSON.stringify(event);
    const answer = await world.user().request("POST", "/webhooks/stripe", { browser: false, body, headers: { "content-type": "application/json", "stripe-signature": stripe.sign(body) } });
    assert.equal(answer.status, 200);
    assert.equal((await answer.cost()).d1, trips, event.type);
  }
});

test("secrets are exchanged without a gap: two of them, each good; then the old one is gone", async () => {
  await world.restart({ STRIPE_WEBHOOK_SECRET: `whsec_next,${stripe.secret}` });
  assert.equal((await stripe.send(ping())).status, 200);
  assert.equal((await stripe.send(ping(), { secret: "whsec_next" })).status, 200);
  assert.equal((await stripe.send(ping(), { secret: "whsec_third" })).status, 400);
  await world.restart({ STRIPE_WEBHOOK_SECRET: "whsec_next" });
  assert.equal((await stripe.send(ping())).status, 400);
  assert.equal((await stripe.send(ping(), { secret: "whsec_next" })).status, 200);
});

test("without a secret the door is shut: 503, whatever is presented", async () => {
  world.expectLog(/STRIPE_WEBHOOK_SECRET/);
  for (const secret of [undefined, "", " ", ",", `${stripe.secret},`, "a,b,c"]) {
    await world.restart({ STRIPE_WEBHOOK_SECRET: secret });
    for (const signedWith of [stripe.secret, "x", " "]) {
      assert.equal((await stripe.send(ping(), { secret: signedWith })).status, 503, `secret ${JSON.stringify(secret)}`);
    }
    const empty = seconds();
    assert.equal((await stripe.send(ping(), { header: `t=${empty},v1=${hmac("", empty, ping())}` })).status, 503);
  }
  await world.restart({ STRIPE_WEBHOOK_SECRET: stripe.secret });
});
