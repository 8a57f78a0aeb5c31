// Child processes, and saying in plain words what they do.
import { spawn, spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { ROOT, tools } from "./project.mjs";

/** A failure that is explained in words; its stack helps nobody. */
export class Plain extends Error {}

export const say = (line = "") => process.stdout.write(`${line}\n`);
const seconds = (since) => `${Math.round((Date.now() - since) / 1000)} s`;

/** The environment of every child: no metrics, our own binaries first on PATH. */
export function childEnv(more = {}) {
  return {
    ...process.env,
    PATH: `${ROOT}/node_modules/.bin:${process.env.PATH ?? ""}`,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    ...more,
  };
}

/** Runs to the end and gives { code, stdout, stderr }; a program that is not there is code 127. */
export function capture(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: ROOT, encoding: "utf8", env: childEnv(), maxBuffer: 1 << 28, ...options });
  return { code: done.error ? 127 : done.status ?? 1, stdout: done.stdout ?? "", stderr: done.stderr ?? "" };
}

/** Runs with the terminal handed over; gives the exit code. */
export function run(command, args, { env, ...options } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", env: childEnv(env), ...options });
    child.on("error", (error) => { say(`Could not start ${command}: ${error.message}`); done(127); });
    child.on("close", (code, signal) => done(code ?? (signal ? 1 : 0)));
  });
}

/** Wrangler, always under the project's own Node. */
export const wrangler = (args, options) => run(tools.node, [tools.wrangler, ...args], options);
export const wranglerQuietly = (args, options) => capture(tools.node, [tools.wrangler, ...args], options);

/** Long output with its middle left out, and npm's warnings with it: the reason is at one end or the other. */
function readable(output) {
  const lines = output.trimEnd().split("\n").filter((line) => !/^npm warn/.test(line));
  return (lines.length <= 80 ? lines : [...lines.slice(0, 30), "  […]", ...lines.slice(-45)]).join("\n");
}

/**
 * A step of minutes: says how long it usually takes, then a line every ten seconds with what is
 * under way. The full output appears only when it fails.
 */
export async function longStep(title, usually, command, args, { env, ...options } = {}) {
  say(`${title} (usually ${usually}) …`);
  const started = Date.now();
  let output = "", compiled = 0, latest = "";
  const child = spawn(command, args, { cwd: ROOT, env: childEnv(env), stdio: ["ignore", "pipe", "pipe"], ...options });
  const hear = (chunk) => {
    output += chunk;
    for (const [, name] of String(chunk).matchAll(/^\s*Compiling (\S+)/gm)) { compiled++; latest = name; }
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const beat = setInterval(() => {
    say(`  … ${seconds(started)}${compiled ? `, ${compiled} crates compiled, now ${latest}` : ""}`);
  }, 10_000);
  const code = await new Promise((done) => {
    child.on("error", (error) => { output += error.message; done(127); });
    child.on("close", (status) => done(status ?? 1));
  });
  clearInterval(beat);
  if (code !== 0) {
    say(readable(output));
    throw new Plain(`That did not work: ${command} ${args.join(" ")} (exit ${code}, after ${seconds(started)}).`);
  }
  say(`  done in ${seconds(started)}.`);
  return output;
}

/** Runs a script's main function; a Plain failure is one sentence and exit code 1. */
export async function main(work) {
  try {
    const code = await work();
    process.exitCode = typeof code === "number" ? code : 0;
  } catch (error) {
    say(error instanceof Plain ? `\n${error.message}` : `\n${error.stack}`);
    process.exitCode = 1;
  }
}

/** Whether this module is the script that was started, rather than imported. */
export const isMain = (meta) => Boolean(process.argv[1]) && meta.url === pathToFileURL(process.argv[1]).href;
