// Test users: a person with a browser (cookies, Origin, Sec-Fetch headers) and a few verbs.
// Redirects are not followed unless asked: `get` shows what the server said, `visit` what a person sees.
import http from "node:http";
import { Page } from "./page.mjs";

const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });

class CookieJar {
  #cookies = new Map();

  take(lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(";").map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(name.length + 1);
      const gone = attributes.some((a) => /^max-age=(0|-\d+)$/i.test(a))
        || attributes.some((a) => /^expires=/i.test(a) && Date.parse(a.slice(8)) < 86_400_000);
      if (gone) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  get header() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
  get(name) {
    return this.#cookies.get(name);
  }
  set(name, value) {
    this.#cookies.set(name, value);
  }
  delete(name) {
    this.#cookies.delete(name);
  }
  names() {
    return [...this.#cookies.keys()];
  }
  copyFrom(other) {
    for (const name of other.names()) this.set(name, other.get(name));
  }
  clear() {
    this.#cookies.clear();
  }
}

/** What came back. `page` reads the HTML; `cost()` tells what the request asked of the bindings. */
export class Answer {
  constructor(user, fields) {
    this.user = user;
    Object.assign(this, fields);
  }
  get text() {
    return this.bytes.toString("utf8");
  }
  get page() {
    return (this._page ??= new Page(this.text, this.path));
  }
  get location() {
    return this.headers.location;
  }
  get cookies() {
    return this.headers["set-cookie"] ?? [];
  }
  json() {
    return JSON.parse(this.text);
  }
  cost() {
    return this.user.world.record(this.requestId);
  }
  toString() {
    const title = /html/.test(this.headers["content-type"] ?? "") ? ` "${this.page.title}"` : "";
    return `${this.method} ${this.path} → ${this.status}${this.location ? ` to ${this.location}` : ""}${title}`;
  }
}

export class User {
  constructor(world, name) {
    this.world = world;
    this.name = name;
    this.cookies = new CookieJar();
  }

  /**
   * Any request. `body` is a string, Buffer or stream; `host` overrides the Host header; `browser: false`
   * leaves out what browsers add of themselves.
   */
  request(method, path, { headers = {}, body, host, browser = true, keepCookies = true } = {}) {
    const { world } = this;
    const requestId = world.nextRequestId();
    const url = new URL(path, world.base);
    const unsafe = !["GET", "HEAD"].includes(method);
    const own = browser ? {
      "accept": "text/html,application/xhtml+xml,*/*;q=0.8",
      "accept-language": "en",
      "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
      "sec-fetch-site": unsafe ? "same-origin" : "none",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
      ...(unsafe ? { origin: world.base } : {}),
    } : {};
    const sent = { ...own, ...(this.cookies.header ? { cookie: this.cookies.header } : {}), ...headers };
    for (const [name, value] of Object.entries(sent)) if (value === undefined || value === null) delete sent[name];
    sent.host = host ?? url.host;
    sent["x-edge-request"] = requestId;
    if (unsafe && body === undefined) sent["content-length"] = "0";
    else if (typeof body === "string" || Buffer.isBuffer(body)) sent["content-length"] = String(Buffer.byteLength(body));
    return new Promise((done, fail) => {
      const outgoing = http.request({
        agent, host: "127.0.0.1", port: world.port, method, headers: sent, path: url.pathname + url.search,
      }, (incoming) => {
        const chunks = [];
        incoming.on("data", (chunk) => chunks.push(chunk));
        incoming.on("error", fail);
        incoming.on("end", () => {
          for (const line of incoming.headers["set-cookie"] ?? []) world.secret("a cookie", /^[^=]+=([^;]*)/.exec(line)?.[1]);
          if (keepCookies) this.cookies.take(incoming.headers["set-cookie"] ?? []);
          done(new Answer(this, {
            requestId, method, path: url.pathname + url.search,
            status: incoming.statusCode, headers: incoming.headers, bytes: Buffer.concat(chunks),
          }));
        });
      });
      outgoing.on("error", fail);
      if (body?.pipe) body.pipe(outgoing);
      else outgoing.end(body);
    });
  }

  get(path, options) {
    return this.request("GET", path, options);
  }
  head(path, options) {
    return this.request("HEAD", path, options);
  }

  /** Sends a form: an object (an array value is sent as several) or a list of pairs. */
  post(path, fields = {}, { headers = {}, ...options } = {}) {
    for (const [name, value] of pairs(fields)) if (/password|token|secret|code/.test(name)) this.world.secret(`the field ${name}`, value);
    const body = new URLSearchParams(pairs(fields)).toString();
    return this.request("POST", path, {
      ...options, body, headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    });
  }

  /** Sends a form with files; a file is { filename, type, content } (content: string or Buffer). */
  upload(path, fields = {}, { headers = {}, ...options } = {}) {
    const { body, type } = multipart(pairs(fields));
    return this.request("POST", path, { ...options, body, headers: { "content-type": type, ...headers } });
  }

  /** Sends JSON and means it as a script of the page would. */
  sendJson(method, path, value, { headers = {}, ...options } = {}) {
    return this.request(method, path, {
      ...options, body: JSON.stringify(value),
      headers: { "content-type": "application/json", accept: "application/json", ...headers },
    });
  }

  /** Opens where a redirect points, and on until there is a page. */
  async follow(answer) {
    for (let hops = 0; answer.location && [301, 302, 303, 307, 308].includes(answer.status); hops++) {
      if (hops > 8) throw new Error(`Redirects go in a circle: ${answer}`);
      const target = new URL(answer.location, this.world.base);
      if (target.origin !== this.world.base) throw new Error(`${answer} leaves the portal.`);
      answer = await this.get(target.pathname + target.search);
    }
    return answer;
  }

  /** Opens a page as a person does: redirects followed. */
  async visit(path) {
    return this.follow(await this.get(path));
  }

  /** Fills in a form of a page (see page.mjs), sends it, and follows to what comes. */
  async submit(form, changes = {}, { follow = true } = {}) {
    const fields = form.fill(changes);
    const path = form.action;
    const answer = form.method === "GET"
      ? await this.get(`${path}?${new URLSearchParams(pairs(fields))}`)
      : form.multipart ? await this.upload(path, fields) : await this.post(path, fields);
    return follow ? this.follow(answer) : answer;
  }

  /** A second browser of the same person, with the same cookies. */
  clone(name = `${this.name}'s other browser`) {
    const twin = new User(this.world, name);
    twin.cookies.copyFrom(this.cookies);
    return twin;
  }
}

function pairs(fields) {
  if (Array.isArray(fields)) return fields;
  return Object.entries(fields).flatMap(([name, value]) => [value].flat().filter((v) => v !== undefined).map((v) => [name, v]));
}

function multipart(list) {
  const boundary = `----portico${Math.random().toString(36).slice(2)}`;
  const quote = (text) => text.replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/"/g, "%22");
  const parts = list.flatMap(([name, value]) => {
    const isFile = typeof value === "object" && value !== null && !Buffer.isBuffer(value);
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"`
      + (isFile ? `; filename="${quote(value.filename)}"\r\nContent-Type: ${value.type ?? "application/octet-stream"}` : "");
    return [Buffer.from(`${head}\r\n\r\n`), Buffer.from(isFile ? value.content : String(value)), Buffer.from("\r\n")];
  });
  return { body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]), type: `multipart/form-data; boundary=${boundary}` };
}
