// Clients: adding, finding, changing, the switch of their portal, the archive.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addClient, setUpOwner, switchPortal } from "../harness/flows.mjs";
import { clientRow, colleague, newId } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";
import { sums } from "../faults/sums.mjs";

const world = await World.start();
after(() => world.close());

let owner;
before(async () => { owner = await setUpOwner(world); });

const rowOf = ({ id }) => world.db.prepare("SELECT * FROM clients WHERE id = ?").bind(id).first();
const audited = async ({ id }) => (await world.db.prepare("SELECT action FROM audit WHERE client_id = ? ORDER BY id").bind(id).all()).results.map((row) => row.action);
const listed = (answer) => answer.page.all("tbody a").map((link) => link.text.trim());

test("a client is added in two round trips and shows as typed", async () => {
  const form = (await owner.get("/admin/clients/new")).page.formTo("/admin/clients/new");
  const sent = await owner.submit(form, { name: "Aster & <Sons>", reference: "K-17", email: "hi@aster.test", notes: "Pays late.\nBe kind." }, { follow: false });
  assert.equal(sent.status, 303, String(sent));
  assert.equal((await sent.cost()).d1, 2);
  const page = await owner.follow(sent);
  assert.equal(page.page.heading, "Aster & <Sons>");
  assert.match(page.page.text, /K-17/);
  assert.equal((await (await owner.get(page.path)).cost()).d1, 1);
});

test("a client without a name is refused at its field, and what was typed stays", async () => {
  const answer = await owner.post("/admin/clients/new", { name: " ", reference: "R-1", email: "no address" });
  assert.equal(answer.status, 422, String(answer));
  assert.equal(answer.page.field("Reference").getAttribute("value"), "R-1");
  assert.equal(answer.page.all('[aria-invalid="true"]').length, 2);
});

test("clients are found by the beginning of their words, all of them", async () => {
  const client = await addClient(owner, { name: "Zinnia Garden Works", reference: "ZG9" });
  for (const q of ["zin", "GARD", "zg9", "wor gar", "zinnia garden works"]) {
    assert.deepEqual(listed(await owner.get(`/admin/clients?q=${encodeURIComponent(q)}`)), [client.name], q);
  }
  for (const q of ["innia", "zin missing"]) {
    assert.deepEqual(listed(await owner.get(`/admin/clients?q=${encodeURIComponent(q)}`)), [], q);
  }
});

test("a changed name is found by its new words alone", async () => {
  const client = await addClient(owner, { name: "Oldname Ltd" });
  const path = `${client.path}/edit`;
  await owner.submit((await owner.get(path)).page.formTo(path), { name: "Newname Ltd" });
  assert.deepEqual(listed(await owner.get("/admin/clients?q=oldname")), []);
  assert.deepEqual(listed(await owner.get("/admin/clients?q=newname")), ["Newname Ltd"]);
  assert.deepEqual(await audited(client), ["client.created", "client.changed"]);
});

/** Walks a list by its links; gives the addresses of the clients and how many pages there were. */
async function walk(path, rel = "next") {
  const seen = [];
  let pages = 0;
  let last = path;
  for (; path; pages += 1) {
    const answer = await owner.get(path);
    assert.equal(answer.status, 200, String(answer));
    assert.equal((await answer.cost()).d1, 1);
    const page = answer.page.all("tbody a").map((link) => link.getAttribute("href").split("/").at(-1));
    assert.ok(page.length <= 25);
    if (rel === "next") seen.push(...page);
    else seen.unshift(...page);
    last = path;
    path = answer.page.all(`a[rel="${rel}"]`)[0]?.getAttribute("href").replaceAll("&amp;", "&");
  }
  return { seen, pages, last };
}

test("the list is walked page by page in every order, forwards and back, each client once", async () => {
  for (let n = 0; n < 60; n++) {
    // Many of one name and of one moment: the id decides.
    await world.db.prepare("INSERT INTO clients (id, name, name_key, portal_enabled, created_at, updated_at) VALUES (?1, ?2, lower(?2), ?3, ?4, ?4)")
      .bind(newId(), n % 3 ? "Same Name" : `Walked ${n % 7}`, n % 2, 1_700_000_000_000 + (n >> 2)).run();
  }
  const orders = { name: "name_key, id", newest: "created_at DESC, id DESC", portal: "portal_enabled DESC, name_key, id" };
  for (const [sort, order] of Object.entries(orders)) {
    const { results } = await world.db.prepare(`SELECT id FROM clients WHERE archived_at IS NULL ORDER BY ${order}`).all();
    const there = await walk(`/admin/clients?sort=${sort}`);
    assert.deepEqual(there.seen, results.map(({ id }) => id), sort);
    assert.ok(there.pages >= 3);
    const back = await walk(there.last, "prev");
    assert.deepEqual(back.seen, there.seen, `${sort}, walked back`);
  }
});

