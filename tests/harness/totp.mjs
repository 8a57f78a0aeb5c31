// An authenticator app, and a person who sets one up through the pages.
import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytes(secret) {
  let bits = "";
  for (const letter of secret.replace(/\s/g, "")) bits += ALPHABET.indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** The six digits that an app shows at a moment (RFC 6238), written apart from the worker's. */
export function digits(secret, now) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const digest = createHmac("sha1", bytes(secret)).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export const STEP = 30_000;

/** Six digits that are not right now. */
export const wrong = (user, { world } = user) => {
  const right = [-1, 0, 1].map((step) => digits(user.secret, world.now() + step * STEP));
  return ["111111", "222222", "333333", "444444"].find((code) => !right.includes(code));
};

/** What the user's app shows, at a step that was not used yet: moves the clock on to the next one. */
export async function nextCode(user) {
  await user.world.advance(STEP);
  return digits(user.secret, user.world.now());
}

/** Sets a second factor up for who is signed in and fresh; leaves `secret` and `recovery` at the user. */
export async function enrol(user, root = "", { keep = true } = {}) {
  const { page } = await user.visit(`${root}/profile/factor`);
  user.secret = page.all("code.secret")[0].text;
  const answer = await user.submit(page.form("Add the second step"), { totp: digits(user.secret, user.world.now()) }, { follow: false });
  if (answer.status !== 200) throw new Error(`Setting up a second factor: ${answer} ${answer.page.all(".error").map((e) => e.text)}`);
  user.recovery = answer.page.all("ol.recovery code").map((code) => code.text.trim());
  if (keep) await user.submit(answer.page.form("I have kept them"));
  return answer;
}

/** Signs in by password and code, in a browser of one's own. */
export async function enter(user, root, browser = user) {
  const first = await browser.post(`${root}/sign-in`, { email: user.email, password: user.password });
  if (first.location !== `${root}/sign-in/code`) throw new Error(`Expected to be asked for a code, got ${first}`);
  return browser.post(`${root}/sign-in/code`, { totp: await nextCode(user) });
}
