// The clock under faults: with something of every kind waiting for it, each step of it fails, is done and not
// told, stalls while the next minute's clock comes, or is where the worker dies. An hour later everything is as
// after a clock that nothing disturbed.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { addDocument, setUpOwner } from "../harness/flows.mjs";
import { startThread } from "../harness/messages.mjs";
import { attemptRow, invoiceRow, payOnline } from "../harness/money.mjs";
import { person } from "../harness/rows.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { openTicket } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";
import { Driver } from "./driver.mjs";
import { note, told } from "./report.mjs";
import { State } from "./state.mjs";

const MINUTE = 60_000, DAY = 86_400_000;
const stripe = await StripeStandIn.start();
const world = await World.start({ settings: stripe.settings });
await stripe.attach(world);
let driver;
after(async () => {
  driver?.state.close();
  try {
    await world.close();
  } finally {
    await stripe.close();
  }
});

before(async () => {
  // At noon, when reminders go out.
  const today = Math.floor(Date.now() / DAY) * DAY;
  await world.setClock(today + 11.8 * 60 * MINUTE - Date.now());
  const owner = await setUpOwner(world);
  const { client, contact, person: lena } = await person(world, owner);
  await world.db.prepare("UPDATE contacts SET is_primary = 1 WHERE id = ?").bind(contact.id).run();
  await payOnline(world);
  await owner.submit((await owner.get("/admin/settings/reminders")).page.formTo("/admin/settings/reminders"), { before: "3", after: "7, 14" });
  const day = (days) => new Date(world.now() + days * DAY).toISOString().slice(0, 10);
  await invoiceRow(world, client, { issued: day(-30), due: day(-7) });
  await invoiceRow(world, client, { issued: day(-30), due: day(3) });
  const paid = await invoiceRow(world, client);
  const { session } = await attemptRow(world, stripe, [paid], { contact });
  stripe.pay(session);
  stripe.lose();
  await world.db.prepare("UPDATE attempts SET created_at = created_at - 1800000").run();
  const ticket = await openTicket(lena);
  await world.db.prepare("UPDATE tickets SET status = 'resolved', moved_at = ? WHERE id = ?").bind(world.now() - 40 * DAY, ticket.id).run();
  await startThread(lena);
  await world.settled();
  // A mail that waits, an upload that nobody finished, a file that nothing names.
  await addDocument(owner, client, { title: "Told late", notify: "on" });
  await world.settled();
  await world.db.prepare("UPDATE outbox SET state = 'queued', due_at = created_at, lease = NULL WHERE kind = 'document'").run().catch(() => null);
  await owner.sendJson("POST", `${client.path}/uploads`, { file_name: "left.pdf", size: 5 });
  await world.db.prepare("UPDATE uploads SET touched_at = ?").bind(world.now() - 2 * DAY).run();
  await world.r2.put(`form/${day(-5)}/nobody's`, "x");
  await world.settled();
  await world.advance(6 * MINUTE);
  driver = new Driver(world, new State(world));
  await driver.begin();
});

test("the clock", async () => {
  const tick = async () => {
    const worker = await world.runtime.getWorker();
    const { outcome } = await worker.scheduled({ scheduledTime: new Date(world.now()), cron: "* * * * *" });
    return { status: outcome === "ok" ? 200 : 500, headers: {}, text: "", cost: () => world.record("cron"), toString: () => `the clock: ${outcome}` };
  };
  const form = { key: "the clock", user: world.user("the clock"), machine: true, is: ({ status }) => status === 200, send: tick };
  const { reference } = await driver.all(form);
  for (const table of ["attempts", "ledger", "reminders_sent", "tickets", "uploads"]) assert.ok(reference.seen[table], `nothing of ${table} waited for the clock: ${Object.keys(reference.seen)}`);
  assert.ok(reference.sent.length >= 4, `only ${reference.sent.length} mails waited for the clock`);
  await note({ what: form.key, cases: driver.cases, again: driver.again, findings: driver.findings });
  assert.equal(driver.findings.length, 0, `${driver.findings.length} things did not end as they should in ${driver.cases} cases:\n${told(driver.findings)}`);
});
