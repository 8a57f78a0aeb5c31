// An invoice that is the business's own PDF: amount and file instead of lines, its own number or the next of
// the series, and then the life of every invoice. What the client gets is that very file.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { invoiceRow, recordPayment, sendInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { archive, clientRow, contactRow } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
let client;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world, "Larkspur Bakery");
  await contactRow(world, client, { email: "lena@larkspur.test" });
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const count = async (table) => (await one(`SELECT count(*) AS n FROM ${table}`)).n;
const errorAt = (answer, field) => answer.page.all(`#e-${field}`).map((e) => e.text.trim()).join();
const pdf = (text, size = 0) => ({ filename: "Invoice 118.pdf", type: "application/pdf", content: Buffer.concat([Buffer.from(`%PDF-1.7\n% ${text}\n`), Buffer.alloc(size, 0x20), Buffer.from("\n%%EOF")]) });
const path = () => `${client.path}/invoices/upload`;
const shown = async (where) => {
  const fields = Object.fromEntries((await owner.get(where)).page.formTo(where).values);
  delete fields.file;
  return fields;
};
/** A draft of a file: { id, path }. */
async function uploaded(changes = {}) {
  const answer = await owner.upload(path(), { ...await shown(path()), amount: "119", file: pdf("usual"), ...changes });
  assert.equal(answer.status, 303, `${answer} ${errorAt(answer, "file")}`);
  return { id: answer.location.split("/").at(-1), path: answer.location };
}
const bytesOf = async (user, where) => (await user.get(where)).bytes;

test("a file with its amount becomes a draft, is sent, paid and voided like any invoice", async () => {
  const form = await owner.get(path());
  assert.equal((await form.cost()).d1, 1);
  const file = pdf("the first");
  const answer = await owner.upload(path(), { ...await shown(path()), amount: "1.190,50", tax: "190.08", number: "2026/118", reference: "PO 7", file });
  assert.equal(answer.status, 303, errorAt(answer, "amount") + errorAt(answer, "number"));
  assert.ok((await answer.cost()).d1 <= 2);
  const invoice = { id: answer.location.split("/").at(-1), path: answer.location };
  let row = await invoiceRow(world, invoice);
  assert.deepEqual([row.state, row.total, row.currency, row.number, row.own_number], ["draft", 119_050, "EUR", null, "2026/118"]);
  const page = await owner.get(invoice.path);
  assert.match(page.page.text, /your own PDF, Invoice 118\.pdf/);
  assert.match(page.page.text, /Including VAT\s*€190\.08/);
  assert.ok((await bytesOf(owner, `${invoice.path}/pdf`)).equals(file.content), "the very file");
  await sendInvoice(owner, invoice);
  row = await invoiceRow(world, invoice);
  assert.deepEqual([row.state, row.number, row.due], ["sent", "2026/118", 119_050]);
  const mail = await world.mailbox.newest("lena@larkspur.test");
  assert.match(mail.subject, /2026\/118/);
  assert.ok((await bytesOf(world.user(), `${mail.path(/\/invoice\//)}/pdf`)).equals(file.content), "by the link, too");
  await recordPayment(owner, invoice, "1190.50");
  assert.equal((await invoiceRow(world, invoice)).status, "paid");
  const other = await uploaded();
  await sendInvoice(owner, other);
  assert.equal((await owner.post(`${other.path}/void`)).status, 303);
  assert.equal((await invoiceRow(world, other)).status, "void");
  assert.match((await owner.get((await owner.post(`${other.path}/duplicate`)).location)).page.text, /PDF of your own/);
});

test("without a number of its own it gets the next of the series, which has no gap for the others", async () => {
  const numbers = [];
  for (const number of ["", "X-1", "", "X-2", ""]) {
    const invoice = await uploaded({ number });
    await sendInvoice(owner, invoice);
    numbers.push((await invoiceRow(world, invoice)).number);
  }
  assert.deepEqual([numbers[1], numbers[3]], ["X-1", "X-2"]);
  const series = [numbers[0], numbers[2], numbers[4]].map((number) => Number(/-(\d+)$/.exec(number)[1]));
  assert.deepEqual(series.map((n) => n - series[0]), [0, 1, 2]);
});

