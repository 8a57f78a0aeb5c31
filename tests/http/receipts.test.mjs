// Receipts: every download of a client leaves one, what sends nothing leaves none, staff read them.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
// A download that R2 does not give takes its receipt back.
world.expectCost(/^GET .*\/download$/);
after(() => world.close());

let owner, client, lena, contact;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, contact, person: lena } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena", lastName: "Birch" } }));
});

const pathOf = (document) => `/documents/${document.id}/download`;
const receipts = (document) => world.db.prepare("SELECT count(*) AS n FROM receipts WHERE document_id = ?").bind(document.id).first("n");
const counted = (document) => world.db.prepare("SELECT downloads FROM documents WHERE id = ?").bind(document.id).first("downloads");
const noted = (document) => world.db.prepare("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = 'document.downloaded'").bind(document.id).first("n");
const bytes = (content) => ({ filename: "a.bin", type: "application/octet-stream", content });

test("what sends no bytes leaves no receipt", async () => {
  const document = await addDocument(owner, client, { file: bytes("0123456789") });
  const head = await lena.head(pathOf(document));
  const { etag, "last-modified": modified } = head.headers;
  for (const [headers, status] of [
    [{ range: "bytes=10-" }, 416],
    [{ range: "bytes=10-20" }, 416],
    [{ range: "bytes=-0" }, 416],
    [{ range: "bytes=99999999999999999999-" }, 416],
    [{ range: "bytes=10-", "if-range": etag }, 416],
    [{ range: "bytes=10-", "if-range": modified }, 416],
    [{ "if-none-match": etag }, 304],
    [{ "if-none-match": "*" }, 304],
    [{ "if-none-match": ` "x", W/${etag}` }, 304],
    [{ "if-none-match": etag, range: "bytes=0-1" }, 304],
  ]) {
    const answer = await lena.get(pathOf(document), { headers });
    assert.equal(answer.status, status, `${JSON.stringify(headers)}: ${answer}`);
    assert.equal((await answer.cost()).d1, 1);
    assert.deepEqual([await receipts(document), await noted(document)], [0, 0], JSON.stringify(headers));
  }
});

test("what sends bytes leaves one, whatever was asked", async () => {
  for (const [headers, status] of [
    [{}, 200],
    [{ range: "bytes=0-0" }, 206],
    [{ range: "bytes=-4" }, 206],
    [{ range: "bytes=9-" }, 206],
    [{ range: "bytes=5-2" }, 200],
    [{ range: "lines=1-2" }, 200],
    [{ range: "bytes=10-", "if-range": '"another"' }, 200],
    [{ range: "bytes=10-", "if-range": "Sun, 06 Nov 1994 08:49:37 GMT" }, 200],
    [{ "if-none-match": '"another"' }, 200],
    // The document's own tag, but outside of the quotes.
    [(etag) => ({ "if-none-match": `"x"${etag.slice(1, -1)}"y"` }), 200],
    [(etag) => ({ "if-none-match": `"x${etag}` }), 200],
    [{ range: "bytes=2-3", "if-range": "" }, 206],
  ]) {
    const document = await addDocument(owner, client, { file: bytes("0123456789") });
    const sent = typeof headers === "function" ? headers((await lena.head(pathOf(document))).headers.etag) : headers;
    const answer = await lena.get(pathOf(document), { headers: sent });
    assert.equal(answer.status, status, `${JSON.stringify(sent)}: ${answer}`);
    assert.deepEqual([await receipts(document), await noted(document), await counted(document)], [1, 1, 1], JSON.stringify(sent));
  }
});

test("an object that is missing, or that R2 does not give, leaves none and the log says so", async () => {
  for (const [when, status] of [["gone", 404], ["before", 503]]) {
    const document = await addDocument(owner, client);
    await world.fault({ on: "r2", op: "get", when });
    world.expectLog(/no object|Network connection lost/);
    assert.equal((await lena.get(pathOf(document))).status, status);
    assert.deepEqual([await receipts(document), await counted(document)], [0, 0]);
    const told = await world.db.prepare("SELECT count(*) AS n FROM audit WHERE entity_id = ? AND action = 'document.not_delivered'").bind(document.id).first("n");
    assert.equal(told, 1);
    assert.equal((await lena.get(pathOf(document))).status, 200);
    // A download that did arrive is not taken back by a later range that does not.
    await world.fault({ on: "r2", op: "get", when });
    await lena.get(pathOf(document), { headers: { range: "bytes=0-1" } });
    assert.deepEqual([await receipts(document), await counted(document)], [1, 1]);
  }
});

