// Pay Now: from an invoice to the provider's page and back, in the portal and behind a link; what breaks on
// the way, and who presses at once. Money is never told by the page that leads back.
import { before, test } from "node:test";
import assert from "node:assert/strict";
import { recordPayment, sendInvoice, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner, signInStaff } from "../harness/flows.mjs";
import { payLinkTo } from "../harness/invoices.mjs";
import { invoiceNow, invoiceRow, payOnline, rowsOf, voidInvoice } from "../harness/money.mjs";
import { payingWorld } from "../harness/paying-world.mjs";
import { newId, person } from "../harness/rows.mjs";

const MINUTE = 60_000;
const { world, stripe } = await payingWorld();

let owner, client, contact, lena, other;
before(async () => {
  owner = await setUpOwner(world, { business: "Fern & Oak" });
  ({ client, contact, person: lena } = await person(world, owner, { client: "Larkspur" }));
  other = await person(world, owner);
  await payOnline(world);
});

const pay = (user, { id }, fields = {}) => user.post(`/billing/${id}/pay`, fields);
const attempts = ({ id }) => rowsOf(world, "SELECT a.* FROM attempt_invoices ai JOIN attempts a ON a.id = ai.attempt_id WHERE ai.invoice_id = ? ORDER BY a.created_at, a.id", id);
const sessionsOf = (list) => [...stripe.sessions.values()].filter((session) => list.some((attempt) => attempt.id === session.client_reference_id));
const hasPayNow = ({ page }) => page.all("button").some((button) => button.text.trim() === "Pay Now");
const ok = (answers) => assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
const parts = (least) => world.db.prepare("UPDATE billing SET part_least = ?").bind(least).run();
const begun = () => stripe.calls.filter(({ method, path }) => method === "POST" && path === "/v1/checkout/sessions").length;

test("Pay Now leads to the provider's page, by one attempt; the page that leads back waits and tells no money", async () => {
  const invoice = await invoiceRow(world, client);
  assert.ok(hasPayNow(await lena.get(`/billing/${invoice.id}`)));
  const answer = await pay(lena, invoice);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [303, 2]);
  const [attempt] = await attempts(invoice);
  const session = stripe.sessions.get(attempt.session_id);
  assert.equal(answer.location, session.url);
  assert.deepEqual([session.client_reference_id, session.amount_total, session.currency, session.customer_email], [attempt.id, 10_000, "eur", contact.email]);
  assert.equal(session.success_url, `${world.base}/billing/confirming/${attempt.id}`);
  assert.equal(session.cancel_url, `${world.base}/billing/${invoice.id}?left=1`);
  assert.ok(Math.abs(session.expires_at * 1000 - (world.now() + 60 * MINUTE)) < 5_000);
  const call = stripe.calls.findLast(({ method }) => method === "POST");
  assert.equal(call.key, attempt.id);
  // Back without news: it waits, looks again by itself, and nothing is paid.
  const back = `/billing/confirming/${attempt.id}`;
  const waiting = await lena.get(back);
  assert.deepEqual([waiting.status, waiting.headers.refresh, (await waiting.cost()).d1], [200, "3", 1]);
  assert.match(waiting.page.text, /Confirming your payment/);
  assert.equal((await invoiceNow(world, invoice)).status, "outstanding");
  await world.advance(3 * MINUTE);
  const late = await lena.get(back);
  assert.match(late.page.text, /takes longer than usual/);
  assert.equal(late.headers.refresh, "15");
  // The page is used again while it is open.
  const again = await pay(lena, invoice);
  assert.deepEqual([again.location, (await again.cost()).d1], [session.url, 1]);
  // Then the news comes.
  stripe.pay(session);
  ok(await stripe.deliver());
  const paid = await lena.get(back);
  assert.match(paid.page.text, /Thank you, it is paid/);
  assert.equal(paid.headers.refresh, undefined);
  const receipt = await lena.get(paid.page.link("Open the receipt"));
  assert.match(receipt.page.text, /Paid online/);
  const shown = await lena.get(`/billing/${invoice.id}`);
  assert.ok(!hasPayNow(shown) && /Paid, thank you/.test(shown.page.text));
  assert.match((await pay(lena, invoice)).location, new RegExp(`/billing/${invoice.id}$`));
  assert.match((await lena.get(`/billing/${invoice.id}`)).page.text, /Nothing is due on this invoice/);
  for (const path of [back, paid.page.link("Open the receipt")]) assert.equal((await other.person.get(path)).status, 404, path);
});

