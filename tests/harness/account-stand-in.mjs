// Stands in for a Cloudflare account in the test of `make backup`: the same commands and the same bindings, on a
// state folder (ACCOUNT_STATE) instead of the account. Started as wrangler (PORTICO_WRANGLER) it runs commands of
// D1; imported in wrangler's place (PORTICO_PLATFORM) it gives bindings. Both insist on being asked for the
// deployed portal. DISTURB: during so many readings somebody writes to the portal.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./runtime.mjs";

const state = process.env.ACCOUNT_STATE;

export async function getPlatformProxy({ configPath, remoteBindings, persist }) {
  const toml = readFileSync(configPath, "utf8");
  if (toml.match(/^remote = true$/gm)?.length !== 3 || !remoteBindings || persist !== false) throw new Error(`Expected to be asked for the deployed stores:\n${toml}`);
  const folder = mkdtempSync(join(tmpdir(), "portico-account-"));
  const config = join(folder, "wrangler.toml");
  writeFileSync(config, toml.replace(/^remote = true$/gm, ""));
  const { getPlatformProxy: real } = await import("wrangler");
  const proxy = await real({ configPath: config, envFiles: [], remoteBindings: false, persist: { path: join(state, "v3") } });
  let disturb = Number(process.env.DISTURB ?? 0);
  const { DB } = proxy.env;
  const watched = {
    prepare: (sql) => DB.prepare(sql),
    async batch(statements) {
      const answer = await DB.batch(statements);
      // Between two pages of one reading.
      if (statements.length > 1 && answer[0].results[0] && "n" in answer[0].results[0] && disturb > 0) {
        disturb--;
        await DB.prepare("UPDATE clients SET reference = reference || '.'").run();
      }
      return answer;
    },
  };
  return {
    env: { ...proxy.env, DB: watched },
    async dispose() {
      await proxy.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const args = process.argv.slice(2);
if (process.argv[1]?.endsWith("account-stand-in.mjs")) {
  if (args[0] !== "d1" || !args.includes("--remote") || args.includes("--local")) {
    console.log(`Expected a command of the deployed D1, got: ${args.join(" ")}`);
    process.exit(1);
  }
  const local = args.flatMap((arg) => (arg === "--remote" ? ["--local", "--persist-to", state] : [arg]));
  const { status } = spawnSync(process.execPath, [join(ROOT, "node_modules/wrangler/bin/wrangler.js"), ...local], { stdio: "inherit" });
  process.exit(status ?? 1);
}
