// The demo business: who is there, and what happened, in the order it happened. Everything goes through
// the pages (tests/harness/flows.mjs), so the demo breaks loudly when a page does.
import { readFileSync } from "node:fs";
import { draftInvoice, recordPayment, sentInvoice } from "../../tests/harness/billing.mjs";
import { accept, addClient, addContact, addDocument, addStaff, invite, setUpOwner, signIn, signInStaff, switchPortal } from "../../tests/harness/flows.mjs";
import { startThread, startThreadWith, write, writeBack } from "../../tests/harness/messages.mjs";
import { addSavedReply, answer, note, openTicket, reply } from "../../tests/harness/tickets.mjs";
import { addProject, addTask, addTime, showTime } from "../../tests/harness/work.mjs";

/** Passwords of a demo that never leaves this machine; long enough for the portal's rule. */
export const PASSWORDS = { owner: "demo owner password", admin: "demo admin password", client: "demo client password" };

const pdf = (title) => {
  const text = title.replace(/[()\\]/g, " ");
  const stream = `BT /F1 24 Tf 72 740 Td (${text}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let body = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const offset = body.length;
    body += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const xref = body.length;
  body += `xref\n0 6\n0000000000 65535 f \n${offsets.map((o) => `${String(o).padStart(10, "0")} 00000 n \n`).join("")}`;
  return `${body}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
};
const paper = (title, filename) => ({ filename, type: "application/pdf", content: pdf(title) });

/** Fills in a form of settings as the owner would. */
async function set(owner, path, fields) {
  const { page } = await owner.visit(path);
  const answer = await owner.submit(page.formTo(path), fields, { follow: false });
  if (answer.status !== 303) throw new Error(`Saving ${path}: ${answer}`);
}

/** A month of invoices, in pounds and euros: paid, paid in part, overdue, open, withdrawn, a draft. */
async function billing({ owner, daysAgo, bakery, yoga }) {
  const on = async (days) => {
    await daysAgo(days);
    await signInStaff(owner);
  };
  const vat = "20%";
  await on(26);
  await set(owner, "/admin/settings/invoicing", {
    legal_name: "Fern & Oak Studio Ltd", address: "3 Quay Street", postcode: "BS1 4AQ", city: "Bristol", country: "GB", vat_id: "GB123456789",
    currency: "GBP", tax: vat, terms_days: "14", time_zone: "Europe/London", terms: "Please pay within 14 days.",
  });
  await set(owner, "/admin/settings/payments", { account_name: "Fern & Oak Studio Ltd", bank_name: "Bank of Bristol", bank_details: "Sort code 20-00-00\nAccount 55779911", parts: "on", part_least: "25", pay_online: "on" });
  const workshop = await sentInvoice(owner, bakery, { lines: [["Brand workshop, half a day", 1, "640", vat], ["Route sketches", 3, "180", vat]], reference: "LB-01", notes: "Thank you for a lovely morning." });
  await on(24);
  await sentInvoice(owner, bakery, { lines: [["Logo, three drafts and two rounds of changes", 1, "1450", vat]] });
  await on(18);
  await recordPayment(owner, workshop, "1416.00", { reference: "Statement 44" });
  await on(12);
  const audit = await sentInvoice(owner, yoga, { currency: "EUR", lines: [["Website audit", 1, "390", "0"]] });
  const twice = await sentInvoice(owner, yoga, { currency: "EUR", lines: [["Website audit", 1, "390", "0"]] });
  await owner.post(`${twice.path}/void`);
  await on(9);
  const cards = await sentInvoice(owner, bakery, { lines: [["Menu boards, design and artwork", 4, "210", vat], ["Printed cards", 500, "0.185", vat]] });
  await on(6);
  await recordPayment(owner, cards, "400", { reference: "First part" });
  await recordPayment(owner, audit, "390");
  await on(4);
  await sentInvoice(owner, bakery, { currency: "EUR", lines: [["Photographs for the opening, one day in Lyon", 1, "1180", "0"], ["Travel", 1, "214.60", "0"]] });
  await on(2);
  await draftInvoice(owner, bakery, { lines: [["Spring campaign, concept", 1, "900", vat], ["Shop window, set-up", 6, "65", vat]] });
}

