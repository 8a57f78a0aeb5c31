// Who gets what at which route: every route of the router × every principal. access.test.mjs asks the
// built worker all of it, and fails on a route that has no row here.
//
// Principals: anonymous · client (whose things they are) · other (a person of another client) · off (a
// person whose client's portal was just switched off) · archived (… whose client was just archived) ·
// member, admin, owner (staff) · preview (a member who looks as that client: on the client's side what
// the client reads, on the staff side what a member reads, and nothing that writes; a row that says
// otherwise says so).
//
// Answers:
//   "page"           200
//   "passes"         the guard lets it through; what the handler says to an empty form is no matter
//   "sign-in"        303 to /sign-in            "staff sign-in"  303 to /admin/sign-in
//   "closed"         403, the neutral page of a portal that is off
//   "forbidden"      403
//   "hidden"         404, byte for byte what an id that never existed gets
//   a number         that status
//
// `ids` says what stands for the placeholders of the path; see `subjects` in access.test.mjs.
// Unsafe methods are sent with an empty form, so "passes" changes nothing that a later row needs;
// where an empty form would, the row says `as: "nobody's"`, and ids that never existed are used.

/** Anybody may see it. */
export const PUBLIC = {
  anonymous: "page", client: "page", other: "page", off: "page", archived: "page",
  member: "page", admin: "page", owner: "page",
};

/** An address that anybody may ask for, of which there is nothing. */
export const EVERYBODY_MISSES = Object.fromEntries(Object.keys(PUBLIC).map((who) => [who, 404]));

/** What sends anybody on. */
export const EVERYBODY_LEAVES = Object.fromEntries(Object.keys(PUBLIC).map((who) => [who, 303]));

/** The payment provider's door: who cannot sign is nobody. */
export const UNSIGNED = Object.fromEntries(Object.keys(PUBLIC).map((who) => [who, 400]));

/** A page of the client side that shows what is the viewer's own. */
export const CLIENT_PAGE = {
  anonymous: "sign-in", client: "page", other: "page", off: "closed", archived: "closed",
  member: "sign-in", admin: "sign-in", owner: "sign-in",
};

/** One thing of one client. */
export const CLIENT_THING = { ...CLIENT_PAGE, other: "hidden" };

/** … about a thing that nobody has. */
export const CLIENT_MISSES = { ...CLIENT_PAGE, client: 404, other: 404 };

/** A page for all staff. */
export const STAFF_PAGE = {
  anonymous: "staff sign-in", client: "staff sign-in", other: "staff sign-in", off: "staff sign-in", archived: "staff sign-in",
  member: "page", admin: "page", owner: "page",
};

/** … about a thing that nobody has. */
export const STAFF_MISSES = { ...STAFF_PAGE, member: 404, admin: 404, owner: 404 };

/** … for admins and the owner. */
export const ADMIN_PAGE = { ...STAFF_PAGE, member: "forbidden" };

/** … for the owner alone. */
export const OWNER_PAGE = { ...ADMIN_PAGE, admin: "forbidden" };

/** The same for a form that is sent. */
export const sent = (row) => Object.fromEntries(Object.entries(row).map(([who, answer]) => [who, answer === "page" ? "passes" : answer]));

