// Settings → Staff: who may do what to whom, what a change ends, and what stays as it is.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addStaff, newPassword, setUpOwner, signInStaff } from "../harness/flows.mjs";
import { contactRow, clientRow } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
let admin;
before(async () => {
  owner = await setUpOwner(world);
  admin = await addStaff(world, owner, { role: "admin", name: "Ada Admin" });
});

const LIST = "/admin/settings/staff";
const rowOf = (user) => world.db.prepare("SELECT * FROM staff WHERE email = ?").bind(user.email).first();
const pathOf = async (user) => `${LIST}/${(await rowOf(user)).id}`;
const member = (fields = {}) => addStaff(world, owner, { role: "member", ...fields });
const audited = async (action) => (await world.db.prepare("SELECT * FROM audit WHERE action = ? ORDER BY id DESC").bind(action).all()).results;
const errorAt = (answer, field) => answer.page.all(`#e-${field}`).map((e) => e.text.trim()).join();
let count = 0;
const invited = async (by = owner, fields = {}) => {
  const email = `invited${++count}@business.test`;
  const answer = await by.post(`${LIST}/new`, { name: `Ina Invited ${count}`, email, role: "member", ...fields });
  assert.equal(answer.status, 303, String(answer));
  return { email, path: await pathOf({ email }), link: (await world.mailbox.newest(email)).path(/\/admin\/join\//) };
};

test("the list names everybody with role and state; a new one is invited in two round trips", async () => {
  const answer = await owner.post(`${LIST}/new`, { name: "Nora New", email: "nora@business.test", role: "admin" });
  assert.equal(answer.location, LIST);
  assert.ok((await answer.cost()).d1 <= 2);
  await world.settled();
  const list = await owner.get(LIST);
  assert.equal((await list.cost()).d1, 1);
  const rows = list.page.all("tbody tr").map((row) => row.text.replace(/\s+/g, " "));
  assert.match(rows.find((row) => row.includes("Olive Owner")), /\(you\).*Owner.*Active/);
  assert.match(rows.find((row) => row.includes("Nora New")), /nora@business\.test ?Admin ?Invited until .*never/);
  const [entry] = await audited("staff.invited");
  assert.equal(entry.detail, "Nora New as Admin");
  const mail = await world.mailbox.newest("nora@business.test");
  assert.match(mail.text, new RegExp(`^${world.base}/admin/join/pt_j`, "m"));
  assert.match(mail.subject, /Olive Owner invites you to join Fern & Oak/);
});

test("what is typed wrong is told at its field and kept", async () => {
  const client = await clientRow(world);
  const contact = await contactRow(world, client);
  const cases = [
    [{ email: contact.email }, "email", /client's contact/],
    [{ email: owner.email.toUpperCase() }, "email", /already/],
    [{ email: "nonsense" }, "email", /./],
    [{ name: "" }, "name", /fill in/],
    [{ role: "god" }, "role", /Choose a role/],
    [{ name: "x".repeat(2_000_000) }, "name", /shorten/],
    [{ name: "a\0b" }, "name", /cannot be stored/],
    [{ email: ["a@x.test", "b@x.test"] }, "email", /twice/],
  ];
  for (const [fields, field, why] of cases) {
    const sent = { name: "Kept Name", email: "fresh@business.test", role: "member", ...fields };
    const answer = await owner.post(`${LIST}/new`, sent);
    assert.equal(answer.status, 422, `${JSON.stringify(fields).slice(0, 60)}: ${answer}`);
    assert.match(errorAt(answer, field), why);
    if (field !== "name") assert.equal(answer.page.all("#f-name")[0].getAttribute("value"), "Kept Name");
  }
  const invalid = await owner.request("POST", `${LIST}/new`, { body: "name=%ff&email=a%40b.test&role=member", headers: { "content-type": "application/x-www-form-urlencoded" } });
  assert.equal(invalid.status, 422);
  assert.equal((await owner.post(`${LIST}/new`, {})).status, 422);
  assert.equal(await rowOf({ email: "fresh@business.test" }), null);
});

test("an admin touches no owner and makes none", async () => {
  const ownersPage = await pathOf(owner);
  const page = (await admin.get(ownersPage)).page;
  assert.ok(page.all("fieldset[disabled]").length === 1, "the form should be shown disabled");
  assert.equal((await admin.post(ownersPage, { name: "Hacked", role: "member" })).status, 403);
  for (const act of ["deactivate", "reactivate", "invite"]) assert.equal((await admin.post(`${ownersPage}/${act}`)).status, 403, act);
  const made = await admin.post(`${LIST}/new`, { name: "Boss", email: "boss@business.test", role: "owner" });
  assert.equal(made.status, 422);
  assert.match(errorAt(made, "role"), /Only an owner/);
  const raised = await admin.post(await pathOf(await member()), { name: "Same", role: "owner" });
  assert.match(errorAt(raised, "role"), /Only an owner/);
  assert.equal((await rowOf(owner)).name, "Olive Owner");
});

test("nobody changes their own role, nor deactivates themselves; the last owner stays", async () => {
  const mine = await pathOf(owner);
  const lowered = await owner.post(mine, { name: "Olive Owner", role: "member" });
  assert.equal(lowered.status, 422);
  assert.match(errorAt(lowered, "role"), /your own role/);
  assert.equal((await owner.post(`${mine}/deactivate`)).status, 422);
  assert.equal((await admin.post(`${await pathOf(admin)}/deactivate`)).status, 422);
  assert.match(errorAt(await admin.post(await pathOf(admin), { name: "Ada", role: "owner" }), "role"), /your own role/);
  assert.equal((await owner.post(mine, { name: "Olive Owner" })).status, 303);
  assert.deepEqual([(await rowOf(owner)).role, (await rowOf(owner)).deactivated_at], ["owner", null]);
});

test("of two owners who lower each other at once one stays, by the schema itself", async () => {
  const second = await addStaff(world, owner, { role: "owner", name: "Otto Owner" });
  await Promise.all([
    owner.post(await pathOf(second), { name: "Otto Owner", role: "admin" }),
    second.post(await pathOf(owner), { name: "Olive Owner", role: "admin" }),
  ]);
  const { n } = await world.db.prepare("SELECT count(*) AS n FROM staff WHERE role = 'owner' AND joined_at IS NOT NULL AND deactivated_at IS NULL").first();
  assert.equal(n, 1);
  const left = await world.db.prepare("SELECT id, email FROM staff WHERE role = 'owner'").first();
  for (const change of ["role = 'admin'", "deactivated_at = 1"]) {
    await assert.rejects(world.db.prepare(`UPDATE staff SET ${change} WHERE id = ?`).bind(left.id).run(), /last owner/);
  }
  // The stage as it was.
  await world.db.prepare("UPDATE staff SET role = 'owner' WHERE email = ?").bind(owner.email).run();
  await world.db.prepare("UPDATE staff SET role = 'member' WHERE email = ?").bind(second.email).run();
  await signInStaff(owner);
});

test("who was quicker wins: a change decided on a role that is no longer so is refused whole", async () => {
  for (const act of ["role", "deactivate"]) {
    const mo = await member();
    const path = await pathOf(mo);
    // The admin's change has been decided and is on its way when the owner makes the person an owner.
    await world.fault({ on: "d1", match: "UPDATE staff SET", when: "stall", ms: 1500 });
    const slow = act === "role"
      ? admin.post(path, { name: mo.name, role: "admin" })
      : admin.post(`${path}/deactivate`);
    await world.struck();
    assert.equal((await owner.post(path, { name: mo.name, role: "owner" })).status, 303);
    const answer = await slow;
    assert.equal(answer.status, 409, String(answer));
    assert.deepEqual([(await rowOf(mo)).role, (await rowOf(mo)).deactivated_at], ["owner", null], act);
    await signInStaff(mo);
    // And so is one by somebody who lost their own role meanwhile.
    await world.fault({ on: "d1", match: "UPDATE staff SET", when: "stall", ms: 1500 });
    const late = mo.post(await pathOf(admin), { name: "Ada Admin", role: "member" });
    await world.struck();
    assert.equal((await owner.post(path, { name: mo.name, role: "member" })).status, 303);
    assert.equal((await late).status, 409);
    assert.equal((await rowOf(admin)).role, "admin");
  }
  const late = await addStaff(world, owner, { role: "admin" });
  await world.fault({ on: "d1", match: "INSERT INTO staff", when: "stall", ms: 1500 });
  const slow = late.post(`${LIST}/new`, { name: "Ina Invited", email: "too-late@business.test", role: "admin" });
  await world.struck();
  assert.equal((await owner.post(`${await pathOf(late)}/deactivate`)).status, 303);
  assert.equal((await slow).status, 409);
  assert.equal(await rowOf({ email: "too-late@business.test" }), null);
});

test("a change of role bites on the next request of every session, and ends mailed links", async () => {
  const mo = await member();
  const elsewhere = Object.assign(world.user("elsewhere"), { email: mo.email, password: mo.password });
  await signInStaff(elsewhere);
  assert.equal((await mo.get("/admin")).status, 200);
  const { id } = await rowOf(mo);
  for (const purpose of ["staff_reset", "staff_email"]) {
    await world.db.prepare("INSERT INTO links (id, purpose, token_hash, staff_id, email, created_at, expires_at) VALUES (?1, ?2, ?1, ?3, ?4, ?5, ?5 + 60000)")
      .bind(`${purpose} ${id}`, purpose, id, mo.email, world.now()).run();
  }
  const answer = await owner.post(await pathOf(mo), { name: mo.name, role: "admin" });
  assert.equal(answer.status, 303, String(answer));
  assert.ok((await answer.cost()).d1 <= 2);
  for (const browser of [mo, elsewhere]) assert.equal((await browser.get("/admin")).location, "/admin/sign-in");
  const { open } = await world.db.prepare("SELECT count(*) AS open FROM links WHERE staff_id = ? AND consumed_at IS NULL AND revoked_at IS NULL").bind(id).first();
  assert.equal(open, 0, "reset and address links from before must be dead");
  await signInStaff(mo);
  assert.equal((await mo.get("/admin/settings/branding")).status, 200);
  assert.match((await audited("staff.role_changed"))[0].detail, /Member → Admin/);
});

test("a change of name alone signs nobody out", async () => {
  const mo = await member();
  await owner.post(await pathOf(mo), { name: "Mona Renamed", role: "member" });
  assert.equal((await mo.get("/admin")).status, 200);
  assert.equal((await rowOf(mo)).name, "Mona Renamed");
  assert.equal((await audited("staff.changed"))[0].detail, `${mo.name} is Mona Renamed now`);
  const again = await owner.visit((await owner.post(await pathOf(mo), { name: "Mona Renamed", role: "member" })).location);
  assert.match(again.text, /saved like this already/);
});

test("deactivated: out at once, no sign-in, links dead; reactivated: the password works, old sessions do not", async () => {
  const mo = await member();
  const path = await pathOf(mo);
  assert.equal((await admin.post(`${path}/deactivate`)).status, 303);
  assert.equal((await mo.get("/admin")).location, "/admin/sign-in");
  const refused = await mo.post("/admin/sign-in", { email: mo.email, password: mo.password });
  assert.equal(refused.status, 422);
  assert.equal((await admin.post(`${path}/deactivate`)).status, 303, "twice is harmless");
  assert.equal((await admin.post(`${path}/invite`)).status, 422);
  assert.match((await owner.get(LIST)).page.all("tbody tr").at(-1).text, /Deactivated/);
  await admin.post(`${path}/reactivate`);
  assert.equal((await mo.get("/admin")).location, "/admin/sign-in");
  await signInStaff(mo);
  assert.equal((await mo.get("/admin")).status, 200);

  const ina = await invited();
  await owner.post(`${ina.path}/deactivate`);
  assert.equal((await world.user().post(ina.link, { password: newPassword() })).status, 410);
  await owner.post(`${ina.path}/reactivate`);
  assert.equal((await world.user().post(ina.link, { password: newPassword() })).status, 410);
});

test("a new invitation kills the one before; who has joined gets none", async () => {
  const ina = await invited();
  const answer = await owner.post(`${ina.path}/invite`);
  assert.equal(answer.status, 303);
  assert.ok((await answer.cost()).d1 <= 2);
  assert.equal((await world.user().post(ina.link, { password: newPassword() })).status, 410);
  const newer = (await world.mailbox.newest(ina.email)).path(/\/admin\/join\//);
  assert.notEqual(newer, ina.link);
  assert.equal((await world.user().post(newer, { password: newPassword() })).location, "/admin");
  assert.equal((await owner.post(`${ina.path}/invite`)).status, 422);
});

test("an invitation that waits in the outbox is taken back with its link", async () => {
  await world.fault({ on: "mail", when: "before" });
  const email = "waiting@business.test";
  await owner.post(`${LIST}/new`, { name: "Wanda Waiting", email, role: "member" });
  await world.settled();
  const state = async () => (await world.db.prepare("SELECT state, sealed FROM outbox WHERE to_email = ? ORDER BY created_at").bind(email).first());
  assert.equal((await state()).state, "queued");
  await owner.post(`${await pathOf({ email })}/deactivate`);
  assert.deepEqual({ ...(await state()) }, { state: "cancelled", sealed: null });
});

test("staff management asks who one is after ten minutes", async () => {
  await world.advance(11 * 60_000);
  for (const path of [LIST, `${LIST}/new`]) assert.match((await owner.get(path)).location, /^\/admin\/confirm\?next=/);
  const answer = await owner.post(`${LIST}/new`, { name: "Late", email: "late@business.test", role: "member" });
  assert.match(answer.location, /^\/admin\/confirm/);
  assert.equal(await rowOf({ email: "late@business.test" }), null);
  await world.setClock(0);
});
