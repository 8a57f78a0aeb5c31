// `make dev` itself, once: from an empty folder to a portal that answers, and a clean end.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, ROOT } from "../harness/runtime.mjs";

const state = mkdtempSync(join(tmpdir(), "portico-dev-"));
let child;
after(() => {
  child?.kill("SIGKILL");
  rmSync(state, { recursive: true, force: true });
});

test("make dev starts an empty portal, says how to begin, and ends cleanly on Ctrl-C", { timeout: 180_000 }, async () => {
  const port = await freePort();
  child = spawn(process.execPath, [join(ROOT, "scripts/dev.mjs")], {
    cwd: ROOT, stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PORT: String(port), STATE_DIR: state, DEMO: "0", SETUP_TOKEN: "a-setup-token-of-the-test" },
  });
  let said = "";
  const ended = new Promise((done) => child.once("exit", (code) => done(code)));
  await new Promise((ready, fail) => {
    const hear = (chunk) => {
      said += chunk;
      if (/Ctrl-C ends/.test(said)) ready();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    ended.then((code) => fail(new Error(`make dev ended by itself (exit ${code}):\n${said}`)));
  });
  assert.match(said, new RegExp(`http://localhost:${port}/admin/setup`));
  assert.match(said, /a-setup-token-of-the-test/);
  const page = await fetch(`http://localhost:${port}/admin/setup`);
  assert.equal(page.status, 200, `expected the set-up page, saw ${page.status}:\n${said}`);
  child.kill("SIGINT");
  assert.equal(await ended, 0, `expected a clean end:\n${said}`);
  await assert.rejects(fetch(`http://localhost:${port}/`), "expected nothing to listen any more");
});
