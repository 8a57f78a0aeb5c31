// Clients: adding, finding, changing, the switch of their portal, the archive.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addClient, setUpOwner, switchPortal } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

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

test("the list is walked page by page, each client once", async () => {
  for (let n = 0; n < 27; n++) await addClient(owner, { name: "Same Name" });
  const all = (await world.db.prepare("SELECT count(*) AS n FROM clients WHERE archived_at IS NULL").first()).n;
  const seen = [];
  for (let path = "/admin/clients"; path;) {
    const answer = await owner.get(path);
    assert.equal((await answer.cost()).d1, 1);
    seen.push(...answer.page.all("tbody a").map((link) => link.getAttribute("href")));
    path = answer.page.all('a[rel="next"]')[0]?.getAttribute("href").replaceAll("&amp;", "&");
  }
  assert.equal(seen.length, all);
  assert.equal(new Set(seen).size, all);
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
  assert.deepEqual(listed(await owner.get("/admin/clients?archived=1")), ["Packed Away"]);
  await owner.follow(await owner.post(`${client.path}/restore`));
  assert.deepEqual(listed(await owner.get("/admin/clients?q=packed")), ["Packed Away"]);
  assert.deepEqual(await audited(client), ["client.created", "client.archived", "client.restored"]);
});
