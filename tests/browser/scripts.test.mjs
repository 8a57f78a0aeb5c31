// Scripts in every text field run nowhere. They are written into every column of text that there is, into whatever
// form takes them, and into the names and contents of files; then every page is opened in a browser by whoever
// may look at it, staff, client and preview: no dialog, no report of CSP, no error, no element of theirs.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { addDocument } from "../harness/flows.mjs";
import { draftInvoice, sentInvoice } from "../harness/billing.mjs";
import { startThread, startThreadWith } from "../harness/messages.mjs";
import { answer, file, note, openTicket } from "../harness/tickets.mjs";
import { addProject, addTask, addTime } from "../harness/work.mjs";
import { fillWords, unlock } from "../harness/words.mjs";
import { World } from "../harness/world.mjs";
import { SETTINGS, pages, setTheStage } from "./pages.mjs";

/** What would do something where a text is taken for HTML, an attribute, an address or a script. */
const NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>\"'><b id=smuggled>[x](javascript:alert(4)) <javascript:alert(5)> {{7*7}}</textarea></title></style>";
const SHORT = "<img src=x onerror=alert(1) id=smuggled>\"'>";

const world = await World.start({ settings: SETTINGS });
const browser = await Browser.start();
after(async () => {
  await browser.close();
  await world.close({ messy: true });
});
let stage, owner, client, lena;
before(async () => {
  stage = await setTheStage(world);
  ({ client, who: { owner, person: lena } } = stage);
});

