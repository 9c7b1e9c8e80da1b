import { checkSignatureShape } from "./check-signature-shape";
import { refuse } from "./saml-refusal";
import { allElements, attributeOf, childElements, childrenNamed, ns } from "./xml-elements";

/** An answer of the one shape that is taken. `signed`: which elements carry a signature that points at them. Nothing here is believed yet. */
export interface AnswerShape {
  response: Element;
  assertion: Element;
  signed: { response: boolean; assertion: boolean };
}

/**
 * Holds an answer to one shape: a Response with one Assertion directly in it, each with at most one Signature directly in it, every ID once.
 * What could stand elsewhere to be read in place of what was signed has no place left.
 * @throws SamlRefusal, one code for each way to be otherwise
 */
export function checkStructure(document: Document): AnswerShape {
  const response = document.documentElement;
  if (response.namespaceURI !== ns.protocol || response.localName !== "Response") refuse("saml_not_a_response", "The XML isn't a SAML 2.0 Response.");
  if (attributeOf(response, "Version") !== "2.0") refuse("saml_version", "The answer isn't of SAML version 2.0.");
  const elements = allElements(document);
  checkIds(elements);
  if (elements.some(({ localName }) => /^Encrypted(?:Assertion|ID|Attribute|Data)$/.test(localName))) {
    refuse("saml_encrypted", "The answer is encrypted. Switch token encryption off for this app at the identity provider.");
  }
  const assertion = findAssertion(response, elements);
  const signed = checkSignatures(elements, response, assertion);
  return { response, assertion, signed };
}

function checkIds(elements: Element[]): void {
  const seen = new Set<string>();
  for (const element of elements) {
    for (const { localName, value } of Array.from(element.attributes)) {
      if (localName.toLowerCase() !== "id") continue;
      if (seen.has(value)) refuse("saml_duplicate_id", "Two elements of the answer have the same ID.");
      seen.add(value);
    }
  }
}

function findAssertion(response: Element, elements: Element[]): Element {
  const named = elements.filter(({ localName }) => localName === "Assertion");
  if (named.length === 0) checkStatus(response);
  const [assertion, ...more] = named;
  if (!assertion || more.length > 0) return refuse("saml_assertion_count", "The answer must have exactly one Assertion.");
  if (assertion.namespaceURI !== ns.assertion || assertion.parentNode !== response) {
    refuse("saml_assertion_place", "The Assertion doesn't stand directly in the Response.");
  }
  if (attributeOf(assertion, "Version") !== "2.0") refuse("saml_version", "The Assertion isn't of SAML version 2.0.");
  return assertion;
}

/**
 * Refuses every status but Success; says what the identity provider said.
 * @throws SamlRefusal `saml_status`
 */
export function checkStatus(response: Element): void {
  const [status] = childrenNamed(response, ns.protocol, "Status");
  const codes = status ? allElements(status).filter(({ localName }) => localName === "StatusCode") : [];
  const first = status && childrenNamed(status, ns.protocol, "StatusCode").length === 1 ? attributeOf(codes[0] as Element, "Value") : undefined;
  if (first === "urn:oasis:names:tc:SAML:2.0:status:Success" && codes.length === 1 && childrenNamed(response, ns.protocol, "Status").length === 1) return;
  const said = status ? childElements(status).find(({ localName }) => localName === "StatusMessage")?.textContent : undefined;
  const word = codes.map((code) => attributeOf(code, "Value")?.split(":").at(-1) ?? "").join(", ");
  refuse("saml_status", `The identity provider says: ${(said ?? word ?? "no status").trim().slice(0, 300) || "no status"}.`);
}

function checkSignatures(elements: Element[], response: Element, assertion: Element): AnswerShape["signed"] {
  const signatures = elements.filter(({ localName }) => localName === "Signature");
  if (signatures.length === 0) refuse("saml_unsigned", "Neither the answer nor its Assertion is signed.");
  const signed = { response: false, assertion: false };
  for (const signature of signatures) {
    const parent = signature.parentNode as Element;
    if (signature.namespaceURI !== ns.signature || (parent !== response && parent !== assertion)) {
      refuse("saml_signature_place", "A Signature stands neither directly in the Response nor directly in its Assertion.");
    }
    const which = parent === response ? "response" : "assertion";
    if (signed[which]) refuse("saml_signature_count", `The ${parent.localName} has more than one Signature.`);
    signed[which] = true;
    checkSignatureShape(signature, parent);
  }
  if (elements.some(({ localName, parentNode }) => localName === "SignedInfo" && !signatures.includes(parentNode as Element))) {
    refuse("saml_signed_info_count", "A SignedInfo stands outside its Signature.");
  }
  return signed;
}
