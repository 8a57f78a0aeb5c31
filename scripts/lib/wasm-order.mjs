// The order of a module's functions, which means nothing to the engine and much to what is uploaded: gzip
// finds again what it has seen within 32 kB, so functions that resemble each other stand together.
//
// One function after the other is chosen: the one of which the last 32 kB hold the most, for its length. What
// is compared is every six bytes in a row, which is some two instructions; the fewer functions have a row, the
// more it tells.

const ROW = 6, WINDOW = 32_000;
/** Rows that more functions than this have tell nothing about any of them. */
const COMMON = 1_500;

/** Reads a module's bytes: numbers of its format, and its sections as { kind, whole, inside, end }. */
function reader(wasm) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const skip = (bytes) => { at += bytes; };
  const sections = [];
  while (at < wasm.length) {
    const whole = at, kind = wasm[at++], length = number();
    sections.push({ kind, whole, inside: at, end: at + length });
    skip(length);
  }
  return { number, skip, sections, from: (start) => { at = start; }, place: () => at };
}

/** How many functions a module imports: they come first in its count. */
function imported({ number, skip, from, place, sections }, wasm) {
  const limits = () => { const flags = number(); number(); if (flags & 1) number(); };
  const kinds = [number, () => { skip(1); limits(); }, limits, () => skip(2), () => { skip(1); number(); }];
  from(sections.find(({ kind }) => kind === 2).inside);
  let functions = 0;
  for (let left = number(); left > 0; left--) {
    for (const _name of ["module", "field"]) skip(number());
    const kind = wasm[place()];
    skip(1);
    kinds[kind]();
    if (kind === 0) functions++;
  }
  return functions;
}

/** The bodies of a module's own functions. */
function bodies({ number, skip, from, place, sections }, wasm) {
  from(sections.find(({ kind }) => kind === 10).inside);
  return Array.from({ length: number() }, () => {
    const length = number(), start = place();
    skip(length);
    return wasm.subarray(start, start + length);
  });
}

/** For every function the numbers of its rows, each once, and how many it has in all. */
function rowsOf(functions) {
  const all = functions.map((body) => {
    const rows = new Set();
    for (let at = 0; at + ROW <= body.length; at++) {
      let hash = 2166136261;
      for (let next = at; next < at + ROW; next++) hash = Math.imul(hash ^ body[next], 16777619);
      rows.add(hash);
    }
    return rows;
  });
  const holders = new Map();
  all.forEach((rows, of) => rows.forEach((row) => {
    if (!holders.has(row)) holders.set(row, []);
    holders.get(row).push(of);
  }));
  const telling = [...holders.values()].filter((of) => of.length > 1 && of.length <= COMMON);
  const own = functions.map(() => []);
  telling.forEach((of, row) => of.forEach((holder) => own[holder].push(row)));
  return { own, telling, sizes: all.map((rows) => rows.size) };
}

/** The functions' numbers in an order that compresses well. */
function order(functions) {
  const { own, telling, sizes } = rowsOf(functions);
  const price = sizes.map((size) => (size + 8) ** 0.8);
  const worth = telling.map((of) => 1 / Math.sqrt(Math.log2(of.length + 1)));
  const seen = new Int32Array(telling.length), shared = new Float64Array(functions.length);
  const left = functions.map((_body, of) => of), window = [], chosen = [];
  let held = 0;
  const count = (of, by) => own[of].forEach((row) => {
    const before = seen[row] > 0;
    seen[row] += by;
    if (before !== seen[row] > 0) telling[row].forEach((holder) => { shared[holder] += by * worth[row]; });
  });
  while (left.length > 0) {
    let best = 0, most = -1;
    left.forEach((of, at) => {
      const gain = shared[of] / price[of];
      if (gain > most) [best, most] = [at, gain];
    });
    const [next] = left.splice(best, 1);
    chosen.push(next);
    window.push(next);
    count(next, 1);
    held += functions[next].length;
    while (held > WINDOW && window.length > 1) {
      const gone = window.shift();
      count(gone, -1);
      held -= functions[gone].length;
    }
  }
  return chosen;
}

const leb = (value) => {
  const bytes = [];
  for (; value > 127; value >>>= 7) bytes.push(value & 127 | 128);
  return [...bytes, value];
};
const sized = (bytes) => [...leb(bytes.length), ...bytes];
const NAMES = Buffer.from(sized(Buffer.from("name")));

/** The module with names for its functions that sort into that order, for wasm-opt to sort them by. */
export function namedInOrder(wasm) {
  const read = reader(wasm);
  const first = imported(read, wasm), functions = bodies(read, wasm);
  const place = new Map(order(functions).map((of, at) => [of, at]));
  const names = functions.flatMap((_body, of) =>
    [...leb(first + of), ...sized(Buffer.from(String(place.get(of)).padStart(6, "0")))]);
  const section = Buffer.from([0, ...sized([...NAMES, 1, ...sized([...leb(functions.length), ...names])])]);
  const others = read.sections.filter(({ kind, inside }) =>
    kind !== 0 || !NAMES.equals(wasm.subarray(inside, inside + NAMES.length)));
  return Buffer.concat([wasm.subarray(0, 8), ...others.map(({ whole, end }) => wasm.subarray(whole, end)), section]);
}
