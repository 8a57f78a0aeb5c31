// Where the local runtime keeps its data below a state folder (wrangler: STATE_DIR/v3), and what
// wrangler.toml calls things.
import { createHash, createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { at, tools } from "./project.mjs";
import { capture } from "./run.mjs";

/** The first `name = "value"` of wrangler.toml. */
export function fromWranglerToml(name) {
  const value = new RegExp(`^${name}\\s*=\\s*"([^"]+)"`, "m").exec(readFileSync(at("wrangler.toml"), "utf8"))?.[1];
  if (!value) throw new Error(`wrangler.toml has no ${name}.`);
  return value;
}

/** Its compatibility_flags. */
export function flagsOfWranglerToml() {
  const list = /^compatibility_flags\s*=\s*\[([^\]]*)\]/m.exec(readFileSync(at("wrangler.toml"), "utf8"))?.[1] ?? "";
  return [...list.matchAll(/"([^"]+)"/g)].map(([, flag]) => flag);
}

/** The SQLite file of the D1 database: the runtime names it by a keyed hash of the database's id. */
export function databaseFile(folder, databaseId = fromWranglerToml("database_id")) {
  const key = createHash("sha256").update("miniflare-D1DatabaseObject").digest();
  const hmac = (data) => createHmac("sha256", key).update(data).digest().subarray(0, 16);
  const name = hmac(databaseId);
  return join(folder, "d1/miniflare-D1DatabaseObject", `${Buffer.concat([name, hmac(name)]).toString("hex")}.sqlite`);
}

/** Rows of a SELECT on a local database that nothing has open. Runs under the project's Node, which has SQLite. */
export function queryLocally(folder, sql) {
  const file = databaseFile(folder);
  if (!existsSync(file)) throw new Error(`There is no database at ${file}.`);
  const script = `const { DatabaseSync } = require("node:sqlite");
    console.log(JSON.stringify(new DatabaseSync(process.argv[1]).prepare(process.argv[2]).all()))`;
  const asked = capture(tools.node, ["--disable-warning=ExperimentalWarning", "-e", script, file, sql]);
  if (asked.code !== 0) throw new Error(`The local database could not be read: ${asked.stderr}`);
  return JSON.parse(asked.stdout);
}
