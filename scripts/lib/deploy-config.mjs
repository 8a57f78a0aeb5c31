// wrangler.deploy.toml: wrangler.toml with the ids of one account and the choices of one deployment.
// The file is git-ignored and kept between deployments, because it remembers those choices.
import { existsSync, readFileSync } from "node:fs";
import { at } from "./project.mjs";

// The tests of `make deploy` name another one.
export const DEPLOY_CONFIG = process.env.PORTICO_DEPLOY_CONFIG ?? at("wrangler.deploy.toml");
const text = (value) => JSON.stringify(value); // a TOML basic string

/** The choices made last time: { PUBLIC_BASE_URL, MAIL_FROM, DOMAIN } as far as they were. */
export function rememberedChoices() {
  if (!existsSync(DEPLOY_CONFIG)) return {};
  const found = {};
  for (const [, name, value] of readFileSync(DEPLOY_CONFIG, "utf8").matchAll(/^(PUBLIC_BASE_URL|MAIL_FROM)\s*=\s*("(?:[^"\\]|\\.)*")$/gm)) {
    found[name] = JSON.parse(value);
  }
  const domain = /^pattern = "([^"]+)"/m.exec(readFileSync(DEPLOY_CONFIG, "utf8"))?.[1];
  if (domain) found.DOMAIN = domain;
  return found;
}

/** Takes a table (`[[name]]` or `[name]`) out of a TOML text, with the comment right above it. */
function without(toml, header) {
  const escaped = header.replace(/[[\]]/g, "\\$&");
  return toml.replace(new RegExp(`(?:^#[^\\n]*\\n)*^${escaped}\\n(?:(?!\\[)[^\\n]+\\n)*`, "m"), "");
}

/**
 * The text of wrangler.deploy.toml. `ids`: { database, namespace }; `choices`: { PUBLIC_BASE_URL?,
 * MAIL_FROM?, DOMAIN? }; `mailByPlatform`: whether the EMAIL binding is wanted.
 */
export function deployConfig(toml, { ids, choices, mailByPlatform }) {
  let made = toml
    .replace(/^database_id = .*$/m, `database_id = ${text(ids.database)}`)
    .replace(/^(\[\[kv_namespaces\]\]\nbinding = "BRANDING"\nid = ).*$/m, `$1${text(ids.namespace)}`);
  // A binding that is not used need not be allowed by the account.
  if (!mailByPlatform) made = without(made, "[[send_email]]");
  const vars = ["PUBLIC_BASE_URL", "MAIL_FROM"].filter((name) => choices[name]).map((name) => `${name} = ${text(choices[name])}`);
  if (choices.DOMAIN) {
    made = made.replace(/^workers_dev = true$/m, "workers_dev = false");
    made += `\n[[routes]]\npattern = ${text(choices.DOMAIN)}\ncustom_domain = true\n`;
  }
  if (vars.length) made += `\n[vars]\n${vars.join("\n")}\n`;
  return `# Made by make deploy from wrangler.toml; not for git. It remembers this deployment's choices.\n\n${made}`;
}
