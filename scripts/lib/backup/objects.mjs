// The objects of R2 and the values of KV as files and back. An object's file is called after its digest.
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream, openSync, closeSync, readSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Plain } from "../run.mjs";

/** What R2 takes in one piece here, and the size of the parts of what is larger. */
const PART = 32 * 1024 * 1024;
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** All keys, a page at a time: `list` is R2's or KV's, `of` names the page's entries. */
async function* all(list, of) {
  for (let cursor; ;) {
    const page = await list({ cursor });
    yield* page[of];
    if (!(page.truncated ?? !page.list_complete)) return;
    cursor = page.cursor;
  }
}

/** Copies each object into `folder`; gives their entries, in the order of keys. */
export async function writeObjects(bucket, folder, tell) {
  const entries = [];
  for await (const { key } of all(({ cursor }) => bucket.list({ cursor }), "objects")) {
    const object = await bucket.get(key);
    if (!object) continue; // deleted since it was listed
    const passing = join(folder, `on-the-way-${randomUUID()}`);
    const hash = createHash("sha256");
    let size = 0;
    await pipeline(Readable.fromWeb(object.body), async function* count(source) {
      for await (const chunk of source) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    }, createWriteStream(passing, { mode: 0o600 }));
    if (size !== object.size) {
      rmSync(passing, { force: true });
      throw new Plain(`Of ${key} only ${size} of ${object.size} bytes came. Try again.`);
    }
    const digest = hash.digest("hex");
    renameSync(passing, join(folder, digest));
    entries.push({ key, size, sha256: digest, httpMetadata: object.httpMetadata ?? {}, customMetadata: object.customMetadata ?? {} });
    tell(entries.length, size);
  }
  return entries;
}

/** Puts an object back. */
export async function putObject(bucket, folder, { key, size, sha256: digest, httpMetadata, customMetadata }) {
  const file = join(folder, digest);
  const http = { ...httpMetadata, ...(httpMetadata.cacheExpiry ? { cacheExpiry: new Date(httpMetadata.cacheExpiry) } : {}) };
  const metadata = { httpMetadata: http, customMetadata };
  if (size <= PART) {
    await bucket.put(key, readFileSync(file), metadata);
    return;
  }
  const upload = await bucket.createMultipartUpload(key, metadata);
  const handle = openSync(file, "r");
  try {
    const parts = [];
    for (let from = 0; from < size; from += PART) {
      const bytes = Buffer.alloc(Math.min(PART, size - from));
      readSync(handle, bytes, 0, bytes.length, from);
      parts.push(await upload.uploadPart(parts.length + 1, bytes));
    }
    await upload.complete(parts);
  } finally {
    closeSync(handle);
  }
}

/** All values, as entries whose value is base64. */
export async function readValues(namespace) {
  const entries = [];
  for await (const { name, expiration } of all(({ cursor }) => namespace.list({ cursor }), "keys")) {
    const { value, metadata } = await namespace.getWithMetadata(name, "arrayBuffer");
    if (value) entries.push({ key: name, value: Buffer.from(value).toString("base64"), metadata, ...(expiration ? { expiration } : {}) });
  }
  return entries.sort((a, b) => (a.key < b.key ? -1 : 1));
}

export const putValue = (namespace, { key, value, metadata, expiration }) =>
  namespace.put(key, Buffer.from(value, "base64"), { ...(metadata ? { metadata } : {}), ...(expiration ? { expiration } : {}) });

export { sha256 };
