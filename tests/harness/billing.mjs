// Invoices as staff make them: through the pages.

/** The fields of lines: [description, quantity, price, tax?, discount?] each. */
export function linesOf(lines) {
  return Object.fromEntries(lines.flatMap(([description, quantity, price, tax = "0", discount = ""], n) => [
    [`description_${n}`, description], [`quantity_${n}`, String(quantity)], [`unit_${n}`, "piece"],
    [`price_${n}`, String(price)], [`discount_${n}`, discount], [`tax_${n}`, tax],
  ]));
}

/** What the form of a new invoice sends, with a key of its own. */
export async function newInvoiceFields(staff, client, { lines = [["Design", 2, "100", "19%"]], ...fields } = {}) {
  const path = `/admin/clients/${client.id}/invoices/new`;
  const answer = await staff.get(path);
  if (answer.status !== 200) throw new Error(`Opening ${path}: ${answer}`);
  const form = answer.page.formTo(path);
  const shown = Object.fromEntries(form.values.filter(([name]) => !/_\d+$/.test(name)));
  return { ...shown, go: "save", ...linesOf(lines), ...fields };
}

/** A draft: { id, path, client }. */
export async function draftInvoice(staff, client, options) {
  const path = `/admin/clients/${client.id}/invoices/new`;
  const answer = await staff.post(path, await newInvoiceFields(staff, client, options));
  const id = /^\/admin\/invoices\/([^/?]+)$/.exec(answer.location ?? "")?.[1];
  if (!id) {
    const wrong = answer.page.all('[aria-invalid="true"], [role="alert"], p.error').map((e) => e.getAttribute("name") ?? e.text.trim());
    throw new Error(`Writing an invoice for ${client.name}: expected to be sent to it, got ${answer}: ${wrong.join(" / ")}`);
  }
  return { id, path: `/admin/invoices/${id}`, client };
}

/** What the page that sends an invoice would send: the first contact ticked, the usual mail. */
export async function sendFields(staff, { path }) {
  const answer = await staff.get(`${path}/send`);
  if (answer.status !== 200) throw new Error(`Opening ${path}/send: ${answer}`);
  return Object.fromEntries(answer.page.formTo(`${path}/send`).values);
}

/** Sends a draft or revision; to nobody by mail where the client has no contact. */
export async function sendInvoice(staff, invoice, changes = {}) {
  const fields = await sendFields(staff, invoice);
  const toSomebody = Object.keys(fields).some((name) => name.startsWith("to_"));
  const answer = await staff.post(`${invoice.path}/send`, { ...fields, ...(toSomebody ? {} : { by_hand: "on" }), ...changes });
  if (answer.status !== 303) throw new Error(`Sending ${invoice.path}: expected to be sent on, got ${answer}: ${answer.page.text.slice(0, 400)}`);
  return answer;
}

/** An invoice that was sent: { id, path, client }. */
export async function sentInvoice(staff, client, options) {
  const invoice = await draftInvoice(staff, client, options);
  await sendInvoice(staff, invoice);
  return invoice;
}

/** Records a payment that came by bank transfer. */
export async function recordPayment(staff, { path }, amount, changes = {}) {
  const answer = await staff.get(`${path}/payments/new`);
  const fields = Object.fromEntries(answer.page.formTo(`${path}/payments/new`).values);
  return staff.post(`${path}/payments/new`, { ...fields, amount, ...changes });
}

/** An invoice's row. */
export const invoiceRow = (world, { id }) => world.db.prepare("SELECT * FROM invoices WHERE id = ?").bind(id).first();
