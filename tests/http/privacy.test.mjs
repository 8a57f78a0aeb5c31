// Privacy & access: who of a company has access, on how many devices it is signed in, what was downloaded by whom.
// One's own company, what one sees, and nothing else.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, accept, setUpOwner, signIn } from "../harness/flows.mjs";
import { everything } from "../harness/erasing.mjs";
import { startThreadWith } from "../harness/messages.mjs";
import { colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { answer, file, note, openTicket } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const all = async (sql, ...values) => (await world.db.prepare(sql).bind(...values).all()).results;
const part = (page, id) => page.all(`section[aria-labelledby="${id}"]`)[0].text.replace(/\s+/g, " ");
const rows = (page) => page.all("table.list tbody tr").map((row) => row.text.replace(/\s+/g, " ").trim());

let owner, client, lena, jonas, contact, foreign, document, hidden;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, contact, person: lena } = await person(world, owner, { client: "Larkspur", contact: { firstName: "Lena", lastName: "Lark" } }));
  const second = await contactRow(world, client, { firstName: "Jonas", lastName: "Reed", email: "jonas@larkspur.test" });
  jonas = Object.assign(world.user("Jonas"), { email: second.email });
  await accept(jonas, await invitation(owner, second));
  ({ person: foreign } = await person(world, owner, { client: "Somebody else", contact: { firstName: "Fred", lastName: "Foreign" } }));
  document = await addDocument(owner, client, { title: "Offer" });
  hidden = await addDocument(owner, client, { title: "Taken back" });
  for (const user of [lena, jonas]) await user.get(`/documents/${document.id}/download`);
  await lena.get(`/documents/${hidden.id}/download`);
  await world.db.prepare("UPDATE documents SET visible = 0 WHERE id = ?").bind(hidden.id).run();
  const ticket = await openTicket(lena);
  await answer(owner, ticket, "Here.", { files: [file("answer.txt")] });
  await note(owner, ticket, "Inside", { files: [file("inside.txt")] });
  const thread = await startThreadWith(owner, client, { files: [file("sign.txt")] });
  for (const [user, path] of [[jonas, ticket.path], [lena, thread.path]]) {
    for (const a of (await user.get(path)).page.all(".attached a")) await user.get(a.getAttribute("href"));
  }
});

test("who has access, where one is signed in, how many devices of the company are, all in one round trip", async () => {
  const elsewhere = world.user("Lena's phone");
  await signIn(elsewhere, lena);
  const page = await lena.get("/privacy");
  assert.equal(page.status, 200);
  assert.equal((await page.cost()).d1, 1);
  assert.match(part(page.page, "people"), /Lena Lark \(you\).*Jonas Reed|Jonas Reed.*Lena Lark \(you\)/);
  assert.equal(page.page.all('section[aria-labelledby="devices"] li').length, 2, "her own devices");
  assert.match(page.page.text, /Larkspur is signed in on 3 devices, by 2 people/);
  const others = await jonas.get("/privacy");
  assert.equal(others.page.all('section[aria-labelledby="devices"] li').length, 1, "a colleague's devices are their own");
  await elsewhere.post("/sign-out");
  assert.match((await lena.get("/privacy")).page.text, /on 2 devices, by 2 people/);
  assert.match((await foreign.get("/privacy")).page.text, /Somebody else is signed in on one device, by one person/);
});

test("what was downloaded, by whom, the newest first; nothing that is hidden, of others, or among staff", async () => {
  const { page } = await lena.get("/privacy");
  const found = rows(page);
  assert.equal(found.length, 4, found.join("\n"));
  for (const expected of [/Offer ?Lena Lark \(you\)/, /Offer ?Jonas Reed/, /answer\.txt ?Jonas Reed/, /sign\.txt ?Lena Lark/]) assert.ok(found.some((row) => expected.test(row)), `${expected} in ${found}`);
  assert.doesNotMatch(page.text, /Taken back|inside\.txt|Foreign/);
  assert.match(found.at(-1), /Offer/, "the oldest stands last");
  assert.equal(rows((await foreign.get("/privacy")).page).length, 0);
});

test("a module that is off says nothing here either", async () => {
  await world.db.prepare("UPDATE contacts SET modules_off = 8 WHERE id = ?").bind(contact.id).run();
  assert.equal(rows((await lena.get("/privacy")).page).filter((row) => /Offer/.test(row)).length, 0);
  assert.equal(rows((await jonas.get("/privacy")).page).filter((row) => /Offer/.test(row)).length, 2);
  await world.db.prepare("UPDATE contacts SET modules_off = 0 WHERE id = ?").bind(contact.id).run();
});

test("long lists go on page by page", async () => {
  const { id: version } = (await all("SELECT id FROM document_versions WHERE document_id = ?", document.id))[0];
  await world.db.prepare("WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO receipts (id, document_id, version_id, contact_id, session_id, quarter, at) SELECT printf('01890000-0000-7000-8000-%012d', i), ?1, ?2, ?3, 's', i, i FROM n").bind(document.id, version, contact.id).run();
  const seen = [];
  let at = "/privacy";
  for (let pages = 0; at; pages += 1) {
    const { page } = await lena.get(at);
    seen.push(...rows(page));
    const next = page.all("a[rel=next], .pager a").map((a) => a.getAttribute("href")).find((href) => /before=/.test(href));
    assert.ok(pages < 5);
    at = next;
  }
  assert.equal(seen.length, 64);
  assert.equal((await lena.get("/privacy?before=nonsense")).status, 200);
});

test("the way to one's data is there, and the profile leads here", async () => {
  assert.ok((await lena.get("/privacy")).page.link("Export my data"));
  assert.ok((await lena.get("/profile")).page.all('a[href="/privacy"]').length > 0);
});

test("in View as Client it is the same page, and nothing is written", async () => {
  const staff = await colleague(world, owner, "member");
  await staff.post(`/admin/contacts/${contact.id}/preview`);
  const before = await everything(world);
  const page = await staff.get("/privacy");
  assert.equal(page.status, 200);
  assert.equal((await page.cost()).d1, 1);
  assert.match(part(page.page, "people"), /Lena Lark/);
  assert.ok(rows(page.page).length > 3);
  const now = await everything(world);
  for (const table of Object.keys(now).filter((name) => !name.startsWith("audit"))) assert.deepEqual(now[table], before[table], table);
});
