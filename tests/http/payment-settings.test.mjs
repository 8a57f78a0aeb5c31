// Settings → Payments: whether keys and webhook work, by asking the provider; what is saved; who may.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { rowsOf } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";

const PATH = "/admin/settings/payments";
const { world, stripe } = await payingWorld();
let owner;
before(async () => { owner = await setUpOwner(world); });

const fields = async () => Object.fromEntries((await owner.get(PATH)).page.formTo(PATH).values);
const settings = async () => (await rowsOf(world, "SELECT pay_online, pay_without_account, part_least, pay_by_transfer, account_name, iban, bic, bank_name, bank_details FROM billing"))[0];
const check = async () => (await owner.post(`${PATH}/check`)).page.text;

test("it shows the webhook's address, that the keys are set, and that this is test mode", async () => {
  const answer = await owner.get(PATH);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1]);
  assert.match(answer.page.text, /Test mode: no real money moves/);
  assert.equal(answer.page.all("input.mono")[0].getAttribute("value"), `${world.base}/webhooks/stripe`);
  assert.ok(!answer.text.includes(stripe.key) && !answer.text.includes(stripe.secret), "no secret is on the page");
});

test("the check asks the provider, and says what is missing", async () => {
  assert.match(await check(), /Stripe knows the key: Stand-in\. It may take payments\..*tells this portal of everything/);
  const [endpoint] = stripe.endpoints;
  stripe.endpoints = [{ ...endpoint, enabled_events: ["checkout.session.completed"] }];
  assert.match(await check(), /does not tell of some events.*charge\.dispute\.created/);
  stripe.endpoints = [{ ...endpoint, status: "disabled" }];
  assert.match(await check(), /no enabled endpoint with the address/);
  stripe.endpoints = [{ ...endpoint, url: "https://elsewhere.example/webhooks/stripe" }];
  assert.match(await check(), /no enabled endpoint with the address/);
  stripe.endpoints = [endpoint];
  const key = stripe.key;
  stripe.key = "sk_test_another";
  assert.match(await check(), /did not answer as it should.*Check the key/);
  stripe.key = key;
  stripe.behave({ on: /^GET .*account/, how: "500" });
  assert.match(await check(), /did not answer as it should/);
});

test("what is saved: ways to pay and the account; unsound fields are told; two at once are told", async () => {
  const form = await fields();
  const good = { ...form, pay_online: "on", parts: "on", part_least: "25", account_name: "Fern & Oak", iban: "de89 3704 0044 0532 0130 00", bic: "cobadeffxxx", bank_name: "Commerzbank", bank_details: "" };
  for (const [changes, why] of [
    [{ part_least: "" }, /percentage from 1 to 99/], [{ part_least: "0" }, /percentage from 1 to 99/], [{ part_least: "100" }, /percentage from 1 to 99/], [{ part_least: "some" }, /percentage/],
    [{ iban: "DE89 3704 0044 0532 0130 01" }, /typing mistake/], [{ iban: "x" }, /IBAN begins/], [{ bic: "12" }, /BIC has 8 or 11/], [{ account_name: "x".repeat(300) }, /./],
  ]) {
    const answer = await owner.post(PATH, { ...good, ...changes });
    assert.equal(answer.status, 422, JSON.stringify(changes));
    assert.match(answer.page.all("p.error")[0].text, why);
  }
  const saved = await owner.post(PATH, good);
  assert.deepEqual([saved.status, (await saved.cost()).d1], [303, 2]);
  assert.deepEqual(await settings(), {
    pay_online: 1, pay_without_account: 1, part_least: 25_000, pay_by_transfer: 1, account_name: "Fern & Oak",
    iban: "DE89370400440532013000", bic: "COBADEFFXXX", bank_name: "Commerzbank", bank_details: "",
  });
  const late = await owner.post(PATH, { ...good, bank_name: "Another" });
  assert.equal(late.status, 422, "somebody was quicker");
  const { parts, ...whole } = { ...(await fields()) };
  assert.equal((await owner.post(PATH, whole)).status, 303);
  assert.equal((await settings()).part_least, null);
  const [entry] = await rowsOf(world, "SELECT detail FROM audit WHERE action = 'payments.changed' ORDER BY id LIMIT 1");
  assert.match(entry.detail, /paying online.*IBAN/);
});

test("without keys it says which setting is missing, and there is nothing to check", async () => {
  await world.restart({ STRIPE_SECRET_KEY: undefined, STRIPE_WEBHOOK_SECRET: undefined, STRIPE_API_BASE: undefined });
  const { page } = await owner.get(PATH);
  assert.match(page.text, /Not connected.*STRIPE_SECRET_KEY is not set.*STRIPE_WEBHOOK_SECRET is not set/);
  assert.ok(!page.all("button").some((button) => /Check/.test(button.text)));
});
