import { deflateRawSync } from "node:zlib";
import { bentAfter, bentBefore, doing, elementText, encode, replaced, signed, type HostileCase } from "./hostile-case";
import type { BegunSignIn, SamlScene } from "./saml-scene";

const mail = "mara.lindqvist@aldergate.example";

/** A case about how an answer is carried: `carry` makes the SAMLResponse parameter, or the whole form, of a signed answer. */
const carried = (name: string, code: string, carry: (xml: string) => string | { body: string }): HostileCase =>
  doing(name, code, async (scene) => {
    const begun = await scene.begin();
    const given = carry(signed(scene, begun));
    return typeof given === "string" ? scene.post(given, begun.cookie) : scene.post("", begun.cookie, given.body);
  });

/** Answers that can't be read, or not safely. */
export const documentCases: HostileCase[] = [
  carried("a body of a mebibyte", "saml_too_large", (xml) => ({
    body: `SAMLResponse=${encodeURIComponent(encode(xml))}&RelayState=${"x".repeat(1024 * 1024)}`,
  })),
  carried("an answer over 256 KiB", "saml_too_large", (xml) => encode(xml + " ".repeat(256 * 1024))),
  carried("no SAMLResponse", "saml_parameters", () => ({ body: "RelayState=%2F" })),
  carried("two SAMLResponses", "saml_parameters", (xml) => ({
    body: `SAMLResponse=${encodeURIComponent(encode(xml))}&SAMLResponse=${encodeURIComponent(encode(xml))}`,
  })),
  carried("an empty answer", "saml_not_base64", () => ""),
  carried("plain XML in place of base64", "saml_not_base64", (xml) => xml),
  carried("base64 for addresses", "saml_not_base64", (xml) => `${encode(`${xml}  `).slice(0, -4)}-_-_`),
  carried("base64 with bits behind its end", "saml_not_base64", () => "PGE+PC9hPn=="),
  carried("a compressed answer", "saml_not_utf8", (xml) => deflateRawSync(xml).toString("base64")),
  carried("UTF-16", "saml_not_utf8", (xml) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml, "utf16le")]).toString("base64")),
  carried("half an answer", "saml_malformed", (xml) => encode(xml.slice(0, xml.length / 2))),
  carried("text behind the answer", "saml_malformed", (xml) => encode(`${xml}extra`)),
  carried("two roots", "saml_malformed", (xml) => encode(xml + xml.replaceAll(/ ID="_/g, ' ID="_b'))),
  bentAfter("a DTD", "saml_doctype", (xml) => `<!DOCTYPE Response>${xml}`),
  bentAfter("an external entity", "saml_doctype", (xml) => `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${replaced(xml, mail, "&x;")}`),
  bentAfter(
    "a billion laughs",
    "saml_doctype",
    (xml) => `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>${replaced(xml, mail, "&b;")}`,
  ),
  bentAfter("an entity that nothing declares", "saml_entity", (xml) => replaced(xml, "Mara Lindqvist", "Mara&nbsp;Lindqvist")),
  bentAfter("a processing instruction", "saml_processing_instruction", (xml) => replaced(xml, "<samlp:Status>", "<?go on?><samlp:Status>")),
  bentAfter("a stylesheet", "saml_processing_instruction", (xml) => `<?xml-stylesheet href="https://evil.example/x.xsl"?>${xml}`),
  // The signature holds over a comment: canonical XML leaves it out, and a careless reader stops before it.
  commented("a comment that cuts the NameID short", (xml) => replaced(xml, `${mail}.evil.example</NameID>`, `${mail}<!---->.evil.example</NameID>`)),
  commented("a comment in an attribute", (xml) => replaced(xml, "<AttributeValue>Mara", "<AttributeValue><!-- -->Mara")),
  commented("a comment in the Audience", (xml) => replaced(xml, "<Audience>fleet", "<Audience>fleet<!-- -->")),
  commented("a comment in the Issuer", (xml) => replaced(xml, "/</Issuer>", "/<!-- --></Issuer>")),
  bentAfter("a CDATA section in the NameID", "saml_cdata", (xml) => replaced(xml, `>${mail}</NameID>`, `><![CDATA[${mail}]]></NameID>`)),
  bentAfter("elements a thousand deep", "saml_too_deep", (xml) =>
    replaced(xml, "<samlp:Status>", `${"<samlp:Status>".repeat(1000)}${"</samlp:Status>".repeat(999)}`),
  ),
  bentAfter("ten thousand elements", "saml_too_deep", (xml) => replaced(xml, "</samlp:Status>", `${"<a/>".repeat(10_000)}</samlp:Status>`)),
  bentAfter("a thousand namespaces", "saml_too_deep", (xml) =>
    replaced(xml, "<samlp:Status>", `<samlp:Status ${Array.from({ length: 1000 }, (_, at) => `xmlns:n${at}="urn:n"`).join(" ")}>`),
  ),
  bentAfter("an attribute given twice", "saml_malformed", (xml) => replaced(xml, ' Version="2.0"', ' Version="2.0" Version="2.0"')),
  bentAfter("an attribute without quotes", "saml_malformed", (xml) => replaced(xml, ' Version="2.0"', " Version=2.0")),
  bentAfter("a control character", "saml_malformed", (xml) => replaced(xml, "Mara Lindqvist", "Mara\u0001Lindqvist")),
  carried("an Assertion alone", "saml_not_a_response", (xml) => encode(elementText(xml, "Assertion"))),
  bentAfter("an answer to a sign-out", "saml_not_a_response", (xml) => xml.replaceAll("samlp:Response", "samlp:LogoutResponse")),
  bentAfter("a Response of another namespace", "saml_not_a_response", (xml) => replaced(xml, "SAML:2.0:protocol", "SAML:1.1:protocol")),
  bentAfter("version 1.1", "saml_version", (xml) => replaced(xml, ' Version="2.0"', ' Version="1.1"')),
  bentBefore("an Assertion of version 1.1", "saml_version", (xml) => xml.replace(/(<Assertion [^>]*)Version="2.0"/, '$1Version="1.1"')),
  doing("no Assertion", "saml_assertion_count", async (scene) => {
    const begun = await scene.begin();
    const xml = signed(scene, begun);
    return scene.post(encode(replaced(xml, elementText(xml, "Assertion"), "")), begun.cookie);
  }),
  doing("two Assertions, both honestly signed", "saml_assertion_count", async (scene) => {
    const begun = await scene.begin();
    const xml = signed(scene, begun);
    const other = elementText(signed(scene, begun, "Assertion", { email: "second@aldergate.example" }), "Assertion");
    return scene.post(encode(replaced(xml, "</samlp:Response>", `${other}</samlp:Response>`)), begun.cookie);
  }),
  bentAfter("an encrypted Assertion", "saml_encrypted", (xml) =>
    replaced(
      xml,
      elementText(xml, "Assertion"),
      '<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/></EncryptedAssertion>',
    ),
  ),
  bentBefore("an encrypted NameID", "saml_encrypted", (xml) => replaced(xml, elementText(xml, "NameID"), "<EncryptedID/>")),
];

function commented(name: string, bend: (xml: string) => string): HostileCase {
  return doing(name, "saml_comment", async (scene: SamlScene) => {
    const begun: BegunSignIn = await scene.begin();
    return scene.post(
      encode(bend(signed(scene, begun, "Assertion", name.includes("NameID") ? { email: `${mail}.evil.example`, name: "Mara" } : {}))),
      begun.cookie,
    );
  });
}
