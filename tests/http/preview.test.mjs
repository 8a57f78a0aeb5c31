// View as Client: staff see what a client sees, through the client's own pages, and change nothing.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { sentInvoice } from "../harness/billing.mjs";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { startThreadWith } from "../harness/messages.mjs";
import { clientRow, colleague, contactRow, newId, person, portalOff } from "../harness/rows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { file, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));
const COOKIE = "__Host-portico-preview";
const MINUTE = 60_000;

const world = await World.start();
after(() => world.close());

let owner, client, lena, contact, shared, hidden;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, contact, person: lena } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena", lastName: "Birch" } }));
  shared = await addDocument(owner, client, { title: "Shown plan" });
  hidden = await addDocument(owner, client, { title: "Secret sketch", visible: false });
});

/** A member of staff of their own who looks as that client or contact. */
async function looking(path = client.path, role = "member") {
  const staff = await colleague(world, owner, role);
  const answer = await staff.post(`${path}/preview`);
  assert.equal(answer.status, 303, String(answer));
  assert.equal(answer.location, "/");
  return staff;
}
const banner = (answer) => answer.page.root.querySelector('[aria-label="Preview"]')?.text ?? "";
const over = (answer) => answer.status === 303 && answer.location === "/admin";
async function everything() {
  const { results } = await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").all();
  const all = await world.db.batch(results.map(({ name }) => world.db.prepare(`SELECT * FROM "${name}"`)));
  return Object.fromEntries(results.map(({ name }, n) => [name, all[n].results]));
}
const audit = async (staff) => (await world.db.prepare("SELECT action, detail, principal FROM audit WHERE action LIKE 'preview.%' AND principal_id = (SELECT id FROM staff WHERE email = ?) ORDER BY rowid").bind(staff.email).all()).results;

test("the record of a client and of a contact have the button, by its name", async () => {
  for (const path of [client.path, `/admin/contacts/${contact.id}`]) {
    const { page } = await owner.visit(path);
    const form = page.formTo(`${path}/preview`);
    assert.ok(form, path);
    assert.ok(page.all("button").some((button) => button.text.trim() === "View as Client"), path);
  }
});

test("the portal is what the client gets, byte for byte, but for the banner, the shield and the way out", async () => {
  const staff = await looking();
  for (const path of ["/", "/documents", `/documents/${shared.id}`]) {
    const [theirs, mine] = [await lena.get(path), await staff.get(path)];
    assert.equal(mine.status, 200, String(mine));
    assert.equal((await mine.cost()).d1, 1);
    assert.match(banner(mine), /Preview: Lena Birch, Birch Ltd\./);
    assert.ok(mine.page.all("button").some((button) => button.text.trim() === "Exit preview"));
    const bare = (text) => text.replace(/<aside class="preview-bar"[\s\S]*?<\/aside>/, "").replace(/<fieldset class="looking" disabled><legend[^>]*>[^<]*<\/legend>/, "")
      .replace(/<\/fieldset>(?=\s*<\/main>)/, "").replace(/<li><form method="post" action="\/sign-out">[\s\S]*?<\/li>/g, "").replace(/(name="form_key" value=)"[^"]*"/g, "$1").replace(/\s+/g, " ");
    assert.equal(bare(mine.text), bare(theirs.text), path);
  }
  assert.doesNotMatch((await staff.get("/documents")).text, /Secret sketch/);
  const [missing, never] = [await staff.get(`/documents/${hidden.id}`), await staff.get(`/documents/${newId()}`)];
  assert.equal(missing.status, 404);
  assert.equal(missing.text, never.text);
});

test("forms stand in a shield that disables them and says why", async () => {
  const staff = await looking();
  const { page } = await staff.visit("/profile");
  const shield = page.root.querySelector("main fieldset[disabled]");
  assert.match(shield.querySelector("legend").text, /preview/);
  for (const form of page.all("main form")) assert.ok(form.closest("fieldset[disabled]"), form.toString().slice(0, 100));
  assert.equal(page.all('form[action="/sign-out"]').length, 0);
});

