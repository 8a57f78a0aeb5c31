// Settings → Invoicing and the billing details of a client: what is set stands on invoices, what cannot be
// is told at its field, and of two people who save at once nobody overwrites the other unseen.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice, invoiceRow, sendInvoice, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
let client;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world, "Larkspur Bakery");
});

const PATH = "/admin/settings/invoicing";
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const shown = async (path = PATH, user = owner) => Object.fromEntries((await user.get(path)).page.formTo(path).values);
const errorAt = (answer, field) => answer.page.all(`#e-${field}`).map((e) => e.text.trim()).join();
const year = new Date().getUTCFullYear();

const FULL = {
  legal_name: "Fern & Oak GmbH", address: "Werkstraße 1\r\nHinterhaus", postcode: "10999", city: "Berlin", country: "DE",
  vat_id: "de 123456789", tax_number: "37/123/45678", registration: "HRB 1234, Charlottenburg",
  prefix: "R", digits: "3", yearly: "on", next: "", currency: "CHF", terms_days: "30", prices: "with_tax", tax_name: "MwSt.", tax: "8,1 %",
  notes: "Thank you.", terms: "By transfer.", time_zone: "Europe/Berlin",
};

test("it stands at the first day's values; what is set stands on the next invoice", async () => {
  const answer = await owner.get(PATH);
  assert.equal((await answer.cost()).d1, 1);
  assert.match(answer.page.text, new RegExp(`The next invoice is INV-${year}-0001`));
  const fields = await shown();
  assert.deepEqual([fields.currency, fields.terms_days, fields.tax, fields.time_zone, fields.prefix, fields.next], ["EUR", "14", "Not taxed", "UTC", "INV-", ""]);
  const saved = await owner.post(PATH, { ...fields, ...FULL });
  assert.equal(saved.status, 303, errorAt(saved, "time_zone"));
  assert.ok((await saved.cost()).d1 <= 2);
  const row = await one("SELECT * FROM billing");
  assert.deepEqual(
    [row.legal_name, row.address, row.country, row.vat_id, row.currency, row.terms_days, row.prices, row.tax_category, row.tax_rate, row.time_zone, row.utc_offset / 3_600_000],
    ["Fern & Oak GmbH", "Werkstraße 1\nHinterhaus", "DE", "DE123456789", "CHF", 30, "with_tax", "S", 8_100, "Europe/Berlin", 1],
  );
  assert.ok(row.next_offset_at > world.now());
  assert.match((await one("SELECT detail FROM audit WHERE action = 'billing.changed'")).detail, /^name, address, postcode, city, country, VAT number/);
  assert.equal((await owner.post(PATH, await shown())).location, PATH);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE action = 'billing.changed'")).n, 1, "the same again is no change");
  const form = await shown(`${client.path}/invoices/new`);
  assert.deepEqual([form.currency, form.tax_0, form.prices, form.notes, form.terms], ["CHF", "8.1%", "with_tax", "Thank you.", "By transfer."]);
  assert.equal((Date.parse(form.due_on) - Date.parse(form.issued_on)) / 86_400_000, 30);
  const invoice = await sentInvoice(owner, client);
  assert.equal((await invoiceRow(world, invoice)).number, `R${year}-001`);
  const parties = JSON.parse((await one("SELECT parties FROM invoice_revisions WHERE invoice_id = ?", invoice.id)).parties);
  assert.deepEqual(
    [parties.seller.name, parties.seller.address, parties.seller.vat_id, parties.seller.registration, parties.tax_name],
    ["Fern & Oak GmbH", "Werkstraße 1\nHinterhaus", "DE123456789", "HRB 1234, Charlottenburg", "MwSt."],
  );
});

test("what cannot be is told at its field, and what was typed is kept", async () => {
  const good = await shown();
  const before = await one("SELECT * FROM billing");
  for (const [field, bad] of [
    ["legal_name", "x".repeat(121)], ["address", "a\nb\nc\nd\ne"], ["address", "x".repeat(101)], ["postcode", "1".repeat(21)], ["country", "T1"], ["country", "Germany"],
    ["vat_id", "US123456789"], ["vat_id", "x".repeat(2_000_000)], ["prefix", "INV 1"], ["prefix", "Rechnungsnummer"], ["prefix", "\u202e"], ["digits", "0"], ["digits", "9"], ["digits", ""],
    ["next", "0"], ["next", "1"], ["next", "1.5"], ["next", "-3"], ["next", "100000000"], ["currency", "XXX"], ["currency", ""], ["terms_days", "366"], ["terms_days", "-1"], ["terms_days", ""],
    ["prices", "free"], ["tax_name", ""], ["tax", ""], ["tax", "101"], ["tax", "-1"], ["tax", "Taxed"], ["notes", "x".repeat(4_001)], ["time_zone", "Europe/Atlantis"], ["time_zone", "../etc"],
    ["time_zone", ""], ["yearly", "purple"], ["city", "a\0b"], ["city", ["a", "b"]],
  ]) {
    const answer = await owner.post(PATH, { ...good, [field]: bad });
    assert.equal(answer.status, 422, `${field} ${JSON.stringify(bad).slice(0, 40)}: ${answer}`);
    assert.notEqual(errorAt(answer, field), "", `${field} ${JSON.stringify(bad).slice(0, 40)}`);
  }
  assert.match(errorAt(await owner.post(PATH, { ...good, next: "1" }), "next"), /up to 1 are given already/);
  assert.deepEqual(await one("SELECT * FROM billing"), before);
});

