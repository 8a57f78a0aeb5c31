// Invoices of a project: chosen by staff, of the same client alone; made of one project's time they come by themselves;
// the client sees them with the project where they see both.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { draftInvoice, sentInvoice } from "../harness/billing.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { newId, person } from "../harness/rows.mjs";
import { addProject, addTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let owner, client, lena, other, project, foreign;
before(async () => {
  owner = await setUpOwner(world);
  ({ client, person: lena } = await person(world, owner, { client: "Birch Ltd" }));
  other = await person(world, owner);
  project = await addProject(owner, client, { name: "Rebrand", visible: "on" });
  foreign = await addProject(owner, other.client, { name: "Foreign", visible: "on" });
});
const one = (sql, ...values) => world.db.prepare(sql).bind(...values).first();
const projectOf = async (id) => (await one("SELECT project_id FROM invoices WHERE id = ?", id)).project_id;
const put = async (invoice, fields) => owner.submit((await owner.get(invoice.path)).page.formTo(`${invoice.path}/project`), fields, { follow: false });
const text = async (user, path) => {
  const answer = await user.get(path);
  assert.equal((await answer.cost()).d1, 1, path);
  return answer.page.text;
};

test("a new invoice is written for a project, and stands in its record", async () => {
  const path = `${client.path}/invoices/new`;
  const { page } = await owner.get(`${path}?project=${project.id}`);
  const form = page.formTo(path);
  assert.equal(form.values.find(([name]) => name === "project")[1], project.id, "the project's record leads here");
  const made = await owner.post(path, { ...Object.fromEntries(form.values), description_0: "Sketches", quantity_0: "1", price_0: "100", tax_0: "0%", go: "save" });
  assert.equal(made.status, 303, made.page.text.slice(0, 300));
  const id = made.location.split("/").at(-1);
  assert.equal(await projectOf(id), project.id);
  assert.match(await text(owner, project.path), /Invoices.*Draft invoice.*100\.00/);
  assert.match(await text(owner, `/admin/invoices/${id}`), /Project ?Rebrand/);
  // Another client's project, or none at all, is none.
  const fields = Object.fromEntries((await owner.get(path)).page.formTo(path).values);
  const odd = await owner.post(path, { ...fields, project: foreign.id, description_0: "Odd", quantity_0: "1", price_0: "1", tax_0: "0%", go: "save" });
  assert.equal(await projectOf(odd.location.split("/").at(-1)), null);
  const twin = await owner.submit((await owner.get(`/admin/invoices/${id}`)).page.formTo(`/admin/invoices/${id}/duplicate`), {}, { follow: false });
  assert.equal(await projectOf(twin.location.split("/").at(-1)), project.id, "a duplicate stays with its project");
});

test("an invoice that was sent is put to a project and taken out again; what was sent stays as it is", async () => {
  const invoice = await sentInvoice(owner, client, { lines: [["Website", 1, "1200", "0%"]] });
  const before = await one("SELECT * FROM invoices WHERE id = ?", invoice.id);
  const saved = await put(invoice, { project: project.id });
  assert.equal(saved.status, 303);
  assert.equal((await saved.cost()).d1, 2);
  assert.match((await owner.follow(saved)).page.text, /belongs to “Rebrand” now/);
  assert.deepEqual(await one("SELECT * FROM invoices WHERE id = ?", invoice.id), { ...before, project_id: project.id });
  assert.match((await owner.get(`${client.path}/activity`)).page.text, /put an invoice to a project/);
  const seen = await text(lena, `/projects/${project.id}`);
  assert.match(seen, /Invoices.*1,200\.00/);
  assert.doesNotMatch(seen, /Draft invoice/, "a draft is never seen");
  assert.ok((await lena.get(`/projects/${project.id}`)).text.includes(`href="/billing/${invoice.id}"`));
  // Through the same predicate: not with Billing off, not of another client, not where the project is hidden.
  await world.db.prepare("UPDATE clients SET modules_off = 32 WHERE id = ?").bind(client.id).run();
  assert.doesNotMatch(await text(lena, `/projects/${project.id}`), /Invoices|1,200/);
  await world.db.prepare("UPDATE clients SET modules_off = 0 WHERE id = ?").bind(client.id).run();
  assert.equal((await other.person.get(`/projects/${project.id}`)).status, 404);
  for (const [value, is] of [[foreign.id, 422], [newId(), 422], ["x", 422]]) {
    const refused = await owner.post(`${invoice.path}/project`, { project: value });
    assert.equal(refused.status === 303, false, value);
    assert.ok(refused.status < 500 && refused.status >= 400, String(is));
  }
  assert.equal(await projectOf(invoice.id), project.id);
  await put(invoice, { project: "" });
  assert.equal(await projectOf(invoice.id), null);
  assert.doesNotMatch(await text(lena, `/projects/${project.id}`), /1,200/);
});

test("an invoice of one project's time alone belongs to it, one of several to none", async () => {
  const second = await addProject(owner, client, { name: "Second" });
  const bill = async () => {
    const at = `${client.path}/time-logs/invoice`;
    const page = (await owner.get(at)).page;
    const made = await owner.submit(page.formTo(page.all("main form[method=post]")[0].getAttribute("action")), { group: "entry" }, { follow: false });
    return made.location.split("/").at(-1);
  };
  await addTime(owner, client, { what: project, rate: "90", currency: "EUR" });
  await addTime(owner, client, { what: project, rate: "90", currency: "EUR" });
  assert.equal(await projectOf(await bill()), project.id);
  await addTime(owner, client, { what: project, rate: "90", currency: "EUR" });
  await addTime(owner, client, { what: second, rate: "90", currency: "EUR" });
  assert.equal(await projectOf(await bill()), null);
  await addTime(owner, client, { rate: "90", currency: "EUR" });
  assert.equal(await projectOf(await bill()), null, "time without a project");
});

test("an own PDF is uploaded for a project too", async () => {
  const path = `${client.path}/invoices/upload`;
  const form = (await owner.get(path)).page.formTo(path);
  const fields = form.fill({ amount: "50", project: project.id }).filter(([name]) => name !== "file");
  const made = await owner.upload(path, [...fields, ["file", { filename: "bill.pdf", content: "%PDF-1.4\n1 0 obj\nendobj\n%%EOF", type: "application/pdf" }]]);
  assert.equal(made.status, 303, made.page.text.slice(0, 400));
  assert.equal(await projectOf(made.location.split("/").at(-1)), project.id);
  await draftInvoice(owner, client, { lines: [["Nothing to do with it", 1, "1", "0%"]] });
});
