import * as fc from "fast-check";
import { expect, test } from "vitest";
import { elementText, encode } from "../../testing/saml/hostile-case";
import { issuerOf, makeAnswer, signAnswer, writeAnswer, type AnswerPlan, type Signs } from "../../testing/saml/saml-answer";
import { writeFederationMetadata } from "../../testing/saml/saml-metadata";
import { makeSamlKey } from "../../testing/saml/saml-signing-key";
import type { AnswerExpectations } from "./check-answer";
import { parseMetadata } from "./parse-metadata";
import { answerLimits, readStrictXml } from "./read-strict-xml";
import { SamlRefusal } from "./saml-refusal";
import { validateResponse } from "./validate-response";
import { verifySignatures } from "./verify-signatures";
import { allElements } from "./xml-elements";

const tenantId = "3c0c6ad2-8e6f-4a6c-9f0a-4f6e6a3b1d20";
const acsUrl = "https://flotilla.test/api/v1/fleet/sso/callback";
const now = new Date("2026-03-02T09:00:00.000Z");
const key = makeSamlKey();
const { keys } = parseMetadata(writeFederationMetadata({ tenantId, signInUrl: "https://login.example/saml2", keys: [key] }));
const expected: AnswerExpectations = { idpEntityId: issuerOf(tenantId), acsUrl, audiences: ["fleet"], requestId: "_request", idpInitiatedAllowed: true, now };
const plan: AnswerPlan = { tenantId, acsUrl, audience: "fleet", now, email: "mara@aldergate.example", name: "Mara", inResponseTo: "_request" };
const honest = (signs: Signs) => Buffer.from(makeAnswer(plan, key, signs), "base64").toString("utf8");

/** What an answer is believed to say, or the code with which it is refused; anything else that is thrown fails the test. */
function judge(xml: string): string {
  try {
    return JSON.stringify(validateResponse(encode(xml), keys, expected));
  } catch (error) {
    if (error instanceof SamlRefusal) return error.code;
    throw error;
  }
}

test.each<Signs>(["assertion", "response", "both"])("no change of a few characters in an answer with its %s signed makes it say something else", (signs) => {
  const xml = honest(signs);
  const truth = judge(xml);
  expect(truth).toContain("mara@aldergate.example");
  const piece = fc.constantFrom(
    "",
    "<",
    ">",
    "/",
    '"',
    "&",
    "x",
    " ",
    "\n",
    "<!---->",
    "&#0;",
    "&amp;",
    "]]>",
    "<a/>",
    "</NameID>",
    "xmlns=''",
    "ID='_a'",
    "\u0000",
    "é",
  );
  fc.assert(
    fc.property(fc.nat({ max: xml.length }), fc.nat({ max: 6 }), piece, (at, cut, inserted) => {
      const said = judge(xml.slice(0, at) + inserted + xml.slice(at + cut));
      return said === truth || said.startsWith("saml_");
    }),
    { numRuns: 300 },
  );
});

test.each<Signs>(["assertion", "response", "both"])(
  "no element of an answer with its %s signed can be copied, moved or forged into another place to make it say something else",
  (signs) => {
    const xml = honest(signs);
    const truth = judge(xml);
    const elements = [...xml.matchAll(/<([\w:]+)[\s>/]/g)].map(({ index, 1: name }) => spanOf(xml, index, name as string));
    const index = fc.nat({ max: elements.length - 1 });
    fc.assert(
      fc.property(index, index, fc.boolean(), fc.boolean(), fc.boolean(), (from, to, moved, renamed, inside) => {
        const source = elements[from] as Span;
        const target = elements[to] as Span;
        let copy = xml.slice(source.start, source.end).replaceAll("mara@", "mallory@");
        if (renamed) copy = copy.replace(/ ID="[^"]+"/g, ' ID="_forged"');
        const place = inside ? target.inside : target.start;
        const bent = xml.slice(0, place) + copy + xml.slice(place);
        const shift = place <= source.start ? copy.length : 0;
        const said = judge(moved ? bent.slice(0, source.start + shift) + bent.slice(source.end + shift) : bent);
        return said === truth || said.startsWith("saml_");
      }),
      { numRuns: 300 },
    );
  },
);

interface Span {
  start: number;
  end: number;
  inside: number;
}

function spanOf(xml: string, start: number, name: string): Span {
  const tagEnd = xml.indexOf(">", start) + 1;
  if (xml[tagEnd - 2] === "/") return { start, end: tagEnd, inside: tagEnd };
  return { start, end: xml.indexOf(`</${name}>`, start) + name.length + 3, inside: tagEnd };
}

test("the signature alone, without the shape's checks, believes only what it covers", () => {
  const xml = honest("assertion");
  const assertion = elementText(xml, "Assertion");
  const forged = assertion
    .replace(/<Signature[^]*<\/Signature>/, "")
    .replace(/ ID="[^"]+"/, ' ID="_forged"')
    .replace(">mara@", ">mallory@");
  const document = readStrictXml(xml.replace(assertion, forged + assertion), answerLimits);
  const [first, second] = allElements(document).filter(({ localName }) => localName === "Assertion") as [Element, Element];
  const text = xml.replace(assertion, forged + assertion);
  const shape = { response: document.documentElement, signed: { response: false, assertion: true } };
  expect(() => verifySignatures(text, { ...shape, assertion: first }, keys)).toThrow(SamlRefusal);
  expect(verifySignatures(text, { ...shape, assertion: second }, keys).assertion.textContent).toContain("mara@aldergate.example");
});

test("the most laborious answers cost less than two seconds of a processor each", () => {
  const many = Array.from({ length: 900 }, (_, at) => `0a0a0a0a-0000-4000-8000-${String(at).padStart(12, "0")}`);
  const groups = { "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups": many };
  const large = signAnswer(writeAnswer({ ...plan, attributes: groups }), { key, target: "Assertion" });
  const filled = large.replace("</samlp:Status>", `${"<a b='c'/>".repeat(500)}</samlp:Status>`);
  for (const [xml, verdict] of [
    [large, "mara@aldergate.example"],
    [filled.replace("mara@", "mallory@"), "saml_signature_invalid"],
    [`<samlp:Response xmlns:samlp="urn:x" ${"a='b' ".repeat(30_000)}/>`, "saml_"],
    [`<a ${'"'.repeat(190_000)}`, "saml_malformed"],
    ["<".repeat(190_000), "saml_malformed"],
    [`<a b="${"&".repeat(180_000)}"/>`, "saml_"],
    [`<a>${" ".repeat(180_000)}`, "saml_malformed"],
  ] as const) {
    const began = process.cpuUsage();
    expect(judge(xml)).toContain(verdict);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(2000);
  }
});
