// What people do before a test begins, done the way they do it: through the pages.
import { randomBytes } from "node:crypto";

let counter = 0;
/** A different word each time, so that two clients of one world never share a name or an address. */
const next = () => ++counter;

/** A password nobody has put on a list. */
export const newPassword = () => `correct ${randomBytes(6).toString("hex")} staple`;

function expectPage(answer, what) {
  if (answer.status !== 200) {
    const wrong = answer.page.all('[role="alert"], [aria-invalid="true"]').map((e) => e.text.trim()).filter(Boolean);
    throw new Error(`${what}: expected a page, got ${answer}${wrong.length ? `\n  it says: ${wrong.join(" / ")}` : ""}`);
  }
  return answer;
}

/** A form that was refused shows itself again, as 4xx; accepted ones end on another page. */
async function fillIn(user, path, fields, what, { form = path } = {}) {
  const page = expectPage(await user.visit(path), `${what}, opening ${path}`).page;
  return expectPage(await user.submit(page.formTo(form), fields), what);
}

const idIn = (path, pattern, what) => {
  const id = pattern.exec(path)?.[1];
  if (!id) throw new Error(`${what}: expected to end at ${pattern}, ended at ${path}`);
  return id;
};

/** The business's first person. Gives a signed-in owner, with `email` and `password` set. */
export async function setUpOwner(world, { business = "Fern & Oak", name = "Olive Owner", email = "olive@business.test", password = newPassword() } = {}) {
  const owner = Object.assign(world.user(name), { email, password });
  await fillIn(owner, "/admin/setup", {
    token: world.setupToken, business_name: business, name, email, password: owner.password,
  }, "Setting up the owner");
  return owner;
}

export const signInStaff = (user, { email = user.email, password = user.password } = {}) =>
  fillIn(user, "/admin/sign-in", { email, password }, `${user.name} signing in as staff`);

export const signIn = (user, { email = user.email, password = user.password } = {}) =>
  fillIn(user, "/sign-in", { email, password }, `${user.name} signing in`);

/** A colleague with a role: invited by the owner, joined by the mail. */
export async function addStaff(world, owner, { role = "member", name = `Mo Member ${next()}`, email = `staff${next()}@business.test`, password = newPassword() } = {}) {
  await fillIn(owner, "/admin/settings/staff/new", { name, email, role }, `Inviting ${name}`);
  const person = Object.assign(world.user(name), { email, password });
  const path = (await world.mailbox.newest(email)).path(/\/admin\/join\//);
  await fillIn(person, path, { password: person.password }, `${name} joining`);
  // Joining need not sign in.
  if ((await person.get("/admin")).status !== 200) await signInStaff(person);
  return person;
}

/** A client record: { id, name, path }. */
export async function addClient(owner, { name = `Client ${next()}`, ...fields } = {}) {
  const answer = await fillIn(owner, "/admin/clients/new", { name, ...fields }, `Adding the client ${name}`);
  const id = idIn(answer.path, /^\/admin\/clients\/([^/?]+)/, `Adding the client ${name}`);
  return { id, name, path: `/admin/clients/${id}` };
}

/** A person of a client: { id, firstName, lastName, email, client }. The first one is the primary contact. */
export async function addContact(owner, client, { firstName = `Cara${next()}`, lastName = "Contact", email = `person${next()}@client.test`, ...fields } = {}) {
  const what = `Adding ${firstName} to ${client.name}`;
  await fillIn(owner, `${client.path}/contacts/new`, { first_name: firstName, last_name: lastName, email, ...fields }, what);
  const { world } = owner;
  const row = await world.db.prepare("SELECT id FROM contacts WHERE client_id = ? AND email_key = ? AND removed_at IS NULL")
    .bind(client.id, email.toLowerCase()).first();
  if (!row) throw new Error(`${what}: the form was accepted, and there is no such contact.`);
  return { id: row.id, firstName, lastName, email, client };
}

/** Enable Portal, on or off. */
export async function switchPortal(owner, client, on = true) {
  const answer = await owner.post(`${client.path}/portal`, { enabled: on ? "on" : "off" });
  return expectPage(await owner.follow(answer), `Switching the portal of ${client.name} ${on ? "on" : "off"}`);
}

/** Sends the invitation as it stands; gives the path of the link in the mail (`read: false`: nothing is sent yet). */
export async function invite(owner, contact, changes = {}, { read = true } = {}) {
  const { world } = owner;
  await fillIn(owner, `/admin/contacts/${contact.id}/invite`, changes, `Inviting ${contact.email}`);
  if (!read) return null;
  return (await world.mailbox.newest(contact.email)).path(/\/invitation\//);
}

/** Opens an invitation and chooses a password (or, with `choice: "link"`, to sign in by link). */
export async function accept(user, path, { choice = "password", password = user.password ?? newPassword() } = {}) {
  const fields = choice === "password" ? { choice, password } : { choice };
  await fillIn(user, path, fields, `${user.name} accepting the invitation`);
  user.password = password;
  return user;
}

/** All of it: a client with one contact who is signed in. Gives { client, contact, person }. */
export async function clientWithPerson(owner, { client: clientFields, contact: contactFields } = {}) {
  const client = await addClient(owner, clientFields);
  const contact = await addContact(owner, client, contactFields);
  await switchPortal(owner, client, true);
  const path = await invite(owner, contact);
  const person = Object.assign(owner.world.user(`${contact.firstName} of ${client.name}`), { email: contact.email, client, contact });
  await accept(person, path);
  if ((await person.get("/")).status !== 200) await signIn(person);
  return { client, contact, person };
}

/** Uploads documents by the plain form; gives their rows, newest first. `file` is { filename, type, content }. */
export async function addDocument(owner, client, { file = { filename: "note.txt", type: "text/plain", content: "A note." }, visible = true, ...fields } = {}) {
  const path = `${client.path}/documents`;
  const { world } = owner;
  const page = expectPage(await owner.visit(path), `Opening ${path}`).page;
  const form = page.formTo(path);
  const sent = form.fill({ ...fields, ...(visible ? { visible: "on" } : { visible: null }) });
  const fileField = form.controls.find((control) => control.getAttribute("type") === "file")?.getAttribute("name");
  if (!fileField) throw new Error(`The upload form of ${path} has no file field.`);
  expectPage(await owner.follow(await owner.upload(path, [...sent, [fileField, file]])), `Uploading ${file.filename}`);
  return (await world.db.prepare("SELECT * FROM documents WHERE client_id = ? ORDER BY created_at DESC, id DESC").bind(client.id).all()).results[0];
}

/**
 * The cast of most tests: owner, admin, member; two clients with a signed-in person each; somebody anonymous.
 * `client.person` and `other.person` never share anything.
 */
export async function cast(world) {
  const owner = await setUpOwner(world);
  const admin = await addStaff(world, owner, { role: "admin", name: "Ada Admin" });
  const member = await addStaff(world, owner, { role: "member", name: "Mo Member" });
  const client = await clientWithPerson(owner);
  const other = await clientWithPerson(owner);
  return { anonymous: world.user("anonymous"), owner, admin, member, client, other };
}
