// What staff keep among themselves about tickets never reaches a client: a marker stands in every internal
// field, and everything that the client, the preview and the mails show is read.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { addStaff } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { answer, file, note, openTicket, reply } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";

const MARKER = "zebramarker";
const world = await World.start();
after(() => world.close());
let owner, marked, client, lena, ticket, merged;
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;

before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
  // A colleague who only ever has tickets and notes: the name is the business's own affair.
  marked = await addStaff(world, owner, { role: "admin", name: `Agent ${MARKER}` });
  const path = "/admin/settings/support/replies/new";
  await owner.submit((await owner.get(path)).page.formTo(path), { name: `Name ${MARKER}`, body: `Body ${MARKER}` });
  ticket = await openTicket(lena, { subject: "Open talk", files: [file("mine.txt", "mine")] });
  merged = await openTicket(lena, { subject: "Merged talk" });
  const id = (await one("SELECT id FROM staff WHERE name LIKE ?", `%${MARKER}`)).id;
  for (const each of [ticket, merged]) {
    await owner.submit((await owner.get(each.admin)).page.formTo(each.admin), { assignee: id, priority: "urgent" });
    const kept = await note(marked, each, `Between us: ${MARKER}`, { files: [file(`${MARKER}.txt`, `inside ${MARKER}`)] });
    assert.equal(kept.status, 303);
    assert.equal((await kept.cost()).d1, 2);
  }
  await answer(owner, ticket, "For you", { files: [file("yours.txt", "yours")] });
  await note(marked, ticket, `And after that: ${MARKER}`);
  await owner.post(`${merged.admin}/merge`, { into: ticket.id, sure: "on" });
  await note(marked, ticket, `The last word: ${MARKER}`);
});

/** Every page that somebody can reach from the first one, and every file. */
async function crawl(user, extra = []) {
  const seen = new Map();
  const ways = ["/", ...extra];
  while (ways.length) {
    const path = ways.pop();
    if (seen.has(path)) continue;
    const page = await user.get(path);
    seen.set(path, page);
    if (page.location) ways.push(page.location);
    if (/html/.test(page.headers["content-type"] ?? "")) {
      ways.push(...page.page.all("a[href^='/'], link[href^='/']").map((a) => a.getAttribute("href").split("#")[0]).filter((way) => !way.startsWith("/assets/")));
    }
  }
  return seen;
}

const internalFiles = () => all("SELECT f.id FROM ticket_files f JOIN ticket_messages m ON m.id = f.message_id WHERE m.internal = 1");
const bytes = ({ headers, text, status }) => {
  const { date, "content-length": _length, "set-cookie": _cookies, ...rest } = headers;
  return { status, headers: rest, text };
};

test("the marker stands in every internal field, and staff read it", async () => {
  const notes = await all("SELECT body FROM ticket_messages WHERE internal = 1");
  assert.equal(notes.length, 4);
  assert.ok(notes.every(({ body }) => body.includes(MARKER)));
  const page = (await owner.get(ticket.admin)).page;
  assert.equal(page.all(".talk > .internal").length, 4);
  assert.match(page.text, new RegExp(`${MARKER}\\.txt`));
  assert.ok(page.all(".talk > .internal").every((li) => /Internal note/.test(li.text)));
});

test("nothing that the client can reach tells it", async () => {
  const seen = await crawl(lena);
  for (const path of ["/", "/tickets", ticket.path, "/tickets/new", "/profile"]) assert.ok(seen.has(path), `${path} of ${[...seen.keys()].join(" ")}`);
  assert.ok([...seen.keys()].some((path) => path.startsWith("/tickets/files/")));
  for (const [path, page] of seen) {
    assert.ok(!page.text.includes(MARKER), `${path} tells what is internal`);
    assert.ok(!JSON.stringify(page.headers).includes(MARKER), `${path} tells it in a header`);
    assert.doesNotMatch(page.text, /urgent|Internal note/i, path);
  }
  const one = seen.get(ticket.path);
  assert.deepEqual(one.page.all(".talk > li .prose").map((p) => p.text.trim()).filter((words) => words === "For you").length, 1);
  assert.equal(one.page.all(".talk > li").length, 3);
});

