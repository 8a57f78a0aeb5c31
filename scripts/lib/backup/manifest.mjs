// What a backup says about itself: each file with its size and SHA-256, and how many rows, objects and values
// there are. Written last, so that a folder with one is whole; checked before anything is restored.
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Plain } from "../run.mjs";

const FORMAT = 1;
const NAME = "manifest.json";

async function digestOf(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/** Over all of the manifest but this itself. */
const seal = (told) => createHash("sha256").update(JSON.stringify(told)).digest("hex");

/** `told` is what it says besides its files, which are named relative to the folder. */
export async function writeManifest(folder, told, files) {
  const listed = {};
  for (const name of [...new Set(files)].sort()) {
    const file = join(folder, name);
    listed[name] = { size: statSync(file).size, sha256: await digestOf(file) };
  }
  const all = { format: FORMAT, ...told, files: listed };
  writeFileSync(join(folder, NAME), `${JSON.stringify({ ...all, seal: seal(all) }, null, 1)}\n`, { mode: 0o600 });
}

/** Reads it and looks at every file that it names; what is not as it was written is refused. */
export async function checkedManifest(folder) {
  const refuse = (why) => { throw new Plain(`This backup cannot be used: ${why}. Nothing was restored.`); };
  const file = join(folder, NAME);
  if (!existsSync(file)) refuse(`${folder} has no ${NAME}, so it is no backup or one that was never finished`);
  let told, kept;
  try {
    ({ seal: kept, ...told } = JSON.parse(readFileSync(file, "utf8")));
  } catch {
    refuse(`${NAME} cannot be read`);
  }
  if (told.format > FORMAT) refuse("a newer Portico made it; upgrade this folder first");
  if (told.format !== FORMAT || kept !== seal(told)) refuse(`${NAME} was changed`);
  for (const [name, { size, sha256 }] of Object.entries(told.files)) {
    const path = join(folder, name);
    if (!existsSync(path)) refuse(`${name} is missing`);
    if (statSync(path).size !== size) refuse(`${name} has ${statSync(path).size} bytes instead of ${size}`);
    if (await digestOf(path) !== sha256) refuse(`${name} was changed`);
  }
  return told;
}
