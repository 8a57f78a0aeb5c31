// What is internal never reaches a client. A marker is written into every column of the schema that keeps
// words among staff, and into every row that this client must not see; then all that its people, the preview
// and the holder of an invoice's link can reach is read, files and PDFs and CSVs included, by links and by every
// id there is; and all mails to them.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { inflateSync } from "node:zlib";
import { SETTINGS, setTheStage } from "../browser/pages.mjs";
import { sendInvoice, draftInvoice } from "../harness/billing.mjs";
import { addDocument, invite, signIn } from "../harness/flows.mjs";
import { startThreadWith } from "../harness/messages.mjs";
import { textOf } from "../harness/pdf.mjs";
import { contactRow, invitation, newId } from "../harness/rows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { answer, file, note, openTicket } from "../harness/tickets.mjs";
import { COLUMNS, fillWords, textColumns, unlock } from "../harness/words.mjs";
import { addProject, addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const MARKER = "zebramarker";
const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));
const world = await World.start({ settings: SETTINGS });
after(() => world.close());
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const one = async (sql, ...values) => (await all(sql, ...values))[0];
let stage, owner, client, lena, bill, looking;

before(async () => {
  stage = await setTheStage(world);
  ({ client, who: { owner, person: lena } } = stage);
  // What the stage has none of: somebody who only ever speaks among staff, a version that was replaced, a file that
  // is on its way, a file of a hidden project's thread, another client with all of it, and a second person.
  const { careful, admin } = stage.who;
  await note(careful, stage.tickets.asks, "Between us.", { files: [file("between-us.txt", "inside")] });
  await careful.post(`${stage.task.path}/comments`, { body: "Between us." });
  await startThreadWith(admin, client, { subject: "Hidden", project: (await one("SELECT id FROM projects WHERE name = 'Website, an idea'")).id, files: [file("hidden.txt", "inside")] });
  await owner.upload(`/admin/documents/${stage.document.id}/versions`, [["form_key", newId()], ["file", file("second.txt", "The second version")]]);
  assert.equal((await owner.sendJson("POST", `${client.path}/uploads`, { file_name: "on-its-way.bin", size: 9_000_000, title: "" })).status, 201);
  const sending = await lena.sendJson("POST", "/uploads", { file_name: "film.mov", size: 9_000_000 });
  assert.equal(sending.status, 201);
  stage.sending = sending.json().id;
  await addProject(owner, client, { name: "Hidden too", milestone_0: "A point" });
  await owner.submit((await owner.get(`${client.path}/billing/details`)).page.formTo(`${client.path}/billing/details`), { legal_name: "Larkspur Ltd", city: "Dublin" });
  const other = stage.who.fresh;
  const northwind = await one("SELECT id, name FROM clients WHERE name = 'Northwind Events'");
  northwind.path = `/admin/clients/${northwind.id}`;
  await addDocument(owner, northwind, { title: "Theirs" });
  await sendInvoice(owner, await draftInvoice(owner, northwind));
  await owner.submit((await owner.get(`${northwind.path}/billing/details`)).page.formTo(`${northwind.path}/billing/details`), { legal_name: "Northwind Ltd", address: "2 Quay", postcode: "1", city: "Cork", reference: "N-1" });
  const thread = await startThreadWith(owner, northwind, { subject: "Theirs", files: [file("theirs.txt", "inside")] });
  await openTicket(other, { subject: "Theirs", files: [file("theirs.txt", "inside")] });
  await other.get(thread.path);
  bill = Object.assign(world.user("Bill"), await contactRow(world, client, { firstName: "Bill", email: "bill@larkspur.test" }));
  await bill.post(await invitation(owner, bill), { choice: "link" });
  await world.db.prepare("UPDATE contacts SET modules_off = 1 | 2 | 4 | 8 | 16 | 128 | 256 WHERE id = ?").bind(bill.id).run();
  looking = owner.clone("the owner looking as Lena");
  await world.settled();
});

