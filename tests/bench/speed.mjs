// CPU and speed of pages against the floors, in turn with them.
import { inTurn, ratio, spread } from "./load.mjs";
import { everyday } from "./pages.mjs";

/** `other`: the same portal with little data, to be compared with. */
export async function speed(bench, other, { repeats, seconds }) {
  const names = Object.entries(everyday(bench.stage));
  const pages = Object.fromEntries(names.map(([name, [who, path]]) => [name, bench.page(who, path)]));
  const few = other ? Object.fromEntries(names.map(([name, [who, path]]) => [`${name}, small`, other.page(who, path)])) : {};
  const floors = Object.fromEntries(["floor 0", "floor 1", "floor 50"].map((name) => [name, bench.floor(name)]));
  const signIn = { "sign in": bench.page(undefined, "/sign-in") };
  // CPU: one connection.
  const alone = await inTurn({ ...floors, ...signIn, ...interleaved(pages, few) }, { connections: 1, seconds, repeats });
  // Speed: several.
  const busy = {};
  for (const connections of [8, 32]) busy[connections] = await inTurn({ "floor 1": floors["floor 1"], ...pages }, { connections, seconds, repeats });
  return {
    floors: Object.fromEntries(Object.keys(floors).map((name) => [name, spread(alone[name].map(({ cpu }) => cpu))])),
    pages: Object.fromEntries(names.map(([name]) => [name, {
      cpu: ratio(alone[name], alone["floor 50"], "cpu"),
      ms: spread(alone[name].map(({ cpu }) => cpu)),
      median: spread(alone[name].map(({ median }) => median)),
      rps8: ratio(busy[8][name], busy[8]["floor 1"], "rps"),
      rps32: ratio(busy[32][name], busy[32]["floor 1"], "rps"),
    }])),
    anonymous: { cpu: ratio(alone["sign in"], alone["floor 0"], "cpu") },
    ...(other ? { scale: Object.fromEntries(names.map(([name]) => [name, ratio(alone[name], alone[`${name}, small`], "cpu")])) } : {}),
  };
}

/** Pages with much data and with little, one beside the other. */
const interleaved = (pages, few) => Object.fromEntries(Object.entries(pages).flatMap(([name, page]) => {
  const small = few[`${name}, small`];
  return small ? [[name, page], [`${name}, small`, small]] : [[name, page]];
}));
