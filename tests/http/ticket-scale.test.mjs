// What the pages of tickets read when one client has ten thousand of them, against a thousand: the same rows.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();

/** Tickets in every state, most of them closed, as after some years. */
async function fill(client, from, to) {
  const rows = [];
  for (let n = from; n < to; n++) {
    const status = n % 20 === 0 ? "new" : n % 20 === 1 ? "open" : n % 20 === 2 ? "waiting" : n % 20 === 3 ? "resolved" : "closed";
    rows.push({ id: newId(1_600_000_000_000 + n * 1000), number: 10_000 + n, status, priority: ["low", "normal", "high", "urgent"][n % 4], at: 1_600_000_000_000 + n * 1000 });
  }
  for (let start = 0; start < rows.length; start += 500) {
    const json = JSON.stringify(rows.slice(start, start + 500));
    await world.db.batch([
      world.db.prepare("INSERT INTO tickets (id, number, client_id, subject, status, priority, said_at, moved_at, created_at) SELECT value ->> 'id', value ->> 'number', ?2, 'Ticket ' || (value ->> 'number'), value ->> 'status', value ->> 'priority', value ->> 'at', value ->> 'at', value ->> 'at' FROM json_each(?1)").bind(json, client.id),
      world.db.prepare("INSERT INTO ticket_messages (id, ticket_id, seq, internal, body, staff_id, author, created_at) SELECT value ->> 'id', value ->> 'id', 1, 0, 'Words', (SELECT id FROM staff LIMIT 1), 'Olive', value ->> 'at' FROM json_each(?1)").bind(json),
    ]);
  }
}

test("pages cost the same with ten thousand tickets of one client as with a thousand", async () => {
  const owner = await setUpOwner(world);
  const { client, person: lena } = await person(world, owner);
  const me = (await one("SELECT id FROM staff")).id;
  const asked = async () => {
    const middle = (await one("SELECT id FROM tickets WHERE status = 'closed' ORDER BY number LIMIT 1 OFFSET 300")).id;
    return {
      "client: list": [lena, "/tickets"], "client: far page": [lena, `/tickets?after=${middle}`], "client: a ticket": [lena, `/tickets/${middle}`], "client: home": [lena, "/"],
      "staff: all": [owner, "/admin/tickets"], "staff: far page": [owner, `/admin/tickets?after=${middle}`], "staff: waiting for us": [owner, "/admin/tickets?state=us"],
      "staff: closed": [owner, "/admin/tickets?state=closed"], "staff: nobody's": [owner, "/admin/tickets?assignee=nobody"], "staff: mine": [owner, `/admin/tickets?assignee=${me}`],
      "staff: urgent": [owner, "/admin/tickets?priority=urgent"], "staff: of the client": [owner, `${client.path}/tickets`], "staff: of the client, urgent": [owner, `${client.path}/tickets?priority=urgent&state=us`],
      "staff: a ticket": [owner, `/admin/tickets/${middle}`], "staff: home": [owner, "/admin"],
    };
  };
  const measure = async () => {
    const found = {};
    for (const [name, [user, path]] of Object.entries(await asked())) {
      await user.get(path);
      const times = [];
      let rows;
      for (let n = 0; n < 5; n++) {
        const began = performance.now();
        const answer = await user.get(path);
        times.push(performance.now() - began);
        assert.equal(answer.status, 200, name);
        const cost = await answer.cost();
        assert.equal(cost.d1, 1, name);
        rows = cost.rowsRead;
      }
      found[name] = { rows, ms: times.toSorted((a, b) => a - b)[2] };
    }
    return found;
  };
  await fill(client, 0, 1000);
  const small = await measure();
  await fill(client, 1000, 10_000);
  const large = await measure();
  for (const [name, { rows, ms }] of Object.entries(large)) {
    console.log(`${name}: ${small[name].rows} → ${rows} rows, ${small[name].ms.toFixed(1)} → ${ms.toFixed(1)} ms`);
    assert.ok(rows <= small[name].rows * 1.2 + 5, `${name} reads ${rows} rows of ten thousand, and ${small[name].rows} of a thousand`);
    assert.ok(rows <= 300, `${name} reads ${rows} rows`);
  }
  // Writing neither.
  const form = (await lena.get("/tickets/new")).page.formTo("/tickets/new");
  const opened = await lena.upload("/tickets/new", form.fill({ subject: "One more", body: "Words" }).filter(([name]) => name !== "file"));
  const { d1, rowsRead } = await opened.cost();
  console.log(`client: open a ticket: ${rowsRead} rows, ${d1} trips`);
  assert.ok(rowsRead <= 300 && d1 === 2);
});
