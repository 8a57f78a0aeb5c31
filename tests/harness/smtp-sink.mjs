// A real SMTP server on loopback that keeps what it gets, and can misbehave. Start it before the world:
//
//   const sink = await SmtpSink.start({ security: "starttls" });
//   const world = await World.start({ mail: sink.url });
//   world.mailbox.use(sink);
//   sink.behave("defer");          // 451 to every recipient, until told otherwise
import { setTimeout as sleep } from "node:timers/promises";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { loopbackCertificates } from "./certificates.mjs";
import { Mail } from "./mailbox.mjs";

const refusal = (code, text) => Object.assign(new Error(text), { responseCode: code });

/** What `behave` understands: the answer to RCPT or DATA. */
const MANNERS = {
  accept: {},
  reject: { recipient: () => refusal(550, "5.1.1 No such mailbox here") },
  defer: { recipient: () => refusal(451, "4.3.0 Try again later") },
  "reject-data": { data: () => refusal(554, "5.6.0 This message is not wanted") },
  // Takes the mail, then does not say so.
  "lose-reply": { data: "lose" },
  // Says nothing at all once the recipient is named.
  stall: { recipient: "stall" },
};

export class SmtpSink {
  /** `security`: "tls" (smtps://), "starttls" (smtp://, refused without), "plain". `login`: { user, pass }. */
  static async start({ security = "starttls", login } = {}) {
    const sink = new SmtpSink();
    sink.security = security;
    sink.login = login;
    await sink.up();
    return sink;
  }

  mails = [];
  /** How many connections were made. */
  connections = 0;
  #manner = MANNERS.accept;
  #left = Infinity;
  #server = null;
  #port = 0;

  get port() {
    return this.#port;
  }

  /** For SMTP_URL. */
  get url() {
    const scheme = this.security === "tls" ? "smtps" : "smtp";
    const who = this.login ? `${encodeURIComponent(this.login.user)}:${encodeURIComponent(this.login.pass)}@` : "";
    return `${scheme}://${who}localhost:${this.#port}`;
  }

  /** "accept" | "reject" | "defer" | "reject-data" | "lose-reply" | "stall", for so many mails. */
  behave(manner, times = Infinity) {
    if (!MANNERS[manner]) throw new Error(`The sink cannot ${manner}; it can: ${Object.keys(MANNERS).join(", ")}`);
    this.#manner = MANNERS[manner];
    this.#left = times;
  }

  #strike(at) {
    const way = this.#manner[at];
    if (!way || this.#left <= 0) return null;
    this.#left--;
    return way;
  }

  /** Listens, again on the same port after `down`. */
  async up() {
    const encrypted = this.security !== "plain";
    const { cert, key } = encrypted ? loopbackCertificates() : {};
    this.#server = new SMTPServer({
      cert, key,
      name: "sink.portico.test",
      secure: this.security === "tls",
      disabledCommands: [...(this.login ? [] : ["AUTH"]), ...(encrypted ? [] : ["STARTTLS"])],
      authOptional: !this.login,
      allowInsecureAuth: !encrypted,
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 100,
      onConnect: (_session, done) => { this.connections++; done(); },
      onAuth: ({ username, password }, _session, done) =>
        username === this.login?.user && password === this.login?.pass
          ? done(null, { user: username }) : done(refusal(535, "5.7.8 Wrong user or password")),
      onRcptTo: ({ address }, session, done) => {
        if (this.security === "starttls" && !session.secure) return done(refusal(530, "5.7.0 STARTTLS first"));
        const way = this.#strike("recipient");
        if (way === "stall") return; // nobody answers
        done(way ? way(address) : null);
      },
      onData: (stream, session, done) => this.#receive(stream, session, done),
    });
    // A client that hangs up in the middle is no fault of the sink.
    this.#server.on("error", () => {});
    await new Promise((listening) => this.#server.listen(this.#port, "127.0.0.1", listening));
    this.#port = this.#server.server.address().port;
  }

  async #receive(stream, session, done) {
    const parsed = await simpleParser(stream);
    const way = this.#strike("data");
    if (typeof way === "function") return done(way());
    const { mailFrom, rcptTo } = session.envelope;
    this.mails.push(new Mail({
      from: parsed.from?.value[0] ?? null,
      envelope: { from: mailFrom.address, to: rcptTo.map(({ address }) => address) },
      to: rcptTo.map(({ address }) => address),
      subject: parsed.subject ?? "",
      text: parsed.text ?? "",
      html: parsed.html || null,
      headers: parsed.headers,
      messageId: parsed.messageId,
      secure: session.secure,
    }));
    if (way === "lose") return; // taken, and the reply never comes
    done(null, "2.0.0 Taken");
  }

  /** Waits until so many mails have come. */
  async received(count, withinMs = 10_000) {
    for (const until = Date.now() + withinMs; this.mails.length < count; await sleep(10)) {
      if (Date.now() > until) throw new Error(`Waited for ${count} mail(s); ${this.mails.length} came within ${withinMs} ms.`);
    }
    return this.mails;
  }

  /** Stops listening; connections are refused until `up`. */
  async down() {
    await new Promise((closed) => this.#server.close(closed));
  }
  close() {
    return this.down();
  }
}
