// The tests of forms under faults, for all of them (forms.test.mjs) or for a few (tests/http/faults.test.mjs).
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { World } from "../harness/world.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { Driver } from "./driver.mjs";
import { ready } from "./forms.mjs";
import { note, told } from "./report.mjs";
import { faultStage } from "./stage.mjs";
import { State } from "./state.mjs";

/** A test for each route of `chosen`; `once`: see Driver.all. */
export async function tryForms(chosen, { once = false } = {}) {
  const stripe = await StripeStandIn.start();
  const [world, untouched] = [await World.start({ settings: stripe.settings }), await World.start()];
  await stripe.attach(world);

  let stage, drivers;
  before(async () => {
    stage = await faultStage(world, untouched);
    drivers = new Map([[world, new Driver(world, new State(world))], [untouched, new Driver(untouched, new State(untouched))]]);
    for (const driver of drivers.values()) await driver.begin();
  });
  after(async () => {
    for (const { state } of drivers?.values() ?? []) state.close();
    await world.close();
    await untouched.close();
    await stripe.close();
  });

  for (const key of chosen) {
    test(key, async () => {
      for (const driver of drivers.values()) await driver.reset();
      const form = await ready(stage, key, world);
      const driver = drivers.get(form.user.world);
      const [cases, again, findings] = [driver.cases, driver.again, driver.findings.length];
      await driver.all(form, { once });
      const found = driver.findings.slice(findings);
      await note({ what: key, cases: driver.cases - cases, again: driver.again - again, findings: found });
      assert.equal(found.length, 0, `${found.length} things did not end as they should in ${driver.cases - cases} cases:\n${told(found)}`);
    });
  }
}
