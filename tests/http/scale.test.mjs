// What `make scale` computes with: the price list against the provider's own examples, the queue against its
// theory, the model of use against what is measured.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { costOf, PLAN_USD } from "../../scripts/scale/prices.mjs";
import { wait } from "../../scripts/scale/queue.mjs";
import { A_MONTH, A_PORTAL } from "../../scripts/scale/usage.mjs";
import { ROOT } from "../harness/runtime.mjs";

const cents = (usd) => Math.round(usd * 100);

test("the provider's examples come out at its sums, and what the plan includes at nothing", () => {
  // developers.cloudflare.com/workers/platform/pricing: 7 ms of CPU a request.
  for (const [requests, sum] of [[15e6, 800], [100e6, 4540]]) {
    assert.equal(cents(PLAN_USD + costOf("requests", requests) + costOf("cpuMs", requests * 7)), sum);
  }
  assert.equal(cents(costOf("rowsRead", 50e9)), 2500);
  assert.equal(cents(costOf("mails", 4000)), 35);
  for (const [name, included] of [["databaseGb", 5], ["filesGb", 10], ["rowsWritten", 50e6], ["kvReads", 10e6], ["logs", 20e6]]) assert.equal(costOf(name, included), 0, name);
});

test("the queue is busy as its load says, and waits as one of its kind does", () => {
  // Equal services of 1 ms, random arrivals: half of the time busy, half find nobody; the mean wait would be 0.5 ms.
  const even = wait({ perSecond: 500, writes: 0, readMs: 1, writeMs: 1 });
  assert.ok(Math.abs(even.busy - 0.5) < 0.01, `busy ${even.busy}`);
  assert.ok(even.half < 0.1 && even.most > 2 && even.most < 5, `waits ${even.half}, ${even.most}`);
  const crowded = wait({ perSecond: 900, writes: 0, readMs: 1, writeMs: 1 });
  assert.ok(Math.abs(crowded.busy - 0.9) < 0.02 && crowded.most > 10, `busy ${crowded.busy}, ${crowded.most}`);
  const mixed = wait({ perSecond: 100, writes: 0.5, readMs: 1, writeMs: 5 });
  assert.ok(Math.abs(mixed.busy - 0.3) < 0.01, `busy ${mixed.busy}`);
});

test("everything in the model of use is measured, and everything measured is in it", () => {
  const source = readFileSync(join(ROOT, "scripts/scale/measure.mjs"), "utf8");
  const measured = [...source.matchAll(/meter\.(?:of|clock)\("([^"]+)"/g), ...source.matchAll(/"([^"]+)": \[(?:anybody|person|owner),/g)].map(([, name]) => name);
  const expected = [...Object.keys(A_MONTH), ...Object.keys(A_PORTAL), "mail by the clock"];
  assert.deepEqual([...new Set(measured)].sort(), expected.sort());
});
