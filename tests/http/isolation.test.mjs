// A person of one client, with every id of another client's rows, at every route of the client side: the
// answer is byte for byte what an id gets that never existed. And nobody reaches the staff side with
// anything but a staff session. The routes come from the router (cargo run --example routes).
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { signIn } from "../harness/flows.mjs";
import { newId } from "../harness/rows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { World } from "../harness/world.mjs";
import { everything as everyRow, idsOf, twoClients } from "./two-clients-stage.mjs";

const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));
const ofClients = ({ guard }) => guard.startsWith("contact");
const isStaff = ({ path }) => /^\/admin(\/|$)/.test(path);
// A token in a path is a secret, no id: whoever holds it may (tests/http/{signing-in,inviting,address}).
const holds = ({ path }) => /\{(?!token\})\w+\}/.test(path);
const keyOf = ({ method, path }) => `${method} ${path}`;

/**
 * What stands at each address of the client side: `table` holds the rows, `own` says which of them A may
 * open, `answer` what A gets for an own one. A new route fails until it has a line here.
 */
const THINGS = {
  "GET /documents/{id}": { table: "documents", own: visible, answer: 200 },
  "GET /documents/{id}/download": { table: "documents", own: visible, answer: 200 },
  "GET /billing/{id}": { table: "invoices", own: invoices, answer: 200 },
  "GET /billing/{id}/pdf": { table: "invoices", own: invoices, answer: 200 },
  "POST /billing/{id}/pay": { table: "invoices", own: invoices, answer: 303 },
  "GET /billing/confirming/{attempt}": { table: "attempts", own: attempts, answer: 200 },
  "GET /billing/receipts/{payment}": { table: "ledger", own: payments, answer: 200 },
  "GET /projects/{id}": { table: "projects", own: shown("projects"), answer: 200 },
  "GET /tasks/{id}": { table: "tasks", own: shown("tasks"), answer: 200 },
  // An empty form says nothing, and is told so.
  "POST /tasks/{id}/answer": { table: "tasks", own: shown("tasks"), answer: 422 },
  "POST /tasks/{id}/comments": { table: "tasks", own: shown("tasks"), answer: 422 },
  "GET /tickets/{id}": { table: "tickets", own: tickets, answer: 200 },
  "POST /tickets/{id}/reply": { table: "tickets", own: tickets, answer: 422 },
  "POST /tickets/{id}/status": { table: "tickets", own: tickets, answer: 400 },
  "GET /tickets/files/{id}": { table: "ticket_files", own: ticketFiles, answer: 200 },
  "GET /messages/{id}": { table: "threads", own: threads, answer: 200 },
  "POST /messages/{id}": { table: "threads", own: threads, answer: 422 },
  "GET /messages/files/{id}": { table: "message_files", own: messageFiles, answer: 200 },
  "POST /profile/sessions/{id}/end": { table: "sessions", own: sessions, answer: 303 },
  "GET /uploads/{id}": { table: "uploads", own: uploads, answer: 200 },
  // A part of nothing, and a file without its parts, are told so.
  "PUT /uploads/{id}/parts/{number}": { table: "uploads", own: uploads, answer: 422 },
  "POST /uploads/{id}/complete": { table: "uploads", own: uploads, answer: 422 },
  "DELETE /uploads/{id}": { table: "uploads", own: uploads, answer: 204 },
};
function visible({ a }) {
  return ids("SELECT id FROM documents WHERE client_id = ? AND visible = 1 AND deleted_at IS NULL", a.client.id);
}
function invoices({ a }) {
  return ids("SELECT id FROM invoices WHERE client_id = ? AND state <> 'draft'", a.client.id);
}
function attempts({ a }) {
  return ids("SELECT id FROM attempts WHERE client_id = ?", a.client.id);
}
function payments({ a }) {
  return ids("SELECT id FROM ledger WHERE client_id = ? AND kind = 'payment'", a.client.id);
}
function shown(table) {
  return ({ a }) => ids(`SELECT id FROM ${table} WHERE client_id = ? AND visible = 1`, a.client.id);
}
function tickets({ a }) {
  return ids("SELECT id FROM tickets WHERE client_id = ?", a.client.id);
}
function ticketFiles({ a }) {
  return ids("SELECT f.id FROM ticket_files f JOIN ticket_messages m ON m.id = f.message_id JOIN tickets t ON t.id = m.ticket_id WHERE t.client_id = ? AND m.internal = 0", a.client.id);
}
function threads({ a }) {
  return ids("SELECT id FROM threads WHERE client_id = ? AND shown = 1", a.client.id);
}
function messageFiles({ a }) {
  return ids("SELECT f.id FROM message_files f JOIN messages m ON m.id = f.message_id JOIN threads t ON t.id = m.thread_id WHERE t.client_id = ? AND t.shown = 1", a.client.id);
}
function uploads({ a }) {
  return ids("SELECT id FROM uploads WHERE sent_by = ?", a.contact.id);
}
function sessions({ a }) {
  return ids("SELECT id FROM sessions WHERE contact_id = ?", a.contact.id);
}

