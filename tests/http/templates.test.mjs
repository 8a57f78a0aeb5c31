// Settings → Email templates: what is refused and why, preview and test without saving, the reset, and
// that an invitation starts from the stored wording.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { clientRow, colleague, contactRow } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const PATH = "/admin/settings/templates/invitation";
const GOOD = { subject: "{{business_name}} & {{client_name}}", body: "Dear {{contact_first_name}},\n\nopen\n{{invite_link}}\nby {{expires_at}}.\n\n{{sender_name}}, {{support_email}}" };
const errorAt = (answer, field) => answer.page.all(`#e-${field}`).map((e) => e.text.trim()).join();
const stored = () => world.db.prepare("SELECT subject, body FROM email_templates WHERE kind = 'invitation'").first();
const audited = async (action) => (await world.db.prepare("SELECT count(*) AS n FROM audit WHERE action = ?").bind(action).first()).n;

test("the built-in wording stands in the form, every variable beside it; no other kind exists", async () => {
  const answer = await owner.get(PATH);
  assert.equal(answer.status, 200);
  assert.equal((await answer.cost()).d1, 1);
  assert.match(answer.page.all("#f-body")[0].text, /\{\{invite_link\}\}/);
  for (const name of ["business_name", "client_name", "contact_first_name", "invite_link", "expires_at", "sender_name", "support_email"]) {
    assert.ok(answer.page.all(".rows .mono").some((e) => e.text === `{{${name}}}`), name);
  }
  assert.equal((await owner.get("/admin/settings/templates/receipt")).status, 404);
});

test("what cannot be sent is refused with the reason at its field, and kept", async () => {
  const cases = [
    [{ body: "Hello {{contact_first_name}}" }, "body", /add \{\{invite_link\}\}/],
    [{ body: "{{invite_link}} {{password}}" }, "body", /no variable \{\{password\}\}\. Please use one of these: \{\{business_name\}\}/],
    [{ body: "{{invite_link" }, "body", /not closed/],
    [{ body: "" }, "body", /fill in/],
    [{ body: `{{invite_link}}${"x".repeat(2_000_000)}` }, "body", /shorten/],
    [{ subject: "{{invite_link}}" }, "subject", /out of the subject/],
    [{ subject: "a\nBcc: b@c.test" }, "subject", /one line/],
    [{ subject: "a\0b" }, "subject", /cannot be stored/],
    [{ subject: ["a", "b"] }, "subject", /twice/],
  ];
  for (const path of [PATH, `${PATH}/preview`, `${PATH}/test`]) {
    for (const [fields, field, why] of cases) {
      const answer = await owner.post(path, { ...GOOD, ...fields });
      assert.equal(answer.status, 422, `${path}: ${answer}`);
      assert.match(errorAt(answer, field), why);
    }
    const invalid = await owner.request("POST", path, { body: "subject=%ff&body=x", headers: { "content-type": "application/x-www-form-urlencoded" } });
    assert.equal(invalid.status, 422);
  }
  const kept = await owner.post(PATH, { ...GOOD, body: "Only <this> remains" });
  assert.equal(kept.page.all("#f-body")[0].text.trim(), "Only <this> remains");
  assert.equal(await stored(), null);
});

test("the preview shows the mail as HTML and text, and saves nothing", async () => {
  const answer = await owner.post(`${PATH}/preview`, { ...GOOD, body: `<b>bold</b>\n\n${GOOD.body}` });
  assert.equal(answer.status, 200);
  assert.ok((await answer.cost()).d1 <= 1);
  const [mail] = answer.page.all("article.mail");
  assert.match(mail.text, /Fern &amp; Oak &amp; Example Company|Fern & Oak & Example Company/);
  assert.match(mail.text, /Dear Alex/);
  assert.equal(mail.querySelectorAll("b").length, 0, "what was typed must stay text");
  assert.match(mail.querySelector(".btn").text, /Accept the invitation/);
  const text = answer.page.all(".mail-text")[0].text;
  assert.match(text, new RegExp(`${world.base}/invitation/example`));
  assert.match(text, /Olive Owner, olive@business\.test/);
  assert.match(answer.page.all("#f-body")[0].text, /<b>bold<\/b>|&lt;b&gt;/);
  assert.equal(await stored(), null);
});