test("a download gives the bytes and leaves no receipt", async () => {
  const staff = await looking();
  const before = await everything();
  const answer = await staff.get(`/documents/${shared.id}/download`);
  assert.equal(answer.status, 200);
  assert.equal(answer.bytes.toString(), "A note.");
  const { audit: _new, audit_chain: _places, ...now } = await everything();
  const { audit: _old, audit_chain: _before, ...then } = before;
  assert.deepEqual(now, then);
});

test("every page and file of the client side can be read, and a dump of the database before and after differs only in the log", async () => {
  const ticket = await openTicket(lena, { files: [file()] });
  const thread = await startThreadWith(owner, client, { files: [file()] });
  const project = await addProject(owner, client, { visible: "on" });
  const task = await addTask(owner, client, { visible: "on", asks: "complete" });
  const invoice = await sentInvoice(owner, client);
  const ids = [
    shared.id, ticket.id, thread.id, project.id, task.id, invoice.id,
    ...(await world.db.prepare("SELECT id FROM ticket_files UNION SELECT id FROM message_files").all()).results.map(({ id }) => id),
  ];
  const staff = await looking(`/admin/contacts/${contact.id}`);
  await world.settled();
  const before = await everything();
  const reads = routes.filter(({ method, guard }) => method === "GET" && guard.startsWith("contact"));
  const seen = new Map();
  for (const { path } of reads) {
    for (const id of path.includes("{") ? ids : [""]) {
      const answer = await staff.clone().get(path.replace(/\{\w+\}/g, id));
      assert.ok([200, 303, 404].includes(answer.status), String(answer));
      if (answer.status === 200) seen.set(path, answer);
    }
  }
  for (const path of ["/", "/documents/{id}/download", "/tickets/{id}", "/tickets/files/{id}", "/messages/{id}", "/messages/files/{id}", "/projects/{id}", "/tasks/{id}", "/billing/{id}", "/billing/{id}/pdf", "/notifications", "/privacy", "/profile/export"]) {
    assert.ok(seen.has(path), `${path} was not read`);
  }
  await world.settled();
  const changed = Object.entries(await everything()).filter(([name, rows]) => JSON.stringify(rows) !== JSON.stringify(before[name])).map(([name]) => name);
  assert.deepEqual(changed.filter((name) => !["audit", "audit_chain"].includes(name)), []);
  const { results: added } = await world.db.prepare("SELECT DISTINCT principal, action FROM audit WHERE id > ?").bind(before.audit.map(({ id }) => id).sort().at(-1)).all();
  assert.deepEqual(added, [{ principal: "staff", action: "preview.page" }]);
});

test("every route that writes answers 403 and changes nothing, on both sides", async () => {
  const staff = await looking();
  const before = await everything();
  const ways = new Set(["/admin/preview/exit", "/admin/preview/as", "/admin/sign-out"]);
  const writes = routes.filter(({ method, path, guard }) => !["GET", "HEAD"].includes(method) && !ways.has(path) && guard !== "provider");
  assert.ok(writes.length > 70, `only ${writes.length}`);
  const ids = [client.id, contact.id, shared.id];
  for (const { method, path } of writes) {
    for (const id of path.includes("{") ? ids : [""]) {
      const answer = await staff.clone().request(method, path.replace(/\{\w+\}/g, id), { body: method === "DELETE" ? undefined : "name=x", headers: { "content-type": "application/x-www-form-urlencoded" } });
      assert.equal(answer.status, 403, String(answer));
      assert.equal((await answer.cost()).d1, 0, String(answer));
    }
  }
  for (const method of ["PUT", "PATCH", "DELETE"]) assert.equal((await staff.clone().request(method, "/documents")).status, 403);
  assert.deepEqual(await everything(), before);
  const refused = await staff.post("/profile/name", { first_name: "Mallory" });
  assert.match(refused.page.text, /You are only looking/);
  const left = await staff.submit(refused.page.formTo("/admin/preview/exit"), {}, { follow: false });
  assert.equal(left.location, client.path);
});