/** Things that the stage makes no rows of, put in as the worker would leave them. */
const EXTRA = [
  "INSERT INTO provider_events (id, provider, type, raw, received_at, created_at, livemode) SELECT 'evt_1', 'stripe', 'x', 'raw', 1, 1, 0 WHERE NOT EXISTS (SELECT 1 FROM provider_events)",
  "UPDATE payment_exceptions SET detail = coalesce(detail, 'd'), resolution = 'done'",
  "UPDATE clients SET phone = 'p', address = 'a', notes = 'n', reference = 'r', email = coalesce(nullif(email, ''), 'hello@client.test')",
  "UPDATE contacts SET phone = 'p', job_title = 'j'",
  "UPDATE outbox SET last_error = 'e'",
  "UPDATE invoice_revisions SET pdf_warning = 'w', own_name = coalesce(own_name, 'own.pdf')",
  "UPDATE invoices SET own_number = number WHERE number IS NOT NULL",
  "UPDATE attempts SET failure = 'f', payer_email = 'payer@client.test'",
  "UPDATE receipts SET device = 'd', address = 'a'",
  "UPDATE sessions SET country = 'IE'",
];

test("every column of text is known", async () => {
  const known = Object.fromEntries(Object.entries(COLUMNS).map(([table, columns]) => [table, Object.keys(columns)]));
  assert.deepEqual(await textColumns(world), Object.fromEntries(Object.entries(known).toSorted(([a], [b]) => (a < b ? -1 : 1))));
});

/** Words that only other clients or nobody can have here, and rows of which a stage has none. */
const NONE = new Set(["clients.name_key", "attempts.failure", "attempts.payer_email", "ledger.reference", "client_billing.vat_id"]);

test("the marker is written into all that is internal, and staff read it", async () => {
  await unlock(world);
  await world.db.batch(EXTRA.map((sql) => world.db.prepare(sql)));
  const written = await fillWords(world, client, MARKER, ["internal", "shared"]);
  const empty = Object.entries(written).filter(([name, rows]) => rows === 0 && !NONE.has(name)).map(([name]) => name);
  assert.deepEqual(empty, [], "nothing is marked here, so nothing is tested of it");
  // Files too: each object that no shown row names.
  const shown = new Set((await all(
    "SELECT v.blob FROM document_versions v JOIN documents d ON d.version_id = v.id WHERE d.client_id = ?1 AND d.visible = 1 "
    + "UNION SELECT f.blob FROM ticket_files f JOIN ticket_messages m ON m.id = f.message_id JOIN tickets t ON t.id = m.ticket_id WHERE t.client_id = ?1 AND m.internal = 0 "
    + "UNION SELECT f.blob FROM message_files f JOIN messages m ON m.id = f.message_id JOIN threads t ON t.id = m.thread_id WHERE t.client_id = ?1 AND t.shown = 1 "
    + "UNION SELECT own_blob FROM invoice_revisions WHERE own_blob IS NOT NULL", client.id)).map(({ blob }) => blob));
  const { objects } = await world.r2.list();
  const hidden = objects.filter(({ key }) => !shown.has(key) && !key.startsWith("logo"));
  assert.ok(hidden.length > 4, `${hidden.length} of ${objects.length} files are hidden`);
  for (const { key } of hidden) await world.r2.put(key, `inside ${MARKER}`);
  await world.cron();
  assert.equal((await one("SELECT count(*) AS n FROM search_changes")).n, 0);
  assert.ok((await one("SELECT count(*) AS n FROM search_words WHERE word = ? AND client_id = ?", MARKER, client.id)).n > 3, "it can be found, by whom it is for");
  for (const path of [`${client.path}`, stage.task.path, stage.tickets.printer.admin, `${client.path}/documents`, `${client.path}/projects`, `/admin/search?q=${MARKER}`]) assert.ok((await owner.get(path)).text.includes(MARKER), path);
});

/** All that is written in an answer, whatever it is made of. */
function told({ bytes, headers, text }) {
  const parts = [JSON.stringify(headers), text];
  if (bytes.subarray(0, 5).toString() === "%PDF-") {
    parts.push(textOf(bytes));
    const raw = bytes.toString("latin1");
    for (let at = raw.indexOf("stream\n"); at >= 0; at = raw.indexOf("stream\n", at + 7)) {
      if (raw.slice(at - 3, at) === "end") continue;
      try { parts.push(inflateSync(bytes.subarray(at + 7)).toString("utf8")); } catch { /* not deflated */ }
    }
  }
  return parts.join("\n");
}

