import { checkStatus } from "./check-structure";
import { refuse } from "./saml-refusal";
import { comparedAddress, type SamlAttribute } from "../sso-identity";
import type { SignedParts } from "./verify-signatures";
import { attributeOf, childElements, childrenNamed, ns, onlyChild, plainText } from "./xml-elements";

/** What an answer must say to be meant for this server. Times are compared with `now`, 180 s either way. */
export interface AnswerExpectations {
  idpEntityId: string;
  acsUrl: string;
  audiences: readonly string[];
  /** The request that this browser's session stands for; null: it has none. */
  requestId: string | null;
  idpInitiatedAllowed: boolean;
  now: Date;
}

/** What a believed answer says. `spentUntil`: until when its assertion must be remembered. */
export interface SamlIdentity {
  email: string;
  issuer: string;
  assertionId: string;
  spentUntil: Date;
  attributes: readonly SamlAttribute[];
  /** Whether nobody here asked for it: the person began at the identity provider. */
  idpInitiated: boolean;
}

const skewMs = 180_000;
const maxAgeMs = 90 * 60_000;

/**
 * Holds what was signed to what is expected. `outer` is the Response as it arrived: its unsigned words can only refuse, never admit.
 * @throws SamlRefusal, one code for each thing that can be wrong
 */
export function checkAnswer({ response, assertion }: SignedParts, outer: Element, expected: AnswerExpectations): SamlIdentity {
  const said = response ?? outer;
  checkStatus(said);
  const issuer = checkIssuers(said, assertion, expected.idpEntityId);
  checkDestination(said, response !== null, expected.acsUrl);
  checkAge(said, assertion, expected.now);
  const subject = onlyChild(assertion, ns.assertion, "Subject", "saml_subject");
  const email = readEmail(subject);
  const confirmed = checkConfirmation(subject, said, expected);
  const conditionsEnd = checkConditions(assertion, expected);
  checkAuthnStatement(assertion, expected.now);
  const assertionId = attributeOf(assertion, "ID");
  if (!assertionId) return refuse("saml_subject", "The Assertion has no ID.");
  return {
    email,
    issuer,
    assertionId,
    spentUntil: new Date(Math.max(conditionsEnd, confirmed.end) + skewMs),
    attributes: readAttributes(assertion),
    idpInitiated: confirmed.idpInitiated,
  };
}

function checkIssuers(said: Element, assertion: Element, idpEntityId: string): string {
  const outer = childrenNamed(said, ns.assertion, "Issuer");
  const issuers = [...outer, onlyChild(assertion, ns.assertion, "Issuer", "saml_issuer")];
  if (outer.length > 1 || issuers.some((issuer) => plainText(issuer, "saml_issuer") !== idpEntityId)) {
    refuse("saml_issuer", `The answer must come from ${idpEntityId}, the entity of the metadata.`);
  }
  return idpEntityId;
}

function checkDestination(said: Element, isSigned: boolean, acsUrl: string): void {
  const destination = attributeOf(said, "Destination");
  if (destination === undefined ? isSigned : destination !== acsUrl) {
    refuse("saml_destination", `The answer's destination must be ${acsUrl}. Check the reply URL at the identity provider.`);
  }
}

function checkAge(said: Element, assertion: Element, now: Date): void {
  for (const element of [said, assertion]) {
    const issued = readTime(element, "IssueInstant");
    if (issued === undefined) return refuse("saml_time_format", `The ${element.localName} has no IssueInstant.`);
    if (issued > now.getTime() + skewMs) refuse("saml_not_yet_valid", "The answer was issued in the future. Check both clocks.");
    if (issued < now.getTime() - maxAgeMs - skewMs) refuse("saml_too_old", "The answer was issued more than 90 minutes ago.");
  }
}

