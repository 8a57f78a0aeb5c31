// Every POST route with what no person types: nothing, two million characters, NUL, bytes that are no
// text, a field twice, a choice that is none, other kinds of bodies. Never a 500, never a success, nothing
// written, and a form says in words what is wrong. The forms stand in bad-input-forms.mjs.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { ROOT } from "../harness/runtime.mjs";
import { World } from "../harness/world.mjs";
import { FORMS } from "./bad-input-forms.mjs";
import { theStage } from "./form-stage.mjs";

const routes = JSON.parse(execFileSync("cargo", ["run", "--quiet", "--example", "routes"], { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 }));

// The provider's door takes signed bodies alone: tests/http/webhook.test.mjs.
test("every POST route has a form here, and every form a route", () => {
  const known = routes.filter(({ method, guard }) => method === "POST" && guard !== "provider").map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(Object.keys(FORMS).toSorted(), known.toSorted());
});

const [world, untouched] = [await World.start(), await World.start()];
after(async () => {
  await world.close();
  await untouched.close();
});

let stage;
before(async () => { stage = await theStage(world, untouched); });

/** What must stand as it stood: every table but those that count tries and what is sent, or hold a place for a file that may come, and when somebody was last here. */
async function written(of) {
  const { results } = await of.db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'd1\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT IN ('failures', 'allowances', 'audit', 'outbox', 'uploads', 'doomed_blobs')").all();
  const all = await of.db.batch(results.map(({ name }) => of.db.prepare(`SELECT * FROM "${name}"`)));
  return Object.fromEntries(results.map(({ name }, n) => [name, all[n].results.map(({ seen_at: _seen, ...row }) => row)]));
}

const URLENCODED = "application/x-www-form-urlencoded";
const encode = (pairs) => pairs.map(([name, value]) => `${encodeURIComponent(name)}=${Buffer.isBuffer(value) ? [...value].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("") : encodeURIComponent(value).replace(/%20/g, "+")}`).join("&");
const send = (user, path, body, type = URLENCODED) => user.request("POST", path, { body, headers: type ? { "content-type": type } : {} });

const LONG = "x".repeat(2_000_000);
/** Fields that nobody sees and nobody could mend: what cannot be used of them is passed over, or refused. */
const SILENT = ["next", "form_key", "revision", "by", "go", "username"];

/** One bad form after the other: [what is bad, the pairs, the field, whether it may be passed over]. */
function* bad(good, { blank, choice = [] }) {
  if (!blank) yield ["nothing at all", []];
  for (const [name, value] of good) {
    const others = good.filter(([other]) => other !== name);
    const silent = SILENT.includes(name);
    yield [`${name} of two million characters`, [...others, [name, LONG]], name, silent];
    yield [`${name} with NUL`, [...others, [name, `${value}\0`]], name, silent];
    yield [`${name} of bytes that are no text`, [...others, [name, Buffer.from([0x61, 0xff, 0xfe, 0xc0])]], name, silent];
    yield [`${name} twice`, [...good, [name, `${value}2`]], name, silent];
    if (choice.includes(name)) yield [`${name} that is none of the choices`, [...others, [name, "purple"]], name];
  }
}
const KINDS = (good) => [
  ["plain text", encode(good), "text/plain"],
  ["no kind", encode(good), null],
  ["JSON", JSON.stringify(Object.fromEntries(good.map(([name, value]) => [name, String(value)]))), "application/json"],
  ["a form of files", `--B\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n--B--\r\n`, "multipart/form-data; boundary=B"],
];

/** The sentence that a person reads who is refused. */
function told({ page }) {
  const at = page.all('[aria-invalid="true"]').map((field) => (field.getAttribute("aria-describedby") ?? "").split(/\s+/)
    .map((id) => (id ? page.root.querySelector(`#${id}`)?.text ?? "" : "")).join(" "));
  return [...at, ...page.all('[role="alert"], .error, .field-error').map(({ text }) => text)].map((text) => text.trim()).filter(Boolean);
}

async function refused(what, user, path, body, type, { field, silent } = {}) {
  const twin = user.clone();
  const answer = await send(twin, path, body, type);
  const where = `${what}: ${answer}`;
  assert.ok(answer.status < 500, where);
  if (silent && answer.status < 400) {
    // Whoever confirmed has a new session.
    if (user.cookies.header) user.cookies.copyFrom(twin.cookies);
    return false;
  }
  assert.ok(answer.status >= 400, where);
  assert.match(answer.text, type === "application/json" ? /"detail":/ : /<h1/, where);
  if (answer.status === 422 && field) assert.ok(told(answer).length > 0, `${where} does not say what is wrong:\n${answer.page.text}`);
  assert.ok(answer.text.length < 200_000, `${where} is ${answer.text.length} long`);
  return true;
}

for (const [key, form] of Object.entries(FORMS)) {
  test(key, async () => {
    const user = stage.who[form.as] ?? world.user("anonymous");
    const of = user.world;
    const simple = form.press ?? form.json ?? form.file;
    if (simple) {
      const path = simple(stage);
      const before = await written(of);
      for (const [what, body, type] of [["nothing", "", URLENCODED], ["long", `a=${LONG}`, URLENCODED], ["NUL", "a=%00&b=%ff&a=1", URLENCODED], ...KINDS([["a", "b"]])]) {
        const answer = await send(user.clone(), path, body, type);
        assert.ok(answer.status < 500, `${what}: ${answer}`);
        if (form.is) assert.ok(answer.status === form.is || [400, 413, 415, 429].includes(answer.status) || form.as.startsWith("leaving"), `${what}: ${answer}`);
        else assert.ok(answer.status >= 400, `${what}: ${answer}`);
      }
      if (!form.is) assert.deepEqual(await written(of), before, "something was written");
      return;
    }
    const path = form.at?.(stage) ?? form.to?.(stage) ?? (form.bare ? key.split(" ")[1] : form.page(stage));
    const action = key.includes("{") || form.to || form.bare || form.at ? path : key.split(" ")[1];
    let good = [];
    if (!form.bare) {
      const { page } = await user.visit(form.page(stage));
      good = page.formTo(form.at ? form.page(stage) : action).fill(form.set?.(stage) ?? {});
    }
    const more = Object.entries(form.more?.(stage) ?? {});
    good = [...good.filter(([name]) => !more.some(([other]) => other === name)), ...more];
    if (form.spare) good = good.filter(([name]) => !form.spare.test(name));
    const before = await written(of);
    const wrong = [];
    let taken = false;
    const ask = async (...all) => {
      try {
        if (!(await refused(...all))) taken = true;
      } catch (error) {
        wrong.push(error.message.slice(0, 300));
      }
    };
    const forms = [...bad(good, form)];
    for (const [what, pairs, field = "any", silent] of forms) if (!silent) await ask(what, user, action, encode(pairs), URLENCODED, { field });
    if (good.length > 0) for (const [what, body, type] of KINDS(good)) await ask(`as ${what}`, user, action, body, type);
    assert.deepEqual(wrong, []);
    assert.deepEqual(await written(of), before, "something was written");
    // What may be passed over comes last: it does what the good form does.
    for (const [what, pairs, field, silent] of forms) if (silent) await ask(what, user, action, encode(pairs), URLENCODED, { field, silent });
    assert.deepEqual(wrong, []);
    if (taken) return;
    const answer = await send(user, action, encode(good));
    assert.equal(answer.status, form.is ?? 303, `the good form: ${answer} ${told(answer)}`);
  });
}
