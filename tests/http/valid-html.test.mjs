// Every page of tests/browser/pages.mjs is valid HTML, has one h1 and a title, and answers with one D1
// round trip at the most (none for anonymous pages), as the budget says.
import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { FIRST_PAGES, SETTINGS, pages, setTheStage } from "../browser/pages.mjs";
import { htmlMistakes } from "../harness/html.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start({ settings: SETTINGS });
after(() => world.close());

async function look({ name, path, who = "anonymous", status = 200 }, people) {
  const user = people[who];
  const answer = await user.get(path);
  assert.equal(answer.status, status, `${name}: ${answer}`);
  assert.deepEqual(await htmlMistakes(answer.text), [], `${name} (${path})`);
  assert.equal(answer.page.all("h1").length, 1, `${name}: expected one h1`);
  assert.notEqual(answer.page.title, "", `${name}: expected a title`);
  const { d1, kv, r2 } = await answer.cost();
  // Where mailed links land asks nothing of D1, but for an invoice, which is read by its link.
  const budget = who === "anonymous" && !name.startsWith("link-") ? 0 : 1;
  assert.ok(d1 <= budget && kv <= 1 && r2 === 0, `${name}: expected at most ${budget} D1, 1 KV, 0 R2; saw ${d1}, ${kv}, ${r2}`);
}

for (const page of FIRST_PAGES) {
  test(page.name, async () => {
    const somebody = world.user();
    const answer = await somebody.get(page.path);
    assert.equal(answer.status, 200, String(answer));
    assert.deepEqual(await htmlMistakes(answer.text), []);
  });
}

describe("with people and things in it", () => {
  let stage;
  before(async () => { stage = await setTheStage(world); });
  test("every page", async (t) => {
    for (const page of pages(stage)) await t.test(page.name, () => look(page, stage.who));
  });
});
