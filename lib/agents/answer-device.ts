import type { SqlContext } from "@/lib/context";
import { findHostByDeviceToken } from "@/lib/hosts/find-host-by-device-token";
import { requestDeviceRefetch } from "@/lib/hosts/request-device-refetch";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { hashToken } from "@/lib/secret-box";
import { admitAddress, noteConduct } from "./address-bans";
import { agentCaches } from "./agent-caches";
import type { AgentCall } from "./agent-call";
import { AgentError, answerEmpty, answerJson, answerText, type AgentResponse } from "./agent-request";
import { answerDesktop } from "./answer-desktop";
import { listDevicePolicies, loadDesktop, loadDeviceHost } from "./device-queries";

interface DeviceCall {
  ctx: SqlContext;
  hostId: number;
  token: string;
  call: AgentCall;
}
type Answer = (given: DeviceCall) => Promise<AgentResponse> | AgentResponse;

const done = answerText("device", "{}");
const nothing = answerEmpty("device", 204);
const alive = answerEmpty("device", 200);

// GET stands for HEAD too. What we don't offer answers "nothing" or 404; never 402, which would make the tray believe in a licence.
const answers: Record<string, Answer> = {
  "GET ": describeHost,
  "GET ping": () => alive,
  "GET desktop": describeDesktop,
  "GET policies": async ({ ctx, hostId }) => answerJson("device", { policies: await listDevicePolicies(ctx.sql, hostId) }),
  "GET transparency": sendToTransparency,
  "GET software": () => answerJson("device", { count: 0, software: [], meta: { has_next_results: false, has_previous_results: false } }),
  "GET device_mapping": describeMapping,
  "GET macadmins": () => answerJson("device", { macadmins: null }),
  "GET certificates": () => answerJson("device", { certificates: [], meta: { has_next_results: false, has_previous_results: false } }),
  "GET api_features": () => answerJson("device", { features: {} }),
  "POST refetch": refetch,
  "POST debug/errors": takeErrorReport,
  "POST migrate_mdm": () => nothing,
  "POST mdm/linux/trigger_escrow": () => nothing,
  "POST setup_experience/status": () => answerJson("device", { setup_experience_results: { software: [], configuration_profiles: [], org_logo_url: "" } }),
};
const methodsOf = new Map(Object.keys(answers).map((key) => [key.slice(key.indexOf(" ") + 1), key.slice(0, key.indexOf(" "))]));

/** Answers the tray of a host and its pages' own calls; at once what the tray asks all the time. The token in the path is the credential; it is never logged. */
export function answerDevice(ctx: SqlContext, call: AgentCall): AgentResponse | Promise<AgentResponse> {
  agentCounters.otherCalls += 1;
  const { now } = call;
  const { name, token } = call.path;
  const method = call.request.method === "HEAD" ? "GET" : call.request.method;
  if (name === "/ping" && method === "GET") return alive;
  const address = call.request.remoteAddress;
  admitAddress(address, now);
  if (name === "desktop" && method === "GET") {
    const desktop = agentCaches().knownDesktop(hashToken(token), now);
    if (desktop) {
      agentCounters.hostHits += 1;
      noteConduct(address, true, now);
      return desktop;
    }
    agentCounters.hostMisses += 1;
  }
  return answerAfterLookups(ctx, call, method);
}

async function answerAfterLookups(ctx: SqlContext, call: AgentCall, method: string): Promise<AgentResponse> {
  const { name, token } = call.path;
  const host = await findHostByDeviceToken(ctx, token);
  const admitted = host !== null && (host.isCurrent || method === "GET");
  noteConduct(call.request.remoteAddress, admitted, call.now);
  if (!host || !admitted) throw new AgentError(401, "device_token_unknown", "Authentication required");
  const answer = answers[`${method} ${name}`];
  if (answer) return answer({ ctx, hostId: host.hostId, token, call });
  if (methodsOf.has(name)) throw new AgentError(405, "method_unknown", `This path takes ${methodsOf.get(name)}.`);
  throw new AgentError(404, "path_unknown", "There is nothing at this path for this host.");
}

async function describeDesktop({ ctx, hostId }: DeviceCall): Promise<AgentResponse> {
  return answerDesktop(await loadDesktop(ctx.sql, hostId));
}

async function describeHost({ ctx, hostId }: DeviceCall): Promise<AgentResponse> {
  const [host, desktop, policies] = await Promise.all([loadDeviceHost(ctx.sql, hostId), loadDesktop(ctx.sql, hostId), listDevicePolicies(ctx.sql, hostId)]);
  if (!host) throw new AgentError(401, "device_token_unknown", "Authentication required");
  return answerJson("device", {
    host: { ...host, policies, issues: { failing_policies_count: desktop.failing, total_issues_count: desktop.failing } },
    self_service: false,
    org_logo_url: "",
    org_logo_url_light_background: "",
    org_contact_url: desktop.contactUrl,
    license: { tier: "free" },
    global_config: { mdm: { enabled_and_configured: false }, features: { enable_software_inventory: false } },
  });
}

async function describeMapping({ ctx, hostId }: DeviceCall): Promise<AgentResponse> {
  const host = await loadDeviceHost(ctx.sql, hostId);
  const email = host?.device_mapping_email ?? "";
  return answerJson("device", { device_mapping: email === "" ? [] : [{ email, source: "installer" }] });
}

async function sendToTransparency({ ctx, hostId, token }: DeviceCall): Promise<AgentResponse> {
  const { transparencyUrl } = await loadDesktop(ctx.sql, hostId);
  const configured = URL.canParse(transparencyUrl) ? new URL(transparencyUrl) : null;
  const usable = configured?.protocol === "https:" || configured?.protocol === "http:";
  return answerEmpty("device", 307, { location: configured && usable ? configured.href : `/device/${encodeURIComponent(token)}` });
}

async function refetch({ ctx, hostId }: DeviceCall): Promise<AgentResponse> {
  await requestDeviceRefetch(ctx, hostId);
  agentCaches().hostChanged(hostId);
  return done;
}

async function takeErrorReport({ ctx, hostId, call }: DeviceCall): Promise<AgentResponse> {
  const report = await call.body();
  ctx.log.warn(
    { "host.id": hostId, "report.source": String(report.error_source).slice(0, 100), "report.message": String(report.error_message).slice(0, 500) },
    "an agent reported an error",
  );
  return done;
}
