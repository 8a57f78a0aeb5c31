// What a client sees of documents: the list folder by folder and its pages, the page of one, the dates,
// the download with HEAD and ranges.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());

const DAY = 86_400_000;
let owner, client, lena;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
});

/** Documents straight into the database: [folder, published_at] each, in the order given. */
async function rows(of, list) {
  const { id: staff } = await world.db.prepare("SELECT id FROM staff LIMIT 1").first();
  const made = list.map(([folder, at, title]) => ({ id: newId(), version: newId(), folder, at, title: title ?? `${folder || "top"} ${at}` }));
  for (let from = 0; from < made.length; from += 200) await world.db.batch(made.slice(from, from + 200).flatMap(({ id, version, folder, at, title }) => [
    world.db.prepare("INSERT INTO documents (id, client_id, title, folder, visible, published_at, version_id, created_by, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?5, ?5)")
      .bind(id, of.id, title, folder, at, version, staff),
    world.db.prepare("INSERT INTO document_versions (id, document_id, number, blob, etag, file_name, content_type, size, uploaded_by, created_at) VALUES (?1, ?2, 1, ?1, 'e', 'f.txt', 'text/plain', 5, ?3, ?4)")
      .bind(version, id, staff, at),
  ]));
  return made;
}
const titlesOn = (answer) => answer.page.all("td a.row-link").map((link) => link.text.trim());

test("the list goes folder by folder, the newest first in each, forwards and backwards to the last row", async () => {
  const { client: many, person: reader } = await person(world, owner, { client: "Many Ltd" });
  const list = [];
  for (const folder of ["", "Contracts", "Contracts/2026", "Reports"]) for (let n = 1; n <= 17; n += 1) list.push([folder, 1_000 * (n % 9)]);
  const made = await rows(many, list);
  const expected = made.toSorted((a, b) => (a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : b.at - a.at || (a.id < b.id ? 1 : -1))).map(({ title }) => title);
  let answer = await reader.get("/documents");
  assert.equal((await answer.cost()).d1, 1);
  assert.ok((await answer.cost()).rowsRead <= 100, `expected at most 100 rows read, saw ${(await answer.cost()).rowsRead}`);
  assert.deepEqual(answer.page.all("h2[id^=folder]").map((h) => h.text.trim()), ["General", "Contracts"]);
  assert.ok(!answer.page.hasLink("Previous"));
  const pages = [titlesOn(answer)];
  while (answer.page.hasLink("Next")) {
    answer = await reader.get(answer.page.link("Next"));
    assert.ok((await answer.cost()).rowsRead <= 150, `page ${pages.length + 1} reads ${(await answer.cost()).rowsRead} rows`);
    pages.push(titlesOn(answer));
  }
  assert.deepEqual(pages.flat(), expected);
  for (let n = pages.length - 2; n >= 0; n -= 1) {
    answer = await reader.get(answer.page.link("Previous"));
    assert.deepEqual(titlesOn(answer), pages[n], `page ${n + 1}, walking back`);
  }
  assert.ok(!answer.page.hasLink("Previous"));
  // Somebody else's document is no place in this list, and says nothing of itself.
  const [foreign] = await rows(client, [["Contracts", 1]]);
  for (const query of [`after=${foreign.id}`, `before=${foreign.id}`, `after=${newId()}`]) {
    assert.deepEqual(titlesOn(await reader.get(`/documents?${query}`)), [], query);
  }
  assert.deepEqual(titlesOn(await reader.get("/documents?after=x")), pages[0]);
  await world.db.prepare("DELETE FROM document_versions WHERE document_id = ?").bind(foreign.id).run();
  await world.db.prepare("DELETE FROM documents WHERE id = ?").bind(foreign.id).run();
});

test("a page reads its own rows, however many there are", async () => {
  const { client: huge, person: reader } = await person(world, owner, { client: "Huge Ltd" });
  await rows(huge, Array.from({ length: 1200 }, (_, n) => [["", "A", "B", "C"][n % 4], 1000 + n]));
  const cheap = async (answer, what) => {
    assert.equal(answer.status, 200, String(answer));
    const { d1, rowsRead } = await answer.cost();
    assert.ok(d1 === 1 && rowsRead <= 150, `${what} reads ${rowsRead} rows`);
    return answer;
  };
  let answer = await cheap(await reader.get("/documents"), "the first page");
  for (let n = 2; n <= 14; n += 1) answer = await cheap(await reader.get(answer.page.link("Next")), `page ${n}`);
  answer = await cheap(await reader.get(answer.page.link("Previous")), "the page before");
  let list = await cheap(await owner.get(`${huge.path}/documents`), "the staff's first page");
  list = await cheap(await owner.get(list.page.link("Next")), "the staff's second page");
  await cheap(await owner.get(list.page.link("Previous")), "back on the staff's first page");
  assert.match((await cheap(await reader.get("/"), "the counter")).page.text, /Shared documents 100\+/);
});