const world = await World.start();
after(() => world.close());
const ids = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results.map(({ id }) => id);

let owner, a, b, stage;
before(async () => {
  ({ owner, a, b } = await twoClients(world));
  stage = { a, b };
});
/** A new hour may begin meanwhile; what is asked here has no body, so nothing is used in it. */
const everything = async () => {
  const rows = await everyRow(world);
  return { ...rows, allowances: rows.allowances.filter(({ used }) => used > 0) };
};

const FORM = { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "" };
const ask = (user, method, path, { headers } = {}) => (["GET", "HEAD"].includes(method)
  ? user.request(method, path, { headers }) : user.request(method, path, { ...FORM, headers: { ...FORM.headers, ...headers } }));
const fill = (path, id) => path.replace(/\{(\w+)\}/g, (_, name) => (name === "number" ? "1" : id));
const comparable = ({ status, headers: { date, ...headers }, bytes }) => ({ status, headers, bytes: bytes.toString("latin1") });
const CONDITIONS = [undefined, { range: "bytes=0-0" }, { "if-none-match": "*" }, { accept: "application/json" }];

test("every route of the client side that names a thing is asked here", () => {
  const client = routes.filter((route) => ofClients(route) && holds(route)).map(keyOf);
  assert.deepEqual(Object.keys(THINGS).toSorted(), client.toSorted());
});

for (const [key, { table, own, answer: wanted }] of Object.entries(THINGS)) {
  const [method, path] = key.split(" ");
  test(`${key}: every id there is, but one's own, is an id that never existed`, async () => {
    const before = await everything();
    const mine = new Set(await own(stage));
    const theirs = [...idsOf(before[table])].filter((id) => !mine.has(id));
    assert.ok(mine.size > 0 && theirs.length > 0, `the stage has nothing in ${table}`);
    const all = [...idsOf(before)].filter((id) => !mine.has(id));
    assert.ok(all.includes(b.client.id) && all.includes(b.contact.id) && all.length > 40, `only ${all.length} ids on the stage`);
    for (const way of method === "GET" ? ["GET", "HEAD"] : [method]) {
      for (const headers of CONDITIONS) {
        const never = await ask(a.person, way, fill(path, newId()), { headers });
        assert.equal(never.status, 404);
        const want = { ...comparable(never), d1: (await never.cost()).d1 };
        for (const id of headers ? theirs : all) {
          const answer = await ask(a.person, way, fill(path, id), { headers });
          const where = Object.entries(before).filter(([, rows]) => rows.some((row) => Object.values(row).includes(id))).map(([name]) => name);
          assert.deepEqual({ ...comparable(answer), d1: (await answer.cost()).d1 }, want, `${way} ${answer.path}, an id in ${where}`);
        }
      }
    }
    assert.deepEqual(await everything(), before, "asking changed something");
    for (const id of [...mine].slice(0, 1)) assert.equal((await ask(a.device, method, fill(path, id))).status, wanted, "one's own");
    await signIn(a.person);
    await signIn(a.device);
  });
}

