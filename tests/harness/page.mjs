// An HTML page as a person reads it: title, headings, links, buttons, forms by their labels.
import { parse } from "node-html-parser";

const words = (text) => text.replace(/\s+/g, " ").trim();

/** Whether a name is the wanted one: exactly for a string, by search for a pattern. */
const fits = (name, wanted) => (wanted instanceof RegExp ? wanted.test(name) : name === wanted);
const oneOf = (kind, wanted, found, names) => {
  if (found.length === 1) return found[0];
  const there = names.length ? names.map((name) => `"${name}"`).join(", ") : "none";
  throw new Error(`Expected one ${kind} ${wanted}, found ${found.length}. There is: ${there}`);
};

export class Page {
  constructor(html, path = "/") {
    this.html = html;
    this.path = path;
    this.root = parse(html, { comment: false });
  }

  get title() {
    return words(this.root.querySelector("title")?.text ?? "");
  }
  get heading() {
    return words(this.root.querySelector("h1")?.text ?? "");
  }
  /** All text of the body, white space folded. */
  get text() {
    const body = parse(this.html).querySelector("body") ?? this.root;
    for (const hidden of body.querySelectorAll("script, style, template")) hidden.remove();
    return words(body.text);
  }

  /** Elements by CSS selector. */
  all(selector) {
    return this.root.querySelectorAll(selector);
  }

  /** The accessible name, by the rules our pages use: aria-label, aria-labelledby, label, own text, title. */
  nameOf(element) {
    const by = element.getAttribute("aria-labelledby");
    if (by) return words(by.split(/\s+/).map((id) => this.root.querySelector(`#${id}`)?.text ?? "").join(" "));
    const label = element.getAttribute("aria-label");
    if (label) return words(label);
    const id = element.getAttribute("id");
    const own = id ? this.root.querySelector(`label[for="${id}"]`) : null;
    if (own) return words(own.text);
    const around = element.closest?.("label");
    if (around) return words(around.text);
    if (element.rawTagName === "input") return words(element.getAttribute("value") ?? "");
    const visible = parse(element.outerHTML);
    for (const hidden of visible.querySelectorAll('[aria-hidden="true"]')) hidden.remove();
    return words(visible.text) || words(element.getAttribute("title") ?? "");
  }

  #named(selector, kind, wanted) {
    const all = this.all(selector);
    return oneOf(kind, wanted, all.filter((e) => fits(this.nameOf(e), wanted)), all.map((e) => this.nameOf(e)));
  }

  has(selector, name) {
    return this.all(selector).some((element) => fits(this.nameOf(element), name));
  }
  hasLink(name) {
    return this.has("a[href]", name);
  }
  hasButton(name) {
    return this.has("button, input[type=submit]", name);
  }

  /** The address of the one link of that name. */
  link(name) {
    const links = this.all("a[href]").filter((a) => fits(this.nameOf(a), name));
    const targets = [...new Set(links.map((a) => a.getAttribute("href")))];
    if (targets.length === 1) return targets[0];
    return oneOf("link", name, links, this.all("a[href]").map((a) => this.nameOf(a))).getAttribute("href");
  }

  /** The form that holds the one button of that name. */
  form(buttonName) {
    const button = this.#named("button, input[type=submit]", "button", buttonName);
    const id = button.getAttribute("form");
    const element = id ? this.root.querySelector(`form#${id}`) : button.closest("form");
    if (!element) throw new Error(`The button ${buttonName} stands in no form.`);
    return new Form(this, element, button);
  }

  /** Every form, as its first button sends it. */
  get forms() {
    return this.all("form").map((element) => {
      const buttons = element.querySelectorAll("button, input[type=submit]")
        .filter((b) => (b.getAttribute("type") ?? "submit") !== "button");
      return new Form(this, element, buttons[0] ?? element);
    });
  }

  /** The one form that posts to an address (a string, or a pattern of it). */
  formTo(action) {
    const forms = this.forms;
    const found = forms.filter((form) => fits(form.action, action));
    // A list may be asked for at the same address by another form.
    const posts = found.filter((form) => form.method === "POST");
    return oneOf("form to", action, found.length > 1 ? posts : found, forms.map((form) => form.action));
  }

  /** The one field with that label. */
  field(label) {
    return this.#named("input:not([type=hidden]):not([type=submit]), select, textarea", "field", label);
  }

  /** The text that says what is wrong with a field (aria-describedby of an invalid one). */
  errorAt(label) {
    const field = this.field(label);
    if (field.getAttribute("aria-invalid") !== "true") return null;
    const ids = (field.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
    return words(ids.map((id) => this.root.querySelector(`#${id}`)?.text ?? "").join(" "));
  }
}

class Form {
  constructor(page, element, button) {
    this.page = page;
    this.element = element;
    this.button = button;
  }
  get action() {
    const own = this.button.getAttribute("formaction") ?? this.element.getAttribute("action");
    return own ? own : this.page.path;
  }
  get method() {
    return (this.button.getAttribute("formmethod") ?? this.element.getAttribute("method") ?? "get").toUpperCase();
  }
  get multipart() {
    return this.element.getAttribute("enctype") === "multipart/form-data";
  }

  /** Every control that a browser would consider: those inside, and those that name the form. */
  get controls() {
    const id = this.element.getAttribute("id");
    const outside = id ? this.page.all(`input[form="${id}"], select[form="${id}"], textarea[form="${id}"]`) : [];
    return [...this.element.querySelectorAll("input, select, textarea"), ...outside];
  }

  /** What a browser would send if nothing were touched, as pairs. */
  get values() {
    const pairs = [];
    const has = (e, name) => e.getAttribute(name) !== undefined;
    for (const control of this.controls) {
      const name = control.getAttribute("name");
      if (!name || has(control, "disabled")) continue;
      const type = (control.getAttribute("type") ?? "text").toLowerCase();
      if (control.rawTagName === "select") {
        const options = control.querySelectorAll("option");
        const chosen = options.filter((o) => has(o, "selected"));
        for (const option of chosen.length || has(control, "multiple") ? chosen : options.slice(0, 1)) {
          pairs.push([name, option.getAttribute("value") ?? words(option.text)]);
        }
      } else if (control.rawTagName === "textarea") {
        pairs.push([name, control.text.replace(/^\r?\n/, "")]);
      } else if (type === "checkbox" || type === "radio") {
        if (has(control, "checked")) pairs.push([name, control.getAttribute("value") ?? "on"]);
      } else if (!["submit", "button", "image", "reset", "file"].includes(type)) {
        pairs.push([name, control.getAttribute("value") ?? ""]);
      }
    }
    const name = this.button.getAttribute("name");
    if (name) pairs.push([name, this.button.getAttribute("value") ?? ""]);
    return pairs;
  }

  /**
   * The values with changes: by field name; `null` unticks or leaves out. A change for a field that the
   * form does not have is a mistake of the test (or of the page).
   */
  fill(changes) {
    const names = new Set(this.controls.map((control) => control.getAttribute("name")));
    for (const name of Object.keys(changes)) {
      if (!names.has(name)) throw new Error(`The form has no field "${name}"; it has: ${[...names].filter(Boolean).join(", ")}`);
    }
    const kept = this.values.filter(([name]) => !(name in changes));
    const changed = Object.entries(changes).flatMap(([name, value]) =>
      value === null ? [] : [value].flat().map((each) => [name, each === true ? "on" : each]));
    return [...kept, ...changed];
  }
}
