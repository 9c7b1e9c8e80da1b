import { randomBytes } from "node:crypto";
import { html, redirect, type Exchange, type Reply } from "./exchange";
import { escapeHtml, page } from "./html";
import { findTenant, findUser } from "./simulator";
import type { SimulatedApp, SimulatedTenant } from "./simulated-types";

const codeLifetimeMs = 10 * 60 * 1000;
const carried = ["client_id", "redirect_uri", "state", "nonce", "scope", "response_type", "response_mode", "code_challenge", "code_challenge_method"];

/**
 * `/{tenant}/oauth2/v2.0/authorize`: a page where the visitor picks who they are. The code flow only, with PKCE (S256) where it is asked for.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export async function answerSignIn(exchange: Exchange): Promise<Reply> {
  const given = exchange.method === "POST" ? new URLSearchParams(exchange.body) : exchange.url.searchParams;
  const { simulator } = exchange;
  const app = simulator.apps.get((given.get("client_id") ?? "").toLowerCase());
  if (!app) return problem(700016, `No app has the id '${given.get("client_id") ?? ""}'.`);
  const redirectUri = given.get("redirect_uri") ?? "";
  if (!app.redirectUris.includes(redirectUri)) return problem(50011, `The redirect URI '${redirectUri}' is not registered for the app.`);
  const tenant = findTenant(simulator, given.get("directory")) ?? exchange.tenant ?? findTenant(simulator, "happy");
  if (!tenant) return problem(90002, "Tenant not found.");
  if (given.get("response_type") !== "code")
    return sendBack(redirectUri, given, { error: "unsupported_response_type", error_description: "Only response_type=code is supported." });
  const challenge = given.get("code_challenge");
  if (challenge !== null && given.get("code_challenge_method") !== "S256") {
    return sendBack(redirectUri, given, { error: "invalid_request", error_description: "code_challenge_method must be S256." });
  }
  const wanted = given.get("user");
  if (exchange.method === "GET" && wanted === null) return html(200, renderAccounts(exchange, tenant, app, given));
  if (given.get("decision") === "cancel")
    return sendBack(redirectUri, given, { error: "access_denied", error_description: "AADSTS65004: The person declined.", error_subcode: "cancel" });
  const user = findUser(tenant, wanted ?? "");
  if (!user) return problem(50034, `The account '${wanted ?? ""}' does not exist in ${tenant.displayName}.`);
  if (!user.accountEnabled) return problem(50057, "The account is disabled.");
  const code = randomBytes(32).toString("base64url");
  simulator.codes.set(code, {
    tenantId: tenant.id,
    userId: user.id,
    clientId: app.clientId,
    redirectUri,
    nonce: given.get("nonce"),
    challenge,
    scope: given.get("scope") ?? "openid",
    expiresAt: simulator.now() + codeLifetimeMs,
  });
  return sendBack(redirectUri, given, { code, session_state: exchange.requestId });
}

function problem(code: number, message: string): Reply {
  const main = `<h1>You can't be signed in</h1><p class="lead">AADSTS${code}: ${escapeHtml(message)}</p>`;
  return html(400, page({ title: "You can't be signed in", product: "Sign-in", main }), { note: { errorCode: code } });
}

function sendBack(redirectUri: string, given: URLSearchParams, answer: Record<string, string>): Reply {
  const state = given.get("state");
  const values = state === null ? answer : { ...answer, state };
  if (given.get("response_mode") === "form_post") {
    const fields = Object.entries(values)
      .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
      .join("");
    const main = `<h1>Signed in</h1><form method="post" action="${escapeHtml(redirectUri)}">${fields}<div class="acts"><button class="btn primary">Continue</button></div></form><script>document.forms[0].submit()</script>`;
    return html(200, page({ title: "Signed in", product: "Sign-in", main }));
  }
  const back = new URL(redirectUri);
  for (const [name, value] of Object.entries(values)) back.searchParams.set(name, value);
  return redirect(back.href);
}

function renderAccounts(exchange: Exchange, tenant: SimulatedTenant, app: SimulatedApp, given: URLSearchParams): string {
  const fields = carried
    .filter((name) => given.has(name))
    .map((name) => `<input type="hidden" name="${name}" value="${escapeHtml(given.get(name) ?? "")}">`)
    .join("");
  const people = tenant.users
    .slice(0, 20)
    .map(
      (user) =>
        `<li><button class="btn account" name="user" value="${escapeHtml(user.id)}">${escapeHtml(user.displayName)}<small>${escapeHtml(user.userPrincipalName)}</small></button></li>`,
    )
    .join("");
  const main = `<h1>Pick an account</h1><p class="lead">to continue to <b>${escapeHtml(app.displayName)}</b> with ${escapeHtml(tenant.displayName)}</p>
<form method="post" action="${escapeHtml(exchange.url.pathname)}">${fields}<input type="hidden" name="directory" value="${tenant.id}"><ul style="margin-top:16px">${people}</ul>
<div class="acts"><button class="btn" name="decision" value="cancel">Cancel</button></div></form>`;
  return page({ title: "Pick an account", product: "Sign-in", main });
}