/** Tells it all; gives the people who can sign in, for the greeting of `make dev`. */
export async function tellStory({ world, daysAgo, withoutMail, say }) {
  say("the owner sets up the portal");
  await daysAgo(42);
  const owner = await setUpOwner(world, { business: "Fern & Oak Studio", name: "Olive Fern", email: "olive@fern-oak.example", password: PASSWORDS.owner });

  await set(owner, "/admin/settings/branding", {
    welcome_text: "Good to see you. Here is all that we are working on together.", support_email: "hello@fern-oak.example", support_phone: "+44 117 496 0100",
    logo: { filename: "logo.png", type: "image/png", content: readFileSync(new URL("logo.png", import.meta.url)) },
  });

  say("Ada joins the team");
  await daysAgo(40);
  await signInStaff(owner);
  const ada = await addStaff(world, owner, { role: "admin", name: "Ada Ashdown", email: "ada@fern-oak.example", password: PASSWORDS.admin });

  say("Larkspur Bakery comes on board");
  await daysAgo(35);
  await signInStaff(owner);
  const bakery = await addClient(owner, {
    name: "Larkspur Bakery", reference: "LB-01", email: "hello@larkspur.example", phone: "+44 20 7946 0110",
    address: "14 Mill Lane\nBath BA1 2QD", notes: "Prefers calls before ten. Rebrand for the spring opening.",
  });
  const lena = await addContact(owner, bakery, { firstName: "Lena", lastName: "Larkspur", email: "lena@larkspur.example", job_title: "Founder" });
  await addContact(owner, bakery, { firstName: "Jonas", lastName: "Reed", email: "jonas@larkspur.example", job_title: "Bookkeeper" });
  await switchPortal(owner, bakery);
  const lenaPerson = Object.assign(world.user("Lena"), { email: lena.email, password: PASSWORDS.client });
  await accept(lenaPerson, await invite(owner, lena));

  say("Northwind Events is past");
  await daysAgo(30);
  await signInStaff(owner);
  const events = await addClient(owner, { name: "Northwind Events", reference: "NE-00" });
  await owner.post(`${events.path}/archive`);

  say("documents go back and forth");
  await daysAgo(28);
  await signInStaff(owner);
  const proposal = await addDocument(owner, bakery, { file: paper("Proposal: a spring rebrand", "proposal.pdf"), title: "Proposal: a spring rebrand", folder: "Proposals" });
  await addDocument(owner, bakery, { file: paper("Pricing notes", "pricing-notes.pdf"), title: "Pricing notes (internal)", folder: "Internal", visible: false });
  await owner.upload(`/admin/documents/${proposal.id}/versions`, [["file", paper("Proposal: a spring rebrand, second version", "proposal-2.pdf")]]);
  const about = (await owner.visit(`/admin/documents/${proposal.id}`)).page.formTo(`/admin/documents/${proposal.id}`);
  await owner.submit(about, { description: "Three routes with prices. Please tell us which one you like." });
  await daysAgo(27.6);
  await signIn(lenaPerson);
  await lenaPerson.get(`/documents/${proposal.id}/download`);
  await daysAgo(12);
  await signInStaff(owner);
  await addDocument(owner, bakery, { file: paper("Logo sketches, round two", "logo-sketches-2.pdf"), title: "Logo sketches, round two", folder: "Design" });
  await addDocument(owner, bakery, { file: paper("Signed agreement", "agreement.pdf"), title: "Signed agreement", folder: "Contracts" });

  say("the rebrand is a project, and something waits for Lena");
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const { id: assignee } = await world.db.prepare("SELECT id FROM staff WHERE name = 'Ada Ashdown'").first();
  const rebrand = await addProject(owner, bakery, {
    name: "Spring rebrand", measure: "tasks", budget: "40", starts_on: day(-28), due_on: day(110), visible: "on",
    description: "A fresh look for the bakery, in time for **spring**.\n\n- Logo and colours\n- Bags, boxes and the shop front\n- The website",
    milestone_0: "Route chosen", until_0: day(-14), reached_0: "on", milestone_1: "Logo approved", until_1: day(4), milestone_2: "Packaging printed", until_2: day(60), milestone_3: "Shop front",
  });
  await addTask(owner, bakery, { title: "Sketch three routes", visible: "on", assignee, status: "done", project: rebrand.id, position: "10" });
  const logo = await addTask(owner, bakery, { title: "Approve the logo", visible: "on", assignee, asks: "approve", project: rebrand.id, due_on: day(4), position: "20", description: "Round two is among your documents. We like the **second** sketch best." });
  await addTask(owner, bakery, { title: "Send us photos of the shop", visible: "on", asks: "complete", project: rebrand.id, due_on: day(9), position: "30" });
  await addTask(owner, bakery, { title: "Ask two printers for prices", assignee, project: rebrand.id, position: "40" });
  await owner.post(`${logo.path}/comments`, { body: "Let us keep the third sketch to ourselves." });
  await owner.post(`${logo.path}/comments`, { body: "Which one do you like, and is the green warm enough?", shared: "on" });
  await addProject(owner, bakery, { name: "Christmas cards", status: "completed", visible: "on" });
  await showTime(owner, "entries", { rate: "85", currency: "EUR" });
  for (const [days, time, description, fields] of [
    [-27, "3h", "Workshop in the bakery"], [-26, "45m", "Notes of the workshop"], [-21, "4:30", "Three routes, first sketches"], [-20, "2:15", "Three routes, second look"],
    [-15, "20m", "Call about the routes"], [-13, "1:30", "Logo, first round"], [-12, "30m", "Mended a file that we broke", { billable: null }],
  ]) await addTime(owner, bakery, { what: rebrand, rate: "90", currency: "EUR", day: day(days), time, description, ...fields });

  say("Lena asks, and is answered");
  await tickets({ world, owner, daysAgo, lena: lenaPerson });

  say("Lena and the studio write to each other");
  await messages({ owner, daysAgo, bakery, rebrand, lena: lenaPerson });

  say("Harbour Yoga is a client with the portal off");
  await daysAgo(20);
  await signInStaff(owner);
  const yoga = await addClient(owner, { name: "Harbour Yoga", reference: "HY-02", email: "post@harbour-yoga.example", phone: "+44 117 496 0222" });
  await addContact(owner, yoga, { firstName: "Mira", lastName: "Singh", email: "mira@harbour-yoga.example", job_title: "Owner" });
  await addDocument(owner, yoga, { file: paper("Website audit", "website-audit.pdf"), title: "Website audit", folder: "Reports" });

  say("invoices go out, and most of them are paid");
  await billing({ owner, daysAgo, bakery, yoga });

  say("Saltmarsh Architects have just been invited");
  await withoutMail();
  await daysAgo(1);
  await signInStaff(owner);
  const architects = await addClient(owner, { name: "Saltmarsh Architects", reference: "SA-03", email: "studio@saltmarsh.example", address: "The Old Boathouse\nWhitstable CT5 1AB" });
  const tom = await addContact(owner, architects, { firstName: "Tom", lastName: "Ashe", email: "tom@saltmarsh.example", job_title: "Partner" });
  await switchPortal(owner, architects);
  await invite(owner, tom, {}, { read: false });

  await daysAgo(0);
  return [
    { who: "Olive Fern, owner", at: "/admin/sign-in", email: owner.email, password: PASSWORDS.owner },
    { who: "Ada Ashdown, admin", at: "/admin/sign-in", email: ada.email, password: PASSWORDS.admin },
    { who: "Lena, client (Larkspur Bakery)", at: "/sign-in", email: lena.email, password: PASSWORDS.client },
  ];
}

