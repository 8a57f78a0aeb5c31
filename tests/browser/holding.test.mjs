// What must hold (access), as a browser sees it: every page for every kind of visitor; the ids of others; links that
// are looked at and pressed; a portal that closes under open windows; a preview that is tampered with by script; mails
// asked for under another host's name. Scripts in texts are scripts.test.mjs's.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { FITS, NOBODYS, fill, inPreview, keyOf, routes, setTheStage } from "../harness/access.mjs";
import { Browser } from "../harness/browser.mjs";
import { everything } from "../harness/erasing.mjs";
import { newPassword } from "../harness/flows.mjs";
import { contactRow, invitation, person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";
import { ROWS } from "../http/access-table.mjs";

const world = await World.start({ settings: { STRIPE_WEBHOOK_SECRET: "whsec_nobody_knows" } });
const browser = await Browser.start();
after(async () => {
  await browser.close();
  await world.close();
});
const REFUSED = /the server responded with a status of \d+/;
const open = (user, more) => browser.window(world, { cookiesOf: user, tolerate: [REFUSED], ...more });
let who, subjects, client;
before(async () => { ({ who, subjects, client } = await setTheStage(world)); });

/** Pages, and not files that come down. */
const pages = routes.filter(({ method, path }) => method === "GET" && ROWS[keyOf({ method, path })] && !/download$|pdf$|\.csv$|\/files\/|security\.txt$|\/logo\/|\/uploads\//.test(path));

describe("1 and 2: every page, for every kind of visitor", () => {
  for (const principal of ["anonymous", "client", "other", "off", "archived", "member", "admin", "owner", "preview"]) {
    test(principal, async () => {
      const window = await open(principal === "preview" ? who.preview.clone() : who[principal]);
      const wrong = [];
      for (const route of pages) {
        const row = ROWS[keyOf(route)];
        const expected = principal === "preview" ? inPreview(route, row) : row[principal];
        const path = fill(route.path, row, subjects);
        const response = await window.open(path);
        const first = await (async () => { let of = response.request(); while (of.redirectedFrom()) of = of.redirectedFrom(); return of.response(); })();
        const answer = { status: first.status(), location: (await first.headerValue("location"))?.replace(world.base, "") };
        const fits = typeof expected === "number" ? answer.status === expected : FITS[expected](answer);
        if (!fits) wrong.push(`${path}: expected ${expected}, saw ${answer.status} ${answer.location ?? ""}`);
        if (expected === "hidden") {
          const shown = await window.page.locator("body").innerText();
          await window.open(route.path.replace(/\{\w+\}/g, NOBODYS));
          if (shown !== await window.page.locator("body").innerText()) wrong.push(`${path}: the page tells that it exists`);
        }
      }
      await window.close();
      assert.deepEqual(wrong, []);
    });
  }
});

test("3: a link is looked at three times and pressed twice: it works once", async () => {
  const contact = await contactRow(world, client.client);
  const path = await invitation(who.owner, contact);
  const windows = [await open(), await open()];
  for (const { page } of windows) {
    for (let i = 0; i < 3; i += 1) await page.goto(world.base + path);
    await page.getByLabel("Choose a password").fill(newPassword());
  }
  await windows[0].page.getByRole("button", { name: "Go to my portal" }).click();
  await windows[0].page.waitForURL(`${world.base}/`);
  await windows[1].page.getByRole("button", { name: "Go to my portal" }).click();
  await windows[1].page.getByText("no longer works").first().waitFor();
  for (const window of windows) await window.close();
});

test("4: the portal goes off under three open windows: the next click, download and Pay Now of each is refused", async () => {
  const { client: closing, person: lena } = await person(world, who.owner);
  const windows = [];
  for (const path of ["/", "/documents", "/billing"]) {
    const window = await open(lena);
    await window.open(path);
    windows.push(window);
  }
  const row = { id: subjects.document };
  await who.owner.post(`${closing.path}/portal`, { enabled: "off" });
  const next = ["/messages", `/documents/${row.id}/download`, null];
  for (const [n, { page }] of windows.entries()) {
    const response = next[n] ? await page.goto(world.base + next[n]) : await page.evaluate(async (id) => (await fetch(`/billing/${id}/pay`, { method: "POST" })).status, subjects.invoice);
    assert.equal(typeof response === "number" ? response : response.status(), 403, next[n] ?? "Pay Now");
  }
  for (const window of windows) await window.close();
});

test("5: in a preview forms are shielded; a script that takes the shield away writes nothing either", async () => {
  const window = await open(who.preview.clone());
  const { page } = window;
  await window.open(`/documents/${subjects.document}`);
  await page.getByRole("complementary", { name: "Preview" }).waitFor();
  await world.settled();
  const before = await everything(world);
  let pressed = 0;
  for (const path of ["/profile", `/tasks/${subjects.task}`, `/tickets/${subjects.ticket}`, `/messages/${subjects.thread}`, "/privacy", `/billing/${subjects.invoice}`]) {
    await window.open(path);
    assert.equal(await page.locator("main form button:enabled").count(), 0, `${path} has a button that can be pressed`);
    const statuses = await page.evaluate(async () => {
      const forms = [...document.querySelectorAll("main form")].filter((form) => form.method === "post");
      for (const shield of document.querySelectorAll("fieldset[disabled]")) shield.disabled = false;
      return Promise.all(forms.map(async (form) => (await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" })).status));
    });
    assert.ok(statuses.every((status) => status === 403), `${path}: ${statuses}`);
    pressed += statuses.length;
  }
  assert.ok(pressed > 8, `only ${pressed} forms`);
  await world.settled();
  const changed = Object.entries(await everything(world)).filter(([name, rows]) => JSON.stringify(rows) !== JSON.stringify(before[name])).map(([name]) => name);
  assert.deepEqual(changed.filter((name) => !["audit", "audit_chain"].includes(name)), []);
  await window.close();
});

test("7: mails asked for under another host's name lead to the portal", async () => {
  const { person: lena } = await person(world, who.owner);
  for (const [path, kind] of [["/sign-in/link", /\/magic\//], ["/forgot", /\/reset\//]]) {
    const window = await open();
    await window.page.setExtraHTTPHeaders({ "X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "gopher", Forwarded: "host=evil.test", "X-Original-URL": "//evil.test/" });
    await window.open(path);
    await window.page.getByLabel("E-mail address").fill(lena.email);
    await window.page.getByRole("button", { name: "Send me a link" }).click();
    await window.page.waitForURL(/sent$/);
    await window.close();
    const mail = await world.mailbox.newest(lena.email);
    assert.ok(mail.links.some((link) => kind.test(link)) && mail.links.every((link) => link.startsWith(`${world.base}/`)), mail.links.join(" "));
    assert.doesNotMatch(`${mail.text}${mail.html}`, /evil\.test/);
  }
});
