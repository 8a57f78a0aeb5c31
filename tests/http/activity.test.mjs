// The Activity tab of a client's record: plain words, newest first, paged by a cursor over an index, and
// nothing of another client.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addClient, addContact, addDocument, invite, accept, setUpOwner, signIn, switchPortal } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow, invitation, newId, person as personOf } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world, { name: "Anna Weber" }); });

const linesOf = (answer) => answer.page.all(".feed li p").map((p) => p.text.replace(/\s+/g, " ").replace(/ · .*$/, "").trim());
const note = (client, action, detail = "", at = Date.now()) => world.db.prepare(
  "INSERT INTO audit (id, at, principal, principal_name, action, client_id, detail) VALUES (?, ?, 'staff', 'Anna Weber', ?, ?, ?)",
).bind(newId(at), at, action, client.id, detail).run();

test("what happened reads like sentences, newest first, in one round trip", async () => {
  const client = await addClient(owner, { name: "Orchard Ltd" });
  const ben = await addContact(owner, client, { firstName: "Ben", lastName: "Orchard", email: "ben@orchard.example" });
  await switchPortal(owner, client);
  const person = world.user("Ben");
  await accept(person, await invite(owner, ben));
  const document = await addDocument(owner, client, { title: "The <b>offer</b>" });
  await person.get(`/documents/${document.id}/download`);
  const answer = await owner.get(`${client.path}/activity`);
  assert.equal((await answer.cost()).d1, 1);
  assert.deepEqual(linesOf(answer).reverse().slice(0, 5), [
    "Anna Weber added the client Orchard Ltd",
    "Anna Weber added Ben Orchard as a contact",
    "Anna Weber switched the portal on for Orchard Ltd",
    "Anna Weber invited ben@orchard.example",
    "Ben Orchard accepted the invitation",
  ]);
  assert.match(answer.text, /Ben Orchard<\/strong> downloaded “The &#60;b&#62;offer&#60;\/b&#62;”/);
  assert.equal(answer.page.all('.tabs [aria-current="page"]')[0].text, "Activity");
  const home = linesOf(await owner.get("/admin"));
  assert.ok(home.some((line) => line.startsWith("Ben Orchard downloaded “The")), home.join("\n"));
  assert.ok(home.some((line) => line === "Anna Weber set up the portal of Fern & Oak" || line.startsWith("Anna Weber set up the portal of Fern")), home.join("\n"));
});

test("signing in, switching and signing out stand in the record of the client that was open, under the person's name", async () => {
  const first = await personOf(world, owner, { client: "First Client", contact: { firstName: "Cara", lastName: "Contact" } });
  const second = await clientRow(world, "Second Client");
  const again = await contactRow(world, second, { firstName: "Cara", lastName: "Second", email: first.contact.email });
  await first.person.post(await invitation(owner, again), { choice: "link" });
  const cara = Object.assign(world.user("Cara"), { email: first.contact.email, password: first.person.password });
  await signIn(cara);
  const open = await world.db.prepare("SELECT contact_id FROM sessions WHERE ended_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1").first();
  const [here, there] = open.contact_id === first.contact.id ? [first.client, second] : [second, first.client];
  const other = open.contact_id === first.contact.id ? again : first.contact;
  assert.equal((await cara.post("/switch", { contact_id: other.id })).location, "/");
  await cara.post("/sign-out");
  assert.match(linesOf(await owner.get(`${here.path}/activity`))[0], /^Cara (Contact|Second) signed in$/);
  const after = linesOf(await owner.get(`${there.path}/activity`)).slice(0, 2);
  assert.match(after[0], /^Cara (Contact|Second) signed out$/);
  assert.match(after[1], /^Cara (Contact|Second) signed in$/);
});

test("an action that nobody has words for yet is told kindly", async () => {
  const client = await clientRow(world);
  await note(client, "invoice.paid_late", "INV-7");
  assert.deepEqual(linesOf(await owner.get(`${client.path}/activity`)), ["Anna Weber did this: invoice paid late (INV-7)"]);
});

test("sixty entries are three pages, forwards and back, without gap or repeat; others' entries are not among them", async () => {
  const [client, other] = [await clientRow(world), await clientRow(world)];
  const began = Date.now() - 1_000_000;
  for (let i = 0; i < 60; i += 1) {
    await note(client, "client.changed", `entry ${String(i).padStart(2, "0")}`, began + i * 1000);
    await note(other, "client.changed", `strange ${i}`, began + i * 1000);
  }
  const member = await colleague(world, owner, "member");
  const link = (answer, rel) => answer.page.all(`.pager a[rel="${rel}"]`)[0]?.getAttribute("href").replaceAll("&amp;", "&");
  const first = await member.get(`${client.path}/activity`);
  assert.equal(link(first, "prev"), undefined);
  const second = await member.get(link(first, "next"));
  const third = await member.get(link(second, "next"));
  assert.equal(link(third, "next"), undefined);
  const all = [first, second, third].flatMap(linesOf);
  assert.deepEqual(all, Array.from({ length: 60 }, (_, i) => `Anna Weber changed the details of entry ${String(59 - i).padStart(2, "0")}`));
  assert.deepEqual(linesOf(await member.get(link(third, "prev"))), linesOf(second));
  const back = await member.get(link(second, "prev"));
  assert.deepEqual(linesOf(back), linesOf(first));
  assert.equal(link(back, "prev"), undefined);
  const { d1, rowsRead } = await second.cost();
  assert.equal(d1, 1);
  assert.ok(rowsRead <= 60, `expected an index walk, read ${rowsRead} rows`);
  // A cursor that is none is the first page.
  assert.deepEqual(linesOf(await member.get(`${client.path}/activity?before=nonsense`)), linesOf(first));
});

test("nobody's activity is a page that is not there", async () => {
  assert.equal((await owner.get(`/admin/clients/${newId()}/activity`)).status, 404);
});