/** Conversations: one about a project with files, one that Lena has not read, one that we have not. */
async function messages({ owner, daysAgo, bakery, rebrand, lena }) {
  const come = async (days) => {
    await daysAgo(days);
    await signInStaff(owner);
    await signIn(lena);
  };
  await come(9);
  const proofs = await startThreadWith(owner, bakery, {
    subject: "Proofs for the boxes", project: rebrand.id, body: "Hello Lena,\n\nhere is the proof for the boxes. Two questions:\n\n- Is the green right for you?\n- Shall the lid stay **plain**?",
    files: [paper("Proof of the boxes", "proof-boxes.pdf")],
  });
  await come(8.5);
  await write(lena, proofs, "The green is lovely. Let us keep the lid plain.");
  await come(8);
  await writeBack(owner, proofs, "Then we print on Thursday.");
  await lena.upload("/documents", [["file", paper("Measures of the shop front", "shop-front-measures.pdf")]]);
  await come(1);
  await lena.get(proofs.path);
  await startThread(lena, { subject: "Opening hours over Christmas", body: "Are you there between the years? We would like to talk about the window." });
  await startThreadWith(owner, bakery, { subject: "A visit next week", body: "Would Tuesday at ten suit you? We would bring the samples." });
}

/** Tickets in every state: one that waits for us, one for Lena, one resolved, one closed. */
async function tickets({ world, owner, daysAgo, lena }) {
  await addSavedReply(owner, { name: "We look at it", body: "Thank you for writing. We look at it today and tell you what we find.\n\nKind regards" });
  await addSavedReply(owner, { name: "Where your files are", body: "You find the files under **Documents** in your portal; the newest stand on top of their folder." });
  const come = async (days) => {
    await daysAgo(days);
    await signInStaff(owner);
    await signIn(lena);
  };
  await come(10);
  const password = await openTicket(lena, { subject: "How do I change my password?", category: "Question", body: "I looked everywhere." });
  await answer(owner, password, "Choose **Profile** under your name at the top.", { next: "resolved" });
  await owner.post(`${password.admin}/status`, { status: "closed" });
  await come(8);
  const boxes = await openTicket(lena, {
    subject: "The test boxes came out too dark", category: "Problem", body: "The first boxes are here, and the green is **much** darker than on the proof.\n\n- Box 1: nearly black\n- Box 2: a little better",
    files: [paper("Photos of the boxes", "boxes.pdf")],
  });
  const { id } = await world.db.prepare("SELECT id FROM staff WHERE name = 'Ada Ashdown'").first();
  const form = (await owner.get(boxes.admin)).page.formTo(boxes.admin);
  await owner.submit(form, { assignee: id, priority: "high" });
  await note(owner, boxes, "The printer used the old colour profile and pays for a second run. Let us not promise a day yet.");
  await answer(owner, boxes, "We are sorry about that. Here is a new proof; is this green right?", { files: [paper("Proof, second run", "proof-2.pdf")] });
  await come(5);
  const size = await openTicket(lena, { subject: "Which size for the window sticker?", category: "Question", body: "The window is 1.20 m wide." });
  await answer(owner, size, "90 cm leaves a calm margin. We have put it into the drawing.", { next: "resolved" });
  await come(2);
  await reply(lena, size, "Lovely, thank you!");
  await lena.post(`${size.path}/status`, { status: "resolved" });
  await come(0.2);
  await openTicket(lena, { subject: "Can we have the logo as an SVG?", category: "Change", body: "Our sign maker asks for it, best before Friday." });
}
