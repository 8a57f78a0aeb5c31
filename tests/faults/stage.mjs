// The portal that faults are tried in: the stage of all forms, with what the targets need besides.
import { draftInvoice, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { addDocument, signIn } from "../harness/flows.mjs";
import { booked, dayOf, paidOn, payLinkTo } from "../harness/invoices.mjs";
import { exceptionRow, payOnline } from "../harness/money.mjs";
import { archive, clientRow, colleague, contactRow, invitation, newId, person } from "../harness/rows.mjs";
import { enrol, STEP } from "../harness/totp.mjs";
import { theStage } from "../http/form-stage.mjs";

const PDF = { filename: "Invoice 6.pdf", type: "application/pdf", content: Buffer.from("%PDF-1.7\n% before\n%%EOF") };
const one = (world, sql, ...values) => world.db.prepare(sql).bind(...values).first();

/** Somebody whose sign-in needs a code: who they are, and a browser that waits for it. */
async function careful(world, user, root) {
  await enrol(user, root);
  const asked = world.user("asked for a code");
  await asked.post(`${root}/sign-in`, { email: user.email, password: user.password });
  return { user, asked };
}

/** An address that waits to be confirmed: the path in the mail. */
async function newAddress(user, root, email) {
  const { page } = await user.visit(`${root}/profile/email`);
  await user.submit(page.form("Send the link"), { email });
  return (await user.world.mailbox.newest(email)).path(/\/confirm-email\//);
}

/** Everything; `moment` is when each case begins. */
export async function faultStage(world, untouched) {
  const stage = await theStage(world, untouched);
  const { who, client } = stage;
  const { owner } = who;
  who.writer = stage.writer;
  stage.member = await one(world, "SELECT id FROM staff WHERE role = 'member' AND joined_at IS NOT NULL");
  const again = await contactRow(world, client);
  stage.stale = await invitation(owner, again);
  await owner.post(`/admin/contacts/${again.id}/invite/cancel`);
  const waits = await contactRow(world, client);
  await invitation(owner, waits);
  stage.invited = waits;
  stage.archived = await clientRow(world);
  await archive(world, stage.archived);
  // Of whom there is an export: who is to be erased.
  stage.leaving = await clientRow(world);
  await owner.post(`${stage.leaving.path}/export`);
  stage.former = await contactRow(world, client);
  // Who sign in with a code.
  const contact = await person(world, owner);
  const [client2, staff] = [await careful(world, contact.person, ""), await careful(world, await colleague(world, owner, "member"), "/admin")];
  Object.assign(who, { careful: client2.user, asked: client2.asked, carefulStaff: staff.user, staffAsked: staff.asked });
  stage.careful = contact.contact;
  stage.carefulStaff = await one(world, "SELECT id FROM staff WHERE email = ?", staff.user.email);
  // Mail that could not be sent.
  stage.dead = await one(world, "SELECT id FROM outbox WHERE state = 'sent' AND kind = 'document' LIMIT 1") ?? await one(world, "SELECT id FROM outbox WHERE state = 'sent' LIMIT 1");
  await world.db.prepare("UPDATE outbox SET state = 'dead', last_error = 'The mailbox does not exist.' WHERE id = ?").bind(stage.dead.id).run();
  const inactive = await colleague(world, owner, "member");
  stage.inactive = await one(world, "SELECT id FROM staff WHERE email = ?", inactive.email);
  await owner.post(`/admin/settings/staff/${stage.inactive.id}/deactivate`);
  // Money.
  await payOnline(world);
  const refunded = await sentInvoice(owner, client);
  const payment = await paidOn(world, { ...refunded, currency: "EUR" }, 23_800);
  await paidOn(world, { ...refunded, currency: "EUR" }, 23_800, { kind: "refund", payment });
  stage.refunded = refunded;
  stage.linked = await sentInvoice(owner, client);
  await payLinkTo(world, stage.linked);
  // In the mailbox that somebody had before.
  const { path } = await payLinkTo(world, stage.linked);
  stage.movedLink = path;
  await world.db.prepare("UPDATE pay_links SET contact_id = ?, moved_at = 1 WHERE id = (SELECT max(id) FROM pay_links)").bind(stage.contact.id).run();
  const [stray, now] = [newId(), world.now()];
  await booked(world, ["INSERT INTO ledger (id, kind, object_id, payment, provider, amount, currency, occurred_at, occurred_on, method, created_at) VALUES (?1, 'payment', 'pi_stray', 'pi_stray', 'stripe', 1000, 'EUR', ?2, ?3, 'card', ?2)", stray, now, dayOf(now)]);
  stage.exception = await exceptionRow(world, { payment: "pi_stray", amount: 1_000, currency: "EUR" });
  stage.numbered = (await one(world, "SELECT number FROM invoices WHERE id = ?", stage.linked.id)).number;
  const form = (await owner.get(`/admin/clients/${client.id}/invoices/upload`)).page.formTo(`/admin/clients/${client.id}/invoices/upload`);
  const own = await owner.upload(form.action, [...form.fill({ amount: "119" }).filter(([name]) => name !== "file"), ["file", PDF]]);
  stage.own = { path: own.location };
  await owner.submit((await owner.get("/admin/settings/templates/invoice")).page.formTo("/admin/settings/templates/invoice"), { subject: "Your invoice {{invoice_number}}" });
  // What runs: a timer, a preview, addresses that wait, sessions.
  const timer = (await owner.get("/admin/time-logs")).page.formTo("/admin/time-logs").fill({ what: `c.${client.id}`, time: "" });
  await owner.post("/admin/time-logs", [...timer.filter(([name]) => name !== "go"), ["go", "timer"]]);
  await world.db.prepare("UPDATE timers SET started_at = started_at - 1800000").run();
  await owner.submit((await owner.get("/admin/settings/branding")).page.formTo("/admin/settings/branding"), { colour: "#aa3355" });
  who.looking = await colleague(world, owner, "member");
  await who.looking.post(`/admin/contacts/${stage.contact.id}/preview`);
  stage.newAddress = await newAddress(who.person, "", "new-person@new.test");
  stage.newStaffAddress = await newAddress(owner, "/admin", "new-owner@new.test");
  await addDocument(owner, client, { title: "Told", notify: "on" });
  await world.settled();
  const told = (await world.mailbox.to(who.person.email)).find(({ links }) => links.some((link) => link.includes("/unsubscribe/")));
  stage.stop = told.links.find((link) => link.includes("/unsubscribe/")).slice(world.base.length);
  const elsewhere = world.user("elsewhere");
  await signIn(elsewhere, who.person);
  stage.session = await one(world, "SELECT s.id FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE a.email = ? ORDER BY s.rowid DESC LIMIT 1", who.person.email);
  stage.staffSession = await one(world, "SELECT s.id FROM sessions s JOIN staff t ON t.id = s.staff_id WHERE t.email = ? ORDER BY s.rowid DESC LIMIT 1", owner.email);
  // A step on, so that the apps show a code that was not used yet.
  await world.advance(2 * STEP);
  for (let n = 0; n < 3; n += 1) await world.cron();
  stage.moment = world.now();
  return stage;
}
