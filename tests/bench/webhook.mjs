// The payment provider tells of payments, each of an invoice of its own, of a hundred clients in turn: verified, written
// down as facts, with sums and log, but no receipt: nobody of these clients gets mail, and none is made after an answer.
// Against a worker that does one SELECT.
import { attemptToBook } from "../harness/money.mjs";
import { booked, invoiceToBook } from "../harness/invoices.mjs";
import { clientRow } from "../harness/rows.mjs";
import { load, spread } from "./load.mjs";

const CLIENTS = 100;

/** How many of them are booked in one batch. */
const AT_ONCE = 50;

/** The requests in which the provider tells that new invoices were paid, each of the next client in turn: [{ body, headers }]. */
export async function paidEvents(world, stripe, clients, count) {
  const events = [];
  while (events.length < count) {
    const writes = [];
    for (let n = Math.min(AT_ONCE, count - events.length); n > 0; n--) {
      const invoice = invoiceToBook(world, clients[events.length % clients.length], { year: 2001 }); // no number of the filled ones
      const attempt = attemptToBook(world, stripe, [invoice.invoice]);
      writes.push(...invoice.writes, ...attempt.writes);
      const [completed] = stripe.pay(stripe.sessions.get(attempt.attempt.session.id));
      const body = JSON.stringify(completed);
      events.push({ body, headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": stripe.sign(body) } });
    }
    await booked(world, ...writes);
  }
  return events;
}

/** The throughput of `count` such requests at 8 connections against floor 1, run by run: { median, min, max }, and their CPU. */
export async function webhook(bench, { count, repeats, stripe }) {
  const host = new URL(bench.base).host;
  const clients = [];
  for (let n = 0; n < CLIENTS; n++) clients.push(await clientRow(bench));
  const ratios = [], cpu = [];
  let told = 0;
  const tell = async (amount) => {
    // A few more than are sent: the load generator takes the next one before it knows that it has done enough.
    const events = await paidEvents(bench, stripe, clients, amount + 16);
    const target = { pid: bench.pid, url: `http://127.0.0.1:${bench.port}/webhooks/stripe`, headers: async () => ({ host }) };
    // Each request takes the next event, whichever connection it goes by.
    const requests = [{ method: "POST", setupRequest: (request) => {
      const event = events.pop();
      return event && { ...request, body: event.body, headers: { ...request.headers, ...event.headers, host } };
    } }];
    told += amount;
    return load(target, { connections: 8, amount, requests });
  };
  // Warm, as pages are; as often as the time for events that somebody has to make allows.
  await load(bench.floor("floor 1"), { connections: 8, amount: 5_000 });
  await tell(count);
  for (let n = 0; n < repeats; n++) {
    const floor = await load(bench.floor("floor 1"), { connections: 8, seconds: 2 });
    const heard = await tell(count);
    ratios.push(heard.rps / floor.rps);
    cpu.push(heard.cpu / floor.cpu);
    const { n: events } = await bench.db.prepare("SELECT count(*) AS n FROM provider_events").first();
    if (events < told) throw new Error(`Of ${told} events ${events} were written down.`);
  }
  return { rps: spread(ratios), cpu: spread(cpu) };
}
