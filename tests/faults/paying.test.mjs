// Money under faults: every kind of event at the webhook, Pay Now with a provider that fails, and the clock.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { payLinkTo } from "../harness/invoices.mjs";
import { attemptRow, invoiceRow, payOnline } from "../harness/money.mjs";
import { person } from "../harness/rows.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { World } from "../harness/world.mjs";
import { Driver } from "./driver.mjs";
import { note, told } from "./report.mjs";
import { State } from "./state.mjs";

const stripe = await StripeStandIn.start();
const world = await World.start({ settings: stripe.settings });
await stripe.attach(world);
const once = Boolean(process.env.ONCE);

let driver, owner, client, lena, contact;
const invoices = {};
before(async () => {
  owner = await setUpOwner(world);
  ({ client, contact, person: lena } = await person(world, owner));
  await payOnline(world);
  for (const name of ["card", "debit", "misfit", "left", "press", "linked", "second"]) invoices[name] = await invoiceRow(world, client);
  driver = new Driver(world, new State(world));
});
after(async () => {
  driver?.state.close();
  try {
    await world.close();
  } finally {
    await stripe.close();
  }
});

/** Tries a form and says what was found. */
async function tried(form) {
  const [cases, again, findings] = [driver.cases, driver.again, driver.findings.length];
  await driver.all(form, { once });
  const found = driver.findings.slice(findings);
  await note({ what: form.key, cases: driver.cases - cases, again: driver.again - again, findings: found });
  assert.equal(found.length, 0, `${found.length} things did not end as they should:\n${told(found)}`);
}

/** An event as the provider sends it, and sends it again. */
const delivered = (event) => (user) => {
  const body = JSON.stringify(event, null, 2);
  return user.request("POST", "/webhooks/stripe", { body, browser: false, headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": stripe.sign(body) } });
};

describe("the webhook", () => {
  /** Every kind of event: [name, the events before it, itself]. */
  let kinds;
  before(async () => {
    const attempt = async (name) => (await attemptRow(world, stripe, [invoices[name]], { contact })).session;
    const card = await attempt("card");
    const [completed, intentSucceeded, chargeSucceeded] = stripe.pay(card);
    const intent = stripe.intents.get(card.payment_intent);
    const [refundCreated, chargeRefunded] = stripe.refund(intent, 4_000);
    const refundFailed = stripe.changeRefund([...stripe.refunds.values()].at(-1), "failed");
    const [disputed, withdrawn] = stripe.dispute(intent);
    const dispute = [...stripe.disputes.values()].at(-1);
    const [lost] = stripe.closeDispute(dispute, false);
    const [reinstated, won] = stripe.closeDispute(dispute, true);
    const debit = await attempt("debit");
    const [pending] = stripe.pay(debit, { delayed: true });
    const failed = stripe.settle(debit, false);
    const arrived = stripe.settle(debit, true);
    const left = await attempt("left");
    stripe.expire(left);
    const expired = stripe.due.at(-1);
    const misfit = await attempt("misfit");
    const [other] = stripe.pay(misfit);
    const tooLittle = { ...other, id: "evt_too_little", data: { object: { ...other.data.object, amount_total: 9_000 } } };
    const unknown = { ...other, id: "evt_unknown", data: { object: { ...other.data.object, id: "cs_test_unknown", client_reference_id: null, payment_intent: "pi_unknown" } } };
    stripe.lose();
    kinds = [
      ["checkout.session.completed", [], completed], ["… of a delayed method", [], pending], ["async_payment_succeeded", [pending], arrived],
      ["async_payment_succeeded before completed", [], arrived], ["async_payment_failed", [pending], failed], ["expired", [], expired],
      ["payment_intent.succeeded", [completed], intentSucceeded], ["charge.succeeded", [completed], chargeSucceeded],
      ["refund.created", [completed], refundCreated], ["refund.created before its payment", [], refundCreated], ["refund.failed", [completed, refundCreated], refundFailed],
      ["charge.refunded", [completed], chargeRefunded], ["dispute.created", [completed], disputed], ["funds_withdrawn", [completed, disputed], withdrawn],
      ["funds_reinstated", [completed, disputed], reinstated], ["dispute closed, won", [completed, disputed], won], ["dispute closed, lost", [completed, disputed], lost],
      ["another amount than asked for", [], tooLittle], ["of no invoice here", [], unknown], ["completed, sent again", [completed], completed],
    ];
    await driver.begin();
  });

  for (let n = 0; n < 20; n += 1) {
    test(`event ${n + 1}`, async () => {
      const [name, earlier, event] = kinds[n];
      const user = world.user("the provider");
      await tried({
        key: `webhook: ${name}`, user, machine: true, is: ({ status }) => status === 200,
        fresh: async () => {
          for (const each of earlier) assert.equal((await delivered(each)(user)).status, 200);
          return { send: delivered(event) };
        },
      });
    });
  }
});

describe("Pay Now", () => {
  /** The provider does not do as it should, once, or until the person presses again. */
  const provider = ["lose-reply", "500", "500-after", "429"].flatMap((how) => [1, 2].map((times) => ({
    name: `the provider: ${how}${times > 1 ? ", to the end" : ""}`, faults: [], how: "once", begin: () => stripe.behave({ on: /^POST .*sessions$/, how, times }),
  })));
  let link;
  before(async () => {
    link = await payLinkTo(world, invoices.linked);
    stripe.lose();
    await driver.begin();
  });
  const sessions = () => {
    const before = new Set(stripe.sessions.keys());
    return () => [...stripe.sessions.values()].filter(({ id, status }) => !before.has(id) && status === "open").map(({ amount_total, currency }) => ({ amount_total, currency }));
  };
  const pressed = (key, user, path, fields = {}) => tried({
    key, user: user(), is: ({ status, location }) => status === 303 && /\/pay\/cs_test/.test(location ?? ""), more: provider,
    fresh: async () => {
      stripe.behave();
      return { send: (who) => who.post(path(), fields()), outside: sessions() };
    },
  });
  const nothing = () => ({});
  test("of one invoice", () => pressed("POST /billing/{id}/pay", () => lena, () => `/billing/${invoices.press.id}/pay`, nothing));
  test("of several", () => pressed("POST /billing/pay", () => lena, () => "/billing/pay", () => ({ [`i_${invoices.press.id}`]: "on", [`i_${invoices.second.id}`]: "on" })));
  test("behind a link", () => pressed("POST /invoice/{token}/pay", () => world.user("anyone"), () => `${link.path}/pay`, nothing));
});
