import type { JWTPayload } from "jose";
import { apiError, meetFault, type Exchange, type Reply } from "./exchange";
import { audienceOf } from "./issue-token";
import type { RoleApi } from "./roles";
import { findTenant } from "./simulator";
import type { SimulatedTenant } from "./simulated-types";

/** An app that presented a good token: for which tenant, and what it may do there. */
export interface Caller {
  tenant: SimulatedTenant;
  clientId: string;
  roles: string[];
}

/** The tenant that the presented token is about, before anything is checked. */
export async function tenantOfToken(exchange: Exchange): Promise<SimulatedTenant | undefined> {
  const claims = await readBearer(exchange);
  return findTenant(exchange.simulator, typeof claims?.tid === "string" ? claims.tid : undefined);
}

/** The caller behind the bearer token, or the 401 that says why there is none. */
export async function authenticate(exchange: Exchange, api: RoleApi): Promise<Caller | Reply> {
  const { simulator, tenant } = exchange;
  const refused = (message: string) =>
    apiError(exchange, 401, "InvalidAuthenticationToken", message, { headers: { "www-authenticate": 'Bearer error="invalid_token"' } });
  if (!exchange.headers.authorization) return refused("Access token is empty.");
  const claims = await readBearer(exchange);
  if (!claims || !tenant) return refused("The access token was not issued by this authority.");
  const tokenId = String(claims.jti);
  if (claims.aud !== audienceOf(simulator, api)) return refused(`Access token validation failure. Invalid audience: ${String(claims.aud)}.`);
  if ((claims.exp ?? 0) * 1000 <= simulator.now()) return refused("Lifetime validation failed, the token is expired.");
  if (meetFault(exchange, "token_revoked")) simulator.revokedTokens.add(tokenId);
  if (simulator.revokedTokens.has(tokenId)) return refused("The access token has been revoked.");
  if (!simulator.seenTokens.has(tokenId)) {
    if (simulator.seenTokens.size > 20_000) simulator.seenTokens.clear();
    simulator.seenTokens.add(tokenId);
    if (meetFault(exchange, "fresh_token_rejected")) return refused("The access token is not valid yet on this server.");
  }
  const clientId = String(claims.appid);
  const grant = tenant.grants.find((each) => each.clientId === clientId);
  if (!grant || meetFault(exchange, "consent_revoked")) return refused("The app is no longer in the tenant.");
  return { tenant, clientId, roles: Array.isArray(claims.roles) ? claims.roles.map(String) : [] };
}

/** Undefined when the caller holds one of the roles; otherwise the 403. */
export function missingRole(exchange: Exchange, caller: Caller, oneOf: string[]): Reply | undefined {
  if (oneOf.some((role) => caller.roles.includes(role))) return undefined;
  return apiError(
    exchange,
    403,
    "Authorization_RequestDenied",
    `Insufficient privileges to complete the operation. One of these roles is needed: ${oneOf.join(", ")}.`,
  );
}

async function readBearer(exchange: Exchange): Promise<JWTPayload | undefined> {
  const [scheme = "", token = ""] = (exchange.headers.authorization ?? "").split(" ");
  return scheme.toLowerCase() === "bearer" ? exchange.simulator.signingKey.read(token) : undefined;
}
