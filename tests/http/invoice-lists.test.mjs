// The lists of invoices and the dashboard's figures: every filter, page by page, against a sum over
// everything; and what they cost stays the same from a thousand invoices to fifty thousand.
// INVOICES=1000000 measures with as many.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { sumsAtOnce } from "../harness/money.mjs";
import { clientRow } from "../harness/rows.mjs";
import { statements } from "../harness/statements.mjs";
import { World } from "../harness/world.mjs";

const MANY = Number(process.env.INVOICES ?? 50_000);
const world = await World.start();
after(() => world.close());

const DAY = 86_400_000;
const day = (ms) => new Date(ms).toISOString().slice(0, 10);
const today = day(Date.now());
let owner;
let clients;
before(async () => {
  owner = await setUpOwner(world);
  clients = [await clientRow(world, "Alder"), await clientRow(world, "Birch"), await clientRow(world, "Cedar")];
});

const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;

/** So many more invoices, numbered from `from`: in all states but those a dispute makes, of all days of two years, by SQL. */
const fill = (from, to) => sumsAtOnce(world, async () => {
  const [a, b, c] = clients.map(({ id }) => id);
  for (let at = from; at < to; at += 5_000) {
    const until = Math.min(at + 5_000, to);
    await world.db.prepare(
      "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2) "
      + "INSERT INTO invoices (id, client_id, state, number, series_id, series_year, series_count, revision_id, currency, total, issued_on, due_on, paid, refunded, processing, created_at, updated_at) "
      + "SELECT printf('018f0000-0000-7000-8000-%012x', i), CASE i % 3 WHEN 0 THEN ?3 WHEN 1 THEN ?4 ELSE ?5 END, "
      + "CASE WHEN i % 11 = 0 THEN 'draft' WHEN i % 13 = 0 THEN 'void' ELSE 'sent' END, CASE WHEN i % 11 = 0 THEN NULL ELSE 'L-' || i END, "
      + "'00000000-0000-7000-8000-000000000001', CASE WHEN i % 11 = 0 THEN NULL ELSE 1900 END, CASE WHEN i % 11 = 0 THEN NULL ELSE i END, 'r', "
      + "CASE i % 5 WHEN 0 THEN 'JPY' WHEN 1 THEN 'USD' ELSE 'EUR' END, 100 + i % 900, date(?6, '-' || (i * 7919 % 730) || ' days'), "
      + "date(?6, '-' || (i * 7919 % 730) || ' days', '+14 days'), CASE i % 4 WHEN 0 THEN 0 WHEN 1 THEN 100 + i % 900 WHEN 2 THEN 50 ELSE 0 END, "
      + "CASE WHEN i % 28 = 1 THEN 100 + i % 900 ELSE 0 END, i % 40 = 0, 0, 0 FROM n",
    ).bind(at, until, a, b, c, today).run();
  }
});

const rowsOn = (page) => page.all("table.list tbody tr").map((row) => row.querySelector("a.row-link").getAttribute("href").split("/").at(-1));
/** Every id of a list, page by page, with the most rows that one page read and the number of pages. */
async function walk(path) {
  const ids = [];
  let most = 0;
  let pages = 0;
  for (let next = path; next; pages++) {
    const answer = await owner.get(next);
    assert.equal(answer.status, 200, `${next}: ${answer}`);
    const { d1, rowsRead } = await answer.cost();
    assert.equal(d1, 1);
    most = Math.max(most, rowsRead);
    ids.push(...rowsOn(answer.page));
    next = answer.page.all('a[rel="next"]')[0]?.getAttribute("href").replaceAll("&amp;", "&");
  }
  return { ids, most, pages };
}

const LATE = `status = 'outstanding' AND due_on < '${today}'`;
const STATES = {
  draft: "state = 'draft'", void: "state = 'void'", paid: "status = 'paid'", partially_paid: "status = 'partially_paid'", refunded: "status = 'refunded'",
  processing: "status = 'processing'", outstanding: `status = 'outstanding' AND due_on >= '${today}'`, overdue: LATE,
};

test("every filter shows what a look at everything finds, each once, in order", async () => {
  await fill(1, 601);
  const from = day(Date.now() - 400 * DAY);
  const to = day(Date.now() - 30 * DAY);
  const { id: client } = clients[1];
  const asked = [["", "1"], ...Object.entries(STATES).map(([state, sql]) => [`state=${state}`, sql])];
  for (const [query, sql] of asked.flatMap(([query, sql]) => [
    [query, sql],
    [`${query}&currency=JPY`, `${sql} AND currency = 'JPY'`],
    [`${query}&from=${from}&to=${to}`, `${sql} AND issued_on BETWEEN '${from}' AND '${to}'`],
    [`${query}&client=${client}`, `${sql} AND client_id = '${client}'`],
    [`${query}&client=${client}&currency=EUR&from=${from}`, `${sql} AND client_id = '${client}' AND currency = 'EUR' AND issued_on >= '${from}'`],
    [`${query}&currency=USD&to=${to}`, `${sql} AND currency = 'USD' AND issued_on <= '${to}'`],
  ])) {
    const order = /^state=(overdue|outstanding)/.test(query) ? "due_on, id" : "issued_on DESC, id DESC";
    const expected = (await all(`SELECT id FROM invoices WHERE ${sql} ORDER BY ${order}`)).map(({ id }) => id);
    const found = await walk(`/admin/billing?${query}`);
    assert.deepEqual(found.ids, expected, query);
    if (query.includes(`client=${client}`)) {
      const own = await walk(`/admin/clients/${client}/billing?${query.replace(`&client=${client}`, "")}`);
      assert.deepEqual(own.ids, expected, `of the client: ${query}`);
    }
  }
  for (const odd of ["state=nothing", "currency=doubloons", "client=nobody", "from=soon", "after=x", "after=2026-01-01.nothing", `after=${"x".repeat(5000)}`]) {
    assert.equal((await owner.get(`/admin/billing?${odd}`)).status, 200, odd);
  }
});

