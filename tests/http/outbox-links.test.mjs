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
    assert.match((await owner.get(invited.location)).page.text, new RegExp(`The invitation to ${email} waits in the outbox, because no mail is set up\\. An owner can copy its link there\\. It works until`));
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

test("the code of a sign-in link stands beside the link, for whom the link is shown; another browser needs it", async () => {
  const client = await clientRow(world);
  const contact = await contactRow(world, client);
  const invite = `/admin/contacts/${contact.id}/invite`;
  await owner.post("/admin/confirm", { password: owner.password, next: "/admin/outbox" });
  await owner.post(invite, (await owner.visit(invite)).page.formTo(invite).fill({}));
  const lena = world.user();
  const accept = /\/invitation\/pt_[\w-]+/.exec((await pageOf(owner, contact.email)).text)[0];
  const door = (await lena.visit(accept)).page.formTo(accept);
  const joined = await lena.post(accept, { ...Object.fromEntries(door.values), password: "a quiet garden of ferns" });
  assert.equal(joined.status, 303, String(joined));
  const sent = await owner.post(`/admin/contacts/${contact.id}/sign-in-link`, {});
  assert.match((await owner.get(sent.location)).page.text, /The link to sign in to .* waits in the outbox, because no mail is set up\. You can copy its link there\. It works for ten minutes\./);
  const mail = (await world.outbox()).find((each) => each.kind === "magic" && each.to_email === contact.email);
  const page = (await owner.get(`/admin/outbox/${mail.id}`)).page;
  const link = new URL(page.all('input[aria-label="Sign in"]')[0].getAttribute("value")).pathname;
  const code = page.all('input[aria-label="the code"]')[0].getAttribute("value");
  assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  const elsewhere = world.user();
  assert.match((await elsewhere.post(link, {})).page.text, /code/);
  assert.equal((await elsewhere.post(link, { code })).status, 303);
});
