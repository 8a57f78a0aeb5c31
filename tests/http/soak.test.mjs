// Mixed traffic for a while: clients read every page, staff and clients write, files go up and come down, money
// arrives by webhooks that repeat, the clock goes on, and now and then a binding fails. Nobody sees an error that no
// fault asked for, memory stays flat, and in the end every sum agrees with its rows. Each deed takes eight seconds there, so
// that nobody uses up what one person may write in an hour, and staff sign in again for each shift. Half a minute;
// MINUTES=30 (make soak) for long, SEED=… for the same dice again (who comes first depends on the machine).
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { unclear } from "../faults/driver.mjs";
import { sums } from "../faults/sums.mjs";
import { recordPayment, sentInvoice } from "../harness/billing.mjs";
import { addDocument, setUpOwner, signInStaff } from "../harness/flows.mjs";
import { startThread, write, writeBack } from "../harness/messages.mjs";
import { payOnline } from "../harness/money.mjs";
import { growthOf, resident } from "../harness/processes.mjs";
import { colleague, person } from "../harness/rows.mjs";
import { StripeStandIn } from "../harness/stripe.mjs";
import { answer, openTicket, reply } from "../harness/tickets.mjs";
import { addProject, addTask, addTime } from "../harness/work.mjs";
import { World } from "../harness/world.mjs";

const MINUTES = Number(process.env.MINUTES ?? 0.5);
/** The short form throws the same dice every time, so that a failure is one of the change that is tested. */
const SEED = Number(process.env.SEED ?? (MINUTES < 5 ? 20_261_128 : Math.floor(Math.random() * 2 ** 31)));
/** How long staff stay signed in here; a session ends after twelve hours. */
const SHIFT = 10 * 3_600_000;
/** How long a deed takes, and by how much the clock is moved at once. */
const [DEED, STEP] = [8_000, 60_000];

/** The same numbers in the same order for the same seed. */
function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, of: (list) => list[Math.floor(next() * list.length)], below: (n) => Math.floor(next() * n) };
}

const stripe = await StripeStandIn.start();
const world = await World.start({ settings: stripe.settings });
await stripe.attach(world);
world.expectLog(/./);
world.expectCost(/./);
let owner, member, clients;
before(async () => {
  owner = await setUpOwner(world);
  member = await colleague(world, owner, "member");
  clients = [await person(world, owner), await person(world, owner), await person(world, owner)];
  await payOnline(world);
  for (const each of clients) {
    each.project = await addProject(owner, each.client, { visible: "on" });
    each.document = await addDocument(owner, each.client, { title: "Plan" });
    Object.assign(each, { tickets: [await openTicket(each.person)], threads: [await startThread(each.person)], invoices: [await sentInvoice(owner, each.client)] });
  }
  await world.settled();
});
after(async () => {
  try {
    await world.close();
  } finally {
    await stripe.close();
  }
});

const CLIENT_PAGES = ["/", "/documents", "/billing", "/tickets", "/messages", "/projects", "/tasks", "/time-logs", "/profile", "/notifications", "/search?q=plan"];
const STAFF_PAGES = ["/admin", "/admin/clients", "/admin/billing", "/admin/tickets", "/admin/messages", "/admin/time-logs", "/admin/search?q=plan"];
/** Open to owners and admins alone. */
const OWNER_PAGES = [...STAFF_PAGES, "/admin/outbox", "/admin/settings/audit"];

