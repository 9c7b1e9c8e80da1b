import { randomBytes, randomUUID } from "node:crypto";
import { html, meetFault, redirect, type Exchange, type Reply } from "./exchange";
import type { FaultKind } from "./faults";
import { escapeHtml, page } from "./html";
import { findRole } from "./roles";
import { findTenant } from "./simulator";
import type { SimulatedApp, SimulatedTenant } from "./simulated-types";

interface ConsentRequest {
  app: SimulatedApp;
  redirectUri: string;
  state: string | null;
  scope: string | null;
  tenant: SimulatedTenant;
  tenantWord: string;
  v2: boolean;
}

/**
 * The admin consent page, v1 and v2: GET shows it, POST with `decision` (accept, cancel) carries it out and sends the browser back.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export async function answerConsent(exchange: Exchange, tenantWord: string, v2: boolean): Promise<Reply> {
  const given = exchange.method === "POST" ? new URLSearchParams(exchange.body) : exchange.url.searchParams;
  const request = readRequest(exchange, given, tenantWord, v2);
  if ("status" in request) return request;
  if (exchange.method === "GET") return html(200, renderConsent(exchange, request));
  return given.get("decision") === "accept" ? accept(exchange, request) : sendBack(exchange, request, cancelled);
}

/** Checks what would be unsafe to answer with a redirect: unknown app, unknown address, unknown tenant. */
function readRequest(exchange: Exchange, given: URLSearchParams, tenantWord: string, v2: boolean): ConsentRequest | Reply {
  const { simulator } = exchange;
  const app = simulator.apps.get((given.get("client_id") ?? "").toLowerCase());
  if (!app) return problem(700016, `No app has the id '${given.get("client_id") ?? ""}'. Check client_id.`);
  const redirectUri = given.get("redirect_uri") ?? "";
  if (!app.redirectUris.includes(redirectUri)) {
    return problem(
      50011,
      `The redirect URI '${redirectUri}' is not one of those registered for the app. It has to be the same to the letter. Registered: ${app.redirectUris.join(", ")}`,
    );
  }
  const scope = given.get("scope");
  if (v2 && !scope) return problem(900144, "The request must contain the parameter scope.");
  if (v2 && scope !== null && !scope.split(" ").every((each) => each.endsWith("/.default"))) {
    return problem(70011, `The scope '${scope}' is not valid. Application permissions are asked for with a resource followed by /.default.`);
  }
  // The directory of the account that signs in; people can be signed in to another one than the address names.
  const tenant =
    findTenant(simulator, given.get("directory")) ??
    exchange.tenant ??
    (tenantWord === "common" || tenantWord === "organizations" ? findTenant(simulator, "happy") : undefined);
  if (!tenant) return problem(90002, `Tenant '${tenantWord}' not found.`);
  return { app, redirectUri, state: given.get("state"), scope, tenant, tenantWord, v2 };
}

function problem(code: number, message: string): Reply {
  const main = `<h1>Consent can't start</h1><p class="lead">AADSTS${code}: ${escapeHtml(message)}</p>`;
  return html(400, page({ title: "Consent can't start", product: "Sign-in", main }), { note: { errorCode: code } });
}

function renderConsent(exchange: Exchange, request: ConsentRequest): string {
  const { app, tenant } = request;
  const asked = app.requiredRoles.map((name) => findRole(name)).filter((role) => role !== undefined);
  const admin = `admin@${tenant.domain}`;
  const fields = Object.entries({
    client_id: app.clientId,
    redirect_uri: request.redirectUri,
    state: request.state,
    scope: request.scope,
    directory: tenant.id,
  })
    .filter((entry): entry is [string, string] => entry[1] !== null)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join("");
  const others = [...exchange.simulator.tenants.values()]
    .filter((other) => other.id !== tenant.id)
    .map((other) => {
      const there = new URL(exchange.url);
      there.searchParams.set("directory", other.id);
      return `<li><a href="${escapeHtml(there.pathname + there.search)}">${escapeHtml(other.displayName)}</a> <span class="small">${escapeHtml(other.domain)}</span></li>`;
    })
    .join("");
  const rows = asked
    .map((role) => `<li>${escapeHtml(role.allows)}<small>${escapeHtml(role.name)} · ${role.api === "graph" ? "Microsoft Graph" : "Intune"}</small></li>`)
    .join("");
  const main = `<p class="small who">${escapeHtml(admin)}</p>
<h1>Permissions requested for your organization</h1>
<p class="lead"><b>${escapeHtml(app.displayName)}</b> asks for these permissions in <b>${escapeHtml(tenant.displayName)}</b>. It would hold them for everybody in the organization.</p>
<h2>The app could</h2><ul class="rows">${rows}</ul>
<p class="small" style="margin-top:12px">App id ${escapeHtml(app.clientId)}. Afterwards you go back to ${escapeHtml(new URL(request.redirectUri).origin)}.</p>
<form method="post" action="${escapeHtml(exchange.url.pathname)}">${fields}
<div class="acts"><button class="btn primary" name="decision" value="accept">Accept</button><button class="btn" name="decision" value="cancel">Cancel</button></div></form>
<details><summary>Sign in to another directory</summary><ul>${others}</ul></details>`;
  return page({ title: `Permissions for ${app.displayName}`, product: "Sign-in", main });
}

