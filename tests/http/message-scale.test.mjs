// What the pages of messages read when a thread has ten thousand messages and a client a thousand threads, all
// unread, a part of them about a project that is not visible: one trip and at most 300 rows.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { addProject } from "../harness/work.mjs";
import { startThread } from "../harness/messages.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();

const insert = (rows, table, columns, select) => world.db.prepare(`INSERT INTO ${table} (${columns}) SELECT ${select} FROM json_each(?1)`).bind(JSON.stringify(rows));

test("pages cost the same with a thousand threads and ten thousand messages in one", async () => {
  const owner = await setUpOwner(world);
  const { client, contact, person: lena } = await person(world, owner);
  const project = await addProject(owner, client, { visible: "on" });
  const hidden = await addProject(owner, client);
  const { id: contactId } = await one("SELECT id FROM contacts WHERE email = ?", contact.email);
  const { id: staffId } = await one("SELECT id FROM staff");
  const threads = Array.from({ length: 1000 }, (_, n) => ({
    id: newId(1_600_000_000_000 + n * 1000), at: 1_600_000_000_000 + n * 1000, client: client.id, project: n % 10 === 0 ? hidden.id : n % 10 === 1 ? project.id : null,
  }));
  const fillThreads = (from, to) => world.db.batch([
    insert(threads.slice(from, to), "threads", "id, client_id, project_id, subject, said_at, created_at", "value ->> 'id', value ->> 'client', value ->> 'project', 'Thread', value ->> 'at', value ->> 'at'"),
    // Each side has said something that the other has not read.
    ...[["staff_id", staffId, 1], ["contact_id", contactId, 2]].map(([column, id, seq]) => insert(threads.slice(from, to).map((t) => ({ ...t, by: id, message: newId(), seq })), "messages", `id, thread_id, seq, body, ${column}, author, created_at`, "value ->> 'message', value ->> 'id', value ->> 'seq', 'Words', value ->> 'by', 'Somebody', value ->> 'at'")),
  ]);
  const long = await startThread(lena, { subject: "Long" });
  const fillLong = async (from, to) => {
    for (let start = from; start < to; start += 1000) {
      const rows = Array.from({ length: Math.min(1000, to - start) }, (_, n) => ({ message: newId(), id: long.id, seq: start + n + 2, by: contactId }));
      await world.db.batch([insert(rows, "messages", "id, thread_id, seq, body, contact_id, author, created_at", "value ->> 'message', value ->> 'id', value ->> 'seq', 'Words', value ->> 'by', 'Lena', 1700000000000")]);
    }
  };
  const pages = async () => {
    const middle = (await one("SELECT id FROM threads WHERE shown = 1 AND subject = 'Thread' ORDER BY said_at LIMIT 1 OFFSET 40")).id;
    const seq = (await one("SELECT max(seq) AS n FROM messages WHERE thread_id = ?", long.id)).n;
    const early = (await one("SELECT id FROM messages WHERE thread_id = ? AND seq = ?", long.id, Math.floor(seq / 2))).id;
    return {
      "client: list": [lena, "/messages"], "client: far page": [lena, `/messages?after=${middle}`], "client: back": [lena, `/messages?before=${middle}`], "client: rest of unread": [lena, `/messages?unread=${middle}`],
      "client: long thread": [lena, long.path], "client: its middle": [lena, `${long.path}?earlier=${early}`], "client: new": [lena, "/messages/new"], "client: home": [lena, "/"],
      "staff: all": [owner, "/admin/messages"], "staff: far page": [owner, `/admin/messages?after=${middle}`], "staff: back": [owner, `/admin/messages?before=${middle}`], "staff: rest of unread": [owner, `/admin/messages?unread=${middle}`],
      "staff: of the client": [owner, `${client.path}/messages`], "staff: of the client, far page": [owner, `${client.path}/messages?after=${middle}`],
      "staff: long thread": [owner, long.admin], "staff: its middle": [owner, `${long.admin}?earlier=${early}`], "staff: home": [owner, "/admin"],
    };
  };
  const measure = async () => {
    const found = {};
    for (const [name, [user, path]] of Object.entries(await pages())) {
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
  await fillThreads(0, 100);
  await fillLong(0, 200);
  const small = await measure();
  await fillThreads(100, 1000);
  await fillLong(200, 10_000);
  const large = await measure();
  for (const [name, { rows, ms }] of Object.entries(large)) {
    console.log(`${name}: ${small[name].rows} → ${rows} rows, ${small[name].ms.toFixed(1)} → ${ms.toFixed(1)} ms`);
    assert.ok(rows <= small[name].rows * 1.2 + 25, `${name} reads ${rows} rows, and ${small[name].rows} of a tenth`);
    assert.ok(rows <= 300, `${name} reads ${rows} rows`);
  }
  // Writing neither.
  for (const [user, path] of [[lena, long.path], [owner, long.admin]]) {
    const form = (await user.get(path)).page.formTo(path);
    const { d1, rowsRead } = await (await user.upload(path, form.fill({ body: "One more" }).filter(([name]) => name !== "file"))).cost();
    console.log(`${path.startsWith("/admin") ? "staff" : "client"}: write: ${rowsRead} rows, ${d1} trips`);
    assert.ok(rowsRead <= 300 && d1 === 2);
  }
});
