import type { EntraSubject, SamlAttribute, SsoIdentity } from "../sso-identity";
import type { SamlIdentity } from "./check-answer";
import { refuse } from "./saml-refusal";

const microsoft = "http://schemas.microsoft.com";
const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
const names = ["name", "displayname", "cn", "urn:oid:2.5.4.3", `${microsoft}/identity/claims/displayname`, `${claims}/name`];
const entraIssuer = /^https:\/\/sts\.(?:windows\.net|chinacloudapi\.cn)\/([0-9a-f-]{36})\/$/i;
const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * A believed answer as the person it names. The object id counts only from Entra itself, and only in the tenant that issued the answer.
 * @throws SamlRefusal `saml_attribute` when an identifying claim comes twice, `saml_tenant`
 */
export function readIdentity(identity: SamlIdentity): SsoIdentity {
  const { email, attributes } = identity;
  const valuesOf = (name: string) => attributes.filter((attribute) => attribute.name === name).flatMap(({ values }) => values);
  return {
    method: "saml",
    directoryId: null,
    subject: readSubject(identity),
    email,
    emailIsProof: true,
    name: names.map((name) => valuesOf(name)[0]?.trim()).find(Boolean) ?? email,
    attributes,
    appRoles: valuesOf(`${microsoft}/ws/2008/06/identity/claims/role`),
    groups: valuesOf(`${microsoft}/ws/2008/06/identity/claims/groups`),
    groupsTruncated: attributes.some(({ name }) => name === `${microsoft}/claims/groups.link`),
  };
}

function readSubject({ issuer, attributes }: SamlIdentity): EntraSubject | null {
  const issuedBy = entraIssuer.exec(issuer)?.[1]?.toLowerCase();
  const tenantId = single(attributes, `${microsoft}/identity/claims/tenantid`)?.toLowerCase();
  const objectId = single(attributes, `${microsoft}/identity/claims/objectidentifier`)?.toLowerCase();
  if (!issuedBy || objectId === undefined) return null;
  if (!guid.test(objectId)) refuse("saml_attribute", "The claim objectidentifier isn't an object id of Entra.");
  if (tenantId !== undefined && tenantId !== issuedBy) refuse("saml_tenant", "The answer names another tenant than the one that issued it.");
  return { tenantId: issuedBy, objectId };
}

function single(attributes: readonly SamlAttribute[], name: string): string | undefined {
  const found = attributes.filter((attribute) => attribute.name === name);
  if (found.length > 1 || (found[0] && found[0].values.length !== 1)) refuse("saml_attribute", `The claim ${name} must come once, with one value.`);
  return found[0]?.values[0];
}
