// `make dev`: the portal on this machine, by wrangler's local runtime, with its data in STATE_DIR.
//
//   1. tools and the quick build      2. settings (.dev.vars)        3. migrations
//   4. the demo business, once        5. wrangler dev on PORT        6. addresses and credentials
//
// Wrangler rebuilds and reloads when a source changes. Ctrl-C ends everything.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { createServer } from "node:net";
import { isAbsolute, join } from "node:path";
import { build } from "./build.mjs";
import { at, tools } from "./lib/project.mjs";
import { childEnv, longStep, main, Plain, run, say } from "./lib/run.mjs";
import { asEnvFile, localSettings, writePrivately } from "./lib/settings.mjs";
import { queryLocally } from "./lib/state.mjs";
import { setup } from "./setup.mjs";

const port = Number(process.env.PORT ?? 8787);
const stateDir = process.env.STATE_DIR ?? ".wrangler/state";
const state = isAbsolute(stateDir) ? stateDir : at(stateDir);
const base = `http://localhost:${port}`;

function portIsFree() {
  return new Promise((done) => {
    const server = createServer().once("error", () => done(false)).listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}

/** Applies what is new; a fingerprint of the folder saves asking wrangler each time. */
async function migrate() {
  const folder = at("d1-migrations");
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql")).sort();
  const hash = createHash("sha256");
  for (const name of files) hash.update(name).update(readFileSync(join(folder, name)));
  const wanted = hash.digest("hex");
  const stamp = join(state, "migrated");
  if (existsSync(join(state, "v3/d1")) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  await longStep("Bringing the local database up to date", "3 s", tools.node,
    [tools.wrangler, "d1", "migrations", "apply", "DB", "--local", "--persist-to", state], { env: { CI: "true" } });
  writeFileSync(stamp, wanted);
}

const hasBusiness = () => queryLocally(join(state, "v3"), "SELECT count(*) AS n FROM business")[0].n > 0;

async function loadDemo(settings) {
  const script = at("scripts/demo.mjs");
  if (process.env.DEMO === "0" || !existsSync(script)) return;
  const code = await run(tools.node, ["--disable-warning=ExperimentalWarning", script], { env: { ...settings, PORT: String(port), STATE_DIR: state } });
  if (code === 0) return;
  // It was empty before; half a demo is of no use, and the next start shall try again.
  for (const made of ["v3", "migrated"]) rmSync(join(state, made), { recursive: true, force: true });
  throw new Plain("The demo business could not be filled in; the reason is above. DEMO=0 starts empty.");
}

/** Lines of wrangler that say nothing to a person, and the rest of a warning's paragraph. */
const NOISE = [
  /^\s*$/, /Request\.cf/, /workers\.cloudflare\.com/, /^\s+at .*node:/, /wrangler \d/, /^─+$/, /Using secrets defined/,
  /bindings:$/, /^Binding\s/, /^env\./, /Starting local server/, /Scheduled Workers are not/, /manually trigger/,
  /curl "http/, /For more details, see/, /cdn-cgi\/\w+\/scheduled/, /\[custom build\]\s*$/, /Ready on http/,
  /Reloading local server/, /Local server updated/, /expectedServerHostname/,
];

function startWrangler(settings) {
  const vars = join(state, "dev.env");
  writePrivately(vars, asEnvFile(settings));
  const args = [
    tools.wrangler, "dev", "--port", String(port), "--ip", "127.0.0.1", "--local-protocol", "http", "--persist-to", state,
    "--env-file", vars, "--inspector-port", "0", "--show-interactive-dev-session=false",
  ];
  const child = spawn(tools.node, args, {
    cwd: at("."), stdio: ["ignore", "pipe", "pipe"],
    env: childEnv({ PORTICO_PROFILE: "dev", X_LOCAL_OBSERVABILITY: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", FORCE_COLOR: "0", NO_COLOR: "1" }),
    // A group of its own, so that Ctrl-C reaches it once, from us.
    detached: process.platform !== "win32",
  });
  let early = "";
  const hear = (stream) => {
    let rest = "";
    stream.setEncoding("utf8").on("data", (chunk) => {
      early = (early + chunk).slice(-8000);
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) if (!NOISE.some((pattern) => pattern.test(line))) say(line.replace(/^\[wrangler:info\] /, ""));
    });
  };
  hear(child.stdout);
  hear(child.stderr);
  child.output = () => early;
  return child;
}

function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const gone = new Promise((done) => child.once("exit", done));
  const signal = (name) => {
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, name);
    } catch { /* it is gone already */ }
  };
  signal("SIGINT");
  const late = setTimeout(() => signal("SIGKILL"), 5000);
  return gone.finally(() => clearTimeout(late));
}

/** Not by fetch, which keeps the Host header to itself; the portal answers to its own name alone. */
const statusOf = (path) => new Promise((done, fail) => {
  get({ host: "127.0.0.1", port, path, headers: { host: new URL(base).host } }, (response) => {
    response.resume();
    done(response.statusCode);
  }).on("error", fail);
});

async function untilItAnswers(child) {
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Plain(`The local runtime ended before it was ready (exit ${child.exitCode}):\n${child.output()}`);
    try {
      return await statusOf("/sign-in");
    } catch {
      await new Promise((done) => setTimeout(done, 100));
    }
  }
  throw new Plain(`The portal did not answer on ${base} within two minutes:\n${child.output()}`);
}

function greet(empty, settings) {
  const demo = join(state, "demo.json");
  say();
  say(`The portal runs:  ${base}`);
  say(`For staff:        ${base}/admin`);
  if (empty) {
    say();
    say(`It is empty. Begin at ${base}/admin/setup`);
    say(settings.SETUP_TOKEN ? `with the setup token  ${settings.SETUP_TOKEN}` : "after setting SETUP_TOKEN in .dev.vars.");
  } else if (existsSync(demo)) {
    say();
    say("Demo people (e-mail, password):");
    for (const { who, at: where, email, password } of JSON.parse(readFileSync(demo, "utf8")).people) {
      say(`  ${who.padEnd(34)} ${base}${where}\n      ${email}   ${password}`);
    }
  }
  say();
  say(`${settings.MAIL_FROM ? "Mail is sent." : "Mail is not sent; read it under Outbox."}  Data: ${stateDir}  Ctrl-C ends.`);
  say();
}

await main(async () => {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Plain(`PORT is ${process.env.PORT}; it should be a number such as 8787.`);
  await setup({ quiet: true });
  if (!await portIsFree()) throw new Plain(`Port ${port} is taken. Choose another: make dev PORT=8788`);
  mkdirSync(state, { recursive: true });
  await build("dev", { quiet: true });
  const settings = localSettings({ PUBLIC_BASE_URL: base });
  await migrate();
  let empty = !hasBusiness();
  if (empty) {
    await loadDemo(settings);
    empty = !hasBusiness();
  }
  const child = startWrangler(settings);
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    say("\nEnding …");
    await stop(child);
    process.exit(0);
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  process.on("SIGHUP", end);
  process.on("exit", () => {
    try {
      if (child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    } catch { /* it is gone already */ }
  });
  await untilItAnswers(child);
  greet(empty, settings);
  // The platform runs the cron job each minute; wrangler leaves that to us.
  const cron = setInterval(() => {
    fetch(`http://127.0.0.1:${port}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`).then((r) => r.arrayBuffer()).catch(() => {});
  }, 60_000);
  const code = await new Promise((done) => child.once("exit", (status) => done(status ?? 1)));
  clearInterval(cron);
  if (!ending) throw new Plain(`The local runtime ended by itself (exit ${code}):\n${child.output()}`);
});
