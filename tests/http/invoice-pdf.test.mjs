// The PDF of an invoice over HTTP: what stands on it, who gets it, that it is drawn once, and what it costs.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { draftInvoice, recordPayment, sendInvoice, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { CONTENT, invoiceOf, paidOn, payLinkTo, voided } from "../harness/invoices.mjs";
import { textOf } from "../harness/pdf.mjs";
import { clientRow, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner, client, lena, stranger;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Larkspur Bakery" }));
  ({ person: stranger } = await person(world, owner, { client: "Birch Ltd" }));
});

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
const isPdf = (answer) => {
  assert.equal(answer.status, 200, String(answer));
  assert.equal(answer.headers["content-type"], "application/pdf");
  assert.equal(Buffer.from(answer.bytes).subarray(0, 5).toString(), "%PDF-");
};
const staffPath = ({ id }) => `/admin/invoices/${id}/pdf`;
const path = ({ id }) => `/billing/${id}/pdf`;

test("both sides get the same file: drawn once, kept, and not sent again to who has it", async () => {
  const invoice = await invoiceOf(world, client);
  const first = await lena.get(path(invoice));
  isPdf(first);
  assert.deepEqual((({ d1, r2 }) => ({ d1, r2 }))(await first.cost()), { d1: 1, r2: 2 }, "looks in R2, draws, keeps");
  assert.match(first.headers.etag, /^"[0-9a-f]{64}"$/);
  assert.equal(first.headers["cache-control"], "private, no-cache");
  assert.equal(first.headers["content-disposition"], `inline; filename="Invoice ${invoice.number}.pdf"; filename*=UTF-8''Invoice%20${invoice.number}.pdf`);

  const again = await owner.get(staffPath(invoice));
  isPdf(again);
  assert.equal(digest(again.bytes), digest(first.bytes));
  assert.equal(again.headers.etag, first.headers.etag);
  assert.deepEqual((({ d1, r2 }) => ({ d1, r2 }))(await again.cost()), { d1: 1, r2: 1 }, "read from R2");

  const known = await lena.request("GET", path(invoice), { headers: { "if-none-match": first.headers.etag } });
  assert.equal(known.status, 304);
  assert.equal(known.bytes.length, 0);
  assert.deepEqual((({ d1, r2 }) => ({ d1, r2 }))(await known.cost()), { d1: 1, r2: 0 }, "R2 is not asked");

  const saved = await lena.get(`${path(invoice)}?save=1`);
  assert.match(saved.headers["content-disposition"], /^attachment; /);
  const head = await lena.request("HEAD", path(invoice));
  assert.equal(head.headers.etag, first.headers.etag);
  assert.notEqual(head.headers["content-length"], "0", "a head does not say that there is nothing");
  assert.equal((await head.cost()).r2, 0);
});

test("what is kept and lost is drawn anew, byte for byte the same", async () => {
  const invoice = await invoiceOf(world, client);
  const first = await lena.get(path(invoice));
  const key = `invoice/${first.headers.etag.slice(1, -1)}`;
  assert.ok(await world.r2.head(key), `R2 has ${key}`);
  await world.r2.delete(key);
  const again = await lena.get(path(invoice));
  isPdf(again);
  assert.equal(digest(again.bytes), digest(first.bytes));
  assert.ok(await world.r2.head(key));
});

test("it says what the invoice says, in reading order", async () => {
  const invoice = await invoiceOf(world, client, { due: "2026-12-08", issued: "2026-11-24" });
  const text = textOf((await lena.get(path(invoice))).bytes);
  const order = ["Invoice", invoice.number, "24 Nov 2026", "8 Dec 2026", "Fern & Oak Studio GmbH", "Lindenstraße 7", "10969 Berlin", "Germany", "DE123456789",
    "Larkspur Bakery Ltd", "Ireland", "€1,350.50 due 8 Dec 2026", "View this invoice online", "Brand identity", "€500.00", "19%", "Żółć edition", "2.5 h", "€60.00", "7%",
    "Subtotal €1,150.00", "VAT 7% on €150.00 €10.50", "VAT 19% on €1,000.00 €190.00", "Total €1,350.50", "Amount due €1,350.50",
    "Commerzbank", "DE89 3704 0044 0532 0130 00", "Thank you for working with us."];
  let from = 0;
  for (const words of order) {
    const at = text.indexOf(words, from);
    assert.ok(at >= 0, `expected “${words}” after place ${from} of:\n${text}`);
    from = at;
  }
  assert.match(text, new RegExp(`Reference ${invoice.number}\n`), "what to write on the transfer");
});

test("a payment makes another file: partly paid, paid, refunded; the bank stands there only while money is asked for", async () => {
  const invoice = await invoiceOf(world, client);
  const tags = new Set();
  const now = async () => {
    const answer = await lena.get(path(invoice));
    tags.add(answer.headers.etag);
    return textOf(answer.bytes);
  };
  assert.match(await now(), /Pay by bank transfer/);
  await paidOn(world, invoice, 35_050);
  const partly = await now();
  assert.match(partly, /Partially paid[\s\S]*€1,000.00 due[\s\S]*Amount paid −€350.50/);
  const payment = await paidOn(world, invoice, 100_000);
  const paid = await now();
  assert.match(paid, /Paid[\s\S]*€1,350.50 paid/);
  assert.doesNotMatch(paid, /Pay by bank transfer|DE89/);
  await paidOn(world, invoice, 100_000, { kind: "refund", payment });
  assert.match(await now(), /Partially refunded[\s\S]*Returned €1,000.00/);
  assert.equal(tags.size, 4);
});