const money = (minor, currency) => (currency === "JPY" ? `¥${minor.toLocaleString("en")}` : `${currency === "EUR" ? "€" : "$"}${(minor / 100).toLocaleString("en", { minimumFractionDigits: 2 })}`);

async function figures() {
  return all(`SELECT currency, sum(due) AS due, sum(CASE WHEN due > 0 AND due_on < '${today}' THEN due ELSE 0 END) AS late FROM invoices GROUP BY currency HAVING sum(due) > 0 ORDER BY currency`);
}

test("the totals of each currency are sums over everything, on the list, at a client and on the dashboard", async () => {
  const [list, dashboard] = [(await owner.get("/admin/billing")).page.text, (await owner.get("/admin")).page.text];
  for (const { currency, due, late } of await figures()) {
    for (const [name, text] of Object.entries({ list, dashboard })) {
      assert.ok(text.includes(money(due, currency)), `${name}: ${money(due, currency)} outstanding`);
      assert.ok(text.includes(money(late, currency)), `${name}: ${money(late, currency)} overdue`);
    }
  }
  const { id } = clients[0];
  const own = (await owner.get(`/admin/clients/${id}/billing`)).page.text;
  for (const { currency, due } of await all("SELECT currency, sum(due) AS due FROM invoices WHERE client_id = ? GROUP BY currency", id)) {
    assert.ok(own.includes(money(due, currency)), `${money(due, currency)} of the client`);
  }
});

test("what is late is the same sum on every day of a month", async () => {
  const owed = statements().find(({ place, sql }) => place.startsWith("src/store/billing.rs") && sql.includes("second_half")).sql;
  const month = day(Date.now()).slice(0, 8);
  for (const n of [1, 2, 14, 15, 16, 17, 27, 28]) {
    const asked = `${month}${String(n).padStart(2, "0")}`;
    const late = (rows) => Object.fromEntries(rows.map(({ currency, late }) => [currency, late]));
    const expected = await all("SELECT currency, sum(CASE WHEN due_on < ? THEN due ELSE 0 END) AS late FROM invoices WHERE due > 0 GROUP BY currency", asked);
    assert.deepEqual(late(await all(owed, Date.parse(asked))), late(expected), asked);
  }
});

const PAGES = {
  "the list": "/admin/billing", "its middle": `/admin/billing?to=${day(Date.now() - 365 * DAY)}`, "of a state": "/admin/billing?state=paid", "of a rare state": "/admin/billing?state=refunded",
  overdue: "/admin/billing?state=overdue", outstanding: "/admin/billing?state=outstanding", "of a currency": "/admin/billing?currency=JPY", "overdue of a currency": "/admin/billing?state=overdue&currency=JPY", "outstanding of a currency": "/admin/billing?state=outstanding&currency=JPY", "of state and currency": "/admin/billing?state=paid&currency=USD",
  dashboard: "/admin",
};

test(`what pages read stays the same from 1,000 invoices to ${MANY.toLocaleString("en")}`, async () => {
  const measure = async () => {
    const found = {};
    const of = { ...PAGES, "of a client": `/admin/clients/${clients[2].id}/billing` };
    for (const [name, path] of Object.entries(of)) {
      const answer = await owner.get(path);
      assert.equal(answer.status, 200, `${name}: ${answer}`);
      const { d1, rowsRead } = await answer.cost();
      assert.equal(d1, 1, name);
      found[name] = rowsRead;
    }
    return found;
  };
  await fill(601, 1_001);
  const few = await measure();
  await fill(1_001, MANY + 1);
  const many = await measure();
  console.log(`rows read with 1,000 and ${MANY.toLocaleString("en")} invoices:`);
  for (const name of Object.keys(few)) console.log(`  ${name}: ${few[name]} → ${many[name]}`);
  for (const [name, rows] of Object.entries(many)) {
    // A list with little in it begins with less than a page.
    const before = name === "of a client" ? few[name] : Math.max(few[name], few["the list"]);
    assert.ok(rows <= before * 1.2, `${name}: ${few[name]} rows with 1,000 invoices, ${rows} with ${MANY}`);
    assert.ok(rows <= 300, `${name} reads ${rows} rows`);
  }
});
