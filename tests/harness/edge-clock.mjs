// The worker's clock: real time plus a shift that a test sets. The glue of the Rust worker calls the
// global `Date`, so replacing that moves the worker too (not D1, whose clock the product never asks).
const Real = globalThis.Date;
let shift = 0;

class Shifted extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + shift);
    else super(...args);
  }
  static now() {
    return Real.now() + shift;
  }
}
Object.defineProperty(Shifted, "name", { value: "Date" });
globalThis.Date = Shifted;

export const shiftClock = (ms) => { shift = ms; };