test("Exit preview leads back to the client, and the client's pages are closed to staff again", async () => {
  const staff = await looking();
  const left = await staff.submit((await staff.visit("/documents")).page.formTo("/admin/preview/exit"), {}, { follow: false });
  assert.equal(left.location, client.path);
  assert.equal(staff.cookies.get(COOKIE), undefined);
  assert.match((await staff.get("/")).location, /^\/sign-in/);
  assert.equal((await staff.get(client.path)).status, 200);
  const noted = await audit(staff);
  assert.deepEqual(noted.map(({ action }) => action), ["preview.started", "preview.page", "preview.ended"]);
  assert.deepEqual(noted.map(({ detail }) => detail), ["Lena Birch, Birch Ltd", "/documents as Lena Birch, Birch Ltd", "Lena Birch, Birch Ltd"]);
  assert.ok(noted.every(({ principal }) => principal === "staff"));
});

test("a kept cookie is dead after the exit, the sign-out, a new role, a deactivation, and half an hour", async () => {
  const ends = {
    exit: (staff) => staff.post("/admin/preview/exit"),
    "sign-out": (staff) => staff.post("/admin/sign-out"),
    role: (staff) => world.db.prepare("UPDATE staff SET role = 'admin' WHERE email = ?").bind(staff.email).run(),
    deactivated: (staff) => world.db.prepare("UPDATE staff SET deactivated_at = 1 WHERE email = ?").bind(staff.email).run(),
    "ended elsewhere": (staff) => world.db.prepare("UPDATE sessions SET ended_at = 1 WHERE staff_id = (SELECT id FROM staff WHERE email = ?)").bind(staff.email).run(),
    "half an hour": () => world.db.prepare("UPDATE previews SET expires_at = ?").bind(world.now()).run(),
    archived: async () => world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(other.id).run(),
  };
  const other = await clientRow(world);
  for (const [what, end] of Object.entries(ends)) {
    const staff = await looking(what === "archived" ? other.path : client.path);
    const copy = staff.clone();
    assert.equal((await copy.get("/documents")).status, 200, what);
    await end(staff);
    const answer = await copy.get("/documents");
    assert.ok(over(answer), `${what}: ${answer}`);
    assert.equal(copy.cookies.get(COOKIE), undefined, what);
  }
});

test("the cookie itself ends after half an hour", async () => {
  const staff = await looking();
  const kept = staff.clone();
  await world.advance(29 * MINUTE);
  assert.equal((await kept.get("/documents")).status, 200);
  await world.advance(2 * MINUTE);
  assert.match((await kept.get("/documents")).location, /^\/sign-in/);
});

test("the cookie counts only beside the session of staff that began it", async () => {
  const staff = await looking();
  const thief = lena.clone();
  thief.cookies.set(COOKIE, staff.cookies.get(COOKIE));
  assert.ok(over(await thief.get("/documents")), "with a client's session");
  const colleagueOfTheirs = await colleague(world, owner, "owner");
  colleagueOfTheirs.cookies.set(COOKIE, staff.cookies.get(COOKIE));
  assert.ok(over(await colleagueOfTheirs.get("/documents")), "with a colleague's session");
  const nobody = world.user();
  nobody.cookies.set(COOKIE, staff.cookies.get(COOKIE));
  assert.ok(over(await nobody.get("/documents")), "alone");
  assert.equal((await staff.get("/documents")).status, 200, "the preview itself lives on");
});

test("it is no session of anybody's, under any name of cookie, and a session is no preview", async () => {
  const staff = await looking();
  for (const name of ["__Host-portico", "__Host-portico-staff"]) {
    const user = world.user();
    user.cookies.set(name, staff.cookies.get(COOKIE));
    assert.match((await user.get(name.endsWith("staff") ? "/admin" : "/documents")).location, /sign-in/);
  }
  for (const [from, name] of [[lena, "__Host-portico"], [owner, "__Host-portico-staff"]]) {
    const user = world.user();
    user.cookies.set(COOKIE, from.cookies.get(name));
    assert.match((await user.get("/documents")).location, /^\/sign-in/);
  }
});

test("a client cannot begin one, and none begins inside another", async () => {
  for (const path of [client.path, `/admin/contacts/${contact.id}`]) {
    assert.match((await lena.post(`${path}/preview`)).location, /^\/admin\/sign-in/);
  }
  const staff = await looking();
  assert.equal((await staff.post(`${client.path}/preview`)).status, 403);
});

