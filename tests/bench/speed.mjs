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
  const of = (target, base, connections) => inTurn(target, base, { connections, seconds, repeats });
  const figures = { pages: {}, scale: {} };
  const anonymous = await of(signIn, floor0, 1);
  const ms = (runs) => spread(runs.map(({ cpu }) => cpu));
  const floors = [];
  for (const [name, page, few] of pages) {
    // CPU: one connection.
    const alone = await of(page, floor50, 1);
    floors.push(...alone.base);
    if (few) figures.scale[name] = ratio(await of(page, few, 1), "cpu");
    // Speed: several.
    const [eight, many] = [await of(page, floor1, 8), await of(page, floor1, 32)];
    figures.pages[name] = {
      cpu: ratio(alone, "cpu"),
      ms: ms(alone.target),
      rps8: ratio(eight, "rps"),
      rps32: ratio(many, "rps"),
    };
  }
  const one = await of(floor1, floor0, 1);
  return {
    floors: { "floor 0": ms(anonymous.base), "floor 1": ms(one.target), "floor 50": ms(floors) },
    pages: figures.pages,
    anonymous: { cpu: ratio(anonymous, "cpu") },
    ...(other ? { scale: figures.scale } : {}),
  };
}
