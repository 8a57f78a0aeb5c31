// Requests as an attacker forms them: other hosts, forged forwarding, overridden methods, doubled and oversized
// headers, tricks with paths and content types, and forms sent from other sites. Each is refused, or does what
// it would do without the trick.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { connect } from "node:net";
import { cast } from "../harness/flows.mjs";
import { World } from "../harness/world.mjs";

const world = await World.start();
after(() => world.close());
let people;
before(async () => { people = await cast(world); });

// What makes no address at all never reaches the worker: the embedded runtime answers 500 to it by itself and
// says so in the log (the network before a deployed portal answers 400).
world.expectLog(/Invalid URL string|does not export a connect\(\) function/);
const NO_ADDRESS = [400, 500];

const counts = async () => world.db.prepare("SELECT (SELECT count(*) FROM clients) AS clients, (SELECT count(*) FROM contacts) AS contacts, (SELECT count(*) FROM sessions) AS sessions, (SELECT count(*) FROM outbox) AS mails").first();
/** Does it, and says what changed in the database. */
async function unchanged(work) {
  const was = await counts();
  const result = await work();
  await world.settled();
  assert.deepEqual(await counts(), was, "the database changed");
  return result;
}

/** Bytes as they are, without a library that would put them right: { status, head, body }. */
function raw(text) {
  return new Promise((done, fail) => {
    const socket = connect(world.port, "127.0.0.1", () => socket.write(text));
    let all = "";
    socket.setEncoding("latin1").setTimeout(10_000, () => socket.destroy(new Error("no answer within 10 s")));
    socket.on("data", (chunk) => { all += chunk; });
    socket.on("error", (error) => (all || error.code === "ECONNRESET" ? finish() : fail(error)));
    socket.on("close", finish);
    function finish() {
      const [head, ...rest] = all.split("\r\n\r\n");
      done({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: rest.join("\r\n\r\n") });
    }
  });
}
const lines = (...all) => `${all.join("\r\n")}\r\n\r\n`;
const cookieOf = (user) => `Cookie: ${user.cookies.header}`;
const host = () => `Host: localhost:${world.port}`;

const SIGNED_IN = /Sign out/;

test("another Host is misdirected, for everybody and every method", async () => {
  for (const name of ["evil.test", "localhost", `localhost:${world.port + 1}`, `localhost:${world.port}.evil.test`, `evil.test:${world.port}`, `x@localhost:${world.port}`, "127.0.0.1"]) {
    for (const user of [people.anonymous, people.owner, people.client.person]) {
      const answers = await unchanged(() => Promise.all([user.get("/", { host: name }), user.get("/admin", { host: name }), user.post("/sign-in", {}, { host: name })]));
      for (const answer of answers) {
        assert.ok((URL.canParse(`http://${name}/`) ? [421] : NO_ADDRESS).includes(answer.status), `${name}: ${answer}`);
        assert.doesNotMatch(answer.text, SIGNED_IN, name);
      }
    }
  }
});

test("forwarding headers move nothing: no address, no redirect, no cookie, no identity", async () => {
  const forged = {
    "x-forwarded-host": "evil.test", "x-forwarded-proto": "http", "x-forwarded-for": "10.0.0.1", "x-forwarded-port": "1", forwarded: "host=evil.test;proto=http",
    "x-original-url": "/admin", "x-rewrite-url": "/admin", "x-host": "evil.test", "x-real-ip": "10.0.0.1", "cf-access-authenticated-user-email": "olive@business.test", "x-remote-user": "olive@business.test",
  };
  for (const path of ["/", "/sign-in", "/admin", "/forgot", "/no-such-page", "/.well-known/security.txt"]) {
    const [plain, answer] = [await people.anonymous.get(path), await people.anonymous.get(path, { headers: forged })];
    assert.equal(answer.status, plain.status, path);
    assert.equal(answer.location, plain.location, path);
    assert.doesNotMatch(JSON.stringify(answer.headers) + answer.text, /evil\.test|10\.0\.0\.1/, path);
  }
});

test("a method cannot be overridden", async () => {
  const { client } = people.client;
  for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) {
    for (const method of ["DELETE", "POST", "PUT"]) {
      const answer = await unchanged(() => people.owner.get(`/admin/clients/${client.id}?_method=${method}`, { headers: { [name]: method } }));
      assert.equal(answer.status, 200, `${name}: ${method}: ${answer}`);
    }
  }
  const posted = await unchanged(() => people.owner.post("/admin/clients?_method=GET", {}, { headers: { "x-http-method-override": "GET" } }));
  assert.equal(posted.status, 405);
  for (const method of ["TRACE", "CONNECT", "PROPFIND", "BREW", "get"]) {
    const { status, body } = await raw(lines(`${method} / HTTP/1.1`, host(), cookieOf(people.client.person), "Sec-Fetch-Site: same-origin", "Connection: close"));
    assert.ok([0, 403, 405, 501].includes(status) || (method === "get" && status === 400) || method === "CONNECT", `${method}: ${status}`);
    assert.doesNotMatch(body, SIGNED_IN, method);
  }
});

