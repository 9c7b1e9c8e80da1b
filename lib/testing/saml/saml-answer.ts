import { randomUUID, sign } from "node:crypto";
import { SignedXml } from "xml-crypto";
import type { SamlSigningKey } from "./saml-signing-key";

/** What an identity provider puts into an answer. Every part can be left out or bent; what isn't given is as Entra sends it. */
export interface AnswerPlan {
  tenantId: string;
  acsUrl: string;
  audience: string;
  now: Date;
  email: string;
  name?: string;
  objectId?: string;
  inResponseTo?: string | undefined;
  attributes?: Record<string, string | string[]>;
  issuer?: string;
  status?: string;
  destination?: string | null;
  recipient?: string;
  method?: string;
  responseId?: string;
  assertionId?: string;
  /** Offsets in milliseconds from `now`. */
  issuedMs?: number;
  notBeforeMs?: number;
  notOnOrAfterMs?: number;
  confirmUntilMs?: number;
  sessionUntilMs?: number;
  /** In place of the InResponseTo inside the assertion; null leaves it out. */
  confirmedRequest?: string | null;
  nameId?: string;
  authnStatement?: boolean;
}

const minute = 60_000;
const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const microsoft = "http://schemas.microsoft.com";

/** Text as it may stand in XML. */
export function xmlText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}

/** The issuer's name of a tenant, as Entra writes it. */
export const issuerOf = (tenantId: string): string => `https://sts.windows.net/${tenantId}/`;

/** The ids in an unsigned answer. */
export function answerIds(plan: Pick<AnswerPlan, "responseId" | "assertionId">): { responseId: string; assertionId: string } {
  return { responseId: plan.responseId ?? `_${randomUUID()}`, assertionId: plan.assertionId ?? `_${randomUUID()}` };
}

/** An answer before it is signed, in the shape that Entra's have. */
export function writeAnswer(plan: AnswerPlan): string {
  const { responseId } = answerIds(plan);
  const issuer = xmlText(plan.issuer ?? issuerOf(plan.tenantId));
  const destination = plan.destination === null ? "" : ` Destination="${xmlText(plan.destination ?? plan.acsUrl)}"`;
  const inResponseTo = plan.inResponseTo === undefined ? "" : ` InResponseTo="${xmlText(plan.inResponseTo)}"`;
  return (
    `<samlp:Response ID="${responseId}" Version="2.0" IssueInstant="${time(plan, plan.issuedMs ?? 0)}"${destination}${inResponseTo}` +
    ` xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">${issuer}</Issuer>` +
    `<samlp:Status><samlp:StatusCode Value="${plan.status ?? "urn:oasis:names:tc:SAML:2.0:status:Success"}"/></samlp:Status>` +
    `${writeAssertion(plan)}</samlp:Response>`
  );
}

/** The assertion of an answer, unsigned. */
export function writeAssertion(plan: AnswerPlan): string {
  const { assertionId } = answerIds(plan);
  const confirmed = plan.confirmedRequest === undefined ? plan.inResponseTo : (plan.confirmedRequest ?? undefined);
  const session = plan.sessionUntilMs === undefined ? "" : ` SessionNotOnOrAfter="${time(plan, plan.sessionUntilMs)}"`;
  const statement =
    plan.authnStatement === false
      ? ""
      : `<AuthnStatement AuthnInstant="${time(plan, -3 * minute)}" SessionIndex="${assertionId}"${session}><AuthnContext>` +
        `<AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement>`;
  return (
    `<Assertion ID="${assertionId}" IssueInstant="${time(plan, plan.issuedMs ?? 0)}" Version="2.0" xmlns="urn:oasis:names:tc:SAML:2.0:assertion">` +
    `<Issuer>${xmlText(plan.issuer ?? issuerOf(plan.tenantId))}</Issuer><Subject>` +
    `<NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${plan.nameId ?? xmlText(plan.email)}</NameID>` +
    `<SubjectConfirmation Method="${plan.method ?? "urn:oasis:names:tc:SAML:2.0:cm:bearer"}"><SubjectConfirmationData` +
    `${confirmed === undefined ? "" : ` InResponseTo="${xmlText(confirmed)}"`} NotOnOrAfter="${time(plan, plan.confirmUntilMs ?? 5 * minute)}"` +
    ` Recipient="${xmlText(plan.recipient ?? plan.acsUrl)}"/></SubjectConfirmation></Subject>` +
    `<Conditions NotBefore="${time(plan, plan.notBeforeMs ?? 0)}" NotOnOrAfter="${time(plan, plan.notOnOrAfterMs ?? 70 * minute)}">` +
    `<AudienceRestriction><Audience>${xmlText(plan.audience)}</Audience></AudienceRestriction></Conditions>` +
    `<AttributeStatement>${writeAttributes(plan)}</AttributeStatement>${statement}</Assertion>`
  );
}

