import { createHash, timingSafeEqual } from "node:crypto";
import { checkClientAssertion } from "./client-assertion";
import { json, meetFault, type Exchange, type Reply } from "./exchange";
import { audienceOf, issueAppToken, issueIdToken, tokenLifetimeSeconds } from "./issue-token";
import type { RoleApi } from "./roles";
import { findUser } from "./simulator";
import type { SimulatedApp, SimulatedTenant } from "./simulated-types";

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * `POST /{tenant}/oauth2/v2.0/token`: client credentials for apps, and the code of a person who signed in.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export async function answerTokenRequest(exchange: Exchange, tenantWord: string): Promise<Reply> {
  const form = new URLSearchParams(exchange.body);
  const note = {
    clientId: form.get("client_id"),
    grantType: form.get("grant_type"),
    scope: form.get("scope"),
    credential: form.has("client_assertion") ? "assertion" : form.has("client_secret") ? "secret" : "none",
  };
  const reply = await decide(exchange, tenantWord, form);
  return { ...reply, note: { ...note, ...reply.note } };
}

async function decide(exchange: Exchange, tenantWord: string, form: URLSearchParams): Promise<Reply> {
  const { simulator, tenant } = exchange;
  const clientId = form.get("client_id") ?? "";
  const grantType = form.get("grant_type");
  if (["common", "organizations", "consumers"].includes(tenantWord)) {
    return refuse(exchange, 400, "invalid_request", 50194, "The authority must name a tenant for this request.");
  }
  if (!tenant || meetFault(exchange, "tenant_not_found")) {
    return refuse(exchange, 400, "invalid_request", 90002, `Tenant '${tenantWord}' not found. Check the tenant id, and that the cloud is the right one.`);
  }
  const app = simulator.apps.get(clientId.toLowerCase());
  const grant = tenant.grants.find((each) => each.clientId === clientId.toLowerCase());
  const needsGrant = grantType === "client_credentials";
  const notThere = meetFault(exchange, "app_not_in_tenant") ?? meetFault(exchange, "consent_revoked");
  if (!app || notThere || (needsGrant && !grant)) {
    const message = `Application with identifier '${clientId}' was not found in the directory '${tenant.displayName}'. An administrator may not have consented to it.`;
    return refuse(exchange, 400, "unauthorized_client", 700016, message);
  }
  const problem = await checkCredential(exchange, app, form);
  if (problem) return problem;
  if (grantType === "authorization_code") return exchangeCode(exchange, tenant, app, form);
  if (grantType !== "client_credentials" || !grant) {
    return refuse(exchange, 400, "unsupported_grant_type", 70003, `The app requested an unsupported grant type '${grantType ?? ""}'.`);
  }
  const api = apiOfScope(exchange, form.get("scope") ?? "");
  if (typeof api !== "string") return api;
  const early = meetFault(exchange, "token_expired_early");
  const token = await issueAppToken(simulator, tenant, grant, api, early ? { livesSeconds: early.seconds ?? 1 } : {});
  return json(200, { token_type: "Bearer", expires_in: tokenLifetimeSeconds, ext_expires_in: tokenLifetimeSeconds, access_token: token });
}

