// Stands in for wrangler in the test of `make deploy`: an account in a JSON file (ACCOUNT_FILE), the
// answers in the shape of wrangler's own, every call written down.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.env.ACCOUNT_FILE;
const account = JSON.parse(readFileSync(file, "utf8"));
const args = process.argv.slice(2);
const value = (flag) => args[args.indexOf(flag) + 1];
const called = args.slice(0, 3).filter((arg) => !arg.startsWith("-")).join(" ");
account.calls.push(args.join(" "));
const save = () => writeFileSync(file, JSON.stringify(account));
const answer = (text, code = 0) => { save(); console.log(text); process.exit(code); };

if (called.startsWith("whoami")) answer(JSON.stringify({ loggedIn: account.signedIn }), account.signedIn ? 0 : 1);
if (called.startsWith("d1 list")) answer(JSON.stringify(account.databases));
if (called.startsWith("d1 create")) {
  account.databases.push({ name: args[2], uuid: `uuid-of-${args[2]}` });
  answer("✅ Successfully created DB");
}
if (called.startsWith("kv namespace list")) answer(JSON.stringify(account.namespaces));
if (called.startsWith("kv namespace create")) {
  account.namespaces.push({ title: args[3], id: `id-of-${args[3]}` });
  answer("✨ Success!");
}
if (called.startsWith("r2 bucket list")) {
  answer(`Listing buckets...\n${account.buckets.map((name) => `name:           ${name}\ncreation_date:  2026-01-01T00:00:00.000Z\n`).join("\n")}`);
}
if (called.startsWith("r2 bucket create")) {
  account.buckets.push(args[3]);
  answer("✅ Created bucket");
}
if (called.startsWith("secret list")) {
  if (!account.worker) answer("✘ [ERROR] This Worker does not exist on your account. [code: 10007]", 1);
  answer(JSON.stringify(Object.keys(account.secrets).map((name) => ({ name, type: "secret_text" }))));
}
if (called.startsWith("d1 migrations apply")) {
  account.migratedWhile = account.worker ? "worker up" : "no worker";
  answer("✅ No migrations to apply!");
}
if (called.startsWith("deploy")) {
  account.worker = readFileSync(value("--config"), "utf8");
  if (args.includes("--secrets-file")) Object.assign(account.secrets, JSON.parse(readFileSync(value("--secrets-file"), "utf8")));
  const domain = /pattern = "([^"]+)"/.exec(account.worker)?.[1];
  const targets = [domain ?? "https://portico.someone.workers.dev", "schedule: * * * * *"];
  writeFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH, `${JSON.stringify({ type: "wrangler-session" })}\n${JSON.stringify({ type: "deploy", targets })}\n`);
  answer("Uploaded portico");
}
answer(`The stand-in does not know: ${args.join(" ")}`, 1);
