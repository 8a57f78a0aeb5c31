// What goes over the wire: the WASM, a page of 25 rows, and a first visit with all that it loads. The edge
// compresses text; here that is done with gzip, the weakest that it uses.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { Browser } from "../harness/browser.mjs";

const TEXT = /^(text\/|application\/(javascript|json|xml|manifest\+json)|image\/svg)/;
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }).length;

/** The worker's WASM: { plain, gzip }. */
export function wasm(worker) {
  const bytes = readFileSync(join(worker, "index_bg.wasm"));
  return { plain: bytes.length, gzip: gzipSync(bytes).length };
}

/** HTML of pages, name → { plain, gzip, brotli }. */
export async function html(bench, pages) {
  const found = {};
  for (const [name, [who, path]] of Object.entries(pages)) {
    const { bytes } = await bench.people[who].get(path);
    found[name] = { plain: bytes.length, gzip: gzipSync(bytes).length, brotli: brotli(bytes) };
  }
  return found;
}

/** A first visit to each of `pages` in a browser that has nothing yet: name → { requests, gzip, brotli }. */
export async function firstVisits(world, pages) {
  const browser = await Browser.start();
  const found = {};
  try {
    for (const [name, { path, cookiesOf }] of Object.entries(pages)) {
      const window = await browser.window(world, { cookiesOf, tolerate: [/./] });
      const answers = [];
      window.page.on("response", (response) => answers.push(response));
      await window.page.goto(world.base + path, { waitUntil: "networkidle" });
      const loaded = new Map();
      for (const answer of answers) loaded.set(answer.url(), { type: answer.headers()["content-type"] ?? "", bytes: await answer.body() });
      // A browser with a window asks for the icon too; one without does not.
      for (const url of await window.page.$$eval('link[rel~="icon"]', (links) => links.slice(0, 1).map(({ href }) => href))) {
        if (loaded.has(url)) continue;
        const icon = await window.context.request.get(url);
        loaded.set(url, { type: icon.headers()["content-type"] ?? "", bytes: await icon.body() });
      }
      const sum = (size) => [...loaded.values()].reduce((n, { type, bytes }) => n + (TEXT.test(type) ? size(bytes) : bytes.length), 0);
      found[name] = { requests: loaded.size, gzip: sum((bytes) => gzipSync(bytes).length), brotli: sum(brotli), files: [...loaded].map(([url, { type, bytes }]) => ({ path: new URL(url).pathname, type, plain: bytes.length })) };
      await window.close();
    }
  } finally {
    await browser.close();
  }
  return found;
}
