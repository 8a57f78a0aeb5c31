// Writing invoices: the form, what it comes to, what it refuses, two people at one draft; lists.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice, invoiceRow, linesOf, newInvoiceFields } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { archive, clientRow, colleague } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, client;
before(async () => {
  owner = await setUpOwner(world);
  client = await clientRow(world, "Larkspur Bakery");
});

const newPath = (of = client) => `/admin/clients/${of.id}/invoices/new`;
const create = async (changes) => owner.post(newPath(), await newInvoiceFields(owner, client, changes));
const wrongFields = (answer) => answer.page.all('[aria-invalid="true"]').map((e) => e.getAttribute("name"));

test("lines, discounts and several taxes come to what the rules say", async () => {
  const invoice = await draftInvoice(owner, client, {
    lines: [["Design", "2.5", "80", "19", "10%"], ["Print", 1000, "0.045", "7"], ["Postage", 1, "6.90", "Exempt"]],
    discount: "5%", notes: "Thank you\nand goodbye", reference: "PO-7",
  });
  const row = await invoiceRow(world, invoice);
  // 180.00 + 45.00 + 6.90 = 231.90; − 11.60 (of it 9.00, 2.25, 0.35); tax 19 % of 171.00, 7 % of 42.75.
  assert.deepEqual([row.state, row.number, row.total, row.currency], ["draft", null, 25_578, "EUR"]);
  const answer = await owner.get(invoice.path);
  assert.equal((await answer.cost()).d1, 1);
  for (const text of ["€255.78", "−€11.60", "VAT 19% on €171.00", "€32.49", "VAT 7% on €42.75", "€2.99", "Exempt", "PO-7", "2.5", "Draft"]) {
    assert.ok(answer.page.text.includes(text), `expected ${text} in: ${answer.page.text}`);
  }
});

test("the form answers with one trip to D1 and saving with two; sent twice it is one draft", async () => {
  const fields = await newInvoiceFields(owner, client);
  const [first, second] = [await owner.post(newPath(), fields), await owner.post(newPath(), fields)];
  assert.equal(first.location, second.location);
  assert.equal((await first.cost()).d1, 2);
  const other = await owner.post(newPath(), { ...fields, price_0: "101" });
  assert.notEqual(other.location, first.location);
});

test("nothing gets lost when a line is added, totals are asked for, or something is wrong", async () => {
  const fields = { ...await newInvoiceFields(owner, client), reference: "Kept", price_0: "1.00005", notes: "Also <kept>" };
  for (const [go, status] of [["add", 200], ["totals", 422], ["save", 422]]) {
    const answer = await owner.post(newPath(), { ...fields, go });
    assert.equal(answer.status, status, `${go}: ${answer}`);
    assert.ok((await answer.cost()).d1 <= 1);
    const values = Object.fromEntries(answer.page.formTo(newPath()).values);
    for (const [name, value] of Object.entries(fields)) if (name !== "go") assert.equal(values[name], value, `${go}: ${name}`);
    if (go === "add") assert.ok("description_1" in values);
    else assert.deepEqual(wrongFields(answer), ["price_0"]);
  }
  const sums = await owner.post(newPath(), { ...fields, price_0: "100", go: "sums" });
  assert.deepEqual(sums.json(), { lines: ["€200.00"], rows: [["Subtotal", "€200.00"], ["VAT 19% on €200.00", "€38.00"]], total: "€238.00" });
});

