// Sending: numbers without gaps, the sealed revision, mails with links of their own; revising, voiding,
// duplicating, deleting; payments that staff record.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { draftInvoice, invoiceRow, recordPayment, sendFields, sendInvoice, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { archive, clientRow, colleague, contactRow, newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, client, contact;
before(async () => {
  owner = await setUpOwner(world, { business: "Fern & Oak", name: "Olive Fern" });
  client = await clientRow(world, "Larkspur & Sons");
  contact = await contactRow(world, client, { firstName: "Lena", email: "lena@larkspur.test" });
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const audited = async (id, action) => (await one("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = ?", id, action)).n;
const said = async (answer) => (await owner.get(answer.location)).page.text;

test("Send gives a number, seals what was looked at, and mails a link that only its hash is kept of", async () => {
  const draft = await draftInvoice(owner, client);
  const review = await owner.get(`${draft.path}/send`);
  assert.deepEqual([review.status, (await review.cost()).d1], [200, 1]);
  for (const text of ["€238.00", "Larkspur & Sons", "lena@larkspur.test"]) assert.ok(review.page.text.includes(text), text);
  const answer = await sendInvoice(owner, draft);
  assert.equal(answer.location, draft.path);
  assert.ok((await answer.cost()).d1 <= 2);
  const row = await invoiceRow(world, draft);
  assert.deepEqual([row.state, row.status, row.due, row.total], ["sent", "outstanding", 23_800, 23_800]);
  assert.equal(row.number, `${`INV-${row.issued_on.slice(0, 4)}-`}${String(row.series_count).padStart(4, "0")}`);
  const revision = await one("SELECT * FROM invoice_revisions WHERE id = ?", row.revision_id);
  assert.ok(revision.sealed_at && revision.sealed_on);
  const parties = JSON.parse(revision.parties);
  assert.deepEqual([parties.seller.name, parties.buyer.name], ["Fern & Oak", "Larkspur & Sons"]);
  const mail = await world.mailbox.newest("lena@larkspur.test");
  assert.equal(mail.subject, `Invoice ${row.number} from Fern & Oak`);
  assert.ok(mail.text.includes(row.number) && mail.text.includes("€238.00") && !mail.text.includes(row.id), mail.text);
  const token = mail.path(/\/invoice\//).split("/").at(-1);
  assert.match(token, /^pt_/);
  const link = await one("SELECT token_hash FROM pay_links WHERE invoice_id = ?", draft.id);
  assert.equal(link.token_hash, createHash("sha256").update(token).digest("hex"));
  assert.equal(await audited(draft.id, "invoice.sent"), 1);
  assert.match((await one("SELECT detail FROM audit WHERE entity_id = ? AND action = 'invoice.sent'", draft.id)).detail, new RegExp(row.number));
  assert.equal((await one("SELECT due FROM balances WHERE client_id = ? AND currency = 'EUR'", client.id)).due, 23_800);
});

test("sent twice, and five times at once, it is sent once", async () => {
  const draft = await draftInvoice(owner, client);
  const fields = await sendFields(owner, draft);
  const before = (await world.mailbox.to("lena@larkspur.test")).length;
  const answers = await Promise.all(Array.from({ length: 5 }, () => owner.post(`${draft.path}/send`, fields)));
  const late = await owner.post(`${draft.path}/send`, fields);
  for (const answer of [...answers, late]) assert.deepEqual([answer.status, answer.location], [303, draft.path]);
  assert.equal(await audited(draft.id, "invoice.sent"), 1);
  assert.equal((await one("SELECT count(*) AS n FROM pay_links WHERE invoice_id = ?", draft.id)).n, 1);
  assert.equal((await world.mailbox.to("lena@larkspur.test")).length, before + 1);
});

test("twenty sent at once get twenty numbers without a gap", async () => {
  const drafts = [];
  for (let n = 0; n < 20; n += 1) drafts.push(await draftInvoice(owner, client, { lines: [["x", 1, n + 1]] }));
  const fields = await Promise.all(drafts.map((draft) => sendFields(owner, draft)));
  await Promise.all(drafts.map((draft, n) => owner.post(`${draft.path}/send`, fields[n])));
  const rows = await all("SELECT series_year, series_count, number FROM invoices WHERE state <> 'draft' ORDER BY series_count");
  assert.ok(rows.length >= 20);
  assert.deepEqual(rows.map((row) => row.series_count), rows.map((_, n) => n + 1));
  assert.equal(new Set(rows.map((row) => row.number)).size, rows.length);
  assert.equal((await one("SELECT next FROM number_counters")).next, rows.length + 1);
});

test("what was changed since it was looked at is looked at again; bad input stands at its field", async () => {
  const draft = await draftInvoice(owner, client);
  const fields = await sendFields(owner, draft);
  const edit = Object.fromEntries((await owner.get(`${draft.path}/edit`)).page.formTo(`${draft.path}/edit`).values);
  await owner.post(`${draft.path}/edit`, { ...edit, go: "save", price_0: "500" });
  const stale = await owner.post(`${draft.path}/send`, fields);
  assert.equal(stale.status, 422);
  assert.match(stale.page.text, /changed this invoice meanwhile/);
  const good = await sendFields(owner, draft);
  const nobody = Object.fromEntries(Object.entries(good).filter(([name]) => !name.startsWith("to_")));
  for (const [changes, why] of [
    [{ subject: "" }, /fill in/], [{ subject: "{{invoice_link}}" }, /out of the subject/], [{ body: "no link" }, /invoice_link/],
    [{ body: `{{invoice_link}}${"x".repeat(2_000_000)}` }, /shorten/], [{ subject: "a\0b" }, /cannot be stored/], [{ subject: ["a", "b"] }, /twice/],
    [{ edition: "1e9" }, /meanwhile/],
  ]) {
    const answer = await owner.post(`${draft.path}/send`, { ...good, ...changes });
    assert.equal(answer.status, 422, `${JSON.stringify(changes).slice(0, 60)}: ${answer}`);
    assert.match(answer.page.text, why);
  }
  assert.match((await owner.post(`${draft.path}/send`, nobody)).page.text, /choose who gets the mail/);
  for (const body of ["", "subject=%ff&body=%ff"]) {
    assert.equal((await owner.request("POST", `${draft.path}/send`, { body, headers: { "content-type": "application/x-www-form-urlencoded" } })).status, 422);
  }
  assert.equal((await invoiceRow(world, draft)).state, "draft");
  const gone = await clientRow(world);
  await contactRow(world, gone);
  const theirs = await draftInvoice(owner, gone);
  const ready = await sendFields(owner, theirs);
  await archive(world, gone);
  assert.match((await owner.post(`${theirs.path}/send`, ready)).page.text, /archived/);
});

test("who wants no mails about invoices is named, not offered, and not sent one by a forged field", async () => {
  const firm = await clientRow(world, "Quiet Co");
  const [loud, quiet] = [await contactRow(world, firm, { firstName: "Lou" }), await contactRow(world, firm, { firstName: "Quentin", lastName: "Quiet" })];
  await world.db.prepare("UPDATE contacts SET mail_invoices = 0 WHERE id = ?").bind(quiet.id).run();
  const draft = await draftInvoice(owner, firm);
  const { page } = await owner.get(`${draft.path}/send`);
  assert.match(page.text, /Quentin Quiet gets no mails about invoices/);
  const form = Object.fromEntries(page.formTo(`${draft.path}/send`).values);
  assert.deepEqual(Object.keys(form).filter((name) => name.startsWith("to_")), [`to_${loud.id}`]);
  const sent = await owner.post(`${draft.path}/send`, { ...form, [`to_${quiet.id}`]: "on" });
  assert.equal(sent.status, 303, String(sent));
  await world.settled();
  assert.deepEqual((await all("SELECT to_email FROM outbox WHERE kind = 'invoice' AND client_id = ?", firm.id)).map(({ to_email: to }) => to), [loud.email]);
});

test("without paying without an account, the mail makes no link: it leads into the portal who can go there", async () => {
  const { client: firm, contact: theirs } = await person(world, owner, { client: "Portal Co" });
  const outside = await contactRow(world, firm);
  await world.db.prepare("UPDATE billing SET pay_without_account = 0").run();
  const draft = await draftInvoice(owner, firm);
  const fields = await sendFields(owner, draft);
  await owner.post(`${draft.path}/send`, { ...fields, [`to_${theirs.id}`]: "on", [`to_${outside.id}`]: "on" });
  await world.db.prepare("UPDATE billing SET pay_without_account = 1").run();
  assert.equal((await one("SELECT count(*) AS n FROM pay_links WHERE invoice_id = ?", draft.id)).n, 0);
  const { number } = await invoiceRow(world, draft);
  const [inside, other] = [await world.mailbox.newest(theirs.email), await world.mailbox.newest(outside.email)];
  assert.equal(inside.path(/\/billing\//), `/billing/${draft.id}`);
  assert.ok(inside.text.includes(number) && other.text.includes(number));
  assert.doesNotMatch(other.text, /https?:\/\/\S*\/(invoice|billing)\//);
});

test("a revision takes the place of what was sent, under its number; the old one is kept", async () => {
  const invoice = await sentInvoice(owner, client);
  const first = await invoiceRow(world, invoice);
  assert.equal((await owner.post(`${invoice.path}/revise`)).location, `${invoice.path}/edit`);
  assert.equal((await owner.post(`${invoice.path}/revise`)).location, `${invoice.path}/edit`, "goes on with the same");
  const fields = Object.fromEntries((await owner.get(`${invoice.path}/edit`)).page.formTo(`${invoice.path}/edit`).values);
  assert.equal((await owner.post(`${invoice.path}/edit`, { ...fields, go: "save", price_0: "50" })).status, 303);
  assert.equal((await invoiceRow(world, invoice)).total, 23_800, "the client sees what was sent");
  const replaces = "This revised invoice replaces the one that we sent you before.";
  const offered = await sendFields(owner, invoice);
  assert.ok(offered.body.startsWith(`Hello {{contact_first_name}},\r\n\r\n${replaces}`) || offered.body.startsWith(`Hello {{contact_first_name}},\n\n${replaces}`), offered.body);
  const answer = await sendInvoice(owner, invoice);
  assert.ok((await answer.cost()).d1 <= 2);
  const mail = await world.mailbox.newest("lena@larkspur.test");
  assert.equal(mail.subject, `Revised invoice ${first.number} from Fern & Oak`);
  assert.ok(mail.text.includes(replaces) && mail.text.includes("€119.00"), mail.text);
  const row = await invoiceRow(world, invoice);
  assert.deepEqual([row.number, row.total, row.due], [first.number, 11_900, 11_900]);
  assert.doesNotMatch((await sendFields(owner, invoice)).body, /revised/i, "sent once more, it replaces nothing");
  assert.notEqual(row.revision_id, first.revision_id);
  assert.equal((await one("SELECT count(*) AS n FROM invoice_revisions WHERE invoice_id = ? AND sealed_at IS NOT NULL", invoice.id)).n, 2);
  await owner.post(`${invoice.path}/revise`);
  assert.equal((await owner.post(`${invoice.path}/delete`)).location, invoice.path);
  assert.equal((await invoiceRow(world, invoice)).revision_id, row.revision_id);
  assert.equal((await owner.post(`${invoice.path}/delete`)).location, invoice.path);
  assert.equal((await invoiceRow(world, invoice)).state, "sent", "what was sent is never deleted");
});

test("sending again brings a new link and changes nothing else", async () => {
  const invoice = await sentInvoice(owner, client);
  const row = await invoiceRow(world, invoice);
  await sendInvoice(owner, invoice);
  assert.equal((await one("SELECT count(*) AS n FROM pay_links WHERE invoice_id = ?", invoice.id)).n, 2);
  const after = await invoiceRow(world, invoice);
  assert.deepEqual([after.number, after.revision_id, after.sent_at], [row.number, row.revision_id, row.sent_at]);
});

test("a payment is recorded once, in parts and beyond, and reversed once", async () => {
  const invoice = await sentInvoice(owner, client);
  const path = `${invoice.path}/payments/new`;
  const form = await owner.get(path);
  assert.equal((await form.cost()).d1, 1);
  const fields = Object.fromEntries(form.page.formTo(path).values);
  assert.deepEqual([fields.amount, fields.method], ["238.00", "bank_transfer"]);
  for (const [changes, field] of [
    [{ amount: "" }, "amount"], [{ amount: "0" }, "amount"], [{ amount: "-5" }, "amount"], [{ amount: "1.005" }, "amount"], [{ amount: "x".repeat(2_000_000) }, "amount"],
    [{ amount: "1\0" }, "amount"], [{ amount: ["1", "2"] }, "amount"], [{ paid_on: "2999-01-01" }, "paid_on"], [{ paid_on: "soon" }, "paid_on"],
    [{ method: "barter" }, "method"], [{ reference: "x".repeat(101) }, "reference"],
  ]) {
    const answer = await owner.post(path, { ...fields, ...changes });
    assert.equal(answer.status, 422, `${JSON.stringify(changes).slice(0, 60)}: ${answer}`);
    assert.ok(answer.page.all(`#e-${field}`).length, field);
  }
  const part = { ...fields, amount: "100", reference: "Statement 7" };
  const answer = await owner.post(path, part);
  assert.ok((await answer.cost()).d1 <= 2);
  await Promise.all([owner.post(path, part), owner.post(path, part)]);
  let row = await invoiceRow(world, invoice);
  assert.deepEqual([row.status, row.paid, row.due], ["partially_paid", 10_000, 13_800]);
  assert.match(await said(answer), /Bank transfer · Statement 7 · recorded by Olive Fern/);
  await recordPayment(owner, invoice, "150");
  row = await invoiceRow(world, invoice);
  assert.deepEqual([row.status, row.credit], ["paid", 1_200]);
  const [payment] = await all("SELECT payment FROM allocations WHERE invoice_id = ? AND amount = 10000", invoice.id);
  const reverse = `/admin/payments/${payment.payment.replace("offline:", "")}/reverse`;
  const reversed = await owner.post(reverse);
  assert.deepEqual([reversed.status, reversed.location], [303, invoice.path]);
  assert.ok((await reversed.cost()).d1 <= 2);
  row = await invoiceRow(world, invoice);
  assert.deepEqual([row.status, row.paid, row.due], ["partially_paid", 15_000, 8_800]);
  await owner.post(reverse);
  assert.match(await said(reversed), /reversed already/);
  assert.equal((await one("SELECT count(*) AS n FROM ledger WHERE kind = 'reversal' AND payment = ?", payment.payment)).n, 1);
  assert.equal((await owner.post(`/admin/payments/${newId()}/reverse`)).status, 404);
});

test("void keeps its number and is out of every total; not while there is money on it", async () => {
  const own = await clientRow(world, "Void & Co");
  const invoice = await sentInvoice(owner, own);
  await recordPayment(owner, invoice, "10");
  const refused = await owner.post(`${invoice.path}/void`);
  assert.match(await said(refused), /€10\.00 was paid on this invoice/);
  const [{ payment }] = await all("SELECT payment FROM allocations WHERE invoice_id = ?", invoice.id);
  await owner.post(`/admin/payments/${payment.replace("offline:", "")}/reverse`);
  const answer = await owner.post(`${invoice.path}/void`);
  assert.ok((await answer.cost()).d1 <= 2);
  const row = await invoiceRow(world, invoice);
  assert.deepEqual([row.status, row.due], ["void", 0]);
  assert.ok(row.number && row.voided_on);
  assert.equal((await one("SELECT due FROM balances WHERE client_id = ?", own.id)).due, 0);
  assert.equal(await audited(invoice.id, "invoice.voided"), 1);
  for (const path of ["void", "revise", "delete", "reopen", "payments/new", "send"]) {
    assert.equal((await owner.post(`${invoice.path}/${path}`)).location, invoice.path, path);
  }
  assert.equal((await invoiceRow(world, invoice)).state, "void");
  assert.equal(await audited(invoice.id, "invoice.voided"), 1);
});

test("a duplicate is a draft of today; pressed twice it is one; a draft is deleted", async () => {
  const invoice = await sentInvoice(owner, client, { issued_on: "2026-01-05", due_on: "2026-01-19" });
  const form = (await owner.get(invoice.path)).page.formTo(`${invoice.path}/duplicate`);
  const fields = Object.fromEntries(form.values);
  const [first, second] = [await owner.post(`${invoice.path}/duplicate`, fields), await owner.post(`${invoice.path}/duplicate`, fields)];
  assert.equal(first.location, second.location);
  assert.ok((await first.cost()).d1 <= 2);
  const id = first.location.split("/").at(-1);
  const row = await invoiceRow(world, { id });
  assert.deepEqual([row.state, row.number, row.total], ["draft", null, 23_800]);
  assert.notEqual(row.issued_on, "2026-01-05");
  for (const path of ["void", "revise", "reopen", "payments/new"]) assert.equal((await owner.post(`${first.location}/${path}`)).location, first.location, path);
  const deleted = await owner.post(`${first.location}/delete`);
  assert.equal(deleted.location, `/admin/clients/${client.id}/billing`);
  assert.equal(await invoiceRow(world, { id }), null);
  assert.equal((await owner.get(first.location)).status, 404);
});

test("the page shows how the mail reads to the first who gets it; Preview sends nothing", async () => {
  const draft = await draftInvoice(owner, client);
  const path = `${draft.path}/send`;
  const reads = (page) => page.all("article.mail").map((mail) => mail.text.replace(/\s+/g, " ")).join();
  const { page } = await owner.get(path);
  assert.match(reads(page), /To ?Lena <lena@larkspur\.test>.*Hello Lena,.*€238\.00/);
  assert.doesNotMatch(reads(page), /[{}]/);
  const answer = await owner.post(path, [...page.formTo(path).fill({ body: "Only for {{contact_first_name}}: {{invoice_link}}" }), ["go", "look"]]);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1]);
  assert.match(reads(answer.page), /Only for Lena:/);
  assert.equal((await invoiceRow(world, draft)).state, "draft");
  const sent = await owner.submit(answer.page.formTo(path), {}, { follow: false });
  assert.equal(sent.location, draft.path);
  assert.match((await world.mailbox.newest("lena@larkspur.test")).text, /Only for Lena:/);
});

test("what of the client is missing for an e-invoice is named with its link before sending, and on what was sent", async () => {
  const other = await clientRow(world, "Willow Ltd");
  const details = `${other.path}/billing/details`;
  const named = async ({ path }) => (await owner.get(`${path}/send`)).page.all(".notice.warn li a").map((a) => [a.text, a.getAttribute("href")]);
  const fact = async ({ path }) => /E-invoice\s*([^\n]*)/.exec((await owner.get(path)).page.all("dl.facts")[0].text)?.[1].trim();
  const draft = await draftInvoice(owner, other);
  const wanted = [["The client's country, for the e-invoice in the PDF", details]];
  const ours = (rows) => rows.filter(([text]) => text.includes("e-invoice"));
  assert.deepEqual(ours(await named(draft)), [], "the business has not done its part");
  await world.db.prepare("UPDATE billing SET country = 'DE', vat_id = 'DE999999999'").run();
  assert.deepEqual(ours(await named(draft)), wanted);
  const included = await draftInvoice(owner, other, { prices: "with_tax" });
  assert.deepEqual(ours(await named(included)), [], "the client's part would not make it one");
  const abroad = await draftInvoice(owner, other, { lines: [["Design", 1, "100", "Reverse charge"]] });
  assert.deepEqual(ours(await named(abroad)), [...wanted, ["The client's VAT number, for the e-invoice in the PDF", details]]);
  assert.equal(await fact(draft), undefined, "a draft is none and says nothing of it");
  await sendInvoice(owner, draft);
  assert.match(await fact(draft), /^No\. The client's address has no country\./);
  await world.db.prepare("INSERT INTO client_billing (client_id, country, updated_at) VALUES (?, 'NL', 1)").bind(other.id).run();
  assert.match(await fact(draft), /^No\./, "what was sent stays as it was");
  await owner.post(`${draft.path}/revise`);
  assert.deepEqual(ours(await named(draft)), []);
  await sendInvoice(owner, draft);
  assert.match(await fact(draft), /^Yes, in the PDF/);
  const pdf = await owner.get(`${draft.path}/pdf`);
  assert.ok(Buffer.from(pdf.bytes).includes("factur-x.xml"));
  assert.deepEqual([(await owner.get(draft.path)).status, (await (await owner.get(draft.path)).cost()).d1], [200, 1]);
});
