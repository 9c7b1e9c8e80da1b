import type { SqlContext } from "@/lib/context";
import type { HostDetails } from "@/lib/hosts/host-details";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { agentCaches } from "./agent-caches";
import type { AgentCall } from "./agent-call";
import { AgentError, type AgentResponse } from "./agent-request";
import type { AgentConfig, AskCatalogue } from "./ask-catalogue";
import { authenticateHost, findKnownHost } from "./authenticate-host";
import { storeCheckIn } from "./check-in-line";
import { enrollOsquery } from "./enroll-osquery";
import type { HostEntry } from "./host-entry";
import { readDistributedQueries } from "./read-distributed-queries";
import { takeLogs } from "./take-logs";
import { writeDistributedResults } from "./write-distributed-results";

const mebibyte = 1024 * 1024;

/** The most that a body of this path may hold. */
export function maxOsqueryBody(name: string): number {
  if (name === "log") return 10 * mebibyte;
  return name === "distributed/write" ? 5 * mebibyte : mebibyte;
}

/**
 * Answers one call of osqueryd; at once when its body was read and memory is enough. Every answer that isn't a success has a top-level
 * `error`: osqueryd doesn't look at the status.
 */
export function answerOsquery(ctx: SqlContext, call: AgentCall): AgentResponse | Promise<AgentResponse> {
  const { name } = call.path;
  if (!isKnown(name)) throw new AgentError(404, "path_unknown", "There is nothing at this path.");
  if (call.request.method !== "POST") throw new AgentError(405, "method_unknown", "This path takes POST.");
  if (name === "enroll") return enrollOsquery(ctx, call);
  if (name === "carve/block") throw carvingIsOff(); // it carries no node key
  const host = findKnownHost(call);
  const catalogue = agentCaches().knownCatalogue;
  if (!host || !catalogue) return answerAfterLookups(ctx, call);
  return answerHost(ctx, call, host, catalogue, () => call.given as Record<string, unknown>);
}

async function answerAfterLookups(ctx: SqlContext, call: AgentCall): Promise<AgentResponse> {
  const { host, body } = await authenticateHost(ctx, call);
  return answerHost(ctx, call, host, await agentCaches().getCatalogue(ctx), () => body);
}

function answerHost(
  ctx: SqlContext,
  call: AgentCall,
  host: HostEntry,
  catalogue: AskCatalogue,
  body: () => Record<string, unknown>,
): AgentResponse | Promise<AgentResponse> {
  switch (call.path.name) {
    case "distributed/read":
      return readDistributedQueries(host, catalogue, call.now);
    case "distributed/write":
      return writeDistributedResults(ctx, call, host, catalogue, body());
    case "config":
      return readConfig(ctx, host, catalogue);
    case "log":
      return takeLogs(ctx, host.hostId, body());
    case "carve/begin":
      throw carvingIsOff();
    default:
      throw new AgentError(404, "yara_unknown", "There is no YARA rule of this name.");
  }
}

const paths = new Set(["enroll", "config", "distributed/read", "distributed/write", "log", "carve/begin", "carve/block"]);

function isKnown(name: string): boolean {
  return paths.has(name) || /^yara\/[^/]+$/.test(name);
}

// The agent gives up after three tries.
function carvingIsOff(): AgentError {
  return new AgentError(500, "carving_off", "carving is disabled");
}

function readConfig(ctx: SqlContext, host: HostEntry, catalogue: AskCatalogue): AgentResponse | Promise<AgentResponse> {
  agentCounters.configs += 1;
  const config = catalogue.configFor(host.platform);
  if (host.configSeen === config) return config.answer;
  const details: HostDetails = {};
  for (const member of ["distributedIntervalSeconds", "configRefreshSeconds", "loggerPeriodSeconds"] as const) {
    const seconds = config[member];
    if (seconds !== null && seconds !== host[member]) details[member] = seconds;
  }
  if (Object.keys(details).length > 0) return noteIntervals(ctx, host, details, config);
  host.configSeen = config;
  return config.answer;
}

// The intervals that we send say when the host counts as online. Told once per configuration: the host's own flags may differ.
async function noteIntervals(ctx: SqlContext, host: HostEntry, details: HostDetails, config: AgentConfig): Promise<AgentResponse> {
  await storeCheckIn(ctx, {
    record: { hostId: host.hostId, details, detailsDigest: "" },
    identity: undefined,
    joinedLabels: [],
    leftLabels: [],
    answers: [],
    endedPolicies: [],
    repeats: false,
    assess: false,
    wholeGate: false,
  });
  Object.assign(host, details);
  host.configSeen = config;
  return config.answer;
}
