// What people see where the platform ends (docs/SCALE.md): a database that has too much to do or is full, a mail
// service that takes no more today, more mails than one run of the clock sends.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, clientWithPerson, setUpOwner } from "../harness/flows.mjs";
import { newId } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

/** The provider's own words, from its list of D1's errors and from portals of others that were full. */
const OVERLOADED = "D1_ERROR: D1 DB is overloaded. Requests queued for too long.";
const FULL = "D1_ERROR: Exceeded maximum DB size";

const world = await World.start();
after(() => world.close());
world.expectLog(/D1 failed: D1_ERROR: (D1 DB is overloaded|Exceeded maximum DB size)/);

let owner, client, lena, document;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await clientWithPerson(owner));
  document = await addDocument(owner, client);
  await world.settled();
});

const calm = (answer) => {
  assert.deepEqual([answer.status, answer.headers["retry-after"]], [503, "30"], String(answer));
  assert.match(answer.page.text, /We will be right back/);
  assert.match(answer.page.text, /Nothing you sent was half done/);
  assert.doesNotMatch(answer.text, /D1|overloaded|maximum/);
};
const outbox = async (where = "true") => (await world.db.prepare(`SELECT * FROM outbox WHERE ${where}`).all()).results;

test("a database with too much to do: a calm page that says when to try again, and the next try is as usual", async () => {
  for (const [user, path] of [[lena, "/"], [lena, `/documents/${document.id}/download`], [owner, "/admin"]]) {
    await world.fault({ on: "d1", when: "before", error: OVERLOADED });
    calm(await user.get(path));
    assert.equal((await user.get(path)).status, 200, path);
  }
  await world.fault({ on: "d1", when: "before", error: OVERLOADED });
  calm(await world.user().post("/sign-in", { email: lena.email, password: lena.password }));
  // What asks no database stands.
  await world.fault({ on: "d1", when: "before", error: OVERLOADED, times: 1 });
  assert.equal((await world.user().get("/sign-in")).status, 200);
  calm(await lena.get("/"));
});

test("a full database: what would write is refused whole, and pages of clients and staff write nothing", async () => {
  const form = (await lena.get("/tickets/new")).page.formTo("/tickets/new");
  const fields = form.fill({ subject: "The boxes", body: "They are blue." }).filter(([name]) => name !== "file");
  await world.fault({ on: "d1", when: "before", match: "INSERT INTO tickets", error: FULL });
  calm(await lena.upload("/tickets/new", fields));
  assert.equal((await world.db.prepare("SELECT count(*) AS n FROM tickets").first()).n, 0);
  // The same form once there is room again.
  assert.equal((await lena.upload("/tickets/new", fields)).status, 303);
  await world.settled();
  for (const [user, path] of [[lena, "/"], [lena, "/documents"], [lena, "/billing"], [lena, "/tasks"], [lena, "/tickets"], [owner, "/admin"], [owner, client.path], [owner, "/admin/billing"]]) {
    await user.get(path);
    const { rowsWritten } = await (await user.get(path)).cost();
    assert.equal(rowsWritten, 0, `${path} writes`);
  }
});

test("the mail service takes no more today: the mail waits, staff read why, and it goes later", async () => {
  await world.fault({ on: "mail", when: "before", error: "Daily sending quota reached", code: "E_DAILY_LIMIT_EXCEEDED" });
  const { path } = await queued(1);
  await world.cron();
  const [mail] = await outbox("kind = 'of-a-test'");
  assert.deepEqual([mail.state, mail.attempts], ["queued", 1]);
  assert.match((await owner.get(path(mail))).page.text, /Cloudflare's limit for sending mail is reached for now/);
  await world.advance(70_000);
  await world.cron();
  assert.equal((await outbox("kind = 'of-a-test'"))[0].state, "sent");
});

test("more mails than fit into a minute: rounds of twenty, two hundred a run of the clock", async () => {
  await world.db.prepare("DELETE FROM outbox").run();
  await queued(250);
  const sent = [];
  for (let n = 0; n < 2; n++) {
    await world.cron();
    sent.push((await outbox("state = 'sent'")).length);
  }
  assert.deepEqual(sent, [200, 250]);
  assert.equal((await outbox("attempts <> 1")).length, 0, "each was tried once");
});

test("a service that refuses one is not asked for the next twenty in the same minute", async () => {
  await world.db.prepare("DELETE FROM outbox").run();
  await queued(50);
  await world.fault({ on: "mail", when: "before", error: "Daily sending quota reached", code: "E_DAILY_LIMIT_EXCEEDED" });
  await world.cron();
  assert.deepEqual([(await outbox("attempts = 1")).length, (await outbox("state = 'sent'")).length], [20, 19]);
  await world.advance(70_000);
  await world.cron();
  assert.equal((await outbox("state = 'sent'")).length, 50);
});

/** Mails that wait, as if written by something that happened. */
async function queued(count) {
  const rows = Array.from({ length: count }, (_, n) => ({ id: newId(), n }));
  await world.db.prepare(
    "INSERT INTO outbox (id, dedupe_key, kind, to_email, to_name, subject, content, due_at, created_at) "
    + "SELECT value ->> 'id', value ->> 'id', 'of-a-test', 'somebody' || (value ->> 'n') || '@client.test', '', 'Hello', '{\"paragraphs\":[\"Hello.\"],\"button\":null,\"path\":\"\",\"after\":[]}', ?2, ?2 FROM json_each(?1)",
  ).bind(JSON.stringify(rows), world.now()).run();
  return { path: ({ id }) => `/admin/outbox/${id}` };
}
