// What the access tests share: somebody of each kind, the things of one client, and what an answer means.
import { execFileSync } from "node:child_process";
import { draftInvoice, recordPayment, sentInvoice } from "./billing.mjs";
import { addDocument, setUpOwner } from "./flows.mjs";
import { payLinkTo } from "./invoices.mjs";
import { startThread } from "./messages.mjs";
import { bareAttempt, exceptionRow } from "./money.mjs";
import { archive, colleague, contactRow, person, portalOff } from "./rows.mjs";
import { ROOT } from "./runtime.mjs";
import { addSavedReply, file, openTicket } from "./tickets.mjs";
import { addProject, addTask, addTime } from "./work.mjs";

/** Every route of the router with its guard: { method, path, guard }. */
export const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));
export const keyOf = ({ method, path }) => `${method} ${path}`;

/** An id of the right shape that nothing has. */
export const NOBODYS = "01890000-0000-7000-8000-000000000000";

/** Somebody of each kind, with the things of one client: { who, subjects, client }. */
export async function setTheStage(world) {
  const owner = await setUpOwner(world);
  const [admin, member] = [await colleague(world, owner, "admin"), await colleague(world, owner, "member")];
  const [client, other, off, archived] = [await person(world, owner), await person(world, owner), await person(world, owner), await person(world, owner)];
  await portalOff(world, off.client);
  await archive(world, archived.client);
  const pending = await contactRow(world, client.client);
  const preview = await colleague(world, owner, "member");
  await preview.post(`/admin/contacts/${client.contact.id}/preview`);
  const staff = await world.db.prepare("SELECT id FROM staff WHERE role = 'member'").first();
  const mail = await world.db.prepare("SELECT id FROM outbox LIMIT 1").first();
  const document = await addDocument(owner, client.client);
  const draft = await draftInvoice(owner, client.client);
  const invoice = await sentInvoice(owner, client.client);
  const revised = await sentInvoice(owner, client.client);
  await owner.post(`${revised.path}/revise`);
  const part = await sentInvoice(owner, client.client);
  await recordPayment(owner, part, "1");
  const payment = await world.db.prepare("SELECT id FROM ledger WHERE kind = 'payment'").first();
  const project = await addProject(owner, client.client, { visible: "on" });
  const task = await addTask(owner, client.client, { visible: "on", asks: "complete" });
  const ticket = await openTicket(client.person, { files: [file()] });
  const ticketFile = await world.db.prepare("SELECT id FROM ticket_files").first();
  const thread = await startThread(client.person, { files: [file()] });
  const messageFile = await world.db.prepare("SELECT id FROM message_files").first();
  const savedReply = await addSavedReply(owner);
  return {
    client,
    who: { anonymous: world.user("anonymous"), preview, owner, admin, member, client: client.person, other: other.person, off: off.person, archived: archived.person },
    subjects: {
      client: client.client.id,
      contact: pending.id,
      document: document.id,
      draft: draft.id,
      invoice: invoice.id,
      revised: revised.id,
      project: project.id,
      task: task.id,
      ticket: ticket.id,
      ticketFile: ticketFile.id,
      thread: thread.id,
      messageFile: messageFile.id,
      savedReply: savedReply.id,
      time: (await addTime(owner, client.client)).id,
      payLink: (await payLinkTo(world, invoice)).token,
      payment: payment.id,
      attempt: await bareAttempt(world, { ...invoice, client: client.client }),
      exception: await exceptionRow(world),
      staff: staff.id,
      mail: mail.id,
      nobody: NOBODYS,
      token: "x".repeat(43),
    },
  };
}

/** What somebody who looks as the client gets: what the client reads, what a member reads, no writing. */
export function inPreview({ method, path, guard }, row) {
  if (row.preview !== undefined) return row.preview;
  const waysOut = ["/admin/preview/exit", "/admin/sign-out"];
  if (guard !== "provider" && method !== "GET" && !waysOut.includes(path)) return "forbidden";
  return guard.startsWith("contact") ? row.client : row.member;
}

export const fill = (path, row, subjects) => path.replace(/\{\*?(\w+)\}/g, (_, name) => {
  const subject = row.ids?.[name] ?? "nobody";
  return subjects[subject] ?? subject;
});

export const ask = (user, method, path) => (method === "GET" ? user.get(path) : user.request(method, path, {
  body: method === "DELETE" ? undefined : "", headers: { "content-type": "application/x-www-form-urlencoded" },
}));

const to = (answer, path) => answer.status === 303 && new RegExp(`^${path}(\\?|$)`).test(answer.location ?? "");
export const FITS = {
  page: (a) => a.status === 200,
  passes: (a) => a.status < 500 && ![401, 403, 404, 405, 421].includes(a.status) && !to(a, "/sign-in") && !to(a, "/admin/sign-in"),
  "sign-in": (a) => to(a, "/sign-in"),
  "staff sign-in": (a) => to(a, "/admin/sign-in"),
  closed: (a) => a.status === 403,
  forbidden: (a) => a.status === 403,
  hidden: (a) => a.status === 404,
};

/** What may differ between two answers that say the same. */
export const comparable = ({ headers, text }) => {
  const { date, "content-length": _length, ...rest } = headers;
  return { headers: rest, text };
};