test("who turns back on the provider's page reads a calm word, and can pay", async () => {
  const invoice = await invoiceRow(world, client);
  await pay(lena, invoice);
  const left = await lena.get(`/billing/${invoice.id}?left=1`);
  assert.match(left.page.text, /Nothing was paid\. You can pay whenever you like\./);
  assert.ok(hasPayNow(left));
});

test("a delayed method: processing, no Pay Now; it fails, and can be paid again; it arrives", async () => {
  const invoice = await invoiceRow(world, client);
  await pay(lena, invoice);
  const [first] = await attempts(invoice);
  const session = stripe.sessions.get(first.session_id);
  stripe.pay(session, { delayed: true });
  ok(await stripe.deliver());
  assert.match((await lena.get(`/billing/confirming/${first.id}`)).page.text, /on its way/);
  const shown = await lena.get(`/billing/${invoice.id}`);
  assert.ok(!hasPayNow(shown) && /Processing/.test(shown.page.text));
  assert.equal((await pay(lena, invoice)).location, `/billing/confirming/${first.id}`, "pressed all the same, it leads to what is on its way");
  stripe.settle(session, false);
  ok(await stripe.deliver());
  assert.match((await lena.get(`/billing/confirming/${first.id}`)).page.text, /did not arrive.*Pay again/);
  assert.ok(hasPayNow(await lena.get(`/billing/${invoice.id}`)));
  const answer = await pay(lena, invoice);
  const [, second] = await attempts(invoice);
  assert.equal(answer.location, stripe.sessions.get(second.session_id).url);
  stripe.pay(stripe.sessions.get(second.session_id), { delayed: true });
  stripe.settle(stripe.sessions.get(second.session_id));
  ok(await stripe.deliver());
  assert.equal((await invoiceNow(world, invoice)).status, "paid");
});

test("two people press at once, and ten times: one attempt, one page, the same for all", async () => {
  world.expectCost(/\/pay/);
  const invoice = await invoiceRow(world, client);
  const link = await payLinkTo(world, invoice);
  const press = [...Array.from({ length: 5 }, () => pay(lena, invoice)), ...Array.from({ length: 5 }, () => world.user().post(`${link.path}/pay`))];
  const answers = await Promise.all(press);
  const urls = new Set(answers.map(({ location }) => location));
  assert.equal(urls.size, 1, [...urls].join(" "));
  const made = await attempts(invoice);
  assert.equal(made.length, 1);
  assert.deepEqual(sessionsOf(made).map(({ status }) => status), ["open"]);
});

test("the answer of the provider is lost: asked again with the same key, one page", async () => {
  for (const how of ["lose-reply", "500-after", "500", "429"]) {
    const invoice = await invoiceRow(world, client);
    stripe.behave({ on: /^POST .*sessions$/, how });
    const answer = await pay(lena, invoice);
    const made = await attempts(invoice);
    assert.equal(made.length, 1, how);
    assert.equal(sessionsOf(made).length, 1, how);
    assert.equal(answer.location, sessionsOf(made)[0].url, how);
  }
});

test("the provider does not answer at all: nothing is lost, and pressing again opens the one page", async () => {
  const invoice = await invoiceRow(world, client);
  stripe.behave({ on: /^POST .*sessions$/, how: "lose-reply", times: 2 });
  const answer = await pay(lena, invoice);
  assert.equal(answer.location, `/billing/${invoice.id}`);
  assert.match((await lena.get(answer.location)).page.text, /does not open just now\. Nothing was taken/);
  const again = await pay(lena, invoice);
  const made = await attempts(invoice);
  assert.deepEqual([made.length, sessionsOf(made).length], [1, 1]);
  assert.equal(again.location, sessionsOf(made)[0].url);
});

test("the provider refuses: said calmly, the attempt is over, the next one is a new one", async () => {
  world.expectLog(/payment page/);
  world.expectCost(/\/pay/);
  const invoice = await invoiceRow(world, client);
  const key = stripe.key;
  stripe.key = "sk_test_another";
  const answer = await pay(lena, invoice);
  stripe.key = key;
  assert.match((await lena.get(answer.location)).page.text, /could not be opened, and nothing was taken/);
  assert.deepEqual((await attempts(invoice)).map(({ state }) => state), ["expired"]);
  assert.match((await pay(lena, invoice)).location, /\/pay\/cs_test_/);
});

