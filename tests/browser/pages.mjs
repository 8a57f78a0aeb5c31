// Every page there is, with who looks at it: for screenshots, accessibility and HTML checks alike.
// A page that is not in this list is a page that nobody has looked at.
import { setUpOwner } from "../harness/flows.mjs";
import { contactRow, invitation, person, portalOff } from "../harness/rows.mjs";

/**
 * Before there is an owner. Each: { name, path, who?, status? }; `status` is 200 unless said.
 */
export const FIRST_PAGES = [
  { name: "set-up", path: "/admin/setup" },
];

/** People and things that the pages below show. */
export async function setTheStage(world) {
  const owner = await setUpOwner(world, { business: "Fern & Oak Studio", name: "Olive Fern" });
  const larkspur = await person(world, owner, {
    client: "Larkspur Bakery", contact: { firstName: "Lena", lastName: "Larkspur", email: "lena@larkspur.test" },
  });
  const pending = await contactRow(world, larkspur.client, { firstName: "Jonas", lastName: "Reed" });
  const link = await invitation(owner, pending);
  const off = await person(world, owner, { client: "Harbour Yoga" });
  await portalOff(world, off.client);
  const mail = await world.db.prepare("SELECT id FROM outbox ORDER BY created_at LIMIT 1").first();
  return {
    who: { anonymous: world.user("anonymous"), owner, person: larkspur.person, off: off.person },
    pending, link, mail,
  };
}

/** All pages, given the stage. */
export const pages = ({ pending, link, mail }) => [
  // anybody
  { name: "sign-in", path: "/sign-in" },
  { name: "invitation", path: link },
  { name: "not-found", path: "/no-such-page", status: 404 },
  { name: "staff-sign-in", path: "/admin/sign-in" },
  // a client's person
  { name: "client-dashboard", path: "/", who: "person" },
  { name: "client-closed", path: "/", who: "off", status: 403 },
  // staff
  { name: "admin-dashboard", path: "/admin", who: "owner" },
  { name: "admin-confirm", path: "/admin/confirm", who: "owner" },
  { name: "admin-invite", path: `/admin/contacts/${pending.id}/invite`, who: "owner" },
  { name: "admin-outbox", path: "/admin/outbox", who: "owner" },
  { name: "admin-mail", path: `/admin/outbox/${mail.id}`, who: "owner" },
  { name: "admin-branding", path: "/admin/settings/branding", who: "owner" },
];
