// `make restore FROM=folder`: puts a backup back, into an empty local portal or an empty deployed one.
//
//   STATE_DIR      which local portal                         REMOTE=1   the deployed portal of this folder
//   FORCE=1        also where there is a portal already: the local one is moved aside; of the deployed one the
//                  database is replaced, and files that the backup does not know stay in the bucket
//
//   1. every file is held against manifest.json    2. is it empty?      3. one SQL file: schema, rows, triggers last
//   4. objects, then values                        5. counted again     6. migrations that are newer than the backup
import { createWriteStream, createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { once } from "node:events";
import { isAbsolute, join } from "node:path";
import { createInterface } from "node:readline";
import { checkedManifest } from "./lib/backup/manifest.mjs";
import { putObject, putValue } from "./lib/backup/objects.mjs";
import { isEmpty, withPortal } from "./lib/backup/portal.mjs";
import { dropsOf, insertsOf, schemaOf } from "./lib/backup/rows.mjs";
import { at } from "./lib/project.mjs";
import { main, Plain, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";

const forced = Boolean(process.env.FORCE) && process.env.FORCE !== "0";
const linesOf = (file) => readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));

const ours = () => readdirSync(at("d1-migrations")).filter((name) => name.endsWith(".sql"));

/** A backup of a schema that this folder does not have is of a later time. */
function mustKnow({ migrations }) {
  const strange = migrations.find((name) => !ours().includes(name));
  if (strange) throw new Plain(`This backup was made by a newer Portico (it has ${strange}). Upgrade this folder first. Nothing was restored.`);
}

/** Everything of the database as one file, which D1 carries out whole or not at all. */
async function writeSql(file, folder, present) {
  const { tables, objects, sequences } = JSON.parse(readFileSync(join(folder, "d1/schema.json"), "utf8"));
  const out = createWriteStream(file, { mode: 0o600 });
  const put = async (statement) => {
    if (!out.write(`${statement}\n`)) await once(out, "drain");
  };
  await put("PRAGMA defer_foreign_keys = on;");
  for (const drop of dropsOf(present)) await put(drop);
  for (const { type, sql } of objects) if (type === "table") await put(`${sql};`);
  for (const table of tables) {
    for await (const line of createInterface({ input: createReadStream(join(folder, "d1", `${table.name}.ndjson`)), crlfDelay: Infinity })) {
      for (const statement of insertsOf(table, JSON.parse(line))) await put(statement);
    }
  }
  // Counters of AUTOINCREMENT go on where they were, also past rows that are gone.
  await put("DELETE FROM sqlite_sequence;");
  for (const { name, seq } of sequences) await put(`INSERT INTO sqlite_sequence (name, seq) VALUES ('${name.replaceAll("'", "''")}', ${Number(seq)});`);
  // Triggers come last: what they would do is in the rows already.
  for (const kind of ["index", "view", "trigger"]) for (const { type, sql } of objects) if (type === kind) await put(`${sql};`);
  await new Promise((done, fail) => out.on("error", fail).end(done));
}

async function counted({ DB, DOCUMENTS }, { tables }, entries) {
  const names = Object.keys(tables);
  const asked = await DB.batch(names.map((name) => DB.prepare(`SELECT count(*) AS n FROM "${name}"`)));
  const wrong = names.flatMap((name, i) => (asked[i].results[0].n === tables[name] ? [] : [`${name} has ${asked[i].results[0].n} rows instead of ${tables[name]}`]));
  for (const { key, size } of entries) {
    const object = await DOCUMENTS.head(key);
    if (object?.size !== size) wrong.push(`${key} has ${object?.size ?? "no"} bytes instead of ${size}`);
  }
  if (wrong.length) throw new Plain(`The restored portal is not what was backed up:\n- ${wrong.join("\n- ")}`);
}

/** The command that starts what was restored, with the settings that were given here. */
function startWith() {
  const given = ["STATE_DIR", "PORT"].filter((name) => process.env[name]);
  const word = (text) => (/^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return ["Start it with  make dev", ...given.map((name) => `${name}=${word(process.env[name])}`)].join(" ");
}

await main(async () => {
  if (!process.env.FROM) throw new Plain("Say which backup: make restore FROM=backups/…");
  const folder = isAbsolute(process.env.FROM) ? process.env.FROM : at(process.env.FROM);
  await setup({ quiet: true });
  say("Checking the backup …");
  const manifest = await checkedManifest(folder);
  mustKnow(manifest);
  const entries = linesOf(join(folder, "r2.ndjson"));
  const values = linesOf(join(folder, "kv.ndjson"));
  await withPortal(async (portal) => {
    const { remote, state, where, stores, wrangler } = portal;
    let present = await stores(async (bindings) => {
      if (!forced && !await isEmpty(bindings)) {
        throw new Plain(`${where[0].toUpperCase()}${where.slice(1)} is not empty. Nothing was restored.\n${remote
          ? "FORCE=1 replaces its database (back: npx wrangler d1 time-travel restore) and adds the files."
          : "Choose an empty one with STATE_DIR=…, or FORCE=1, which moves the present one aside."}`);
      }
      return schemaOf(bindings.DB);
    });
    if (!remote) {
      if (forced && present.tables.length && existsSync(join(state, "v3"))) {
        const aside = `v3-before-${new Date().toISOString().replace(/\.\d+Z$/, "Z").replaceAll(":", "-")}`;
        renameSync(join(state, "v3"), join(state, aside));
        say(`What was there is now in ${join(state, aside)}`);
        present = { tables: [], objects: [] };
      }
      // `make dev` looks at the migrations and the demo's people anew.
      for (const stale of ["migrated", "demo.json"]) rmSync(join(state, stale), { force: true });
      mkdirSync(state, { recursive: true });
    }
    const file = join(portal.folder, "restore.sql");
    await writeSql(file, folder, present);
    say(`Restoring the database of ${manifest.made_at} …`);
    wrangler(["execute", "DB", "--file", file, "--yes"], "The database did not take the backup, and is as it was");
    say(`Restoring ${entries.length} files …`);
    await stores(async (bindings) => {
      for (const entry of entries) await putObject(bindings.DOCUMENTS, join(folder, "r2"), entry);
      for (const entry of values) await putValue(bindings.BRANDING, entry);
      await counted(bindings, manifest, entries);
    });
    if (manifest.migrations.length && manifest.migrations.length < ours().length) wrangler(["migrations", "apply", "DB"], "The migrations that are newer than the backup failed");
    const rows = Object.values(manifest.tables).reduce((sum, count) => sum + count, 0);
    say();
    say(`Restored and counted: ${rows} rows, ${entries.length} files, ${values.length} values of branding.`);
    if (manifest.missing.length) say(`${manifest.missing.length} file(s) were missing when the backup was made.`);
    say(remote ? "People sign in again if SESSION_KEYS differ from those of then." : startWith());
  });
});
