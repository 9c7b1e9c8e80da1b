import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, X509Certificate, type KeyObject } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { StartupError } from "@/lib/errors";
import { writeCertificate } from "./certificate-der";

const dayMs = 24 * 60 * 60 * 1000;
const authorityDays = 10 * 365;
/** The longest life that browsers accept of a server certificate. */
const serverDays = 397;

/** A certificate authority of our own; `certFile` is what clients are told to trust. */
export interface CertificateAuthority {
  name: string;
  certFile: string;
  certPem: string;
  privateKey: KeyObject;
}

/**
 * Makes an ECDSA P-256 authority once in `folder` (`ca.pem`, and `ca.key` with mode 0600) and reuses it afterwards.
 * Safe when several processes start at once: all end with the same pair.
 * @throws StartupError `certificate_authority_unusable` when the two files don't belong together or have run out
 */
export async function ensureCertificateAuthority(folder: string, { name, now = new Date() }: { name: string; now?: Date }): Promise<CertificateAuthority> {
  await mkdir(folder, { recursive: true });
  const keyFile = join(folder, "ca.key");
  const certFile = join(folder, "ca.pem");
  // The key comes first: whoever publishes it first has decided for all, and any of them may then write the certificate.
  const keyPem = await readOrPublish(keyFile, 0o600, newPrivateKeyPem);
  const privateKey = createPrivateKey(keyPem);
  const certPem = await readOrPublish(certFile, 0o644, () => {
    const publicKey = createPublicKey(privateKey);
    return writeCertificate({
      subject: name,
      issuer: name,
      publicKey,
      issuerPublicKey: publicKey,
      issuerPrivateKey: privateKey,
      notBefore: new Date(now.getTime() - dayMs),
      notAfter: new Date(now.getTime() + authorityDays * dayMs),
    });
  });
  const certificate = new X509Certificate(certPem);
  if (!certificate.checkPrivateKey(privateKey) || new Date(certificate.validTo) <= now) {
    throw new StartupError(
      "certificate_authority_unusable",
      `${certFile} has run out or does not belong to ${keyFile}. Move both files away and start again; clients must then trust the new ca.pem.`,
    );
  }
  return { name: certificate.subject.replace(/^CN=/, ""), certFile, certPem, privateKey };
}

/**
 * A fresh server certificate with its own key, for host names and IP addresses, valid for at most 397 days.
 * The caller renews it; `expiresAt` says until when it holds.
 */
export function issueServerCertificate(
  authority: CertificateAuthority,
  { names, now = new Date(), days = serverDays }: { names: string[]; now?: Date; days?: number },
): { certPem: string; keyPem: string; expiresAt: Date } {
  const subject = names[0];
  if (subject === undefined) throw new StartupError("certificate_without_name", "A server certificate needs at least one host name or IP address.");
  const keyPem = newPrivateKeyPem();
  // Backdated by an hour for clients whose clock is behind; the whole span stays within the limit.
  const notBefore = new Date(now.getTime() - 60 * 60 * 1000);
  const expiresAt = new Date(notBefore.getTime() + Math.min(days, serverDays) * dayMs - 1000);
  const leaf = writeCertificate({
    subject,
    issuer: authority.name,
    publicKey: createPublicKey(keyPem),
    issuerPublicKey: createPublicKey(authority.privateKey),
    issuerPrivateKey: authority.privateKey,
    notBefore,
    notAfter: expiresAt,
    names,
  });
  return { certPem: leaf + authority.certPem, keyPem, expiresAt };
}

function newPrivateKeyPem(): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** Reads `file`; where there is none, writes it whole under another name and links it into place, which only one process can. */
async function readOrPublish(file: string, mode: number, make: () => string): Promise<string> {
  const present = await readIfThere(file);
  if (present !== undefined) return present;
  const draft = `${file}.${process.pid}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, make(), { mode, flag: "wx" });
  try {
    await link(draft, file);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error; // somebody else was first: theirs holds
  } finally {
    await unlink(draft);
  }
  return readFile(file, "utf8");
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