test("nor does the preview, which changes nothing either", async () => {
  const state = async () => JSON.stringify([await all("SELECT * FROM tickets ORDER BY id"), await all("SELECT * FROM ticket_messages ORDER BY id"), await all("SELECT * FROM ticket_receipts"), await all("SELECT * FROM outbox ORDER BY id")]);
  const before = await state();
  const looking = owner.clone("the owner looking as Lena");
  const contact = await one("SELECT id FROM contacts WHERE client_id = ?", client.id);
  for (const from of [`${client.path}/preview`, `/admin/contacts/${contact.id}/preview`]) {
    const begun = await looking.post(from);
    assert.equal(begun.status, 303, String(begun));
    const seen = await crawl(looking);
    assert.ok(seen.has(ticket.path));
    for (const [path, page] of seen) if (!path.startsWith("/admin")) assert.ok(!page.text.includes(MARKER), `${path} tells what is internal`);
    for (const [path, fields] of [[`${ticket.path}/reply`, { body: "x" }], [`${ticket.path}/status`, { status: "resolved" }], ["/tickets/new", { subject: "x", body: "y" }]]) {
      assert.equal((await looking.post(path, fields)).status, 403, path);
    }
    for (const { id } of await internalFiles()) assert.equal((await looking.get(`/tickets/files/${id}`)).status, 404);
    await looking.post("/admin/preview/exit");
  }
  assert.equal(await state(), before);
});

test("files of notes are not there for the client, by their very address", async () => {
  const files = await internalFiles();
  assert.equal(files.length, 2);
  const nothing = bytes(await lena.get(`/tickets/files/${newId()}`));
  for (const { id } of files) {
    assert.deepEqual(bytes(await lena.get(`/tickets/files/${id}`)), nothing);
    assert.equal((await lena.head(`/tickets/files/${id}`)).status, 404);
    assert.match((await owner.get(`/admin/tickets/files/${id}`)).text, new RegExp(MARKER));
  }
  assert.equal((await all("SELECT id FROM ticket_receipts WHERE file_id IN (SELECT f.id FROM ticket_files f JOIN ticket_messages m ON m.id = f.message_id WHERE m.internal = 1)")).length, 0);
});

test("the address of a note pages nothing", async () => {
  const { id } = await one("SELECT id FROM ticket_messages WHERE internal = 1 ORDER BY seq DESC LIMIT 1");
  const found = await lena.get(`${ticket.path}?earlier=${id}`);
  const unknown = await lena.get(`${ticket.path}?earlier=${newId()}`);
  const talk = (answer) => answer.page.all(".talk > li").length;
  assert.deepEqual([talk(found), talk(unknown)], [0, 0]);
});

test("no mail to a client tells it, and none is sent for a note", async () => {
  await world.settled();
  const before = (await world.outbox()).length;
  await note(marked, ticket, `Quiet: ${MARKER}`);
  await world.settled();
  assert.equal((await world.outbox()).length, before);
  for (const mail of await world.outbox()) {
    if (mail.contact_id) assert.ok(!JSON.stringify(mail).includes(MARKER), `${mail.subject} to ${mail.to_email}`);
  }
  for (const mail of await world.sentByBinding()) {
    if (JSON.stringify(mail.to ?? mail).includes("client.test")) assert.ok(!JSON.stringify(mail).includes(MARKER));
  }
});

test("a note moves nothing that a client could see", async () => {
  await answer(owner, ticket, "Waiting for you now");
  const look = async () => [(await lena.get("/tickets")).page.all("main")[0].outerHTML, (await lena.get("/")).page.all("main")[0].outerHTML].map((html) => html.replace(/<time[^>]*>[^<]*<\/time>/g, ""));
  const row = () => one("SELECT status, said_at, moved_at FROM tickets WHERE id = ?", ticket.id);
  const before = [await look(), await row()];
  await note(marked, ticket, `Nothing: ${MARKER}`);
  assert.deepEqual([await look(), await row()], before);
});

test("the schema itself refuses an internal word of a client", async () => {
  await assert.rejects(world.db.prepare("UPDATE ticket_messages SET internal = 1 WHERE contact_id IS NOT NULL").run(), /CHECK/);
});

test("the forms cannot be mixed up: a note sent to the answer's address is none, and the other way round", async () => {
  const words = async () => (await all("SELECT body FROM ticket_messages WHERE ticket_id = ?", ticket.id)).length;
  const before = await words();
  assert.equal((await owner.post(`${ticket.admin}/answer`, { note: MARKER, next: "waiting" })).status, 422);
  assert.equal((await owner.post(`${ticket.admin}/notes`, { answer: "For the client" })).status, 422);
  assert.equal(await words(), before);
  await reply(lena, ticket, "Thank you");
  assert.equal(await words(), before + 1);
});
