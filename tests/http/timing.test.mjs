// Who has an account cannot be told by the clock: for existing, missing, switched-off and password-less accounts D1
// is asked the same before the answer, and writes the same. And they take the same time: samples of each, mixed, are
// held against each other by ranks (Mann and Whitney's U). SAMPLES=200 takes four minutes and tells finer.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { setUpOwner } from "../harness/flows.mjs";
import { colleague, person, portalOff } from "../harness/rows.mjs";
import { World } from "../harness/world.mjs";

const SAMPLES = Number(process.env.SAMPLES ?? 60);
/** By how much chance alone moves the share of pairs in which one is later. */
const CHANCE = Math.sqrt((2 * SAMPLES + 1) / (12 * SAMPLES * SAMPLES));
/** How far from a coin's toss the better guess of two may be, of whose answer came later: two in a hundred, and chance. */
const MOST = 0.02 + 3.5 * CHANCE;
const world = await World.start();
after(async () => {
  await world.db.prepare("DELETE FROM outbox").run();
  await world.close();
});
const ACCOUNTS = {};
const STAFF = {};

before(async () => {
  const owner = await setUpOwner(world);
  const [existing, off, passwordless, removed] = [await person(world, owner), await person(world, owner), await person(world, owner), await person(world, owner)];
  await portalOff(world, off.client);
  await world.db.prepare("UPDATE accounts SET password_hash = NULL WHERE email_key = ?").bind(passwordless.person.email).run();
  await world.db.prepare("UPDATE contacts SET removed_at = 1 WHERE id = ?").bind(removed.contact.id).run();
  Object.assign(ACCOUNTS, { existing: existing.person.email, missing: "nobody@nowhere.test", "switched off": off.person.email, "without a password": passwordless.person.email, removed: removed.person.email });
  const gone = await colleague(world, owner, "member");
  await world.db.prepare("UPDATE staff SET deactivated_at = 1 WHERE email = ?").bind(gone.email).run();
  Object.assign(STAFF, { existing: owner.email, missing: "nobody@nowhere.test", deactivated: gone.email });
});

/** The chance that a value of `b` is above one of `a`, and how many standard deviations it is from a half. */
function ranks(a, b) {
  const all = [...a.map((ms) => ({ ms })), ...b.map((ms) => ({ ms, b: true }))].sort((x, y) => x.ms - y.ms);
  let sum = 0;
  for (let i = 0; i < all.length;) {
    let j = i;
    while (j < all.length && all[j].ms === all[i].ms) j++;
    for (let k = i; k < j; k++) if (all[k].b) sum += (i + j + 1) / 2;
    i = j;
  }
  const u = sum - (b.length * (b.length + 1)) / 2;
  const pairs = a.length * b.length;
  return { later: u / pairs, z: (u - pairs / 2) / Math.sqrt((pairs * (a.length + b.length + 1)) / 12) };
}
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

test("the ranks tell four milliseconds in forty, and no difference where there is none", () => {
  const noisy = (n, more) => Array.from({ length: n }, () => 40 + more + Math.random() * 6);
  assert.ok(Math.abs(ranks(noisy(200, 0), noisy(200, 0)).later - 0.5) < 0.2);
  assert.ok(ranks(noisy(200, 0), noisy(200, 4)).later > 0.7);
});

/** Tries are counted, and too many told to wait; what is looked at here are tries that are looked at. */
const uncounted = () => world.db.batch([world.db.prepare("DELETE FROM failures"), world.db.prepare("DELETE FROM links WHERE purpose IN ('magic', 'reset', 'staff_reset')"), world.db.prepare("DELETE FROM outbox")]).catch(() => world.db.prepare("DELETE FROM failures").run());

/** What D1 was asked before the answer, and how many rows it read and wrote for it. */
async function asked(path, fields, anew = true) {
  if (anew) await uncounted();
  else await world.db.prepare("DELETE FROM failures").run();
  const answer = await world.user().post(path, fields);
  const { ops } = await answer.cost();
  await world.settled();
  return ops.filter(({ kind, after }) => kind === "d1" && !after).map(({ about, rowsRead, rowsWritten }) => ({ about, rowsRead, rowsWritten }));
}

/** Sends a form for each account, in an order nobody can foresee, and compares each kind with the first one. */
async function alike(title, path, accounts, fields) {
  const kinds = Object.keys(accounts);
  const took = Object.fromEntries(kinds.map((kind) => [kind, []]));
  const statuses = new Set();
  for (let round = -3; round < SAMPLES; round++) {
    await uncounted();
    for (const kind of kinds.map((kind) => [Math.random(), kind]).sort(([a], [b]) => a - b).map(([, kind]) => kind)) {
      const user = world.user();
      const started = performance.now();
      const answer = await user.post(path, fields(accounts[kind]));
      const ms = performance.now() - started;
      if (round >= 0) took[kind].push(ms);
      statuses.add(answer.status);
      await world.settled();
    }
  }
  assert.equal(statuses.size, 1, `${title}: expected one status, saw ${[...statuses]}`);
  const [first, ...others] = kinds;
  console.log(`${title}, ${SAMPLES} samples each, median ${median(took[first]).toFixed(1)} ms for "${first}":`);
  for (const kind of others) {
    const { later, z } = ranks(took[first], took[kind]);
    console.log(`  "${kind}": median ${median(took[kind]).toFixed(1)} ms, later than "${first}" in ${(later * 100).toFixed(1)} % of pairs (z = ${z.toFixed(2)})`);
    assert.ok(Math.abs(later - 0.5) <= MOST, `${title}: "${kind}" answers later than "${first}" in ${(later * 100).toFixed(1)} % of pairs; expected 50 ± ${MOST * 100}`);
  }
}

for (const [title, path, accounts] of [["a client's new password", "/forgot", ACCOUNTS], ["a colleague's new password", "/admin/forgot", STAFF], ["a sign-in link", "/sign-in/link", ACCOUNTS]]) {
  test(`${title}: before the answer D1 is asked one thing, reads and writes as much, whosever the address is, and asked again too`, async () => {
    const usual = await asked(path, { email: "somebody.else@nowhere.test" });
    assert.equal(usual.length, 1);
    assert.ok(usual[0].rowsWritten > 0);
    for (const [kind, email] of Object.entries(accounts)) {
      for (const time of ["first", "second"]) assert.deepEqual(await asked(path, { email }, time === "first"), usual, `${kind}, the ${time} time`);
    }
  });
}

test("a client's sign-in", () => alike("Client sign-in", "/sign-in", ACCOUNTS, (email) => ({ email, password: "not the right password" })));
test("a colleague's sign-in", () => alike("Staff sign-in", "/admin/sign-in", STAFF, (email) => ({ email, password: "not the right password" })));
test("asking for a new password", () => alike("Forgotten password", "/forgot", ACCOUNTS, (email) => ({ email })));
test("a colleague asking for a new password", () => alike("Staff forgotten password", "/admin/forgot", STAFF, (email) => ({ email })));
test("asking for a link to sign in", () => alike("Sign-in link", "/sign-in/link", ACCOUNTS, (email) => ({ email })));