test("the staff's list is walked both ways too", async () => {
  const { client: many } = await person(world, owner, { client: "Lots Ltd" });
  const made = await rows(many, Array.from({ length: 60 }, (_, n) => ["", 1000 + (n % 7)]));
  const expected = made.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).map(({ title }) => title);
  let answer = await owner.get(`${many.path}/documents`);
  const pages = [titlesOn(answer)];
  while (answer.page.hasLink("Next")) {
    answer = await owner.get(answer.page.link("Next"));
    assert.ok((await answer.cost()).rowsRead <= 100);
    pages.push(titlesOn(answer));
  }
  assert.deepEqual(pages.map((page) => page.length), [25, 25, 10]);
  assert.deepEqual(pages.flat(), expected);
  for (const page of pages.slice(0, -1).reverse()) {
    answer = await owner.get(answer.page.link("Previous"));
    assert.deepEqual(titlesOn(answer), page);
  }
});

test("a document's own page says what it is, in one round trip", async () => {
  const document = await addDocument(owner, client, { title: "Offer", folder: "Offers/2027", file: { filename: "offer.txt", type: "text/plain", content: "12345" } });
  await world.db.prepare("UPDATE documents SET description = ? WHERE id = ?").bind("First <b>line</b>\nsecond", document.id).run();
  const answer = await lena.get(`/documents/${document.id}`);
  assert.equal(answer.status, 200);
  assert.equal((await answer.cost()).d1, 1);
  assert.equal(answer.page.heading, "Offer");
  assert.match(answer.page.text, /Offers \/ 2027/);
  assert.match(answer.text, /First &#60;b&#62;line&#60;\/b&#62;<br\/?>second/);
  assert.match(answer.page.text, /offer\.txt.*5 bytes/);
  assert.equal((await lena.get(answer.page.link("Download"))).text, "12345");
  assert.equal(answer.headers["cache-control"], "no-store");
});

test("from and until rule everywhere: list, page, download, counter, and the next range", async () => {
  const document = await addDocument(owner, client, { title: "Timed" });
  const seen = async () => {
    const list = await lena.get("/documents");
    const home = Number(/Shared documents (\d+)/.exec((await lena.get("/")).page.text)?.[1]);
    return [
      titlesOn(list).includes("Timed"), (await lena.get(`/documents/${document.id}`)).status,
      (await lena.get(`/documents/${document.id}/download`, { headers: { range: "bytes=0-1" } })).status,
      (await lena.head(`/documents/${document.id}/download`)).status, home,
    ];
  };
  const [, , , , others] = await seen();
  const window = (from, until) => world.db.prepare("UPDATE documents SET visible_from = ?, visible_until = ? WHERE id = ?").bind(from, until, document.id).run();
  const yes = [true, 200, 206, 200, others];
  const no = [false, 404, 404, 404, others - 1];
  assert.deepEqual(await seen(), yes);
  await window(world.now() + DAY, null);
  assert.deepEqual(await seen(), no, "not yet");
  await window(world.now() - DAY, world.now() + DAY);
  assert.deepEqual(await seen(), yes, "between");
  assert.match((await lena.get(`/documents/${document.id}`)).page.text, /Here until/);
  await world.advance(DAY + 1000);
  await lena.post("/sign-in", { email: lena.email, password: lena.password });
  assert.deepEqual(await seen(), no, "over: the next range is refused");
  const never = await lena.get(`/documents/${newId()}/download`);
  const over = await lena.get(`/documents/${document.id}/download`);
  assert.equal(over.text, never.text, "byte for byte what never existed gets");
  await world.setClock(0);
});

test("HEAD tells what a GET would send, and nothing else happens", async () => {
  const document = await addDocument(owner, client, { title: "Head" });
  const path = `/documents/${document.id}/download`;
  const [head, get] = [await lena.head(path), await lena.get(path)];
  const without = ({ date, connection, "keep-alive": _k, "transfer-encoding": _t, ...rest }) => rest;
  assert.deepEqual(without(head.headers), without(get.headers));
  assert.equal(head.headers["content-length"], "7");
  assert.equal(head.bytes.length, 0);
  assert.equal((await head.cost()).r2, 0);
  assert.equal((await lena.head(path, { headers: { range: "bytes=0-1" } })).status, 200, "a HEAD has no range");
  assert.equal((await lena.head(path, { headers: { "if-none-match": get.headers.etag } })).status, 304);
});

test("an old version goes with the new one: a range of it is not mixed with the other", async () => {
  const document = await addDocument(owner, client, { title: "Changing", file: { filename: "a.txt", content: "old bytes" } });
  const path = `/documents/${document.id}/download`;
  const { etag } = (await lena.get(path)).headers;
  await owner.upload(`/admin/documents/${document.id}/versions`, [["file", { filename: "a.txt", content: "new bytes!" }]]);
  const part = await lena.get(path, { headers: { range: "bytes=4-", "if-range": etag } });
  assert.deepEqual([part.status, part.text], [200, "new bytes!"]);
});