test("a void invoice says so across the page, asks for nothing, and is no electronic invoice", async () => {
  const invoice = await invoiceOf(world, client, {});
  const sent = await lena.get(path(invoice));
  assert.ok(Buffer.from(sent.bytes).includes("factur-x.xml"), "a sent invoice carries the XML");
  assert.doesNotMatch(textOf(sent.bytes), /Void/);
  await voided(world, invoice);
  const answer = await lena.get(path(invoice));
  const text = textOf(answer.bytes);
  assert.match(text, /Void[\s\S]*Void/, "the watermark and the badge");
  assert.match(text, /nothing is to be paid/);
  assert.doesNotMatch(text, /DE89|Pay by bank/);
  assert.ok(!Buffer.from(answer.bytes).includes("factur-x.xml"));
  isPdf(await owner.get(staffPath(invoice)));
});

test("a draft is a preview for staff alone: of today's settings, marked, and kept nowhere", async () => {
  await world.db.prepare("UPDATE billing SET legal_name = 'Fern & Oak e.K.', country = 'DE', vat_id = 'DE999', tax_name = 'MwSt.'").run();
  const draft = await invoiceOf(world, client, { state: "draft" });
  const answer = await owner.get(staffPath(draft));
  isPdf(answer);
  assert.equal(answer.headers.etag, undefined);
  assert.equal(answer.headers["cache-control"], "no-store");
  assert.deepEqual((({ d1, r2 }) => ({ d1, r2 }))(await answer.cost()), { d1: 1, r2: 0 });
  const text = textOf(answer.bytes);
  for (const words of ["Draft", "Fern & Oak e.K.", "Larkspur Bakery", "MwSt. 19%"]) assert.ok(text.includes(words), `expected ${words} in:\n${text}`);
  assert.doesNotMatch(text, /View this invoice online/);

  const hidden = await lena.get(path(draft));
  const never = await lena.get("/billing/01890000-0000-7000-8000-000000000000/pdf");
  assert.equal(hidden.status, 404);
  assert.equal(hidden.text, never.text);
});

test("a revision in writing has a preview: under its number, marked, kept nowhere; what was sent stays what it is", async () => {
  const invoice = await sentInvoice(owner, client, { lines: [["Design", 1, "100", "19%"]] });
  const path = `${invoice.path}/revision/pdf`;
  const never = "/admin/invoices/01890000-0000-7000-8000-000000000000/revision/pdf";
  assert.equal((await owner.get(path)).status, 404, "nothing is being written");
  assert.equal((await owner.get(path)).text, (await owner.get(never)).text.replaceAll(never, path));
  await recordPayment(owner, invoice, "50");
  await owner.post(`${invoice.path}/revise`);
  const fields = Object.fromEntries((await owner.get(`${invoice.path}/edit`)).page.formTo(`${invoice.path}/edit`).values);
  await owner.post(`${invoice.path}/edit`, { ...fields, go: "save", description_0: "Design, again", price_0: "200" });
  assert.equal((await owner.get(invoice.path)).page.link("Preview revision"), path);
  assert.equal((await owner.get(`${invoice.path}/send`)).page.link("Preview PDF"), path);
  const sent = await owner.get(staffPath(invoice));
  const preview = await owner.get(path);
  isPdf(preview);
  assert.equal(preview.headers.etag, undefined);
  assert.match(preview.headers["content-disposition"], /^inline.*revision 2\.pdf/);
  assert.deepEqual((({ d1, r2 }) => ({ d1, r2 }))(await preview.cost()), { d1: 1, r2: 0 });
  const [{ number }] = (await world.db.prepare("SELECT number FROM invoices WHERE id = ?").bind(invoice.id).all()).results;
  const text = textOf(preview.bytes);
  for (const words of [number, "Draft", "Design, again", "Revision", "238.00", "188.00"]) assert.ok(text.includes(words), `expected ${words} in:\n${text}`);
  assert.doesNotMatch(text, /View this invoice online/);
  assert.ok(!Buffer.from(preview.bytes).includes("factur-x.xml"), "it is no electronic invoice");
  assert.match(textOf(sent.bytes), /119\.00/);
  assert.deepEqual((await owner.get(staffPath(invoice))).bytes, sent.bytes);
  await sendInvoice(owner, invoice);
  assert.equal((await owner.get(path)).status, 404, "it is sent");
  assert.doesNotMatch(textOf((await owner.get(staffPath(invoice))).bytes), /Draft/);
});

