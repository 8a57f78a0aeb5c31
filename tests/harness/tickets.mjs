// Support tickets as people write them: through the pages.

const idIn = (answer, pattern, what) => {
  const id = pattern.exec(answer.location ?? "")?.[1];
  if (!id) throw new Error(`${what}: expected to be sent to it, got ${answer}: ${answer.page.text.slice(0, 600)}`);
  return id;
};

/** A file of a form. */
export const file = (filename = "note.txt", content = "Some words.", type = "text/plain") => ({ filename, content, type });

/** A ticket that a client opens: { id, path (the client's), admin (the staff's) }. `files` come with it. */
export async function openTicket(person, { files = [], ...fields } = {}) {
  const form = (await person.get("/tickets/new")).page.formTo("/tickets/new");
  const sent = form.fill({ subject: "The printer is sad", body: "It prints only **blue** pages.", ...fields }).filter(([name]) => name !== "file");
  const answer = await person.upload("/tickets/new", [...sent, ...files.map((each) => ["file", each])]);
  const id = idIn(answer, /^\/tickets\/([^/?]+)$/, "Opening a ticket");
  return { id, path: `/tickets/${id}`, admin: `/admin/tickets/${id}` };
}

/** What somebody sends in a form of a ticket's page; `button` names it. */
export async function send(user, page, button, fields, { files = [] } = {}) {
  const form = (await user.get(page)).page.form(button);
  const sent = form.fill(fields).filter(([name]) => name !== "file" && name !== "go");
  return user.upload(form.action, [...sent, ...files.map((each) => ["file", each])]);
}

/** The client replies. */
export const reply = (person, ticket, body, more) => send(person, ticket.path, "Send reply", { body }, more);

/** Staff answer. */
export const answer = (staff, ticket, text, { files, ...fields } = {}) => send(staff, ticket.admin, "Send answer to the client", { answer: text, ...fields }, { files });

/** Staff note something for the team. */
export const note = (staff, ticket, text, more) => send(staff, ticket.admin, "Keep internal note", { note: text }, more);

/** A text that staff use again and again: { id, name, body }. */
export async function addSavedReply(admin, { name = "Greeting", body = "Thank you for writing.\n\nKind regards" } = {}) {
  const path = "/admin/settings/support/replies/new";
  const made = await admin.submit((await admin.get(path)).page.formTo(path), { name, body }, { follow: false });
  if (made.status !== 303) throw new Error(`Saving the reply ${name}: ${made}`);
  return admin.world.db.prepare("SELECT id, name, body FROM saved_replies WHERE name = ?").bind(name).first();
}