test("a test goes to whoever is signed in, in one round trip, and saves nothing", async () => {
  const admin = await colleague(world, owner, "admin");
  const answer = await admin.post(`${PATH}/test`, GOOD);
  assert.equal(answer.status, 200);
  assert.match(answer.text, new RegExp(`on its way to ${admin.email}`));
  assert.ok((await answer.cost()).d1 <= 2);
  const mail = await world.mailbox.newest(admin.email);
  assert.equal(mail.subject, "Test: Fern & Oak & Example Company");
  assert.match(mail.text, /Dear Alex/);
  assert.equal(await stored(), null);
});

test("a saved wording is what an invitation starts from; the reset takes it back", async () => {
  const answer = await owner.post(PATH, GOOD);
  assert.equal(answer.status, 303);
  assert.ok((await answer.cost()).d1 <= 2);
  assert.equal((await stored()).subject, GOOD.subject);
  assert.equal(await audited("template.changed"), 1);
  await owner.post(PATH, GOOD);
  assert.equal(await audited("template.changed"), 1, "the same again is no change");

  const client = await clientRow(world, "Larkspur Bakery");
  const contact = await contactRow(world, client, { firstName: "Lena" });
  const review = `/admin/contacts/${contact.id}/invite`;
  const page = (await owner.get(review)).page;
  assert.equal(page.all("#f-subject")[0].getAttribute("value"), GOOD.subject);
  await owner.submit(page.formTo(review), {});
  const mail = await world.mailbox.newest(contact.email);
  assert.equal(mail.subject, "Fern & Oak & Larkspur Bakery");
  assert.match(mail.text, /Dear Lena,/);
  assert.match(mail.text, new RegExp(`${world.base}/invitation/pt_i`));

  assert.equal((await owner.post(`${PATH}/reset`)).status, 303);
  assert.equal(await stored(), null);
  assert.equal(await audited("template.reset"), 1);
  assert.match((await owner.get(review)).page.all("#f-subject")[0].getAttribute("value"), /invites you to its client portal/);
});

test("the mail that brings an invoice has a wording and variables of its own", async () => {
  const path = "/admin/settings/templates/invoice";
  const answer = await owner.get(path);
  assert.deepEqual([answer.status, (await answer.cost()).d1], [200, 1]);
  assert.ok(answer.page.hasLink("Invitation") && answer.page.hasLink("Invoice"));
  const named = answer.page.all(".rows .mono").map((e) => e.text);
  assert.ok(named.includes("{{amount_due}}") && !named.includes("{{invite_link}}"), named.join());
  const good = { subject: "{{invoice_number}}", body: "{{amount_due}} until {{due_date}}: {{invoice_link}}" };
  for (const [changes, field, why] of [
    [{ body: "Pay {{amount_due}}" }, "body", /add \{\{invoice_link\}\}/],
    [{ body: "{{invoice_link}} {{expires_at}}" }, "body", /no variable \{\{expires_at\}\}/],
    [{ subject: "{{invoice_link}}" }, "subject", /out of the subject/],
  ]) {
    const refused = await owner.post(path, { ...good, ...changes });
    assert.equal(refused.status, 422);
    assert.match(errorAt(refused, field), why);
  }
  assert.match((await owner.post(`${path}/preview`, good)).page.text, /€1,234\.00 until/);
  assert.equal((await owner.post(path, good)).status, 303);
  assert.equal((await world.db.prepare("SELECT body FROM email_templates WHERE kind = 'invoice'").first()).body, good.body);
  assert.equal(await stored(), null, "the invitation's wording stays");
  assert.equal((await owner.post(`${path}/reset`)).status, 303);
});