test("a header that is there twice is no way around a check", async () => {
  const sent = (...extra) => unchanged(() => raw(lines("POST /admin/clients/new HTTP/1.1", host(), cookieOf(people.owner), ...extra, "Content-Type: application/x-www-form-urlencoded", "Content-Length: 10", "Connection: close") + "name=Doubly"));
  for (const extra of [
    ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"], ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-origin"],
    [`Origin: ${world.base}`, "Origin: https://evil.test"], ["Origin: https://evil.test", `Origin: ${world.base}`],
  ]) assert.equal((await sent(...extra)).status, 403, extra.join(" · "));
  const twice = await raw(lines("GET /admin HTTP/1.1", host(), "Host: evil.test", cookieOf(people.owner), "Connection: close"));
  assert.ok([421, ...NO_ADDRESS].includes(twice.status), `two hosts: ${twice.status}`);
  assert.doesNotMatch(twice.body, SIGNED_IN);
  for (const [a, b] of [["5", "500"], ["500", "5"]]) {
    const two = await unchanged(() => raw(lines("POST /sign-in HTTP/1.1", host(), "Sec-Fetch-Site: same-origin", `Content-Length: ${a}`, `Content-Length: ${b}`, "Connection: close") + "email"));
    assert.ok(two.status === 0 || two.status === 400, `two lengths: ${two.status}`);
  }
  const smuggled = await unchanged(() => raw(lines("POST /sign-in HTTP/1.1", host(), "Sec-Fetch-Site: same-origin", "Content-Length: 60", "Transfer-Encoding: chunked", "Connection: close") + "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: evil.test\r\n\r\n"));
  assert.ok((smuggled.head + smuggled.body).match(/HTTP\/1\.1 \d/g)?.length <= 1 && smuggled.status < 500, smuggled.head);
});

test("two cookies of one name are no session", async () => {
  const name = people.client.person.cookies.names().find((each) => /portico/.test(each));
  const theirs = people.other.person.cookies.get(name);
  const own = people.client.person.cookies.get(name);
  for (const pair of [`${name}=${own}; ${name}=${theirs}`, `${name}=planted; ${name}=${own}`, `${name}=${own}; ${name}=planted`]) {
    const answer = await people.anonymous.clone().get("/profile", { headers: { cookie: pair } });
    assert.ok(answer.status < 500, String(answer));
    if (answer.status === 200) assert.match(answer.text, new RegExp(people.client.contact.firstName), "somebody else's session was taken");
  }
});

test("oversized and odd headers are refused without a fault", async () => {
  for (const extra of [`X-Long: ${"x".repeat(200_000)}`, `Cookie: ${"a=b; ".repeat(40_000)}`, ...[`X-\u0000: 1`, "X: a\u0000b", " X: 1", "NoColon"]]) {
    const { status } = await raw(lines("GET /sign-in HTTP/1.1", host(), extra, "Connection: close"));
    assert.ok(status === 0 || status === 200 || (status >= 400 && status < 500), `${extra.slice(0, 30)}: ${status}`);
  }
  const many = await raw(lines("GET /sign-in HTTP/1.1", host(), ...Array.from({ length: 400 }, (_, n) => `X-${n}: 1`), "Connection: close"));
  assert.ok(many.status < 500, `400 headers: ${many.status} ${many.body}`);
  const long = await raw(lines(`GET /sign-in?next=${"x".repeat(100_000)} HTTP/1.1`, host(), "Connection: close"));
  assert.ok(long.status === 0 || long.status < 500, `a long query: ${long.status}`);
  // The portal still stands.
  assert.equal((await people.anonymous.get("/sign-in")).status, 200);
});

test("a path is one path: what it is dressed up as opens nothing", async () => {
  const { client } = people.client;
  for (const path of [
    "/admin%2fclients", "/ADMIN", "/Admin/clients", "//admin", "/admin//clients", "/admin/clients/", "/admin;x=1", "/%61dmin", "/x/../admin", "/x/%2e%2e/admin", "/x/..%2fadmin",
    "/assets/../admin", "/assets/%2e%2e/admin", "/assets/..%2f..%2fwrangler.toml", "/.wrangler/state", "/wrangler.toml", "/.dev.vars", "/Cargo.toml", "/.git/config", "/admin/%00", "/admin/clients%00", "/%ff", "/%", "/%zz",
    `/admin/clients/${client.id}%20`, `/admin/clients/${client.id.toUpperCase()}%00`, "/admin/clients?after=%00", "/\\evil.test", "/%5cevil.test", "/..", "/admin/.", "/.",
  ]) {
    for (const user of [people.anonymous, people.client.person]) {
      const { status, head, body } = await raw(lines(`GET ${path} HTTP/1.1`, host(), ...(user.cookies.header ? [cookieOf(user)] : []), "Connection: close"));
      assert.ok(status > 0 && status < 500, `${path}: ${status}`);
      assert.doesNotMatch(body, /Everybody you work for|Fern &amp; Oak.*Outbox|SESSION_KEYS|\[package\]/s, path);
      const location = /^location: (.*)$/im.exec(head)?.[1]?.trim();
      if (location) assert.ok(/^\/(?!\/|\\)/.test(location) || location.startsWith(`${world.base}/`), `${path} leads to ${location}`);
    }
  }
  for (const target of ["http://evil.test/admin", `http://evil.test:${world.port}/`, "https://localhost/admin", "*"]) {
    const { status, body } = await raw(lines(`GET ${target} HTTP/1.1`, host(), "Connection: close"));
    assert.ok((status >= 300 && status < 500) || (target === "*" && NO_ADDRESS.includes(status)), `${target}: ${status}`);
    assert.doesNotMatch(body, SIGNED_IN, target);
  }
});

