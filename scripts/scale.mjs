// `make scale`: what a portal costs a month, how its database grows, and when that one database is too busy;
// the tables of docs/SCALE.md. Measures pages and actions (scale/measure.mjs), multiplies them by a model of
// use (scale/usage.mjs) and by the price list (scale/prices.mjs). SAVED=1 takes the figures measured last.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build, builtInto } from "./build.mjs";
import { at, tools } from "./lib/project.mjs";
import { main, Plain, run, say } from "./lib/run.mjs";
import { setup } from "./setup.mjs";
import { costOf, DATABASE_GB, PLAN_USD, PRICES } from "./scale/prices.mjs";
import { wait } from "./scale/queue.mjs";
import { A_MONTH, A_PORTAL, BUSIEST_HOUR, FILE_MB, MAILS_BY_CLOCK } from "./scale/usage.mjs";

const SAVED = at("test-results/scale.json");
const SIZES = [10, 1_000, 100_000];
const MONTHS_MINUTES = 43_200;
/** The log's check reads so many entries a minute, and rests for an hour after each round (src/jobs/chain.rs). */
const [CHECKED_A_MINUTE, REST] = [500, 60];
/** Mails that one run of the clock takes from the outbox (src/store/outbox.rs), and invoices it looks at for reminders. */
const TAKEN_A_MINUTE = 20;
const FILES = ["document shared", "client sends a file"];