test("the client's own session in the same browser is neither used nor lost", async () => {
  const staff = await looking();
  staff.cookies.set("__Host-portico", lena.cookies.get("__Host-portico"));
  assert.match(banner(await staff.get("/")), /Preview/);
  await staff.post("/admin/preview/exit");
  const own = await staff.get("/");
  assert.equal(own.status, 200);
  assert.equal(banner(own), "");
});

test("it works before anybody is invited, while the portal is off, and with nobody there yet; not for the archived", async () => {
  const early = await clientRow(world, "Early Ltd");
  await world.db.prepare("UPDATE clients SET portal_enabled = 0 WHERE id = ?").bind(early.id).run();
  const alone = await looking(early.path);
  assert.match(banner(await alone.get("/")), /Preview: Early Ltd\. They have no access yet/);
  assert.equal((await alone.get("/documents")).status, 200);
  assert.equal((await alone.get("/profile")).status, 200);
  const waiting = await contactRow(world, early, { firstName: "Wanda", lastName: "Early" });
  const named = await looking(`/admin/contacts/${waiting.id}`);
  assert.match(banner(await named.get("/")), /Preview: Wanda Early, Early Ltd\. They have no access yet/);
  const { client: closed } = await person(world, owner);
  await portalOff(world, closed);
  assert.match(banner(await (await looking(closed.path)).get("/")), /no access yet/);
  await world.db.prepare("UPDATE clients SET archived_at = 1 WHERE id = ?").bind(early.id).run();
  const staff = await colleague(world, owner, "member");
  const refused = await staff.follow(await staff.post(`${early.path}/preview`));
  assert.match(refused.page.text, /archived/);
  assert.equal(staff.cookies.get(COOKIE), undefined);
});

test("what is off for a contact is off in the preview of that contact", async () => {
  const staff = await looking(`/admin/contacts/${contact.id}`);
  await world.db.prepare("UPDATE contacts SET modules_off = 8 WHERE id = ?").bind(contact.id).run();
  const [off, never] = [await staff.get("/documents"), await staff.get("/never-existed")];
  assert.equal(off.status, 404);
  assert.equal(off.text, never.text);
  assert.doesNotMatch((await staff.get("/")).text, /href="\/documents"/);
  await world.db.prepare("UPDATE contacts SET modules_off = 0 WHERE id = ?").bind(contact.id).run();
});

test("another contact of the same client can be looked as, nobody else's", async () => {
  const second = await contactRow(world, client, { firstName: "Nils", lastName: "Birch" });
  const { contact: stranger } = await person(world, owner);
  const staff = await looking();
  const { page } = await staff.visit("/");
  const form = page.all('form[action="/admin/preview/as"]').find((each) => each.text.includes("Nils Birch"));
  assert.ok(form, "no button to look as Nils Birch");
  assert.equal((await staff.post("/admin/preview/as", { contact_id: second.id })).location, "/");
  assert.match(banner(await staff.get("/")), /Preview: Nils Birch, Birch Ltd/);
  for (const id of [stranger.id, newId(), "nonsense", ""]) {
    assert.equal((await staff.post("/admin/preview/as", { contact_id: id })).status, 404, id);
  }
  assert.match(banner(await staff.get("/")), /Preview: Nils Birch, Birch Ltd/);
});

test("nobody is told, and nothing is marked: no mail, no receipt, no session of the client's touched", async () => {
  const before = await everything();
  const staff = await looking();
  for (const path of ["/", "/documents", `/documents/${shared.id}`, `/documents/${shared.id}/download`, "/profile"]) await staff.get(path);
  await world.settled();
  const now = await everything();
  for (const table of ["outbox", "receipts", "accounts", "contacts", "clients", "documents", "links"]) {
    assert.deepEqual(now[table], before[table], table);
  }
  const ofClients = (rows) => rows.filter(({ contact_id }) => contact_id);
  assert.deepEqual(ofClients(now.sessions), ofClients(before.sessions));
});