test("paging keeps what was searched and how it is sorted; so does searching again", async () => {
  for (let n = 0; n < 36; n++) await clientRow(world, `Quartz ${String(n).padStart(2, "0")}`);
  await world.db.prepare("INSERT OR IGNORE INTO client_words (word, client_id, owner_id) SELECT 'quartz', id, id FROM clients WHERE name LIKE 'Quartz%'").run();
  await world.db.prepare("UPDATE clients SET portal_enabled = 0 WHERE name LIKE 'Quartz%' AND substr(name, -1) < '4'").run();
  const orders = { name: "name_key, id", newest: "created_at DESC, id DESC", portal: "portal_enabled DESC, name_key, id" };
  for (const [sort, order] of Object.entries(orders)) {
    const { results } = await world.db.prepare(`SELECT id FROM clients WHERE name LIKE 'Quartz%' ORDER BY ${order}`).all();
    const there = await walk(`/admin/clients?q=quartz&sort=${sort}`);
    assert.equal(there.pages, 2);
    // The newest first: of one moment, in the order of the ids.
    if (sort !== "newest") assert.deepEqual(there.seen, results.map(({ id }) => id), sort);
    assert.deepEqual([...there.seen].sort(), results.map(({ id }) => id).sort(), sort);
    assert.deepEqual((await walk(there.last, "prev")).seen, there.seen, `${sort}, walked back`);
  }
  const sorted = (await owner.get("/admin/clients?q=quartz&sort=portal")).page;
  assert.match(sorted.link("Newest"), /q=quartz&amp;sort=newest|q=quartz&sort=newest/);
  const searched = await owner.submit(sorted.formTo("/admin/clients"), { q: "QUAR" });
  assert.match(searched.path, /sort=portal/);
  assert.equal(listed(searched).length, 25);
  assert.equal(searched.page.all(".pills [aria-current]")[0].text, "Portal");
});

test("an address bar full of nonsense is a list all the same", async () => {
  for (const query of ["sort=zzz", "after=%00&id=%ff", "sort=newest&after=no-number&id=x", "sort=portal&before=%C3%A9&id=", `q=${"x".repeat(4000)}`, "after=a&before=b&id=c", "q=a&q=b"]) {
    assert.equal((await owner.get(`/admin/clients?${query}`)).status, 200, query);
  }
});

test("a place in a list that no list has is its first page", async () => {
  for (const after of ["-1", "-9223372036854775808", "9223372036854775807", "9007199254740992", "1e9"]) {
    for (const path of [`/admin/clients?sort=newest&after=${after}&id=x`, `/admin/clients?sort=newest&before=${after}&id=x`, `/admin/exceptions?after=${after}.00000000-0000-7000-8000-000000000000`]) {
      assert.equal((await owner.get(path)).status, 200, path);
    }
  }
});

test("a form sent twice adds one client; so does one whose answer was lost after it was written; a changed one adds another", async () => {
  const count = async (name) => (await world.db.prepare("SELECT count(*) AS n FROM clients WHERE name = ?").bind(name).first()).n;
  const form = (await owner.get("/admin/clients/new")).page.formTo("/admin/clients/new");
  await world.fault({ on: "d1", match: "INSERT INTO clients", when: "after" });
  world.expectLog(/Network connection lost/);
  assert.equal((await owner.submit(form, { name: "Lost Reply" }, { follow: false })).status, 503);
  const answers = await Promise.all([1, 2, 3].map(() => owner.submit(form, { name: "Lost Reply" }, { follow: false })));
  assert.equal(new Set(answers.map(({ location }) => location)).size, 1, answers.join("\n"));
  assert.equal(await count("Lost Reply"), 1);
  const [id] = answers[0].location.split("/").slice(-1);
  assert.deepEqual(await audited({ id }), ["client.created"]);
  assert.equal((await owner.submit(form, { name: "Another One" }, { follow: false })).status, 303);
  assert.equal(await count("Another One"), 1);
});