const number = (n) => (n >= 1e9 ? `${(n / 1e9).toFixed(1)} billion` : n >= 1e6 ? `${(n / 1e6).toFixed(1)} million` : n >= 100 ? Math.round(n).toLocaleString("en") : String(Number(n.toPrecision(2))));
const usd = (n) => n.toFixed(2);
const table = (head, rows) => say([head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n"));

/** What so many clients ask of the platform in a month. */
function month(actions, clients) {
  const sum = {};
  const take = (name, times) => {
    if (!actions[name]) throw new Plain(`usage.mjs names "${name}", which measure.mjs does not measure.`);
    for (const [what, amount] of Object.entries(actions[name])) sum[what] = (sum[what] ?? 0) + amount * times;
  };
  for (const [name, times] of Object.entries(A_MONTH)) take(name, times * clients);
  for (const [name, times] of Object.entries(A_PORTAL)) take(name, times);
  const { requests } = sum;
  take("mail by the clock", MAILS_BY_CLOCK * clients);
  // The minutes in which it sends are there anyway.
  return { ...sum, requests, logs: requests };
}

/** The same, with what has gathered after so many months. */
function after(months, { actions, database }, clients) {
  const use = month(actions, clients);
  const entries = use.auditRows * months;
  const rounds = MONTHS_MINUTES / (entries / CHECKED_A_MINUTE + REST);
  return {
    ...use,
    rowsRead: use.rowsRead + rounds * entries,
    databaseGb: use.bytes * slack(database) * months / 1e9,
    filesGb: FILES.reduce((sum, name) => sum + A_MONTH[name], 0) * FILE_MB / 1000 * clients * months,
  };
}

/** Pages of a table are not quite full: by how much the file is larger than what is in it, of what fills many pages. */
function slack({ objects }) {
  const large = objects.filter(({ pages }) => pages > 40 * 4096);
  const sum = (what) => large.reduce((total, object) => total + object[what], 0);
  return large.length ? sum("pages") / sum("used") : 1.3;
}

const bill = (use) => PLAN_USD + Object.keys(PRICES).reduce((sum, name) => sum + costOf(name, use[name] ?? 0), 0);

function tellActions({ actions }) {
  say("\n## What one costs\n");
  table(["", "requests", "D1 trips", "statements", "rows read", "rows written", "R2 writes / reads", "mails", "CPU ms, at most", "database, bytes"], Object.entries(actions).map(([name, a]) => [
    name, number(a.requests), number(a.trips), number(a.statements), number(a.rowsRead), number(a.rowsWritten), `${number(a.r2Writes)} / ${number(a.r2Reads)}`, number(a.mails), number(a.cpuMs), number(Math.max(0, a.bytes)),
  ]));
  say(`\nThe most statements that one request or one run of the clock sent to D1, with what ran behind it: ${Math.max(...Object.values(actions).map((a) => a.mostStatements))}.`);
}

function tellCosts(measured) {
  say("\n## A month, after one year\n");
  const uses = SIZES.map((clients) => after(12, measured, clients));
  table(["", ...SIZES.map((n) => `${number(n)} clients`)], [
    ...Object.entries(PRICES).map(([name, { what }]) => [what, ...uses.map((use) => `${number(use[name] ?? 0)}${costOf(name, use[name] ?? 0) ? ` (${usd(costOf(name, use[name]))})` : ""}`)]),
    ["The plan", ...uses.map(() => usd(PLAN_USD))],
    ["**USD a month**", ...uses.map((use) => `**${usd(bill(use))}**`)],
    ["without Cloudflare's mail", ...uses.map((use) => usd(bill({ ...use, mails: 0 })))],
    ["after three years", ...SIZES.map((clients) => usd(bill(after(36, measured, clients))))],
  ]);
}

function tellSize({ actions, database }) {
  const bytes = month(actions, 1000).bytes * slack(database) / 1000;
  say(`\n## The database\n\n${number(bytes / 1024)} KiB a client and month, pages filled to ${Math.round(100 / slack(database))}%. ${DATABASE_GB} GB hold ${number(DATABASE_GB * 1e9 / bytes / 12)} client-years.\n`);
  const tables = Object.entries(database.rows).map(([name, rows]) => {
    const used = database.objects.filter((object) => object.table === name).reduce((sum, object) => sum + object.used, 0);
    return { name, rows, used };
  }).filter(({ rows }) => rows >= 20).sort((a, b) => b.used - a.used).slice(0, 12);
  table(["table", "bytes a row, with indexes", "share of what was measured"], tables.map(({ name, rows, used }) => [name, number(used / rows), `${Math.round(used / database.used * 100)}%`]));
}

/** Questions a second in the busiest hour: what people do is crowded, the clock is not. */
function busiest(actions, clients) {
  const sum = { requests: 0, trips: 0, writes: 0 };
  for (const [name, times] of Object.entries(A_MONTH)) {
    for (const what of Object.keys(sum)) sum[what] += actions[name][what] * times * clients * BUSIEST_HOUR / 3600;
  }
  sum.trips += actions["minute of the clock, nothing due"].trips / 60;
  return { ...sum, share: sum.writes / sum.trips };
}

function tellQueue({ actions }) {
  say("\n## The busiest hour, before one database\n");
  const SPEEDS = [{ readMs: 1, writeMs: 5 }, { readMs: 3, writeMs: 20 }];
  const rows = SIZES.map((clients) => {
    const { requests, trips, share } = busiest(actions, clients);
    return [number(clients), number(requests), number(trips), `${Math.round(share * 100)}%`, ...SPEEDS.map((speed) => {
      const { busy, half, most } = wait({ perSecond: trips, writes: share, ...speed });
      return `${(busy * 100).toFixed(1)}%, ${number(half)} / ${number(most)} ms`;
    })];
  });
  table(["clients", "requests a second", "questions a second", "of them writes", ...SPEEDS.map(({ readMs, writeMs }) => `busy, wait of half / of 99% (read ${readMs} ms, write ${writeMs} ms)`)], rows);
  for (const { readMs, writeMs } of SPEEDS) {
    const { trips, share } = busiest(actions, 1e6);
    const most = 700 / (share * writeMs + (1 - share) * readMs);
    const { half, most: late } = wait({ perSecond: most, writes: share, readMs, writeMs });
    say(`\nAt ${readMs} and ${writeMs} ms it is busy seven tenths of the time with ${number(most)} questions a second: ${number(most / trips * 1e6)} clients. Half wait ${number(half)} ms, one in a hundred more than ${number(late)}.`);
  }
}

function tellClock() {
  say("\n## When every client gets one mail at once\n");
  table(["mails", "the last one goes after, by the clock alone"], SIZES.map((mails) => [number(mails), mails <= TAKEN_A_MINUTE ? "a minute" : mails / TAKEN_A_MINUTE < 120 ? `${number(mails / TAKEN_A_MINUTE)} minutes` : `${number(mails / TAKEN_A_MINUTE / 60)} hours`]));
}

async function measureIt() {
  const { measure } = await import("./scale/measure.mjs");
  const measured = await measure(say);
  mkdirSync(at("test-results"), { recursive: true });
  writeFileSync(SAVED, JSON.stringify(measured));
}

await main(async () => {
  if (process.env.PORTICO_INSIDE) return measureIt();
  if (!process.env.SAVED) {
    const { WORKER_DIR } = process.env;
    if (!WORKER_DIR) {
      await setup({ quiet: true });
      await build("dev", { quiet: true });
    }
    say("Measuring …");
    const code = await run(tools.node, ["--disable-warning=ExperimentalWarning", at("scripts/scale.mjs")], { env: { PORTICO_INSIDE: "1", WORKER_DIR: WORKER_DIR ?? builtInto("dev") } });
    if (code !== 0) return code;
  }
  if (!existsSync(SAVED)) throw new Plain("Nothing has been measured yet. Run: make scale");
  const measured = JSON.parse(readFileSync(SAVED, "utf8"));
  tellActions(measured);
  tellCosts(measured);
  tellSize(measured);
  tellQueue(measured);
  tellClock();
});
