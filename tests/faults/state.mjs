// The database of a world, read and put back beside the running worker: SQLite copies pages between the
// worker's file and one of our own in a few milliseconds, and the worker's next request sees them.
import { backup, DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { databaseFile } from "../../scripts/lib/state.mjs";

/** What the runtime keeps for itself. */
const OURS = "type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

export class State {
  #live;
  #kept;

  /** `world` must be idle whenever its state is kept or put back. */
  constructor(world, name = "kept") {
    const file = databaseFile(world.state);
    this.world = world;
    this.#live = new DatabaseSync(file);
    this.#live.exec("PRAGMA busy_timeout = 5000");
    this.file = file;
    this.copy = join(world.state, `${name}.sqlite`);
  }

  /** Remembers how everything stands. */
  async keep() {
    this.#kept?.close();
    await backup(this.#live, this.copy, { rate: -1 });
    this.#kept = new DatabaseSync(this.copy);
    this.branding = await this.world.kv.get("branding");
  }

  /** Puts everything back as it was remembered. */
  async putBack() {
    await backup(this.#kept, this.file, { rate: -1 });
    if (this.branding === null) await this.world.kv.delete("branding");
    else await this.world.kv.put("branding", this.branding);
  }

  /** Every row of every table: { table: [row, …] }. */
  rows() {
    const tables = this.#live.prepare(`SELECT name FROM sqlite_master WHERE ${OURS} ORDER BY name`).all();
    return Object.fromEntries(tables.map(({ name }) => [name, this.#live.prepare(`SELECT * FROM "${name}"`).all()]));
  }

  close() {
    this.#live.close();
    this.#kept?.close();
  }
}