test("staff are told before it goes what the PDF cannot show, at the draft and where it is sent", async () => {
  const warning = /The PDF cannot show these characters and leaves an empty square for each: 京 東\. Please write them in Latin, Greek or Cyrillic letters\./;
  const odd = await draftInvoice(owner, client, { lines: [["Signs for 東京", 1, "100"]] });
  for (const page of [odd.path, `${odd.path}/send`]) assert.match((await owner.get(page)).page.text, warning);
  const fine = await draftInvoice(owner, client, { lines: [["Żółć, Γιάννης, Şükrü, Шевченко: 5 × €1", 1, "100"]] });
  for (const page of [fine.path, `${fine.path}/send`]) assert.doesNotMatch((await owner.get(page)).page.text, /cannot show/);
  assert.equal((await owner.get(fine.path)).page.link("Preview PDF"), `${fine.path}/pdf`);
});

test("nobody else's, and not while Billing is off", async () => {
  const invoice = await invoiceOf(world, client);
  assert.equal((await stranger.get(path(invoice))).status, 404);
  const rows = await clientRow(world);
  const foreign = await invoiceOf(world, rows);
  assert.equal((await lena.get(path(foreign))).status, 404);
  await world.db.prepare("UPDATE clients SET modules_off = 32 WHERE id = ?").bind(client.id).run();
  assert.equal((await lena.get(path(invoice))).status, 404);
  await world.db.prepare("UPDATE clients SET modules_off = 0 WHERE id = ?").bind(client.id).run();
  isPdf(await lena.get(path(invoice)));
  for (const odd of ["x", "%00", "01890000-0000-7000-8000-000000000000"]) assert.equal((await owner.get(`/admin/invoices/${odd}/pdf`)).status, 404);
});

test("a link that shows the invoice gives the same file without an account, until it is revoked or the business closes that way", async () => {
  const invoice = await invoiceOf(world, client);
  const { path: home } = await payLinkTo(world, invoice);
  const passer = world.user("passer-by");
  const shown = await passer.get(`${home}/pdf`);
  isPdf(shown);
  assert.equal((await shown.cost()).d1, 1);
  const own = await lena.get(path(invoice));
  assert.equal(digest(own.bytes), digest(shown.bytes));
  assert.equal(own.headers.etag, shown.headers.etag);
  const known = await passer.request("GET", `${home}/pdf`, { headers: { "if-none-match": shown.headers.etag } });
  assert.equal(known.status, 304);
  await voided(world, invoice);
  assert.match(textOf((await passer.get(`${home}/pdf`)).bytes), /Void/, "a void one is shown as what it is");

  const draft = await invoiceOf(world, client, { state: "draft" });
  const early = await payLinkTo(world, draft);
  const never = `/invoice/pt_p${"A".repeat(43)}/pdf`;
  const dead = await passer.get(never);
  assert.equal(dead.status, 410);
  assert.equal((await passer.get(`${early.path}/pdf`)).text, dead.text, "a draft is not told from a link that never was");
  await world.db.prepare("UPDATE billing SET pay_without_account = 0").run();
  assert.equal((await passer.get(`${home}/pdf`)).text, dead.text);
  await world.db.prepare("UPDATE billing SET pay_without_account = 1").run();
  isPdf(await passer.get(`${home}/pdf`));
  await world.db.prepare("UPDATE pay_links SET revoked_at = 1").run();
  const revoked = await passer.request("GET", `${home}/pdf`, { headers: { "if-none-match": shown.headers.etag } });
  assert.equal(revoked.status, 410, "having the file's tag opens nothing");
  assert.equal(revoked.text, dead.text);
});

test("a PDF that the business uploaded is sent as it is", async () => {
  const own = Buffer.from("%PDF-1.4 our own\n");
  await world.r2.put("own-key-1", own, { httpMetadata: { contentType: "application/pdf" } });
  const invoice = await invoiceOf(world, client, { content: { uploaded: 135_050 }, own: "own-key-1" });
  const answer = await lena.get(path(invoice));
  isPdf(answer);
  assert.equal(digest(answer.bytes), digest(own));
  const known = await lena.request("GET", path(invoice), { headers: { "if-none-match": answer.headers.etag } });
  assert.equal(known.status, 304);
  assert.equal((await known.cost()).r2, 0);
});

test("R2 that does not take the file spoils nothing", async () => {
  const invoice = await invoiceOf(world, client);
  await world.fault({ on: "r2", op: "put", match: "invoice/", when: "before" });
  isPdf(await lena.get(path(invoice)));
  isPdf(await lena.get(path(invoice)));
});

test("a long one of many pages, and one in yen", async () => {
  const lines = Array.from({ length: 200 }, (_, n) => ({ ...CONTENT.lines[0], description: `Line ${n + 1}` }));
  const long = await invoiceOf(world, client, { content: { ...CONTENT, lines }, total: 23_800_000 });
  const text = textOf((await lena.get(path(long))).bytes);
  assert.match(text, /Line 200/);
  assert.match(text, /Page 6 of/);
  const yen = await invoiceOf(world, client, { currency: "JPY", total: 2_500, content: { lines: [{ description: "Tea", quantity: 10_000, unit_price: 250_000, tax: { category: "O", rate: 0 } }] } });
  assert.match(textOf((await lena.get(path(yen))).bytes), /¥2,500 due/);
});
