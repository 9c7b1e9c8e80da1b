import { X509Certificate, createPrivateKey } from "node:crypto";
import { InvalidInputError } from "@/lib/errors";
import { openSecret, sealSecret } from "@/lib/secret-box";

/** How the app proves itself to Microsoft; exactly one of the two. */
export type Credential = { kind: "secret"; secret: string } | { kind: "certificate"; certificate: string; privateKey: string };

/** What may be shown of a credential. */
export interface CredentialFacts {
  kind: Credential["kind"];
  /** The last three characters of a secret, or the start of a certificate's SHA-256 thumbprint. */
  hint: string;
  expiresAt: Date | null;
}

const purpose = "entra_connections.credential";

/** Seals a credential for the database. */
export function sealCredential(credential: Credential): string {
  return sealSecret(JSON.stringify(credential), purpose);
}

/** Opens what sealCredential made. */
export function openCredential(ciphertext: string): Credential {
  return JSON.parse(openSecret(ciphertext, purpose)) as Credential;
}

/** A certificate's SHA-256 thumbprint in hex, as Microsoft lists it. */
export function thumbprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256.replaceAll(":", "");
}

/**
 * Checks a credential and says what may be shown of it. A secret doesn't carry its end; a certificate does.
 * @param secretExpiresAt the end of a secret as its owner knows it
 * @throws InvalidInputError `credential_unusable`, naming `client_secret`, `certificate` or `private_key`
 */
export function inspectCredential(credential: Credential, now: Date, secretExpiresAt: Date | null): CredentialFacts {
  if (credential.kind === "secret") {
    // Microsoft shows a secret's id beside its value, and the id is what people copy by mistake.
    if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(credential.secret)) {
      throw unusable("client_secret", "This looks like the secret's id. Paste its value, which Entra shows once, right after the secret was made.");
    }
    if (credential.secret.length < 8) throw unusable("client_secret", "Expected the value of a client secret, which is longer than this.");
    return { kind: "secret", hint: `…${credential.secret.slice(-3)}`, expiresAt: secretExpiresAt };
  }
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(credential.certificate);
  } catch (cause) {
    throw unusable("certificate", "Expected a certificate in PEM form, beginning with -----BEGIN CERTIFICATE-----.", cause);
  }
  let matches: boolean;
  try {
    matches = certificate.checkPrivateKey(createPrivateKey(credential.privateKey));
  } catch (cause) {
    throw unusable("private_key", "Expected an unencrypted private key in PEM form, beginning with -----BEGIN PRIVATE KEY-----.", cause);
  }
  if (!matches) throw unusable("private_key", "This key doesn't belong to the certificate. Paste the key that was made together with it.");
  const expiresAt = new Date(certificate.validTo);
  if (expiresAt <= now)
    throw unusable("certificate", `This certificate expired on ${expiresAt.toISOString().slice(0, 10)}. Make a new one and add it to the app registration.`);
  return { kind: "certificate", hint: certificate.fingerprint256.replaceAll(":", "").slice(0, 16), expiresAt };
}

function unusable(field: string, reason: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError("credential_unusable", reason, { cause, fields: [{ field, reason }] });
}