test("a number that another invoice has is told at its field, or when sending", async () => {
  await uploaded({ number: "TWICE" });
  const answer = await owner.upload(path(), { ...await shown(path()), amount: "1", number: "TWICE", file: pdf("b") });
  assert.equal(answer.status, 422);
  assert.match(errorAt(answer, "number"), /Another invoice has this number/);
  const usual = await uploaded();
  await sendInvoice(owner, usual);
  const taken = await uploaded({ number: (await invoiceRow(world, usual)).number });
  const refused = await sendInvoice(owner, taken);
  assert.match((await owner.get(refused.location)).page.text, /check its number/);
  assert.equal((await invoiceRow(world, taken)).state, "draft");
});

test("what cannot be is told at its field; what is no PDF is not kept", async () => {
  const good = { ...await shown(path()), amount: "119", file: pdf("good") };
  const [invoices, files] = [await count("invoices"), (await world.r2.list({ prefix: "form/" })).objects.length];
  for (const [field, bad, why] of [
    ["amount", "", /amount/i], ["amount", "0", /above zero/], ["amount", "-5", /./], ["amount", "1.005", /./], ["amount", "x".repeat(70_000), /./], ["amount", "99999999999999", /./],
    ["tax", "120", /cannot be more than €119\.00/], ["tax", "much", /./], ["currency", "XXX", /currency/], ["currency", "", /currency/], ["issued_on", "soon", /date/i], ["issued_on", "", /date/i],
    ["due_on", "2000-01-01", /before its date/], ["number", "a\u0000b", /./], ["number", "1".repeat(31), /30/], ["number", "=1+1", /letters/], ["reference", "x".repeat(101), /shorten/],
    ["file", { ...pdf(""), content: Buffer.from("PK\u0003\u0004 no PDF") }, /no PDF/], ["file", { ...pdf(""), content: Buffer.from("<html>%PDF-1.7") }, /no PDF/],
    ["file", { ...pdf(""), content: Buffer.alloc(0) }, /empty/], ["file", undefined, /choose your invoice/], ["file", "text", /choose your invoice/],
    ["amount", ["1", "2"], /twice/],
  ]) {
    const answer = await owner.upload(path(), { ...good, [field]: bad });
    assert.equal(answer.status, 422, `${field} ${String(bad).slice(0, 30)}: ${answer}`);
    assert.match(errorAt(answer, field), why, `${field} ${String(bad).slice(0, 30)}`);
    assert.equal(answer.page.all("#f-number")[0].getAttribute("value") !== undefined, true);
  }
  const large = await owner.upload(path(), { ...good, file: pdf("large", (25 << 20) + 1) });
  assert.match(errorAt(large, "file"), /larger than 25 MB/);
  assert.deepEqual([await count("invoices"), (await world.r2.list({ prefix: "form/" })).objects.length], [invoices, files], "nothing was kept");
  for (const [body, type] of [["a=1", "application/x-www-form-urlencoded"], ["", "multipart/form-data; boundary=B"], ["--B\r\nbroken", "multipart/form-data; boundary=B"], ["{}", "application/json"]]) {
    const answer = await owner.request("POST", path(), { body, headers: { "content-type": type } });
    assert.ok(answer.status >= 400 && answer.status < 500, `${type}: ${answer}`);
  }
  const gone = await clientRow(world);
  await archive(world, gone);
  assert.match(errorAt(await owner.upload(`${gone.path}/invoices/upload`, good), "file"), /archived/);
});

