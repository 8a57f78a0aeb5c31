// The floors: what the runtime itself costs, as the smallest workers that can be written. They are served by the
// same workerd as the portal, so a ratio to them says what the portal adds, on whatever machine.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { databaseFile, fromWranglerToml } from "../../scripts/lib/state.mjs";

const { DatabaseSync } = createRequire(import.meta.url)("node:sqlite");
const DATABASE = "bench-floor";
/** What a row has: as much as an invoice in a list. */
const COLUMNS = "id, number, client_id, client, currency, status, total, due, issued_on, due_on";

/** The floors: name → { script, and what it is bound to }. */
export const FLOORS = {
  // Answers a constant.
  "floor 0": { script: "export default { fetch: () => new Response('constant') };" },
  // One SELECT of one row.
  "floor 1": {
    d1Databases: { DB: DATABASE },
    script: `export default { fetch: async (request, { DB }) =>
      Response.json(await DB.prepare("SELECT ${COLUMNS} FROM things WHERE place = ?").bind(500).first()) };`,
  },
  // Fifty rows of one SELECT, as JSON.
  "floor 50": {
    d1Databases: { DB: DATABASE },
    script: `export default { fetch: async (request, { DB }) =>
      Response.json((await DB.prepare("SELECT ${COLUMNS} FROM things WHERE place > ? ORDER BY place LIMIT 50").bind(500).all()).results) };`,
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
    CREATE TABLE things (place INTEGER PRIMARY KEY, id TEXT NOT NULL, number TEXT NOT NULL, client_id TEXT NOT NULL, client TEXT NOT NULL,
      currency TEXT NOT NULL, status TEXT NOT NULL, total INTEGER NOT NULL, due INTEGER NOT NULL, issued_on TEXT NOT NULL, due_on TEXT NOT NULL) STRICT;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO things SELECT i, printf('01890000-0000-7000-8000-%012d', i), printf('INV-2026-%05d', i), printf('01890000-0000-7000-9000-%012d', i / 7),
      'Client number ' || i / 7, 'EUR', CASE i % 3 WHEN 0 THEN 'open' ELSE 'paid' END, i * 7919, i * 7919, '2026-01-15', '2026-02-14' FROM n`);
  db.close();
}
