// `make deploy`: the portal on your own Cloudflare account. Safe to run again; it is also the upgrade.
//
//   1. release build                     2. D1, R2 and KV, made where absent
//   3. wrangler.deploy.toml              4. database migrations
//   5. upload, with missing secrets      6. the address, and how to begin
//
// DOMAIN=portal.example.com   a domain of a zone in your account   (default: your workers.dev address)
// MAIL_FROM="Name <address>"  who mail comes from                  SMTP_URL=smtps://…  how it is sent
// DRY_RUN=1                   builds and checks, uploads nothing, needs no account
import { mkdtempSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { DEPLOY_CONFIG, deployConfig, rememberedChoices } from "./lib/deploy-config.mjs";
import { at } from "./lib/project.mjs";
import { isMain, main, Plain, say, wrangler, wranglerQuietly } from "./lib/run.mjs";
import { newSessionKeys, newSetupToken, writePrivately } from "./lib/settings.mjs";
import { fromWranglerToml } from "./lib/state.mjs";
import { setup } from "./setup.mjs";

/** Settings that are secrets: sent when the environment has them, never written to a kept file. */
const SECRETS = ["SESSION_KEYS", "SETUP_TOKEN", "SMTP_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"];

/** The JSON in wrangler's output, or a failure in its own words. */
function ask(args, what) {
  const { code, stdout, stderr } = wranglerQuietly(args);
  if (code !== 0) throw new Plain(`${what}:\n${stdout}${stderr}`);
  const start = stdout.search(/[[{]/);
  try {
    return JSON.parse(stdout.slice(start));
  } catch {
    throw new Plain(`${what}: expected JSON, got:\n${stdout}`);
  }
}

async function make(what, args) {
  say(`Creating ${what} …`);
  if (await wrangler(args) !== 0) throw new Plain(`${what} could not be created; the reason is above.`);
}

function checkAccount() {
  const { code, stdout } = wranglerQuietly(["whoami", "--json"]);
  if (code !== 0 || !/"loggedIn":\s*true/.test(stdout)) {
    throw new Plain("Wrangler is not signed in to Cloudflare. Run `npx wrangler login` (or set CLOUDFLARE_API_TOKEN), then `make deploy` again.");
  }
}

async function database(name) {
  const find = () => ask(["d1", "list", "--json"], "Listing D1 databases").find((each) => each.name === name)?.uuid;
  if (!find()) await make(`the D1 database ${name}`, ["d1", "create", name, ...(process.env.D1_LOCATION ? ["--location", process.env.D1_LOCATION] : [])]);
  const id = find();
  if (!id) throw new Plain(`The D1 database ${name} was created and is not in the list; try again in a minute.`);
  return id;
}

async function namespace(title) {
  const find = () => ask(["kv", "namespace", "list"], "Listing KV namespaces").find((each) => each.title === title)?.id;
  if (!find()) await make(`the KV namespace ${title}`, ["kv", "namespace", "create", title]);
  const id = find();
  if (!id) throw new Plain(`The KV namespace ${title} was created and is not in the list; try again in a minute.`);
  return id;
}

async function bucket(name) {
  const { code, stdout, stderr } = wranglerQuietly(["r2", "bucket", "list"]);
  if (code !== 0) throw new Plain(`Listing R2 buckets (R2 has to be switched on once in the dashboard):\n${stdout}${stderr}`);
  const there = new RegExp(`^name:\\s+${name}\\s*$`, "m").test(stdout);
  if (!there) await make(`the R2 bucket ${name}`, ["r2", "bucket", "create", name]);
}

/** Names of the secrets that the worker has; none while there is no worker. */
function secretNames() {
  const { code, stdout } = wranglerQuietly(["secret", "list", "--format", "json", "--name", fromWranglerToml("name")]);
  if (code !== 0) return [];
  return JSON.parse(stdout.slice(stdout.indexOf("["))).map(({ name }) => name);
}

/** What to send along: what the environment gives, and what a first deployment needs. */
function secretsToSend(present) {
  const send = Object.fromEntries(SECRETS.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  if (!present.includes("SESSION_KEYS") && !send.SESSION_KEYS) {
    send.SESSION_KEYS = newSessionKeys();
    if (!present.includes("SETUP_TOKEN") && !send.SETUP_TOKEN) send.SETUP_TOKEN = newSetupToken();
  }
  return send;
}

/** Uploads; gives the addresses that wrangler reports. */
async function upload(secrets) {
  const folder = mkdtempSync(join(tmpdir(), "portico-deploy-"));
  try {
    const report = join(folder, "report.ndjson");
    const args = ["deploy", "--config", DEPLOY_CONFIG];
    if (Object.keys(secrets).length) {
      const file = join(folder, "secrets.json");
      writePrivately(file, JSON.stringify(secrets));
      args.push("--secrets-file", file);
    }
    if (await wrangler(args, { env: { WRANGLER_OUTPUT_FILE_PATH: report } }) !== 0) throw new Plain("The upload failed; the reason is above.");
    const lines = existsSync(report) ? readFileSync(report, "utf8").trim().split("\n") : [];
    return lines.map((line) => JSON.parse(line)).filter(({ type }) => type === "deploy").flatMap(({ targets }) => targets ?? []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything after the build. */
export async function deployToAccount() {
  checkAccount();
  const choices = rememberedChoices();
  for (const name of ["MAIL_FROM", "DOMAIN", "PUBLIC_BASE_URL"]) if (process.env[name]) choices[name] = process.env[name];
  if (process.env.DOMAIN && !process.env.PUBLIC_BASE_URL) choices.PUBLIC_BASE_URL = `https://${process.env.DOMAIN}`;

  const ids = {
    database: await database(fromWranglerToml("database_name")),
    namespace: await namespace("portico-branding"),
  };
  await bucket(fromWranglerToml("bucket_name"));
  const present = secretNames();
  const secrets = secretsToSend(present);
  const mailByPlatform = Boolean(choices.MAIL_FROM) && !secrets.SMTP_URL && !present.includes("SMTP_URL");
  const write = () => writeFileSync(DEPLOY_CONFIG, deployConfig(readFileSync(at("wrangler.toml"), "utf8"), { ids, choices, mailByPlatform }));
  write();

  say("Bringing the database up to date …");
  if (await wrangler(["d1", "migrations", "apply", "DB", "--remote", "--config", DEPLOY_CONFIG], { env: { CI: "true" } }) !== 0) {
    throw new Plain("The migrations failed; the reason is above. The worker was left as it was.");
  }
  const targets = await upload(secrets);
  if (!choices.PUBLIC_BASE_URL) {
    const address = targets.find((target) => /^https:\/\/[^/]+\.workers\.dev/.test(target));
    if (!address) throw new Plain(`The worker is up, but its address was not reported (${targets.join(", ") || "nothing"}). Run: make deploy PUBLIC_BASE_URL=https://…`);
    // Known only now, and the portal builds its links from it alone.
    choices.PUBLIC_BASE_URL = new URL(address).origin;
    write();
    await upload({});
  }
  say();
  say(`The portal is at ${choices.PUBLIC_BASE_URL}`);
  if (secrets.SETUP_TOKEN) say(`Begin at ${choices.PUBLIC_BASE_URL}/admin/setup with the setup token  ${secrets.SETUP_TOKEN}`);
  if (!choices.MAIL_FROM) say("Mail is not sent yet: see docs/DEPLOY.md, “Mail”.");
}

if (isMain(import.meta)) {
  await main(async () => {
    await setup({ quiet: true });
    await build("release");
    if (!process.env.DRY_RUN || process.env.DRY_RUN === "0") return deployToAccount();
    if (await wrangler(["deploy", "--dry-run"]) !== 0) throw new Plain("The check failed; the reason is above.");
    say("Nothing was uploaded (DRY_RUN).");
    return 0;
  });
}
