// Mail as its reader sees it: the newest one to an address, with its links.

/** One mail: { from, to, subject, text, html, headers, links }. */
export class Mail {
  constructor(fields) {
    Object.assign(this, fields);
  }

  /** Every address in the text, in order. */
  get links() {
    return [...(this.text ?? "").matchAll(/https?:\/\/[^\s<>"]+/g)].map(([link]) => link);
  }

  /** The code to be typed: a word of its own, since a piece of a link may look like one. */
  get code() {
    const [code] = /(?<!\S)[0-9A-Z]{4}-[0-9A-Z]{4}(?!\S)/.exec(this.text) ?? [];
    if (!code) throw new Error(`The mail "${this.subject}" has no code. Its text:\n${this.text}`);
    return code;
  }

  /** The path of the one link that `pattern` fits, as a test's browser would open it. */
  path(pattern = /./) {
    const found = this.links.filter((link) => pattern.test(link));
    if (found.length === 0) throw new Error(`The mail "${this.subject}" has no link like ${pattern}. Its text:\n${this.text}`);
    const url = new URL(found[0]);
    return url.pathname + url.search;
  }
}

const addressOf = (who) => (typeof who === "string" ? /<([^>]+)>/.exec(who)?.[1] ?? who : who?.email ?? who?.address ?? "");

export class Mailbox {
  #world;
  #sink = null;
  constructor(world) {
    this.#world = world;
  }

  /** Reads from an SMTP sink instead of the binding. */
  use(sink) {
    this.#sink = sink;
  }

  /** All mail so far, oldest first. */
  async all() {
    await this.#world.settled();
    if (this.#sink) return this.#sink.mails;
    return (await this.#world.sentByBinding()).map((mail) => new Mail({ ...mail, to: [mail.to].flat().map(addressOf) }));
  }

  /** All mail to one address, oldest first. */
  async to(address) {
    return (await this.all()).filter((mail) => mail.to.includes(address));
  }

  /** The newest mail to an address; a test that expects one and finds none is told what there is. */
  async newest(address) {
    const mail = (await this.to(address)).at(-1);
    if (mail) return mail;
    const others = (await this.all()).map(({ to, subject }) => `  to ${to.join(", ")}: ${subject}`);
    throw new Error(`No mail to ${address}. There is:\n${others.join("\n") || "  none"}`);
  }
}
