// What requests ask of D1, KV and R2, and how many rows D1 reads for them: counted by the harness at the bindings
// of the release worker.
import { draftInvoice, recordPayment, sendFields } from "../harness/billing.mjs";
import { openTicket } from "../harness/tickets.mjs";
import { World } from "../harness/world.mjs";
import { ANONYMOUS, counted, statements } from "./pages.mjs";
import { paidEvents } from "./webhook.mjs";

/** The newest of the measured client, that its person may see. */
async function newest(world, { client }) {
  const one = (sql) => world.db.prepare(sql).bind(client.id).first("id");
  return {
    invoice: await one("SELECT id FROM invoices WHERE client_id = ? AND state = 'sent' ORDER BY issued_on DESC, id DESC LIMIT 1"),
    document: await one("SELECT id FROM documents WHERE client_id = ? AND visible = 1 ORDER BY created_at DESC, id DESC LIMIT 1"),
  };
}

/** Opens the portal on a folder with the stage's people signed in, as `work(world, people)`. */
export async function withWorld(stage, { state, worker }, work) {
  const world = await World.start({ state, port: stage.port, worker, settings: stage.settings, mail: "none" });
  const people = Object.fromEntries(Object.entries(stage.cookies).map(([name, cookies]) => {
    const user = world.user(name);
    for (const [key, value] of cookies) user.cookies.set(key, value);
    return [name, user];
  }));
  try {
    return await work(world, people);
  } finally {
    await world.close({ messy: true });
  }
}

async function opened(user, path, expected = 200) {
  const answer = await user.get(path);
  if (answer.status !== expected) throw new Error(`Opening ${path}: expected ${expected}, got ${answer}`);
  return answer.cost();
}

/** name → { d1, kv, r2, rowsRead } of pages, name → [who, path]. */
async function pages(people, asked) {
  const found = {};
  for (const [name, [who, path]] of Object.entries(asked)) {
    const { d1, kv, r2, rowsRead } = await opened(people[who], path);
    found[name] = { d1, kv, r2, rowsRead };
  }
  return found;
}

/** The same of pages that anybody may open: { cold, warm }, on an isolate that has just begun and on one that has not. */
async function anonymous(world) {
  const found = {};
  const nobody = world.user();
  for (const [name, path] of Object.entries(ANONYMOUS)) {
    await world.restart();
    const status = name === "not there" ? 404 : 200;
    found[name] = { cold: await opened(nobody, path, status), warm: await opened(nobody, path, status) };
  }
  return found;
}

/** name → D1 round trips of what staff, clients and the payment provider do most. */
async function actions(world, { owner, lena }, { client, stripe }) {
  const found = {};
  const note = async (name, answer, expected = 303) => {
    if (answer.status !== expected) throw new Error(`${name}: expected ${expected}, got ${answer}`);
    found[name] = (await answer.cost()).d1;
  };
  const form = async (user, path) => Object.fromEntries((await user.get(path)).page.formTo(path).values);
  await note("adding a client", await owner.post("/admin/clients/new", { ...await form(owner, "/admin/clients/new"), name: "Measured & Sons" }));
  await note("adding a person", await owner.post(`${client.path}/contacts/new`, { ...await form(owner, `${client.path}/contacts/new`), first_name: "Mia", email: "mia@measured.test" }));
  await note("switching a portal on", await owner.post(`${client.path}/portal`, { enabled: "on" }));
  const invoice = await draftInvoice(owner, client);
  found["writing an invoice"] = (await world.lastRequest()).d1;
  await note("sending an invoice", await owner.post(`${invoice.path}/send`, await sendFields(owner, invoice)));
  await note("recording a payment", await recordPayment(owner, invoice, "20"));
  const documents = `${client.path}/documents`;
  const shown = (await owner.get(documents)).page.formTo(documents).fill({ visible: "on" }).filter(([name]) => name !== "file");
  await note("sharing a document", await owner.upload(documents, [...shown, ["file", { filename: "note.txt", type: "text/plain", content: "A note." }]]));
  await openTicket(lena, { subject: "A question" });
  found["opening a ticket"] = (await world.lastRequest()).d1;
  const [event] = await paidEvents(world, stripe, [client], 1);
  await note("hearing of a payment", await world.user().request("POST", "/webhooks/stripe", { browser: false, body: event.body, headers: event.headers }), 200);
  return found;
}

/** All of it on one folder of data. */
export const costs = (stage, where) => withWorld(stage, where, async (world, people) => ({
  pages: await pages(people, counted(stage, await newest(world, stage))),
  statements: await pages(people, statements(stage)),
  actions: await actions(world, people, stage),
  anonymous: await anonymous(world),
}));
