// The portal before it is filled: an owner, a client with a person, both signed in by the real pages; and copies
// of it, filled to a size.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { databaseFile } from "../../scripts/lib/state.mjs";
import { setUpOwner } from "../harness/flows.mjs";
import { payOnline } from "../harness/money.mjs";
import { person } from "../harness/rows.mjs";
import { freePort, migrate } from "../harness/runtime.mjs";
import { World } from "../harness/world.mjs";
import { fill } from "./fill/fill.mjs";
import { layFloors } from "./floors.mjs";

/** 1 GiB, for the file that goes up and down. */
const LIMIT = 2 ** 30;

/**
 * Makes the folder `first` below `folder`: { base, port, settings, cookies, client, contact }. `more`: settings of
 * the payment provider.
 */
export async function setStage(folder, { worker, more = {} }) {
  const state = join(folder, "first");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(state, { recursive: true });
  await migrate(state);
  layFloors(state);
  const port = await freePort();
  const settings = { SESSION_KEYS: `bench:${randomBytes(32).toString("base64")}`, SETUP_TOKEN: randomBytes(18).toString("base64url"), ...more };
  const world = await World.start({ state, port, worker, settings });
  const owner = await setUpOwner(world);
  const { client, contact, person: lena } = await person(world, owner, { client: "Larkspur Bakery", contact: { firstName: "Lena", lastName: "Larkspur" } });
  await payOnline(world);
  await world.db.prepare("UPDATE business SET upload_limit = ?").bind(LIMIT).run();
  await world.close();
  const cookies = Object.fromEntries(Object.entries({ owner, lena }).map(([name, user]) => [name, user.cookies.names().map((key) => [key, user.cookies.get(key)])]));
  // Mail stays in the outbox: no mail leaves a portal that is measured.
  const { MAIL_FROM, ...kept } = world.settings;
  return { folder, base: world.base, port, settings: kept, cookies, client, contact };
}

/** A copy of the stage, filled: its folder. `size`: { clients, rows, every }, see fill/fill.mjs. */
export function filled(stage, name, size, step) {
  const state = join(stage.folder, name);
  cpSync(join(stage.folder, "first"), state, { recursive: true });
  fill(databaseFile(state), { ...size, mine: { id: stage.client.id, contact: stage.contact.id }, step });
  return state;
}
