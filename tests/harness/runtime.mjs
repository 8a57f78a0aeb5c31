// Miniflare around a built worker: which modules, bindings and folders.
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { databaseFile, flagsOfWranglerToml, fromWranglerToml } from "../../scripts/lib/state.mjs";
import { trustOwnCertificates } from "./certificates.mjs";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const HARNESS = join(ROOT, "tests/harness");

/** The folder of the worker under test: WORKER_DIR, or what was built last. */
export const workerFolder = () => process.env.WORKER_DIR ?? join(ROOT, "build");

const read = (file) => readFileSync(file, "utf8");

function modules(folder) {
  if (!existsSync(join(folder, "index.js"))) throw new Error(`There is no built worker in ${folder}. Run: make build`);
  const edge = readdirSync(HARNESS).filter((name) => /^edge(-\w+)?\.mjs$/.test(name));
  const glue = read(join(folder, "index.js")).replace(/(["'])cloudflare:sockets\1/g, '"./edge-outbound.mjs"');
  return [
    // The first one is the entry.
    ...["edge.mjs", ...edge.filter((name) => name !== "edge.mjs")]
      .map((name) => ({ type: "ESModule", path: name, contents: read(join(HARNESS, name)) })),
    { type: "ESModule", path: "index.js", contents: glue },
    { type: "CompiledWasm", path: "index_bg.wasm", contents: readFileSync(join(folder, "index_bg.wasm")) },
  ];
}

const PORTS = { from: 16_384, to: 32_768 };

/**
 * A port that was free a moment ago. None of those that Linux gives to outgoing connections (from 32768 on): every
 * request of a test beside this one takes one of them, and workerd does not start on a port that is taken.
 */
export function freePort() {
  return new Promise((done, fail) => {
    const port = randomInt(PORTS.from, PORTS.to);
    const server = createServer()
      .on("error", (error) => (error.code === "EADDRINUSE" ? freePort().then(done, fail) : fail(error)))
      .listen(port, "127.0.0.1", () => server.close(() => done(port)));
  });
}

/** All migrations, in order, as one text. */
export const schemaText = () => readdirSync(join(ROOT, "d1-migrations"))
  .filter((name) => name.endsWith(".sql")).sort()
  .map((name) => read(join(ROOT, "d1-migrations", name))).join("\n");

/** Puts a fully migrated, empty database below a state folder. Takes some 10 ms. */
export async function migrate(folder) {
  const { DatabaseSync } = await import("node:sqlite");
  const file = databaseFile(folder);
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; BEGIN; ${schemaText()}; COMMIT`);
  database.close();
}

/** What the worker is bound to, as wrangler.toml has it. */
export const bindings = () => ({
  compatibilityDate: fromWranglerToml("compatibility_date"),
  compatibilityFlags: flagsOfWranglerToml(),
  d1Databases: { DB: fromWranglerToml("database_id") },
  r2Buckets: { DOCUMENTS: fromWranglerToml("bucket_name") },
  kvNamespaces: { BRANDING: fromWranglerToml("id") },
  email: { send_email: [{ name: "EMAIL" }] },
  assets: { directory: join(ROOT, "public"), binding: "ASSETS", routerConfig: { has_user_worker: true } },
});

/**
 * Starts workerd. `state` is the folder of its data; `settings` is what the worker finds in its environment.
 * `onLog` gets { level, message } of everything the worker logs. `worker` is the folder of the built worker.
 */
export async function startRuntime({ port, state, settings, onLog, worker = workerFolder() }) {
  // Before miniflare is loaded, which reads the trusted authorities once.
  trustOwnCertificates();
  const { Miniflare, convertV4MiniflareOptions, Log, LogLevel } = await import("miniflare");
  const runtime = new Miniflare(convertV4MiniflareOptions({
    name: "portico",
    host: "127.0.0.1",
    port,
    modules: modules(worker),
    modulesRoot: ROOT,
    ...bindings(),
    bindings: settings,
    resourcePersistencePath: state,
    handleStructuredLogs: onLog,
    log: new Log(LogLevel.NONE),
    cf: false,
    telemetry: { enabled: false },
  }));
  try {
    await runtime.ready;
  } catch (error) {
    await runtime.dispose().catch(() => {}); // what it had started would keep this process alive
    throw error;
  }
  return runtime;
}