/** "METHOD path" exactly as the router prints it (cargo run --example routes). */
export const ROWS = {
  "GET /admin/settings": { ...ADMIN_PAGE, admin: 303, owner: 303 },
  "GET /admin/settings/branding": ADMIN_PAGE,
  "POST /admin/settings/branding": sent(ADMIN_PAGE),
  "POST /admin/settings/branding/reset": sent(ADMIN_PAGE),
  // The path names a kind of mail. There is nothing to reset.
  "GET /admin/settings/templates/{kind}": { ...ADMIN_PAGE, ids: { kind: "invitation" } },
  "POST /admin/settings/templates/{kind}": { ...sent(ADMIN_PAGE), ids: { kind: "invitation" } },
  "POST /admin/settings/templates/{kind}/preview": { ...sent(ADMIN_PAGE), ids: { kind: "invitation" } },
  "POST /admin/settings/templates/{kind}/test": { ...sent(ADMIN_PAGE), ids: { kind: "invitation" } },
  "POST /admin/settings/templates/{kind}/reset": { ...sent(ADMIN_PAGE), ids: { kind: "invitation" } },
  "GET /admin/settings/permissions": ADMIN_PAGE,
  "POST /admin/settings/permissions": sent(ADMIN_PAGE),
  "GET /admin/clients/{id}/permissions": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/permissions": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/contacts/{id}/permissions": { ...STAFF_PAGE, ids: { id: "contact" } },
  "POST /admin/contacts/{id}/permissions": { ...sent(STAFF_PAGE), ids: { id: "contact" } },
  "GET /admin/settings/audit": ADMIN_PAGE,
  "GET /admin/settings/audit.csv": ADMIN_PAGE,
  "POST /admin/settings/audit/check": sent(ADMIN_PAGE),
  "GET /admin/settings/security": ADMIN_PAGE,
  "POST /admin/settings/security": sent(ADMIN_PAGE),
  // Staff. What an empty form would do is asked of an id that never existed.
  "GET /admin/settings/staff": ADMIN_PAGE,
  "GET /admin/settings/staff/new": ADMIN_PAGE,
  "POST /admin/settings/staff/new": sent(ADMIN_PAGE),
  "GET /admin/settings/staff/{id}": { ...ADMIN_PAGE, ids: { id: "staff" } },
  "POST /admin/settings/staff/{id}": { ...sent(ADMIN_PAGE), ids: { id: "staff" } },
  "POST /admin/settings/staff/{id}/deactivate": { ...ADMIN_PAGE, admin: 404, owner: 404 },
  "POST /admin/settings/staff/{id}/reactivate": { ...ADMIN_PAGE, admin: 404, owner: 404 },
  "POST /admin/settings/staff/{id}/invite": { ...ADMIN_PAGE, admin: 404, owner: 404 },
  "GET /admin/join/{token}": { ...PUBLIC, ids: { token: "token" } },
  "POST /admin/join/{token}": { ...sent(PUBLIC), ids: { token: "token" } },
  "GET /.well-known/security.txt": PUBLIC,
  // No logo has the address that stands for nobody's.
  "GET /branding/logo/{hash}": EVERYBODY_MISSES,
  // View as Client. Ids that never existed, so that nobody begins to look.
  "POST /admin/clients/{id}/preview": { ...STAFF_MISSES, preview: "forbidden" },
  "POST /admin/contacts/{id}/preview": { ...STAFF_MISSES, preview: "forbidden" },
  // Without a preview there is nothing to leave: to the dashboard.
  "POST /admin/preview/as": { ...EVERYBODY_LEAVES, preview: 404 },
  "POST /admin/preview/exit": EVERYBODY_LEAVES,
  // Set-up, sign-in, sign-out, step-up. An empty form at a public route is refused at its fields.
  "GET /admin/setup": PUBLIC,
  "POST /admin/setup": sent(PUBLIC),
  "GET /admin/sign-in": PUBLIC,
  "POST /admin/sign-in": sent(PUBLIC),
  "GET /admin/confirm": STAFF_PAGE,
  "POST /admin/confirm": sent(STAFF_PAGE),
  "GET /confirm": CLIENT_PAGE,
  "POST /confirm": sent(CLIENT_PAGE),
  "POST /confirm/link": sent(CLIENT_PAGE),
  "GET /admin": STAFF_PAGE,
  "GET /admin/search": STAFF_PAGE,
  "GET /sign-in": PUBLIC,
  "POST /sign-in": sent(PUBLIC),
  // Nobody here has shown a password just before: back to where one begins.
  "GET /sign-in/code": EVERYBODY_LEAVES,
  "POST /sign-in/code": EVERYBODY_LEAVES,
  "GET /admin/sign-in/code": EVERYBODY_LEAVES,
  "POST /admin/sign-in/code": EVERYBODY_LEAVES,
  "GET /forgot": PUBLIC,
  "POST /forgot": sent(PUBLIC),
  "GET /forgot/sent": PUBLIC,
  "GET /reset/{token}": { ...PUBLIC, ids: { token: "token" } },
  "POST /reset/{token}": { ...sent(PUBLIC), ids: { token: "token" } },
  "GET /admin/forgot": PUBLIC,
  "POST /admin/forgot": sent(PUBLIC),
  "GET /admin/forgot/sent": PUBLIC,
  "GET /admin/reset/{token}": { ...PUBLIC, ids: { token: "token" } },
  "POST /admin/reset/{token}": { ...sent(PUBLIC), ids: { token: "token" } },
  // Of a token that is not ours there is nothing.
  "GET /unsubscribe/{token}": { ...EVERYBODY_MISSES, ids: { token: "token" } },
  "POST /unsubscribe/{token}": { ...sent(EVERYBODY_MISSES), ids: { token: "token" } },
  // An empty form is no report, for anybody.
  "POST /csp-reports": UNSIGNED,
  "GET /sign-in/link": PUBLIC,
  "POST /sign-in/link": sent(PUBLIC),
  "GET /sign-in/sent": PUBLIC,
  // Whatever the invoice is, and for whom: the same.
  "POST /sign-in/invoice/{id}": EVERYBODY_LEAVES,
  "GET /sign-in/mailed": PUBLIC,
  "GET /magic/{token}": { ...PUBLIC, ids: { token: "token" } },
  "POST /magic/{token}": { ...sent(PUBLIC), ids: { token: "token" } },
  // An empty form names no other client of theirs.
  "POST /switch": { ...CLIENT_PAGE, client: 404, other: 404, off: 404, archived: 404 },
  "GET /": CLIENT_PAGE,
  "GET /search": CLIENT_PAGE,
  // Invitations and the outbox.
  "GET /admin/clients/{id}/invite": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/contacts/{id}/sign-in-link": { ...sent(STAFF_PAGE), ids: { id: "contact" } },
  "GET /invitation/sent": PUBLIC,
  // The answer is the same for any token; so many askers share one network address, and wait.
  "POST /invitation/{token}/renew": { ...sent(PUBLIC), ids: { token: "token" } },
  "GET /admin/contacts/{id}/invite": { ...STAFF_PAGE, ids: { id: "contact" } },
  "POST /admin/contacts/{id}/invite": { ...sent(STAFF_PAGE), ids: { id: "contact" } },
  "POST /admin/contacts/{id}/invite/cancel": { ...sent(STAFF_PAGE), ids: { id: "contact" } },
  "GET /invitation/{token}": { ...PUBLIC, ids: { token: "token" } },
  "POST /invitation/{token}": { ...sent(PUBLIC), ids: { token: "token" } },
  "GET /admin/outbox": ADMIN_PAGE,
  "GET /admin/outbox/{id}": { ...ADMIN_PAGE, ids: { id: "mail" } },
  "POST /admin/outbox/{id}/retry": { ...sent(ADMIN_PAGE), ids: { id: "mail" } },
  // Clients. The switches are asked of an id that never existed: an empty form would throw them.
  "GET /admin/clients": STAFF_PAGE,
  "GET /admin/clients/new": STAFF_PAGE,
  "POST /admin/clients/new": sent(STAFF_PAGE),
  "GET /admin/clients/{id}": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/edit": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/edit": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "POST /admin/clients/{id}/portal": STAFF_MISSES,
  "GET /admin/clients/{id}/export": { ...ADMIN_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/export": { ...STAFF_MISSES, member: "forbidden" },
  // Erasing. An empty form says neither a name nor that one is sure.
  "GET /admin/clients/erased": ADMIN_PAGE,
  "GET /admin/clients/{id}/erase": { ...ADMIN_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/erase": { ...sent(ADMIN_PAGE), ids: { id: "client" } },
  "GET /admin/contacts/{id}/erase": { ...ADMIN_PAGE, ids: { id: "contact" } },
  "POST /admin/contacts/{id}/erase": { ...sent(ADMIN_PAGE), ids: { id: "contact" } },
  "GET /privacy": CLIENT_PAGE,
  "GET /profile/export": CLIENT_PAGE,
  "POST /profile/export": sent(CLIENT_PAGE),
  "POST /admin/clients/{id}/archive": { ...STAFF_MISSES, member: "forbidden" },
  "POST /admin/clients/{id}/restore": { ...STAFF_MISSES, member: "forbidden" },
  "GET /admin/clients/{id}/activity": { ...STAFF_PAGE, ids: { id: "client" } },
  // Contacts.
  "GET /admin/clients/{id}/contacts": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/contacts/new": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/contacts/new": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/contacts/{id}": { ...STAFF_PAGE, ids: { id: "contact" } },
  "POST /admin/contacts/{id}": { ...sent(STAFF_PAGE), ids: { id: "contact" } },
  "POST /admin/contacts/{id}/primary": STAFF_MISSES,
  "POST /admin/contacts/{id}/remove": STAFF_MISSES,
  "POST /admin/contacts/{id}/end-sessions": STAFF_MISSES,
  // Documents.
  "GET /documents": CLIENT_PAGE,
  "GET /documents/{id}": { ...CLIENT_THING, ids: { id: "document" } },
  "GET /documents/{id}/download": { ...CLIENT_THING, ids: { id: "document" } },
  "GET /admin/clients/{id}/documents": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/documents": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  // An empty form is no JSON; the uploads named are nobody's.
  "POST /admin/clients/{id}/uploads": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "PUT /admin/uploads/{id}/parts/{number}": { ...STAFF_MISSES, ids: { number: "1" } },
  "GET /admin/uploads/{id}": STAFF_MISSES,
  "POST /uploads": sent(CLIENT_PAGE),
  "PUT /uploads/{id}/parts/{number}": { ...CLIENT_MISSES, ids: { number: "1" } },
  "GET /uploads/{id}": CLIENT_MISSES,
  "DELETE /uploads/{id}": CLIENT_MISSES,
  "POST /uploads/{id}/complete": CLIENT_MISSES,
  "DELETE /admin/uploads/{id}": STAFF_MISSES,
  "POST /admin/uploads/{id}/complete": STAFF_MISSES,
  "GET /admin/documents/{id}/download": { ...STAFF_PAGE, ids: { id: "document" } },
  "GET /admin/documents/{id}/versions/{number}/download": { ...STAFF_PAGE, ids: { id: "document", number: "1" } },
  "GET /admin/documents/{id}": { ...STAFF_PAGE, ids: { id: "document" } },
  "POST /admin/documents/{id}": { ...sent(STAFF_PAGE), ids: { id: "document" } },
  "POST /admin/documents/{id}/versions": { ...sent(STAFF_PAGE), ids: { id: "document" } },
  "POST /admin/documents/{id}/uploads": { ...sent(STAFF_PAGE), ids: { id: "document" } },
  "GET /admin/documents/{id}/delete": { ...STAFF_PAGE, ids: { id: "document" } },
  // An empty form would hide or delete it, so these name a document that never existed.
  "POST /admin/documents/{id}/visible": { ...STAFF_PAGE, member: 404, admin: 404, owner: 404 },
  "POST /admin/documents/{id}/delete": { ...STAFF_PAGE, member: 404, admin: 404, owner: 404 },
  // What is made of billing to be read. `invoice` was sent; a draft is to its client as if it were not there.
  "GET /admin/invoices/{id}/pdf": { ...STAFF_PAGE, ids: { id: "invoice" } },
  "GET /admin/invoices/{id}/revision/pdf": { ...STAFF_PAGE, ids: { id: "revised" } },
  "GET /billing/{id}/pdf": { ...CLIENT_THING, ids: { id: "invoice" } },
  "GET /invoice/{token}/pdf": { ...PUBLIC, ids: { token: "payLink" } },
  "GET /admin/clients/{id}/statement": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/statement.csv": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/statement.pdf": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /billing/statement": CLIENT_PAGE,
  "GET /billing/statement.csv": CLIENT_PAGE,
  "GET /billing/statement.pdf": CLIENT_PAGE,
  // One's own account. A stage set a moment ago is a fresh confirmation; no session has nobody's id.
  "GET /profile": CLIENT_PAGE,
  "POST /profile/name": sent(CLIENT_PAGE),
  "GET /notifications": CLIENT_PAGE,
  "GET /admin/notifications": STAFF_PAGE,
  "POST /profile/mail": sent(CLIENT_PAGE),
  "GET /profile/password": CLIENT_PAGE,
  "POST /profile/password": sent(CLIENT_PAGE),
  "GET /profile/email": CLIENT_PAGE,
  "POST /profile/email": sent(CLIENT_PAGE),
  "GET /confirm-email/{token}": { ...PUBLIC, ids: { token: "token" } },
  "POST /confirm-email/{token}": { ...sent(CLIENT_PAGE), ids: { token: "token" } },
  "GET /admin/profile/email": STAFF_PAGE,
  "POST /admin/profile/email": sent(STAFF_PAGE),
  "GET /admin/confirm-email/{token}": { ...PUBLIC, ids: { token: "token" } },
  "POST /admin/confirm-email/{token}": { ...sent(STAFF_PAGE), ids: { token: "token" } },
  "GET /profile/factor": CLIENT_PAGE,
  "POST /profile/factor": sent(CLIENT_PAGE),
  "GET /admin/profile/factor": STAFF_PAGE,
  "POST /admin/profile/factor": sent(STAFF_PAGE),
  // An empty form would not require it, which is as it is; whom it would be taken from never existed.
  "POST /admin/settings/security/factor": { ...sent(OWNER_PAGE) },
  "POST /admin/settings/staff/{id}/factor": { ...ADMIN_PAGE, admin: 404, owner: 404 },
  "POST /admin/contacts/{id}/factor": { ...ADMIN_PAGE, admin: 404, owner: 404 },
  "POST /profile/sessions/end-others": sent(CLIENT_PAGE),
  "POST /profile/sessions/{id}/end": { ...CLIENT_PAGE, client: 404, other: 404 },
  "GET /admin/profile": STAFF_PAGE,
  "POST /admin/profile/name": sent(STAFF_PAGE),
  "GET /admin/profile/password": STAFF_PAGE,
  "POST /admin/profile/password": sent(STAFF_PAGE),
  "POST /admin/profile/sessions/end-others": sent(STAFF_PAGE),
  "POST /admin/profile/sessions/{id}/end": STAFF_MISSES,
  // Invoices. A draft is nobody's but the staff's.
  "GET /admin/billing": STAFF_PAGE,
  "GET /admin/clients/{id}/billing": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/settings/invoicing": ADMIN_PAGE,
  "POST /admin/settings/invoicing": sent(ADMIN_PAGE),
  "GET /admin/settings/reminders": ADMIN_PAGE,
  "POST /admin/settings/reminders": sent(ADMIN_PAGE),
  "GET /admin/clients/{id}/billing/details": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/billing/details": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/clients/{id}/invoices/new": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/invoices/new": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/invoices/{id}": { ...STAFF_PAGE, ids: { id: "draft" } },
  "GET /admin/invoices/{id}/edit": { ...STAFF_PAGE, ids: { id: "draft" } },
  "POST /admin/invoices/{id}/edit": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  "GET /admin/invoices/{id}/send": { ...STAFF_PAGE, ids: { id: "draft" } },
  "POST /admin/invoices/{id}/send": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  "POST /admin/invoices/{id}/void": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  "POST /admin/invoices/{id}/duplicate": STAFF_MISSES,
  "POST /admin/invoices/{id}/revise": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  "POST /admin/invoices/{id}/delete": STAFF_MISSES,
  "POST /admin/invoices/{id}/reopen": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  "GET /admin/invoices/{id}/payments/new": { ...STAFF_PAGE, ids: { id: "invoice" } },
  "POST /admin/invoices/{id}/payments/new": { ...sent(STAFF_PAGE), ids: { id: "invoice" } },
  "POST /admin/invoices/{id}/remind": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  // An empty form has no file, and is no form of files.
  "GET /admin/clients/{id}/invoices/upload": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/invoices/upload": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/invoices/{id}/upload": { ...STAFF_PAGE, member: 303, admin: 303, owner: 303, ids: { id: "draft" } },
  "POST /admin/invoices/{id}/upload": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  "POST /admin/payments/{id}/reverse": STAFF_MISSES,
  // Billing, for clients. A draft is nobody's but the staff's.
  "GET /billing": CLIENT_PAGE,
  "GET /billing/{id}": { ...CLIENT_THING, ids: { id: "invoice" } },
  "POST /billing/{id}/pay": { ...sent(CLIENT_THING), ids: { id: "invoice" } },
  "POST /billing/pay": sent(CLIENT_PAGE),
  "GET /billing/confirming/{attempt}": { ...CLIENT_THING, ids: { attempt: "attempt" } },
  // Whoever holds the link of an invoice.
  "GET /invoice/{token}": { ...PUBLIC, ids: { token: "payLink" } },
  "POST /invoice/{token}": { ...EVERYBODY_LEAVES, ids: { token: "payLink" } },
  "POST /invoice/{token}/pay": { ...sent(PUBLIC), ids: { token: "payLink" } },
  "GET /invoice/{token}/confirming/{attempt}": { ...PUBLIC, ids: { token: "payLink", attempt: "attempt" } },
  "POST /admin/invoices/{id}/link/new": STAFF_MISSES,
  "POST /admin/invoices/{id}/link/revoke": STAFF_MISSES,
  "GET /admin/exceptions": STAFF_PAGE,
  "GET /admin/exceptions/{id}": { ...STAFF_PAGE, ids: { id: "exception" } },
  "POST /admin/exceptions/{id}/attach": { ...sent(STAFF_PAGE), ids: { id: "exception" } },
  "POST /admin/exceptions/{id}/resolve": { ...sent(STAFF_PAGE), ids: { id: "exception" } },
  "GET /admin/settings/payments": ADMIN_PAGE,
  "POST /admin/settings/payments": sent(ADMIN_PAGE),
  "POST /admin/settings/payments/check": sent(ADMIN_PAGE),
  "GET /billing/receipts/{payment}": { ...CLIENT_THING, ids: { payment: "payment" } },
  "GET /admin/payments/{id}/correct": STAFF_MISSES,
  "POST /admin/payments/{id}/correct": STAFF_MISSES,
  // Projects. An empty form would hide the project, so the switch names one that never existed.
  "GET /projects": CLIENT_PAGE,
  "GET /projects/{id}": { ...CLIENT_THING, ids: { id: "project" } },
  "GET /admin/clients/{id}/projects": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/projects/new": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/projects/new": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/projects/{id}": { ...STAFF_PAGE, ids: { id: "project" } },
  "GET /admin/projects/{id}/edit": { ...STAFF_PAGE, ids: { id: "project" } },
  "POST /admin/projects/{id}/edit": { ...sent(STAFF_PAGE), ids: { id: "project" } },
  "POST /admin/projects/{id}/visible": STAFF_MISSES,
  // Tasks. An empty form answers nothing, says nothing and names no state.
  "GET /time-logs": CLIENT_PAGE,
  "GET /admin/time-logs": STAFF_PAGE,
  "POST /admin/time-logs": sent(STAFF_PAGE),
  "GET /admin/time-logs.csv": STAFF_PAGE,
  "POST /admin/time-logs/timer/stop": sent(STAFF_PAGE),
  "POST /admin/time-logs/timer/discard": sent(STAFF_PAGE),
  "GET /admin/time-logs/{id}": { ...STAFF_PAGE, ids: { id: "time" } },
  "POST /admin/time-logs/{id}": { ...sent(STAFF_PAGE), ids: { id: "time" } },
  "POST /admin/time-logs/{id}/delete": STAFF_MISSES,
  "GET /admin/clients/{id}/time-logs": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/time-logs": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/clients/{id}/time-logs.csv": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/time-logs/invoice": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/time-logs/invoice": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/settings/time-logs": ADMIN_PAGE,
  "POST /admin/settings/time-logs": sent(ADMIN_PAGE),
  "GET /tasks": CLIENT_PAGE,
  "GET /tasks/{id}": { ...CLIENT_THING, ids: { id: "task" } },
  "POST /tasks/{id}/answer": { ...sent(CLIENT_THING), ids: { id: "task" } },
  "POST /tasks/{id}/comments": { ...sent(CLIENT_THING), ids: { id: "task" } },
  "GET /admin/clients/{id}/tasks": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/tasks/new": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/tasks/new": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/tasks": STAFF_PAGE,
  "POST /admin/profile/tasks": sent(STAFF_PAGE),
  "POST /admin/invoices/{id}/project": { ...sent(STAFF_PAGE), ids: { id: "draft" } },
  "GET /admin/tasks/{id}": { ...STAFF_PAGE, ids: { id: "task" } },
  "GET /admin/tasks/{id}/edit": { ...STAFF_PAGE, ids: { id: "task" } },
  "POST /admin/tasks/{id}/edit": { ...sent(STAFF_PAGE), ids: { id: "task" } },
  "POST /admin/tasks/{id}/status": { ...sent(STAFF_PAGE), ids: { id: "task" } },
  "POST /admin/tasks/{id}/comments": { ...sent(STAFF_PAGE), ids: { id: "task" } },
  // Tickets. An empty form says nothing, names no state and changes nothing.
  "GET /tickets": CLIENT_PAGE,
  "GET /tickets/new": CLIENT_PAGE,
  "POST /tickets/new": sent(CLIENT_PAGE),
  "GET /tickets/files/{id}": { ...CLIENT_THING, ids: { id: "ticketFile" } },
  "GET /tickets/{id}": { ...CLIENT_THING, ids: { id: "ticket" } },
  "POST /tickets/{id}/reply": { ...sent(CLIENT_THING), ids: { id: "ticket" } },
  "POST /tickets/{id}/status": { ...sent(CLIENT_THING), ids: { id: "ticket" } },
  "GET /admin/tickets": STAFF_PAGE,
  "GET /admin/clients/{id}/tickets": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/tickets/new": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/tickets/new": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/tickets/files/{id}": { ...STAFF_PAGE, ids: { id: "ticketFile" } },
  "GET /admin/tickets/{id}": { ...STAFF_PAGE, ids: { id: "ticket" } },
  "POST /admin/tickets/{id}": { ...sent(STAFF_PAGE), ids: { id: "ticket" } },
  "POST /admin/tickets/{id}/answer": { ...sent(STAFF_PAGE), ids: { id: "ticket" } },
  "POST /admin/tickets/{id}/notes": { ...sent(STAFF_PAGE), ids: { id: "ticket" } },
  "POST /admin/tickets/{id}/status": { ...sent(STAFF_PAGE), ids: { id: "ticket" } },
  "POST /admin/tickets/{id}/merge": { ...sent(STAFF_PAGE), ids: { id: "ticket" } },
  "POST /admin/profile/tickets": sent(STAFF_PAGE),
  // Messages. An empty form says nothing.
  "GET /messages": CLIENT_PAGE,
  "GET /messages/new": CLIENT_PAGE,
  "POST /messages/new": sent(CLIENT_PAGE),
  "GET /messages/files/{id}": { ...CLIENT_THING, ids: { id: "messageFile" } },
  "GET /messages/{id}": { ...CLIENT_THING, ids: { id: "thread" } },
  "POST /messages/{id}": { ...sent(CLIENT_THING), ids: { id: "thread" } },
  "GET /admin/messages": STAFF_PAGE,
  "GET /admin/clients/{id}/messages": { ...STAFF_PAGE, ids: { id: "client" } },
  "GET /admin/clients/{id}/messages/new": { ...STAFF_PAGE, ids: { id: "client" } },
  "POST /admin/clients/{id}/messages/new": { ...sent(STAFF_PAGE), ids: { id: "client" } },
  "GET /admin/messages/files/{id}": { ...STAFF_PAGE, ids: { id: "messageFile" } },
  "GET /admin/messages/{id}": { ...STAFF_PAGE, ids: { id: "thread" } },
  "POST /admin/messages/{id}": { ...sent(STAFF_PAGE), ids: { id: "thread" } },
  "POST /admin/profile/messages": sent(STAFF_PAGE),
  "POST /admin/profile/uploads": sent(STAFF_PAGE),
  "POST /documents": sent(CLIENT_PAGE),
  "GET /admin/settings/support": ADMIN_PAGE,
  "POST /admin/settings/support": sent(ADMIN_PAGE),
  "GET /admin/settings/support/replies/new": ADMIN_PAGE,
  "POST /admin/settings/support/replies/new": sent(ADMIN_PAGE),
  "GET /admin/settings/support/replies/{id}": { ...ADMIN_PAGE, ids: { id: "savedReply" } },
  "POST /admin/settings/support/replies/{id}": { ...sent(ADMIN_PAGE), ids: { id: "savedReply" } },
  // An empty form would delete it.
  "POST /admin/settings/support/replies/{id}/delete": { ...ADMIN_PAGE, admin: 404, owner: 404 },
  // Signing out ends the session, so these stand last.
  "POST /admin/sign-out": { ...STAFF_PAGE, member: 303, admin: 303, owner: 303 },
  "POST /sign-out": { ...CLIENT_PAGE, client: 303, other: 303, off: 303, archived: 303 },
  "POST /webhooks/stripe": UNSIGNED,
};
