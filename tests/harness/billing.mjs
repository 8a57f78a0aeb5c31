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

/** An invoice's row. */
export const invoiceRow = (world, { id }) => world.db.prepare("SELECT * FROM invoices WHERE id = ?").bind(id).first();
