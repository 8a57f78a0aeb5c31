// The bell: how much is new since somebody last looked, and what; of what they may see at that moment.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, addStaff, setUpOwner } from "../harness/flows.mjs";
import { startThreadWith } from "../harness/messages.mjs";
import { invoiceRow } from "../harness/money.mjs";
import { newId, person } from "../harness/rows.mjs";
import { answer, note, openTicket, reply } from "../harness/tickets.mjs";
import { addTask } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

let owner;
let client;
let contact;
let lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, contact, person: lena } = await person(world, owner));
});

/** What the bell on a page shows: "", "3 new", "9+ new". */
async function bell(user, path = user === owner || user.staff ? "/admin/profile" : "/profile") {
  const got = await user.get(path);
  assert.deepEqual([got.status, (await got.cost()).d1], [200, 1], `${got}`);
  return got.page.all("header a.bell .count")[0]?.text ?? "";
}
/** The list: ["title, what, New?"], and looking at it. */
async function look(user, path = "/notifications") {
  const got = await user.get(path);
  assert.deepEqual([got.status, (await got.cost()).d1], [200, 1], `${got}`);
  return got.page.all("main .rows li").map((row) => [row.querySelector("a").text, row.querySelectorAll(".badge").length === 1]);
}

test("a client is told of what was shared, sent, answered and asked; looking is having seen it", async () => {
  await look(lena);
  assert.equal(await bell(lena), "");
  await world.setClock(1_000);
  await addDocument(owner, client, { title: "Brief", visible: true });
  await addDocument(owner, client, { title: "Margins", visible: false });
  await invoiceRow(world, client, {});
  await invoiceRow(world, client, { state: "draft" });
  await addTask(owner, client, { title: "Approve the logo", visible: "on", asks: "approve" });
  await addTask(owner, client, { title: "Ours alone" });
  const ticket = await openTicket(lena, { subject: "The printer" });
  assert.equal(await bell(lena), "3 new", "what one wrote oneself is no news");
  await note(owner, ticket, "Among ourselves");
  assert.equal(await bell(lena), "3 new", "nor is what staff note");
  await answer(owner, ticket, "Have you tried the other one?");
  assert.equal(await bell(lena), "4 new");
  // In a preview it is the same, and is not seen.
  const looking = await addStaff(world, owner);
  await looking.post(`/admin/contacts/${contact.id}/preview`);
  assert.equal(await bell(looking, "/profile"), "4 new");
  assert.equal((await look(looking)).length, 4);
  assert.equal(await bell(lena), "4 new");
  await startThreadWith(owner, client, { subject: "Proofs" });
  assert.equal(await bell(lena), "5 new");
  await world.setClock(5_000);
  const rows = await look(lena);
  assert.deepEqual(rows.map(([title]) => title).toSorted(), ["#1001 The printer", "Approve the logo", "Brief", "INV-2026-1001", "Proofs"].toSorted());
  assert.ok(rows.every(([, isNew]) => isNew));
  assert.equal(await bell(lena), "");
  assert.ok((await look(lena)).every(([, isNew]) => !isNew));
  await world.setClock(0);
});

test("what is taken back is no news any more, nor is what a module hides; the next request counts anew", async () => {
  await world.db.prepare("UPDATE contacts SET news_seen_at = 0 WHERE id = ?").bind(contact.id).run();
  assert.equal(await bell(lena), "5 new");
  const off = (bits) => world.db.prepare("UPDATE clients SET modules_off = ? WHERE id = ?").bind(bits, client.id).run();
  for (const [bit, title] of [[8, "Brief"], [32, "INV-2026-1001"], [128, "#1001 The printer"], [2, "Approve the logo"], [256, "Proofs"]]) {
    await world.db.prepare("UPDATE contacts SET news_seen_at = 0 WHERE id = ?").bind(contact.id).run();
    await off(bit);
    assert.equal(await bell(lena), "4 new", title);
    const titles = (await look(lena)).map(([name]) => name);
    assert.equal(titles.length, 4);
    assert.ok(!titles.includes(title), title);
  }
  await off(0);
  await world.db.prepare("UPDATE contacts SET news_seen_at = 0 WHERE id = ?").bind(contact.id).run();
  await world.db.prepare("UPDATE documents SET visible = 0, published_at = NULL WHERE title = 'Brief'").run();
  assert.equal(await bell(lena), "4 new", "unpublished");
  // A document that is shown from a day on is news from that day.
  await world.db.prepare("UPDATE contacts SET news_seen_at = ? WHERE id = ?").bind(world.now() + 10_000, contact.id).run();
  await world.db.prepare("UPDATE documents SET visible = 1, published_at = 1, visible_from = ? WHERE title = 'Brief'").bind(world.now() + 60_000).run();
  assert.equal(await bell(lena), "");
  await world.setClock(120_000);
  assert.equal(await bell(lena), "1 new");
  assert.equal((await look(lena)).find(([title]) => title === "Brief")[1], true);
  await world.setClock(0);
});