async function checkCredential(exchange: Exchange, app: SimulatedApp, form: URLSearchParams): Promise<Reply | undefined> {
  const assertion = form.get("client_assertion");
  const secret = form.get("client_secret");
  const invalid = (code: number, message: string) => refuse(exchange, 401, "invalid_client", code, message);
  if (assertion !== null) {
    if (meetFault(exchange, "certificate_unknown"))
      return invalid(700027, "The certificate with the key id of the assertion's header is not registered on the application.");
    if (meetFault(exchange, "clock_skew")) return invalid(700024, "The client assertion is not within its valid time range.");
    if (form.get("client_assertion_type") !== assertionType) return invalid(50027, `client_assertion_type must be ${assertionType}.`);
    const problem = await checkClientAssertion(exchange, app, assertion);
    return problem && invalid(problem.code, problem.message);
  }
  if (secret === null) return invalid(7000218, "The request body must contain client_assertion or client_secret.");
  const known = app.secrets.find((each) => sameSecret(each.value, secret));
  if (!known || meetFault(exchange, "credential_invalid")) {
    return invalid(7000215, "Invalid client secret provided. Send the secret's value, not its id.");
  }
  if (Date.parse(known.expiresAt) <= exchange.simulator.now() || meetFault(exchange, "credential_expired")) {
    return invalid(7000222, `The client secret expired on ${known.expiresAt.slice(0, 10)}. Create a new one for the app '${app.clientId}'.`);
  }
  return undefined;
}

/** The API that a scope asks for, or the refusal. */
function apiOfScope(exchange: Exchange, scope: string): RoleApi | Reply {
  if (!scope.endsWith("/.default")) {
    return refuse(exchange, 400, "invalid_scope", 70011, `The scope '${scope}' is not valid. Client credentials need a resource followed by /.default.`);
  }
  const resource = scope.slice(0, -"/.default".length);
  for (const api of ["graph", "intune"] as const) {
    if (resource === audienceOf(exchange.simulator, api)) return api;
  }
  // Graph has answered to both spellings for ever; Intune's identifier ends in a slash and is compared as it is.
  if (resource === `${exchange.simulator.addresses.graph}/`) return "graph";
  const name = exchange.tenant?.displayName ?? "";
  return refuse(exchange, 400, "invalid_resource", 500011, `The resource principal named '${resource}' was not found in the tenant '${name}'.`);
}

async function exchangeCode(exchange: Exchange, tenant: SimulatedTenant, app: SimulatedApp, form: URLSearchParams): Promise<Reply> {
  const { simulator } = exchange;
  const code = form.get("code") ?? "";
  const held = simulator.codes.get(code);
  simulator.codes.delete(code); // one use, whatever comes of it
  const refused = (number: number, message: string) => refuse(exchange, 400, "invalid_grant", number, message);
  if (!held || held.clientId !== app.clientId || held.tenantId !== tenant.id)
    return refused(70008, "The authorization code is unknown, used, or was made for another app or tenant.");
  if (held.expiresAt < simulator.now()) return refused(70008, "The authorization code has expired.");
  if (held.redirectUri !== form.get("redirect_uri")) return refused(50011, "The redirect URI differs from the one of the sign-in.");
  if (held.challenge !== null) {
    const verifier = form.get("code_verifier") ?? "";
    if (createHash("sha256").update(verifier).digest("base64url") !== held.challenge)
      return refused(501481, "The code_verifier does not match the code_challenge.");
  }
  const user = findUser(tenant, held.userId);
  if (!user) return refused(50034, "The person has left the directory since signing in.");
  const idToken = await issueIdToken(simulator, tenant, user, app, held.nonce);
  return json(200, {
    token_type: "Bearer",
    scope: held.scope,
    expires_in: tokenLifetimeSeconds,
    ext_expires_in: tokenLifetimeSeconds,
    access_token: idToken,
    id_token: idToken,
  });
}

function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function refuse(exchange: Exchange, status: number, error: string, code: number, message: string): Reply {
  const timestamp = new Date(exchange.simulator.now()).toISOString().replace("T", " ").slice(0, 19) + "Z";
  const asked = new URLSearchParams(exchange.body).get("client-request-id") ?? exchange.headers["client-request-id"];
  const correlationId = typeof asked === "string" ? asked : exchange.requestId;
  return json(
    status,
    {
      error,
      error_description: `AADSTS${code}: ${message} Trace ID: ${exchange.requestId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: exchange.requestId,
      correlation_id: correlationId,
      error_uri: `${exchange.simulator.addresses.login}/error?code=${code}`,
    },
    { note: { error, errorCode: code } },
  );
}