/** Nothing in the page is an element that a text made, or leads to a script. */
const smuggled = () => {
  const found = [...document.querySelectorAll("#smuggled, [onerror], [onload]")].map((element) => element.outerHTML);
  for (const a of document.querySelectorAll("[href], [action], [formaction], [src]")) {
    for (const name of ["href", "action", "formaction", "src"]) {
      const to = a.getAttribute(name);
      if (to !== null && !/^(\/|https?:|mailto:|tel:|#|\?|$)/i.test(to)) found.push(`${name}=${to}`);
    }
  }
  return found;
};

async function look(user, list) {
  const window = await browser.window(world, { cookiesOf: user, tolerate: [/the server responded with a status of 4\d\d/] });
  for (const { name, path, status = 200 } of list) {
    const response = await window.open(path);
    assert.equal(response.status(), status, `${name} (${path})`);
    assert.deepEqual(await window.page.evaluate(smuggled), [], `${name} (${path})`);
  }
  // Its end fails on dialogs, reports of CSP and errors.
  await window.close();
}

describe("through the forms", () => {
  let ticket, thread;
  const made = [];
  before(async () => {
    const form = async (path, fields, to = path) => {
      const sent = await owner.submit((await owner.get(path)).page.formTo(to), fields, { follow: false });
      assert.equal(sent.status, 303, `${path}: ${sent} ${sent.page?.all("[aria-invalid=true]").map((e) => e.getAttribute("name"))}`);
    };
    const project = await addProject(owner, client, { name: SHORT, description: NASTY, milestone_0: SHORT, visible: "on" });
    const task = await addTask(owner, client, { title: SHORT, description: NASTY, project: project.id, visible: "on", asks: "approve" });
    for (const shared of ["on", undefined]) assert.equal((await owner.post(`${task.path}/comments`, { body: NASTY, ...(shared ? { shared } : {}) })).status, 303);
    assert.equal((await lena.post(`/tasks/${task.id}/answer`, { answer: "changes", note: NASTY })).status, 303);
    const time = await addTime(owner, client, { what: task, description: NASTY });
    ticket = await openTicket(lena, { subject: SHORT, body: NASTY, files: [file(`${SHORT}.txt`, NASTY)] });
    await note(owner, ticket, NASTY, { files: [file(`${SHORT}.txt`, NASTY)] });
    await answer(owner, ticket, NASTY);
    thread = await startThread(lena, { subject: SHORT, body: NASTY, files: [file(`${SHORT}.html`, NASTY, "text/html")] });
    const written = await startThreadWith(owner, client, { subject: SHORT, body: NASTY });
    const document = await addDocument(owner, client, { title: SHORT, folder: SHORT, file: { filename: `${SHORT}.svg`, type: "image/svg+xml", content: `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(6)"/>` } });
    await lena.upload("/documents", [["file", file(`${SHORT}.html`, NASTY, "text/html")]]);
    const own = { reference: SHORT, notes: NASTY, terms: NASTY, lines: [[NASTY, 1, "10", "19%"]] };
    const draft = await draftInvoice(owner, client, own);
    const invoice = await sentInvoice(owner, client, own);
    await form("/admin/settings/branding", { name: "<b id=smuggled>Fern", welcome_text: NASTY, support_phone: "<b>1" });
    await form(`${client.path}/edit`, { name: SHORT, reference: "<b>r", phone: "<b>1", address: NASTY, notes: NASTY });
    await form(`${client.path}/billing/details`, { legal_name: SHORT, address: SHORT, city: "<b>", reference: SHORT });
    await form(`/admin/contacts/${stage.contact.id}`, { first_name: SHORT, last_name: SHORT, job_title: SHORT, phone: "<b>1" });
    await form("/admin/settings/support/replies/new", { name: SHORT, body: NASTY });
    made.push(
      ...["", "/edit"].flatMap((end) => [`${project.path}${end}`, `${task.path}${end}`]), time.path, `${client.path}/time-logs?period=all`, ticket.admin, thread.admin, written.admin, `/admin/documents/${document.id}`,
      draft.path, `${draft.path}/edit`, `${draft.path}/send`, invoice.path, client.path, `${client.path}/activity`,
    );
    stage.theirs = [`/projects/${project.id}`, `/tasks/${task.id}`, ticket.path, thread.path, written.path, `/documents/${document.id}`, `/billing/${invoice.id}`, "/time-logs", "/", "/projects", "/tasks", "/tickets", "/messages", "/documents", "/billing", "/notifications", `/search?q=${encodeURIComponent(SHORT)}`, "/search?q=img", "/profile"];
  });
  const named = (paths) => paths.map((path) => ({ name: "made", path }));
  test("staff see words", () => look(owner, named(made)));
  test("the client sees words", () => look(lena, named(stage.theirs)));
  test("the preview sees words", async () => {
    const looking = owner.clone("looking");
    await looking.post(`/admin/contacts/${stage.contact.id}/preview`);
    await look(looking, named(stage.theirs));
  });
  test("Markdown brings no HTML and no address of a script", async () => {
    for (const words of ["[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x]( javascript:alert(1))", "[x](&#106;avascript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)", "[x](vbscript:x)", "<javascript:alert(1)>", "![x](javascript:alert(1))", "[x]: javascript:alert(1)\n\n[x]", "<a href=\"javascript:alert(1)\">x</a>", "`<b id=smuggled>`", "<!-- --><script>alert(1)</script>", "[x](//evil.test)", "[x](\tjavascript:alert(1))"]) {
      const said = await lena.upload(`${ticket.path}/reply`, [["form_key", crypto.randomUUID()], ["body", words]]);
      assert.equal(said.status, 303, `${words}: ${said}`);
    }
    for (const [user, path] of [[lena, ticket.path], [owner, ticket.admin]]) {
      const talk = (await user.get(path)).page.all(".talk .prose");
      for (const said of talk) {
        assert.equal(said.querySelectorAll("script, img, svg, style, iframe, #smuggled").length, 0, said.outerHTML);
        for (const a of said.querySelectorAll("a")) assert.match(a.getAttribute("href"), /^(https?:\/\/|mailto:)/, said.outerHTML);
      }
    }
    await look(lena, named([ticket.path]));
    await look(owner, named([ticket.admin]));
  });
  test("a file that is a page or a picture comes down as a file", async () => {
    const ways = (await lena.get(thread.path)).page.all(".attached a").map((a) => a.getAttribute("href"));
    assert.ok(ways.length > 0);
    for (const way of ways) {
      const { headers } = await lena.get(way);
      assert.match(headers["content-disposition"], /^attachment/);
      assert.match(headers["content-security-policy"], /sandbox/);
    }
  });
});

test("written straight into every column of text, on every page there is", async (t) => {
  await unlock(world);
  const written = await fillWords(world, client, SHORT, ["internal", "shared", "business"], { everywhere: true });
  assert.ok(Object.keys(written).length > 70);
  await world.cron();
  const all = Map.groupBy(pages(stage), ({ who = "anonymous" }) => who);
  for (const [who, list] of all) await t.test(who, () => look(stage.who[who], list));
});
