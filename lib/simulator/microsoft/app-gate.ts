import { randomUUID } from "node:crypto";
import { html, json, type Exchange, type Reply } from "./exchange";
import { escapeHtml, page, tag } from "./html";
import { settleMessages } from "./settle-messages";
import { findDevice, findTenant, findUser } from "./simulator";
import type { SignIn, SignInReason, SimulatedDevice, SimulatedTenant, SimulatedUser } from "./simulated-types";

const signInLimit = 2000;

/** What conditional access decides, and where the block page leads. */
export interface GateDecision {
  result: SignIn["result"];
  reason: SignInReason;
  message: string;
  nextStep: { label: "Continue" | "Check compliance"; url: string } | null;
}

/**
 * The conditional access policy of a tenant, put to one person on one device: is the person in scope, the platform too, and is the
 * device managed and compliant in Entra's own record? Unmanaged leads to the partner's enrollment page, non-compliant to its remediation page.
 */
export function decideAccess(tenant: SimulatedTenant, user: SimulatedUser | undefined, device: SimulatedDevice | undefined): GateDecision {
  const policy = tenant.conditionalAccess;
  const group = tenant.groups.find((each) => each.id === policy.groupId);
  const stop = (reason: SignInReason, message: string, label?: "Continue" | "Check compliance"): GateDecision => {
    const url = label === "Continue" ? tenant.enrollmentUrl : label ? tenant.remediationUrl : null;
    return { result: label ? "blocked" : "failed", reason, message, nextStep: label && url ? { label, url } : null };
  };
  const pass = (reason: SignInReason, message: string): GateDecision => ({ result: "success", reason, message, nextStep: null });
  if (!user) return stop("user_unknown", "We couldn't find an account with that name.");
  if (!user.accountEnabled) return stop("user_disabled", "This account is disabled.");
  if (!policy.enabled) return pass("policy_disabled", `The policy "${policy.displayName}" is off.`);
  if (!group?.memberIds.includes(user.id)) return pass("not_in_scope", `The policy "${policy.displayName}" does not apply to this person.`);
  if (device && !policy.platforms.includes(device.operatingSystem)) {
    return pass("platform_not_in_scope", `The policy "${policy.displayName}" does not apply to ${device.operatingSystem}.`);
  }
  if (!device) return stop("device_unknown", "This device isn't registered with your organization.", "Continue");
  if (device.isManaged !== true) return stop("device_not_managed", "Your organization asks for this device to be managed before it gives access.", "Continue");
  if (device.isCompliant !== true) return stop("device_not_compliant", "This device doesn't meet your organization's requirements.", "Check compliance");
  return pass("compliant", `The device is managed and compliant, as "${policy.displayName}" requires.`);
}

/** `/app`, `/app/{name}` and `/app/sign-ins`: the simulated Microsoft 365 app. JSON where the client asks for it; a block is an answer, so both come with 200. */
export function answerApp(exchange: Exchange): Reply {
  settleMessages(exchange.simulator);
  const name = /^\/app\/([^/]+)$/.exec(exchange.path)?.[1];
  if (name === undefined) return html(200, renderStart(exchange));
  if (name === "sign-ins") return answerSignIns(exchange);
  return signIn(exchange, name);
}

function wantsJson(exchange: Exchange): boolean {
  return (exchange.headers.accept ?? "").includes("application/json");
}

