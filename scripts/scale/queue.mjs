// One D1 database does one thing at a time. A queue of visitors before it, simulated: how long a question waits
// when so many come in a second. Arrivals are random (Poisson), a read takes `readMs`, a write `writeMs`.

/** A small generator of random numbers that gives the same ones on every machine (mulberry32). */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * `perSecond` questions of which `writes` (0 to 1) write. Gives the share of time that the database is busy, and
 * the waiting times in ms that half and 99 of a hundred stay below.
 */
export function wait({ perSecond, writes, readMs, writeMs, questions = 400_000 }) {
  const next = random(2026);
  const waits = new Float64Array(questions);
  let [now, free, busy] = [0, 0, 0];
  for (let n = 0; n < questions; n++) {
    now += -Math.log(1 - next()) / perSecond * 1000;
    const starts = Math.max(now, free);
    const takes = next() < writes ? writeMs : readMs;
    waits[n] = starts - now;
    free = starts + takes;
    busy += takes;
  }
  waits.sort();
  return { busy: busy / now, half: waits[questions >> 1], most: waits[Math.floor(questions * 0.99)] };
}
