// Amounts at the head of a page, as they stand: beside one another on a desk, and on a phone each in one piece.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Browser } from "../harness/browser.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { invoiceRow } from "../harness/money.mjs";
import { person } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const [browser, world] = [await Browser.start(), await World.start()];
after(async () => {
  await browser.close();
  await world.close();
});
let owner, lena;
before(async () => {
  owner = await setUpOwner(world);
  let client;
  ({ client, person: lena } = await person(world, owner));
  for (const currency of ["CHF", "EUR"]) await invoiceRow(world, client, { total: 1_234_567_890, currency });
});

for (const [name, path] of [["owner", "/admin"], ["owner", "/admin/billing"], ["client", "/billing"]]) {
  test(`${path} of the ${name}`, async () => {
    for (const width of [390, 1280]) {
      const window = await browser.window(world, { cookiesOf: name === "owner" ? owner : lena, width, height: 900 });
      await window.open(path);
      const lists = await window.page.locator("dl.stats.amounts").evaluateAll((all) => all.map((list) => {
        const around = getComputedStyle(list.parentElement);
        const inside = list.parentElement.clientWidth - parseFloat(around.paddingLeft) - parseFloat(around.paddingRight);
        const lines = [...list.querySelectorAll("dd")].map((dd) => {
          const amount = document.createRange();
          amount.selectNodeContents(dd.querySelector("a") ?? dd.firstChild);
          return new Set([...amount.getClientRects()].map(({ top }) => Math.round(top))).size;
        });
        return { missing: Math.round(inside - list.getBoundingClientRect().width), lines };
      }));
      assert.ok(lists.length > 0, `${path}: no amounts`);
      for (const { missing, lines } of lists) {
        assert.ok(missing <= 1, `${path} at ${width}: ${missing} px of the width are empty; expected none`);
        assert.ok(lines.length > 0 && lines.every((n) => n === 1), `${path} at ${width}: amounts stand on ${lines} lines; expected one each`);
      }
      await window.close();
    }
  });
}