function signIn(exchange: Exchange, app: string): Reply {
  const { simulator } = exchange;
  const query = exchange.url.searchParams;
  const userWord = query.get("user") ?? "";
  const deviceId = (query.get("device") ?? "").toLowerCase();
  const tenant = findTenant(simulator, query.get("tenant") ?? userWord.split("@").at(-1));
  if (!tenant) {
    const message = "Add tenant (an id, a domain or a seed name) and user to the address.";
    if (wantsJson(exchange)) return json(404, { error: "tenant_unknown", message });
    return html(
      404,
      page({
        title: "Who is signing in?",
        product: appTitle(app),
        main: `<h1>Who is signing in?</h1><p class="lead">${message}</p><div class="acts"><a class="btn primary" href="/app">Choose a person</a></div>`,
      }),
    );
  }
  const user = findUser(tenant, userWord);
  const device = findDevice(tenant, deviceId);
  const decision = decideAccess(tenant, user, device);
  const record: SignIn = {
    id: randomUUID(),
    at: new Date(simulator.now()).toISOString(),
    app,
    userPrincipalName: user?.userPrincipalName ?? userWord,
    deviceId,
    deviceName: device?.displayName ?? null,
    result: decision.result,
    reason: decision.reason,
    message: decision.message,
  };
  tenant.signIns.push(record);
  if (tenant.signIns.length > signInLimit) tenant.signIns.shift();
  if (device) device.approximateLastSignInDateTime = record.at;
  const note = { deviceId, user: record.userPrincipalName, result: decision.result, reason: decision.reason };
  if (wantsJson(exchange)) {
    const flags = device ? { deviceId: device.deviceId, displayName: device.displayName, isManaged: device.isManaged, isCompliant: device.isCompliant } : null;
    return json(
      200,
      { ...decision, signInId: record.id, at: record.at, app, tenantId: tenant.id, userPrincipalName: record.userPrincipalName, device: flags },
      { note },
    );
  }
  return html(200, renderSignIn(exchange, tenant, record, device, decision), { note });
}

function appTitle(name: string): string {
  return name
    .split(/[-_ ]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

const nav = '<a href="/app">Sign in as</a><a href="/app/sign-ins">Sign-in log</a>';

function renderSignIn(exchange: Exchange, tenant: SimulatedTenant, record: SignIn, device: SimulatedDevice | undefined, decision: GateDecision): string {
  const title = appTitle(record.app);
  const again = escapeHtml(exchange.url.pathname + exchange.url.search);
  const flag = (value: boolean | null | undefined) => (value === undefined ? "–" : value === null ? "not set" : value ? "true" : "false");
  const facts: [string, string][] = [
    ["Signed in as", record.userPrincipalName],
    ["Organization", tenant.displayName],
    ["Device", device ? device.displayName : "not registered"],
    ["Device id", record.deviceId || "none"],
    ["isManaged", flag(device?.isManaged)],
    ["isCompliant", flag(device?.isCompliant)],
    ["Policy", tenant.conditionalAccess.displayName],
    ["Sign-in id", record.id],
    ["Time", record.at],
  ];
  const list = `<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escapeHtml(value)}</dd></div>`).join("")}</dl>`;
  const tryAgain = (words: string) => `<a class="btn" href="${again}">${words}</a>`;
  if (decision.result === "success") {
    const main = `${tag("in", "Let in")}<h1>You're signed in to ${escapeHtml(title)}</h1><p class="lead">${escapeHtml(decision.message)}</p><h2>What was checked</h2>${list}<div class="acts">${tryAgain("Sign in again")}</div>`;
    return page({ title: `${title}: signed in`, product: title, main, nav });
  }
  const next = decision.nextStep ? `<a class="btn primary" href="${escapeHtml(decision.nextStep.url)}">${decision.nextStep.label}</a>` : "";
  const heading = decision.result === "blocked" ? "You can't get there from here" : "You can't sign in";
  const without = decision.result === "blocked" && !decision.nextStep ? '<p class="lead">No partner has given a page to send you to.</p>' : "";
  const main = `${tag("held", decision.result === "blocked" ? "Blocked" : "Not signed in")}<h1>${heading}</h1><p class="lead">${escapeHtml(decision.message)}</p>${without}<div class="acts">${next}${tryAgain("Try again")}</div><h2>More details</h2>${list}`;
  return page({ title: `${title}: ${heading}`, product: title, main, nav });
}

