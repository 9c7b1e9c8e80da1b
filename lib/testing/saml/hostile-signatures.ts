import { randomUUID } from "node:crypto";
import { bentAfter, doing, elementText, encode, replaced, signed, signedWith, type HostileCase } from "./hostile-case";
import { signAnswer, writeAnswer } from "./saml-answer";
import { makeSamlKey } from "./saml-signing-key";

const attacker = "mallory@evil.example";
const victim = "mara.lindqvist@aldergate.example";
const newId = () => `_${randomUUID()}`;
const unsignedCopy = (element: string) => element.replace(/<Signature[\s>][^]*?<\/Signature>/, "");
const evilCopy = (assertion: string) =>
  unsignedCopy(assertion)
    .replace(/ ID="[^"]+"/, ` ID="${newId()}"`)
    .replaceAll(victim, attacker);
const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/** The eight known kinds of signature wrapping: what was signed stays in the message, and something else stands where it would be read. */
export const wrappingCases: HostileCase[] = [
  bentAfter(
    "wrapping 1: the signed Response as a part of its signature, after the rest",
    "saml_assertion_count",
    (xml) => wrapResponse(xml, "after"),
    "Response",
  ),
  bentAfter("wrapping 2: the signed Response before its detached signature", "saml_assertion_count", (xml) => wrapResponse(xml, "before"), "Response"),
  bentAfter("wrapping 3: an unsigned Assertion before the signed one", "saml_assertion_count", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, evilCopy(assertion) + assertion);
  }),
  bentAfter("wrapping 4: the signed Assertion inside an unsigned one", "saml_assertion_count", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, replaced(evilCopy(assertion), "</Assertion>", `${assertion}</Assertion>`));
  }),
  bentAfter("wrapping 5: a changed Assertion keeps the signature, the signed one stands at the end", "saml_assertion_count", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, changedWithSignature(assertion) + unsignedCopy(assertion));
  }),
  bentAfter("wrapping 6: a changed Assertion whose signature holds the signed one", "saml_assertion_count", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, replaced(changedWithSignature(assertion), "</Signature>", `${unsignedCopy(assertion)}</Signature>`));
  }),
  bentAfter("wrapping 7: an unsigned Assertion in Extensions", "saml_assertion_count", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, `<samlp:Extensions>${evilCopy(assertion)}</samlp:Extensions>${assertion}`);
  }),
  bentAfter("wrapping 8: a changed Assertion whose signature holds the signed one as an Object", "saml_assertion_count", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, replaced(changedWithSignature(assertion), "</Signature>", `<Object>${unsignedCopy(assertion)}</Object></Signature>`));
  }),
  bentAfter("wrapping with an assertion of another namespace in the signed one's place", "saml_assertion_count", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, evilCopy(assertion).replace("SAML:2.0:assertion", "SAML:2.0:assertions") + assertion);
  }),
  bentAfter("the signed Assertion moved into Extensions", "saml_assertion_place", (xml) => {
    const assertion = elementText(xml, "Assertion");
    return replaced(xml, assertion, `<samlp:Extensions>${assertion}</samlp:Extensions>`);
  }),
];

function changedWithSignature(assertion: string): string {
  return assertion.replace(/ ID="[^"]+"/, ` ID="${newId()}"`).replace(`>${victim}</NameID>`, `>${attacker}</NameID>`);
}

function wrapResponse(xml: string, where: "after" | "before"): string {
  const signature = elementText(xml, "Signature");
  const original = xml.replace(signature, "");
  const evil = original.replace(/ ID="[^"]+"/g, () => ` ID="${newId()}"`).replaceAll(victim, attacker);
  const holding = where === "after" ? replaced(signature, "</Signature>", `<Object>${original}</Object></Signature>`) : original + signature;
  return replaced(evil, "<samlp:Status>", `${holding}<samlp:Status>`);
}

