// The staff's dashboard: the steps until they are done, and what needs attention, in one round trip.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { addClient, addContact, addDocument, invite, setUpOwner, switchPortal } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, person } from "../harness/rows.mjs";
import { answer, openTicket } from "../harness/tickets.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const words = (element) => element.text.replace(/\s+/g, " ").trim();
const home = async (user = owner) => {
  const answer = await user.get("/admin");
  assert.equal(answer.status, 200);
  const { d1, kv } = await answer.cost();
  assert.deepEqual({ d1, kv }, { d1: 1, kv: 0 });
  return answer.page;
};
const open = (page) => page.all(".checklist li:not(.done) a").map((a) => [words(a), a.getAttribute("href")]);
const attention = (page) => page.all(".rows li").map((li) => [words(li.querySelector("div")), li.querySelector("a").getAttribute("href")]);

test("five steps, each with its link, ticked off one by one; done, they are gone", async () => {
  const names = ["Make it yours", "Add your first client", "Upload a first document", "Write your first invoice", "Enable Portal and invite your client"];
  let page = await home();
  assert.deepEqual(open(page).map(([name]) => name), names);
  assert.deepEqual(open(page).map(([, href]) => href), ["/admin/settings/branding", "/admin/clients/new", "/admin/clients/new", "/admin/clients/new", "/admin/clients/new"]);

  const client = await addClient(owner, { name: "Larkspur Bakery" });
  page = await home();
  assert.deepEqual(open(page), [["Make it yours", "/admin/settings/branding"], ["Upload a first document", `${client.path}/documents`], ["Write your first invoice", `${client.path}/invoices/new`], ["Enable Portal and invite your client", client.path]]);

  const branding = (await owner.get("/admin/settings/branding")).page.formTo("/admin/settings/branding");
  await owner.submit(branding, { colour: "#aa3355" });
  await addDocument(owner, client);
  await switchPortal(owner, client);
  await draftInvoice(owner, client);
  page = await home();
  assert.deepEqual(open(page).map(([name]) => name), [names[4]], "the portal alone is not yet the invitation");
  assert.equal(page.all(".checklist li.done").length, 4);

  await invite(owner, await addContact(owner, client));
  page = await home();
  assert.equal(page.all(".checklist").length, 0);
});

test("a member, who may not change settings, gets no such steps", async () => {
  const member = await colleague(world, owner, "member");
  await world.db.prepare("UPDATE business SET colour = '#2f5d50'").run();
  assert.equal((await home(member)).all(".checklist").length, 0);
  assert.equal((await home()).all(".checklist").length, 1);
});

test("an invitation that did not arrive leads to the contact until a newer one is out; failed mail to the outbox, for those who may see it", async () => {
  const client = await addClient(owner, { name: "Orchard Ltd" });
  const ben = await addContact(owner, client, { firstName: "Ben", lastName: "Orchard", email: "ben@orchard.test" });
  await switchPortal(owner, client);
  assert.deepEqual(attention(await home()), []);
  await world.fault({ on: "mail", when: "before", error: "no such mailbox", code: "E_RECIPIENT_SUPPRESSED" });
  await invite(owner, ben, {}, { read: false });
  await world.settled();
  const { state } = await world.db.prepare("SELECT state FROM outbox WHERE to_email = ?").bind(ben.email).first();
  assert.equal(state, "undeliverable");
  let [[told, href]] = attention(await home());
  assert.match(told, /^The invitation to Ben Orchard of Orchard Ltd did not arrive ?ben@orchard\.test/);
  assert.equal(href, `/admin/contacts/${ben.id}`);

  await world.fault({ on: "mail", when: "before", error: "no such mailbox", code: "E_RECIPIENT_SUPPRESSED" });
  await owner.post("/admin/settings/staff/new", { name: "Nora New", email: "nora@business.test", role: "member" });
  await world.settled();
  const mail = await world.db.prepare("SELECT id FROM outbox WHERE to_email = 'nora@business.test'").first();
  const both = attention(await home());
  assert.equal(both.length, 2);
  assert.match(both[1][0], /A mail could not be sent/);
  assert.equal(both[1][1], `/admin/outbox/${mail.id}`);
  const member = await colleague(world, owner, "member");
  assert.equal(attention(await home(member)).length, 1);
  assert.equal((await home(member)).all('nav a[href="/admin/outbox"], nav a[href="/admin/settings"]').length, 0);

  await invite(owner, ben);
  const { id } = await world.db.prepare("SELECT id FROM staff WHERE email = 'nora@business.test'").first();
  await owner.post(`/admin/settings/staff/${id}/invite`);
  assert.deepEqual(attention(await home()), []);
});