test("D1 fails at each place: a clear page, nothing twice; pressed again, one attempt and one page", async () => {
  world.expectLog(/\/pay/);
  const places = [["INTO attempts", "before"], ["INTO attempt_invoices", "before"], ["FROM sessions", "before"], ["INTO attempts", "after"], ["UPDATE attempts", "before"], ["UPDATE attempts", "after"]];
  for (const [match, when] of places) {
    const invoice = await invoiceRow(world, client);
    await world.fault({ on: "d1", op: match === "UPDATE attempts" ? undefined : "batch", match, when });
    const answer = await pay(lena, invoice);
    assert.equal(answer.status, 503, `${match} ${when}: ${answer}`);
    assert.match(answer.page.text, /try again in a minute/);
    const again = await pay(lena, invoice);
    const made = await attempts(invoice);
    assert.deepEqual([made.length, sessionsOf(made).length], [1, 1], `${match} ${when}`);
    assert.equal(again.location, sessionsOf(made)[0].url, `${match} ${when}`);
  }
});

test("voided while somebody pays: the money is recorded, staff are told, the payer reads that it is safe", async () => {
  const invoice = await invoiceRow(world, client);
  await pay(lena, invoice);
  const [attempt] = await attempts(invoice);
  stripe.pay(stripe.sessions.get(attempt.session_id));
  await voidInvoice(world, invoice);
  ok(await stripe.deliver());
  const answer = await lena.get(`/billing/confirming/${attempt.id}`);
  assert.match(answer.page.text, /Your payment has arrived.*safe with us/);
  assert.deepEqual(await rowsOf(world, "SELECT reason FROM payment_exceptions WHERE invoice_id = ?", invoice.id), [{ reason: "voided" }]);
  assert.ok(!hasPayNow(await lena.get(`/billing/${invoice.id}`)));
});

test("a page that ran out makes way for a new one", async () => {
  world.expectCost(/\/pay/);
  const invoice = await invoiceRow(world, client);
  await pay(lena, invoice);
  await world.advance(61 * MINUTE);
  const answer = await pay(lena, invoice);
  const made = await attempts(invoice);
  assert.deepEqual(made.map(({ state }) => state), ["expired", "open"]);
  assert.equal(answer.location, stripe.sessions.get(made[1].session_id).url);
  await signInStaff(owner);
});

test("a part is paid where the business takes parts, within what it takes; another amount takes the place of an open page", async () => {
  world.expectCost(/\/pay/);
  const invoice = await invoiceRow(world, client);
  const part = (amount, currency = "EUR") => pay(lena, invoice, { amount, currency });
  const whole = await part("40");
  assert.equal(whole.status, 422);
  assert.match(whole.page.text, /Please pay the whole amount of €100\.00/);
  await parts(25_000);
  assert.match((await lena.get(`/billing/${invoice.id}`)).page.text, /Pay a part of it.*At least €25\.00/);
  for (const [amount, currency, why] of [["24.99", "EUR", /at least €25\.00/], ["100.01", "EUR", /Only €100\.00 is due/], ["-5", "EUR", /amount/i], ["abc", "EUR", /amount/i], ["30", "USD", /currency/i], ["30", "ZZZ", /currency/i], ["30.001", "EUR", /./]]) {
    const answer = await part(amount, currency);
    assert.equal(answer.status, 422, `${amount} ${currency}: ${answer}`);
    assert.match(answer.page.all("p.error")[0]?.text ?? "", why, `${amount} ${currency}`);
    assert.equal(answer.page.all('input[name="amount"]')[0].getAttribute("value"), amount, "what was typed is kept");
  }
  assert.deepEqual(await attempts(invoice), []);
  assert.match((await part("40")).location, /\/pay\/cs_test/);
  assert.match((await part("60")).location, /\/pay\/cs_test/);
  const made = await attempts(invoice);
  assert.deepEqual(made.map(({ state, amount }) => [state, amount]), [["expired", 4_000], ["open", 6_000]]);
  assert.deepEqual(sessionsOf(made).map(({ status }) => status), ["expired", "open"]);
  stripe.pay(stripe.sessions.get(made[1].session_id));
  ok(await stripe.deliver());
  assert.deepEqual([(await invoiceNow(world, invoice)).status, (await invoiceNow(world, invoice)).due], ["partially_paid", 4_000]);
  await pay(lena, invoice);
  assert.equal((await attempts(invoice)).at(-1).amount, 4_000);
  await parts(null);
});

