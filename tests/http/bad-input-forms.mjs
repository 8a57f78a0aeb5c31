// Every POST route of the router with the form that feeds it, for bad-input.test.mjs.
//
//   as       who sends it (a name of the stage)
//   page     (stage) => the page that has the form; `to` the form's address, when that is not the page's
//   set      what a person fills in, by field name (the rest stands in the form already)
//   more     fields that the handler knows and this page does not show
//   blank    an empty form is fine here: nothing in it must be filled in
//   press    (stage) => address of a button without fields: whatever comes with it is not looked at,
//            so it is pressed at a thing that never existed
//   json     (stage) => address of something that scripts send
//   file     (stage) => address of a form with files; its text fields are document-input.test.mjs's
//   spare    fields that count only with others (a line that says nothing is none); they are left out
//   is       what the good form gets at the end, when that is not 303
//   choice   fields of a form that are chosen, not typed: what is none of the choices is refused too

/** An id of the right shape that nothing has. */
export const NOBODYS = "01890000-0000-7000-8000-000000000000";

const password = "a quiet lantern over mill water";

export const FORMS = {
  "POST /admin/setup": {
    as: "first", page: () => "/admin/setup",
    set: ({ setupToken }) => ({ token: setupToken, business_name: "Fern & Oak", name: "Olive Owner", email: "olive@first.test", password }),
  },
  "POST /admin/sign-in": { as: "anonymous", page: () => "/admin/sign-in", set: ({ who }) => ({ email: who.admin.email, password: who.admin.password }) },
  "POST /admin/confirm": { as: "owner", page: () => "/admin/confirm", set: ({ who }) => ({ password: who.owner.password }) },
  "POST /admin/join/{token}": { as: "anonymous", page: ({ join }) => join, set: () => ({ password }) },
  "POST /sign-in": { as: "anonymous", page: () => "/sign-in", set: ({ who }) => ({ email: who.person.email, password: who.person.password }) },
  "POST /forgot": { as: "anonymous", page: () => "/forgot", set: () => ({ email: "nobody@nowhere.test" }) },
  "POST /reset/{token}": { as: "anonymous", page: ({ reset }) => reset, set: () => ({ password }) },
  "POST /admin/forgot": { as: "anonymous", page: () => "/admin/forgot", set: () => ({ email: "nobody@nowhere.test" }) },
  "POST /admin/reset/{token}": { as: "anonymous", page: ({ staffReset }) => staffReset, set: () => ({ password }) },
  "POST /sign-in/link": { as: "anonymous", page: () => "/sign-in/link", set: () => ({ email: "nobody@nowhere.test" }) },
  "POST /magic/{token}": { as: "anonymous", page: ({ magic }) => magic, more: ({ code }) => ({ code }), blank: true },
  "POST /confirm": { as: "person", page: () => "/confirm", set: ({ who }) => ({ password: who.person.password }) },
  "POST /confirm/link": { as: "person", page: () => "/confirm", blank: true },
  "POST /switch": { as: "person", page: () => "/", more: ({ secondContact }) => ({ contact_id: secondContact.id }), bare: true },
  "POST /admin/clients/new": {
    as: "owner", page: () => "/admin/clients/new",
    set: () => ({ name: "Swept Ltd", email: "hello@swept.test", phone: "+1 555 0100", address: "1 Broom St", reference: "SW-1", notes: "Neat." }),
  },
  "POST /admin/clients/{id}/edit": { as: "owner", page: ({ client }) => `${client.path}/edit`, set: () => ({ name: "Swept again" }) },
  "POST /admin/clients/{id}/portal": { as: "owner", page: ({ spare }) => spare.path, to: ({ spare }) => `${spare.path}/portal`, set: () => ({ enabled: "on" }), blank: true, choice: ["enabled"] },
  "POST /admin/clients/{id}/archive": { as: "owner", press: () => `/admin/clients/${NOBODYS}/archive` },
  "POST /admin/clients/{id}/restore": { as: "owner", press: () => `/admin/clients/${NOBODYS}/restore` },
  "POST /admin/clients/{id}/contacts/new": {
    as: "owner", page: ({ client }) => `${client.path}/contacts/new`,
    set: () => ({ first_name: "Bea", last_name: "Broom", email: "bea@swept.test", phone: "+1 555 0101", job_title: "Sweeper", is_primary: "on" }), choice: ["is_primary"],
  },
  "POST /admin/contacts/{id}": { as: "owner", page: ({ waiting }) => `/admin/contacts/${waiting.id}`, set: () => ({ first_name: "Wanda" }) },
  "POST /admin/contacts/{id}/end-sessions": { as: "owner", press: () => `/admin/contacts/${NOBODYS}/end-sessions` },
  "POST /admin/contacts/{id}/primary": { as: "owner", press: () => `/admin/contacts/${NOBODYS}/primary` },
  "POST /admin/contacts/{id}/remove": { as: "owner", press: () => `/admin/contacts/${NOBODYS}/remove` },
  "POST /admin/clients/{id}/documents": { as: "owner", file: ({ client }) => `${client.path}/documents` },
  "POST /admin/clients/{id}/uploads": { as: "owner", json: ({ client }) => `${client.path}/uploads` },
  "POST /admin/uploads/{id}/complete": { as: "owner", press: () => `/admin/uploads/${NOBODYS}/complete` },
  "POST /admin/documents/{id}": { as: "owner", page: ({ document }) => `/admin/documents/${document.id}`, set: () => ({ title: "Plan" }), more: () => ({ visible: "on" }), choice: ["visible", "notify"] },
  "POST /admin/documents/{id}/versions": { as: "owner", file: ({ document }) => `/admin/documents/${document.id}/versions` },
  "POST /admin/documents/{id}/uploads": { as: "owner", json: ({ document }) => `/admin/documents/${document.id}/uploads` },
  "POST /admin/documents/{id}/visible": { as: "owner", bare: true, at: ({ document }) => `/admin/documents/${document.id}/visible`, more: () => ({ visible: "on" }), blank: true, choice: ["visible"] },
  "POST /admin/documents/{id}/delete": { as: "owner", press: () => `/admin/documents/${NOBODYS}/delete` },
  "POST /admin/contacts/{id}/invite": { as: "owner", page: ({ waiting }) => `/admin/contacts/${waiting.id}/invite` },
  "POST /admin/contacts/{id}/invite/cancel": { as: "owner", press: () => `/admin/contacts/${NOBODYS}/invite/cancel` },
  "POST /admin/contacts/{id}/sign-in-link": { as: "owner", press: () => `/admin/contacts/${NOBODYS}/sign-in-link` },
  "POST /invitation/{token}": { as: "anonymous", page: ({ invitation }) => invitation, set: () => ({ choice: "password", password }), choice: ["choice"] },
  "POST /invitation/{token}/renew": { as: "anonymous", press: () => "/invitation/nothing/renew", is: 303 },
  "POST /admin/outbox/{id}/retry": { as: "owner", press: () => `/admin/outbox/${NOBODYS}/retry` },
  "POST /admin/settings/branding": { as: "owner", page: () => "/admin/settings/branding", set: () => ({ name: "Fern & Oak", colour: "#2f5d50", support_email: "help@swept.test", support_phone: "+1 555 0102", welcome_text: "Hello." }) },
  "POST /admin/settings/branding/logo": { as: "owner", file: () => "/admin/settings/branding/logo" },
  "POST /admin/settings/branding/reset": { as: "owner", press: () => "/admin/settings/branding/reset", is: 303 },
  "POST /admin/settings/templates/{kind}": { as: "owner", page: () => "/admin/settings/templates/invitation" },
  "POST /admin/settings/templates/{kind}/preview": { as: "owner", page: () => "/admin/settings/templates/invitation", at: () => "/admin/settings/templates/invitation/preview", is: 200 },
  "POST /admin/settings/templates/{kind}/test": { as: "owner", page: () => "/admin/settings/templates/invitation", at: () => "/admin/settings/templates/invitation/test", is: 200 },
  "POST /admin/settings/templates/{kind}/reset": { as: "owner", press: () => "/admin/settings/templates/nothing/reset" },
  "POST /admin/settings/permissions": { as: "owner", page: () => "/admin/settings/permissions" },
  "POST /admin/clients/{id}/permissions": { as: "owner", page: ({ client }) => `/admin/clients/${client.id}/permissions`, set: () => ({ keep_documents: "on", keep_billing: "on", keep_payments: "on" }) },
  "POST /admin/contacts/{id}/permissions": { as: "owner", page: ({ contact }) => `/admin/contacts/${contact.id}/permissions` },
  "POST /admin/settings/security": { as: "owner", page: () => "/admin/settings/security" },
  "POST /admin/settings/staff/new": { as: "owner", page: () => "/admin/settings/staff/new", set: () => ({ name: "Sam Swift", email: "sam@swept.test", role: "member" }), choice: ["role"] },
  "POST /admin/settings/staff/{id}": { as: "owner", page: ({ milo }) => `/admin/settings/staff/${milo.id}`, choice: ["role"] },
  "POST /admin/settings/staff/{id}/deactivate": { as: "owner", press: () => `/admin/settings/staff/${NOBODYS}/deactivate` },
  "POST /admin/settings/staff/{id}/reactivate": { as: "owner", press: () => `/admin/settings/staff/${NOBODYS}/reactivate` },
  "POST /admin/settings/staff/{id}/invite": { as: "owner", press: () => `/admin/settings/staff/${NOBODYS}/invite` },
  "POST /admin/settings/invoicing": {
    as: "owner", page: () => "/admin/settings/invoicing", more: () => ({ yearly: "on", country: "DE", vat_id: "DE123456789", next: "7" }),
    choice: ["country", "currency", "prices", "time_zone", "yearly"],
  },
  "POST /admin/settings/reminders": { as: "owner", page: () => "/admin/settings/reminders", set: () => ({ before: "3", after: "7, 14" }), choice: ["on_due"], blank: true },
  "POST /admin/clients/{id}/billing/details": {
    as: "owner", page: ({ spare }) => `/admin/clients/${spare.id}/billing/details`, set: () => ({ city: "Paris", country: "FR" }),
    choice: ["country", "currency"], blank: true,
  },
  "POST /admin/clients/{id}/invoices/new": {
    as: "owner", page: ({ client }) => `/admin/clients/${client.id}/invoices/new`,
    set: () => ({ description_0: "Design", quantity_0: "2", price_0: "100", tax_0: "19%" }), more: () => ({ go: "save" }), choice: ["unit_0", "prices", "currency"], spare: /_[1-9]$/,
  },
  "POST /admin/invoices/{id}/edit": {
    as: "owner", page: ({ draft }) => `${draft.path}/edit`, more: () => ({ go: "save" }), choice: ["unit_0", "prices", "currency"], spare: /_[1-9]$/,
  },
  "POST /admin/invoices/{id}/send": { as: "owner", page: ({ draft }) => `${draft.path}/send` },
  "POST /admin/invoices/{id}/void": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/void` },
  "POST /admin/invoices/{id}/duplicate": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/duplicate` },
  "POST /admin/invoices/{id}/revise": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/revise` },
  "POST /admin/invoices/{id}/delete": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/delete` },
  "POST /admin/invoices/{id}/reopen": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/reopen` },
  "POST /admin/invoices/{id}/payments/new": { as: "owner", page: ({ invoice }) => `${invoice.path}/payments/new`, set: () => ({ amount: "10" }) },
  "POST /admin/invoices/{id}/remind": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/remind` },
  // Their text fields are uploaded-invoice.test.mjs's.
  "POST /admin/clients/{id}/invoices/upload": { as: "owner", file: ({ client }) => `/admin/clients/${client.id}/invoices/upload` },
  "POST /admin/invoices/{id}/upload": { as: "owner", file: () => `/admin/invoices/${NOBODYS}/upload` },
  "POST /admin/payments/{id}/correct": {
    as: "owner", page: ({ payment }) => `/admin/payments/${payment}/correct`, set: () => ({ amount: "12" }), choice: ["method"],
  },
  "POST /admin/payments/{id}/reverse": { as: "owner", press: () => `/admin/payments/${NOBODYS}/reverse` },
  "POST /admin/clients/{id}/preview": { as: "owner", press: () => `/admin/clients/${NOBODYS}/preview` },
  "POST /admin/contacts/{id}/preview": { as: "owner", press: () => `/admin/contacts/${NOBODYS}/preview` },
  "POST /admin/preview/as": { as: "owner", press: () => "/admin/preview/as", is: 303 },
  "POST /admin/preview/exit": { as: "owner", press: () => "/admin/preview/exit", is: 303 },
  "POST /billing/{id}/pay": { as: "person", press: () => `/billing/${NOBODYS}/pay` },
  "POST /billing/pay": { as: "person", press: () => "/billing/pay", is: 303 },
  "POST /invoice/{token}/pay": { as: "anonymous", press: () => "/invoice/nothing/pay" },
  "POST /admin/invoices/{id}/link/new": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/link/new` },
  "POST /admin/invoices/{id}/link/revoke": { as: "owner", press: () => `/admin/invoices/${NOBODYS}/link/revoke` },
  "POST /admin/exceptions/{id}/attach": { as: "owner", press: () => `/admin/exceptions/${NOBODYS}/attach` },
  "POST /admin/exceptions/{id}/resolve": { as: "owner", press: () => `/admin/exceptions/${NOBODYS}/resolve` },
  "POST /admin/settings/payments": {
    as: "owner", page: () => "/admin/settings/payments", set: () => ({ part_least: "25", iban: "DE89 3704 0044 0532 0130 00", bic: "COBADEFFXXX" }),
    more: () => ({ parts: "on", pay_online: "on" }), choice: ["pay_online", "pay_without_account", "parts", "pay_by_transfer"], blank: true,
  },
  "POST /admin/settings/payments/check": { as: "owner", press: () => "/admin/settings/payments/check", is: 200 },
  "POST /admin/clients/{id}/projects/new": {
    as: "owner", page: ({ client }) => `/admin/clients/${client.id}/projects/new`,
    set: () => ({ name: "Website", description: "What we do.", starts_on: "2026-11-01", due_on: "2026-12-01", milestone_0: "Draft", until_0: "2026-11-20", reached_0: "on", visible: "on" }), choice: ["status", "measure"], spare: /_[1-9]$/,
  },
  "POST /admin/projects/{id}/edit": {
    as: "owner", page: ({ project }) => `${project.path}/edit`, set: () => ({ reached_0: "on", visible: "on" }), choice: ["status", "measure"], spare: /_[1-9]$/,
  },
  "POST /admin/clients/{id}/tasks/new": {
    as: "owner", page: ({ client }) => `/admin/clients/${client.id}/tasks/new`,
    set: ({ project }) => ({ title: "Send photos", description: "Please.", due_on: "2026-12-01", visible: "on", asks: "complete", project: project.id }), choice: ["status", "asks", "project", "assignee"],
  },
  "POST /admin/tasks/{id}/edit": { as: "owner", page: ({ task }) => `${task.path}/edit`, set: () => ({ visible: "on" }), choice: ["status", "asks", "project", "assignee"] },
  "POST /admin/tasks/{id}/status": { as: "owner", press: () => `/admin/tasks/${NOBODYS}/status` },
  "POST /admin/tasks/{id}/comments": { as: "owner", page: ({ task }) => task.path, to: ({ task }) => `${task.path}/comments`, set: () => ({ body: "Well done.", shared: "on" }) },
  "POST /tasks/{id}/comments": { as: "person", page: ({ task }) => `/tasks/${task.id}`, to: ({ task }) => `/tasks/${task.id}/comments`, set: () => ({ body: "Thank you." }) },
  "POST /tasks/{id}/answer": { as: "person", page: ({ task }) => `/tasks/${task.id}`, to: ({ task }) => `/tasks/${task.id}/answer`, set: () => ({ note: "Here they are." }), choice: ["answer"] },
  "POST /admin/projects/{id}/visible": { as: "owner", press: () => `/admin/projects/${NOBODYS}/visible` },
  "POST /tickets/new": { as: "person", page: () => "/tickets/new", set: () => ({ subject: "Help", category: "Problem", body: "It is broken." }), choice: ["category"] },
  "POST /tickets/{id}/reply": { as: "person", page: ({ ticket }) => ticket.path, to: ({ ticket }) => `${ticket.path}/reply`, set: () => ({ body: "Still broken." }) },
  "POST /tickets/{id}/status": { as: "person", press: () => `/tickets/${NOBODYS}/status` },
  "POST /admin/tickets/{id}": { as: "owner", page: ({ ticket }) => ticket.admin, set: () => ({ priority: "high" }), choice: ["assignee", "priority", "category"] },
  "POST /admin/tickets/{id}/answer": {
    as: "owner", page: ({ ticket }) => ticket.admin, to: ({ ticket }) => `${ticket.admin}/answer`, set: () => ({ answer: "It is mended." }),
    more: () => ({ go: "" }), choice: ["next", "saved"],
  },
  "POST /admin/tickets/{id}/notes": { as: "owner", page: ({ ticket }) => ticket.admin, to: ({ ticket }) => `${ticket.admin}/notes`, set: () => ({ note: "Between us." }) },
  "POST /admin/tickets/{id}/status": { as: "owner", press: () => `/admin/tickets/${NOBODYS}/status` },
  "POST /admin/tickets/{id}/merge": {
    as: "owner", page: ({ twin }) => twin.admin, to: ({ twin }) => `${twin.admin}/merge`, set: ({ ticket }) => ({ into: ticket.id, sure: "on" }), choice: ["into", "sure"],
  },
  "POST /admin/profile/tickets": { as: "owner", page: () => "/admin/profile", to: () => "/admin/profile/tickets", choice: ["tickets"], blank: true },
  "POST /messages/new": { as: "person", page: () => "/messages/new", set: () => ({ subject: "Help", body: "It is broken." }) },
  "POST /messages/{id}": { as: "person", page: ({ thread }) => thread.path, set: () => ({ body: "Still broken." }) },
  "POST /admin/messages/{id}": { as: "owner", page: ({ thread }) => thread.admin, set: () => ({ body: "It is mended." }) },
  "POST /admin/clients/{id}/messages/new": {
    as: "owner", page: ({ client }) => `/admin/clients/${client.id}/messages/new`, set: ({ project }) => ({ subject: "Hello", body: "How are you?", project: project.id }), choice: ["project"],
  },
  "POST /admin/profile/messages": { as: "owner", page: () => "/admin/profile", to: () => "/admin/profile/messages", choice: ["messages"], blank: true },
  "POST /admin/settings/support": { as: "owner", page: () => "/admin/settings/support", set: () => ({ close_days: "9" }) },
  "POST /admin/settings/support/replies/new": { as: "owner", page: () => "/admin/settings/support/replies/new", set: () => ({ name: "Closing", body: "Goodbye." }) },
  "POST /admin/settings/support/replies/{id}": { as: "owner", page: ({ savedReply }) => `/admin/settings/support/replies/${savedReply.id}`, set: () => ({ body: "Good morning." }) },
  "POST /admin/settings/support/replies/{id}/delete": { as: "owner", press: () => `/admin/settings/support/replies/${NOBODYS}/delete` },
  "POST /admin/time-logs": {
    as: "owner", page: () => "/admin/time-logs", set: ({ client }) => ({ what: `c.${client.id}`, time: "1:30", description: "A call.", rate: "90" }), choice: ["what", "currency", "billable"],
  },
  "POST /admin/clients/{id}/time-logs": {
    as: "owner", page: ({ client }) => `/admin/clients/${client.id}/time-logs`, set: ({ client }) => ({ what: `c.${client.id}`, time: "90m", description: "A call.", rate: "90" }), choice: ["what", "currency", "billable"],
  },
  "POST /admin/time-logs/timer/stop": { as: "owner", press: () => "/admin/time-logs/timer/stop", is: 303 },
  "POST /admin/time-logs/timer/discard": { as: "owner", press: () => "/admin/time-logs/timer/discard", is: 303 },
  "POST /admin/time-logs/{id}": { as: "owner", page: ({ time }) => time.path, set: () => ({ time: "2h", description: "A call." }), choice: ["what", "currency", "billable"] },
  "POST /admin/time-logs/{id}/delete": { as: "owner", press: () => `/admin/time-logs/${NOBODYS}/delete` },
  "POST /admin/clients/{id}/time-logs/invoice": {
    as: "owner", page: ({ client }) => `/admin/clients/${client.id}/time-logs/invoice`, to: ({ client }) => `/admin/clients/${client.id}/time-logs/invoice?currency=EUR`, choice: ["group"],
  },
  "POST /admin/settings/time-logs": { as: "owner", page: () => "/admin/settings/time-logs", set: () => ({ rate: "90" }), choice: ["shown", "all", "currency"] },
  "POST /profile/email": { as: "person", page: () => "/profile/email", set: () => ({ email: "person@new.test" }) },
  "POST /confirm-email/{token}": { as: "person", press: () => "/confirm-email/nothing" },
  "POST /admin/profile/email": { as: "owner", page: () => "/admin/profile/email", set: () => ({ email: "owner@new.test" }) },
  "POST /admin/confirm-email/{token}": { as: "owner", press: () => "/admin/confirm-email/nothing" },
  "POST /profile/mail": { as: "person", page: () => "/profile", to: () => "/profile/mail", blank: true },
  "POST /unsubscribe/{token}": { as: "anonymous", press: () => "/unsubscribe/nothing" },
  "POST /profile/name": { as: "person", page: () => "/profile", to: () => "/profile/name" },
  "POST /profile/password": { as: "person", page: () => "/profile/password", set: () => ({ password }) },
  "POST /profile/sessions/end-others": { as: "person", press: () => "/profile/sessions/end-others", is: 303 },
  "POST /profile/sessions/{id}/end": { as: "person", press: () => `/profile/sessions/${NOBODYS}/end` },
  "POST /admin/profile/name": { as: "owner", page: () => "/admin/profile", to: () => "/admin/profile/name" },
  "POST /admin/profile/password": { as: "owner", page: () => "/admin/profile/password", set: () => ({ password }) },
  "POST /admin/profile/sessions/end-others": { as: "owner", press: () => "/admin/profile/sessions/end-others", is: 303 },
  "POST /admin/profile/sessions/{id}/end": { as: "owner", press: () => `/admin/profile/sessions/${NOBODYS}/end` },
  "POST /admin/sign-out": { as: "leaving", press: () => "/admin/sign-out", is: 303 },
  "POST /sign-out": { as: "leavingPerson", press: () => "/sign-out", is: 303 },
};
