// Many replies to a ticket are few mails to staff: the first at once, what comes within five minutes after it in one,
// and nothing is lost.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner, signInStaff } from "../harness/flows.mjs";
import { colleague, person } from "../harness/rows.mjs";
import { openTicket, reply } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
const MINUTE = 60_000;
let owner, member, client, lena;
before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd", contact: { firstName: "Lena" } }));
});

const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const mails = async (ticket, to) => {
  const { number } = await one("SELECT number FROM tickets WHERE id = ?", ticket.id);
  return (await world.outbox()).filter(({ kind, subject, to_email }) => kind === "ticket" && subject.startsWith(`[#${number}]`) && to_email === to.email);
};
const counts = async (ticket) => Promise.all([owner, member].map(async (to) => (await mails(ticket, to)).length));
const waiting = async () => (await one("SELECT count(*) AS n FROM ticket_tellings WHERE due_at IS NOT NULL")).n;

test("the first is mailed at once, the next ones of five minutes together, and the one after a while at once again", async () => {
  const ticket = await openTicket(lena, { subject: "One after the other" });
  assert.deepEqual(await counts(ticket), [1, 1], "opened");
  for (let n = 1; n <= 12; n += 1) assert.equal((await reply(lena, ticket, `Reply ${n}`)).status, 303);
  assert.deepEqual(await counts(ticket), [1, 1]);
  await world.advance(4 * MINUTE);
  await world.cron();
  assert.deepEqual(await counts(ticket), [1, 1], "not yet");
  await world.advance(2 * MINUTE);
  // What comes now goes with those that wait.
  await reply(lena, ticket, "Reply 13, the **last** one");
  assert.deepEqual(await counts(ticket), [1, 1]);
  // Two clocks at once are one.
  await Promise.all([world.cron(), world.cron()]);
  assert.deepEqual(await counts(ticket), [2, 2]);
  const mail = await world.mailbox.newest(owner.email);
  const { number } = await one("SELECT number FROM tickets WHERE id = ?", ticket.id);
  assert.equal(mail.subject, `[#${number}] One after the other`);
  assert.match(mail.text.replace(/\s+/g, " "), new RegExp(`There are 13 more replies of Birch Ltd in the ticket #${number}: One after the other\\. The last one is by Lena Contact: Reply 13, the \\*\\*last\\*\\* one`));
  assert.equal(mail.path(/\/admin\/tickets\//), ticket.admin);
  assert.equal(await waiting(), 0);
  await world.cron();
  assert.deepEqual(await counts(ticket), [2, 2]);
  // Within five minutes of that one they wait again.
  await reply(lena, ticket, "Soon after");
  assert.deepEqual(await counts(ticket), [2, 2]);
  await world.advance(6 * MINUTE);
  await world.cron();
  assert.deepEqual(await counts(ticket), [3, 3]);
  assert.match((await world.mailbox.newest(owner.email)).text, /wrote in the ticket[\s\S]*Soon after/);
  await world.advance(6 * MINUTE);
  await reply(lena, ticket, "Much later");
  assert.deepEqual(await counts(ticket), [4, 4], "at once");
});

test("each ticket has its own; who no longer takes such mail gets none; what is over is swept", async () => {
  await world.advance(10 * MINUTE);
  await signInStaff(owner);
  const [a, b] = [await openTicket(lena, { subject: "The first" }), await openTicket(lena, { subject: "The second" })];
  await reply(lena, a, "To the first");
  await world.db.prepare("UPDATE staff SET mail_tickets = 0 WHERE email = ?").bind(member.email).run();
  await reply(lena, b, "To the second");
  assert.deepEqual([await counts(a), await counts(b)], [[1, 1], [1, 1]]);
  // Merged meanwhile: it is told where it stands now.
  await world.db.prepare("UPDATE ticket_messages SET ticket_id = ?2, seq = seq + 100 WHERE ticket_id = ?1").bind(a.id, b.id).run();
  await world.db.prepare("UPDATE tickets SET merged_into = ?2, status = 'closed' WHERE id = ?1").bind(a.id, b.id).run();
  await world.advance(6 * MINUTE);
  await world.cron();
  const about = (await world.outbox()).filter(({ kind, content }) => kind === "ticket" && content.includes(`/admin/tickets/${b.id}`));
  assert.deepEqual(about.map(({ to_email }) => to_email).toSorted(), [member.email, owner.email, owner.email, owner.email].toSorted());
  assert.equal(await waiting(), 0);
  await world.advance(2 * 60 * MINUTE);
  await world.cron();
  assert.equal((await one("SELECT count(*) AS n FROM ticket_tellings")).n, 0);
});

test("a lost answer of the store loses no mail and doubles none", async () => {
  for (const when of ["before", "after"]) {
    await world.advance(6 * MINUTE);
    const ticket = await openTicket(lena, { subject: `Lost ${when}` });
    const form = (await lena.get(ticket.path)).page.form("Send reply");
    const sent = form.fill({ body: "Told once" }).filter(([name]) => name !== "file");
    world.expectLog(/D1/);
    await world.fault({ on: "d1", op: "batch", match: "INTO ticket_tellings", when });
    assert.equal((await lena.upload(form.action, sent)).status, 503);
    assert.equal((await lena.upload(form.action, sent)).status, 303);
    assert.equal((await one("SELECT untold FROM ticket_tellings WHERE ticket_id = ?", ticket.id)).untold, 1, when);
    await world.advance(6 * MINUTE);
    await world.fault({ on: "d1", op: "batch", match: "UPDATE ticket_tellings", when });
    await world.cron();
    await world.cron();
    assert.equal((await mails(ticket, owner)).length, 2, when);
  }
  assert.ok(client);
});
