import { z } from "zod";
import { comparedAddress, type SsoIdentity } from "../sso-identity";
import { SignInProblem } from "./sign-in-problem";

/** What the claims must agree with. */
export interface ExpectedClaims {
  directoryId: number;
  issuer: string;
  clientId: string;
  tenantId: string;
}

/** Who signed in, with the Entra identity that they are known by. */
export type EntraIdentity = SsoIdentity & { subject: NonNullable<SsoIdentity["subject"]> };

const Guid = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)
  .transform((id) => id.toLowerCase());
const Names = z.array(z.string().max(500)).max(2000).default([]);
const Flag = z.union([z.boolean(), z.literal(0), z.literal(1), z.literal("0"), z.literal("1"), z.literal("true"), z.literal("false")]);
const Claims = z.object({
  name: z.string().max(1000).optional(),
  email: z.string().max(1000).optional(),
  preferred_username: z.string().max(1000).optional(),
  roles: Names,
  groups: Names,
  hasgroups: Flag.optional(),
  _claim_names: z.record(z.string(), z.unknown()).optional(),
  xms_edov: Flag.optional(),
  acct: z.union([z.literal(0), z.literal(1)]).optional(),
  idp: z.string().max(1000).optional(),
});

const Address = z.email().max(254);

/**
 * Reads who signed in from the claims of an id token whose signature holds. The person is tenant and object id; the mail counts as proof of whose
 * address it is only where the tenant vouches for it: the sign-in name of a member, or an `email` that `xms_edov` confirms. Anyone who may edit
 * the directory can write somebody else's address into `email`.
 * @throws SignInProblem `issuer_wrong`, `audience_wrong`, `tenant_missing`, `tenant_wrong`, `object_id_missing`, `claims_malformed`
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export function readEntraClaims(given: Readonly<Record<string, unknown>>, expected: ExpectedClaims): EntraIdentity {
  if (given.iss !== expected.issuer) throw new SignInProblem("issuer_wrong", text(given.iss));
  // Entra names one audience; a list with ours in it would be a token for others as well.
  if (given.aud !== expected.clientId) throw new SignInProblem("audience_wrong", text(given.aud));
  if (given.azp !== undefined && given.azp !== expected.clientId) throw new SignInProblem("audience_wrong", `azp ${text(given.azp)}`);
  if (given.tid === undefined) throw new SignInProblem("tenant_missing");
  const tenantId = Guid.safeParse(given.tid);
  if (!tenantId.success) throw new SignInProblem("claims_malformed", "tid");
  if (tenantId.data !== expected.tenantId.toLowerCase()) throw new SignInProblem("tenant_wrong", tenantId.data);
  if (given.oid === undefined) throw new SignInProblem("object_id_missing");
  const objectId = Guid.safeParse(given.oid);
  if (!objectId.success) throw new SignInProblem("claims_malformed", "oid");
  const parsed = Claims.safeParse(given);
  if (!parsed.success) throw new SignInProblem("claims_malformed", String(parsed.error.issues[0]?.path[0] ?? ""));
  const claims = parsed.data;
  const { email, emailIsProof } = chooseEmail(claims, tenantId.data);
  return {
    method: "oidc",
    directoryId: expected.directoryId,
    subject: { tenantId: tenantId.data, objectId: objectId.data },
    email,
    emailIsProof,
    name: claims.name?.trim().slice(0, 255) || email,
    attributes: [],
    appRoles: claims.roles,
    groups: claims.groups,
    groupsTruncated: isSet(claims.hasgroups) || "groups" in (claims["_claim_names"] ?? {}),
  };
}

function chooseEmail(claims: z.output<typeof Claims>, tenantId: string): { email: string; emailIsProof: boolean } {
  const email = addressOf(claims.email);
  const signInName = addressOf(claims.preferred_username);
  if (email && isSet(claims.xms_edov)) return { email, emailIsProof: true };
  // A guest's name is their home tenant's word, not this tenant's.
  const isGuest = claims.acct === 1 || (claims.idp !== undefined && !claims.idp.toLowerCase().includes(tenantId));
  if (signInName && !isGuest) return { email: signInName, emailIsProof: true };
  return { email: email || signInName, emailIsProof: false };
}

function addressOf(given: string | undefined): string {
  const parsed = Address.safeParse(given && comparedAddress(given));
  return parsed.success ? parsed.data : "";
}

const isSet = (flag: z.output<typeof Flag> | undefined): boolean => flag === true || flag === 1 || flag === "1" || flag === "true";

const text = (value: unknown): string => (value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value));