/** Where one starts who knows the addresses: pages that no link leads to, and what a search box finds. */
const WORDS = [MARKER.slice(0, -1), "zebra", ..."abcdefghijklmnopqrstuvwxyz"];
const SEEDS = ["/", "/confirm", "/notifications", "/profile/email", "/profile/password", "/profile/factor", ...WORDS.map((word) => `/search?q=${word}`), "/billing?state=all", "/billing/statement.csv", "/billing/statement.pdf"];

/** Every page that somebody can reach, and every file: { path: answer }. */
async function crawl(user, seeds) {
  const seen = new Map();
  const ways = [...seeds];
  while (ways.length) {
    const path = ways.pop();
    if (seen.has(path) || path.startsWith("/admin")) continue;
    const page = await user.get(path);
    seen.set(path, page);
    if (page.location?.startsWith("/")) ways.push(page.location);
    if (/html/.test(page.headers["content-type"] ?? "")) ways.push(...page.page.all("a[href^='/'], link[href^='/'], img[src^='/']").map((a) => (a.getAttribute("href") ?? a.getAttribute("src")).split("#")[0]).filter((way) => !way.startsWith("/assets/")));
  }
  return seen;
}

/** Every id of every table that a placeholder could take. */
async function everyId() {
  const found = new Set();
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const column of ["id", "payment"]) if (columns[column]) for (const row of await all(`SELECT ${column} AS id FROM ${table} WHERE ${column} IS NOT NULL`)) found.add(row.id);
  }
  return [...found].filter((id) => /^[\w:-]+$/.test(id));
}

function silent(seen) {
  for (const [path, page] of seen) {
    assert.ok(page.status < 500, `${path}: ${page}`);
    assert.ok(!told(page).includes(MARKER), `${path} tells what is internal: …${told(page).split(MARKER)[0].slice(-200)}⟨${MARKER}⟩`);
  }
}
const fits = (route) => new RegExp(`^${route.replace(/\{\w+\}/g, "[^/?]+").replaceAll(".", "\\.")}(\\?|$)`);
const reached = (seen, guard) => routes.filter(({ method, guard: by }) => method === "GET" && guard.test(by)).map(({ path }) => path)
  .filter((path) => ![...seen].some(([way, page]) => fits(path).test(way) && page.status === 200));

describe("nobody of the client reads it", () => {
  test("by links, by search, in files", async () => {
    await signIn(lena);
    const seen = await crawl(lena, [...SEEDS, `/billing/confirming/${stage.waits.open}`, `/uploads/${stage.sending}`]);
    assert.deepEqual(reached(seen, /^contact/), [], "pages of the router that the crawl did not reach");
    assert.ok(seen.size > 90, `${seen.size} pages`);
    assert.ok([...seen.values()].filter(({ headers }) => headers["content-type"] === "application/pdf").length >= 4);
    silent(seen);
  });
  test("who sees billing alone", async () => {
    const { path, code } = await link(bill);
    await bill.post(path, { code });
    const seen = await crawl(bill, SEEDS);
    assert.equal(seen.get("/billing").status, 200);
    assert.equal(seen.get("/search?q=a").status, 200);
    silent(seen);
  });
  test("by every id there is, on every page that takes one", async () => {
    const ids = await everyId();
    assert.ok(ids.length > 200, `${ids.length} ids`);
    const seen = new Map();
    for (const { method, path, guard } of routes) {
      if (method !== "GET" || !guard.startsWith("contact") || !path.includes("{")) continue;
      for (const id of ids) {
        const way = path.replace(/\{\w+\}/, id);
        seen.set(way, await lena.get(way));
      }
    }
    for (const [path, table] of Object.entries({ "/tasks": "tasks", "/projects": "projects", "/documents": "documents", "/tickets": "tickets", "/messages": "threads", "/time-logs": "time_entries", "/billing": "invoices" })) {
      for (const { id } of await all(`SELECT id FROM ${table}`)) for (const way of ["after", "before"]) seen.set(`${path}?${way}=${id}`, await lena.get(`${path}?${way}=${id}`));
    }
    silent(seen);
  });
});

test("the preview shows none of it", async () => {
  for (const from of [`${client.path}/preview`, `/admin/contacts/${stage.contact.id}/preview`]) {
    assert.equal((await looking.post(from)).status, 303);
    const seen = await crawl(looking, SEEDS);
    assert.ok(seen.size > 80, `${seen.size} pages`);
    assert.equal(seen.get(stage.tickets.printer.path)?.status, 200);
    silent(seen);
    await looking.post("/admin/preview/exit");
  }
});

