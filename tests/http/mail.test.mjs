// Mail by a real SMTP server, with all that can go wrong on the way: nothing that was accepted is lost,
// and nothing is sent twice.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { newPassword, setUpOwner, signInStaff } from "../harness/flows.mjs";
import { clientRow, contactRow } from "../harness/rows.mjs";
import { SmtpSink } from "../harness/smtp-sink.mjs";
import { World } from "../harness/world.mjs";

// Before the first world, which learns to trust their certificate.
const sink = await SmtpSink.start({ security: "starttls" });
const implicit = await SmtpSink.start({ security: "tls", login: { user: "portal@portico.test", pass: "p@ss/word:1" } });
const bare = await SmtpSink.start({ security: "plain" });
const world = await World.start({ mail: sink.url });
world.mailbox.use(sink);
after(async () => {
  await world.close();
  for (const each of [sink, implicit, bare]) await each.close();
});
let owner;
before(async () => { owner = await setUpOwner(world); });

const MINUTE = 60_000;

/** Sends the invitation as it stands; gives the answer, without waiting for the mail. */
async function press(contact, { user = owner, send = {} } = {}) {
  const path = `/admin/contacts/${contact.id}/invite`;
  const form = (await user.visit(path)).page.formTo(path);
  return user.request("POST", form.action, {
    ...send, body: new URLSearchParams(form.values).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded", ...send.headers },
  });
}
async function invited(contact, options) {
  const answer = await press(contact, options);
  assert.equal(answer.status, 303, String(answer));
  assert.ok((await answer.cost()).d1 <= 2);
  return answer;
}
const someone = async (fields) => contactRow(world, await clientRow(world), fields);
const mailsTo = (contact) => sink.mails.filter(({ to }) => to.includes(contact.email));
const row = (contact, db = world.db) => db.prepare("SELECT * FROM outbox WHERE contact_id = ? ORDER BY id DESC LIMIT 1").bind(contact.id).first();
const opens = async (mail) => {
  const path = mail.path(/\/invitation\//);
  const joined = await world.user().post(path, { choice: "password", password: newPassword() });
  assert.deepEqual([joined.status, joined.location], [303, "/"], String(joined));
};
/** A new worker on the same data, as after a crash; the clock starts again. */
async function restart() {
  await world.restart();
  await world.allow(`tcp://localhost:${sink.port}`);
}

test("a mail leaves under TLS, as text and HTML, with one link of the portal's own", async () => {
  const contact = await someone({ firstName: "Zoë", lastName: "O’Hara" });
  await invited(contact);
  await world.settled();
  const [mail, ...more] = mailsTo(contact);
  assert.equal(more.length, 0);
  assert.equal(mail.secure, true);
  assert.deepEqual(mail.envelope, { from: "portal@portico.test", to: [contact.email] });
  assert.equal(mail.headers.get("content-type").value, "multipart/alternative");
  assert.equal(mail.headers.get("to").text, `"Zoë O’Hara" <${contact.email}>`);
  const link = world.base + mail.path(/\/invitation\//);
  const hrefs = [...mail.html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
  assert.deepEqual([...new Set(hrefs)], [link]);
  for (const half of [mail.text, mail.html]) assert.match(half, /Zoë/);
  assert.doesNotMatch(mail.html, /<script|<img|style="[^"]*url\(/);
  assert.match(mail.messageId, /^<[^@\s]+@portico\.test>$/);
  const kept = await row(contact);
  assert.deepEqual([kept.state, kept.sealed], ["sent", null], "the secret goes with the mail");
  await opens(mail);
});

test("the server is down for a while: the page answers all the same, and one mail comes when it is back", async () => {
  const contact = await someone();
  await sink.down();
  await invited(contact);
  await world.settled();
  let kept = await row(contact);
  assert.equal(kept.state, "queued");
  assert.match(kept.last_error, /could not be reached/);
  assert.match((await owner.get(`/admin/contacts/${contact.id}`)).page.text, /could not be reached/);
  for (const minutes of [2, 6]) {
    await world.advance(minutes * MINUTE);
    await world.cron();
  }
  kept = await row(contact);
  assert.deepEqual([kept.state, kept.attempts], ["queued", 3]);
  await sink.up();
  await world.cron();
  assert.equal(mailsTo(contact).length, 0, "it is not due yet");
  await world.advance(17 * MINUTE);
  for (let i = 0; i < 3; i += 1) await world.cron();
  assert.equal(mailsTo(contact).length, 1);
  await opens(mailsTo(contact)[0]);
  await world.setClock(0);
});

test("a server that asks to come later gets the same mail later, once", async () => {
  const contact = await someone();
  sink.behave("defer", 1);
  await invited(contact);
  await world.settled();
  assert.match((await row(contact)).last_error, /Try again later/);
  await world.advance(2 * MINUTE);
  // The clock may come twice at once, and after a response too.
  await Promise.all([world.cron(), world.cron(), invited(await someone()), world.cron()]);
  await world.cron();
  assert.equal(mailsTo(contact).length, 1);
  await world.setClock(0);
});

test("a worker that stops before it claims the mail, or while the server keeps it waiting, leaves it to the clock", async () => {
  const unclaimed = await someone();
  await world.fault({ on: "d1", match: "UPDATE outbox SET lease", when: "stall", ms: 120_000 });
  await invited(unclaimed);
  await restart();
  assert.equal(mailsTo(unclaimed).length, 0);
  await world.cron();
  assert.equal(mailsTo(unclaimed).length, 1);

  const held = await someone();
  const before = sink.connections;
  sink.behave("stall", 1);
  await invited(held); // the answer is here, and the server has said nothing yet
  for (const until = Date.now() + 10_000; sink.connections === before;) {
    assert.ok(Date.now() < until, "expected the worker to connect within 10 s");
    await world.db.prepare("SELECT 1").first();
  }
  await restart();
  sink.behave("accept");
  await world.cron();
  assert.equal(mailsTo(held).length, 0, "the try that died still holds it");
  await world.advance(3 * MINUTE);
  await Promise.all([world.cron(), world.cron()]);
  assert.equal(mailsTo(held).length, 1);
  await opens(mailsTo(held)[0]);
  await world.setClock(0);
});

test("an answer of the database lost after the commit: pressed again it is one invitation and one mail", async () => {
  world.expectLog(/Network connection lost/);
  const contact = await someone();
  const path = `/admin/contacts/${contact.id}/invite`;
  const form = (await owner.visit(path)).page.formTo(path);
  await world.fault({ on: "d1", match: "INSERT INTO links", when: "after" });
  assert.equal((await owner.submit(form, {}, { follow: false })).status, 503);
  for (let i = 0; i < 2; i += 1) assert.equal((await owner.submit(form, {}, { follow: false })).status, 303);
  await world.cron();
  assert.equal(mailsTo(contact).length, 1);
  await opens(mailsTo(contact)[0]);
});

test("a report that is lost, before or after the commit, is made again: one mail", async () => {
  for (const when of ["before", "after"]) {
    const contact = await someone();
    await world.fault({ on: "d1", match: "UPDATE outbox SET state = 'sent'", when });
    await invited(contact);
    await world.settled();
    await world.advance(5 * MINUTE);
    await world.cron();
    assert.equal(mailsTo(contact).length, 1, when);
    assert.equal((await row(contact)).state, "sent");
    await world.setClock(0);
  }
});

test("when a mail must go twice, because nobody could say that it went, it is the same message", async () => {
  world.expectLog(/outbox: .*Network connection lost/);
  const contact = await someone();
  await world.fault({ on: "d1", match: "UPDATE outbox SET state = 'sent'", when: "before", times: 2 });
  await invited(contact);
  await world.settled();
  await world.advance(3 * MINUTE);
  await world.cron();
  const mails = mailsTo(contact);
  assert.equal(mails.length, 2);
  assert.deepEqual([mails[1].messageId, mails[1].text], [mails[0].messageId, mails[0].text]);
  await world.setClock(0);
});

test("a refusal for good stands at the contact with its reason, and staff send it again", async () => {
  const contact = await someone();
  sink.behave("reject");
  await invited(contact);
  await world.settled();
  const page = (await owner.get(`/admin/contacts/${contact.id}`)).page;
  assert.equal(page.all("#access + .badge")[0].text, "Undeliverable");
  assert.match(page.text, new RegExp(`The address ${contact.email} was refused: .*No such mailbox here`));
  assert.ok(page.hasLink("Edit address") && page.hasLink("Invite again"));
  await world.advance(15 * MINUTE);
  await world.cron();
  assert.deepEqual([(await row(contact)).state, (await row(contact)).attempts], ["undeliverable", 1], "nobody asks again by themselves");
  sink.behave("accept");
  const { id } = await row(contact);
  await signInStaff(owner); // a mail may show its link, so it asks who one is
  const mail = (await owner.get(`/admin/outbox/${id}`)).page;
  assert.match(mail.text, /No such mailbox here/);
  for (let i = 0; i < 2; i += 1) assert.equal((await owner.submit(mail.form("Send again"), {}, { follow: false })).status, 303);
  await world.settled();
  assert.equal(mailsTo(contact).length, 1);
  assert.equal((await owner.get(`/admin/contacts/${contact.id}`)).page.all("#access + .badge")[0].text, "Invited");
  await opens(mailsTo(contact)[0]);
  await world.setClock(0);
});

test("one refused among several does not hold the others up, nor does a refused content", async () => {
  const contacts = [await someone(), await someone(), await someone()];
  await sink.down();
  for (const contact of contacts) await invited(contact);
  await world.settled();
  await sink.up();
  sink.behave("reject-data", 1);
  await world.advance(10 * MINUTE);
  await world.cron();
  const states = await Promise.all(contacts.map(async (contact) => (await row(contact)).state));
  assert.deepEqual(states.toSorted(), ["sent", "sent", "undeliverable"]);
  assert.deepEqual(contacts.map((contact) => mailsTo(contact).length), states.map((state) => (state === "sent" ? 1 : 0)));
  await world.setClock(0);
});

test("no name makes a header or another recipient", async () => {
  const { name } = await world.db.prepare("SELECT name FROM business").first();
  const evil = ['Eve\r\nBcc: evil@evil.test\r\nX-Evil: 1', '"Eve" <evil@evil.test>, x', "=?utf-8?q?Eve=0D=0ABcc:_evil@evil.test?=", "Eve\u2028Bcc: evil@evil.test", "Eve\0\x1b[2J"];
  for (const firstName of evil) {
    const client = await clientRow(world, `${firstName} Ltd`);
    const contact = await contactRow(world, client, { firstName });
    await world.db.prepare("UPDATE business SET name = ?").bind(`${firstName} & Oak`).run();
    await invited(contact);
    await world.settled();
    const [mail] = mailsTo(contact);
    assert.ok(mail, `${JSON.stringify(firstName)}: ${JSON.stringify(await row(contact))}`);
    assert.deepEqual(mail.envelope, { from: "portal@portico.test", to: [contact.email] });
    for (const header of ["bcc", "cc", "x-evil"]) assert.ok(!mail.headers.has(header), `${header} by ${JSON.stringify(firstName)}`);
    for (const header of ["to", "from"]) assert.equal(mail.headers.get(header).value.length, 1, header);
    assert.equal(mail.headers.get("to").value[0].address, contact.email);
    assert.equal(mail.headers.get("from").value[0].address, "portal@portico.test");
    assert.doesNotMatch(mail.html, /<evil@/);
    await opens(mail);
  }
  await world.db.prepare("UPDATE business SET name = ?").bind(name).run();
});

test("links lead to the portal, whatever Host and its cousins say", async () => {
  const forged = { "x-forwarded-host": "evil.test", "x-forwarded-proto": "http", forwarded: "host=evil.test;proto=http", "x-original-host": "evil.test" };
  const contact = await someone();
  const refused = await press(contact, { send: { host: "evil.test" } });
  const accepted = await press(contact, { send: { headers: forged } });
  assert.equal(accepted.status, 303, String(accepted));
  for (const asked of [{ host: "evil.test" }, { headers: forged }]) await world.user().post("/forgot", { email: owner.email }, asked);
  await world.settled();
  assert.ok(refused.status === 303 || refused.status === 421, String(refused));
  assert.ok(mailsTo(contact).length >= 1);
  for (const mail of sink.mails) {
    assert.doesNotMatch(`${mail.text}${mail.html}`, /https?:\/\/evil\.test/);
    for (const link of mail.links) assert.equal(new URL(link).origin, world.base);
  }
});

/** A world of its own with this server and one invitation; gives its mail's row. */
async function tryOut(url, server) {
  const other = await World.start({ mail: url });
  try {
    other.mailbox.use(server);
    const boss = await setUpOwner(other);
    const contact = await contactRow(other, await clientRow(other));
    await invited(contact, { user: boss });
    await other.settled();
    return await row(contact, other.db);
  } finally {
    await other.close({ messy: true });
  }
}

test("smtps:// speaks TLS from the first byte and signs in, with a password of any characters", async () => {
  const kept = await tryOut(implicit.url, implicit);
  assert.equal(kept.state, "sent", kept.last_error);
  assert.ok(implicit.mails.length > 0 && implicit.mails.every(({ secure }) => secure));
});

test("settings that do not fit are said in words, and the mail waits for better ones", async () => {
  for (const [url, words] of [
    [implicit.url.replace("word", "wort"), /refused the user name and password in SMTP_URL/],
    [bare.url, /does not offer TLS, and mail is not sent without it/],
  ]) {
    const [had, kept] = [bare.mails.length + implicit.mails.length, await tryOut(url, bare)];
    assert.equal(kept.state, "queued");
    assert.match(kept.last_error, words);
    assert.equal(bare.mails.length + implicit.mails.length, had);
  }
});
