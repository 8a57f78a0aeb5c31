// `make guide`: the pictures of docs/GUIDE.md, taken of the demo business as `make dev` tells it.
// What is on them stands in guide/pictures.mjs; a test holds the guide and that list to each other.
import { mkdirSync } from "node:fs";
import { build, builtInto } from "./build.mjs";
import { ensureChromium } from "./lib/chromium.mjs";
import { at, tools } from "./lib/project.mjs";
import { main, run, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const DAY = 86_400_000;

/** The ids that the pictures name. */
async function ids(world) {
  const one = async (sql) => (await world.db.prepare(sql).first())?.id;
  return {
    bakery: await one("SELECT id FROM clients WHERE name = 'Larkspur Bakery'"),
    yoga: await one("SELECT id FROM clients WHERE name = 'Harbour Yoga'"),
    jonas: await one("SELECT id FROM contacts WHERE first_name = 'Jonas'"),
    lena: await one("SELECT id FROM contacts WHERE first_name = 'Lena'"),
    invoice: await one("SELECT id FROM invoices WHERE status = 'outstanding' AND client_id = (SELECT id FROM clients WHERE name = 'Larkspur Bakery') ORDER BY due_on LIMIT 1"),
    ticket: await one("SELECT id FROM tickets WHERE subject LIKE 'The test boxes%'"),
  };
}

async function takeThem() {
  const [{ Browser }, { World }, { tellStory }, { signIn, signInStaff }, { PICTURES }] = await Promise.all([
    import("../tests/harness/browser.mjs"), import("../tests/harness/world.mjs"), import("./demo/story.mjs"),
    import("../tests/harness/flows.mjs"), import("./guide/pictures.mjs"),
  ]);
  mkdirSync(at("docs/guide"), { recursive: true });
  const browser = await Browser.start();
  const world = await World.start({ settings: { STRIPE_SECRET_KEY: "sk_test_of_the_guide", STRIPE_WEBHOOK_SECRET: "whsec_of_the_guide" } });
  try {
    const [owner, , client] = await tellStory({
      world, say: (line) => say(`  ${line}`), daysAgo: (days) => world.setClock(-days * DAY), withoutMail: async () => {},
    });
    const made = await ids(world);
    const who = { anonymous: world.user(), owner: Object.assign(world.user("owner"), owner), client: Object.assign(world.user("client"), client), preview: Object.assign(world.user("preview"), owner) };
    await signInStaff(who.owner);
    await signIn(who.client);
    await signInStaff(who.preview);
    await who.preview.post(`/admin/contacts/${made.lena}/preview`);
    for (const { name, path, who: visitor, width, height } of PICTURES) {
      const window = await browser.window(world, { width, height, cookiesOf: who[visitor] });
      const response = await window.open(path(made));
      if (response.status() !== 200) throw new Error(`${name} (${path(made)}): expected 200, saw ${response.status()}`);
      await window.page.screenshot({ path: at("docs/guide", `${name}.png`) });
      await window.close();
    }
    say(`${PICTURES.length} pictures in docs/guide/`);
  } finally {
    await world.close({ messy: true });
    await browser.close();
  }
}

await main(async () => {
  if (process.env.PORTICO_INSIDE) return takeThem();
  await setup({ quiet: true });
  const CHROMIUM = ensureChromium(say);
  await build("dev", { quiet: true });
  return run(tools.node, ["--disable-warning=ExperimentalWarning", at("scripts/guide.mjs")], {
    env: { PORTICO_INSIDE: "1", CHROMIUM, WORKER_DIR: builtInto("dev") },
  });
});
