// What bad-input-forms.mjs presses at things that never existed, sends without a file or as JSON, here at
// things that are there: `at` (stage) => the address, `fields`, `as` another one than there, `upload` a form
// with files, `json` what a script sends, `is` the good answer (303 when absent), `fresh` makes the thing
// anew for each case, because no copy of the database brings it back (what is in R2, or at the provider).
import { digits } from "../harness/totp.mjs";

const file = (filename = "plan.txt", content = "What we plan.") => ["file", { filename, type: "text/plain", content }];
const pdf = ["file", { filename: "Invoice 7.pdf", type: "application/pdf", content: Buffer.from("%PDF-1.7\n% mine\n%%EOF") }];
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAABQAAAAQCAYAAAAWGF8bAAAANElEQVR42mNkYGBg0I8N+M9AJcBETcMYGBgYmBioDFAMvLBoPcUGMg4tL48aOGrgqIE4AAAeAAfRU9c3kQAAAABJRU5ErkJggg==", "base64");
const json = { accept: "application/json" };

/** An upload in parts, begun anew; `whole`: its part is there. */
async function upload({ who: { owner }, client }, whole) {
  const begun = await owner.sendJson("POST", `${client.path}/uploads`, { file_name: "plan.pdf", size: 5 });
  const { id } = begun.json();
  if (whole) await owner.request("PUT", `/admin/uploads/${id}/parts/1`, { body: "plan!", headers: json });
  return id;
}

/** The same of a client's person. */
async function uploadOfClient({ who: { person } }, whole) {
  const begun = await person.sendJson("POST", "/uploads", { file_name: "plan.pdf", size: 5 });
  const { id } = begun.json();
  if (whole) await person.request("PUT", `/uploads/${id}/parts/1`, { body: "plan!", headers: json });
  return id;
}