test("nor does the link of an invoice, or what anybody sees", async () => {
  const anybody = world.user("anybody");
  const open = routes.filter(({ method, guard }) => method === "GET" && guard === "anonymous").map(({ path }) => path.replace(/\{\w+\}/g, `pt_m${"A".repeat(43)}`));
  const seen = await crawl(anybody, [stage.payLink.path, `${stage.payLink.path}/pdf`, `${stage.payLink.path}/confirming/${stage.linked}`, ...open]);
  assert.deepEqual(reached(seen, /^pay-link/), []);
  silent(seen);
});

test("nor where the business shows totals of time alone", async () => {
  await world.db.prepare("UPDATE business SET time_shown = 'totals'").run();
  await fillWords(world, client, MARKER, ["shared"]);
  silent(await crawl(lena, ["/time-logs", "/time-logs?year=2026", `/search?q=${MARKER.slice(0, -1)}`]));
});

/** The link in the mail that signs in, and its code. */
async function link(person) {
  await person.post("/sign-in/link", { email: person.email });
  const mail = await world.mailbox.newest(person.email);
  return { path: mail.path(/\/magic\//), code: mail.code };
}

/** Kinds of mails, and what sends one of them to a person of the client. Those to staff say so. */
const MAILS = {
  document: () => addDocument(owner, client, { title: "For you", notify: "on" }),
  invoice: async () => sendInvoice(owner, await draftInvoice(owner, client)),
  reminder: async () => {
    const { id } = await one("SELECT i.id FROM invoices i WHERE i.client_id = ? AND i.state = 'sent' ORDER BY i.id DESC LIMIT 1", client.id);
    await owner.submit((await owner.get(`/admin/invoices/${id}`)).page.formTo(`/admin/invoices/${id}/remind`), {});
  },
  task: async () => {
    const task = await addTask(owner, client, { title: "For you", visible: "on", asks: "approve" });
    await owner.post(`${task.path}/comments`, { body: "Here it is.", shared: "on" });
    await owner.post(`${task.path}/comments`, { body: MARKER });
  },
  ticket: () => answer(owner, stage.tickets.asks, "Here it is."),
  message: async () => {
    await startThreadWith(owner, client, { subject: "News", body: "For you." });
    await world.advance(6 * 60_000);
    await world.cron();
  },
  invitation: async () => invite(owner, { ...(await contactRow(world, client, { email: "new@larkspur.test" })), client }),
  magic: () => link(lena),
  reset: () => world.user().post("/forgot", { email: lena.email }),
};
/** Sent to staff, or about the one who reads them: nothing of the record stands in them. */
const OTHERS = ["upload", "join", "test", "staff_reset", "email_asked", "email_changed", "password_changed", "factor_set", "factor_codes", "factor_removed", "factor_taken_away", "receipt", "payment-failed", "new_device"];

test("no mail to the client's people tells it", async () => {
  const before = (await world.mailbox.all()).length;
  await signIn(lena);
  for (const [kind, send] of Object.entries(MAILS)) {
    const old = new Set((await all("SELECT id FROM outbox WHERE kind = ?", kind)).map(({ id }) => id));
    await send();
    await world.settled();
    const fresh = (await all("SELECT id, contact_id, to_email FROM outbox WHERE kind = ?", kind)).filter(({ id }) => !old.has(id));
    assert.ok(fresh.length > 0, `no mail of the kind ${kind} was sent`);
  }
  const mails = (await world.mailbox.all()).slice(before).filter(({ to }) => to.some((address) => address.endsWith("larkspur.test")));
  assert.ok(mails.length >= Object.keys(MAILS).length, `${mails.length} mails`);
  for (const mail of mails) assert.ok(!JSON.stringify(mail).includes(MARKER), `"${mail.subject}" tells it: ${mail.text}`);
  const kinds = (await all("SELECT DISTINCT kind FROM outbox")).map(({ kind }) => kind);
  assert.deepEqual(kinds.filter((kind) => !MAILS[kind] && !OTHERS.includes(kind)), [], "kinds of mails that are not looked at");
});
