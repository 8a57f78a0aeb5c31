// A certificate authority that lives as long as the test process, and a server certificate for
// loopback signed by it.
//
// How workerd is made to trust it: Miniflare reads the file named by NODE_EXTRA_CA_CERTS once, when it
// is first imported, and hands the certificates to workerd's outbound network. So the authority has to
// exist before the first World of the process starts; for sockets (both `secureTransport: "on"` and
// STARTTLS) and fetch alike. Without it workerd refuses: "invalid peer certificate: UnknownIssuer".
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// -- As much of DER as a certificate takes ---------------------------------------------------------

const der = (tag, ...parts) => {
  const content = Buffer.concat(parts);
  const n = content.length;
  const length = n < 128 ? [n] : n < 256 ? [0x81, n] : [0x82, n >> 8, n & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
};
const sequence = (...parts) => der(0x30, ...parts);
const set = (...parts) => der(0x31, ...parts);
const octets = (...parts) => der(0x04, ...parts);
const bits = (content) => der(0x03, Buffer.from([0]), content);
const yes = der(0x01, Buffer.from([0xff]));
const oid = (...bytes) => der(0x06, Buffer.from(bytes));
const time = (date) => der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, "").slice(0, 14)}Z`));

const ECDSA_SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const named = (text) => sequence(set(sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(text)))));
const extension = (id, critical, value) => sequence(oid(0x55, 0x1d, id), ...(critical ? [yes] : []), octets(value));

const DAY = 86_400_000;

function certificate({ subject, issuer, key, signer, extensions }) {
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    named(issuer),
    sequence(time(new Date(Date.now() - DAY)), time(new Date(Date.now() + DAY))),
    named(subject),
    key.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const whole = sequence(body, ECDSA_SHA256, bits(sign("sha256", body, signer.privateKey)));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString("base64").replace(/(.{64})/g, "$1\n").trimEnd()}\n-----END CERTIFICATE-----\n`;
}

const newKey = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const keyId = (key) => createHash("sha1").update(key.publicKey.export({ type: "spki", format: "der" })).digest();

function make() {
  const [authority, server] = [newKey(), newKey()];
  const issuer = `Portico test authority ${randomBytes(4).toString("hex")}`;
  const ca = certificate({
    subject: issuer, issuer, key: authority, signer: authority,
    extensions: [
      extension(0x13, true, sequence(yes)), // basicConstraints: may sign
      extension(0x0f, true, der(0x03, Buffer.from([1, 0x06]))), // keyUsage: certificates, revocations
      extension(0x0e, false, octets(keyId(authority))),
    ],
  });
  const cert = certificate({
    subject: "localhost", issuer, key: server, signer: authority,
    extensions: [
      extension(0x11, false, sequence(der(0x82, Buffer.from("localhost")), der(0x87, Buffer.from([127, 0, 0, 1])))),
      extension(0x25, false, sequence(oid(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01))), // serverAuth
    ],
  });
  return { ca, cert, key: server.privateKey.export({ type: "pkcs8", format: "pem" }) };
}

// -- For the harness -------------------------------------------------------------------------------

let made = null;
let folder = null;
let loaded = false;

/** { ca, cert, key } as PEM texts, the same for the whole process. */
export function loopbackCertificates() {
  if (made) return made;
  if (loaded) throw new Error("Start the SMTP sink before the first World of this file: its certificate must be known by then.");
  return (made = make());
}

/** Called before miniflare is imported: adds our authority to those that workerd trusts. */
export function trustOwnCertificates() {
  loaded = true;
  if (!made || folder) return;
  folder = mkdtempSync(join(tmpdir(), "portico-ca-"));
  const others = process.env.NODE_EXTRA_CA_CERTS ? readFileSync(process.env.NODE_EXTRA_CA_CERTS, "utf8") : "";
  const bundle = join(folder, "authorities.pem");
  writeFileSync(bundle, `${others}\n${made.ca}`);
  process.env.NODE_EXTRA_CA_CERTS = bundle;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}