test("`next` leads nowhere else", async () => {
  for (const next of ["https://evil.test", "//evil.test", "/\\evil.test", "\\\\evil.test", "/%2f/evil.test", "javascript:alert(1)", "data:text/html,x", "/\t/evil.test", " https://evil.test", "/admin/../..//evil.test", "http:evil.test", "///evil.test", "/@evil.test"]) {
    const somebody = world.user();
    const page = await somebody.get(`/sign-in?next=${encodeURIComponent(next)}`);
    assert.ok(page.status === 200, `${next}: ${page}`);
    const form = page.page.formTo("/sign-in");
    const answer = await somebody.submit(form, { email: people.client.person.email, password: people.client.person.password }, { follow: false });
    assert.equal(answer.status, 303, `${next}: ${answer}`);
    const landed = new URL(answer.location, world.base);
    assert.equal(landed.origin, world.base, `${next} led to ${answer.location}`);
  }
});

test("a form as another content type is no form", async () => {
  const { client } = people.client;
  const body = "first_name=Mallory&email=mallory%40evil.test";
  for (const type of ["text/plain", "application/json", "text/xml", "application/x-www-form-urlencoded-x", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x", "application/octet-stream", "", "x".repeat(5_000)]) {
    const answer = await unchanged(() => people.owner.request("POST", `/admin/clients/${client.id}/contacts/new`, { body, headers: { "content-type": type || undefined } }));
    assert.ok(answer.status >= 400 && answer.status < 500, `${type.slice(0, 40)}: ${answer}`);
  }
});

test("forms of other sites, sibling sites and sandboxed frames change nothing", async () => {
  const { client } = people.client;
  const ways = {
    "cross-site": { "sec-fetch-site": "cross-site", origin: "https://evil.test" }, "same-site": { "sec-fetch-site": "same-site", origin: `http://other.localhost:${world.port}` },
    "a null origin": { "sec-fetch-site": "cross-site", origin: "null" }, "a null origin of an old browser": { "sec-fetch-site": undefined, origin: "null" },
    "another origin of an old browser": { "sec-fetch-site": undefined, origin: "https://evil.test" }, "another port": { "sec-fetch-site": undefined, origin: `http://localhost:${world.port + 1}` },
    "another scheme": { "sec-fetch-site": undefined, origin: `https://localhost:${world.port}` }, "no proof at all": { "sec-fetch-site": undefined, origin: undefined, referer: `${world.base}/admin` },
    "an origin that lies beside the site": { "sec-fetch-site": "same-origin", origin: "https://evil.test" }, "an odd site": { "sec-fetch-site": "same_origin", origin: undefined },
  };
  for (const [what, headers] of Object.entries(ways)) {
    const answers = await unchanged(() => Promise.all([
      people.owner.post("/admin/clients/new", { name: "Mallory" }, { headers }), people.owner.post(`/admin/clients/${client.id}/portal`, { enabled: "off" }, { headers }),
      people.client.person.post("/profile", { first_name: "Mallory" }, { headers }), people.client.person.post("/sign-out", {}, { headers }),
      people.anonymous.post("/sign-in", { email: people.client.person.email, password: people.client.person.password }, { headers }),
      people.owner.request("DELETE", `/admin/clients/${client.id}`, { headers }), people.owner.request("PUT", `/admin/clients/${client.id}`, { headers, body: "name=x" }),
    ]));
    for (const answer of answers) assert.equal(answer.status, 403, `${what}: ${answer}`);
  }
  assert.equal((await people.client.person.get("/profile")).status, 200, "still signed in");
});

test("no answer may be framed, sniffed, kept or read by another site", async () => {
  const pages = [[people.anonymous, "/sign-in"], [people.anonymous, "/no-such"], [people.client.person, "/"], [people.client.person, "/documents"], [people.owner, "/admin"], [people.owner, "/admin/time-logs.csv"]];
  for (const [user, path] of pages) {
    const { headers } = await user.get(path, { headers: { origin: "https://evil.test" } });
    assert.match(headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'.*base-uri 'none'.*require-trusted-types-for 'script'/, path);
    for (const [name, value] of Object.entries({
      "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin", "cache-control": "no-store", "x-frame-options": "DENY",
    })) assert.equal(headers[name], value, `${path}: ${name}`);
    assert.ok(headers["permissions-policy"], path);
    assert.deepEqual(Object.keys(headers).filter((name) => /^access-control|^server$|^x-powered/.test(name)), [], path);
  }
});