test("each refusal stands at its field, whatever is sent", async () => {
  const big = "x".repeat(2_000_000);
  for (const [changes, wrong] of [
    [{ price_0: "-5" }, ["price_0"]],
    [{ price_0: "1.00005" }, ["price_0"]],
    [{ price_0: "ten" }, ["price_0"]],
    [{ currency: "JPY", price_0: "1.505" }, ["price_0"]],
    [{ quantity_0: "0" }, ["quantity_0"]],
    [{ quantity_0: "-1" }, ["quantity_0"]],
    [{ quantity_0: "1e9" }, ["quantity_0"]],
    [{ tax_0: "101" }, ["tax_0"]],
    [{ tax_0: "" }, ["tax_0"]],
    [{ discount_0: "201" }, ["discount_0"]],
    [{ discount: "300" }, ["discount"]],
    [{ description_0: "" }, ["description_0"]],
    [{ description_0: big }, ["description_0"]],
    [{ notes: big }, ["notes"]],
    [{ description_0: "a\0b" }, ["description_0"]],
    [{ issued_on: "2026-02-30" }, ["issued_on"]],
    [{ issued_on: "24.11.2026" }, ["issued_on"]],
    [{ due_on: "2026-13-01" }, ["due_on"]],
    [{ issued_on: "2026-11-24", due_on: "2026-11-23" }, ["due_on"]],
    [{ currency: "XXX" }, ["currency"]],
    [{ quantity_0: "1000000000", price_0: "1000000000" }, ["price_0"]],
  ]) {
    const answer = await create(changes);
    const said = JSON.stringify(changes).slice(0, 80);
    assert.equal(answer.status, 422, `${said}: ${answer}`);
    assert.deepEqual(wrongFields(answer), wrong, said);
  }
  for (const [body, status] of [
    ["", 422], ["description_0=%ff&price_0=1&tax_0=0", 422], ["description_0=a&description_0=b&price_0=1&tax_0=0", 422],
    ["description_99999999999999999999=a&price_-1=5&tax_=1&unit_0=furlong", 422],
  ]) {
    const answer = await owner.request("POST", newPath(), { body, headers: { "content-type": "application/x-www-form-urlencoded" } });
    assert.equal(answer.status, status, `${body}: ${answer}`);
  }
});

test("five hundred lines are taken, one more is not", async () => {
  const lines = (n) => Array.from({ length: n }, (_, i) => [`Line ${i}`, 1, "1.10", "19"]);
  const most = await draftInvoice(owner, client, { lines: lines(500) });
  assert.equal((await invoiceRow(world, most)).total, Math.round(55_000 * 1.19));
  const answer = await create({ lines: lines(501) });
  assert.equal(answer.status, 422);
  assert.match(answer.page.text, /at most 500 lines/);
});

test("amounts of every exponent", async () => {
  for (const [currency, price, tax, total, shown] of [
    ["JPY", "1500", "10", 1_650, "¥1,650"], ["KWD", "1.250", "5", 1_313, "KWD 1.313"], ["USD", "0.01", "0", 1, "$0.01"],
    ["EUR", "8403361344.53", "19", 1_000_000_000_000 - 1, null],
  ]) {
    const invoice = await draftInvoice(owner, client, { currency, lines: [["x", 1, price, tax]] });
    const row = await invoiceRow(world, invoice);
    assert.ok(Math.abs(row.total - total) <= 1, `${currency} ${row.total}`);
    if (shown) assert.ok((await owner.get(invoice.path)).page.text.replace(/ /g, " ").includes(shown.replace(/ /g, " ")), shown);
  }
  const beyond = await create({ lines: [["x", 1, "10000000000", "19"]] });
  assert.equal(beyond.status, 422);
});

test("a draft is edited; the second of two people is told what the first one saved", async () => {
  const invoice = await draftInvoice(owner, client);
  const other = await colleague(world, owner, "member");
  const open = async (who) => Object.fromEntries((await who.get(`${invoice.path}/edit`)).page.formTo(`${invoice.path}/edit`).values);
  const [mine, theirs] = [await open(owner), await open(other)];
  const first = await owner.post(`${invoice.path}/edit`, { ...mine, go: "save", price_0: "150" });
  assert.equal(first.location, invoice.path);
  assert.equal((await first.cost()).d1, 2);
  const late = await other.post(`${invoice.path}/edit`, { ...theirs, go: "save", description_0: "Other" });
  assert.equal(late.status, 422);
  assert.match(late.page.errorAt("Price"), /Somebody else saved this meanwhile\. It now says: 150\.00/);
  assert.equal((await invoiceRow(world, invoice)).total, 35_700);
  const again = Object.fromEntries(late.page.formTo(`${invoice.path}/edit`).values);
  assert.equal((await other.post(`${invoice.path}/edit`, { ...again, go: "save" })).status, 303);
  assert.equal((await invoiceRow(world, invoice)).total, 23_800);
});