interface Refusal {
  error: string;
  description: string;
  subcode?: string;
}

const cancelled: Refusal = { error: "access_denied", description: "AADSTS65004: The administrator cancelled the consent request.", subcode: "cancel" };
const declined: Refusal = { error: "consent_required", description: "AADSTS65004: The resource owner or authorization server denied the request." };

function accept(exchange: Exchange, request: ConsentRequest): Reply {
  if (meetFault(exchange, "consent_denied")) return sendBack(exchange, request, declined);
  if (meetFault(exchange, "consent_cancelled")) return sendBack(exchange, request, cancelled);
  if (meetFault(exchange, "callback_error_with_consent")) {
    return sendBack(exchange, request, { error: "server_error", description: "AADSTS90033: A transient error has occurred." });
  }
  const partial = meetFault(exchange, "consent_incomplete");
  const left = partial ? (partial.roles ?? ["User.Read.All"]) : [];
  const now = exchange.simulator.now();
  const clientId = request.app.clientId;
  const before = request.tenant.grants.find((grant) => grant.clientId === clientId);
  const grant = {
    clientId,
    servicePrincipalId: before?.servicePrincipalId ?? randomUUID(),
    roles: request.app.requiredRoles.filter((role) => !left.includes(role)),
    grantedAt: now,
    // A second consent only adds roles: the service principal is everywhere already.
    availableAt: before ? Math.min(before.availableAt, now) : now + exchange.simulator.propagationDelayMs,
  };
  request.tenant.grants = [...request.tenant.grants.filter((each) => each !== before), grant];
  return sendBack(exchange, request, undefined);
}

/** Back to the app with what became of the request; faults may bend the way back. */
function sendBack(exchange: Exchange, request: ConsentRequest, refusal: Refusal | undefined): Reply {
  const { simulator } = exchange;
  const back = new URL(request.redirectUri);
  const query = back.searchParams;
  // Microsoft says admin_consent=True with errors as well, which is why it proves nothing.
  query.set("admin_consent", "True");
  if (refusal) {
    query.set("error", refusal.error);
    query.set("error_description", refusal.description);
    if (refusal.subcode) query.set("error_subcode", refusal.subcode);
  } else if (request.v2 && request.scope) {
    query.set("scope", request.scope);
  }
  const wrong = meetFault(exchange, "callback_wrong_tenant");
  const other = wrong && (findTenant(simulator, wrong.tenantId ?? "second-tenant")?.id ?? wrong.tenantId);
  if (!meetFault(exchange, "callback_missing_tenant")) query.set("tenant", other ?? request.tenant.id);
  const replayed = meetFault(exchange, "callback_state_replayed") && simulator.usedStates.at(-1);
  const state = met(exchange, "callback_state_mismatched") ? randomBytes(32).toString("base64url") : (replayed ?? request.state);
  if (state !== null && !met(exchange, "callback_state_missing")) query.set("state", state);
  if (request.state !== null) simulator.usedStates.push(request.state);
  const note = { clientId: request.app.clientId, tenant: request.tenant.id, error: refusal?.error ?? null };
  if (met(exchange, "callback_state_expired")) {
    const main = `<h1>Consent is given</h1><p class="lead">The way back to ${escapeHtml(request.app.displayName)} is held back. Follow it when the request is too old.</p><div class="acts"><a class="btn primary" href="${escapeHtml(back.href)}">Continue</a></div>`;
    return html(200, page({ title: "Consent is given", product: "Sign-in", main }), { note });
  }
  return redirect(back.href, { note });
}

function met(exchange: Exchange, kind: FaultKind): boolean {
  return meetFault(exchange, kind) !== undefined;
}
