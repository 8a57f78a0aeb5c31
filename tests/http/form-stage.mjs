// One portal with a thing of every kind in it, for tests that send every form of bad-input-forms.mjs.
import { draftInvoice, recordPayment, sentInvoice } from "../harness/billing.mjs";
import { addDocument, setUpOwner, signIn } from "../harness/flows.mjs";
import { startThread } from "../harness/messages.mjs";
import { clientRow, colleague, contactRow, invitation, person } from "../harness/rows.mjs";
import { addSavedReply, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime } from "../harness/work.mjs";

/** The things, and `who` uses them. `untouched` is another world, that nobody has set up. */
export async function theStage(world, untouched) {
  const owner = await setUpOwner(world);
  const [admin, leaving] = [await colleague(world, owner, "admin"), await colleague(world, owner, "member")];
  const one = await person(world, owner);
  const second = await contactRow(world, await clientRow(world), { email: one.contact.email });
  await one.person.post(await invitation(owner, second), { choice: "link" });
  await signIn(one.person);
  const leavingPerson = Object.assign(world.user("leaving"), { email: one.person.email, password: one.person.password });
  await signIn(leavingPerson);
  const waiting = await contactRow(world, one.client);
  const invited = await invitation(owner, await contactRow(world, one.client));
  await owner.post("/admin/settings/staff/new", { name: "Milo Reed", email: "milo@swept.test", role: "member" });
  await owner.post("/admin/settings/staff/new", { name: "Joy Reed", email: "joy@swept.test", role: "member" });
  const other = await person(world, owner);
  await world.user().post("/forgot", { email: other.contact.email });
  await world.user().post("/admin/forgot", { email: admin.email });
  const asking = world.user();
  await asking.post("/sign-in/link", { email: (await person(world, owner)).contact.email });
  const link = (await world.mailbox.all()).at(-1);
  const stage = {
    who: { owner, admin, person: one.person, leaving, leavingPerson, first: untouched.user("first") },
    client: one.client, contact: one.contact, secondContact: one.contact, waiting, invitation: invited,
    spare: await clientRow(world), document: await addDocument(owner, one.client),
    time: await addTime(owner, one.client, { rate: "90", currency: "EUR" }), task: await addTask(owner, one.client, { visible: "on", asks: "complete" }), project: await addProject(owner, one.client, { milestone_0: "Draft", until_0: "2026-11-20" }), draft: await draftInvoice(owner, one.client), invoice: await sentInvoice(owner, one.client),
    milo: await world.db.prepare("SELECT id FROM staff WHERE email = 'milo@swept.test'").first(),
    join: (await world.mailbox.newest("joy@swept.test")).path(/\/admin\/join\//),
    reset: (await world.mailbox.newest(other.contact.email)).path(/\/reset\//),
    staffReset: (await world.mailbox.newest(admin.email)).path(/\/admin\/reset\//),
    magic: link.path(/\/magic\//), code: link.code,
    setupToken: untouched.setupToken,
  };
  const paid = await sentInvoice(owner, one.client);
  await recordPayment(owner, paid, "10");
  const { payment } = await world.db.prepare("SELECT payment FROM allocations WHERE invoice_id = ?").bind(paid.id).first();
  stage.payment = payment.replace("offline:", "");
  stage.savedReply = await addSavedReply(owner);
  const switching = await one.person.get("/");
  const id = switching.page.all('[name="contact_id"]').map((field) => field.getAttribute("value"))[0];
  stage.secondContact = { id };
  // The person is at that client by the time tickets are written to.
  const writer = Object.assign(world.user("writer"), { email: one.person.email, password: one.person.password });
  await signIn(writer);
  await writer.post("/switch", { contact_id: id });
  stage.writer = writer;
  stage.ticket = await openTicket(writer);
  stage.twin = await openTicket(writer);
  stage.thread = await startThread(writer);
  return stage;
}
