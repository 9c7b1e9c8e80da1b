import { createHash } from "node:crypto";
import { getVerifiedXml } from "@node-saml/node-saml/lib/xml.js";
import type { AnswerShape } from "./check-structure";
import type { SigningKey } from "./metadata";
import { answerLimits, readStrictXml } from "./read-strict-xml";
import { refuse } from "./saml-refusal";
import { allElements, childrenNamed, ns } from "./xml-elements";

/** What the signatures cover, parsed again from the very bytes that were signed. `response` is null when only the Assertion is signed. */
export interface SignedParts {
  response: Element | null;
  assertion: Element;
}

/**
 * Verifies every signature of the answer with the keys of the metadata alone, and reads the signed bytes anew: all that follows reads these.
 * @throws SamlRefusal `saml_key_unknown` when the message names a certificate that the metadata doesn't, `saml_signature_invalid`
 */
export function verifySignatures(xml: string, shape: AnswerShape, keys: readonly SigningKey[]): SignedParts {
  const response = shape.signed.response ? verifiedElement(xml, shape.response, keys) : null;
  const assertion = shape.signed.assertion ? verifiedElement(xml, shape.assertion, keys) : childrenNamed(response as Element, ns.assertion, "Assertion")[0];
  if (!assertion) return refuse("saml_signature_invalid", "What the signature covers has no Assertion.");
  return { response, assertion };
}

function verifiedElement(xml: string, element: Element, keys: readonly SigningKey[]): Element {
  const signed = signedBytes(xml, element, keys);
  if (!signed) return refuseSignature(element, keys);
  const again = readStrictXml(signed, answerLimits).documentElement;
  // A canonicaliser that gave up would have signed something else, or nothing.
  if (again.localName !== element.localName || again.namespaceURI !== element.namespaceURI || again.getAttribute("ID") !== element.getAttribute("ID")) {
    return refuse("saml_signature_invalid", "What the signature covers isn't the element that it stands in.");
  }
  return again;
}

function signedBytes(xml: string, element: Element, keys: readonly SigningKey[]): string | null {
  try {
    return getVerifiedXml(
      xml,
      element,
      keys.map(({ pem }) => pem),
    );
  } catch (cause) {
    return refuse("saml_signature_invalid", "The signature can't be verified.", cause);
  }
}

function refuseSignature(element: Element, keys: readonly SigningKey[]): never {
  const [signature] = childrenNamed(element, ns.signature, "Signature");
  const named = signature ? allElements(signature).filter(({ localName }) => localName === "X509Certificate") : [];
  const known = new Set(keys.map(({ sha256 }) => sha256));
  if (named.some((certificate) => !known.has(certificateSha256(certificate.textContent ?? "")))) {
    refuse(
      "saml_key_unknown",
      "The answer is signed with a certificate that isn't in the identity provider's metadata. Check the metadata, then sign in again.",
    );
  }
  refuse("saml_signature_invalid", "The signature doesn't fit what it stands on, with any certificate of the metadata.");
}

/** sha256 of a certificate in base64, in hex. */
export function certificateSha256(base64: string): string {
  return createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex");
}