test("tickets that wait for staff need attention until somebody answers", async () => {
  const { person: lena } = await person(world, owner, { client: "Waiting Ltd" });
  const about = async () => attention(await home()).filter(([, href]) => href.includes("/tickets"));
  assert.deepEqual(await about(), []);
  const first = await openTicket(lena);
  assert.match((await about())[0][0], /^A ticket waits for you/);
  assert.equal((await about())[0][1], "/admin/tickets?state=us");
  const second = await openTicket(lena);
  assert.match((await about())[0][0], /^2 tickets wait for you/);
  for (const ticket of [first, second]) await answer(owner, ticket, "Done.", { next: "waiting" });
  assert.deepEqual(await about(), []);
});

test("with a thousand clients it counts them all and reads no more rows than with a few", async () => {
  const { rowsRead: before } = await (await owner.get("/admin")).cost();
  const { clients, enabled } = await world.db.prepare("SELECT count(*) AS clients, sum(portal_enabled) AS enabled FROM clients WHERE archived_at IS NULL").first();
  const at = Date.now();
  await world.db.prepare(
    "INSERT INTO clients (id, name, name_key, portal_enabled, created_at, updated_at) "
    + "SELECT 'many' || value, 'Many', 'many', value % 2, ?1, ?1 FROM json_each(?2)",
  ).bind(at, JSON.stringify(Array.from({ length: 1000 }, (_, i) => i))).run();
  const answer = await owner.get("/admin");
  const stats = answer.page.all("dl.stats .stat").map((stat) => stat.text.replace(/\s+/g, " ").trim());
  assert.deepEqual(stats.filter((stat) => /^(Clients|With the portal on)/.test(stat)), [`Clients ${clients + 1000}`, `With the portal on ${enabled + 500}`]);
  const { rowsRead } = await answer.cost();
  assert.equal(rowsRead, before);
});

test("without a transport the dashboard says that mail waits, and why", async () => {
  await world.restart({ MAIL_FROM: undefined });
  await owner.post("/admin/settings/staff/new", { name: "Wanda", email: "wanda@business.test", role: "member" });
  const [[told, href]] = attention(await home());
  assert.match(told, /A mail waits in the outbox ?MAIL_FROM is not set/);
  assert.equal(href, "/admin/outbox");
  await world.db.prepare("UPDATE outbox SET state = 'cancelled', due_at = NULL WHERE state = 'queued'").run();
});