test("ranges of one download within a quarter of an hour are one receipt; a version has its own", async () => {
  const document = await addDocument(owner, client, { file: bytes("0123456789") });
  await world.setClock(900_000 - (Date.now() % 900_000) + 1000);
  for (const range of ["bytes=0-3", "bytes=4-7", "bytes=8-"]) await lena.get(pathOf(document), { headers: { range } });
  assert.equal(await receipts(document), 1);
  await world.advance(14 * 60_000);
  await lena.get(pathOf(document));
  assert.equal(await receipts(document), 1);
  await world.advance(60_000);
  await lena.get(pathOf(document));
  assert.equal(await receipts(document), 2);
  await owner.upload(`/admin/documents/${document.id}/versions`, [["file", bytes("next")]]);
  await lena.get(pathOf(document));
  assert.equal(await receipts(document), 3);
  const { page } = await owner.visit(`/admin/documents/${document.id}`);
  const newest = page.all("section[aria-labelledby=downloads] tbody tr")[0].querySelectorAll("td").map((cell) => cell.text);
  assert.equal(newest[0], "Lena Birch");
  assert.match(newest[1], /^\d+ \w+ \d{4}, \d\d:\d\d UTC$/);
  assert.deepEqual(newest.slice(2), ["2", "Chrome on Linux"]);
  const { results } = await world.db.prepare("SELECT number, downloads FROM document_versions WHERE document_id = ? ORDER BY number").bind(document.id).all();
  assert.deepEqual(results, [{ number: 1, downloads: 2 }, { number: 2, downloads: 1 }]);
  await world.setClock(0);
});

test("another site cannot make a browser take a file: it is shown the document's page, and no receipt is written", async () => {
  const document = await addDocument(owner, client);
  for (const headers of [
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
    { "sec-fetch-site": "same-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
    { "sec-fetch-site": "cross-site", range: "bytes=0-1" },
  ]) {
    const answer = await lena.get(pathOf(document), { headers });
    assert.equal(answer.location, `/documents/${document.id}`, `${JSON.stringify(headers)}: ${answer}`);
    assert.deepEqual([await receipts(document), await noted(document)], [0, 0]);
  }
  // What is not theirs is a 404 from there as from anywhere.
  assert.equal((await lena.get(`/documents/${newId()}/download`, { headers: { "sec-fetch-site": "cross-site" } })).status, 404);
  for (const site of ["same-origin", "none", undefined]) {
    assert.equal((await lena.get(pathOf(document), { headers: { "sec-fetch-site": site } })).status, 200, site);
  }
  assert.equal(await receipts(document), 1);
});

test("staff's own downloads leave none", async () => {
  const document = await addDocument(owner, client);
  await owner.get(`/admin/documents/${document.id}/download`);
  await owner.get(`/admin/documents/${document.id}/versions/1/download`);
  assert.equal(await receipts(document), 0);
});

test("many receipts come in pages", async () => {
  const document = await addDocument(owner, client);
  await world.db.batch(Array.from({ length: 60 }, (_, n) => world.db.prepare(
    "INSERT INTO receipts (id, document_id, version_id, contact_id, session_id, quarter, at, device) VALUES (?1, ?2, ?3, ?4, 's', ?5, ?5, ?6)",
  ).bind(newId(), document.id, document.version_id, contact.id, n, `Device ${n}`)));
  const path = `/admin/documents/${document.id}`;
  let answer = await owner.get(path);
  assert.equal((await answer.cost()).d1, 1);
  const devices = () => answer.page.all('td[data-label="Device"]').map((cell) => cell.text);
  const seen = [devices()];
  while (answer.page.hasLink("Next")) {
    answer = await owner.get(answer.page.link("Next"));
    assert.ok((await answer.cost()).rowsRead <= 150);
    seen.push(devices());
  }
  assert.deepEqual(seen.flat(), Array.from({ length: 60 }, (_, n) => `Device ${59 - n}`));
  answer = await owner.get(answer.page.link("Previous"));
  assert.deepEqual(devices(), seen[1]);
  assert.match((await owner.get(`${client.path}/documents`)).page.text, /Not yet|60/);
});