/** What staff do. */
const STAFF = [
  (who, { client, project }) => addTask(who, client, { project: project.id, visible: "on" }),
  (who, { client }, d) => addTime(who, client, { time: `${1 + d.below(90)}m`, rate: "90", currency: "EUR" }),
  async (who, each, d) => { each.invoices.push(await sentInvoice(who, each.client, { lines: [["Design", 1 + d.below(5), String(10 + d.below(200)), "19%"]] })); },
  (who, each, d) => recordPayment(who, d.of(each.invoices), "1"),
  (who, { client }, d) => addDocument(who, client, { title: `Plan ${d.below(1000)}`, file: { filename: "plan.txt", type: "text/plain", content: "x".repeat(1 + d.below(50_000)) } }),
  (who, each, d) => answer(who, d.of(each.tickets), "We look into it."),
  (who, each, d) => writeBack(who, d.of(each.threads), "Of course."),
  (who, _each, d) => who.get(d.of(who === owner ? OWNER_PAGES : STAFF_PAGES)),
  async (who, { project, client }, d) => {
    const { results } = await world.db.prepare("SELECT id FROM tasks WHERE project_id = ?").bind(project.id).all();
    return results.length ? who.post(`/admin/tasks/${d.of(results).id}/status`, { status: d.of(["open", "done"]) }) : addTask(who, client, { project: project.id });
  },
];
/** What clients do. */
const CLIENT = [
  ...Array.from({ length: 12 }, () => ({ person: who }, d) => who.get(d.of(CLIENT_PAGES))),
  async (each) => { each.tickets.push(await openTicket(each.person)); },
  (each, d) => reply(each.person, d.of(each.tickets), "And another thing."),
  (each, d) => write(each.person, d.of(each.threads), "Thank you."),
  (each) => each.person.get(`/documents/${each.document.id}/download`),
  async (each, d) => {
    const pressed = await each.person.post(`/billing/${d.of(each.invoices).id}/pay`);
    const session = [...stripe.sessions.values()].find(({ url, status }) => url === pressed.location && status === "open");
    if (session) stripe.pay(session);
    await stripe.deliver(stripe.due, { times: 1 + d.below(3) });
    return pressed;
  },
];
const FAULTS = [
  { on: "d1", when: "before" }, { on: "d1", when: "after" }, { on: "d1", when: "stall", ms: 50 }, { on: "r2", when: "before" },
  { on: "mail", when: "before" }, { on: "mail", when: "after" }, { on: "kv", when: "before" },
];

test(`mixed traffic for ${MINUTES} minutes (seed ${SEED})`, async (t) => {
  const until = performance.now() + MINUTES * 60_000;
  const [seen, wrong, memory] = [{ deeds: 0, sorry: 0, broken: 0, faults: 0 }, [], []];
  // A deed that a fault breaks is tried again another time; its page must be clear. Nobody is turned away.
  const look = (result) => {
    if (!result?.headers) return;
    if ([401, 403, 429].includes(result.status) || /^\/(admin\/)?sign-in/.test(result.location ?? "")) wrong.push(`${result}: turned away`);
    if (result.status < 500) return;
    seen.sorry += 1;
    const why = unclear(result);
    if (why) wrong.push(`${result}: ${why}`);
  };
  const reasons = new Set();
  let spent = 0;
  const actor = async (n, deed, begin = () => {}) => {
    const d = dice(SEED + n);
    while (performance.now() < until) {
      try {
        await begin();
        look(await deed(d));
      } catch (error) {
        // What a helper expected did not come.
        seen.broken += 1;
        reasons.add(String(error.message).slice(0, 300));
      }
      seen.deeds += 1;
      spent += DEED;
      if (spent < STEP) continue;
      const passed = spent;
      spent = 0;
      await world.advance(passed);
    }
  };
  const sampler = setInterval(() => memory.push(resident()), 500);
  const shift = (who) => {
    let since = world.now();
    return async () => {
      if (world.now() - since < SHIFT) return;
      await signInStaff(who);
      since = world.now();
    };
  };
  const d = dice(SEED);
  await Promise.all([
    actor(1, (dd) => dd.of(STAFF)(owner, dd.of(clients), dd), shift(owner)),
    actor(2, (dd) => dd.of(STAFF)(member, dd.of(clients), dd), shift(member)),
    ...clients.map((each, n) => actor(10 + n, (dd) => dd.of(CLIENT)(each, dd))),
    (async () => {
      while (performance.now() < until) {
        await world.fault(d.of(FAULTS));
        seen.faults += 1;
        await world.cron();
        await world.forgetMails();
        await new Promise((done) => setTimeout(done, 1_000));
      }
    })(),
  ]);
  clearInterval(sampler);
  await world.fault();
  await world.settled();
  await stripe.deliver();
  for (const minutes of [5, 15, 40, 60, 180]) {
    await world.advance(minutes * 60_000);
    await world.cron();
  }
  const { sixths, growth } = growthOf(memory);
  t.diagnostic(`${seen.deeds} deeds, ${seen.faults} faults, ${seen.sorry} pages that said so, ${seen.broken} deeds broken`);
  t.diagnostic(`MiB of workerd, sixth by sixth: ${sixths.map((mib) => mib.toFixed(0)).join(", ")}`);
  const { wrong: off, looked } = await sums(world);
  t.diagnostic(`${looked} sums`);
  assert.ok(seen.deeds > 20 * MINUTES, `only ${seen.deeds} deeds`);
  assert.deepEqual(wrong, []);
  assert.ok(seen.sorry + seen.broken <= seen.faults * 4, `more went wrong than ${seen.faults} faults explain:\n${[...reasons].join("\n")}`);
  assert.deepEqual(off, []);
  if (MINUTES >= 15) assert.ok(growth < 48, `memory grew by ${growth.toFixed(0)} MiB, from the second third to the last`);
});