function writeAttributes(plan: AnswerPlan): string {
  const given: Record<string, string | string[]> = {
    [`${microsoft}/identity/claims/tenantid`]: plan.tenantId,
    ...(plan.objectId && { [`${microsoft}/identity/claims/objectidentifier`]: plan.objectId }),
    [`${microsoft}/identity/claims/displayname`]: plan.name ?? plan.email,
    [`${microsoft}/identity/claims/identityprovider`]: issuerOf(plan.tenantId),
    [`${claims}/emailaddress`]: plan.email,
    [`${claims}/name`]: plan.email,
    ...plan.attributes,
  };
  return Object.entries(given)
    .map(([name, values]) => {
      const texts = [values].flat().map((value) => `<AttributeValue>${xmlText(value)}</AttributeValue>`);
      return `<Attribute Name="${xmlText(name)}">${texts.join("")}</Attribute>`;
    })
    .join("");
}

function time({ now }: AnswerPlan, offsetMs: number): string {
  return new Date(now.getTime() + offsetMs).toISOString();
}

/** How an element is signed; what isn't given is as Entra does it. */
export interface SigningPlan {
  key: SamlSigningKey;
  target: "Response" | "Assertion";
  /** What the Reference covers, when that isn't the target. */
  covers?: string;
  digest?: string;
  algorithm?: string;
  canonicalisation?: string;
  transforms?: string[];
  emptyReference?: boolean;
  /** The certificate that the message names, when that isn't the key's. */
  namedCertificatePem?: string;
  inclusivePrefixes?: string[];
  /** Signs with HMAC-SHA1, the public certificate being the shared secret. */
  hmac?: boolean;
}

const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";

/** The answer with a signature on one element, after its Issuer. */
export function signAnswer(xml: string, plan: SigningPlan): string {
  const target = `//*[local-name(.)='${plan.target}']`;
  const signer = new SignedXml({
    privateKey: plan.key.privateKeyPem,
    publicCert: plan.namedCertificatePem ?? plan.key.certificatePem,
    signatureAlgorithm: plan.algorithm ?? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    canonicalizationAlgorithm: plan.canonicalisation ?? exclusive,
  } as ConstructorParameters<typeof SignedXml>[0]);
  if (plan.hmac) {
    signer.enableHMAC();
    signer.signatureAlgorithm = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
    signer.privateKey = plan.key.certificatePem;
  }
  signer.addReference({
    xpath: plan.covers ?? target,
    transforms: plan.transforms ?? ["http://www.w3.org/2000/09/xmldsig#enveloped-signature", exclusive],
    digestAlgorithm: plan.digest ?? "http://www.w3.org/2001/04/xmlenc#sha256",
    isEmptyUri: plan.emptyReference ?? false,
    ...(plan.inclusivePrefixes && { inclusiveNamespacesPrefixList: plan.inclusivePrefixes }),
  });
  signer.computeSignature(xml, { location: { reference: `${target}/*[local-name(.)='Issuer'][1]`, action: "after" } });
  return plan.inclusivePrefixes ? signedAnew(signer.getSignedXml(), plan) : signer.getSignedXml();
}

/** The library names the prefixes in both transforms, where they belong in the second alone: takes the first out and signs the SignedInfo again. */
function signedAnew(xml: string, { key, target }: SigningPlan): string {
  // The target's own Signature comes first in it; another's, of an assertion that is signed already, stays as it is.
  const start = xml.indexOf("<SignedInfo", xml.search(new RegExp(`<(?:samlp:)?${target} `)));
  const end = xml.indexOf("</SignatureValue>", start);
  const given = xml.slice(start, end);
  const info = given.slice(0, given.indexOf("</SignedInfo>") + 13).replace(/(#enveloped-signature")><InclusiveNamespaces[^>]*\/>(<\/Transform>)/, "$1>$2");
  const canonical = info
    .replace("<SignedInfo>", '<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">')
    .replace(/<InclusiveNamespaces (PrefixList="[^"]*") (xmlns="[^"]*")\/>/g, "<InclusiveNamespaces $2 $1/>")
    .replace(/<(\w+)([^>]*)\/>/g, "<$1$2></$1>");
  const value = sign("sha256", Buffer.from(canonical), key.privateKeyPem).toString("base64");
  return `${xml.slice(0, start)}${info}<SignatureValue>${value}${xml.slice(end)}`;
}

/** Which part an identity provider signs. */
export type Signs = "assertion" | "response" | "both";

/** A whole answer, signed as said, in base64 as the browser posts it. */
export function makeAnswer(plan: AnswerPlan, key: SamlSigningKey, signs: Signs = "assertion"): string {
  let xml = writeAnswer(plan);
  if (signs !== "response") xml = signAnswer(xml, { key, target: "Assertion" });
  if (signs !== "assertion") xml = signAnswer(xml, { key, target: "Response" });
  return Buffer.from(xml).toString("base64");
}
