import { randomUUID } from "node:crypto";
import type { Simulator } from "./simulator";
import { findRole, type RoleApi } from "./roles";
import type { Grant, SimulatedTenant, SimulatedUser } from "./simulated-types";

/** How long tokens say they live. */
export const tokenLifetimeSeconds = 3599;

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

/** An id token for a person who signed in. */
export async function issueIdToken(
  simulator: Simulator,
  tenant: SimulatedTenant,
  user: SimulatedUser,
  clientId: string,
  nonce: string | null,
): Promise<string> {
  const now = Math.floor(simulator.now() / 1000);
  return simulator.signingKey.sign({
    aud: clientId,
    iss: issuerOf(simulator, tenant),
    iat: now,
    nbf: now,
    exp: now + tokenLifetimeSeconds,
    tid: tenant.id,
    oid: user.id,
    sub: `${user.id}.${clientId}`,
    name: user.displayName,
    preferred_username: user.userPrincipalName,
    email: user.userPrincipalName,
    ver: "2.0",
    jti: randomUUID(),
    ...(nonce === null ? {} : { nonce }),
  });
}

/** Whom a token for that API is meant for. */
export function audienceOf(simulator: Simulator, api: RoleApi): string {
  return api === "graph" ? simulator.addresses.graph : simulator.addresses.intuneResource;
}

/** Who issues the tokens of a tenant. */
export function issuerOf(simulator: Simulator, tenant: SimulatedTenant): string {
  return `${simulator.addresses.login}/${tenant.id}/v2.0`;
}