function readEmail(subject: Element): string {
  const email = comparedAddress(plainText(onlyChild(subject, ns.assertion, "NameID", "saml_name_id"), "saml_name_id"));
  if (email.length > 254 || !/^[^\s@<>"',;:\\()[\]\p{C}]+@[^\s@<>"',;:\\()[\]\p{C}]+$/u.test(email)) {
    refuse("saml_name_id", "The NameID must be a mail address. Choose the mail as the unique user identifier at the identity provider.");
  }
  return email;
}

function checkConfirmation(subject: Element, said: Element, expected: AnswerExpectations): { end: number; idpInitiated: boolean } {
  const confirmation = onlyChild(subject, ns.assertion, "SubjectConfirmation", "saml_confirmation_method");
  if (attributeOf(confirmation, "Method") !== "urn:oasis:names:tc:SAML:2.0:cm:bearer") {
    refuse("saml_confirmation_method", "The subject must be confirmed as a bearer.");
  }
  const data = onlyChild(confirmation, ns.assertion, "SubjectConfirmationData", "saml_confirmation_data");
  if (attributeOf(data, "Recipient") !== expected.acsUrl) {
    refuse("saml_recipient", `The answer's recipient must be ${expected.acsUrl}. Check the reply URL at the identity provider.`);
  }
  const end = readTime(data, "NotOnOrAfter");
  const start = readTime(data, "NotBefore");
  if (end === undefined || expected.now.getTime() - skewMs >= end)
    return refuse("saml_confirmation_time", "The time to hand the answer in is over. Check both clocks.");
  if (start !== undefined && expected.now.getTime() + skewMs < start)
    refuse("saml_confirmation_time", "The time to hand the answer in hasn't begun. Check both clocks.");
  return { end, idpInitiated: checkInResponseTo(attributeOf(data, "InResponseTo"), attributeOf(said, "InResponseTo"), expected) };
}

function checkInResponseTo(inside: string | undefined, outside: string | undefined, { requestId, idpInitiatedAllowed }: AnswerExpectations): boolean {
  // With no request named anywhere, this browser's own request, if there is one, has nothing to do with it.
  if (inside === undefined && outside === undefined && idpInitiatedAllowed) return true;
  if (requestId === null) {
    if (inside === undefined && outside === undefined)
      refuse("saml_idp_initiated", "The answer wasn't asked for. Sign-in that begins at the identity provider isn't allowed.");
    refuse("saml_no_session", "This browser has no sign-in under way, so the answer is for another one, too late or used already.");
  }
  if (inside === undefined) refuse("saml_in_response_to_missing", "The signed part of the answer doesn't say which request it answers.");
  if (inside !== requestId || (outside !== undefined && outside !== requestId)) {
    refuse("saml_in_response_to", "The answer is for another request than the one this browser made.");
  }
  return false;
}

function checkConditions(assertion: Element, { audiences, now }: AnswerExpectations): number {
  const conditions = onlyChild(assertion, ns.assertion, "Conditions", "saml_conditions");
  const known = new Set(["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]);
  if (childElements(conditions).some(({ namespaceURI, localName }) => namespaceURI !== ns.assertion || !known.has(localName))) {
    refuse("saml_conditions", "The answer sets a condition that isn't known here.");
  }
  const start = readTime(conditions, "NotBefore");
  const end = readTime(conditions, "NotOnOrAfter");
  if (end === undefined) return refuse("saml_conditions", "The answer doesn't say until when it is valid.");
  if (start !== undefined && now.getTime() + skewMs < start) refuse("saml_not_yet_valid", "The answer isn't valid yet. Check both clocks.");
  if (now.getTime() - skewMs >= end) refuse("saml_expired", "The answer isn't valid any more. Check both clocks.");
  const restrictions = childrenNamed(conditions, ns.assertion, "AudienceRestriction");
  const isForUs = (restriction: Element) => {
    const named = childrenNamed(restriction, ns.assertion, "Audience").map((audience) => plainText(audience, "saml_audience"));
    return named.some((audience) => audiences.includes(audience));
  };
  if (restrictions.length === 0 || !restrictions.every(isForUs)) {
    refuse("saml_audience", `The answer must be for ${audiences[0]}. Check the identifier (entity ID) at the identity provider.`);
  }
  return end;
}

function checkAuthnStatement(assertion: Element, now: Date): void {
  const statements = childrenNamed(assertion, ns.assertion, "AuthnStatement");
  if (statements.length === 0) refuse("saml_no_authn_statement", "The answer doesn't say that anybody signed in.");
  for (const statement of statements) {
    const instant = readTime(statement, "AuthnInstant");
    if (instant === undefined) return refuse("saml_time_format", "The answer doesn't say when the person signed in.");
    if (instant > now.getTime() + skewMs) refuse("saml_not_yet_valid", "The person signed in in the future. Check both clocks.");
    const end = readTime(statement, "SessionNotOnOrAfter");
    if (end !== undefined && now.getTime() - skewMs >= end) refuse("saml_session_ended", "The person's session at the identity provider is over.");
  }
}

function readAttributes(assertion: Element): SamlAttribute[] {
  const statements = childrenNamed(assertion, ns.assertion, "AttributeStatement");
  return statements.flatMap((statement) =>
    childrenNamed(statement, ns.assertion, "Attribute").map((attribute) => {
      const name = attributeOf(attribute, "Name");
      if (!name) return refuse("saml_attribute", "An attribute of the answer has no name.");
      // Some providers put elements into attributes that nobody asks for here; what isn't text has no say.
      const values = childrenNamed(attribute, ns.assertion, "AttributeValue")
        .filter((value) => childElements(value).length === 0)
        .map((value) => plainText(value, "saml_attribute"));
      return { name, values };
    }),
  );
}

/** A time in UTC as milliseconds; undefined when the attribute is absent. */
function readTime(element: Element, name: string): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text) ? Date.parse(text.replace(/(\.\d{3})\d+Z$/, "$1Z")) : Number.NaN;
  return Number.isNaN(time) ? refuse("saml_time_format", `${name} isn't a time in UTC.`) : time;
}
