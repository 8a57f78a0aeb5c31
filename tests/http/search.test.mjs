// One box that finds everything its viewer may see, and nothing else.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, clientWithPerson, setUpOwner } from "../harness/flows.mjs";
import { startThreadWith } from "../harness/messages.mjs";
import { invoiceRow, rowsOf } from "../harness/money.mjs";
import { newId, person, portalOff } from "../harness/rows.mjs";
import { openTicket, note } from "../harness/tickets.mjs";
import { addProject, addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner;
let client;
let lena;
let other;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner));
  ({ person: other } = await person(world, owner));
});

const settle = async () => { await world.settled(); await world.cron(); };
/** What a search shows: { "Documents": ["Annual report", …], … }. */
async function found(user, q) {
  const side = user === owner ? "/admin/search" : "/search";
  const answer = await user.get(`${side}?q=${encodeURIComponent(q)}`);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1], `${answer}`);
  const groups = answer.page.all("main section.panel").map((section) => [
    section.querySelector("h2").text, section.querySelectorAll("a.row-link").map((link) => link.text),
  ]);
  return Object.fromEntries(groups);
}

test("everything that a client may see is found by the beginnings of its words, and nothing else", async () => {
  const more = { visible: "on" };
  await addProject(owner, client, { name: "Zephyr rebrand", status: "active", ...more });
  await addProject(owner, client, { name: "Zephyr secret" });
  await addTask(owner, client, { title: "Approve the Zephyr logo", ...more });
  await addTask(owner, client, { title: "Zephyr margins, internal" });
  await addDocument(owner, client, { title: "Zephyr brief", visible: true });
  await addDocument(owner, client, { title: "Zephyr calculation", visible: false });
  const sent = await invoiceRow(world, client, { content: { uploaded: 10_000, reference: "ZEPHYR-77" } });
  const draft = await invoiceRow(world, client, { state: "draft", content: { uploaded: 10_000, reference: "ZEPHYR-78" } });
  const ticket = await openTicket(lena, { subject: "The Zephyr printer" });
  await note(owner, ticket, "Xylophone among ourselves");
  await startThreadWith(owner, client, { subject: "Zephyr proofs" });
  await settle();
  const { number } = await world.db.prepare("SELECT number FROM invoices WHERE id = ?").bind(sent.id).first();
  assert.deepEqual(await found(lena, "zeph"), {
    Projects: ["Zephyr rebrand"], Tasks: ["Approve the Zephyr logo"], Documents: ["Zephyr brief"], Invoices: [number], "Support Tickets": ["The Zephyr printer"], Messages: ["Zephyr proofs"],
  });
  assert.deepEqual(await found(lena, "LOGO app"), { Tasks: ["Approve the Zephyr logo"] }, "each word begins one of its words");
  assert.deepEqual(await found(lena, "zephyr nowhere"), {});
  assert.deepEqual(await found(lena, "xylophone"), {}, "what staff note among themselves");
  assert.deepEqual(await found(lena, ""), {});
  assert.deepEqual(await found(other, "zephyr"), {}, "another client");
  const all = await found(owner, "zephyr");
  assert.deepEqual(all.Projects.toSorted(), ["Zephyr rebrand", "Zephyr secret"]);
  assert.deepEqual(all.Tasks.toSorted(), ["Approve the Zephyr logo", "Zephyr margins, internal"]);
  assert.deepEqual(all.Documents.toSorted(), ["Zephyr brief", "Zephyr calculation"]);
  assert.deepEqual(all.Invoices.toSorted(), [number, "Draft"].toSorted());
  assert.deepEqual(all["Support Tickets"], ["The Zephyr printer"]);
  assert.deepEqual(await found(owner, number), { Invoices: [number] });
  // Every way leads where it says.
  for (const [user, path] of [[lena, "/search?q=zeph"], [owner, "/admin/search?q=zeph"]]) {
    for (const link of (await user.get(path)).page.all("main a.row-link")) {
      const answer = await user.get(link.getAttribute("href"));
      assert.equal(answer.status, 200, link.getAttribute("href"));
    }
  }
  assert.ok(draft.id);
});

test("a client and its people are found by staff, by name, reference and address", async () => {
  const { client: made, contact } = await clientWithPerson(owner, { client: { name: "Żółć Ąćkowska" }, contact: { firstName: "Øyvind", email: "oyvind@quokka.test" } });
  await settle();
  for (const q of ["żół", "ŻÓŁĆ", "øyv", "quokka", "żółć quokka"]) assert.deepEqual(await found(owner, q), { Clients: ["Żółć Ąćkowska"] }, q);
  assert.ok(made.id && contact.id);
});

test("a module that is off is silent in what is found, from the next request on; a closed portal finds nothing", async () => {
  const off = (bits) => world.db.prepare("UPDATE clients SET modules_off = ? WHERE id = ?").bind(bits, client.id).run();
  const kinds = { Projects: 1, Tasks: 2, Documents: 8, Invoices: 32, "Support Tickets": 128, Messages: 256 };
  for (const [kind, bit] of Object.entries(kinds)) {
    await off(bit);
    const names = Object.keys(await found(lena, "zephyr"));
    assert.deepEqual(names.toSorted(), Object.keys(kinds).filter((name) => name !== kind).toSorted(), `${kind} off`);
  }
  await off(0);
  await portalOff(world, client);
  assert.equal((await lena.get("/search?q=zephyr")).status, 403);
  await world.db.prepare("UPDATE clients SET portal_enabled = 1, portal_epoch = portal_epoch - 1 WHERE id = ?").bind(client.id).run();
});

