// A few ways of writing, one of each kind, under every fault; all of them: make faults (tests/faults).
import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ROUTES } from "../faults/forms.mjs";
import { tryForms } from "../faults/suite.mjs";
import { ELSEWHERE, TARGETS } from "../faults/targets.mjs";
import { ROOT } from "../harness/runtime.mjs";
import { FORMS } from "./bad-input-forms.mjs";

const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));

test("every route that writes is tried by make faults, and no other", () => {
  const writing = routes.filter(({ method }) => !["GET", "HEAD"].includes(method)).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual([...ROUTES, ...ELSEWHERE].toSorted(), writing.toSorted());
});

test("every form that has nothing real to press at has a target of its own", () => {
  const bare = Object.keys(FORMS).filter((key) => FORMS[key].press && !FORMS[key].page && !TARGETS[key] && !ELSEWHERE.has(key));
  assert.deepEqual(bare, []);
});

await tryForms([
  "POST /admin/setup", "POST /admin/clients/new", "POST /admin/settings/staff/{id}/factor",
  "POST /admin/invoices/{id}/payments/new", "POST /documents", "POST /tasks/{id}/answer",
], { once: true });
