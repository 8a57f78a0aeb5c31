// Every route × every principal, asked of the built worker. The routes come from the router itself
// (cargo run --example routes), the answers from access-table.mjs.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { draftInvoice, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { startThread } from "../harness/messages.mjs";
import { addSavedReply, file, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime } from "../harness/work.mjs";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { payLinkTo } from "../harness/invoices.mjs";
import { bareAttempt, exceptionRow } from "../harness/money.mjs";
import { archive, colleague, contactRow, person, portalOff } from "../harness/rows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { World } from "../harness/world.mjs";
import { ROWS } from "./access-table.mjs";

const PRINCIPALS = ["anonymous", "client", "other", "off", "archived", "member", "admin", "owner", "preview"];

const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));
const keyOf = ({ method, path }) => `${method} ${path}`;

test("the router has routes", () => {
  assert.ok(routes.length > 0, "expected routes from `cargo run --example routes`, got none");
});

test("every route has a row, and every row a route", () => {
  const known = new Set(routes.map(keyOf));
  const missing = [...known].filter((key) => !ROWS[key]);
  const stale = Object.keys(ROWS).filter((key) => !known.has(key));
  assert.deepEqual({ missing, stale }, { missing: [], stale: [] });
});

test("every row has an answer for every principal", () => {
  console.log(`${routes.length} routes × ${PRINCIPALS.length} principals: ${routes.length * PRINCIPALS.length} answers`);
  for (const [key, row] of Object.entries(ROWS)) {
    assert.deepEqual(PRINCIPALS.filter((who) => row[who] === undefined && who !== "preview"), [], `${key} lacks answers`);
  }
});

const world = await World.start({ settings: { STRIPE_WEBHOOK_SECRET: "whsec_nobody_knows" } });
after(() => world.close());

/** An id of the right shape that nothing has. */
const NOBODYS = "01890000-0000-7000-8000-000000000000";

let stage;
/** Set once for all routes; where that fails, every route fails with the same reason. */
const theStage = () => (stage ??= setTheStage());
async function setTheStage() {
  const owner = await setUpOwner(world);
  const [admin, member] = [await colleague(world, owner, "admin"), await colleague(world, owner, "member")];
  const [client, other, off, archived] = [await person(world, owner), await person(world, owner), await person(world, owner), await person(world, owner)];
  await portalOff(world, off.client);
  await archive(world, archived.client);
  const pending = await contactRow(world, client.client);
  const preview = await colleague(world, owner, "member");
  await preview.post(`/admin/contacts/${client.contact.id}/preview`);
  const staff = await world.db.prepare("SELECT id FROM staff WHERE role = 'member'").first();
  const mail = await world.db.prepare("SELECT id FROM outbox LIMIT 1").first();
  const document = await addDocument(owner, client.client);
  const draft = await draftInvoice(owner, client.client);
  const invoice = await sentInvoice(owner, client.client);
  const revised = await sentInvoice(owner, client.client);
  await owner.post(`${revised.path}/revise`);
  const part = await sentInvoice(owner, client.client);
  await recordPayment(owner, part, "1");
  const payment = await world.db.prepare("SELECT id FROM ledger WHERE kind = 'payment'").first();
  const project = await addProject(owner, client.client, { visible: "on" });
  const task = await addTask(owner, client.client, { visible: "on", asks: "complete" });
  const ticket = await openTicket(client.person, { files: [file()] });
  const ticketFile = await world.db.prepare("SELECT id FROM ticket_files").first();
  const thread = await startThread(client.person, { files: [file()] });
  const messageFile = await world.db.prepare("SELECT id FROM message_files").first();
  const savedReply = await addSavedReply(owner);
  return {
    who: { anonymous: world.user("anonymous"), preview, owner, admin, member, client: client.person, other: other.person, off: off.person, archived: archived.person },
    subjects: {
      client: client.client.id,
      contact: pending.id,
      document: document.id,
      draft: draft.id,
      invoice: invoice.id,
      revised: revised.id,
      project: project.id,
      task: task.id,
      ticket: ticket.id,
      ticketFile: ticketFile.id,
      thread: thread.id,
      messageFile: messageFile.id,
      savedReply: savedReply.id,
      time: (await addTime(owner, client.client)).id,
      payLink: (await payLinkTo(world, invoice)).token,
      payment: payment.id,
      attempt: await bareAttempt(world, { ...invoice, client: client.client }),
      exception: await exceptionRow(world),
      staff: staff.id,
      mail: mail.id,
      nobody: NOBODYS,
      token: "x".repeat(43),
    },
  };
}

/** What somebody who looks as the client gets: what the client reads, what a member reads, no writing. */
function inPreview({ method, path, guard }, row) {
  if (row.preview !== undefined) return row.preview;
  const waysOut = ["/admin/preview/exit", "/admin/sign-out"];
  if (guard !== "provider" && method !== "GET" && !waysOut.includes(path)) return "forbidden";
  return guard.startsWith("contact") ? row.client : row.member;
}

const fill = (path, row, subjects) => path.replace(/\{\*?(\w+)\}/g, (_, name) => {
  const subject = row.ids?.[name] ?? "nobody";
  return subjects[subject] ?? subject;
});

const ask = (user, method, path) => (method === "GET" ? user.get(path) : user.request(method, path, {
  body: method === "DELETE" ? undefined : "", headers: { "content-type": "application/x-www-form-urlencoded" },
}));

const to = (answer, path) => answer.status === 303 && new RegExp(`^${path}(\\?|$)`).test(answer.location ?? "");
const FITS = {
  page: (a) => a.status === 200,
  passes: (a) => a.status < 500 && ![401, 403, 404, 405, 421].includes(a.status) && !to(a, "/sign-in") && !to(a, "/admin/sign-in"),
  "sign-in": (a) => to(a, "/sign-in"),
  "staff sign-in": (a) => to(a, "/admin/sign-in"),
  closed: (a) => a.status === 403,
  forbidden: (a) => a.status === 403,
  hidden: (a) => a.status === 404,
};

/** What may differ between two answers that say the same. */
const comparable = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};

for (const route of routes) {
  const row = ROWS[keyOf(route)];
  if (!row) continue;
  test(`${keyOf(route)} (${route.guard})`, async () => {
    const { who, subjects } = await theStage();
    const wrong = [];
    for (const principal of PRINCIPALS) {
      const expected = principal === "preview" ? inPreview(route, row) : row[principal];
      const path = fill(route.path, row, subjects);
      const user = principal === "preview" ? who.preview.clone() : who[principal];
      const answer = await ask(user, route.method, path);
      const fits = typeof expected === "number" ? answer.status === expected : FITS[expected]?.(answer);
      if (!fits) wrong.push(`${principal}: expected ${expected}, saw ${answer}`);
      else if (expected === "hidden") {
        const never = await ask(user, route.method, fill(route.path, { ids: {} }, subjects));
        assert.deepEqual(comparable(answer), comparable(never), `${principal}: the 404 tells that ${path} exists`);
      }
    }
    assert.deepEqual(wrong, [], `${keyOf(route)}:\n  ${wrong.join("\n  ")}\n`);
  });
}
