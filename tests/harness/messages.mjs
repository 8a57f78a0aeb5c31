// Messages as people write them: through the pages.
import { send } from "./tickets.mjs";

const started = (answer) => {
  const id = /^(?:\/admin)?\/messages\/([^/?]+)$/.exec(answer.location ?? "")?.[1];
  if (!id) throw new Error(`Starting a conversation: expected to be sent to it, got ${answer}: ${answer.page.text.slice(0, 600)}`);
  return { id, path: `/messages/${id}`, admin: `/admin/messages/${id}` };
};

/** A thread that somebody starts from the form at `at`: { id, path (the client's), admin (the staff's) }. */
async function start(user, at, { files = [], ...fields } = {}) {
  const form = (await user.get(at)).page.formTo(at);
  const sent = form.fill({ subject: "The new sign", body: "How wide **should** it be?", ...fields }).filter(([name]) => name !== "file");
  return started(await user.upload(at, [...sent, ...files.map((each) => ["file", each])]));
}

/** A client starts one. */
export const startThread = (person, more) => start(person, "/messages/new", more);

/** Staff start one with a client. */
export const startThreadWith = (staff, client, more) => start(staff, `${client.path}/messages/new`, more);

/** The client writes in one. */
export const write = (person, thread, body, more) => send(person, thread.path, "Send message", { body }, more);

/** Staff write in one. */
export const writeBack = (staff, thread, body, more) => send(staff, thread.admin, "Send message", { body }, more);