test("nothing of another client is counted or listed", async () => {
  const { person: other } = await person(world, owner);
  assert.equal(await bell(other), "");
  assert.deepEqual(await look(other), []);
});

test("staff are told what clients did, each colleague for themselves", async () => {
  const mo = Object.assign(await addStaff(world, owner), { staff: true });
  await owner.get("/admin/notifications");
  await mo.get("/admin/notifications");
  await world.setClock(3_000);
  const ticket = await openTicket(lena, { subject: "A question" });
  await reply(lena, ticket, "And another");
  assert.deepEqual([await bell(owner), await bell(mo)], ["2 new", "2 new"]);
  await answer(owner, ticket, "Yes");
  assert.equal(await bell(mo), "2 new", "what a colleague did is no news");
  const got = await owner.get("/admin/notifications");
  assert.equal((await got.cost()).d1, 1);
  const lines = got.page.all("main .feed li");
  assert.match(lines[0].text, new RegExp(`wrote in the ticket #\\d+ A question.*${client.name}New`, "s"));
  const links = lines[0].querySelectorAll("a").map((link) => link.getAttribute("href"));
  assert.deepEqual(links, [ticket.admin, `/admin/clients/${client.id}/activity`]);
  const [first] = (await owner.get("/admin")).page.all(".feed li");
  assert.deepEqual(first.querySelectorAll("a").map((link) => link.getAttribute("href")), [`/admin/clients/${client.id}/activity`]);
  await world.setClock(6_000);
  await owner.get("/admin/notifications");
  assert.deepEqual([await bell(owner), await bell(mo)], ["", "2 new"]);
  await world.setClock(0);
});

test("ten thousand pieces of news cost what ten do", async () => {
  const big = await person(world, owner);
  const measure = async () => {
    const found = {};
    for (const [name, user, path] of [["client: any page", big.person, "/profile"], ["client: the list", big.person, "/notifications"], ["staff: any page", owner, "/admin/profile"], ["staff: the list", owner, "/admin/notifications"]]) {
      await world.db.prepare("UPDATE contacts SET news_seen_at = 0").run();
      await world.db.prepare("UPDATE staff SET news_seen_at = 0").run();
      found[name] = (await (await user.get(path)).cost()).rowsRead;
    }
    return found;
  };
  const fill = async (from, to) => {
    for (let at = from; at < to; at += 1_000) {
      const rows = [];
      for (let n = at; n < Math.min(to, at + 1_000); n++) rows.push({ id: newId(), version: newId(), at: 1_700_000_000_000 + n });
      const json = JSON.stringify(rows);
      await world.db.batch([
        world.db.prepare("INSERT INTO documents (id, client_id, title, visible, published_at, version_id, created_at, updated_at) SELECT value ->> 'id', ?2, 'Paper', 1, value ->> 'at', value ->> 'version', 1, 1 FROM json_each(?1)").bind(json, big.client.id),
        world.db.prepare("INSERT INTO document_versions (id, document_id, number, blob, etag, file_name, content_type, size, created_at) SELECT value ->> 'version', value ->> 'id', 1, value ->> 'version', 'e', 'a.txt', 'text/plain', 1, 1 FROM json_each(?1)").bind(json),
        world.db.prepare("INSERT INTO tasks (id, client_id, title, visible, asks, created_at, updated_at) SELECT value ->> 'id', ?2, 'Task', 1, 'complete', 1, value ->> 'at' FROM json_each(?1)").bind(json, big.client.id),
        world.db.prepare("INSERT INTO audit (id, at, principal, principal_name, action, client_id, detail) SELECT value ->> 'version', value ->> 'at', 'contact', 'Lena', 'ticket.replied', ?2, 'x' FROM json_each(?1)").bind(json, big.client.id),
      ]);
    }
  };
  await fill(0, 100);
  const few = await measure();
  assert.equal(await bell(big.person), "9+ new");
  await fill(100, 10_000);
  const many = await measure();
  console.log("rows read with 100 and 10,000 pieces of news:", Object.keys(few).map((name) => `${name} ${few[name]} → ${many[name]}`).join(", "));
  for (const name of Object.keys(few)) assert.ok(many[name] <= few[name] * 1.2 && many[name] <= 300, `${name}: ${few[name]} → ${many[name]}`);
});