test("several of one currency at once; never of two, never another client's, never a draft", async () => {
  const { client: mine, person: reader } = await person(world, owner);
  const due = (days) => new Date(world.now() + days * 86_400_000).toISOString().slice(0, 10);
  const [a, b, usd] = [await invoiceRow(world, mine, { total: 5_000, due: due(20) }), await invoiceRow(world, mine, { total: 3_000, due: due(10) }), await invoiceRow(world, mine, { currency: "USD" })];
  const draft = await invoiceRow(world, mine, { state: "draft" });
  const foreign = await invoiceRow(world, client);
  const tick = (...list) => reader.post("/billing/pay", Object.fromEntries(list.map(({ id }) => [`i_${id}`, "on"])));
  const list = await reader.get("/billing");
  assert.equal(list.page.all('input[type="checkbox"]').length, 2, "dollars are one invoice, so there is nothing to choose");
  for (const [ids, why] of [[[], /tick the invoices/], [[a, usd], /one currency at a time/], [[a, foreign], /one currency/], [[a, draft], /one currency/], [[{ id: newId() }], /cannot be paid together/], [Array.from({ length: 51 }, () => ({ id: newId() })), /tick fewer/]]) {
    const answer = await tick(...ids);
    assert.equal(answer.location, "/billing");
    assert.match((await reader.get("/billing")).page.text, why);
  }
  for (const each of [a, b, usd, draft, foreign]) assert.deepEqual(await attempts(each), []);
  const answer = await tick(a, b);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [303, 2]);
  const [attempt] = await attempts(a);
  const session = stripe.sessions.get(attempt.session_id);
  assert.deepEqual([answer.location, session.amount_total, session.success_url], [session.url, 8_000, `${world.base}/billing/confirming/${attempt.id}`]);
  stripe.pay(session);
  ok(await stripe.deliver());
  assert.deepEqual([(await invoiceNow(world, a)).status, (await invoiceNow(world, b)).status], ["paid", "paid"]);
  const waited = await reader.get(`/billing/confirming/${attempt.id}`);
  assert.ok(waited.page.text.includes(a.number) && waited.page.text.includes(b.number));
  const receipt = await reader.get(waited.page.link("Open the receipt"));
  assert.equal(receipt.page.all("td a.row-link").length, 2);
});

test("no Pay Now and no page: without the module, without the setting, for what cannot be paid online", async () => {
  const invoice = await invoiceRow(world, client);
  await world.db.prepare("UPDATE clients SET modules_off = 64 WHERE id = ?").bind(client.id).run();
  assert.ok(!hasPayNow(await lena.get(`/billing/${invoice.id}`)));
  assert.equal((await pay(lena, invoice)).status, 404);
  assert.equal((await lena.post("/billing/pay", { [`i_${invoice.id}`]: "on" })).status, 404);
  const link = await payLinkTo(world, invoice);
  const shown = await world.user().get(link.path);
  assert.ok(shown.status === 200 && !hasPayNow(shown));
  await world.user().post(`${link.path}/pay`);
  await world.db.prepare("UPDATE clients SET modules_off = 0 WHERE id = ?").bind(client.id).run();
  await payOnline(world, false);
  assert.ok(!hasPayNow(await lena.get(`/billing/${invoice.id}`)) && !hasPayNow(await lena.get("/billing")));
  const refused = await pay(lena, invoice);
  assert.equal(refused.location, `/billing/${invoice.id}`);
  await payOnline(world);
  assert.deepEqual(await attempts(invoice), []);
  const dinar = await invoiceRow(world, client, { currency: "UGX", total: 5_000 });
  assert.ok(!hasPayNow(await lena.get(`/billing/${dinar.id}`)));
  const said = await pay(lena, dinar);
  assert.match((await lena.get(said.location)).page.text, /cannot be paid online/);
  const draft = await invoiceRow(world, client, { state: "draft" });
  const before = begun();
  assert.equal((await pay(lena, draft)).status, 404);
  assert.equal((await pay(other.person, invoice)).status, 404);
  assert.equal(begun(), before, "nothing was asked of the provider");
});