test("two at one record: the second is told, at the field, and loses nothing", async () => {
  const client = await addClient(owner, { name: "Shared Record", reference: "A" });
  const path = `${client.path}/edit`;
  const [mine, theirs] = [(await owner.get(path)).page.formTo(path), (await owner.get(path)).page.formTo(path)];
  await owner.submit(theirs, { reference: "B" });
  const told = await owner.submit(mine, { reference: "C", notes: "Long and dear to me" }, { follow: false });
  assert.equal(told.status, 422, String(told));
  assert.match(told.page.errorAt("Reference"), /says: B/);
  assert.equal(told.page.field("Notes").text.trim(), "Long and dear to me");
  assert.equal((await rowOf(client)).reference, "B");
  assert.deepEqual(listed(await owner.get("/admin/clients?q=c")).includes("Shared Record"), false, "its words are as they were");
  assert.equal((await owner.submit(told.page.formTo(path), {}, { follow: false })).status, 303);
  assert.equal((await rowOf(client)).reference, "C");
  const form = (await owner.get(path)).page.formTo(path);
  const answers = await Promise.all(["x", "y"].map((reference) => owner.submit(form, { reference }, { follow: false })));
  assert.deepEqual(answers.map(({ status }) => status === 303).sort(), [false, true], answers.join("\n"));
});

test("empty lists say what to do", async () => {
  assert.equal((await owner.get("/admin/clients?q=nosuchword")).page.link("Show all clients"), "/admin/clients");
  const fresh = await World.start();
  const first = await setUpOwner(fresh);
  assert.equal((await first.get("/admin/clients")).page.link("Add your first client"), "/admin/clients/new");
  assert.equal((await first.get("/admin/clients?archived=1")).page.link("Show your clients"), "/admin/clients");
  await fresh.close();
});

test("Enable Portal switches on and off; only off turns the epoch", async () => {
  const client = await addClient(owner);
  const states = [];
  for (const on of [true, true, false, false]) {
    await switchPortal(owner, client, on);
    const row = await rowOf(client);
    states.push([row.portal_enabled, row.portal_epoch]);
  }
  assert.deepEqual(states, [[1, 1], [1, 1], [0, 2], [0, 2]]);
});

test("an archived client leaves the list and comes back", async () => {
  const client = await addClient(owner, { name: "Packed Away" });
  await owner.follow(await owner.post(`${client.path}/archive`));
  assert.deepEqual(listed(await owner.get("/admin/clients?q=packed")), []);
  for (const query of ["archived=1", "archived=1&q=pack"]) assert.deepEqual(listed(await owner.get(`/admin/clients?${query}`)), ["Packed Away"], query);
  const member = await colleague(world, owner, "member");
  assert.equal((await member.post(`${client.path}/restore`)).status, 403);
  assert.equal((await member.get(client.path)).page.hasButton("Restore"), false);
  await owner.follow(await owner.post(`${client.path}/restore`));
  assert.deepEqual(listed(await owner.get("/admin/clients?q=packed")), ["Packed Away"]);
  assert.deepEqual(await audited(client), ["client.created", "client.archived", "client.restored"]);
});

test("clients are counted as they come, go, and get their portal", async () => {
  const counted = async () => {
    assert.deepEqual((await sums(world, ["clients"])).wrong, []);
    const { clients, enabled } = await world.db.prepare("SELECT clients, enabled FROM client_counts").first();
    return [clients, enabled];
  };
  const [clients, enabled] = await counted();
  const client = await addClient(owner, { name: "Counted" });
  const seen = [await counted()];
  const act = async (work) => { await work(); seen.push(await counted()); };
  await act(() => switchPortal(owner, client, true));
  await act(() => switchPortal(owner, client, true));
  await act(async () => owner.follow(await owner.post(`${client.path}/archive`)));
  await act(async () => owner.follow(await owner.post(`${client.path}/restore`)));
  await act(() => switchPortal(owner, client, false));
  await act(() => world.db.prepare("UPDATE clients SET archived_at = 1, portal_enabled = 1 WHERE id = ?").bind(client.id).run());
  await act(() => world.db.prepare("UPDATE clients SET archived_at = NULL WHERE id = ?").bind(client.id).run());
  const packed = newId();
  await act(() => world.db.prepare("INSERT INTO clients (id, name, name_key, portal_enabled, archived_at, created_at, updated_at) VALUES (?1, 'Packed', 'packed', 1, 1, 1, 1)").bind(packed).run());
  await act(() => world.db.prepare("DELETE FROM clients WHERE id = ?").bind(packed).run());
  const added = await clientRow(world, "Added");
  seen.push(await counted());
  await act(() => world.db.prepare("DELETE FROM clients WHERE id = ?").bind(added.id).run());
  const more = seen.map(([all, on]) => [all - clients, on - enabled]);
  assert.deepEqual(more.slice(0, 8), [[1, 0], [1, 1], [1, 1], [0, 0], [1, 1], [1, 0], [0, 0], [1, 1]]);
  assert.deepEqual(more.slice(8), [[1, 1], [1, 1], [2, 2], [1, 1]]);
});

