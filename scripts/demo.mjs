// Fills an empty portal with a believable business: starts the built worker on the state folder that
// `make dev` uses, and drives the real pages over HTTP as its people would, with the worker's clock set
// back and moved forward, so that every date, id and audit entry is the product's own.
//
// Started by dev.mjs, before wrangler, with the settings in its environment. What happens, and to whom,
// stands in demo/story.mjs.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { World } from "../tests/harness/world.mjs";
import { tellStory } from "./demo/story.mjs";
import { main, say } from "./lib/run.mjs";
import { NAMES } from "./lib/settings.mjs";

const DAY = 86_400_000;

await main(async () => {
  const started = Date.now();
  const state = process.env.STATE_DIR;
  const settings = Object.fromEntries(NAMES.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  say("Filling the portal with a demo business …");
  const world = await World.start({
    state: join(state, "v3"),
    port: Number(process.env.PORT),
    // Mail goes to a mailbox in memory while the story is told, whatever the settings say.
    settings: { ...settings, MAIL_FROM: settings.MAIL_FROM ?? "Portico <portal@portico.test>", SMTP_URL: undefined },
  });
  try {
    const people = await tellStory({
      world,
      /** Moves to so many days before now (fractions are hours); 0 is the present. */
      daysAgo: (days) => world.setClock(-days * DAY),
      /** From here on mail stays in the outbox, as in a portal that has no transport yet. */
      withoutMail: () => world.restart({ MAIL_FROM: settings.MAIL_FROM }),
      say: (line) => say(`  ${line}`),
    });
    await world.settled();
    writeFileSync(join(state, "demo.json"), JSON.stringify({ people }, null, 2));
  } catch (error) {
    say(`The worker's log:\n${world.logText()}`);
    throw error;
  } finally {
    await world.close({ messy: true });
  }
  say(`  done in ${Math.round((Date.now() - started) / 1000)} s.`);
});
