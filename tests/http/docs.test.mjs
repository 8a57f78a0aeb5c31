// The documents: every link leads somewhere, every label of the guide is one of the product's, and its pictures
// are those that `make guide` takes.
import { test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { PICTURES } from "../../scripts/guide/pictures.mjs";
import { ROOT } from "../harness/runtime.mjs";

const read = (path) => readFileSync(join(ROOT, path), "utf8");
const under = (folder, ending) => readdirSync(join(ROOT, folder), { recursive: true }).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
const documents = [...readdirSync(ROOT).filter((name) => name.endsWith(".md")), ...under("docs", ".md"), "d1-migrations/README.md", "vendor/README.md"];
/** Headings as the sites that show Markdown name them in addresses. */
const anchors = (text) => [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\p{L}\p{N}\s-]/gu, "").trim().replace(/\s/g, "-"));

test("every link in the documents leads somewhere", () => {
  let seen = 0;
  const dead = [];
  for (const document of documents) {
    for (const [, target] of read(document).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(target)) continue;
      seen++;
      const [path, anchor] = target.split("#");
      const file = path ? resolve(ROOT, dirname(document), path) : join(ROOT, document);
      if (!existsSync(file)) dead.push(`${document}: ${target}`);
      else if (anchor && statSync(file).isFile() && !anchors(readFileSync(file, "utf8")).includes(anchor)) dead.push(`${document}: ${target} has no such heading`);
    }
  }
  assert.ok(seen > 20, `expected links in ${documents.length} documents, saw ${seen}`);
  assert.deepEqual(dead, []);
});

test("every label that the guide names is one of the product's", () => {
  const product = [...under("src", ".html"), ...under("src", ".rs")].map(read).join("\n");
  const labels = [...read("docs/GUIDE.md").matchAll(/\*\*(.+?)\*\*/g)].flatMap(([, label]) => label.split(" → "));
  assert.ok(labels.length > 50, `expected labels, saw ${labels.length}`);
  assert.deepEqual(labels.filter((label) => !product.includes(label)), []);
});

test("the guide shows the pictures that make guide takes, each with words for who does not see it", () => {
  const shown = [...read("docs/GUIDE.md").matchAll(/!\[([^\]]*)\]\(guide\/([\w-]+)\.png\)/g)];
  assert.deepEqual(shown.map(([, , name]) => name).sort(), PICTURES.map(({ name }) => name).sort());
  for (const [, words, name] of shown) assert.ok(words.length > 10, `${name} has no words`);
  const taken = readdirSync(join(ROOT, "docs/guide")).map((name) => relative("", name));
  assert.deepEqual(taken.sort(), PICTURES.map(({ name }) => `${name}.png`).sort());
});