test("behind a link: the one invoice, its PDF, Pay Now and the way back; nothing else, with no account", async () => {
  const invoice = await invoiceRow(world, client);
  const link = await payLinkTo(world, invoice);
  const anyone = world.user("anyone");
  const shown = await anyone.get(link.path);
  assert.deepEqual([shown.status, (await shown.cost()).d1, hasPayNow(shown)], [200, 1, true]);
  assert.ok(!shown.page.hasLink("Billing") && !shown.page.hasLink("Home") && !shown.page.hasLink("Documents"));
  assert.match(shown.headers["referrer-policy"], /no-referrer|same-origin|origin/);
  assert.match(shown.headers["cache-control"], /no-store/);
  const answer = await anyone.post(`${link.path}/pay`);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [303, 2]);
  const [attempt] = await attempts(invoice);
  assert.ok(attempt.sealed_token && !attempt.sealed_token.includes(link.token), "the token is sealed");
  const session = stripe.sessions.get(attempt.session_id);
  assert.deepEqual([session.success_url, session.cancel_url], [`${world.base}${link.path}/confirming/${attempt.id}`, `${world.base}${link.path}?left=1`]);
  assert.match((await anyone.get(`${link.path}?left=1`)).page.text, /Nothing was paid/);
  const back = `${link.path}/confirming/${attempt.id}`;
  assert.match((await anyone.get(back)).page.text, /Confirming your payment/);
  stripe.pay(session);
  ok(await stripe.deliver());
  const done = await anyone.get(back);
  assert.match(done.page.text, /Thank you, it is paid/);
  assert.ok(!done.page.hasLink("Open the receipt"));
  assert.match((await anyone.get(link.path)).page.text, /Paid, thank you/);
  // Another invoice's attempt is not told of here, nor an attempt that never was.
  const second = await invoiceRow(world, client);
  await pay(lena, second);
  for (const id of [(await attempts(second))[0].id, newId(), "x"]) assert.equal((await anyone.get(`${link.path}/confirming/${id}`)).status, 404, id);
});

test("a link that was revoked, or never was, or of an archived client, is one and the same page; portal off, it works", async () => {
  const { client: mine } = await person(world, owner);
  const invoice = await invoiceRow(world, mine);
  const [live, revoked] = [await payLinkTo(world, invoice), await payLinkTo(world, invoice)];
  await world.db.prepare("UPDATE clients SET portal_enabled = 0 WHERE id = ?").bind(mine.id).run();
  assert.equal((await world.user().get(live.path)).status, 200);
  await world.db.prepare("UPDATE pay_links SET revoked_at = 1 WHERE token_hash = (SELECT token_hash FROM pay_links ORDER BY id DESC LIMIT 1)").run();
  const never = `/invoice/pt_p${"A".repeat(43)}`;
  const text = async (path) => { const answer = await world.user().get(path); return [answer.status, answer.text]; };
  assert.deepEqual(await text(revoked.path), await text(never));
  assert.equal((await text(never))[0], 410);
  assert.equal((await world.user().post(`${revoked.path}/pay`)).status, 410);
  await world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(mine.id).run();
  assert.deepEqual(await text(live.path), await text(never));
});

test("staff make a link to pass on and revoke all of them; without the setting there is none", async () => {
  const invoice = await invoiceRow(world, client);
  const staffPath = `/admin/invoices/${invoice.id}`;
  const made = await owner.post(`${staffPath}/link/new`);
  assert.equal(made.status, 200);
  const url = made.page.all("input.mono")[0].getAttribute("value");
  const path = url.replace(world.base, "");
  assert.equal((await world.user().get(path)).status, 200);
  assert.match((await owner.get(staffPath)).page.text, /One link opens this invoice/);
  const revoked = await owner.post(`${staffPath}/link/revoke`);
  assert.equal(revoked.location, staffPath);
  assert.equal((await world.user().get(path)).status, 410);
  assert.match((await owner.get(staffPath)).page.text, /No link opens this invoice/);
  const actions = await rowsOf(world, "SELECT action FROM audit WHERE entity_id = ? ORDER BY id", invoice.id);
  assert.deepEqual(actions.map(({ action }) => action), ["invoice.link_made", "invoice.link_revoked"]);
  await world.db.prepare("UPDATE billing SET pay_without_account = 0").run();
  const refused = await owner.post(`${staffPath}/link/new`);
  assert.equal(refused.location, staffPath);
  await world.db.prepare("UPDATE billing SET pay_without_account = 1").run();
  const voided = await invoiceRow(world, client, { state: "void" });
  assert.equal((await owner.post(`/admin/invoices/${voided.id}/link/new`)).status, 303);
  assert.deepEqual(await rowsOf(world, "SELECT 1 FROM pay_links WHERE invoice_id = ?", voided.id), []);
});