test("two savings at the very same time: one holds, the other is told", async () => {
  const invoice = await draftInvoice(owner, client);
  const fields = Object.fromEntries((await owner.get(`${invoice.path}/edit`)).page.formTo(`${invoice.path}/edit`).values);
  const answers = await Promise.all([1, 2, 3, 4].map((n) => owner.post(`${invoice.path}/edit`, { ...fields, go: "save", price_0: `${n}` })));
  assert.equal((await invoiceRow(world, invoice)).edition, 1 + answers.filter(({ status }) => status === 303).length);
  assert.ok(answers.every(({ status }) => [303, 409, 422].includes(status)), answers.join("\n"));
});

test("for an archived client nothing new is written", async () => {
  const gone = await clientRow(world);
  await archive(world, gone);
  const fields = { ...await newInvoiceFields(owner, client), ...linesOf([["x", 1, 1]]) };
  assert.equal((await owner.post(newPath(gone), fields)).status, 422);
});

test("lists: by client, state, currency and period, page by page", async () => {
  const other = await clientRow(world, "Lists & Sons");
  const days = ["2026-09-01", "2026-10-15", "2026-11-20"];
  for (const [n, issued_on] of days.entries()) {
    await draftInvoice(owner, other, { issued_on, due_on: issued_on, currency: n === 1 ? "USD" : "EUR", lines: [[`x`, 1, 10 + n]] });
  }
  const amounts = async (path) => {
    const answer = await owner.get(path);
    assert.equal(answer.status, 200, `${answer}`);
    assert.equal((await answer.cost()).d1, 1);
    return answer.page.all("td[data-label=Amount]").map((e) => e.text.trim());
  };
  const record = `/admin/clients/${other.id}/billing`;
  assert.deepEqual(await amounts(record), ["€12.00", "$11.00", "€10.00"]);
  assert.deepEqual(await amounts(`${record}?currency=EUR`), ["€12.00", "€10.00"]);
  assert.deepEqual(await amounts(`${record}?from=2026-10-01&to=2026-10-15`), ["$11.00"]);
  assert.deepEqual(await amounts(`${record}?state=paid`), []);
  assert.deepEqual(await amounts(`/admin/billing?client=${other.id}&state=draft&currency=EUR`), ["€12.00", "€10.00"]);
  assert.deepEqual(await amounts("/admin/billing?state=draft&to=2026-10-01&from=2026-09-01"), ["€10.00"]);
  assert.deepEqual(await amounts("/admin/billing?currency=USD&from=2026-10-15&to=2026-10-15"), ["$11.00"]);
  assert.deepEqual(await amounts("/admin/billing?state=overdue"), []);
  for (const odd of ["?state=x&currency=EURO&from=2026-02-30&to=x&client=1&after=2026-11-01.x", "?after=%00", "?state=%ff"]) {
    assert.equal((await owner.get(`/admin/billing${odd}`)).status, 200, odd);
  }
  const many = await clientRow(world, "Many");
  for (let n = 1; n <= 27; n += 1) await draftInvoice(owner, many, { lines: [["x", 1, n]], issued_on: "2026-11-01", due_on: "2026-11-01" });
  const first = await owner.get(`/admin/clients/${many.id}/billing`);
  const second = await owner.get(first.page.link("Next"));
  const seen = [first, second].flatMap(({ page }) => page.all("td[data-label=Amount]").map((e) => e.text.trim()));
  assert.equal(new Set(seen).size, 27);
  assert.equal(second.page.hasLink("Next"), false);
});
