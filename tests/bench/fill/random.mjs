// Numbers that look random and are the same for the same seed, so that every run fills the same business.

/** mulberry32: small, fast, even enough to spread rows. */
export function randomOf(seed) {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  const hex = () => word().toString(16).padStart(8, "0");
  return {
    /** A whole number from 0, less than `n`. */
    below: (n) => word() % n,
    pick: (list) => list[word() % list.length],
    /** True in so many of a hundred cases. */
    percent: (n) => word() % 100 < n,
    /** A UUIDv7 of that moment. */
    id: (ms) => {
      const [time, a, b] = [ms.toString(16).padStart(12, "0"), hex(), hex()];
      return `${time.slice(0, 8)}-${time.slice(8)}-7${a.slice(0, 3)}-a${a.slice(3, 6)}-${a.slice(6)}${b}00`;
    },
  };
}
