// Forms that anybody may send are small: a stranger cannot make the worker read or sort much.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { setUpOwner } from "../harness/flows.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { World } from "../harness/world.mjs";

const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }))
  .filter(({ method, guard }) => method === "POST" && guard === "anonymous");
const world = await World.start();
after(() => world.close());
let owner;
before(async () => { owner = await setUpOwner(world); });

const send = (user, path, body) => user.request("POST", path, { body, headers: { "content-type": "application/x-www-form-urlencoded" } });
/** Those that read no form at all pass it over; reports of browsers are no form and have a limit of their own. */
const READS_NONE = ["POST /invitation/{token}/renew", "POST /sign-in/invoice/{id}", "POST /invoice/{token}", "POST /csp-reports"];

test("there are such forms", () => assert.ok(routes.length >= 8));

for (const { path } of routes) {
  test(`POST ${path}`, async () => {
    if (READS_NONE.includes(`POST ${path}`)) return;
    const at = path.replace(/\{\w+\}/g, "x");
    const large = await send(world.user(), at, `email=${"x".repeat(64 * 1024)}`);
    assert.equal(large.status, 413, String(large));
    assert.match(large.page.text, /at most 64 KB|64/);
    const many = await send(world.user(), at, Array.from({ length: 201 }, (_, n) => `f${n}=`).join("&"));
    assert.equal(many.status, 400, String(many));
    for (const answer of [large, many]) assert.equal((await answer.cost()).d1, 0, "D1 was asked");
    const fits = await send(world.user(), at, `${Array.from({ length: 199 }, (_, n) => `f${n}=`).join("&")}&email=${"x".repeat(60_000)}`);
    assert.ok(![400, 413].includes(fits.status) && fits.status < 500, String(fits));
  });
}

test("who is signed in may send more, and not everything", async () => {
  const told = await send(owner, "/admin/clients/new", `name=${"x".repeat(2_000_000)}`);
  assert.equal(told.status, 422);
  assert.notEqual(told.page.errorAt("Name"), null);
  assert.equal((await send(owner, "/admin/clients/new", Array.from({ length: 4000 }, (_, n) => `f${n}=`).join("&"))).status, 422);
  assert.equal((await send(owner, "/admin/clients/new", "&a".repeat(1_000_000))).status, 400);
});
