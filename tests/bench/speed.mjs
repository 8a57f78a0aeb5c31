// CPU and speed of pages against the floors, in turn with them.
import { inTurn, load, ratio, spread } from "./load.mjs";
import { everyday } from "./pages.mjs";

/** `other`: the same portal with little data, to be compared with. `warm`: how often each is asked before it is measured. */
export async function speed(bench, other, { repeats, seconds, warm }) {
  const paths = Object.entries(everyday(bench.stage));
  const pages = paths.map(([name, [who, path]]) => [name, bench.page(who, path), other?.page(who, path)]);
  const [floor0, floor1, floor50] = ["floor 0", "floor 1", "floor 50"].map((name) => bench.floor(name));
  const signIn = bench.page(undefined, "/sign-in");
  // What is asked often the runtime translates anew, piece by piece; a portal of every day has that behind it.
  for (const target of [floor0, floor1, floor50, signIn, ...pages.flatMap(([, page, few]) => (few ? [page, few] : [page]))]) {
    await load(target, { connections: 8, amount: warm });
  }
  // Round after round of all of them, so that a minute in which the machine does something else costs each page one
  // run of its three, and not one page all of its own.
  const runs = new Map();
  const take = async (name, target, base, connections) => {
    const { target: taken, base: beside } = await inTurn(target, base, { connections, seconds, repeats: 1 });
    const all = runs.get(name) ?? { target: [], base: [] };
    runs.set(name, { target: [...all.target, ...taken], base: [...all.base, ...beside] });
  };
  for (let round = 0; round < repeats; round++) {
    await take("sign in", signIn, floor0, 1);
    await take("floor 1", floor1, floor0, 1);
    for (const [name, page, few] of pages) {
      // CPU: one connection.
      await take(`${name}, cpu`, page, floor50, 1);
      if (few) await take(`${name}, scale`, page, few, 1);
      // Speed: several.
      await take(`${name}, 8`, page, floor1, 8);
      await take(`${name}, 32`, page, floor1, 32);
    }
  }
  // A run beside which floor 50 cost a tenth more than at its best tells of the machine rather than of the page: it is taken
  // again, twice at most, and the calmer one counts.
  const beside = () => pages.flatMap(([name]) => runs.get(`${name}, cpu`).base.map(({ cpu }) => cpu));
  for (let again = 0; again < 2; again++) {
    for (const [name, page] of pages) {
      const { target, base } = runs.get(`${name}, cpu`);
      for (const [n, { cpu }] of base.entries()) {
        if (cpu <= 1.1 * Math.min(...beside())) continue;
        const anew = await inTurn(page, floor50, { connections: 1, seconds, repeats: 1 });
        if (anew.base[0].cpu < cpu) [target[n], base[n]] = [anew.target[0], anew.base[0]];
      }
    }
  }
  const ms = (taken) => spread(taken.map(({ cpu }) => cpu));
  const names = pages.map(([name]) => name);
  const each = (figures) => Object.fromEntries(names.map((name) => [name, figures(name)]));
  const of = (name, kind) => runs.get(`${name}, ${kind}`);
  return {
    floors: {
      "floor 0": ms(runs.get("sign in").base),
      "floor 1": ms(runs.get("floor 1").target),
      "floor 50": ms(names.flatMap((name) => of(name, "cpu").base)),
    },
    pages: each((name) => ({
      cpu: ratio(of(name, "cpu"), "cpu"),
      ms: ms(of(name, "cpu").target),
      rps8: ratio(of(name, "8"), "rps"),
      rps32: ratio(of(name, "32"), "rps"),
    })),
    anonymous: { cpu: ratio(runs.get("sign in"), "cpu") },
    ...(other ? { scale: each((name) => ratio(of(name, "scale"), "cpu")) } : {}),
  };
}