test("words that many clients have cost no more than rare ones; the page says that it did not look at all, and a rarer word or the whole name finds", async () => {
  await world.db.batch([
    world.db.prepare("INSERT INTO clients (id, name, name_key, portal_enabled, created_at, updated_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
      + "SELECT printf('01900000-0000-7000-8000-%012x', i), 'Harbour Yoga Club ' || i, 'harbour yoga club ' || i, i % 2, i, i FROM n"),
    world.db.prepare("INSERT INTO client_words (word, client_id, owner_id) SELECT w.value, c.id, c.id FROM clients c CROSS JOIN json_each('[\"harbour\",\"yoga\",\"club\"]') w WHERE c.name LIKE 'Harbour Yoga%'"),
    world.db.prepare("INSERT INTO client_words (word, client_id, owner_id) SELECT substr(name, 19), id, id FROM clients WHERE name LIKE 'Harbour Yoga%'"),
  ]);
  const told = {};
  for (const q of ["harbour", "harbour yoga", "yoga harbour", "club harbour yoga"]) {
    for (const sort of ["name", "newest", "portal"]) {
      const answer = await owner.get(`/admin/clients?q=${encodeURIComponent(q)}&sort=${sort}`);
      const { d1, rowsRead } = await answer.cost();
      assert.equal(d1, 1);
      assert.ok(rowsRead <= 300, `${q} by ${sort} reads ${rowsRead} rows`);
      told[q] = rowsRead;
      assert.ok(listed(answer).length > 12, `${q}: ${listed(answer).length}`);
      assert.match(answer.page.text, /not all of them were looked at/);
    }
    const there = await walk(`/admin/clients?q=${encodeURIComponent(q)}`);
    assert.equal(new Set(there.seen).size, there.seen.length);
    assert.deepEqual((await walk(there.last, "prev")).seen, there.seen, `${q}, walked back`);
  }
  console.log("rows read of 3,000 clients that have each word:", told);
  // Three words are asked; a name typed whole is found by all of it.
  assert.ok((await walk("/admin/clients?q=Harbour%20Yoga%20Club%202741")).seen.includes("01900000-0000-7000-8000-000000000ab5"));
  for (const q of ["yoga 2741", "harb club 2741", "2741"]) {
    const answer = await owner.get(`/admin/clients?q=${encodeURIComponent(q)}`);
    assert.deepEqual(listed(answer), ["Harbour Yoga Club 2741"], q);
    assert.doesNotMatch(answer.page.text, /not all of them/);
  }
  // Of many with the same words, those whose name begins with what was typed.
  await world.db.batch([
    world.db.prepare("INSERT INTO clients (id, name, name_key, portal_enabled, created_at, updated_at) VALUES ('01900000-0000-7000-9000-000000000001', 'Yoga Harbour', 'yoga harbour', 0, 1, 1)"),
    world.db.prepare("INSERT INTO client_words (word, client_id, owner_id) SELECT value, '01900000-0000-7000-9000-000000000001', 'x' FROM json_each('[\"yoga\",\"harbour\"]')"),
  ]);
  assert.ok((await walk("/admin/clients?q=Yoga%20harb")).seen.includes("01900000-0000-7000-9000-000000000001"));
  const none = await owner.get("/admin/clients?q=harbour%20yoga&archived=1");
  assert.match(none.page.text, /of words that very many clients have, not at all of them/);
});
