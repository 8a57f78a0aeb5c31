// A person of one client, with ids of another client's rows in every field of every form that they are shown, and
// in every name that a page reads out of its query: nothing of the other client is told, changed or pointed at.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { signIn, signInStaff } from "../harness/flows.mjs";
import { colleague } from "../harness/rows.mjs";
import { schemaText } from "../harness/runtime.mjs";
import { COLUMNS } from "../harness/words.mjs";
import { World } from "../harness/world.mjs";
import { everything, idsOf, twoClients } from "./two-clients-stage.mjs";

const world = await World.start();
after(() => world.close());

/** Tables whose rows a request leaves by the way, whatever it is about. */
const BY_THE_WAY = new Set(["failures", "allowances", "audit_chain", "audit_check"]);
/** Tables of whose rows forms let one be chosen, or ticked, or named by a field that one does not see. */
const CHOSEN = new Set(["contacts", "projects", "tasks", "tickets", "time_entries"]);
/** What stands in fields that must not be empty. */
const FILLED = { subject: "Words", body: "Words", title: "Words", name: "Words", first_name: "Words", time: "1:30", amount: "1" };
/** Columns that no form of a client has. */
const FOREIGN = ["id", "client_id", "contact_id", "account_id", "project_id", "task_id", "staff_id", "sent_by", "created_by", "assignee_id", "merged_into", "follows"];
/** Names that pages of either side read out of a query, or might. */
const QUERIES = ["after", "before", "q", "project", "task", "ticket", "thread", "document", "invoice", "client", "contact", "person", "month", "from", "to", "currency", "state", "left", "follows", "next"];
let owner, a, b, theirs, pages;

before(async () => {
  ({ owner, a, b } = await twoClients(world));
  const all = await everything(world);
  // What stands in rows with an id of B, and in none with an id of A.
  const roots = [b.client.id, b.contact.id];
  theirs = new Map();
  for (const [table, rows] of Object.entries(all)) {
    if (table === "audit") continue;
    for (const row of rows) if (row.id && roots.some((id) => Object.values(row).includes(id))) theirs.set(row.id, table);
  }
  for (const [table, through] of [["ticket_messages", "ticket_id"], ["messages", "thread_id"], ["invoice_revisions", "invoice_id"], ["comments", "task_id"], ["ticket_files", "message_id"], ["message_files", "message_id"]]) {
    for (const row of all[table]) if (theirs.has(row[through])) theirs.set(row.id, table);
  }
  const mine = Object.fromEntries(["documents", "projects", "tasks", "tickets", "threads", "invoices"].map((table) => [table, all[table].filter((row) => row.client_id === a.client.id).map(({ id }) => id)]));
  const path = { documents: "/documents", projects: "/projects", tasks: "/tasks", tickets: "/tickets", threads: "/messages", invoices: "/billing" };
  pages = ["/", "/documents", "/projects", "/tasks", "/tickets", "/tickets/new", "/messages", "/messages/new", "/billing", "/billing/statement", "/time-logs", "/search?q=a", "/notifications", "/profile", "/profile/email", "/profile/password", "/profile/factor", "/profile/export", "/privacy",
    ...Object.entries(mine).flatMap(([table, ids]) => ids.map((id) => `${path[table]}/${id}`))];
});
// Sessions are ended by some of the forms.
beforeEach(() => signIn(a.person));

/** Nothing of B in what A is answered, but the id that A sent. */
function tellsNothing(answer, sent) {
  const told = [...idsOf(`${answer.text} ${answer.location ?? ""}`)].filter((id) => !sent.includes(id) && theirs.has(id));
  assert.deepEqual(told, [], `${answer} names ${told.map((id) => theirs.get(id))}`);
  for (const words of [b.client.name, b.contact.email]) assert.ok(!answer.text.includes(words), `${answer} says ${words}`);
}

