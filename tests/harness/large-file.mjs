// Files too large to hold: made, sent and read piece by piece, with a digest over all of it.
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import { Readable } from "node:stream";

export const MIB = 1 << 20;
/** What goes into one part. */
export const STEP = 8 * MIB;

const noise = randomBytes(STEP);

/** A file of `size` bytes (whole steps) in which no two parts are alike. */
export class LargeFile {
  constructor(size) {
    this.size = size;
    this.count = size / STEP;
  }

  /** Part `n`, from 0; the same memory each time. */
  part(n) {
    noise.writeUInt32BE(n, 0);
    return noise;
  }

  * parts() {
    for (let n = 0; n < this.count; n += 1) yield Buffer.from(this.part(n));
  }

  digest() {
    const hash = createHash("sha256");
    for (let n = 0; n < this.count; n += 1) hash.update(this.part(n));
    return hash.digest("hex");
  }

  /** Sends all of it as the body of one request; gives the status. */
  send({ port, path, method = "POST", headers = {} }) {
    return new Promise((done, fail) => {
      const outgoing = http.request({ host: "127.0.0.1", port, path, method, headers: { "content-length": this.size, ...headers } },
        (answer) => answer.resume().on("end", () => done(answer.statusCode)));
      outgoing.on("error", fail);
      Readable.from(this.parts()).pipe(outgoing);
    });
  }
}

/** Downloads without keeping anything: status, length, digest. */
export const download = ({ port, path, headers = {} }) => new Promise((done, fail) => {
  http.get({ host: "127.0.0.1", port, path, headers }, (answer) => {
    const hash = createHash("sha256");
    let length = 0;
    answer.on("data", (chunk) => { hash.update(chunk); length += chunk.length; });
    answer.on("end", () => done({ status: answer.statusCode, length, digest: hash.digest("hex") }));
    answer.on("error", fail);
  }).on("error", fail);
});
