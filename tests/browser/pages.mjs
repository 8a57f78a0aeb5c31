// Every page there is, with who looks at it: for screenshots, accessibility and HTML checks alike.
// A page that is not in this list is a page that nobody has looked at.
import { draftInvoice, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { startThread, startThreadWith, write, writeBack } from "../harness/messages.mjs";
import { addSavedReply, answer, file, note, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime, showTime } from "../harness/work.mjs";
import { eraseClient } from "../harness/erasing.mjs";
import { addDocument, addStaff, setUpOwner } from "../harness/flows.mjs";
import { payLinkTo } from "../harness/invoices.mjs";
import { enrol } from "../harness/totp.mjs";
import { bareAttempt, exceptionRow } from "../harness/money.mjs";
import { clientRow, contactRow, invitation, person, portalOff } from "../harness/rows.mjs";

/**
 * Before there is an owner. Each: { name, path, who?, status? }; `status` is 200 unless said.
 */
export const FIRST_PAGES = [
  { name: "set-up", path: "/admin/setup" },
];

/** What the world of these pages is set to: with a provider, whose keys nobody knows. */
export const SETTINGS = { STRIPE_SECRET_KEY: "sk_test_looked_at", STRIPE_WEBHOOK_SECRET: "whsec_looked_at" };

/** People and things that the pages below show. */
export async function setTheStage(world) {
  const owner = await setUpOwner(world, { business: "Fern & Oak Studio", name: "Olive Fern" });
  const colleague = await addStaff(world, owner, { role: "admin", name: "Ada Ashdown", email: "ada@fern-oak.test" });
  await owner.post("/admin/settings/staff/new", { name: "Milo Reed", email: "milo@fern-oak.test", role: "member" });
  const milo = await world.db.prepare("SELECT id FROM staff WHERE email = 'milo@fern-oak.test'").first();
  const larkspur = await person(world, owner, {
    client: "Larkspur Bakery", contact: { firstName: "Lena", lastName: "Larkspur", email: "lena@larkspur.test" },
  });
  const pending = await contactRow(world, larkspur.client, { firstName: "Jonas", lastName: "Reed" });
  const link = await invitation(owner, pending);
  const late = await contactRow(world, larkspur.client, { firstName: "Mira", lastName: "Singh" });
  await invitation(owner, late);
  await world.db.prepare("UPDATE links SET expires_at = created_at + 1 WHERE contact_id = ?").bind(late.id).run();
  await contactRow(world, larkspur.client, { firstName: "Ida", lastName: "Novak" });
  const shared = await addDocument(owner, larkspur.client, { title: "Proposal: a spring rebrand", folder: "Proposals" });
  await addDocument(owner, larkspur.client, { title: "Pricing notes", folder: "Internal", visible: false });
  await larkspur.person.get(`/documents/${shared.id}/download`);
  await world.db.prepare("UPDATE documents SET description = ?, visible_until = ? WHERE id = ?")
    .bind("The three routes we talked about, with prices.\nPlease choose one by the end of the month.", world.now() + 30 * 86_400_000, shared.id).run();
  const careful = await addStaff(world, owner, { role: "member", name: "Cleo Careful", email: "cleo@fern-oak.test" });
  await enrol(careful, "/admin");
  const asked = world.user("who is asked for a code");
  await asked.post("/admin/sign-in", careful);
  const fresh = await person(world, owner, { client: "Northwind Events" });
  await fresh.person.post("/confirm/link");
  const off = await person(world, owner, { client: "Harbour Yoga" });
  await portalOff(world, off.client);
  const quiet = await clientRow(world, "Quiet Quarry");
  // One that may be erased now, and one that is.
  await owner.post(`${quiet.path}/export`, {});
  const gone = await person(world, owner, { client: "Gone Gallery" });
  await sentInvoice(owner, gone.client);
  await eraseClient(owner, gone.client);
  quiet.gone = gone.client;
  const lost = await contactRow(world, larkspur.client, { firstName: "Nora", lastName: "Nowhere", email: "nora@larkspur.test" });
  await invitation(owner, lost);
  await world.db.prepare("UPDATE outbox SET state = 'undeliverable', last_error = 'There is no mailbox of that name.' WHERE contact_id = ?").bind(lost.id).run();
  const mail = await world.db.prepare("SELECT id FROM outbox ORDER BY created_at LIMIT 1").first();
  const project = await addProject(owner, larkspur.client, {
    name: "Spring rebrand", percent: "60", budget: "40", starts_on: "2026-10-05", due_on: "2027-03-19", visible: "on",
    description: "A fresh look for the bakery, in time for **spring**.\n\n- Logo and colours\n- Bags, boxes and the shop front\n- The website, see [the outline](https://example.com/outline)",
    milestone_0: "Routes chosen", until_0: "2026-10-30", reached_0: "on", milestone_1: "Logo approved", until_1: "2026-11-20", milestone_2: "Packaging printed", until_2: "2027-02-12", milestone_3: "Shop front",
  });
  await addProject(owner, larkspur.client, { name: "Christmas cards", status: "completed", visible: "on" });
  await addProject(owner, larkspur.client, { name: "Website, an idea", status: "planned" });
  await world.db.prepare("UPDATE documents SET project_id = ? WHERE client_id = ?").bind(project.id, larkspur.client.id).run();
  const task = await addTask(owner, larkspur.client, {
    title: "Approve the logo", visible: "on", asks: "approve", project: project.id, due_on: "2026-11-27", position: "10",
    description: "Three drafts, from quiet to loud. We like the **second** one.",
  });
  await addTask(owner, larkspur.client, { title: "Send us photos of the shop", visible: "on", asks: "complete", project: project.id, due_on: "2026-12-04" });
  const done = await addTask(owner, larkspur.client, { title: "Collect three routes", visible: "on", project: project.id, status: "done" });
  await addTask(owner, larkspur.client, { title: "Ask the printer for a better price", project: project.id });
  await owner.post(`${task.path}/comments`, { body: "Let us not show the fourth draft." });
  await owner.post(`${task.path}/comments`, { body: "Here are the drafts. Which one do you like?", shared: "on" });
  await larkspur.person.post(`/tasks/${task.id}/comments`, { body: "The second one, I think. Let me ask my sister." });
  await addSavedReply(owner, { name: "Thank you for writing", body: "Thank you for writing. We look at it today and tell you what we find.\n\nKind regards" });
  const printer = await openTicket(larkspur.person, {
    subject: "The boxes came out too dark", category: "Problem",
    body: "The first boxes are here, and the green is **much** darker than on the proof.\n\n- Box 1: nearly black\n- Box 2: a little better", files: [file("box-1.jpg", "x".repeat(180_000), "image/jpeg"), file("box-2.jpg", "x".repeat(210_000), "image/jpeg")],
  });
  await owner.submit((await owner.get(printer.admin)).page.formTo(printer.admin), { assignee: (await world.db.prepare("SELECT id FROM staff WHERE email = 'ada@fern-oak.test'").first()).id, priority: "high" });
  await note(owner, printer, "The printer used the old profile. They pay for a second run, but we should not promise a day yet.", { files: [file("mail-from-the-printer.pdf", "x".repeat(90_000), "application/pdf")] });
  await answer(owner, printer, "We are sorry. We asked the printer to check the colours, and send you a new proof this week.", { files: [file("proof-2.pdf", "x".repeat(1_400_000), "application/pdf")] });
  await larkspur.person.get((await larkspur.person.get(printer.path)).page.all(".attached a").at(-1).getAttribute("href"));
  const asks = await openTicket(larkspur.person, { subject: "Can we have the logo as an SVG?", category: "Question", body: "Our sign maker asks for it." });
  const twice = await openTicket(larkspur.person, { subject: "Logo again", body: "Sorry, I meant as a file we can print." });
  await owner.post(`${twice.admin}/merge`, { into: asks.id, sure: "on" });
  const over = await openTicket(larkspur.person, { subject: "A second invoice for the cards?", category: "Billing", body: "Is this one new?" });
  await answer(owner, over, "It is for the second thousand.", { next: "resolved" });
  await owner.post(`${over.admin}/status`, { status: "closed" });
  await larkspur.person.post(`${over.path}/reply`, { body: "And which one do we pay first?" });
  const solved = await openTicket(larkspur.person, { subject: "How do I change my password?", body: "I cannot find it." });
  await answer(owner, solved, "Under your name at the top, choose Profile.", { next: "resolved" });
  const savedReply = await world.db.prepare("SELECT id FROM saved_replies").first();
  const proofs = await startThread(larkspur.person, {
    subject: "Proofs for the boxes", project: project.id, body: "Hello! Two questions about the proofs:\n\n- Is the green the **new** one?\n- Can the lid stay plain?", files: [file("lid.jpg", "x".repeat(240_000), "image/jpeg")],
  });
  await writeBack(owner, proofs, "It is the new one, and the lid can stay plain. Here is the next proof.", { files: [file("proof-3.pdf", "x".repeat(1_200_000), "application/pdf")] });
  await larkspur.person.get((await larkspur.person.get(proofs.path)).page.all(".attached a").at(-1).getAttribute("href"));
  await write(larkspur.person, proofs, "Lovely, thank you. We print on Thursday then.");
  await larkspur.person.upload("/documents", [["file", file("shop-front.jpg", "x".repeat(2_300_000), "image/jpeg")], ["file", file("opening-hours.txt", "9 to 5")]]);
  const visit = await startThreadWith(owner, larkspur.client, { subject: "A visit next week", body: "Would Tuesday at ten suit you? We would bring the samples." });
  const idea = await world.db.prepare("SELECT id FROM projects WHERE name = 'Website, an idea'").first();
  const unseen = await startThreadWith(owner, larkspur.client, { subject: "What the website could be", project: idea.id, body: "A first list of ideas." });
  await showTime(owner, "people", { rate: "85", currency: "EUR" });
  const spent = (what, time, description, fields = {}) => addTime(owner, larkspur.client, { what, time, description, rate: "90", currency: "EUR", ...fields });
  const billedTime = await spent(project, "4:30", "Workshop at the bakery, with notes and a first sketch of the three routes");
  await owner.submit((await owner.get(`${larkspur.client.path}/time-logs/invoice`)).page.formTo(/time-logs\/invoice/), {});
  const time = await spent(task, "1:20", "Second draft of the logo");
  await spent(project, "45m", "Call with Lena about colours");
  await spent(undefined, "2:05", "", { day: "2026-11-12" });
  await spent(project, "30m", "Mended our own mistake", { billable: null });
  await owner.post("/admin/time-logs", { ...Object.fromEntries((await owner.get("/admin/time-logs")).page.formTo("/admin/time-logs").values), what: `p.${project.id}`, description: "Third draft", go: "timer" });
  const draft = await draftInvoice(owner, larkspur.client, {
    reference: "PO 2026-118", notes: "Thank you for a lovely project.", terms: "Please pay within 14 days.", discount: "5%",
    lines: [["Brand workshop, half a day on site", 1, "640", "19%"], ["Logo, three drafts and two rounds of changes", 2.5, "480", "19%", "10%"], ["Printed cards", 500, "0.185", "7%"]],
  });
  const invoice = await sentInvoice(owner, larkspur.client, { lines: [["Website, first part", 1, "1200", "19%"]] });
  await recordPayment(owner, invoice, "500", { reference: "Account statement 12" });
  const { payment: fact } = await world.db.prepare("SELECT payment FROM allocations WHERE invoice_id = ?").bind(invoice.id).first();
  const looking = await addStaff(world, owner);
  await looking.post(`/admin/contacts/${larkspur.contact.id}/preview`);
  const early = await addStaff(world, owner);
  await early.post(`${quiet.path}/preview`);
  const payment = await world.db.prepare("SELECT id FROM ledger WHERE kind = 'payment'").first();
  await world.db.prepare("UPDATE billing SET pay_online = 1, part_least = 25000, iban = 'DE89370400440532013000', bic = 'COBADEFFXXX', bank_name = 'Commerzbank', account_name = 'Fern & Oak Studio' WHERE id = 1").run();
  const open = await sentInvoice(owner, larkspur.client, {
    reference: "PO 2026-118", notes: "Thank you for a lovely project.", terms: "Please pay within 14 days.",
    lines: [["Brand workshop, half a day on site", 1, "640", "19%"], ["Logo, three drafts and two rounds of changes", 2.5, "480", "19%", "10%"], ["Printed cards", 500, "0.185", "7%"]],
  });
  const payLink = await payLinkTo(world, open);
  const waits = {};
  for (const [state, age] of [["open", 0], ["processing", 0], ["failed", 0]]) waits[state] = await bareAttempt(world, { ...(await sentInvoice(owner, larkspur.client, { lines: [["Hosting", 1, "12.50", "19%"]] })), client: larkspur.client }, { state, age, amount: 1_488 });
  const linked = await bareAttempt(world, { ...open, client: larkspur.client }, { state: "expired", amount: 12_000 });
  const exception = await exceptionRow(world, { amount: 12_000, currency: "EUR" });
  for (const each of [draft, invoice, open]) await owner.post(`${each.path}/project`, { project: project.id });
  const settled = await sentInvoice(owner, larkspur.client, { lines: [["Photographs", 3, "120", "19%"]] });
  await recordPayment(owner, settled, "428.40");
  const withdrawn = await sentInvoice(owner, larkspur.client, { lines: [["Signage", 1, "90", "19%"]] });
  await owner.post(`${withdrawn.path}/void`);
  await sentInvoice(owner, larkspur.client, { currency: "USD", lines: [["Travel", 1, "320", "0"]] });
  await world.settled();
  const leave = (await world.mailbox.all()).flatMap(({ links }) => links).find((link) => link.includes("/unsubscribe/")).slice(world.base.length);
  return {
    leave, who: { careful, asked, looking, early, anonymous: world.user("anonymous"), owner, admin: colleague, person: larkspur.person, fresh: fresh.person, off: off.person },
    tickets: { printer, asks, twice, over, solved, savedReply }, threads: { proofs, visit, unseen }, project, task, done, time, billedTime, recorded: fact.replace("offline:", ""), draft, invoice, withdrawn, payment, open, payLink, waits, linked, exception, client: larkspur.client, contact: larkspur.contact, pending, unreachable: lost, link, mail, milo, quiet, document: shared,
    ownerId: (await world.db.prepare("SELECT id FROM staff WHERE role = 'owner'").first()).id,
  };
}

/** All pages, given the stage. */
export const pages = ({ leave, tickets, threads, project, task, done, time, billedTime, recorded, draft, invoice, withdrawn, payment, open, payLink, waits, linked, exception, client, contact, pending, unreachable, link, mail, milo, ownerId, quiet, document }) => [
  // anybody
  { name: "sign-in", path: "/sign-in" },
  { name: "invitation", path: link },
  { name: "invitation-sent", path: "/invitation/sent" },
  { name: "sign-in-link", path: "/sign-in/link" },
  { name: "sign-in-sent", path: "/sign-in/sent" },
  { name: "sign-in-to-invoice", path: "/sign-in?next=%2Fbilling%2F01890000-0000-7000-8000-000000000000" },
  { name: "sign-in-mailed", path: "/sign-in/mailed" },
  { name: "unsubscribe", path: leave },
  { name: "magic", path: `/magic/pt_m${"A".repeat(43)}` },
  { name: "forgot", path: "/forgot" },
  { name: "forgot-sent", path: "/forgot/sent" },
  { name: "reset", path: `/reset/pt_r${"A".repeat(43)}` },
  { name: "confirm-email", path: `/confirm-email/pt_e${"A".repeat(43)}` },
  { name: "staff-forgot", path: "/admin/forgot" },
  { name: "staff-forgot-sent", path: "/admin/forgot/sent" },
  { name: "staff-reset", path: `/admin/reset/pt_s${"A".repeat(43)}` },
  { name: "not-found", path: "/no-such-page", status: 404 },
  { name: "staff-sign-in", path: "/admin/sign-in" },
  { name: "staff-code", path: "/admin/sign-in/code", who: "asked" },
  { name: "staff-join", path: `/admin/join/pt_j${"A".repeat(43)}` },
  { name: "staff-join-occupied", path: `/admin/join/pt_j${"A".repeat(43)}`, who: "owner" },
  // a client's person
  { name: "client-dashboard", path: "/", who: "person" },
  { name: "preview-dashboard", path: "/", who: "looking" },
  { name: "preview-documents", path: "/documents", who: "looking" },
  { name: "preview-profile", path: "/profile", who: "looking" },
  { name: "preview-early", path: "/", who: "early" },
  { name: "client-documents", path: "/documents", who: "person" },
  { name: "client-document", path: `/documents/${document.id}`, who: "person" },
  { name: "client-projects", path: "/projects", who: "person" },
  { name: "client-project", path: `/projects/${project.id}`, who: "person" },
  { name: "client-projects-empty", path: "/projects", who: "fresh" },
  { name: "client-tasks", path: "/tasks", who: "person" },
  { name: "client-task", path: `/tasks/${task.id}`, who: "person" },
  { name: "client-task-done", path: `/tasks/${done.id}`, who: "person" },
  { name: "client-tasks-empty", path: "/tasks", who: "fresh" },
  { name: "client-notifications", path: "/notifications", who: "person" },
  { name: "client-notifications-none", path: "/notifications", who: "fresh" },
  { name: "preview-notifications", path: "/notifications", who: "looking" },
  { name: "client-search", path: "/search", who: "person" },
  { name: "client-search-found", path: "/search?q=p", who: "person" },
  { name: "client-search-none", path: "/search?q=xyzzy", who: "person" },
  { name: "preview-search", path: "/search?q=p", who: "looking" },
  { name: "client-tickets", path: "/tickets", who: "person" },
  { name: "client-tickets-empty", path: "/tickets", who: "fresh" },
  { name: "client-ticket-new", path: "/tickets/new", who: "person" },
  { name: "client-ticket", path: tickets.printer.path, who: "person" },
  { name: "client-ticket-merged", path: tickets.twice.path, who: "person" },
  { name: "client-ticket-closed", path: tickets.over.path, who: "person" },
  { name: "client-ticket-resolved", path: tickets.solved.path, who: "person" },
  { name: "client-messages", path: "/messages", who: "person" },
  { name: "client-messages-empty", path: "/messages", who: "fresh" },
  { name: "client-message-new", path: "/messages/new", who: "person" },
  { name: "client-thread", path: threads.proofs.path, who: "person" },
  { name: "preview-thread", path: threads.visit.path, who: "looking" },
  { name: "preview-ticket", path: tickets.printer.path, who: "looking" },
  { name: "client-time", path: "/time-logs", who: "person" },
  { name: "client-time-empty", path: "/time-logs", who: "fresh" },
  { name: "preview-time", path: "/time-logs", who: "looking" },
  { name: "client-dashboard-empty", path: "/", who: "fresh" },
  { name: "client-documents-empty", path: "/documents", who: "fresh" },
  { name: "client-billing", path: "/billing", who: "person" },
  { name: "client-billing-empty", path: "/billing", who: "fresh" },
  { name: "client-invoice", path: `/billing/${invoice.id}`, who: "person" },
  { name: "client-invoice-void", path: `/billing/${withdrawn.id}`, who: "person" },
  { name: "client-invoice-open", path: `/billing/${open.id}?left=1`, who: "person" },
  { name: "client-confirming", path: `/billing/confirming/${waits.open}`, who: "person" },
  { name: "client-confirming-processing", path: `/billing/confirming/${waits.processing}`, who: "person" },
  { name: "client-confirming-failed", path: `/billing/confirming/${waits.failed}`, who: "person" },
  { name: "link-invoice", path: payLink.path },
  { name: "link-confirming", path: `${payLink.path}/confirming/${linked}` },
  { name: "admin-exceptions", path: "/admin/exceptions", who: "owner" },
  { name: "admin-exceptions-all", path: "/admin/exceptions?all=1", who: "owner" },
  { name: "admin-exception", path: `/admin/exceptions/${exception}`, who: "owner" },
  { name: "admin-payments", path: "/admin/settings/payments", who: "owner" },
  { name: "client-receipt", path: `/billing/receipts/${payment.id}`, who: "person" },
  { name: "client-statement", path: "/billing/statement", who: "person" },
  { name: "client-statement-empty", path: "/billing/statement", who: "fresh" },
  { name: "client-profile", path: "/profile", who: "person" },
  { name: "client-privacy", path: "/privacy", who: "person" },
  { name: "client-privacy-empty", path: "/privacy", who: "fresh" },
  { name: "preview-privacy", path: "/privacy", who: "looking" },
  { name: "client-email", path: "/profile/email", who: "person" },
  { name: "client-export", path: "/profile/export", who: "person" },
  { name: "client-password", path: "/profile/password", who: "person" },
  { name: "client-factor", path: "/profile/factor", who: "person" },
  { name: "client-confirm", path: "/confirm", who: "person" },
  { name: "client-confirm-code", path: "/confirm", who: "fresh" },
  { name: "client-closed", path: "/", who: "off", status: 403 },
  // staff
  { name: "admin-dashboard", path: "/admin", who: "owner" },
  { name: "admin-confirm", path: "/admin/confirm", who: "owner" },
  { name: "admin-profile", path: "/admin/profile", who: "owner" },
  { name: "admin-factor", path: "/admin/profile/factor", who: "owner" },
  { name: "admin-factor-set", path: "/admin/profile/factor", who: "careful" },
  { name: "admin-confirm-code", path: "/admin/confirm", who: "careful" },
  { name: "admin-email", path: "/admin/profile/email", who: "owner" },
  { name: "admin-password", path: "/admin/profile/password", who: "owner" },
  { name: "admin-clients", path: "/admin/clients", who: "owner" },
  { name: "admin-clients-none", path: "/admin/clients?q=zzz", who: "owner" },
  { name: "admin-client-new", path: "/admin/clients/new", who: "owner" },
  { name: "admin-client", path: client.path, who: "owner" },
  { name: "admin-client-edit", path: `${client.path}/edit`, who: "owner" },
  { name: "admin-client-erase", path: `${client.path}/erase`, who: "owner" },
  { name: "admin-client-erase-exported", path: `${quiet.path}/erase`, who: "owner" },
  { name: "admin-clients-erased", path: "/admin/clients/erased", who: "owner" },
  { name: "admin-client-erased", path: quiet.gone.path, who: "owner" },
  { name: "admin-contacts", path: `${client.path}/contacts`, who: "owner" },
  { name: "admin-contact-new", path: `${client.path}/contacts/new`, who: "owner" },
  { name: "admin-contact", path: `/admin/contacts/${contact.id}`, who: "owner" },
  { name: "admin-contact-erase", path: `/admin/contacts/${contact.id}/erase`, who: "owner" },
  { name: "admin-documents", path: `${client.path}/documents`, who: "owner" },
  { name: "admin-client-permissions", path: `${client.path}/permissions`, who: "owner" },
  { name: "admin-client-permissions-none", path: `${quiet.path}/permissions`, who: "owner" },
  { name: "admin-contact-permissions", path: `/admin/contacts/${contact.id}/permissions`, who: "owner" },
  { name: "admin-projects", path: `${client.path}/projects`, who: "owner" },
  { name: "admin-projects-none", path: `${quiet.path}/projects`, who: "owner" },
  { name: "admin-project-new", path: `${client.path}/projects/new`, who: "owner" },
  { name: "admin-project", path: project.path, who: "owner" },
  { name: "admin-project-edit", path: `${project.path}/edit`, who: "owner" },
  { name: "admin-tasks", path: `${client.path}/tasks`, who: "owner" },
  { name: "admin-tasks-none", path: `${quiet.path}/tasks`, who: "owner" },
  { name: "admin-all-tasks", path: "/admin/tasks", who: "owner" },
  { name: "admin-all-tasks-none", path: "/admin/tasks?show=overdue&assignee=nobody", who: "owner" },
  { name: "admin-task-new", path: `${client.path}/tasks/new`, who: "owner" },
  { name: "admin-task", path: task.path, who: "owner" },
  { name: "admin-task-edit", path: `${task.path}/edit`, who: "owner" },
  { name: "admin-notifications", path: "/admin/notifications", who: "owner" },
  { name: "admin-search", path: "/admin/search", who: "owner" },
  { name: "admin-search-found", path: "/admin/search?q=p", who: "owner" },
  { name: "admin-tickets", path: "/admin/tickets", who: "owner" },
  { name: "admin-tickets-none", path: "/admin/tickets?state=waiting&priority=low", who: "owner" },
  { name: "admin-client-tickets", path: `${client.path}/tickets`, who: "owner" },
  { name: "admin-client-ticket-new", path: `${client.path}/tickets/new`, who: "owner" },
  { name: "admin-client-tickets-none", path: `${quiet.path}/tickets`, who: "owner" },
  { name: "admin-messages", path: "/admin/messages", who: "owner" },
  { name: "admin-client-messages", path: `${client.path}/messages`, who: "owner" },
  { name: "admin-client-messages-none", path: `${quiet.path}/messages`, who: "owner" },
  { name: "admin-message-new", path: `${client.path}/messages/new`, who: "owner" },
  { name: "admin-message-new-unread", path: `${quiet.path}/messages/new`, who: "owner" },
  { name: "admin-thread", path: threads.proofs.admin, who: "owner" },
  { name: "admin-thread-hidden", path: threads.unseen.admin, who: "owner" },
  { name: "admin-ticket", path: tickets.printer.admin, who: "owner" },
  { name: "admin-ticket-new", path: tickets.asks.admin, who: "owner" },
  { name: "admin-ticket-merged", path: tickets.twice.admin, who: "owner" },
  { name: "admin-ticket-closed", path: tickets.over.admin, who: "owner" },
  { name: "admin-support", path: "/admin/settings/support", who: "owner" },
  { name: "admin-saved-reply", path: `/admin/settings/support/replies/${tickets.savedReply.id}`, who: "owner" },
  { name: "admin-saved-reply-new", path: "/admin/settings/support/replies/new", who: "owner" },
  { name: "admin-time", path: "/admin/time-logs?period=year", who: "owner" },
  { name: "admin-time-running", path: "/admin/time-logs?period=last-week", who: "admin" },
  { name: "admin-client-time", path: `${client.path}/time-logs?period=all`, who: "owner" },
  { name: "admin-client-time-none", path: `${quiet.path}/time-logs`, who: "owner" },
  { name: "admin-time-entry", path: time.path, who: "owner" },
  { name: "admin-time-billed", path: billedTime.path, who: "owner" },
  { name: "admin-time-invoice", path: `${client.path}/time-logs/invoice`, who: "owner" },
  { name: "admin-time-invoice-none", path: `${quiet.path}/time-logs/invoice`, who: "owner" },
  { name: "admin-time-settings", path: "/admin/settings/time-logs", who: "owner" },
  { name: "admin-activity", path: `${client.path}/activity`, who: "owner" },
  { name: "admin-activity-none", path: `${quiet.path}/activity`, who: "owner" },
  { name: "admin-document", path: `/admin/documents/${document.id}`, who: "owner" },
  { name: "admin-document-delete", path: `/admin/documents/${document.id}/delete`, who: "owner" },
  { name: "admin-contact-unreachable", path: `/admin/contacts/${unreachable.id}`, who: "owner" },
  { name: "admin-invite-choose", path: `${client.path}/invite`, who: "owner" },
  { name: "admin-invite-active", path: `/admin/contacts/${contact.id}/invite`, who: "owner" },
  { name: "admin-clients-archived", path: "/admin/clients?archived=1", who: "owner" },
  { name: "admin-invite", path: `/admin/contacts/${pending.id}/invite`, who: "owner" },
  { name: "admin-billing", path: "/admin/billing", who: "owner" },
  { name: "admin-billing-none", path: "/admin/billing?state=paid", who: "owner" },
  { name: "admin-client-billing", path: `${client.path}/billing`, who: "owner" },
  { name: "admin-statement", path: `${client.path}/statement`, who: "owner" },
  { name: "admin-statement-wrong", path: `${client.path}/statement?from=2026-12-01&to=2026-01-01`, who: "owner", status: 422 },
  { name: "admin-invoice-new", path: `${client.path}/invoices/new`, who: "owner" },
  { name: "admin-invoice-draft", path: draft.path, who: "owner" },
  { name: "admin-invoice-edit", path: `${draft.path}/edit`, who: "owner" },
  { name: "admin-invoice-send", path: `${draft.path}/send`, who: "owner" },
  { name: "admin-invoice-sent", path: invoice.path, who: "owner" },
  { name: "admin-invoice-send-again", path: `${invoice.path}/send`, who: "owner" },
  { name: "admin-payment-new", path: `${invoice.path}/payments/new`, who: "owner" },
  { name: "admin-outbox", path: "/admin/outbox", who: "owner" },
  { name: "admin-mail", path: `/admin/outbox/${mail.id}`, who: "owner" },
  { name: "admin-branding", path: "/admin/settings/branding", who: "owner" },
  { name: "admin-templates", path: "/admin/settings/templates/invitation", who: "owner" },
  { name: "admin-templates-invoice", path: "/admin/settings/templates/invoice", who: "owner" },
  { name: "admin-invoice-upload", path: `${client.path}/invoices/upload`, who: "owner" },
  { name: "admin-payment-correct", path: `/admin/payments/${recorded}/correct`, who: "owner" },
  { name: "admin-reminders", path: "/admin/settings/reminders", who: "owner" },
  { name: "admin-templates-reminder", path: "/admin/settings/templates/reminder-after", who: "owner" },
  { name: "admin-invoicing", path: "/admin/settings/invoicing", who: "owner" },
  { name: "admin-billing-details", path: `${client.path}/billing/details`, who: "owner" },
  { name: "admin-permissions", path: "/admin/settings/permissions", who: "owner" },
  { name: "admin-security", path: "/admin/settings/security", who: "owner" },
  { name: "admin-audit", path: "/admin/settings/audit", who: "owner" },
  { name: "admin-audit-none", path: "/admin/settings/audit?from=2100-01-01", who: "owner" },
  { name: "admin-staff", path: "/admin/settings/staff", who: "owner" },
  { name: "admin-staff-new", path: "/admin/settings/staff/new", who: "owner" },
  { name: "admin-staff-invited", path: `/admin/settings/staff/${milo.id}`, who: "owner" },
  { name: "admin-staff-myself", path: `/admin/settings/staff/${ownerId}`, who: "owner" },
  { name: "admin-staff-above", path: `/admin/settings/staff/${ownerId}`, who: "admin" },
];
