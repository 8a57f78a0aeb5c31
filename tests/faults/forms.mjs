// Each route that writes, ready to be sent: the form of bad-input-forms.mjs filled in well, or its target here.
import { FORMS } from "../http/bad-input-forms.mjs";
import { CHANGES, ELSEWHERE, MAY, TARGETS } from "./targets.mjs";

const URLENCODED = "application/x-www-form-urlencoded";
const encode = (pairs) => new URLSearchParams(pairs).toString();

/** The routes that a form is needed for, in order. */
export const ROUTES = [...new Set([...Object.keys(FORMS), ...Object.keys(TARGETS)])].filter((key) => !ELSEWHERE.has(key));

/** What a browser would send from a page: [address, pairs, whether with files]. */
async function filled(stage, user, { page, to, at, bare, set, more, spare, button, fields }, key) {
  const shown = bare ? null : await user.visit(page(stage));
  const path = at?.(stage) ?? to?.(stage) ?? (bare ? key.split(" ")[1] : page(stage));
  const action = key.includes("{") || to || bare || at ? path : key.split(" ")[1];
  const changes = typeof set === "function" ? set(stage) : set ?? {};
  const form = shown && (button ? shown.page.form(button) : shown.page.formTo(at ? page(stage) : action));
  const own = fields ? await fields(stage, shown?.page) : {};
  const good = form ? form.fill({ ...changes, ...own }) : [];
  const extra = Object.entries(more?.(stage) ?? {});
  const pairs = [...good.filter(([name]) => !extra.some(([other]) => other === name)), ...extra];
  return [action, spare ? pairs.filter(([name]) => !spare.test(name)) : pairs];
}

/** { key, user, send, is, files, fresh } of a route. */
export async function ready(stage, key, world) {
  const target = { ...(TARGETS[key] ?? FORMS[key]), ...CHANGES[key] };
  const as = target.as ?? FORMS[key]?.as ?? "owner";
  const user = (stage.who[as] ?? world.user("anonymous")).clone(as);
  const method = target.method ?? key.split(" ")[0];
  const wanted = target.is ?? FORMS[key]?.is ?? 303;
  const form = { key, user, is: ({ status }) => status === wanted, files: Boolean(target.upload) || /uploads|parts/.test(key), allow: MAY.filter(([routes]) => routes.test(key)).map(([, what]) => what) };
  const json = { accept: "application/json" };
  const sender = (at) => {
    if ("json" in target) return (who) => (target.json ? who.sendJson(method, at, target.json) : who.request(method, at, { headers: json }));
    if (target.body !== undefined || method !== "POST") return (who) => who.request(method, at, { body: typeof target.body === "function" ? target.body(world) : target.body, headers: { ...json, ...(target.type ? { "content-type": target.type } : {}) } });
    return null;
  };
  if (target.fresh) return { ...form, fresh: async () => ({ send: sender((await target.fresh(stage)).at) }) };
  const plain = TARGETS[key] && !target.page;
  if (plain) {
    const at = target.at(stage);
    const body = encode(Object.entries(target.fields?.(stage) ?? {}));
    return { ...form, send: sender(at) ?? ((who) => who.request("POST", at, { body, headers: { "content-type": URLENCODED } })) };
  }
  const [action, pairs] = await filled(stage, user, target, key);
  if (target.upload) {
    const names = new Set(target.upload.map(([name]) => name));
    const all = [...pairs.filter(([name]) => !names.has(name)), ...target.upload];
    return { ...form, send: (who) => who.upload(action, all) };
  }
  const body = encode(pairs);
  return { ...form, send: (who) => who.request("POST", action, { body, headers: { "content-type": URLENCODED } }) };
}
