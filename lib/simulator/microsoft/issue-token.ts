import { createHash, randomUUID } from "node:crypto";
import type { JWTPayload } from "jose";
import type { Simulator } from "./simulator";
import { findRole, type RoleApi } from "./roles";
import type { Grant, SimulatedApp, SimulatedTenant, SimulatedUser } from "./simulated-types";

/** How long tokens say they live. */
export const tokenLifetimeSeconds = 3599;

const mostGroupsInToken = 200;

/** An app-only access token for one API: RS256, with the roles of that API which were consented to. */
export async function issueAppToken(
  simulator: Simulator,
  tenant: SimulatedTenant,
  grant: Grant,
  api: RoleApi,
  { livesSeconds = tokenLifetimeSeconds }: { livesSeconds?: number } = {},
): Promise<string> {
  const now = Math.floor(simulator.now() / 1000);
  return simulator.signingKey.sign({
    aud: audienceOf(simulator, api),
    iss: issuerOf(simulator, tenant),
    iat: now,
    nbf: now,
    exp: now + livesSeconds,
    tid: tenant.id,
    appid: grant.clientId,
    azp: grant.clientId,
    appidacr: "1",
    idtyp: "app",
    oid: grant.servicePrincipalId,
    sub: grant.servicePrincipalId,
    roles: grant.roles.filter((name) => findRole(name)?.api === api),
    ver: "2.0",
    jti: randomUUID(),
  });
}

/**
 * An id token of version 2 for a person who signed in, with the claims that the app asked for. `sub` differs from app to app, `tid` and `oid` don't.
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export async function issueIdToken(
  simulator: Simulator,
  tenant: SimulatedTenant,
  user: SimulatedUser,
  app: SimulatedApp,
  nonce: string | null,
): Promise<string> {
  const now = Math.floor(simulator.now() / 1000);
  // Entra dates id tokens five minutes back.
  const times = { iat: now - 300, nbf: now - 300, exp: now + tokenLifetimeSeconds };
  return simulator.signingKey.sign({
    aud: app.clientId,
    iss: issuerOf(simulator, tenant),
    ...times,
    tid: tenant.id,
    oid: user.id,
    sub: createHash("sha256").update(`${tenant.id} ${user.id} ${app.clientId}`).digest("base64url"),
    name: user.displayName,
    preferred_username: user.userPrincipalName,
    ver: "2.0",
    uti: randomUUID(),
    ...(nonce === null ? {} : { nonce }),
    ...(user.appRoles?.length ? { roles: user.appRoles } : {}),
    ...optionalClaims(simulator, tenant, user, app),
  });
}

function optionalClaims(simulator: Simulator, tenant: SimulatedTenant, user: SimulatedUser, app: SimulatedApp): JWTPayload {
  const wanted = app.optionalClaims ?? ["email"];
  const mail = user.mail === undefined ? user.userPrincipalName : user.mail;
  return {
    ...(wanted.includes("email") && mail !== null ? { email: mail } : {}),
    ...(wanted.includes("xms_edov") && mail !== null ? { xms_edov: user.mailVerified ?? true } : {}),
    ...(wanted.includes("acct") ? { acct: user.guestOf === undefined ? 0 : 1 } : {}),
    // Only guests come with the provider that they were signed in by.
    ...(wanted.includes("idp") && user.guestOf !== undefined ? { idp: user.guestOf } : {}),
    ...(app.groupsClaim ? groupClaims(simulator, tenant, user) : {}),
  };
}

/** The person's groups, or where to ask for them when they are more than a token holds. */
function groupClaims(simulator: Simulator, tenant: SimulatedTenant, user: SimulatedUser): JWTPayload {
  const groups = tenant.groups.filter((group) => group.securityEnabled && group.memberIds.includes(user.id)).map((group) => group.id);
  if (groups.length === 0) return {};
  if (groups.length <= mostGroupsInToken) return { groups };
  const endpoint = `${simulator.addresses.graph}/v1.0/users/${user.id}/getMemberObjects`;
  return { _claim_names: { groups: "src1" }, _claim_sources: { src1: { endpoint } } };
}

/** Whom a token for that API is meant for. */
export function audienceOf(simulator: Simulator, api: RoleApi): string {
  return api === "graph" ? simulator.addresses.graph : simulator.addresses.intuneResource;
}

/** Who issues the tokens of a tenant. */
export function issuerOf(simulator: Simulator, tenant: SimulatedTenant): string {
  return `${simulator.addresses.login}/${tenant.id}/v2.0`;
}