test("there is something of each kind to be sent, and pages to send it from", async () => {
  const kinds = new Set(theirs.values());
  for (const table of ["clients", "contacts", "documents", "projects", "tasks", "tickets", "ticket_messages", "ticket_files", "threads", "messages", "message_files", "invoices", "ledger", "attempts", "sessions", "uploads"]) assert.ok(kinds.has(table), `nothing of B in ${table}`);
  for (const page of pages) assert.ok([200, 303, 404].includes((await a.person.get(page)).status), page);
});

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;
/** The id as it is, and as the field writes the ids that it offers. */
function withPrefixes(form, name, id) {
  const offered = form.controls.filter((control) => control.getAttribute("name") === name)
    .flatMap((control) => [control, ...control.querySelectorAll("option")]).map((each) => each.getAttribute("value") ?? "");
  return [...new Set([id, ...offered.filter((value) => ID.test(value)).map((value) => value.replace(ID, id))])];
}

/**
 * Sends every form of the pages with an id of B, one of each table, in each field that is not written in, and in
 * fields that the form does not have. `passed` forms are not sent. What was answered is for `look`.
 */
async function sendAll(user, paths, { passed, again, look = () => {} }) {
  const one = new Map([...theirs].filter(([, table]) => CHOSEN.has(table)).map(([id, table]) => [table, id]));
  const seen = new Set();
  let sent = 0;
  const taken = new Set();
  for (const path of paths) {
    const page = (await user.visit(path)).page;
    for (const form of page.forms) {
      const names = [...new Set(form.controls.map((control) => control.getAttribute("name")).filter(Boolean))];
      const kind = `${form.method} ${form.action.replace(/[0-9a-f-]{36}/g, "…")} ${names.filter((name) => !/[0-9a-f-]{36}/.test(name))}`;
      if (seen.has(kind) || passed.test(form.action) || form.method !== "POST") continue;
      seen.add(kind);
      // What one writes is no id to anybody; what one chooses, ticks or is handed may be.
      const written = new Set(form.controls.filter((control) => !ID.test(control.getAttribute("name") ?? "") && (control.rawTagName === "textarea" || /^(text|password|email|tel|search|file)?$/.test(control.getAttribute("type") ?? (control.rawTagName === "input" ? "text" : "choice")))).map((control) => control.getAttribute("name")));
      for (const set of [...names.filter((name) => !written.has(name)).map((name) => [name]), FOREIGN]) {
        for (const id of [...one.values()].flatMap((id) => withPrefixes(form, set[0], id))) {
          const kept = form.values.filter(([key]) => !set.includes(key) && key !== "form_key");
          // Where a row is ticked by its id, the id stands in the name.
          const fields = [...kept, ...set.map((name) => (ID.test(name) ? [name.replace(ID, id), "on"] : [name, id]))];
          for (const [name, words] of Object.entries(FILLED)) {
            const at = fields.findIndex(([key]) => key === name);
            if (written.has(name) && !(at >= 0 && fields[at][1])) fields.splice(Math.max(at, 0), at >= 0 ? 1 : 0, [name, words]);
          }
          await world.db.prepare("DELETE FROM allowances").run();
          const answer = form.multipart ? await user.upload(form.action, fields) : await user.post(form.action, fields);
          sent += 1;
          assert.ok(answer.status < 500, String(answer));
          if (answer.status === 303) taken.add(kind);
          look(answer, id);
          if (/^(\/admin)?\/sign-in/.test(answer.location ?? "")) await again(user);
        }
      }
    }
  }
  console.log(`${seen.size} forms, ${sent} times sent; ${taken.size} took something`);
  assert.ok(seen.size > 10 && sent > 100, `only ${seen.size} forms and ${sent} sendings`);
  assert.ok(taken.size > seen.size / 2, `only ${[...taken]} took anything`);
}

test("a person of a client: in every field of every form", async () => {
  const was = await everything(world);
  await sendAll(a.person, pages, { passed: /sign-out|sessions/, again: signIn, look: tellsNothing });
  await unharmed(was);
});