test("sending a revision closes the page that asks for the old amount; the next one asks for the new", async () => {
  world.expectCost(/\/(send|pay)$/);
  const invoice = await sentInvoice(owner, client);
  await pay(lena, invoice);
  const [old] = await attempts(invoice);
  await owner.post(`${invoice.path}/revise`);
  const fields = Object.fromEntries((await owner.get(`${invoice.path}/edit`)).page.formTo(`${invoice.path}/edit`).values);
  await owner.post(`${invoice.path}/edit`, { ...fields, go: "save", price_0: "50" });
  assert.equal(stripe.sessions.get(old.session_id).status, "open", "what was sent can be paid while its revision is written");
  await sendInvoice(owner, invoice);
  assert.equal(stripe.sessions.get(old.session_id).status, "expired");
  await pay(lena, invoice);
  const next = (await attempts(invoice)).find(({ state }) => state === "open");
  assert.deepEqual([stripe.sessions.get(next.session_id).amount_total, (await invoiceNow(world, invoice)).due], [11_900, 11_900]);
});

test("voiding, and recording, correcting and reversing a payment, close the page first; what is under way makes them wait", async () => {
  world.expectCost(/\/(void|payments\/new|correct|reverse)/);
  const open = async () => {
    const invoice = await invoiceRow(world, client);
    await pay(lena, invoice);
    const [attempt] = await attempts(invoice);
    return { invoice, attempt, session: stripe.sessions.get(attempt.session_id), path: `/admin/invoices/${invoice.id}` };
  };
  const voided = await open();
  await owner.post(`${voided.path}/void`);
  assert.deepEqual([voided.session.status, (await invoiceNow(world, voided.invoice)).status], ["expired", "void"]);
  assert.deepEqual((await attempts(voided.invoice)).map(({ state }) => state), ["expired"]);
  const recorded = await open();
  await recordPayment(owner, recorded, "10");
  assert.deepEqual([recorded.session.status, (await invoiceNow(world, recorded.invoice)).due], ["expired", 9_000]);
  // A record that is put right, or taken out, changes what is due.
  const [{ payment }] = await rowsOf(world, "SELECT payment FROM allocations WHERE invoice_id = ?", recorded.invoice.id);
  const again = async () => {
    await pay(lena, recorded.invoice);
    return stripe.sessions.get((await attempts(recorded.invoice)).find(({ state }) => state === "open").session_id);
  };
  const beforeCorrecting = await again();
  const path = `/admin/payments/${payment.replace("offline:", "")}/correct`;
  const form = Object.fromEntries((await owner.get(path)).page.formTo(path).values);
  await owner.post(path, { ...form, amount: "20" });
  assert.deepEqual([beforeCorrecting.status, (await invoiceNow(world, recorded.invoice)).due], ["expired", 8_000]);
  const beforeReversing = await again();
  const [{ payment: right }] = await rowsOf(world, "SELECT payment FROM allocations WHERE invoice_id = ? AND payment <> ?", recorded.invoice.id, payment);
  await owner.post(`/admin/payments/${right.replace("offline:", "")}/reverse`);
  assert.deepEqual([beforeReversing.status, (await invoiceNow(world, recorded.invoice)).due], ["expired", 10_000]);
  // Paid at this very moment, and nobody told: asked for, heard, and the invoice is not voided.
  const quick = await open();
  stripe.pay(quick.session);
  stripe.lose();
  await owner.post(`${quick.path}/void`);
  assert.equal((await invoiceNow(world, quick.invoice)).status, "paid");
  assert.match((await owner.get(quick.path)).page.text, /A payment is under way/);
  // The provider does not answer: nothing changes.
  const silent = await open();
  stripe.behave({ on: /expire$/, how: "500", times: 2 });
  await owner.post(`${silent.path}/void`);
  assert.equal((await invoiceNow(world, silent.invoice)).status, "outstanding");
  assert.match((await owner.get(silent.path)).page.text, /could not be closed just now/);
});
