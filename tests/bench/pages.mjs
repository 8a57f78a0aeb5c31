// Which pages are measured: whose CPU and speed (the heavy ones of every day), and whose rows (every list and
// detail that stands on what grows).

const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Their CPU and speed: name → [who, path]. */
export const everyday = ({ client }) => ({
  "dashboard, staff": ["owner", "/admin"],
  "dashboard, client": ["lena", "/"],
  "invoices, staff": ["owner", "/admin/billing"],
  "invoices, client": ["lena", "/billing"],
  "documents, staff": ["owner", `${client.path}/documents`],
  "documents, client": ["lena", "/documents"],
});

/** Nobody is signed in. */
export const ANONYMOUS = { "sign in": "/sign-in", "sign in, staff": "/admin/sign-in", "a link": `/invitation/pt_i${"a".repeat(43)}`, "not there": "/nothing-here" };

/**
 * A paper rather than a page: it shows all that happened in its days, so its rows follow what it shows. Three days are some
 * thirty invoices of the client whose pages are measured.
 */
export const statements = ({ client }) => ({
  "statement, staff": ["owner", `${client.path}/statement?from=${daysAgo(3)}`],
  "statement, client": ["lena", `/billing/statement?from=${daysAgo(3)}`],
});

/** Whose rows are counted. `found` names rows that are there: { invoice, document, middle } of the measured client. */
export const counted = ({ client }, { invoice, document }) => ({
  ...everyday({ client }),
  "invoices, late": ["owner", "/admin/billing?state=overdue"],
  "invoices, outstanding in euro": ["owner", "/admin/billing?state=outstanding&currency=EUR"],
  "invoices, paid": ["owner", "/admin/billing?state=paid"],
  "invoices, refunded in francs": ["owner", "/admin/billing?state=refunded&currency=CHF"],
  "invoices, two years ago": ["owner", `/admin/billing?to=${daysAgo(730)}`],
  "invoices of a client": ["owner", `${client.path}/billing`],
  "an invoice, staff": ["owner", `/admin/invoices/${invoice}`],
  "an invoice, client": ["lena", `/billing/${invoice}`],
  "sending an invoice again": ["owner", `/admin/invoices/${invoice}/send`],
  "recording a payment": ["owner", `/admin/invoices/${invoice}/payments/new`],
  "documents, further on, staff": ["owner", `${client.path}/documents?after=${document}`],
  "documents, further on, client": ["lena", `/documents?after=${document}`],
  "a document, staff": ["owner", `/admin/documents/${document}`],
  "a document, client": ["lena", `/documents/${document}`],
  clients: ["owner", "/admin/clients"],
  "clients found": ["owner", "/admin/clients?q=harbour+yoga"],
  "a client": ["owner", client.path],
  "people of a client": ["owner", `${client.path}/contacts`],
  "activity of a client": ["owner", `${client.path}/activity`],
  "found by staff": ["owner", "/admin/search?q=report"],
  "found by a client": ["lena", "/search?q=inv"],
  "news, staff": ["owner", "/admin/notifications"],
  "news, client": ["lena", "/notifications"],
  "the audit log": ["owner", "/admin/settings/audit"],
});
