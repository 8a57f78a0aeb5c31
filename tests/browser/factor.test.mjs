// The second step as people take it: scanned from the picture, typed in, its recovery codes kept; signing in with
// it; a recovery code instead. Without JavaScript on a phone, and with it; for staff and for a client's person.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner, signInStaff } from "../harness/flows.mjs";
import { colleague, person } from "../harness/rows.mjs";
import { digits, STEP } from "../harness/totp.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner;
before(async () => { owner = await setUpOwner(world); });

const CAN_SCAN = spawnSync("zbarimg", ["--version"]).error === undefined;
if (!CAN_SCAN) console.log("zbarimg is not installed (Debian: zbar-tools): the picture is not scanned, the key beside it is typed.");

/** What a phone reads from a picture. */
function scanned(png) {
  const uri = new URL(execFileSync("zbarimg", ["--quiet", "--raw", "-"], { input: png, encoding: "utf8" }).trim());
  return { label: decodeURIComponent(uri.pathname.replace(/^\/+(totp\/)?/, "")), secret: uri.searchParams.get("secret"), issuer: uri.searchParams.get("issuer") };
}

const SIDES = {
  staff: { root: "/admin", home: /\/admin$/, one: () => colleague(world, owner, "member") },
  client: { root: "", home: /\/$/, one: async () => (await person(world, owner)).person },
};
const LOOKS = {
  "without JavaScript, on a phone": { javaScript: false, width: 390, height: 844 },
  "with JavaScript, in the dark": { dark: true },
};

for (const [look, options] of Object.entries(LOOKS)) {
  for (const [side, { root, home, one }] of Object.entries(SIDES)) {
    describe(`${side}, ${look}`, () => {
      test("from the picture to the first sign-in with it", async () => {
        await signInStaff(owner);
        const user = await one();
        const own = await browser.window(world, { ...options, cookiesOf: user, tolerate: [/status of 422/] });
        const { page } = own;
        const narrow = async () => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${page.url()} is wider than the screen`);
        const press = (name) => page.getByRole("button", { name, exact: true }).click();
        await own.open(`${root}/profile`);
        await page.getByRole("link", { name: "Add a second step" }).click();
        await page.getByRole("heading", { level: 1, name: "Add a second step" }).waitFor();
        const picture = page.getByRole("img", { name: /QR code/ });
        await picture.waitFor();
        await page.getByText("I cannot scan it").click();
        const secret = (await page.locator("code.secret").innerText()).replaceAll(" ", "");
        if (CAN_SCAN) {
          const scan = scanned(await picture.screenshot());
          assert.deepEqual([scan.secret, scan.label.split(":").at(-1), scan.issuer], [secret, user.email, "Fern & Oak"]);
        }
        if (options.width) await narrow();
        if (own.javaScript) await own.assertAccessible();
        await page.getByLabel("Code from your app").fill("000000");
        await press("Add the second step");
        await page.getByText("not the code that your app shows").waitFor();
        assert.equal((await page.locator("code.secret").textContent()).replaceAll(" ", ""), secret, "the key changed");
        await page.getByLabel("Code from your app").fill(digits(secret, world.now()));
        await press("Add the second step");
        await page.getByRole("heading", { level: 1, name: "Keep your recovery codes" }).waitFor();
        const codes = await page.locator("ol.recovery code").allInnerTexts();
        assert.equal(codes.length, 10);
        if (options.width) await narrow();
        if (own.javaScript) await own.assertAccessible();
        await press("I have kept them");
        await page.getByText("Each of your recovery codes works once").waitFor();
        await page.getByText("A code from your app, or a recovery code").waitFor();
        await page.getByRole("link", { name: "Manage second step" }).click();
        await page.getByText("10 of 10 are left").waitFor();
        if (own.javaScript) await own.assertAccessible();
        await own.close();

        const anew = await browser.window(world, { ...options, tolerate: [/status of 422/] });
        const fill = async (label, text) => anew.page.getByLabel(label, { exact: true }).fill(text);
        const enter = () => anew.page.getByRole("button", { name: "Sign in", exact: true }).click();
        const begin = async () => {
          await anew.open(`${root}/sign-in`);
          await fill("E-mail address", user.email);
          await fill("Password", user.password);
          await enter();
          await anew.page.getByRole("heading", { level: 1, name: "Your second step" }).waitFor();
        };
        await begin();
        if (anew.javaScript) await anew.assertAccessible();
        await world.advance(STEP);
        await fill("Code from your app", digits(secret, world.now()));
        await enter();
        await anew.page.waitForURL(home);
        // Without the phone.
        await begin();
        await anew.page.getByText("I do not have my app at hand").click();
        await fill("Recovery code", "not one of them");
        await enter();
        await anew.page.getByText("Enter one of your recovery codes").waitFor();
        if (anew.javaScript) await anew.assertAccessible();
        await fill("Recovery code", codes[2]);
        await enter();
        await anew.page.waitForURL(home);
        await anew.close();
      });
    });
  }
}