export const TARGETS = {
  "POST /sign-in/code": { as: "asked", at: () => "/sign-in/code", fields: ({ who, moment }) => ({ totp: digits(who.careful.secret, moment) }) },
  "POST /admin/sign-in/code": { as: "staffAsked", at: () => "/admin/sign-in/code", fields: ({ who, moment }) => ({ totp: digits(who.carefulStaff.secret, moment) }) },
  "POST /profile/factor": { as: "person", page: () => "/profile/factor", button: "Add the second step", fields: ({ moment }, page) => ({ totp: digits(page.all("code.secret")[0].text, moment) }), is: 200 },
  "POST /admin/profile/factor": { as: "owner", page: () => "/admin/profile/factor", button: "Add the second step", fields: ({ moment }, page) => ({ totp: digits(page.all("code.secret")[0].text, moment) }), is: 200 },
  "POST /admin/settings/security/factor": { at: () => "/admin/settings/security/factor", fields: () => ({ required: "off" }) },
  "POST /admin/settings/staff/{id}/factor": { at: ({ carefulStaff }) => `/admin/settings/staff/${carefulStaff.id}/factor` },
  "POST /admin/contacts/{id}/factor": { at: ({ careful }) => `/admin/contacts/${careful.id}/factor` },
  "POST /admin/clients/{id}/export": { at: ({ client }) => `/admin/clients/${client.id}/export`, is: 200 },
  "POST /profile/export": { at: () => "/profile/export", is: 200 },
  "POST /admin/clients/{id}/erase": { page: ({ leaving }) => `${leaving.path}/erase`, set: ({ leaving }) => ({ name: leaving.name }) },
  "POST /admin/contacts/{id}/erase": { page: ({ former }) => `/admin/contacts/${former.id}/erase`, set: { sure: "on" } },
  "POST /admin/clients/{id}/archive": { at: ({ client }) => `/admin/clients/${client.id}/archive` },
  "POST /admin/clients/{id}/restore": { at: ({ archived }) => `/admin/clients/${archived.id}/restore` },
  "POST /admin/contacts/{id}/end-sessions": { at: ({ contact }) => `/admin/contacts/${contact.id}/end-sessions` },
  "POST /admin/contacts/{id}/primary": { at: ({ waiting }) => `/admin/contacts/${waiting.id}/primary` },
  "POST /admin/contacts/{id}/remove": { at: ({ waiting }) => `/admin/contacts/${waiting.id}/remove` },
  "POST /admin/clients/{id}/documents": { page: ({ client }) => `${client.path}/documents`, set: { visible: "on", notify: "on" }, upload: [file(), file("second.txt", "More.")] },
  "POST /admin/clients/{id}/uploads": { at: ({ client }) => `${client.path}/uploads`, json: { file_name: "plan.pdf", size: 5 }, is: 201 },
  "POST /admin/uploads/{id}/complete": { fresh: async (stage) => ({ at: `/admin/uploads/${await upload(stage, true)}/complete` }), json: null, is: 200 },
  "PUT /admin/uploads/{id}/parts/{number}": { fresh: async (stage) => ({ at: `/admin/uploads/${await upload(stage)}/parts/1` }), method: "PUT", body: "plan!", is: 204 },
  "DELETE /admin/uploads/{id}": { fresh: async (stage) => ({ at: `/admin/uploads/${await upload(stage, true)}` }), method: "DELETE", is: 204 },
  "POST /uploads": { as: "person", at: () => "/uploads", json: { file_name: "plan.pdf", size: 5 }, is: 201 },
  "POST /uploads/{id}/complete": { as: "person", fresh: async (stage) => ({ at: `/uploads/${await uploadOfClient(stage, true)}/complete` }), json: null, is: 200 },
  "PUT /uploads/{id}/parts/{number}": { as: "person", fresh: async (stage) => ({ at: `/uploads/${await uploadOfClient(stage)}/parts/1` }), method: "PUT", body: "plan!", is: 204 },
  "DELETE /uploads/{id}": { as: "person", fresh: async (stage) => ({ at: `/uploads/${await uploadOfClient(stage, true)}` }), method: "DELETE", is: 204 },
  "POST /admin/documents/{id}/versions": { page: ({ document }) => `/admin/documents/${document.id}`, to: ({ document }) => `/admin/documents/${document.id}/versions`, upload: [file("next.txt")] },
  "POST /admin/documents/{id}/uploads": { at: ({ document }) => `/admin/documents/${document.id}/uploads`, json: { file_name: "next.pdf", size: 5 }, is: 201 },
  "POST /admin/documents/{id}/visible": { at: ({ document }) => `/admin/documents/${document.id}/visible`, fields: () => ({ visible: "off" }) },
  "POST /admin/documents/{id}/delete": { at: ({ document }) => `/admin/documents/${document.id}/delete` },
  "POST /admin/contacts/{id}/invite/cancel": { at: ({ invited }) => `/admin/contacts/${invited.id}/invite/cancel` },
  "POST /admin/contacts/{id}/sign-in-link": { at: ({ contact }) => `/admin/contacts/${contact.id}/sign-in-link` },
  "POST /invitation/{token}/renew": { as: "anonymous", at: ({ stale }) => `${stale}/renew`, fields: () => ({ form_key: "01890000-0000-7000-8000-00000000f00d" }) },
  "POST /admin/outbox/{id}/retry": { at: ({ dead }) => `/admin/outbox/${dead.id}/retry` },
  "POST /admin/settings/branding": { page: () => "/admin/settings/branding", set: { welcome_text: "Hello." }, upload: [["logo", { filename: "logo.png", type: "image/png", content: PNG }]] },
  "POST /invoice/{token}": { as: "anonymous", at: ({ movedLink }) => movedLink },
  "POST /sign-in/invoice/{id}": { as: "anonymous", at: ({ invoice }) => `/sign-in/invoice/${invoice.id}` },
  "POST /admin/settings/branding/reset": { at: () => "/admin/settings/branding/reset" },
  "POST /admin/settings/templates/{kind}/reset": { at: () => "/admin/settings/templates/invoice/reset" },
  "POST /admin/settings/audit/check": { at: () => "/admin/settings/audit/check" },
  "POST /admin/settings/staff/{id}/deactivate": { at: ({ member }) => `/admin/settings/staff/${member.id}/deactivate` },
  "POST /admin/settings/staff/{id}/reactivate": { at: ({ inactive }) => `/admin/settings/staff/${inactive.id}/reactivate` },
  "POST /admin/settings/staff/{id}/invite": { at: ({ milo }) => `/admin/settings/staff/${milo.id}/invite` },
  "POST /admin/invoices/{id}/project": { at: ({ draft }) => `${draft.path}/project`, fields: ({ project }) => ({ project: project.id }) },
  "POST /admin/invoices/{id}/void": { at: ({ invoice }) => `${invoice.path}/void` },
  "POST /admin/invoices/{id}/duplicate": { page: ({ invoice }) => invoice.path, to: ({ invoice }) => `${invoice.path}/duplicate` },
  "POST /admin/invoices/{id}/revise": { at: ({ invoice }) => `${invoice.path}/revise` },
  "POST /admin/invoices/{id}/delete": { at: ({ draft }) => `${draft.path}/delete` },
  "POST /admin/invoices/{id}/reopen": { at: ({ refunded }) => `/admin/invoices/${refunded.id}/reopen` },
  "POST /admin/invoices/{id}/remind": { at: ({ invoice }) => `${invoice.path}/remind` },
  "POST /admin/clients/{id}/invoices/upload": { page: ({ client }) => `/admin/clients/${client.id}/invoices/upload`, set: { amount: "119" }, upload: [pdf] },
  "POST /admin/invoices/{id}/upload": { page: ({ own }) => `${own.path}/upload`, set: { amount: "50" }, upload: [pdf] },
  "POST /admin/payments/{id}/reverse": { at: ({ payment }) => `/admin/payments/${payment}/reverse` },
  "POST /admin/clients/{id}/preview": { at: ({ client }) => `${client.path}/preview` },
  "POST /admin/contacts/{id}/preview": { at: ({ contact }) => `/admin/contacts/${contact.id}/preview` },
  "POST /admin/preview/as": { as: "looking", at: () => "/admin/preview/as", fields: ({ contact }) => ({ contact_id: contact.id }) },
  "POST /admin/preview/exit": { as: "looking", at: () => "/admin/preview/exit" },
  "POST /admin/invoices/{id}/link/new": { at: ({ invoice }) => `${invoice.path}/link/new`, is: 200 },
  "POST /admin/invoices/{id}/link/revoke": { at: ({ linked }) => `${linked.path}/link/revoke` },
  "POST /admin/exceptions/{id}/attach": { at: ({ exception }) => `/admin/exceptions/${exception}/attach`, fields: ({ numbered }) => ({ number: numbered }) },
  "POST /admin/exceptions/{id}/resolve": { at: ({ exception }) => `/admin/exceptions/${exception}/resolve`, fields: () => ({ words: "Given back." }) },
  "POST /admin/settings/payments/check": { at: () => "/admin/settings/payments/check", is: 200 },
  "POST /admin/tasks/{id}/status": { at: ({ task }) => `/admin/tasks/${task.id}/status`, fields: () => ({ status: "done" }) },
  "POST /admin/projects/{id}/visible": { at: ({ project }) => `/admin/projects/${project.id}/visible`, fields: () => ({ visible: "on" }) },
  "POST /tickets/{id}/status": { as: "writer", at: ({ ticket }) => `${ticket.path}/status`, fields: () => ({ status: "resolved" }) },
  "POST /admin/tickets/{id}/status": { at: ({ ticket }) => `${ticket.admin}/status`, fields: () => ({ status: "resolved" }) },
  "POST /documents": { page: () => "/documents", upload: [file("mine.txt")] },
  "POST /admin/settings/support/replies/{id}/delete": { at: ({ savedReply }) => `/admin/settings/support/replies/${savedReply.id}/delete` },
  "POST /admin/time-logs/timer/stop": { page: () => "/admin/time-logs", to: () => "/admin/time-logs/timer/stop" },
  "POST /admin/time-logs/timer/discard": { page: () => "/admin/time-logs", to: () => "/admin/time-logs/timer/discard" },
  "POST /admin/time-logs/{id}/delete": { at: ({ time }) => `/admin/time-logs/${time.id}/delete` },
  "POST /confirm-email/{token}": { at: ({ newAddress }) => newAddress },
  "POST /admin/confirm-email/{token}": { at: ({ newStaffAddress }) => newStaffAddress },
  "POST /unsubscribe/{token}": { as: "anonymous", at: ({ stop }) => stop, is: 200 },
  "POST /csp-reports": { as: "anonymous", at: () => "/csp-reports", method: "POST", type: "application/csp-report", body: ({ base }) => JSON.stringify({ "csp-report": { "document-uri": `${base}/sign-in`, "effective-directive": "script-src", "blocked-uri": "inline" } }), is: 204 },
  "POST /profile/sessions/end-others": { at: () => "/profile/sessions/end-others" },
  "POST /profile/sessions/{id}/end": { at: ({ session }) => `/profile/sessions/${session.id}/end` },
  "POST /admin/profile/sessions/end-others": { at: () => "/admin/profile/sessions/end-others" },
  "POST /admin/profile/sessions/{id}/end": { at: ({ staffSession }) => `/admin/profile/sessions/${staffSession.id}/end` },
  "POST /admin/sign-out": { as: "leaving", at: () => "/admin/sign-out" },
  "POST /sign-out": { as: "leavingPerson", at: () => "/sign-out" },
};

