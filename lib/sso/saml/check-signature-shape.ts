import { refuse } from "./saml-refusal";
import { attributeOf, childElements, childrenNamed, ns, plainText } from "./xml-elements";

const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

// RSA with SHA-256 (both paddings) or SHA-512. SHA-1 is broken, and HMAC would take the public key for a shared secret.
const signatureAlgorithms = new Set([
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
]);
const digestAlgorithms = new Set(["http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2001/04/xmlenc#sha512"]);

/**
 * Holds a Signature to the one shape that SAML asks for: one SignedInfo with one Reference to the very element it stands in, canonical by
 * exclusive C14N without comments, and algorithms of today. Says nothing about whether it is true.
 * @throws SamlRefusal, one code for each way to be otherwise
 */
export function checkSignatureShape(signature: Element, parent: Element): void {
  const names = childElements(signature).map(({ namespaceURI, localName }) => (namespaceURI === ns.signature ? localName : "other"));
  if (names.filter((name) => name === "SignedInfo").length !== 1) refuse("saml_signed_info_count", "A Signature must have exactly one SignedInfo.");
  if (!/^SignedInfo,SignatureValue(?:,KeyInfo)?$/.test(names.join())) {
    refuse("saml_signature_shape", "A Signature must have SignedInfo, SignatureValue and at most a KeyInfo, and nothing else.");
  }
  const [signedInfo, value] = childElements(signature) as [Element, Element];
  if (!/^[A-Za-z0-9+/=\s]+$/.test(plainText(value, "saml_signature_shape"))) refuse("saml_signature_shape", "A SignatureValue must be base64.");
  checkSignedInfo(signedInfo, parent);
}

function checkSignedInfo(signedInfo: Element, parent: Element): void {
  const references = childrenNamed(signedInfo, ns.signature, "Reference");
  if (references.length !== 1) refuse("saml_reference_count", "A SignedInfo must have exactly one Reference.");
  const [canonicalisation, method, reference, ...more] = childElements(signedInfo);
  const shape = [canonicalisation, method, reference].map((element) => element?.localName).join();
  if (shape !== "CanonicalizationMethod,SignatureMethod,Reference" || more.length > 0) {
    refuse("saml_signature_shape", "A SignedInfo must have CanonicalizationMethod, SignatureMethod and Reference, and nothing else.");
  }
  if (attributeOf(canonicalisation as Element, "Algorithm") !== exclusive || childElements(canonicalisation as Element).length > 0) {
    refuse("saml_canonicalisation", "The SignedInfo must be canonical by exclusive C14N, without comments.");
  }
  if (!signatureAlgorithms.has(attributeOf(method as Element, "Algorithm") ?? "") || childElements(method as Element).length > 0) {
    refuse("saml_signature_algorithm", "The answer must be signed with RSA and SHA-256 or SHA-512. Choose SHA-256 at the identity provider.");
  }
  checkReference(reference as Element, parent);
}

function checkReference(reference: Element, parent: Element): void {
  const id = attributeOf(parent, "ID");
  const uri = attributeOf(reference, "URI");
  if (!uri || uri === "#") refuse("saml_reference_empty", "A Reference must name the element that it signs.");
  if (!id || !/^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(id) || uri !== `#${id}`) {
    refuse("saml_reference_elsewhere", "A Reference must name the element that its Signature stands in.");
  }
  const [transforms, method, digest, ...more] = childElements(reference);
  const shape = [transforms, method, digest].map((element) => element?.localName).join();
  if (shape !== "Transforms,DigestMethod,DigestValue" || more.length > 0) {
    refuse("saml_transform", "A Reference must have Transforms, DigestMethod and DigestValue, and nothing else.");
  }
  checkTransforms(transforms as Element);
  if (!digestAlgorithms.has(attributeOf(method as Element, "Algorithm") ?? "") || childElements(method as Element).length > 0) {
    refuse("saml_digest_algorithm", "The digest must be SHA-256 or SHA-512. Choose SHA-256 at the identity provider.");
  }
  if (!/^[A-Za-z0-9+/=\s]+$/.test(plainText(digest as Element, "saml_signature_shape"))) refuse("saml_signature_shape", "A DigestValue must be base64.");
}

function checkTransforms(transforms: Element): void {
  const [first, second, ...more] = childElements(transforms);
  const named = (element: Element | undefined, algorithm: string) =>
    element?.namespaceURI === ns.signature && element.localName === "Transform" && attributeOf(element, "Algorithm") === algorithm;
  if (!named(first, enveloped) || !named(second, exclusive) || more.length > 0 || childElements(first as Element).length > 0) {
    refuse("saml_transform", "A Reference must be transformed as an enveloped signature and by exclusive C14N without comments, and not otherwise.");
  }
  const inside = childElements(second as Element);
  const prefixList = inside.length === 1 && inside[0]?.namespaceURI === exclusive && inside[0].localName === "InclusiveNamespaces";
  if (inside.length > 0 && !(prefixList && childElements(inside[0] as Element).length === 0)) {
    refuse("saml_transform", "A transform may name prefixes to include, and nothing else.");
  }
}