/** Rows of one client that point at a row of another. */
async function crossing() {
  const schema = new DatabaseSync(":memory:");
  schema.exec(schemaText());
  const found = [];
  const tables = schema.prepare("SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'client_id'").all().map(({ name }) => name);
  for (const name of tables) {
    for (const { table: parent, from, to } of schema.prepare(`PRAGMA foreign_key_list("${name}")`).all()) {
      if (!tables.includes(parent)) continue;
      const { n } = await world.db.prepare(`SELECT count(*) AS n FROM "${name}" c JOIN "${parent}" p ON p."${to ?? "id"}" = c."${from}" WHERE c.client_id <> p.client_id`).first();
      found.push([`${name}.${from}`, n]);
    }
  }
  assert.ok(found.length > 8, found.join());
  return found.filter(([, n]) => n > 0);
}

test("a colleague of the lowest role, at the pages of one client: in every field of every form", async () => {
  const member = await colleague(world, owner, "member");
  await signInStaff(owner);
  // The pages that lead on from the client's record.
  const root = `/admin/clients/${a.client.id}`;
  const paths = [root], shapes = new Set();
  for (const path of paths) {
    for (const link of (await member.visit(path)).page.all("a[href]").map((link) => link.getAttribute("href").split("?")[0])) {
      const shape = link.replace(/[0-9a-f-]{36}/g, "…");
      if (!/^\/admin\/(clients\/…|contacts|documents|projects|tasks|tickets|messages|invoices|time-logs)(\/|$)/.test(shape) || /csv|pdf|download|files|export|erase/.test(link)) continue;
      if (link.includes(b.client.id) || (shapes.has(shape) && !/(tasks|tickets|documents|invoices)\/…$/.test(shape)) || paths.includes(link) || paths.length > 60) continue;
      if ([...idsOf(link)].some((id) => theirs.has(id))) continue;
      shapes.add(shape);
      paths.push(link);
    }
  }
  const passed = /sign-out|archive|erase|delete|remove|void|discard|settings|preview|sign-in-link|invite|portal$|permissions|end-sessions/;
  await sendAll(member, paths, { passed, again: signInStaff });
  await world.settled();
  assert.deepEqual(await crossing(), []);
  // Whatever a colleague mixed up, the person of A reads nothing of B.
  for (const path of pages) tellsNothing(await a.person.visit(path), "");
});

/** B's rows stand as they stood, and no other row points at one of them. */
async function unharmed(was) {
  const now = await everything(world);
  for (const [table, rows] of Object.entries(was)) {
    if (BY_THE_WAY.has(table)) continue;
    const of = (list) => list.filter((row) => Object.values(row).some((value) => theirs.has(value))).map((row) => JSON.stringify(row)).sort();
    const keys = Object.entries(COLUMNS[table] ?? {}).filter(([, kind]) => kind === "key").map(([name]) => name);
    const pointing = (list) => list.filter((row) => keys.some((name) => theirs.has(row[name]))).map((row) => JSON.stringify(row)).sort();
    assert.deepEqual(pointing(now[table]), pointing(rows), `${table}: a row points at what is B's`);
    assert.ok(of(rows).every((row) => of(now[table]).includes(row)), `${table}: what is B's has changed`);
  }
}

test("a person of a client: in every name of a query", async () => {
  const was = await everything(world);
  const some = [...new Map([...theirs].map(([id, table]) => [table, id]))].filter(([table]) => ["documents", "projects", "tickets", "threads", "invoices"].includes(table));
  let asked = 0;
  for (const path of ["/documents", "/projects", "/tasks", "/tickets", "/tickets/new", "/messages", "/messages/new", "/billing", "/billing/statement", "/billing/statement.csv", "/time-logs", "/search", "/notifications"]) {
    for (const name of QUERIES) {
      for (const [, id] of some) {
        const answer = await a.person.get(`${path}?${name}=${id}`);
        asked += 1;
        assert.ok([200, 303, 400, 404].includes(answer.status), String(answer));
        tellsNothing(answer, id);
      }
    }
  }
  console.log(`${asked} questions`);
  await unharmed(was);
});