test("a file of several parts arrives whole, and the same form sent again makes one draft", async () => {
  const file = pdf("long", 18 << 20);
  const fields = { ...await shown(path()), amount: "10", file };
  const [first, second] = [await owner.upload(path(), fields), await owner.upload(path(), fields)];
  assert.deepEqual([first.status, second.location], [303, first.location]);
  assert.ok((await bytesOf(owner, `${first.location}/pdf`)).equals(file.content));
  const other = await owner.upload(path(), { ...fields, file: pdf("another") });
  assert.notEqual(other.location, first.location, "another file is another invoice");
});

test("a draft's amount and file can change; a revision needs its own file, and what was sent keeps its", async () => {
  const invoice = await uploaded({ file: pdf("one") });
  assert.equal((await owner.get(`${invoice.path}/edit`)).location, `${invoice.path}/upload`);
  const edit = `${invoice.path}/upload`;
  assert.match((await owner.get(edit)).page.text, /Left empty, Invoice 118\.pdf stays/);
  const before = await shown(edit);
  assert.equal((await owner.upload(edit, { ...before, amount: "50" })).status, 303);
  assert.ok((await bytesOf(owner, `${invoice.path}/pdf`)).equals(pdf("one").content), "the file stayed");
  const late = await owner.upload(edit, { ...before, amount: "70" });
  assert.match(errorAt(late, "amount"), /It now says: 50/);
  assert.equal((await owner.upload(edit, { ...await shown(edit), file: pdf("two") })).status, 303);
  assert.ok((await bytesOf(owner, `${invoice.path}/pdf`)).equals(pdf("two").content));
  assert.equal(await count("doomed_blobs WHERE blob LIKE 'form/%'"), 1, "the first file goes");
  await sendInvoice(owner, invoice);
  await owner.post(`${invoice.path}/revise`);
  const fields = await shown(edit);
  assert.match(errorAt(await owner.upload(edit, { ...fields, amount: "60" }), "file"), /choose the new PDF/);
  const refused = await sendInvoice(owner, invoice);
  assert.match((await owner.get(refused.location)).page.text, /The new PDF is missing/, "not without its file");
  assert.equal((await owner.upload(edit, { ...fields, amount: "60", file: pdf("three") })).status, 303);
  assert.ok((await bytesOf(owner, `${invoice.path}/pdf`)).equals(pdf("two").content), "not before it is sent");
  await sendInvoice(owner, invoice);
  assert.ok((await bytesOf(owner, `${invoice.path}/pdf`)).equals(pdf("three").content));
  assert.equal((await invoiceRow(world, invoice)).total, 6_000);
  assert.equal((await owner.post(`${invoice.path}/edit`, { go: "save" })).location, invoice.path);
});

test("R2 fails: nothing is made, and the form says to send it again", async () => {
  const fields = { ...await shown(path()), amount: "10", file: pdf("unlucky") };
  const before = await count("invoices");
  world.expectLog(/receiving/);
  await world.fault({ on: "r2", op: "put", when: "before" });
  const answer = await owner.upload(path(), fields);
  assert.equal(answer.status, 422);
  assert.match(errorAt(answer, "file"), /choose it again/);
  assert.equal(await count("invoices"), before);
  assert.equal((await owner.upload(path(), fields)).status, 303);
});

test("days later the sweep leaves the files of invoices and takes those that nobody names", async () => {
  const invoice = await uploaded({ file: pdf("kept") });
  const gone = await uploaded({ file: pdf("thrown away") });
  const { own_blob: blob } = await one("SELECT own_blob FROM invoice_revisions WHERE invoice_id = ?", gone.id);
  await owner.post(`${gone.path}/delete`);
  const orphan = `${blob.slice(0, blob.lastIndexOf("/"))}/${"0".repeat(32)}`;
  await world.r2.put(orphan, "nobody's");
  await world.advance(3 * 86_400_000);
  for (let n = 0; n < 4; n++) await world.cron();
  assert.equal(await world.r2.head(blob), null);
  assert.equal(await world.r2.head(orphan), null);
  await world.setClock(0);
  assert.ok((await bytesOf(owner, `${invoice.path}/pdf`)).equals(pdf("kept").content));
});
