import type { SqlContext } from "@/lib/context";
import type { HostDetails } from "@/lib/hosts/host-details";
import { agentCaches } from "./agent-caches";
import type { AgentCall } from "./agent-call";
import { AgentError, answerText, type AgentResponse } from "./agent-request";
import { authenticateHost } from "./authenticate-host";
import { storeCheckIn } from "./check-in-batcher";
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

/** Answers one call of osqueryd. Every answer that isn't a success has a top-level `error`: osqueryd doesn't look at the status. */
export async function answerOsquery(ctx: SqlContext, call: AgentCall): Promise<AgentResponse> {
  const { name } = call.path;
  if (!isKnown(name)) throw new AgentError(404, "path_unknown", "There is nothing at this path.");
  if (call.request.method !== "POST") throw new AgentError(405, "method_unknown", "This path takes POST.");
  if (name === "enroll") return enrollOsquery(ctx, call);
  if (name === "carve/block") throw carvingIsOff(); // it carries no node key
  const { host, body } = await authenticateHost(ctx, call);
  switch (name) {
    case "distributed/read":
      return readDistributedQueries(ctx, host);
    case "distributed/write":
      return writeDistributedResults(ctx, host, body, call.request.remoteAddress);
    case "config":
      return readConfig(ctx, host);
    case "log":
      return takeLogs(ctx, host.hostId, body);
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

async function readConfig(ctx: SqlContext, host: HostEntry): Promise<AgentResponse> {
  const catalogue = await agentCaches().getCatalogue(ctx);
  const config = catalogue.configFor(host.platform);
  const details: HostDetails = {};
  for (const member of ["distributedIntervalSeconds", "configRefreshSeconds", "loggerPeriodSeconds"] as const) {
    const seconds = config[member];
    if (seconds !== null && seconds !== host[member]) details[member] = seconds;
  }
  // The intervals that we send say when the host counts as online. Told once per configuration: the host's own flags may differ.
  if (host.configSeen !== config && Object.keys(details).length > 0) {
    await storeCheckIn(ctx, {
      record: { hostId: host.hostId, details, detailsDigest: "" },
      identity: undefined,
      joinedLabels: [],
      leftLabels: [],
      answers: [],
      endedPolicies: [],
      repeats: false,
      assess: false,
    });
    Object.assign(host, details);
  }
  host.configSeen = config;
  return answerText("osquery", config.text);
}
