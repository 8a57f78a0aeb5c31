// The money half of the main job, told by labels: staff write and send an invoice, its reader opens it from
// the mail without an account, presses Pay Now, pays on the provider's page, and staff see it. At once by
// card; by a debit that arrives; by one that fails first; from the code on the paper. With JavaScript and without.
import { after, describe, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { addClient, addContact, setUpOwner } from "../harness/flows.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { World } from "../harness/world.mjs";

const browser = await Browser.start();
after(() => browser.close());

for (const javaScript of [true, false]) {
  describe(javaScript ? "with JavaScript" : "without JavaScript", () => {
    test("by card, by a debit that arrives, by one that fails first, and from paper", async () => {
      const stripe = await StripeStandIn.start();
      const world = await World.start({ settings: stripe.settings });
      await stripe.attach(world);
      let messy = true;
      try {
        await journey(world, stripe, javaScript);
        messy = false;
      } finally {
        await world.close({ messy });
        await stripe.close();
      }
    });
  });
}

const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const follow = (page, name) => page.getByRole("link", { name, exact: true }).click();
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();
const said = (page, text) => page.getByText(text).first().waitFor();

async function journey(world, stripe, javaScript) {
  const owner = await setUpOwner(world, { business: "Fern & Oak" });
  const client = await addClient(owner, { name: "Larkspur Bakery" });
  const lena = await addContact(owner, client, { firstName: "Lena", lastName: "Larkspur", email: "lena@larkspur.test" });
  const staff = await browser.window(world, { javaScript, cookiesOf: owner });
  await letThemPay(staff.page, world);

  const reader = () => browser.window(world, { javaScript, width: 390, height: 844, tolerate: [new RegExp(`another origin: ${stripe.base}`)] });
  const deliver = async () => assert.deepEqual([...new Set((await stripe.deliver()).map(({ status }) => status))], [200]);

  // By card.
  const first = await sendAnInvoice(staff.page, client, world);
  const mail = await world.mailbox.newest(lena.email);
  assert.match(mail.subject, /^Invoice INV-\d{4}-0001 from Fern & Oak$/);
  const byCard = await reader();
  await openInvoice(byCard.page, world, mail);
  await press(byCard.page, "Pay Now");
  await heading(byCard.page, "Pay 35224 EUR");
  await press(byCard.page, "Back");
  await said(byCard.page, "Nothing was paid. You can pay whenever you like.");
  await press(byCard.page, "Pay Now");
  await press(byCard.page, "Pay by card");
  await heading(byCard.page, "Confirming your payment…");
  await deliver();
  // The page looks again by itself, with scripts or without.
  await heading(byCard.page, "Thank you, it is paid");
  await follow(byCard.page, "Back to the invoice");
  await said(byCard.page, "Paid, thank you.");
  assert.equal(await byCard.page.getByRole("button", { name: "Pay Now" }).count(), 0);
  const receipt = await world.mailbox.newest(lena.email);
  assert.match(receipt.subject, /^Receipt: €352\.24 for invoice INV-\d{4}-0001$/);
  await staffSee(staff.page, world, first, "Paid", "All of it is paid.");
  await byCard.close();

  // By a debit that arrives.
  const second = await sendAnInvoice(staff.page, client, world);
  const arriving = await reader();
  await openInvoice(arriving.page, world, await world.mailbox.newest(lena.email));
  await press(arriving.page, "Pay Now");
  await press(arriving.page, "Pay by bank debit");
  await deliver();
  await heading(arriving.page, "Your payment is on its way");
  await staffSee(staff.page, world, second, "Processing", "A payment is under way.");
  const session = [...stripe.sessions.values()].at(-1);
  stripe.settle(session);
  await deliver();
  await follow(arriving.page, "Back to the invoice");
  await said(arriving.page, "Paid, thank you.");
  await staffSee(staff.page, world, second, "Paid", "All of it is paid.");
  await arriving.close();

  // By a debit that fails, and then by card.
  const third = await sendAnInvoice(staff.page, client, world);
  const failing = await reader();
  await openInvoice(failing.page, world, await world.mailbox.newest(lena.email));
  await press(failing.page, "Pay Now");
  await press(failing.page, "Pay by bank debit");
  await deliver();
  await heading(failing.page, "Your payment is on its way");
  await follow(failing.page, "Back to the invoice");
  await said(failing.page, "Your payment is on its way.");
  assert.equal(await failing.page.getByRole("button", { name: "Pay Now" }).count(), 0, "Pay Now is off meanwhile");
  stripe.settle([...stripe.sessions.values()].at(-1), false);
  await deliver();
  const news = await world.mailbox.newest(lena.email);
  assert.match(news.subject, /did not arrive/);
  await openInvoice(failing.page, world, news);
  await press(failing.page, "Pay Now");
  await press(failing.page, "Pay by card");
  await deliver();
  await heading(failing.page, "Thank you, it is paid");
  await staffSee(staff.page, world, third, "Paid", "All of it is paid.");
  await failing.close();

  // From paper: its code leads to the sign-in, where a link by mail is enough.
  const fourth = await sendAnInvoice(staff.page, client, world);
  await world.mailbox.newest(lena.email);
  const scanning = await reader();
  await scanning.page.goto(world.base + fourth.replace("/admin/invoices/", "/billing/"));
  await heading(scanning.page, "Sign in");
  await press(scanning.page, "Get a link by mail");
  await heading(scanning.page, "Look at your mail");
  const fresh = await world.mailbox.newest(lena.email);
  assert.match(fresh.subject, /^Your link to invoice INV-\d{4}-0004 from Fern & Oak$/);
  await openInvoice(scanning.page, world, fresh);
  await press(scanning.page, "Pay Now");
  await press(scanning.page, "Pay by card");
  await deliver();
  await heading(scanning.page, "Thank you, it is paid");
  await staffSee(staff.page, world, fourth, "Paid", "All of it is paid.");
  await scanning.close();
  await staff.close();
}

async function letThemPay(page, world) {
  await page.goto(`${world.base}/admin/settings/payments`);
  await page.getByLabel("Clients can pay invoices online").check();
  await press(page, "Save");
  await said(page, "Your payment settings are saved.");
  await press(page, "Check the connection");
  await said(page, "Stripe tells this portal of everything it needs to know.");
  await said(page, "Test mode: no real money moves");
}

/** Three lines at two tax rates: €200.00 and €90.00 at 19%, €6.67 at 7%. Gives its path. */
async function sendAnInvoice(page, client, world) {
  await page.goto(`${world.base}${client.path}/billing`);
  await follow(page, "New invoice");
  const lines = [["Design", "2", "100", "19%"], ["Workshop", "1", "90", "19%"], ["Cards", "23", "0.29", "7%"]];
  for (const [n, [description, quantity, price, tax]] of lines.entries()) {
    const line = page.getByRole("group", { name: `Line ${n + 1}` });
    await line.getByLabel("Description").fill(description);
    await line.getByLabel("Quantity").fill(quantity);
    await line.getByLabel("Price").fill(price);
    await line.getByLabel("Tax").fill(tax);
  }
  await press(page, "Save draft");
  await said(page, "The draft is saved.");
  const path = new URL(page.url()).pathname;
  await follow(page, "Send");
  await press(page, "Send");
  await said(page, "The invoice is on its way to lena@larkspur.test.");
  return path;
}

async function openInvoice(page, world, mail) {
  await page.goto(world.base + mail.path(/\/invoice\//));
  await heading(page, /^Invoice INV-/);
  await said(page, "€352.24");
  await said(page, "Due in 14 days");
  await said(page, "VAT 19% on €290.00");
  await said(page, "VAT 7% on €6.67");
}

async function staffSee(page, world, path, state, sentence) {
  await page.goto(world.base + path);
  await page.getByRole("region", { name: "State" }).getByText(state, { exact: true }).first().waitFor();
  await said(page, sentence);
}
