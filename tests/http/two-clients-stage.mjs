// Two clients with a thing of every kind each, and the person of each who is signed in.
import assert from "node:assert/strict";
import { draftInvoice, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { addDocument, setUpOwner, signIn } from "../harness/flows.mjs";
import { startThread, startThreadWith, writeBack } from "../harness/messages.mjs";
import { bareAttempt } from "../harness/money.mjs";
import { contactRow, invitation, person } from "../harness/rows.mjs";
import { answer, file, note, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime } from "../harness/work.mjs";

/** { owner, a, b }: `a` and `b` are { client, contact, person, device }. */
export async function twoClients(world) {
  const owner = await setUpOwner(world);
  const [a, b] = [await person(world, owner), await person(world, owner)];
  for (const each of [a, b]) {
    // Documents: shown, hidden, deleted; opened, so that there are receipts.
    const shown = await addDocument(owner, each.client);
    await addDocument(owner, each.client, { visible: false });
    const gone = await addDocument(owner, each.client);
    await world.db.prepare("UPDATE documents SET deleted_at = ? WHERE id = ?").bind(Date.now(), gone.id).run();
    await each.person.get(`/documents/${shown.id}/download`);
    // Work: shown and internal, with something that waits and something said.
    const project = await addProject(owner, each.client, { visible: "on" });
    await addProject(owner, each.client);
    const task = await addTask(owner, each.client, { visible: "on", asks: "complete", project: project.id });
    await addTask(owner, each.client, { project: project.id });
    await owner.post(`${task.path}/comments`, { body: "Between us." });
    await addTime(owner, each.client, { rate: "90", currency: "EUR", what: project });
    // A ticket with files, and what staff note among themselves.
    const ticket = await openTicket(each.person, { files: [file()] });
    await answer(owner, ticket, "Here.", { files: [file("offer.txt")] });
    await note(owner, ticket, "Between us.", { files: [file("inside.txt")] });
    // Messages with files: about nothing, and about a project that is not visible.
    const thread = await startThread(each.person, { files: [file()] });
    await writeBack(owner, thread, "Here.", { files: [file("offer.txt")] });
    const inside = await addProject(owner, each.client);
    await startThreadWith(owner, each.client, { project: inside.id, files: [file("inside.txt")] });
    // A second device, a link to sign in, a new password, a colleague who is invited.
    each.device = Object.assign(world.user("second device"), { email: each.person.email, password: each.person.password });
    await signIn(each.device);
    await world.user().post("/sign-in/link", { email: each.contact.email });
    await world.user().post("/forgot", { email: each.contact.email });
    await invitation(owner, await contactRow(world, each.client));
    // Invoices: a draft, one to be paid, one paid in part.
    await draftInvoice(owner, each.client);
    await sentInvoice(owner, each.client);
    await recordPayment(owner, await sentInvoice(owner, each.client), "10");
    await bareAttempt(world, { ...(await sentInvoice(owner, each.client)), client: each.client });
    // Uploads that are under way, from both sides.
    const sending = await each.person.sendJson("POST", "/uploads", { file_name: "film.mov", size: 12_000_000 });
    assert.equal(sending.status, 201, `${sending}: ${sending.text}`);
    const begun = await owner.sendJson("POST", `${each.client.path}/uploads`, { file_name: "big.bin", size: 12_000_000, visible: true });
    assert.ok(begun.status < 300, `${begun}: ${begun.text}`);
  }
  await world.settled();
  return { owner, a, b };
}

/** Every row of every table: { table: rows }. */
export async function everything(world) {
  const { results } = await world.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'").all();
  const tables = results.map(({ name }) => name);
  const all = await world.db.batch(tables.map((name) => world.db.prepare(`SELECT * FROM "${name}"`)));
  return Object.fromEntries(tables.map((name, n) => [name, all[n].results]));
}
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
export const idsOf = (value) => new Set(JSON.stringify(value).match(UUID) ?? []);