test("what is renamed is found by its new words alone, at once; what is deleted by none; unpublished on the next request", async () => {
  const project = await addProject(owner, client, { name: "Aardvark", visible: "on", status: "active" });
  await world.settled();
  assert.deepEqual(await found(lena, "aardvark"), { Projects: ["Aardvark"] });
  await world.db.prepare("UPDATE projects SET name = 'Bandicoot' WHERE id = ?").bind(project.id).run();
  await world.cron();
  assert.deepEqual([await found(lena, "aardvark"), await found(lena, "bandicoot")], [{}, { Projects: ["Bandicoot"] }]);
  await world.db.prepare("UPDATE projects SET visible = 0 WHERE id = ?").bind(project.id).run();
  assert.deepEqual(await found(lena, "bandicoot"), {}, "hidden: no job is needed");
  const document = await addDocument(owner, client, { title: "Capybara", visible: true });
  await world.settled();
  assert.deepEqual(await found(lena, "capybara"), { Documents: ["Capybara"] });
  await world.db.prepare("UPDATE documents SET deleted_at = 1 WHERE id = ?").bind(document.id).run();
  assert.deepEqual(await found(lena, "capybara"), {});
  await world.cron();
  assert.deepEqual(await rowsOf(world, "SELECT word FROM search_words WHERE item_id = ?", document.id), []);
});

test("jobs that run into each other leave the newest words", async () => {
  const project = await addProject(owner, client, { name: "Dingo 0", visible: "on" });
  for (let n = 1; n <= 15; n++) {
    await Promise.all([
      world.db.prepare("UPDATE projects SET name = ? WHERE id = ?").bind(`Dingo ${n} last${n}`, project.id).run(),
      world.cron(), world.cron(),
    ]);
  }
  await world.cron();
  const words = (await rowsOf(world, "SELECT word FROM search_words WHERE item_id = ? ORDER BY word", project.id)).map(({ word }) => word);
  assert.deepEqual(words, ["15", "dingo", "last15"]);
  assert.deepEqual(await rowsOf(world, "SELECT * FROM search_changes"), []);
});

test("a D1 that fails between reading and writing loses no word", async () => {
  const project = await addProject(owner, client, { name: "Echidna", visible: "on" });
  await world.settled();
  await world.db.prepare("UPDATE projects SET name = 'Fossa' WHERE id = ?").bind(project.id).run();
  world.expectLog(/search: D1 failed/);
  await world.fault({ on: "d1", op: "batch", match: "INSERT OR IGNORE INTO search_words", when: "before" });
  await world.cron();
  assert.deepEqual(await world.faultsLeft(), []);
  assert.deepEqual(await found(lena, "fossa"), {});
  await world.cron();
  assert.deepEqual(await found(lena, "fossa"), { Projects: ["Fossa"] });
});

test("a common word costs the same in ten thousand documents, and leads to what has a rare one beside it", async () => {
  const big = await person(world, owner);
  const measure = async () => {
    const rows = {};
    for (const [name, user, path] of [
      ["client", big.person, "/search?q=wombat"], ["client, three words", big.person, "/search?q=wombat%20report%20paper"],
      ["staff", owner, "/admin/search?q=wombat"], ["staff, three words", owner, "/admin/search?q=wombat%20report%20paper"],
    ]) {
      const answer = await user.get(path);
      assert.equal(answer.status, 200);
      rows[name] = (await answer.cost()).rowsRead;
    }
    return rows;
  };
  const fill = async (from, to) => {
    const rows = [];
    for (let n = from; n < to; n++) rows.push({ id: newId(1_700_000_000_000 + n), version: newId(), title: `Wombat report paper ${n === 50 ? "numbat" : n}` });
    for (let at = 0; at < rows.length; at += 1000) {
      const json = JSON.stringify(rows.slice(at, at + 1000));
      await world.db.batch([
        world.db.prepare("INSERT INTO documents (id, client_id, title, visible, published_at, version_id, created_at, updated_at) SELECT value ->> 'id', ?2, value ->> 'title', 1, 1, value ->> 'version', 1, 1 FROM json_each(?1)").bind(json, big.client.id),
        world.db.prepare("INSERT INTO document_versions (id, document_id, number, blob, etag, file_name, content_type, size, created_at) SELECT value ->> 'version', value ->> 'id', 1, value ->> 'version', 'e', 'a.txt', 'text/plain', 1, 1 FROM json_each(?1)").bind(json),
      ]);
    }
    while ((await rowsOf(world, "SELECT 1 FROM search_changes LIMIT 1")).length > 0) await world.cron();
  };
  await fill(0, 1_000);
  const few = await measure();
  await fill(1_000, 10_000);
  const many = await measure();
  console.log("rows read with 1,000 and 10,000 documents:", Object.keys(few).map((name) => `${name} ${few[name]} → ${many[name]}`).join(", "));
  for (const name of Object.keys(few)) assert.ok(many[name] <= few[name] * 1.2 && many[name] <= 300, `${name}: ${few[name]} → ${many[name]}`);
  assert.deepEqual(await found(big.person, "wombat numbat"), { Documents: ["Wombat report paper numbat"] });
});