function answerSignIns(exchange: Exchange): Reply {
  const wanted = findTenant(exchange.simulator, exchange.url.searchParams.get("tenant"));
  const tenants = wanted ? [wanted] : [...exchange.simulator.tenants.values()];
  const all = tenants
    .flatMap((tenant) => tenant.signIns.map((each) => ({ ...each, tenantId: tenant.id, tenant: tenant.displayName })))
    .toSorted((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, 500);
  if (wantsJson(exchange)) return json(200, { signIns: all });
  const rows = all
    .map(
      (each) =>
        `<tr><td class="t"><time datetime="${each.at}">${each.at.slice(0, 19).replace("T", " ")}</time></td><td>${tag(each.result === "success" ? "in" : "held", each.result === "success" ? "Success" : each.result === "blocked" ? "Blocked" : "Failure")}</td><td>${escapeHtml(each.message)}<div class="small">${each.reason}</div></td><td>${escapeHtml(each.userPrincipalName)}<div class="small">${escapeHtml(each.tenant)}</div></td><td>${escapeHtml(each.deviceName ?? (each.deviceId || "none"))}</td><td>${escapeHtml(appTitle(each.app))}</td></tr>`,
    )
    .join("");
  const table = `<div class="scroll" tabindex="0" role="region" aria-label="Sign-ins"><table><thead><tr><th scope="col">Time (UTC)</th><th scope="col">Result</th><th scope="col">Reason</th><th scope="col">Person</th><th scope="col">Device</th><th scope="col">App</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const empty =
    '<p class="lead">Nobody has signed in yet. Sign in as somebody to see the first line.</p><div class="acts"><a class="btn primary" href="/app">Choose a person</a></div>';
  const main = `<h1>Sign-in log</h1>${all.length === 0 ? empty : `<p class="lead">The newest ${all.length === 1 ? "sign-in" : `${all.length} sign-ins`}, with what conditional access decided.</p>${table}`}`;
  return html(200, page({ title: "Sign-in log", product: "Sign-in log", main, nav, wide: all.length > 0 }));
}

function renderStart(exchange: Exchange): string {
  const { simulator } = exchange;
  const tenant = findTenant(simulator, exchange.url.searchParams.get("tenant")) ?? findTenant(simulator, "happy");
  const others = [...simulator.tenants.values()]
    .map((each) => `<option value="${each.name}"${each === tenant ? " selected" : ""}>${escapeHtml(each.displayName)} (${each.domain})</option>`)
    .join("");
  const rows = [...(tenant?.devices.values() ?? [])]
    .slice(0, 200)
    .map((device) => {
      const user = tenant && device.ownerIds[0] ? findUser(tenant, device.ownerIds[0]) : undefined;
      const query = new URLSearchParams({ tenant: tenant?.name ?? "", device: device.deviceId, user: user?.userPrincipalName ?? "" });
      const state =
        device.isManaged === true
          ? device.isCompliant === true
            ? tag("in", "Compliant")
            : tag("held", "Not compliant")
          : device.isManaged === false
            ? tag("held", "Not managed")
            : tag("unsure", "Not reported");
      return `<tr><td><a href="/app/outlook?${escapeHtml(query.toString())}">${escapeHtml(user?.displayName ?? "Nobody")}</a><div class="small">${escapeHtml(user?.userPrincipalName ?? "")}</div></td><td>${escapeHtml(device.displayName)}<div class="small">${escapeHtml(device.operatingSystem)} ${escapeHtml(device.operatingSystemVersion)}</div></td><td>${state}</td></tr>`;
    })
    .join("");
  const table = rows
    ? `<div class="scroll" tabindex="0" role="region" aria-label="People and devices"><table><thead><tr><th scope="col">Sign in as</th><th scope="col">Device</th><th scope="col">In Entra</th></tr></thead><tbody>${rows}</tbody></table></div>`
    : '<p class="lead">No device is registered in this organization.</p>';
  const main = `<h1>Sign in to Outlook</h1><p class="lead">Pick a person on their device, and see what conditional access says.</p><form method="get" action="/app"><label for="tenant">Organization</label><select id="tenant" name="tenant">${others}</select><div class="acts" style="margin-top:12px"><button class="btn">Show its people</button></div></form>${table}`;
  return page({ title: "Sign in to Outlook", product: "Outlook", main, nav, wide: true });
}
