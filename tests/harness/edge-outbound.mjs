// Calls that leave the worker, by fetch or by socket. Only origins that a test allowed get out; every
// other one is refused and remembered, and the world's teardown fails on it.
import * as sockets from "cloudflare:sockets";

let allowed = new Set();
let calls = [];

export const resetOutbound = () => { allowed = new Set(); calls = []; };
export const allowOutbound = (origin) => { allowed.add(origin); };
export const outboundCalls = () => calls;

function check(what, origin) {
  const expected = allowed.has(origin);
  calls.push({ what, origin, expected });
  if (!expected) throw new TypeError(`The test world lets nothing out to ${origin}.`);
}

const realFetch = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  check(`${request.method} ${request.url}`, new URL(request.url).origin);
  return realFetch(request);
};

/** Takes the place of cloudflare:sockets' connect in the built worker. */
export function connect(address, options) {
  const { hostname, port } = typeof address === "string" ? new URL(`tcp://${address}`) : address;
  check(`connect ${hostname}:${port}`, `tcp://${hostname}:${port}`);
  return sockets.connect(address, options);
}
