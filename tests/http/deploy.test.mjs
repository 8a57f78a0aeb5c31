// `make deploy` against a stand-in for wrangler: what it creates, keeps and sends, the first time and the next.
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../harness/runtime.mjs";

const folder = mkdtempSync(join(tmpdir(), "portico-deploy-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const accountFile = join(folder, "account.json");
const configFile = join(folder, "wrangler.deploy.toml");
const account = () => JSON.parse(readFileSync(accountFile, "utf8"));
const config = () => readFileSync(configFile, "utf8");

function deploy(env = {}) {
  const script = `import(${JSON.stringify(`file://${join(ROOT, "scripts/deploy.mjs")}`)}).then((m) => m.deployToAccount())
    .catch((error) => { console.log(error.message); process.exit(1); })`;
  const clean = { ...process.env };
  for (const name of ["DOMAIN", "MAIL_FROM", "SMTP_URL", "PUBLIC_BASE_URL", "SESSION_KEYS", "SETUP_TOKEN"]) delete clean[name];
  const done = spawnSync(process.execPath, ["-e", script], {
    cwd: ROOT, encoding: "utf8",
    env: {
      ...clean, ACCOUNT_FILE: accountFile, PORTICO_DEPLOY_CONFIG: configFile,
      PORTICO_WRANGLER: join(ROOT, "tests/harness/wrangler-stand-in.mjs"), ...env,
    },
  });
  return { code: done.status, said: done.stdout + done.stderr };
}

const signedOut = { signedIn: false, databases: [], namespaces: [], buckets: [], secrets: {}, worker: null, calls: [] };

test("without an account it says how to sign in, and touches nothing", () => {
  writeFileSync(accountFile, JSON.stringify(signedOut));
  const { code, said } = deploy();
  assert.equal(code, 1, said);
  assert.match(said, /wrangler login/);
  assert.deepEqual(account().calls, ["whoami --json"]);
});

test("the first time: everything is made, secrets too, and the address is learnt", () => {
  writeFileSync(accountFile, JSON.stringify({ ...signedOut, signedIn: true }));
  const { code, said } = deploy();
  assert.equal(code, 0, said);
  const made = account();
  assert.deepEqual([made.databases.length, made.namespaces.length, made.buckets], [1, 1, ["portico-documents"]]);
  assert.equal(made.migratedWhile, "no worker", "expected the migrations before the worker");
  assert.match(made.secrets.SESSION_KEYS, /^k\d{8}:[A-Za-z0-9+/]{43}=$/);
  assert.ok(made.secrets.SETUP_TOKEN.length >= 24);
  assert.ok(said.includes(made.secrets.SETUP_TOKEN), said);
  assert.match(made.worker, /database_id = "uuid-of-portico"/);
  assert.match(made.worker, /id = "id-of-portico-branding"/);
  assert.match(made.worker, /PUBLIC_BASE_URL = "https:\/\/portico\.someone\.workers\.dev"/);
  assert.doesNotMatch(made.worker, /send_email/, "expected no mail binding while MAIL_FROM is not set");
  assert.ok(!config().includes(made.secrets.SESSION_KEYS), "a secret was written to the kept file");
});

test("the next time: nothing is made or replaced, choices are remembered", () => {
  const before = account();
  const { code, said } = deploy({ MAIL_FROM: 'Fern "&" Oak <portal@fern.test>', DOMAIN: "portal.fern.test" });
  assert.equal(code, 0, said);
  assert.deepEqual(account().secrets, before.secrets);
  assert.equal(account().databases.length, 1);
  assert.match(config(), /PUBLIC_BASE_URL = "https:\/\/portal\.fern\.test"/);
  assert.match(config(), /workers_dev = false/);
  assert.match(config(), /\[\[send_email\]\]/);
  const once = config();
  assert.equal(deploy().code, 0);
  assert.equal(config(), once, "expected the same choices without the environment");
});

test("SMTP_URL goes in as a secret and takes the place of the mail binding", () => {
  const { code, said } = deploy({ SMTP_URL: "smtps://user:secret@smtp.fern.test" });
  assert.equal(code, 0, said);
  assert.equal(account().secrets.SMTP_URL, "smtps://user:secret@smtp.fern.test");
  assert.doesNotMatch(config(), /send_email|secret@smtp/);
  assert.ok(!said.includes("secret@smtp"), "a secret was printed");
});
