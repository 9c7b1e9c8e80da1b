import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { writeCertificate } from "../../http/certificate-der";

/** A key with which a test's identity provider signs, and its certificate in base64 as it stands in metadata. */
export interface SamlSigningKey {
  privateKeyPem: string;
  publicKeyPem: string;
  certificatePem: string;
  certificate: string;
}

/** A new RSA key with a certificate of its own, of the subject that Entra uses. */
export function makeSamlKey({
  modulusLength = 2048,
  notBefore = new Date("2026-01-01T00:00:00Z"),
  notAfter = new Date("2029-01-01T00:00:00Z"),
} = {}): SamlSigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  // Whoever reads SAML metadata believes the metadata, not who issued its certificates.
  const issuer = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
  const certificatePem = writeCertificate({
    subject: "Microsoft Azure Federated SSO Certificate",
    issuer: "Microsoft Azure Federated SSO Certificate",
    publicKey,
    issuerPublicKey: createPublicKey(issuer),
    issuerPrivateKey: issuer,
    notBefore,
    notAfter,
    names: ["accounts.accesscontrol.windows.net"],
  });
  return {
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    certificatePem,
    certificate: certificatePem.replace(/-----[^-]+-----|\s/g, ""),
  };
}