/** Forms that bad-input-forms.mjs leaves as they stand, with a change; and who is where the thing is. */
export const CHANGES = {
  "POST /admin/settings/permissions": { set: { uploads: null } },
  "POST /admin/contacts/{id}/permissions": { set: { uploads: null } },
  "POST /admin/settings/security": { set: { invite_days: "9" } },
  "POST /admin/settings/staff/{id}": { set: { name: "Milo Renamed" } },
  "POST /profile/name": { set: { first_name: "Zoe" } },
  "POST /admin/profile/name": { set: { name: "Olive Renamed" } },
  "POST /admin/profile/tickets": { set: { tickets: null } },
  "POST /admin/profile/uploads": { set: { uploads: null } },
  "POST /admin/profile/messages": { set: { messages: null } },
  "POST /tasks/{id}/comments": { as: "writer" },
  "POST /tasks/{id}/answer": { as: "writer" },
  "POST /tickets/{id}/reply": { as: "writer" },
  "POST /messages/{id}": { as: "writer" },
  "POST /documents": { as: "writer" },
};

/** What a lost reply, or a form sent twice at once, may end in besides, and why that is well: [routes, what, why]. */
export const MAY = [
  [/sign-in$|sign-in\/code$|\/magic\//, /^(sessions|devices), a row that came|"kind":"new_device"|^a mail: .*A new device signed in/, "who signs in twice has two sessions, and is told of both browsers"],
  [/sign-in\/code$/, /422 "Your second step/, "a code of the app counts once; the next one works half a minute later"],
  [/\/magic\//, /410 "This link no longer works/, "typed in another browser, a link counts once; the page offers the next one"],
  [/confirm$|\/switch$|\/factor$|\/password$|confirm-email|sessions\/|sign-out$/, /303 to (\/admin)?\/sign-in/, "the session had got its new name, which the lost reply carried: signed in again, it is done"],
  [/remove$|delete$|DELETE|discard$|contacts\/\{id\}\/erase$/, /→ 404/, "what was taken away is not there any more"],
  [/\/uploads$/, /^uploads, a row that came/, "an upload that was begun twice: the other one is empty, and the clock takes it after a day"],
  [/setup$/, /422 "Set up your portal/, "it is set up, and says so: the person signs in"],
  [/sign-in\/invoice\/|\/invoice\/\{token\}$/, /^(pay_links|outbox), a row that came|^a mail: /, "each press sends one"],
  [/confirm\/link$|sign-in-link$|staff\/\{id\}\/invite$|profile\/email$|templates\/\{kind\}\/test$/, /^(links|outbox), a row that came|^a mail: /, "each press sends one, and the last link counts"],
  [/preview$|link\/new$/, /^(previews|pay_links), a row that came/, "each press makes one; the last one counts"],
  [/csp-reports$/, /^csp_reports, a row that came/, "reports are counted as they come; one that came twice counts twice"],
  [/preview\/exit$/, /to \/admin instead|previews, a row|audit_chain, a row|preview\.ended/, "the browser has left it; the row ends by itself after half an hour"],
  [/exceptions\/\{id\}\//, /→ (422 "Payment without|303 to \/admin\/exceptions\/)/, "it is resolved, and the page says so"],
  [/settings\/(invoicing|time-logs)$|invoices\/\{id\}\/upload$|time-logs\/\{id\}$|staff\/new$/, /→ 422 "(Invoicing|Edit draft|Time of|Time Logs|Invite a colleague)/, "what was saved stands there; the page says at the field what it is now"],
  [/clients\/\{id\}\/documents$/, /"kind":"document"|^a mail: .*shared a document/, "files that landed in part are told of at once; the mail about all of them names them again"],
];

/** What is tried at the provider and with it: paying.test.mjs. */
export const ELSEWHERE = new Set(["POST /billing/{id}/pay", "POST /billing/pay", "POST /invoice/{token}/pay", "POST /webhooks/stripe"]);
