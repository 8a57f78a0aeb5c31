// Uploads documents: many at once, a bar for each, in parts that are tried again and resumed after a lost line.
// Without this script the form posts its files by itself.

const form = document.querySelector("form[data-upload]");
const zone = form.querySelector("[data-dropzone]");
const input = zone.querySelector("input[type=file]");
const list = form.querySelector("[data-uploads]");
const live = form.querySelector("[data-upload-status]");
const create = form.dataset.create;
// Where the parts of an upload go, of staff or of a client.
const uploads = create.startsWith("/admin/") ? "/admin/uploads" : create;
const queue = [];
const QUIET = 60_000;
let busy = false;

const make = (tag, props, ...inside) => {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...inside);
  return element;
};
// In units of 1,024, as the server says them: "0 bytes", "1.5 KB", "100 MB".
function size(n) {
  if (n < 1024) return n === 1 ? "1 byte" : `${n} bytes`;
  let [unit, name] = [2 ** 10, "KB"];
  for (const [larger, next] of [[2 ** 20, "MB"], [2 ** 30, "GB"]]) if (n >= larger - larger / 2048) [unit, name] = [larger, next];
  return `${n / unit < 9.95 ? Number((n / unit).toFixed(1)) : Math.round(n / unit)} ${name}`;
}

// A sentence to show; `again` when the same request may work a little later.
class Trouble extends Error {
  constructor(status, body) {
    let told;
    try { told = JSON.parse(body); } catch { /* not ours */ }
    const lost = status === 0 ? "The connection was lost." : "The server could not take it.";
    super(told?.detail || told?.title || (status === 401 ? "You are signed out. Sign in in another tab." : lost));
    this.status = status;
    this.again = status === 0 || status === 408 || status === 429 || status >= 500;
  }
}

// XMLHttpRequest, because fetch tells nothing of the bytes on their way.
const ask = (method, url, body, item, sent) => new Promise((done, fail) => {
  const request = new XMLHttpRequest();
  if (item) item.request = request;
  request.open(method, url);
  request.setRequestHeader("accept", "application/json");
  if (typeof body === "string") request.setRequestHeader("content-type", "application/json");
  if (sent) request.upload.onprogress = (event) => sent(event.loaded);
  request.onload = () => {
    const { status, responseText: text, responseURL } = request;
    if (!responseURL.endsWith(url)) fail(new Trouble(401)); // led away, to sign in
    else if (status < 300) done(status === 204 ? null : JSON.parse(text));
    else fail(new Trouble(status, text));
  };
  request.onerror = request.onabort = () => fail(new Trouble(0));
  // A line that went dead without a word: nothing moves for a minute.
  let quiet;
  const stir = () => {
    clearTimeout(quiet);
    quiet = setTimeout(() => request.abort(), QUIET);
  };
  request.upload.addEventListener("progress", stir);
  request.onloadend = () => clearTimeout(quiet);
  stir();
  request.send(body);
});

/** Resolves once the browser has a line again. */
const online = () => navigator.onLine ? null : new Promise((wake) => addEventListener("online", wake, { once: true }));

// Three more tries, each after a longer pause.
async function patiently(item, action) {
  for (let pause = 1000; ; pause *= 3) {
    try { return await action(); } catch (trouble) {
      if (item.gone || !trouble.again || pause > 9000) throw trouble;
      say(item, `${trouble.message} Trying again…`);
      await online();
      await new Promise((wake) => setTimeout(wake, pause));
    }
  }
}

function say(item, text, tone = "") {
  item.note.textContent = text;
  item.note.className = tone;
}
function label(item, verb) {
  item.cancel.textContent = verb;
  item.cancel.ariaLabel = `${verb} ${item.file.name}`;
}
function progress(item, bytes) {
  const share = Math.floor((100 * Math.min(bytes, item.file.size)) / (item.file.size || 1));
  item.bar.value = share;
  say(item, `${share} % of ${size(item.file.size)}`);
}

function add(files) {
  if (busy) return;
  if (!input.multiple) [...queue].forEach(drop);
  for (const file of input.multiple ? files : [...files].slice(0, 1)) {
    const note = make("small", { textContent: size(file.size) });
    const bar = make("progress", { max: 100, value: 0, hidden: true, ariaLabel: file.name });
    const cancel = make("button", { type: "button", className: "btn small" });
    const row = make("li", {}, make("div", {}, make("span", { className: "name", textContent: file.name }), note), cancel, bar);
    const item = { file, note, bar, cancel, row };
    label(item, "Remove");
    cancel.onclick = () => drop(item);
    queue.push(item);
    list.append(row);
  }
  input.value = "";
  refresh();
}
function forget(item) {
  if (!item.id) return;
  ask("DELETE", `${uploads}/${item.id}`).catch(() => {}); // else the server's sweep does it
  sessionStorage.removeItem(item.key);
}
function drop(item) {
  item.gone = true;
  item.request?.abort();
  forget(item);
  queue.splice(queue.indexOf(item), 1);
  item.row.remove();
  live.textContent = `${item.file.name} removed`;
  input.focus();
  refresh();
}
function refresh() {
  list.hidden = queue.length === 0;
  input.required = queue.length === 0;
}

