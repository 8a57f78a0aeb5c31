// The portal as it ships and the floors beside it, in one workerd, each on a socket of its own that leads straight
// to it (what `wrangler dev` puts in front costs more than most pages).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bindings, ROOT } from "../harness/runtime.mjs";
import { workerds } from "../harness/processes.mjs";
import { User } from "../harness/users.mjs";
import { FLOORS } from "./floors.mjs";

const NOTHING = "export default { fetch: () => new Response(null, { status: 404 }) };";
const socket = { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] };

/** A runtime on a state folder. `stage` is what stage.mjs made: its port, settings and cookies. */
export class Bench {
  static async start({ state, worker, stage }) {
    const { Miniflare, convertV4MiniflareOptions, Log, LogLevel } = await import("miniflare");
    const { assets, ...bound } = bindings();
    const { compatibilityDate, compatibilityFlags } = bound;
    const bench = new Bench();
    Object.assign(bench, { stage, base: stage.base });
    const before = workerds();
    bench.runtime = new Miniflare(convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: stage.port,
      workers: [
        {
          name: "portico",
          modules: [
            { type: "ESModule", path: "index.js", contents: readFileSync(join(worker, "index.js"), "utf8") },
            { type: "CompiledWasm", path: "index_bg.wasm", contents: readFileSync(join(worker, "index_bg.wasm")) },
          ],
          modulesRoot: ROOT,
          ...bound,
          bindings: stage.settings,
          // A section of assets would put the local stand-in of the edge's router in front of the worker, which
          // costs more than the worker: the files come from a worker of their own.
          serviceBindings: { ASSETS: "assets" },
          ...socket,
        },
        { name: "assets", modules: [{ type: "ESModule", path: "assets.mjs", contents: NOTHING }], modulesRoot: ROOT, compatibilityDate, assets },
        ...Object.entries(FLOORS).map(([name, { script, ...bound }]) => ({
          name, modules: [{ type: "ESModule", path: "floor.mjs", contents: script }], modulesRoot: ROOT, compatibilityDate, compatibilityFlags, ...bound, ...socket,
        })),
      ],
      resourcePersistencePath: state,
      handleStructuredLogs: ({ level, message }) => { if (level === "error") console.log(`    worker: ${message}`); },
      log: new Log(LogLevel.NONE),
      cf: false,
      telemetry: { enabled: false },
    }));
    await bench.runtime.ready;
    [bench.pid] = workerds().filter((pid) => !before.includes(pid));
    bench.ports = {};
    for (const name of ["portico", ...Object.keys(FLOORS)]) bench.ports[name] = Number((await bench.runtime.unsafeGetDirectURL(name)).port);
    bench.db = await bench.runtime.getD1Database("DB", "portico");
    bench.people = Object.fromEntries(Object.entries(stage.cookies).map(([name, cookies]) => [name, bench.user(name, cookies)]));
    return bench;
  }

  // What the harness's people and stand-ins ask of a world.
  get port() {
    return this.ports.portico;
  }
  nextRequestId = () => "";
  secret() {}
  now = () => Date.now();
  allow() {}

  /** A person whose requests go straight to the portal. */
  user(name, cookies = []) {
    const user = new User(this, name);
    for (const [key, value] of cookies) user.cookies.set(key, value);
    return user;
  }

  /** What load.mjs asks: a page of the portal as somebody, or as nobody. A look at it first renews the session. */
  page(who, path) {
    const user = who ? this.people[who] : this.user("nobody");
    return {
      pid: this.pid,
      url: `http://127.0.0.1:${this.port}${path}`,
      headers: async () => {
        const answer = await user.get(path);
        if (answer.status !== 200) throw new Error(`Expected a page, got ${answer}`);
        return { host: new URL(this.base).host, ...(who ? { cookie: user.cookies.header } : {}), accept: "text/html", "user-agent": "bench" };
      },
    };
  }

  floor(name) {
    return { pid: this.pid, url: `http://127.0.0.1:${this.ports[name]}/`, headers: async () => ({}) };
  }

  close() {
    return this.runtime.dispose();
  }
}
