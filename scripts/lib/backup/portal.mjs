// The three stores of one portal, the local one or the deployed one, behind the same bindings: wrangler's own
// proxy gives them, on the state folder or, with `remote`, on the account. So a backup is tested here on the
// code that runs there.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { DEPLOY_CONFIG } from "../deploy-config.mjs";
import { at, tools } from "../project.mjs";
import { Plain, wranglerQuietly } from "../run.mjs";

/** The folder below which the local portal lies (STATE_DIR). */
export function stateFolder() {
  const folder = process.env.STATE_DIR || ".wrangler/state";
  return isAbsolute(folder) ? folder : at(folder);
}

export const isRemote = () => Boolean(process.env.REMOTE) && process.env.REMOTE !== "0";

/** A configuration of nothing but the stores, as wrangler wants one. */
function configOf(remote) {
  const source = remote ? DEPLOY_CONFIG : at("wrangler.toml");
  if (!existsSync(source)) throw new Plain("There is no wrangler.deploy.toml: this folder has deployed no portal yet. Run `make deploy` here first.");
  const toml = readFileSync(source, "utf8");
  const value = (pattern) => {
    const found = pattern.exec(toml)?.[1];
    if (!found) throw new Error(`${source} has nothing like ${pattern}`);
    return found;
  };
  const far = remote ? "remote = true\n" : "";
  return [
    `name = "portico-backup"`, `compatibility_date = "${value(/^compatibility_date = "([^"]+)"/m)}"`,
    `[[d1_databases]]\nbinding = "DB"\ndatabase_name = "${value(/^database_name = "([^"]+)"/m)}"\ndatabase_id = "${value(/^database_id = "([^"]+)"/m)}"`,
    `migrations_dir = ${JSON.stringify(at("d1-migrations"))}\n${far}`,
    `[[r2_buckets]]\nbinding = "DOCUMENTS"\nbucket_name = "${value(/^bucket_name = "([^"]+)"/m)}"\n${far}`,
    `[[kv_namespaces]]\nbinding = "BRANDING"\nid = "${value(/^\[\[kv_namespaces\]\]\nbinding = "BRANDING"\nid = "([^"]+)"/m)}"\n${far}`,
  ].join("\n");
}

/**
 * Works with a portal and closes it again. `work` gets { remote, where, stores, wrangler }: `stores(use)` hands
 * the bindings { DB, DOCUMENTS, BRANDING } to `use` and lets go of them afterwards; `wrangler(args, what)` runs a
 * command of D1 on the same database.
 */
export async function withPortal(work) {
  const remote = isRemote();
  const state = stateFolder();
  const folder = mkdtempSync(join(tmpdir(), "portico-backup-"));
  try {
    const config = join(folder, "wrangler.toml");
    writeFileSync(config, configOf(remote));
    const { getPlatformProxy } = await import(tools.platform);
    return await work({
      remote, state, folder,
      where: remote ? "the deployed portal" : `the portal in ${process.env.STATE_DIR || ".wrangler/state"}`,
      async stores(use) {
        const proxy = await getPlatformProxy({
          configPath: config, envFiles: [], remoteBindings: remote, persist: remote ? false : { path: join(state, "v3") },
        }).catch((error) => {
          throw new Plain(`The portal's stores could not be opened${remote ? " (is wrangler signed in? `npx wrangler login`)" : ""}:\n${error.message}`);
        });
        try {
          return await use(proxy.env);
        } finally {
          await proxy.dispose();
        }
      },
      wrangler(args, what) {
        const place = remote ? ["--remote"] : ["--local", "--persist-to", state];
        const { code, stdout, stderr } = wranglerQuietly(["d1", ...args, ...place, "--config", config], { env: { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" } });
        if (code !== 0) throw new Plain(`${what}:\n${stdout}${stderr}`);
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether somebody's portal is in there: a business, objects, or values. */
export async function isEmpty({ DB, DOCUMENTS, BRANDING }) {
  const { results } = await DB.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'business'").all();
  if (results.length && (await DB.prepare("SELECT 1 FROM business LIMIT 1").all()).results.length) return false;
  if ((await DOCUMENTS.list({ limit: 1 })).objects.length) return false;
  return (await BRANDING.list({ limit: 1 })).keys.length === 0;
}