// Makes or resumes the upload, sends the parts that are missing, completes it.
async function send(item) {
  const { file } = item;
  const values = new FormData(form);
  const text = (name) => String(values.get(name) ?? "").trim();
  const about = { file_name: file.name, size: file.size };
  // A form says only what it has fields for.
  for (const name of ["title", "folder"]) if (form.elements[name]) about[name] = text(name);
  for (const name of ["visible", "notify"]) if (form.elements[name]) about[name] = values.has(name);
  if (queue.length > 1 && "title" in about) about.title = "";
  // What is resumed must be the same file with the same wishes.
  item.key = ["upload", create, file.name, file.size, file.lastModified, JSON.stringify(about)].join("|");
  if (queue.length > 1) about.group = text("form_key");
  const known = sessionStorage.getItem(item.key);
  let upload = known && await patiently(item, () => ask("GET", `${uploads}/${known}`)).catch((trouble) => {
    if (trouble.status !== 404) throw trouble;
  });
  upload ||= await patiently(item, () => ask("POST", create, JSON.stringify(about)));
  item.id = upload.id;
  sessionStorage.setItem(item.key, item.id);
  if (item.gone) return forget(item);

  const { part_size: step } = upload;
  const stored = new Set(upload.parts);
  for (let n = 1, from = 0; n === 1 || from < file.size; n += 1, from += step) {
    if (!stored.has(n)) {
      const part = file.slice(from, from + step);
      const url = `${uploads}/${item.id}/parts/${n}`;
      await patiently(item, () => ask("PUT", url, part, item, (sent) => progress(item, from + sent)));
    }
    progress(item, from + step);
  }
  // The last one of several says how many arrived.
  const last = queue.every((other) => other === item || other.done || other.failed);
  const of = last ? queue.filter((other) => !other.failed).length : 1;
  const { location } = await patiently(item, () => ask("POST", `${uploads}/${item.id}/complete?of=${of}`, null, item));
  sessionStorage.removeItem(item.key);
  item.done = location;
  item.cancel.remove();
  say(item, `Uploaded · ${size(file.size)}`, "ok");
}

// Some arrived and some did not: the page stays for those, so its list is brought up to date and a notice names all.
// The document is read by the request itself, because a string may not become one here.
async function tell(done, left) {
  const names = (items) => items.map((item) => item.file.name).join(", ");
  const text = `Uploaded: ${names(done)}. Not uploaded: ${names(left)}.`;
  document.querySelector("main > .notice")?.remove();
  document.querySelector("main").prepend(make("div", { className: "notice info" }, make("p", { textContent: text })));
  const shown = document.querySelector("[data-listed]");
  if (!shown) return;
  const fresh = await new Promise((answered) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname);
    request.responseType = "document";
    request.onloadend = () => answered(request.response?.querySelector("[data-listed]"));
    request.send();
  });
  if (!fresh) return;
  shown.replaceWith(fresh);
  fresh.dispatchEvent(new Event("renewed", { bubbles: true }));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (busy) return;
  busy = true;
  const button = form.querySelector("button:not([type=button])");
  button.setAttribute("aria-disabled", "true");
  for (const item of [...queue]) {
    if (item.done || item.gone) continue;
    live.textContent = `Uploading ${item.file.name}`;
    item.note.className = "";
    label(item, "Cancel");
    item.bar.hidden = false;
    item.failed = false;
    try { await send(item); } catch (trouble) {
      label(item, "Remove");
      item.failed = true;
      if (item.gone) continue;
      // What the server no longer knows begins anew.
      if (trouble.status === 404) sessionStorage.removeItem(item.key);
      const why = trouble.status === 404 ? "The upload was interrupted for too long." : trouble.message;
      // A refusal says itself what to do.
      const again = trouble.again || [401, 404].includes(trouble.status) ? " Press Upload to try again." : "";
      say(item, `Not uploaded. ${why}${again}`, "bad");
    }
  }
  busy = false;
  button.setAttribute("aria-disabled", "false");
  const [done, left] = [queue.filter((item) => item.done), queue.filter((item) => !item.done)];
  if (queue.length && !left.length) return location.assign(queue.at(-1).done);
  live.textContent = left.map((item) => `${item.file.name}: ${item.note.textContent}`).join(" ");
  if (left.length) button.focus();
  if (done.length && left.length) await tell(done, left);
});

input.addEventListener("change", () => add(input.files));
addEventListener("beforeunload", (event) => busy && event.preventDefault());

for (const kind of ["dragover", "dragleave", "drop"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", kind === "dragover");
    if (kind === "drop") add(event.dataTransfer.files);
  });
}
zone.querySelector("[data-drop-hint]").hidden = false;
