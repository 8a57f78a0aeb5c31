// `make backup`: everything a portal holds, in one folder: the rows of D1, the objects of R2, the values of KV.
//
//   TO=folder      where to (backups/<moment> otherwise)       STATE_DIR   which local portal
//   REMOTE=1       the deployed portal of this folder (wrangler.deploy.toml) instead of the local one
//
// The database first and the objects after it, so that every row has its object. The folder has its name only once
// all is there and written down in manifest.json.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { readValues, writeObjects } from "./lib/backup/objects.mjs";
import { writeManifest } from "./lib/backup/manifest.mjs";
import { withPortal } from "./lib/backup/portal.mjs";
import { writeRows } from "./lib/backup/rows.mjs";
import { at } from "./lib/project.mjs";
import { main, Plain, say } from "./lib/run.mjs";
import { databaseFile } from "./lib/state.mjs";
import { setup } from "./setup.mjs";

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
const lines = (entries) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");

/** Keys that rows name. What is on its way in or out has no object for certain. */
const isKey = (column) => /(^|_)blob$/.test(column);
const PASSING = new Set(["uploads", "doomed_blobs"]);

await main(async () => {
  await setup({ quiet: true });
  const moment = new Date();
  const wish = process.env.TO || join("backups", moment.toISOString().replace(/\.\d+Z$/, "Z").replaceAll(":", "-"));
  const folder = isAbsolute(wish) ? wish : at(wish);
  if (existsSync(folder)) throw new Plain(`${wish} is there already. Choose another folder: make backup TO=…`);
  const partial = `${folder}.unfinished`;
  await withPortal(async ({ remote, state, where, stores }) => {
    if (!remote && !existsSync(databaseFile(join(state, "v3")))) throw new Plain(`There is no portal in ${state}. STATE_DIR names another one; REMOTE=1 means the deployed one.`);
    say(`Backing up ${where} …`);
    rmSync(partial, { recursive: true, force: true });
    for (const part of ["d1", "r2"]) mkdirSync(join(partial, part), { recursive: true, mode: 0o700 });
    await stores(async ({ DB, DOCUMENTS, BRANDING }) => {
      const named = new Set();
      const { schema, counts, sequences } = await writeRows(DB, (name) => join(partial, "d1", `${name}.ndjson`), {
        remote, say,
        seen: (table, row) => {
          if (PASSING.has(table)) return;
          for (const [column, value] of Object.entries(row)) if (value && isKey(column)) named.add(value);
        },
      });
      const migrations = counts.d1_migrations ? (await DB.prepare("SELECT name FROM d1_migrations ORDER BY id").all()).results.map(({ name }) => name) : [];
      writeFileSync(join(partial, "d1/schema.json"), JSON.stringify({ ...schema, sequences }), { mode: 0o600 });
      const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
      say(`  database: ${rows} rows of ${Object.keys(counts).length} tables`);
      let told = Date.now();
      const entries = await writeObjects(DOCUMENTS, join(partial, "r2"), (count) => {
        if (Date.now() - told < 10_000) return;
        told = Date.now();
        say(`  … ${count} files`);
      });
      writeFileSync(join(partial, "r2.ndjson"), lines(entries), { mode: 0o600 });
      const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
      say(`  files: ${entries.length} (${size(bytes)})`);
      const values = await readValues(BRANDING);
      writeFileSync(join(partial, "kv.ndjson"), lines(values), { mode: 0o600 });
      say(`  branding: ${values.length} values`);
      for (const { key } of entries) named.delete(key);
      await writeManifest(partial, {
        made_at: moment.toISOString(), source: remote ? "deployed" : "local", migrations, tables: counts,
        objects: entries.length, bytes, values: values.length, missing: [...named].sort(),
      }, ["d1/schema.json", ...Object.keys(counts).map((name) => `d1/${name}.ndjson`), "r2.ndjson", "kv.ndjson", ...entries.map((entry) => `r2/${entry.sha256}`)]);
      if (named.size) {
        say();
        say(`${named.size} file(s) that the database names are not in the bucket. They were deleted while this ran,`);
        say("or were missing before. They are listed in manifest.json under \"missing\".");
      }
    });
    renameSync(partial, folder);
    say();
    say(`The backup is in ${wish}`);
    say(`Restore it with  make restore FROM=${wish}`);
    say("It holds personal data: keep it where only you can read it. Settings and secrets (.dev.vars, SESSION_KEYS)");
    say("are not in it: keep SESSION_KEYS beside it, or people with a second step need a recovery code afterwards.");
  });
});
