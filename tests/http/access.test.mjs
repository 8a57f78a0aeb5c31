// Every route × every principal, asked of the built worker. The routes come from the router itself
// (cargo run --example routes), the answers from access-table.mjs.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { FITS, ask, comparable, fill, inPreview, keyOf, routes, setTheStage } from "../harness/access.mjs";
import { World } from "../harness/world.mjs";
import { ROWS } from "./access-table.mjs";

const PRINCIPALS = ["anonymous", "client", "other", "off", "archived", "member", "admin", "owner", "preview"];

test("the router has routes", () => {
  assert.ok(routes.length > 0, "expected routes from `cargo run --example routes`, got none");
});

test("every route has a row, and every row a route", () => {
  const known = new Set(routes.map(keyOf));
  const missing = [...known].filter((key) => !ROWS[key]);
  const stale = Object.keys(ROWS).filter((key) => !known.has(key));
  assert.deepEqual({ missing, stale }, { missing: [], stale: [] });
});

test("every row has an answer for every principal", () => {
  console.log(`${routes.length} routes × ${PRINCIPALS.length} principals: ${routes.length * PRINCIPALS.length} answers`);
  for (const [key, row] of Object.entries(ROWS)) {
    assert.deepEqual(PRINCIPALS.filter((who) => row[who] === undefined && who !== "preview"), [], `${key} lacks answers`);
  }
});

const world = await World.start({ settings: { STRIPE_WEBHOOK_SECRET: "whsec_nobody_knows" } });
after(() => world.close());

let stage;
/** Set once for all routes; where that fails, every route fails with the same reason. */
const theStage = () => (stage ??= setTheStage(world));

for (const route of routes) {
  const row = ROWS[keyOf(route)];
  if (!row) continue;
  test(`${keyOf(route)} (${route.guard})`, async () => {
    const { who, subjects } = await theStage();
    const wrong = [];
    for (const principal of PRINCIPALS) {
      const expected = principal === "preview" ? inPreview(route, row) : row[principal];
      const path = fill(route.path, row, subjects);
      const user = principal === "preview" ? who.preview.clone() : who[principal];
      const answer = await ask(user, route.method, path);
      const fits = typeof expected === "number" ? answer.status === expected : FITS[expected]?.(answer);
      if (!fits) wrong.push(`${principal}: expected ${expected}, saw ${answer}`);
      else if (expected === "hidden") {
        // Once a minute an answer brings the cookie anew, whatever was asked for: then both are asked once more.
        const never = async () => comparable(await ask(user, route.method, fill(route.path, { ids: {} }, subjects)));
        const first = await never();
        if (JSON.stringify(comparable(answer)) === JSON.stringify(first)) continue;
        assert.deepEqual(comparable(await ask(user, route.method, path)), await never(), `${principal}: the 404 tells that ${path} exists`);
      }
    }
    assert.deepEqual(wrong, [], `${keyOf(route)}:\n  ${wrong.join("\n  ")}\n`);
  });
}
