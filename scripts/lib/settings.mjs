// The worker's settings on this machine: the environment wins over .dev.vars, and what is missing and
// needed is made up once and written to .dev.vars (git-ignored).
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { at } from "./project.mjs";

/** Names that reach the worker. */
export const NAMES = [
  "PUBLIC_BASE_URL", "SESSION_KEYS", "SETUP_TOKEN", "MAIL_FROM", "SMTP_URL",
  "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE",
];

export const newSessionKeys = () => `k${new Date().toISOString().slice(0, 10).replaceAll("-", "")}:${randomBytes(32).toString("base64")}`;
export const newSetupToken = () => randomBytes(18).toString("base64url");

/** Reads NAME=value lines; a value may stand in quotes. */
export function parseVars(text) {
  const found = {};
  for (const line of text.split(/\r?\n/)) {
    const [, name, raw] = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name) found[name] = /^(["'])(.*)\1$/.exec(raw)?.[2] ?? raw;
  }
  return found;
}

const quoted = (value) => {
  const mark = ['"', "'", "`"].find((each) => !value.includes(each)) ?? '"';
  return `${mark}${value}${mark}`;
};

/** Writes a file that only this user may read. */
export function writePrivately(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
}

/** Everything the local worker gets. `fixed` (such as PUBLIC_BASE_URL) is what this run decides. */
export function localSettings(fixed) {
  const file = at(".dev.vars");
  if (!existsSync(file)) {
    writePrivately(file, [
      "# Settings of the portal on this machine (`make dev`). Values in the environment win over these.",
      "# Keys that sign sessions, newest first: name:base64 of 32 random bytes.",
      `SESSION_KEYS=${quoted(newSessionKeys())}`,
      "# Opens /admin/setup while there is no owner yet.",
      `SETUP_TOKEN=${quoted(newSetupToken())}`,
      "# Without MAIL_FROM nothing is sent: mail stays in the outbox, where staff can read it.",
      '# MAIL_FROM="Fern & Oak <portal@example.com>"',
      '# SMTP_URL="smtps://user:password@smtp.example.com"',
      "",
    ].join("\n"));
  }
  const written = parseVars(readFileSync(file, "utf8"));
  const environment = Object.fromEntries(NAMES.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
  return { SESSION_KEYS: newSessionKeys(), ...fixed, ...written, ...environment };
}

/** As a file for wrangler's --env-file. */
export const asEnvFile = (settings) => `${Object.entries(settings).map(([name, value]) => `${name}=${quoted(value)}`).join("\n")}\n`;
