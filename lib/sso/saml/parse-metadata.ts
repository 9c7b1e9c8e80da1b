import { X509Certificate } from "node:crypto";
import { InvalidInputError } from "../../errors";
import type { IdpMetadata, SigningKey } from "./metadata";
import { mayBeFetched } from "./outside-address";
import { metadataLimits, readStrictXml } from "./read-strict-xml";
import { SamlRefusal } from "./saml-refusal";
import { allElements, attributeOf, childrenNamed, ns } from "./xml-elements";

/** The most that metadata may have. Entra's has about 20 KiB. */
export const maxMetadataBytes = 1024 * 1024;

const redirectBinding = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const minRsaBits = 2048;

/**
 * Reads an identity provider's SAML 2.0 metadata. What WS-Federation adds, as Entra does, is passed over.
 * @throws InvalidInputError `metadata_invalid` with what is missing
 */
export function parseMetadata(xml: string): IdpMetadata {
  if (Buffer.byteLength(xml) > maxMetadataBytes) throw invalid("is larger than 1 MiB");
  const entity = findEntity(readXml(xml));
  const [role, ...more] = childrenNamed(entity, ns.metadata, "IDPSSODescriptor");
  if (!role || more.length > 0) throw invalid("must describe exactly one SAML 2.0 identity provider (an IDPSSODescriptor)");
  const entityId = attributeOf(entity, "entityID")?.trim() ?? "";
  if (!entityId || entityId.length > 1024) throw invalid("has no entityID");
  return { entityId, signInUrl: findSignInUrl(role), keys: findKeys(role) };
}

function readXml(xml: string): Element {
  try {
    return readStrictXml(xml.replace(/^\uFEFF/, "").trim(), metadataLimits).documentElement;
  } catch (cause) {
    if (cause instanceof SamlRefusal) throw invalid(`can't be read: ${cause.message}`, cause);
    throw cause;
  }
}

function findEntity(root: Element): Element {
  if (root.namespaceURI === ns.metadata && root.localName === "EntityDescriptor") return root;
  const entities = root.namespaceURI === ns.metadata && root.localName === "EntitiesDescriptor" ? childrenNamed(root, ns.metadata, "EntityDescriptor") : [];
  const [found, ...more] = entities.filter((entity) => childrenNamed(entity, ns.metadata, "IDPSSODescriptor").length > 0);
  if (!found || more.length > 0) throw invalid("must be an EntityDescriptor, or name one identity provider alone");
  return found;
}

function findSignInUrl(role: Element): string {
  const location = childrenNamed(role, ns.metadata, "SingleSignOnService")
    .filter((service) => attributeOf(service, "Binding") === redirectBinding)
    .map((service) => attributeOf(service, "Location") ?? "")[0];
  if (location === undefined) throw invalid("has no SingleSignOnService with the HTTP-Redirect binding");
  if (!mayBeFetched(location)) throw invalid("has a sign-in address that isn't https");
  return new URL(location).href;
}

function findKeys(role: Element): SigningKey[] {
  const certificates = childrenNamed(role, ns.metadata, "KeyDescriptor")
    .filter((key) => (attributeOf(key, "use") ?? "signing") === "signing")
    .flatMap((key) => allElements(key).filter(({ namespaceURI, localName }) => namespaceURI === ns.signature && localName === "X509Certificate"))
    .map((element) => (element.textContent ?? "").replace(/\s/g, ""));
  const keys = [...new Set(certificates)].map(readCertificate);
  if (keys.length === 0) throw invalid("has no signing certificate");
  if (keys.length > 50) throw invalid("has more than 50 signing certificates");
  return keys;
}

function readCertificate(base64: string): SigningKey {
  const certificate = openCertificate(base64);
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType !== "rsa" || (asymmetricKeyDetails?.modulusLength ?? 0) < minRsaBits) {
    throw invalid(`has a signing certificate whose key isn't RSA of at least ${minRsaBits} bits`);
  }
  return {
    pem: certificate.toString(),
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    subject: certificate.subject.replaceAll("\n", ", "),
    notBefore: new Date(certificate.validFrom).toISOString(),
    notAfter: new Date(certificate.validTo).toISOString(),
  };
}

function openCertificate(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64, "base64"));
  } catch (cause) {
    throw invalid("has a signing certificate that can't be read", cause);
  }
}

function invalid(what: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError("metadata_invalid", `The metadata ${what}. Copy it again from the identity provider.`, { cause });
}
