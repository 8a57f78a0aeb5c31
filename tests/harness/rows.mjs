// People put straight into the database, for tests that are not about the pages that make them. They
// come in through the real pages all the same: staff sign in, contacts accept an invitation.
import { randomBytes } from "node:crypto";
import { accept, newPassword, signInStaff } from "./flows.mjs";

/** A UUIDv7, as the worker makes them. */
export function newId(now = Date.now()) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

let counter = 0;
const next = () => ++counter;

/** A signed-in colleague of the owner, with the owner's password. */
export async function colleague(world, owner, role) {
  const email = `${role}${next()}@colleagues.test`;
  await world.db.prepare(
    "INSERT INTO staff (id, email, email_key, name, role, password_hash, created_at, joined_at) "
    + "SELECT ?1, ?2, ?2, ?3, ?4, password_hash, created_at, created_at FROM staff WHERE role = 'owner' LIMIT 1",
  ).bind(newId(), email, `A ${role}`, role).run();
  const person = Object.assign(world.user(role), { email, password: owner.password });
  await signInStaff(person);
  return person;
}

/** A client whose portal is on: { id, name, path }. */
export async function clientRow(world, name = `Client row ${next()}`) {
  const id = newId();
  await world.db.prepare(
    "INSERT INTO clients (id, name, name_key, portal_enabled, created_at, updated_at) VALUES (?1, ?2, lower(?2), 1, ?3, ?3)",
  ).bind(id, name, Date.now()).run();
  return { id, name, path: `/admin/clients/${id}` };
}

/** A contact of a client, not invited yet. */
export async function contactRow(world, client, { firstName = `Cara${next()}`, lastName = "Contact", email = `row${next()}@client.test` } = {}) {
  const id = newId();
  await world.db.prepare(
    "INSERT INTO contacts (id, client_id, first_name, last_name, email, email_key, created_at, updated_at) "
    + "VALUES (?1, ?2, ?3, ?4, ?5, lower(?5), ?6, ?6)",
  ).bind(id, client.id, firstName, lastName, email, Date.now()).run();
  return { id, firstName, lastName, email, client };
}

/** Sends the invitation as it stands; gives the path of the link in the mail. */
export async function invitation(owner, contact) {
  const { page } = await owner.visit(`/admin/contacts/${contact.id}/invite`);
  const answer = await owner.submit(page.formTo(`/admin/contacts/${contact.id}/invite`), {}, { follow: false });
  if (answer.status !== 303) throw new Error(`Inviting ${contact.email}: expected to be sent on, got ${answer}`);
  return (await owner.world.mailbox.newest(contact.email)).path(/\/invitation\//);
}

/** A client with a contact who accepted an invitation and is signed in: { client, contact, person }. */
export async function person(world, owner, fields = {}) {
  const client = await clientRow(world, fields.client);
  const contact = await contactRow(world, client, fields.contact);
  const path = await invitation(owner, contact);
  const user = Object.assign(world.user(`${contact.firstName} of ${client.name}`), { email: contact.email, password: newPassword() });
  await accept(user, path);
  return { client, contact, person: user };
}

/** What Enable Portal does when it is switched off, in one batch. */
export const portalOff = (world, client) => world.db.prepare(
  "UPDATE clients SET portal_enabled = 0, portal_epoch = portal_epoch + 1 WHERE id = ?",
).bind(client.id).run();

/** … and on again. */
export const portalOn = (world, client) => world.db.prepare("UPDATE clients SET portal_enabled = 1 WHERE id = ?").bind(client.id).run();

export const archive = (world, client) => world.db.prepare("UPDATE clients SET archived_at = ? WHERE id = ?").bind(Date.now(), client.id).run();
