// Links to invoices that stand in a mailbox which their person has no longer: they open nothing, and who asks for a new
// one has it sent to the new address alone. Whether the person changed it or staff did.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice, sendFields, sendInvoice, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner, signIn, signInStaff } from "../harness/flows.mjs";
import { rowsOf } from "../harness/money.mjs";
import { contactRow, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const later = async () => {
  await world.advance(25 * 3_600_000);
  await signInStaff(owner);
};
const newest = async (email) => (await world.mailbox.newest(email)).path(/\/invoice\//);
const mailed = async (invoice) => (await rowsOf(world, "SELECT to_email FROM outbox WHERE kind = 'invoice-link' AND subject LIKE '%' || (SELECT number FROM invoices WHERE id = ?) || '%' ORDER BY created_at, to_email", invoice.id)).map(({ to_email }) => to_email);
const open = async (path) => (await world.user("who has the mail").get(path)).status;
const said = ({ status, headers, text }) => {
  const { date: _date, "x-request-id": _id, ...rest } = headers;
  return { status, rest, text };
};

const WAYS = {
  "the person": async ({ user, to }) => {
    await signIn(user);
    await user.submit((await user.visit("/profile/email")).page.form("Send the link"), { email: to });
    const link = (await world.mailbox.newest(to)).path(/\/confirm-email\//);
    const done = await user.post(link);
    assert.equal(done.location, "/profile", String(done));
    assert.ok((await done.cost()).d1 <= 2);
  },
  staff: async ({ contact, to }) => {
    const path = `/admin/contacts/${contact.id}`;
    // Another address ends the access with the one before; the page asks whether that is meant.
    const asked = await owner.submit((await owner.get(path)).page.formTo(path), { email: to }, { follow: false });
    const done = await owner.submit(asked.page.formTo(path), { end_access: true }, { follow: false });
    assert.equal(done.status, 303, `${done} ${done.page.all("p.error").map((e) => e.text)}`);
  },
};

for (const [who, change] of Object.entries(WAYS)) {
  test(`changed by ${who}: what stands in the old mailbox is dead, a new link goes to the new one alone`, async () => {
    await later();
    const { client, contact, person: user } = await person(world, owner);
    const bob = await contactRow(world, client, { firstName: "Bob" });
    await world.db.prepare("UPDATE contacts SET is_primary = 1 WHERE id = ?").bind(contact.id).run();
    const invoice = await draftInvoice(owner, client);
    const fields = await sendFields(owner, invoice);
    await sendInvoice(owner, invoice, { [`to_${contact.id}`]: fields[`to_${contact.id}`] ?? "on", [`to_${bob.id}`]: "on" });
    const other = await sentInvoice(owner, client);
    await world.settled();
    const old = await newest(contact.email);
    const bobs = await newest(bob.email);
    assert.deepEqual([await open(old), await open(bobs)], [200, 200]);
    const to = `new-${contact.id.slice(-6)}@client.test`;
    await change({ user, contact, to });
    await world.settled();
    // Dead: the page, the PDF and paying; the page is that of a link that never was. A colleague's link lives.
    assert.deepEqual([await open(old), await open(`${old}/pdf`), await open(bobs)], [410, 410, 200]);
    assert.equal((await world.user().post(`${old}/pay`)).status, 410);
    const reader = world.user("who reads the old mailbox");
    const [dead, never] = [await reader.get(old), await world.user().get(`/invoice/pt_p${"A".repeat(43)}`)];
    assert.equal(dead.text, never.text, "the page tells nothing of the link");
    assert.ok(!dead.text.includes(to));
    const [{ live }] = await rowsOf(world, "SELECT count(*) AS live FROM pay_links WHERE contact_id = ? AND revoked_at IS NULL AND moved_at IS NULL", contact.id);
    assert.equal(live, 0, "of every invoice");
    // Asked for there, it goes to the new address alone, and opens that one invoice.
    const form = dead.page.form("Send me a new link");
    assert.equal(form.method, "POST");
    const asked = await reader.post(old);
    assert.deepEqual([asked.status, asked.location], [303, "/sign-in/mailed"]);
    assert.ok((await asked.cost()).d1 <= 2);
    assert.deepEqual(said(asked), said(await world.user().post(`/invoice/pt_p${"A".repeat(43)}`)), "the answer tells nothing either");
    assert.deepEqual(said(asked), said(await world.user().post("/invoice/nonsense")));
    await world.settled();
    const about = [...await mailed(invoice), ...await mailed(other)];
    assert.deepEqual(about, [to]);
    const fresh = await newest(to);
    assert.notEqual(fresh, old);
    assert.deepEqual([await open(fresh), await open(old)], [200, 410]);
    // The paper leads there too, and to nobody at the old address.
    await later();
    await world.user().post(`/sign-in/invoice/${invoice.id}`);
    await world.settled();
    assert.deepEqual((await mailed(invoice)).slice(-2).toSorted(), [bob.email, to].toSorted());
    // Revoked by staff, nothing is renewed.
    assert.equal((await owner.post(`${invoice.path}/link/revoke`)).status, 303);
    await later();
    const before = (await mailed(invoice)).length;
    assert.equal((await world.user().post(old)).status, 303);
    assert.equal((await world.user().post(fresh)).status, 303);
    assert.equal((await mailed(invoice)).length, before);
  });
}

test("a button that is pressed too often sends no more, and says the same; another link's is not held up", async () => {
  await later();
  const { client, contact } = await person(world, owner);
  const invoice = await sentInvoice(owner, client);
  await world.settled();
  const path = await newest(contact.email);
  await world.db.prepare("UPDATE pay_links SET moved_at = 1 WHERE contact_id = ?").bind(contact.id).run();
  for (let n = 0; n < 9; n += 1) assert.equal((await world.user().post(path)).status, 303);
  assert.equal((await mailed(invoice)).length, 5, "five in ten minutes");
});
