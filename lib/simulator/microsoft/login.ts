import { answerConsent } from "./consent-page";
import { html, json, meetFault, type Exchange, type Reply } from "./exchange";
import { escapeHtml, page } from "./html";
import { issuerOf } from "./issue-token";
import type { SurfaceHandler } from "./listen";
import { answerSignIn } from "./sign-in-page";
import { findTenant } from "./simulator";
import type { SimulatedTenant } from "./simulated-types";
import { answerTokenRequest } from "./token-endpoint";

const sharedAuthorities = new Set(["common", "organizations"]);

/** The login host: metadata, keys, consent, sign-in and tokens. */
export const loginSurface: SurfaceHandler = {
  async tenantOf(exchange) {
    return findTenant(exchange.simulator, exchange.path.split("/")[1]);
  },
  async handle(exchange) {
    const [, tenantWord = "", ...rest] = exchange.path.split("/");
    const route = `${exchange.method} ${rest.join("/")}`;
    switch (route) {
      case "GET discovery/instance":
        return instanceDiscovery(exchange);
      case "GET v2.0/.well-known/openid-configuration":
        return openIdConfiguration(exchange, tenantWord);
      case "GET discovery/v2.0/keys":
        return json(200, { keys: [{ ...exchange.simulator.signingKey.publicJwk, issuer: `${exchange.simulator.addresses.login}/{tenantid}/v2.0` }] });
      case "POST oauth2/v2.0/token":
        return answerTokenRequest(exchange, tenantWord);
      case "GET adminconsent":
      case "GET v2.0/adminconsent":
      case "POST adminconsent":
      case "POST v2.0/adminconsent":
        return answerConsent(exchange, tenantWord, rest[0] === "v2.0");
      case "GET oauth2/v2.0/authorize":
      case "POST oauth2/v2.0/authorize":
        return answerSignIn(exchange);
      case "GET oauth2/v2.0/logout":
        return html(200, page({ title: "Signed out", product: "Sign-in", main: "<h1>You are signed out</h1><p class=lead>You may close this page.</p>" }));
      default:
        return html(404, page({ title: "Not found", product: "Sign-in", main: `<h1>Nothing is here</h1><p class="lead">${escapeHtml(exchange.path)}</p>` }));
    }
  },
};

/** What MSAL asks about an authority that it doesn't know. */
function instanceDiscovery(exchange: Exchange): Reply {
  const host = new URL(exchange.simulator.addresses.login).host;
  const asked = exchange.url.searchParams.get("authorization_endpoint") ?? "";
  const word = URL.canParse(asked) ? (new URL(asked).pathname.split("/")[1] ?? "common") : "common";
  return json(200, {
    tenant_discovery_endpoint: `${exchange.simulator.addresses.login}/${word}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  });
}

function openIdConfiguration(exchange: Exchange, tenantWord: string): Reply {
  const { simulator, tenant } = exchange;
  const shared = sharedAuthorities.has(tenantWord.toLowerCase());
  if ((!tenant && !shared) || meetFault(exchange, "tenant_not_found")) {
    return json(400, {
      error: "invalid_tenant",
      error_description: `AADSTS90002: Tenant '${tenantWord}' not found. Check the tenant id, and that the cloud is the right one. Trace ID: ${exchange.requestId}`,
      error_codes: [90002],
      timestamp: new Date(simulator.now()).toISOString(),
      trace_id: exchange.requestId,
      correlation_id: exchange.requestId,
    });
  }
  const login = simulator.addresses.login;
  const base = `${login}/${tenant ? tenant.id : tenantWord}`;
  return json(200, {
    issuer: tenant ? issuerOf(simulator, tenant) : `${login}/{tenantid}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    userinfo_endpoint: `${simulator.addresses.graph}/oidc/userinfo`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt"],
    response_modes_supported: ["query", "fragment", "form_post"],
    response_types_supported: ["code", "id_token", "code id_token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "oid", "email"],
    tenant_region_scope: tenant?.cloud === "usgov" ? "USG" : "EU",
    ...(tenant?.cloud === "usgov" ? { tenant_region_sub_scope: "DODCON" } : {}),
    ...cloudNames(tenant),
  });
}

function cloudNames(tenant: SimulatedTenant | undefined): Record<string, string> {
  return tenant?.cloud === "usgov"
    ? { cloud_instance_name: "microsoftonline.us", cloud_graph_host_name: "graph.windows.net", msgraph_host: "graph.microsoft.us" }
    : { cloud_instance_name: "microsoftonline.com", cloud_graph_host_name: "graph.windows.net", msgraph_host: "graph.microsoft.com" };
}
