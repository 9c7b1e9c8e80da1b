/** An attribute of a SAML assertion. One element of the assertion each, in its order: a name that stands there twice comes twice. */
export interface SamlAttribute {
  name: string;
  values: readonly string[];
}

/** The same person in whatever protocol: Entra's tenant and object id. */
export interface EntraSubject {
  tenantId: string;
  objectId: string;
}

/**
 * Somebody whom an identity provider vouches for, after every check of the answer itself.
 * `directoryId`: the directory that answered, null for SAML. `subject` is null when a SAML answer names no Entra object id.
 * `emailIsProof`: whether this source may say whose address that is; only then the address finds or makes a user.
 * `groupsTruncated`: the provider sent a pointer in place of some or all groups.
 */
export interface SsoIdentity {
  method: "oidc" | "saml";
  directoryId: number | null;
  subject: EntraSubject | null;
  email: string;
  emailIsProof: boolean;
  name: string;
  attributes: readonly SamlAttribute[];
  appRoles: readonly string[];
  groups: readonly string[];
  groupsTruncated: boolean;
}

/** The provider under which an Entra person is stored in `accounts`, whatever the protocol. */
export const entraProvider = "entra";

/** The key of an Entra person in `accounts`: lower-case `<tenant id>/<object id>`. */
export function entraAccountId({ tenantId, objectId }: EntraSubject): string {
  return `${tenantId}/${objectId}`.toLowerCase();
}

/**
 * A mail address from outside in the form it is compared in: without spaces at its ends, A to Z in small letters. Other letters stay as they are:
 * full lower-casing makes some of them, such as the sign of the Kelvin, into Latin ones, and so one address into another.
 */
export function comparedAddress(address: string): string {
  return address.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