test("money by currency: outstanding, overdue and paid this month, with twelve months drawn and written", async () => {
  const client = await addClient(owner, { name: "Money & Co" });
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const before = await home();
  assert.equal(before.all(".chart").length, 0, "nothing was sent yet");
  const [open, late] = [await sentInvoice(owner, client), await sentInvoice(owner, client, { issued_on: day(-40), due_on: day(-10) })];
  await sentInvoice(owner, client, { currency: "JPY", lines: [["Work", 1, "5000", "0"]] });
  await recordPayment(owner, open, "38");
  const page = await home();
  const stats = (currency) => page.all(`section[aria-label="Money in ${currency}"] .stat`).map((stat) => words(stat));
  assert.match(stats("EUR")[0], /^Outstanding €438\.00/);
  assert.match(stats("EUR")[1], /^Overdue €238\.00/);
  assert.match(stats("EUR")[2], /^Received this month €38\.00/);
  assert.match(stats("JPY")[0], /^Outstanding ¥5,000/);
  assert.equal(stats("JPY")[1], "Overdue Nothing");
  const links = page.all('section[aria-label="Money in EUR"] .stat a').map((a) => a.getAttribute("href").replaceAll("&amp;", "&"));
  assert.deepEqual(links, ["/admin/billing?currency=EUR", "/admin/billing?state=overdue&currency=EUR"]);
  for (const link of links) assert.equal((await owner.get(link)).status, 200);
  assert.ok(attention(page).some(([text, href]) => text.startsWith("€238.00 is overdue") && href.includes("state=overdue")));
  const [chart] = page.all('section[aria-label="Money in EUR"] .chart');
  // Two bars a month, as high as the figures beside them say: of the picture's hundred, and one at least.
  const number = (element) => Number(element.text.replace(/[^\d.]/g, ""));
  const top = number(chart.querySelector("text"));
  const figures = page.all('section[aria-label="Money in EUR"] table tbody tr').map((row) => row.querySelectorAll("td.num").map(number));
  const bars = chart.querySelectorAll("path").map((path) => [...path.getAttribute("d").matchAll(/M\d+ 110v-(\d+)h10v(\d+)z/g)].map(([, up, down]) => (up === down ? Number(up) : NaN)));
  for (const n of [0, 1]) assert.deepEqual(bars[n], figures.map((month) => month[n] && Math.max(1, Math.floor((month[n] * 100) / top))));
  assert.notDeepEqual(bars[0], bars[1]);
  assert.match(chart.querySelector("svg").getAttribute("aria-label"), /table below/);
  const rows = page.all('section[aria-label="Money in EUR"] table tbody tr').map((row) => words(row));
  assert.equal(rows.length, 12);
  assert.match(rows.at(-1), /€38\.00$/);
  // The business's own currency comes first, with its months; those of another are a click away, and so is the way back.
  const drawn = (page) => page.all("section[aria-label^='Money in']").map((section) => {
    const link = section.querySelector(":scope > p a");
    return [section.getAttribute("id"), section.querySelectorAll(".chart").length, link && [words(link), link.getAttribute("href")]];
  });
  assert.deepEqual(drawn(page), [["money-EUR", 1, null], ["money-JPY", 0, ["Twelve months in JPY", "/admin?months=JPY#money-JPY"]]]);
  const yen = (await owner.get("/admin?months=JPY")).page;
  assert.deepEqual(drawn(yen), [["money-EUR", 0, ["Twelve months in EUR", "/admin?months=EUR#money-EUR"]], ["money-JPY", 1, null]]);
  assert.match(words(yen.all('section[aria-label="Money in JPY"] table tbody tr').at(-1)), /¥5,000 ?¥0$/);
  for (const other of ["EUR", "", "eur", "XYZ", "%00", "EUR&months=JPY"]) {
    const { status, page } = await owner.get(`/admin?months=${other}`);
    assert.deepEqual([status, drawn(page).map(([, charts]) => charts)], [200, [1, 0]], other);
  }
  const quiet = (await owner.get("/admin?months=CHF")).page;
  assert.deepEqual(drawn(quiet).map(([, charts]) => charts), [0, 0], "nothing ever happened in francs");
  assert.doesNotMatch(page.html, / style=/);
  assert.ok(late);
});

test("a task that a client sent back and that nobody has needs attention until somebody has it", async () => {
  const client = await clientRow(world);
  const contact = await contactRow(world, client);
  const about = async () => attention(await home()).filter(([, href]) => href.includes("/tasks"));
  const sentBack = async () => {
    const task = await addTask(owner, client, { visible: "on", asks: "approve" });
    await world.db.prepare("UPDATE tasks SET answer = 'changes', answered_by = ?, answered_at = ? WHERE id = ?").bind(contact.id, world.now(), task.id).run();
    return task;
  };
  assert.deepEqual(await about(), []);
  const task = await sentBack();
  const [[told, href], ...rest] = await about();
  assert.match(told, /^Changes are asked for in a task that nobody has/);
  assert.deepEqual([href, rest], [task.path, []]);
  const another = await sentBack();
  const [[many, list]] = await about();
  assert.match(many, /^Changes are asked for in 2 tasks that nobody has/);
  assert.match((await owner.get(list)).page.text, /Send photos.*Send photos/);
  const { id } = await world.db.prepare("SELECT id FROM staff WHERE email = ?").bind(owner.email).first();
  const edit = (await owner.get(`${task.path}/edit`)).page.formTo(`${task.path}/edit`);
  assert.equal((await owner.submit(edit, { assignee: id }, { follow: false })).status, 303);
  assert.equal((await about())[0][1], another.path);
  await world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(client.id).run();
  assert.deepEqual(await about(), [], "of an archived client nothing is to be done");
});
