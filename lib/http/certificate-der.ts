import { createHash, randomBytes, sign, type KeyObject } from "node:crypto";
import { isIP } from "node:net";

/*
 * Just enough DER (X.690) to write X.509 v3 certificates with an ECDSA P-256 key, so that no package
 * with a global polyfill is needed for two small certificates.
 */

const oids = {
  commonName: "2.5.4.3",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  basicConstraints: "2.5.29.19",
  keyUsage: "2.5.29.15",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  subjectAltName: "2.5.29.17",
  subjectKeyId: "2.5.29.14",
  authorityKeyId: "2.5.29.35",
};

function tlv(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body]);
}

const sequence = (...contents: Buffer[]) => tlv(0x30, ...contents);
const octets = (content: Buffer) => tlv(0x04, content);
const bits = (content: Buffer, unusedBits = 0) => tlv(0x03, Buffer.from([unusedBits]), content);
const yes = tlv(0x01, Buffer.from([0xff]));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]/g, "").slice(0, 14) + "Z";
  // RFC 5280 §4.1.2.5: two-digit years until 2049, four digits from then on.
  return at.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
}

const distinguishedName = (commonName: string) => sequence(tlv(0x31, sequence(oid(oids.commonName), tlv(0x0c, Buffer.from(commonName, "utf8")))));

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [yes] : []), octets(value));
}

function ipBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const parts = (text: string | undefined) => (text ? text.split(":") : []);
  const head = parts(groups[0]);
  const tail = parts(groups[1]);
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

/** What goes into one certificate; `names` (host names and IP addresses) make it a server's, without them it is a CA's. */
export interface CertificateContent {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  issuerPublicKey: KeyObject;
  issuerPrivateKey: KeyObject;
  notBefore: Date;
  notAfter: Date;
  names?: string[];
}

/** One X.509 v3 certificate (RFC 5280) in PEM, signed with ECDSA and SHA-256. */
export function writeCertificate(content: CertificateContent): string {
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40; // positive, and never a leading zero byte
  const extensions = content.names
    ? [
        extension(oids.basicConstraints, true, sequence()),
        extension(oids.keyUsage, true, bits(Buffer.from([0x80]), 7)), // digitalSignature
        extension(oids.extendedKeyUsage, false, sequence(oid(oids.serverAuth))),
        extension(oids.subjectAltName, false, sequence(...content.names.map((name) => (isIP(name) ? tlv(0x87, ipBytes(name)) : tlv(0x82, Buffer.from(name)))))),
      ]
    : [
        extension(oids.basicConstraints, true, sequence(yes, tlv(0x02, Buffer.from([0])))), // signs servers, no further CA
        extension(oids.keyUsage, true, bits(Buffer.from([0x06]), 1)), // keyCertSign, cRLSign
      ];
  const toBeSigned = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    algorithm,
    distinguishedName(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    distinguishedName(content.subject),
    content.publicKey.export({ type: "spki", format: "der" }),
    tlv(
      0xa3,
      sequence(
        ...extensions,
        extension(oids.subjectKeyId, false, octets(keyId(content.publicKey))),
        extension(oids.authorityKeyId, false, sequence(tlv(0x80, keyId(content.issuerPublicKey)))),
      ),
    ),
  );
  const signature = sign("sha256", toBeSigned, content.issuerPrivateKey);
  const der = sequence(toBeSigned, algorithm, bits(signature));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
