// Links in the outbox, where no transport is set up: read by whom they are for, and by owners; never a way
// for an admin to become somebody of a higher role.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start({ mail: "none" });
after(() => world.close());
let owner, admin;
before(async () => {
  owner = await setUpOwner(world);
  admin = await colleague(world, owner, "admin");
});

const mailTo = async (email) => (await world.outbox()).find((mail) => mail.to_email === email);
const pageOf = async (user, email) => user.get(`/admin/outbox/${(await mailTo(email)).id}`);

test("a colleague's link, to join or whatever for, is shown to owners and not to admins", async () => {
  for (const role of ["owner", "admin", "member"]) {
    const email = `new-${role}@business.test`;
    const invited = await owner.post("/admin/settings/staff/new", { name: "Nora New", email, role });
    assert.equal(invited.status, 303, String(invited));
    assert.match((await pageOf(owner, email)).text, /\/admin\/join\/pt_j/);
    const seen = await pageOf(admin, email);
    assert.equal(seen.status, 200);
    assert.doesNotMatch(seen.text, /\/admin\/join\/|pt_/, role);
    assert.match(seen.text, /recipient&#39;s alone|recipient's alone/);
  }
  await world.user().post("/admin/forgot", { email: owner.email });
  assert.match((await pageOf(owner, owner.email)).text, /\/admin\/reset\/pt_/);
  assert.doesNotMatch((await pageOf(admin, owner.email)).text, /pt_/);
  await world.user().post("/admin/forgot", { email: admin.email });
  assert.match((await pageOf(admin, admin.email)).text, /\/admin\/reset\/pt_/, "one's own link");
});

test("links are shown to who has just proven who they are", async () => {
  const contact = await contactRow(world, await clientRow(world));
  await owner.post(`/admin/contacts/${contact.id}/invite`, (await owner.visit(`/admin/contacts/${contact.id}/invite`)).page.formTo(`/admin/contacts/${contact.id}/invite`).fill({}));
  for (const user of [owner, admin]) assert.match((await pageOf(user, contact.email)).text, /\/invitation\/pt_/);
  await world.advance(11 * 60_000);
  for (const user of [owner, admin]) {
    const answer = await pageOf(user, contact.email);
    assert.match(answer.location ?? "", /^\/admin\/confirm\?next=/, String(answer));
  }
  assert.equal((await owner.get("/admin/outbox")).status, 200);
});