test("numbers go on where staff say, by year and without", async () => {
  await owner.post(PATH, { ...await shown(), next: "500" });
  assert.equal((await invoiceRow(world, await sentInvoice(owner, client))).number, `R${year}-500`);
  assert.equal((await owner.post(PATH, { ...await shown(), next: "500" })).status, 422, "given already");
  // A number that was meant to come is not taken by sending another before it is saved.
  const fields = await shown();
  delete fields.yearly;
  assert.equal((await owner.post(PATH, { ...fields, prefix: "N-", next: "7" })).status, 303);
  assert.match((await owner.get(PATH)).page.text, /The next invoice is N-007/);
  assert.equal((await invoiceRow(world, await sentInvoice(owner, client))).number, "N-007");
  assert.equal((await invoiceRow(world, await sentInvoice(owner, client))).number, "N-008");
  await owner.post(PATH, { ...await shown(), yearly: "on", prefix: "R" });
  assert.equal((await invoiceRow(world, await sentInvoice(owner, client))).number, `R${year}-501`);
});

test("a number that stands on another invoice already is told when sending; nothing is sent", async () => {
  // By year R2026-501 came; running on behind the prefix R2026- the same comes once more.
  const fields = await shown();
  delete fields.yearly;
  assert.equal((await owner.post(PATH, { ...fields, prefix: `R${year}-`, next: "501" })).status, 303);
  const draft = await draftInvoice(owner, client);
  const answer = await sendInvoice(owner, draft);
  assert.match((await owner.get(answer.location)).page.text, /stands on another invoice already/);
  assert.equal((await invoiceRow(world, draft)).state, "draft");
  await owner.post(PATH, { ...await shown(), next: "600" });
  await sendInvoice(owner, draft);
  assert.equal((await invoiceRow(world, draft)).number, `R${year}-600`);
});

test("of two who save at once, the second is told what the first one said", async () => {
  const [mine, theirs] = [await shown(), await shown()];
  assert.equal((await owner.post(PATH, { ...mine, city: "Hamburg" })).status, 303);
  const late = await owner.post(PATH, { ...theirs, city: "Bremen" });
  assert.equal(late.status, 422);
  assert.match(errorAt(late, "city"), /It now says: Hamburg/);
  assert.equal((await one("SELECT city FROM billing")).city, "Hamburg");
  const again = Object.fromEntries(late.page.formTo(PATH).values);
  assert.equal((await owner.post(PATH, again)).status, 303);
  assert.equal((await one("SELECT city FROM billing")).city, "Bremen");
});

test("members may not change it, and find no way there", async () => {
  const member = await colleague(world, owner, "member");
  assert.equal((await member.get(PATH)).status, 403);
  assert.equal((await member.post(PATH, {})).status, 403);
});

test("a client's billing details stand on its invoices, with its own currency and time to pay", async () => {
  const path = `${client.path}/billing/details`;
  const answer = await owner.get(path);
  assert.equal((await answer.cost()).d1, 1);
  const fields = Object.fromEntries(answer.page.formTo(path).values);
  assert.deepEqual([fields.revision, fields.currency], ["0", ""]);
  for (const [field, bad] of [
    ["legal_name", "x".repeat(121)], ["address", "a\nb\nc\nd\ne"], ["country", "XX"], ["vat_id", "123"], ["reference", "x".repeat(101)], ["currency", "dollars"], ["terms_days", "400"],
    ["postcode", "1\0"], ["city", ["a", "b"]], ["city", "x".repeat(2_000_000)],
  ]) {
    const refused = await owner.post(path, { ...fields, [field]: bad });
    assert.equal(refused.status, 422, field);
    assert.notEqual(errorAt(refused, field), "", field);
  }
  const details = { ...fields, legal_name: "Larkspur SAS", address: "1 rue du Four", postcode: "75006", city: "Paris", country: "fr", vat_id: "FR 12 345678901", reference: "PO 7", currency: "EUR", terms_days: "45" };
  const saved = await owner.post(path, details);
  assert.equal(saved.location, `${client.path}/billing`);
  assert.ok((await saved.cost()).d1 <= 2);
  assert.equal((await one("SELECT count(*) AS n FROM audit WHERE action = 'client.billing_changed' AND client_id = ?", client.id)).n, 1);
  const late = await owner.post(path, { ...details, city: "Lyon" });
  assert.equal(late.status, 422, "saved meanwhile");
  assert.match(errorAt(late, "city"), /It now says: Paris/);
  const both = await shown(path);
  const answers = await Promise.all([owner.clone().post(path, { ...both, city: "Nice" }), owner.clone().post(path, { ...both, city: "Lille" })]);
  assert.equal(answers.filter(({ status }) => status === 303).length, 1, "one of two at once");
  await owner.post(path, { ...await shown(path), city: "Paris" });
  const form = await shown(`${client.path}/invoices/new`);
  assert.deepEqual([form.currency, form.reference], ["EUR", "PO 7"]);
  assert.equal((Date.parse(form.due_on) - Date.parse(form.issued_on)) / 86_400_000, 45);
  const invoice = await sentInvoice(owner, client);
  const parties = JSON.parse((await one("SELECT parties FROM invoice_revisions WHERE invoice_id = ?", invoice.id)).parties);
  assert.deepEqual(
    [parties.buyer.name, parties.buyer.address, parties.buyer.city, parties.buyer.country, parties.buyer.vat_id, parties.buyer_reference],
    ["Larkspur SAS", "1 rue du Four", "Paris", "FR", "FR12345678901", "PO 7"],
  );
});