test("links: an id or a hash from the database opens nothing, and looks like any wrong link", async () => {
  const all = await everything();
  const words = [...new Set(all.links.flatMap((link) => Object.values(link)).filter((value) => typeof value === "string" && value.length >= 20))];
  assert.ok(words.length >= 12, `only ${words.length} words of links on the stage`);
  const open = routes.filter((route) => !isStaff(route) && /\{token\}/.test(route.path) && (route.method === "GET" || route.guard !== "anonymous"));
  assert.ok(open.length >= 3);
  for (const { method, path, guard } of open) {
    const press = (at) => ask(guard === "anonymous" ? world.user() : a.person, method, at);
    const at = (word) => path.replace("{token}", encodeURIComponent(word));
    const never = comparable(await press(at("x".repeat(43))));
    const { "set-cookie": _name, ...headers } = never.headers;
    const plain = (text, word) => text.replaceAll(encodeURIComponent(word), "WORD").replaceAll(word, "WORD");
    for (const word of words) {
      const answer = comparable(await press(at(word)));
      const { "set-cookie": _other, "content-length": _length, ...others } = answer.headers;
      const { "content-length": _l, ...wanted } = headers;
      assert.equal(answer.status, never.status, at(word));
      assert.deepEqual(others, wanted, at(word));
      assert.equal(plain(answer.bytes, word), plain(never.bytes, "x".repeat(43)), at(word));
    }
  }
});

test("switching to a contact of another client, by every id there is, is switching to one that never was", async () => {
  const before = await everything();
  const send = (id) => a.person.post("/switch", { contact_id: id });
  const never = comparable(await send(newId()));
  assert.equal(never.status, 404);
  for (const id of idsOf(before)) if (id !== a.contact.id) assert.deepEqual(comparable(await send(id)), never, id);
  assert.deepEqual(await everything(), before);
});

/** A browser that sends one's session under the name of another side's. */
function disguised(user, name) {
  const value = user.cookies.get(user === owner ? "__Host-portico-staff" : "__Host-portico");
  assert.ok(value, "no session cookie to disguise");
  const spy = world.user("disguised");
  spy.cookies.set(name, value);
  return spy;
}
const sentTo = (answer) => (answer.status === 303 ? answer.location.split("?")[0] : answer.status);

test("the staff side answers nobody, a client, and a client's session in the staff's cookie alike, whether the thing exists or not", async () => {
  const before = await everything();
  const staff = routes.filter((route) => isStaff(route) && route.guard !== "anonymous");
  assert.ok(staff.length > 40, `only ${staff.length} routes of staff`);
  const existing = { clients: b.client.id, contacts: b.contact.id };
  for (const table of ["documents", "uploads", "staff", "outbox", "sessions"]) existing[table] = before[table].at(-1).id;
  const never = newId();
  for (const { method, path } of staff) {
    const noun = Object.keys(existing).find((name) => path.includes(`/${name}/{id}`));
    const real = fill(path, noun ? existing[noun] : "invitation");
    for (const [who, user] of Object.entries({ anonymous: world.user(), client: a.person, disguised: disguised(a.person, "__Host-portico-staff") })) {
      const answer = await ask(user.clone(), method, real);
      assert.equal(sentTo(answer), "/admin/sign-in", `${who}: ${answer}`);
      const other = await ask(user.clone(), method, fill(path, noun ? never : "nothing"));
      const [one, two] = [answer, other].map((each) => comparable(each));
      for (const each of [one, two]) {
        each.headers.location = decodeURIComponent(each.headers.location).replace(existing[noun] ?? "invitation", "X").replace(never, "X").replace("nothing", "X");
        delete each.headers["content-length"];
      }
      assert.deepEqual(one, two, `${who}: ${answer} tells whether it exists`);
    }
  }
  assert.deepEqual(await everything(), before, "asking changed something");
});

test("a staff session opens nothing of the client side, under its own name or the client's", async () => {
  for (const { method, path } of routes.filter((route) => ofClients(route))) {
    const [id] = await visible(stage);
    for (const user of [owner.clone(), disguised(owner, "__Host-portico")]) {
      const answer = await ask(user, method, fill(path, id));
      assert.equal(sentTo(answer), "/sign-in", String(answer));
    }
  }
});