/** Signatures of the wrong shape, algorithm, reach or key. */
export const signatureCases: HostileCase[] = [
  doing("no signature at all", "saml_unsigned", async (scene) => {
    const begun = await scene.begin();
    return scene.post(encode(writeAnswer(scene.plan(begun))), begun.cookie);
  }),
  bentAfter("two Signatures on one Assertion", "saml_signature_count", (xml) => {
    const signature = elementText(xml, "Signature");
    return replaced(xml, signature, signature + signature);
  }),
  bentAfter("a Signature that stands in the Subject", "saml_signature_place", (xml) => {
    const signature = elementText(xml, "Signature");
    return replaced(replaced(xml, signature, ""), "<Subject>", `<Subject>${signature}`);
  }),
  bentAfter("a Signature that stands in the Status", "saml_signature_place", (xml) => {
    const signature = elementText(xml, "Signature");
    return replaced(replaced(xml, signature, ""), "</samlp:Status>", `${signature}</samlp:Status>`);
  }),
  bentAfter("a Signature of another namespace", "saml_signature_place", (xml) =>
    replaced(xml, '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"', '<Signature xmlns="http://www.w3.org/2000/09/xmldsig"'),
  ),
  bentAfter("two SignedInfos, the first a forged one", "saml_signed_info_count", (xml) => {
    const info = elementText(xml, "SignedInfo");
    return replaced(xml, info, info.replace(/<DigestValue>[^<]+/, "<DigestValue>AAAA") + info);
  }),
  bentAfter("two SignedInfos, the second in the KeyInfo", "saml_signed_info_count", (xml) =>
    replaced(xml, "</KeyInfo>", `${elementText(xml, "SignedInfo")}</KeyInfo>`),
  ),
  bentAfter("an Object in the Signature", "saml_signature_shape", (xml) => replaced(xml, "</Signature>", "<Object>extra</Object></Signature>")),
  bentAfter("two References", "saml_reference_count", (xml) => {
    const reference = elementText(xml, "Reference");
    return replaced(xml, reference, reference + reference);
  }),
  bentAfter("no Reference", "saml_reference_count", (xml) => replaced(xml, elementText(xml, "Reference"), "")),
  signedWith("an empty Reference, which covers the whole document", "saml_reference_empty", { emptyReference: true, covers: "/*" }),
  bentAfter("a Reference without a URI", "saml_reference_empty", (xml) => replaced(xml, / URI="[^"]+"/, "")),
  bentAfter("a Reference by XPointer", "saml_reference_elsewhere", (xml) => replaced(xml, / URI="#([^"]+)"/, ' URI="#xpointer(/)"')),
  bentAfter("a Reference to a file elsewhere", "saml_reference_elsewhere", (xml) => replaced(xml, / URI="#[^"]+"/, ' URI="https://evil.example/answer.xml"')),
  signedWith("a Signature in the Response that covers the Assertion alone", "saml_reference_elsewhere", {
    target: "Response",
    covers: "//*[local-name(.)='Assertion']",
  }),
  signedWith("a Signature in the Assertion that covers the Response", "saml_reference_elsewhere", { covers: "/*" }),
  signedWith("a signature with SHA-1", "saml_signature_algorithm", { algorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }),
  signedWith("a digest with SHA-1", "saml_digest_algorithm", { digest: "http://www.w3.org/2000/09/xmldsig#sha1" }),
  signedWith("an HMAC whose secret is the public certificate", "saml_signature_algorithm", { hmac: true }),
  bentAfter("an unknown signature algorithm", "saml_signature_algorithm", (xml) => replaced(xml, "xmldsig-more#rsa-sha256", "xmldsig-more#none")),
  signedWith("canonical with comments", "saml_canonicalisation", { canonicalisation: `${exclusive}WithComments` }),
  signedWith("canonical by C14N 1.0, which takes names from outside in", "saml_canonicalisation", {
    canonicalisation: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
  }),
  signedWith("a transform with comments", "saml_transform", { transforms: [enveloped, `${exclusive}WithComments`] }),
  signedWith("only the enveloped transform", "saml_transform", { transforms: [enveloped] }),
  bentAfter("an XSLT transform", "saml_transform", (xml) =>
    replaced(xml, "<Transforms>", '<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
  ),
  bentAfter("an XPath transform that leaves the Subject out", "saml_transform", (xml) =>
    replaced(
      xml,
      `<Transform Algorithm="${exclusive}"/>`,
      '<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>not(ancestor-or-self::Subject)</XPath></Transform>',
    ),
  ),
  signedWith("a key that only the message itself names", "saml_key_unknown", () => ({ key: makeSamlKey() })),
  signedWith("another key's signature under the certificate of the metadata", "saml_signature_invalid", (scene) => ({
    key: makeSamlKey(),
    namedCertificatePem: scene.key.certificatePem,
  })),
  doing("another key's signature without any certificate", "saml_signature_invalid", async (scene) => {
    const begun = await scene.begin();
    const xml = signAnswer(writeAnswer(scene.plan(begun)), { key: makeSamlKey(), target: "Assertion" });
    return scene.post(encode(replaced(xml, elementText(xml, "KeyInfo"), "")), begun.cookie);
  }),
  bentAfter("a changed NameID", "saml_signature_invalid", (xml) => replaced(xml, `>${victim}</NameID>`, ">admin@aldergate.example</NameID>")),
  bentAfter("a changed attribute", "saml_signature_invalid", (xml) => replaced(xml, "<AttributeValue>Mara Lindqvist", "<AttributeValue>Somebody Else")),
  bentAfter("an added role attribute", "saml_signature_invalid", (xml) =>
    replaced(
      xml,
      "</AttributeStatement>",
      '<Attribute Name="FLEET_JIT_USER_ROLE_GLOBAL"><AttributeValue>admin</AttributeValue></Attribute></AttributeStatement>',
    ),
  ),
  bentAfter("a changed SignatureValue", "saml_signature_invalid", (xml) => replaced(xml, /<SignatureValue>..../, "<SignatureValue>AAAA")),
  bentAfter("a changed DigestValue", "saml_signature_invalid", (xml) => replaced(xml, /<DigestValue>..../, "<DigestValue>AAAA")),
  bentAfter(
    "a signed Response whose Destination was changed to hide another's",
    "saml_signature_invalid",
    (xml) => replaced(xml, / Destination="[^"]+"/, ' Destination="https://evil.example/acs"'),
    "both",
  ),
  bentAfter(
    "a Response whose own signature is broken around a sound Assertion",
    "saml_signature_invalid",
    (xml) => replaced(xml, "<samlp:StatusCode ", '<samlp:StatusCode extra="1" '),
    "both",
  ),
  doing("an Assertion whose signature is broken in a sound Response", "saml_signature_invalid", async (scene) => {
    const begun = await scene.begin();
    const inner = signed(scene, begun).replace(/<DigestValue>..../, "<DigestValue>AAAA");
    return scene.post(encode(signAnswer(inner, { key: scene.key, target: "Response" })), begun.cookie);
  }),
  bentAfter("void canonicalisation by a relative namespace", "saml_namespace", (xml) => replaced(xml, "<samlp:Status>", '<samlp:Status xmlns:void="1">')),
  bentAfter("an Assertion with the Response's ID", "saml_duplicate_id", (xml) =>
    replaced(xml, / ID="[^"]+"/, ` ID="${/<Assertion ID="([^"]+)"/.exec(xml)?.[1]}"`),
  ),
  bentAfter("a second element with the Assertion's ID, spelled Id", "saml_duplicate_id", (xml) =>
    replaced(xml, "<samlp:Status>", `<samlp:Status Id="${/<Assertion ID="([^"]+)"/.exec(xml)?.[1]}">`),
  ),
];
