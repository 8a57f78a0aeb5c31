// Every page there is, with who looks at it: for screenshots, accessibility and HTML checks alike.
// A page that is not in this list is a page that nobody has looked at.
import { addClient, addContact, addDocument, addStaff, clientWithPerson, invite, setUpOwner, switchPortal } from "../harness/flows.mjs";

/**
 * Before there is an owner. Each: { name, path, who?, status? }; `status` is 200 unless said.
 */
export const FIRST_PAGES = [
  { name: "set-up", path: "/admin/setup" },
];

/** People and things that the pages below show. */
export async function setTheStage(world) {
  const owner = await setUpOwner(world, { business: "Fern & Oak Studio", name: "Olive Fern" });
  await addStaff(world, owner, { role: "admin", name: "Theo Oak" });
  const { client, contact, person } = await clientWithPerson(owner, {
    client: { name: "Larkspur Bakery", reference: "LB-01", email: "hello@larkspur.test", address: "14 Mill Lane\nBath BA1 2QD" },
    contact: { firstName: "Lena", lastName: "Larkspur", email: "lena@larkspur.test", job_title: "Founder" },
  });
  const document = await addDocument(owner, client, { title: "Proposal: a spring rebrand", folder: "Proposals" });
  await addDocument(owner, client, { title: "Pricing notes", folder: "Internal", visible: false });
  await person.get(`/documents/${document.id}/download`);
  const pending = await addContact(owner, client, { firstName: "Jonas", lastName: "Reed" });
  const invitation = await invite(owner, pending);
  const off = await clientWithPerson(owner, { client: { name: "Harbour Yoga" } });
  await switchPortal(owner, off.client, false);
  const empty = await addClient(owner, { name: "Saltmarsh Architects" });
  const fresh = await clientWithPerson(owner, { client: { name: "Northwind Events" } });
  const mail = (await world.outbox()).find(({ kind }) => /invit/.test(kind)) ?? (await world.outbox())[0];
  return {
    who: { anonymous: world.user("anonymous"), owner, person, off: off.person, fresh: fresh.person },
    client, contact, pending, invitation, document, mail, empty,
  };
}

/** All pages, given the stage. */
export const pages = ({ client, contact, pending, invitation, document, mail, empty }) => [
  // anybody
  { name: "sign-in", path: "/sign-in" },
  { name: "sign-in-sent", path: "/sign-in/sent" },
  { name: "forgot", path: "/forgot" },
  { name: "invitation", path: invitation },
  { name: "link-dead", path: `/reset/${"x".repeat(43)}` },
  { name: "not-found", path: "/no-such-page", status: 404 },
  { name: "staff-sign-in", path: "/admin/sign-in" },
  { name: "staff-forgot", path: "/admin/forgot" },
  // a client's person
  { name: "client-dashboard", path: "/", who: "person" },
  { name: "client-documents", path: "/documents", who: "person" },
  { name: "client-document", path: `/documents/${document.id}`, who: "person" },
  { name: "client-profile", path: "/profile", who: "person" },
  { name: "client-confirm", path: "/confirm", who: "person" },
  { name: "client-dashboard-empty", path: "/", who: "fresh" },
  { name: "client-documents-empty", path: "/documents", who: "fresh" },
  { name: "client-closed", path: "/", who: "off", status: 403 },
  // staff
  { name: "admin-dashboard", path: "/admin", who: "owner" },
  { name: "admin-clients", path: "/admin/clients", who: "owner" },
  { name: "admin-client-new", path: "/admin/clients/new", who: "owner" },
  { name: "admin-client", path: client.path, who: "owner" },
  { name: "admin-client-edit", path: `${client.path}/edit`, who: "owner" },
  { name: "admin-client-empty", path: empty.path, who: "owner" },
  { name: "admin-contacts", path: `${client.path}/contacts`, who: "owner" },
  { name: "admin-contact-new", path: `${client.path}/contacts/new`, who: "owner" },
  { name: "admin-contact", path: `/admin/contacts/${contact.id}`, who: "owner" },
  { name: "admin-invite-whom", path: `${client.path}/invite`, who: "owner" },
  { name: "admin-invite", path: `/admin/contacts/${pending.id}/invite`, who: "owner" },
  { name: "admin-documents", path: `${client.path}/documents`, who: "owner" },
  { name: "admin-documents-empty", path: `${empty.path}/documents`, who: "owner" },
  { name: "admin-document", path: `/admin/documents/${document.id}`, who: "owner" },
  { name: "admin-activity", path: `${client.path}/activity`, who: "owner" },
  { name: "settings", path: "/admin/settings", who: "owner" },
  { name: "settings-branding", path: "/admin/settings/branding", who: "owner" },
  { name: "settings-template", path: "/admin/settings/templates/invitation", who: "owner" },
  { name: "settings-security", path: "/admin/settings/security", who: "owner" },
  { name: "settings-staff", path: "/admin/settings/staff", who: "owner" },
  { name: "settings-staff-new", path: "/admin/settings/staff/new", who: "owner" },
  { name: "outbox", path: "/admin/outbox", who: "owner" },
  { name: "outbox-mail", path: `/admin/outbox/${mail.id}`, who: "owner" },
  { name: "admin-profile", path: "/admin/profile", who: "owner" },
  { name: "admin-confirm", path: "/admin/confirm", who: "owner" },
];
