// The floors: what the runtime itself costs, as the smallest workers that can be written. They are served by the
// same workerd as the portal, so a ratio to them says what the portal adds, on whatever machine.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { databaseFile, fromWranglerToml } from "../../scripts/lib/state.mjs";

const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite");
const DATABASE = "bench-floor";

/** The floors: name → { script, and what it is bound to }. */
export const FLOORS = {
  // Answers a constant.
  "floor 0": { script: "export default { fetch: () => new Response('constant') };" },
  // One SELECT of one row.
  "floor 1": {
    d1Databases: { DB: DATABASE },
    script: `export default { fetch: async (request, { DB }) =>
      Response.json(await DB.prepare("SELECT id, name, state, amount, at FROM things WHERE id = ?").bind(500).first()) };`,
  },
  // Fifty rows of one SELECT, as JSON.
  "floor 50": {
    d1Databases: { DB: DATABASE },
    script: `export default { fetch: async (request, { DB }) =>
      Response.json((await DB.prepare("SELECT id, name, state, amount, at FROM things WHERE id > ? ORDER BY id LIMIT 50").bind(500).all()).results) };`,
  },
  // A file into R2 and out again, both as streams: PUT and GET of a key of the portal's own bucket.
  "floor file": {
    r2Buckets: { FILES: fromWranglerToml("bucket_name") },
    script: `export default { fetch: async (request, { FILES }) => {
      const key = new URL(request.url).pathname.slice(1);
      if (request.method === "PUT") return Response.json((await FILES.put(key, request.body)).size);
      return new Response((await FILES.get(key)).body);
    } };`,
  },
};

/** Puts the floors' table, of a thousand rows, below a state folder. */
export function layFloors(folder) {
  const file = databaseFile(folder, DATABASE);
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file);
  db.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, amount INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO things SELECT i, 'Thing number ' || i, CASE i % 3 WHEN 0 THEN 'open' ELSE 'done' END, i * 7919, 1700000000000 + i FROM n`);
  db.close();
}
