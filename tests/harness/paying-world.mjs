// A world that has the payment provider's stand-in, both of which end with the test file:
//
//   const { world, stripe } = await payingWorld();
import { after } from "node:test";
import { StripeStandIn } from "./stripe.mjs";
import { World } from "./world.mjs";

export async function payingWorld() {
  const stripe = await StripeStandIn.start();
  const world = await World.start({ settings: stripe.settings });
  await stripe.attach(world);
  after(async () => {
    try {
      await world.close();
    } finally {
      await stripe.close();
    }
  });
  return { world, stripe };
}
