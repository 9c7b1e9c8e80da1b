import type { SqlContext } from "@/lib/context";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { hashToken } from "@/lib/secret-box";
import { agentCaches } from "./agent-caches";
import type { AgentCall } from "./agent-call";
import { AgentError, type AgentRequest } from "./agent-request";
import type { HostEntry } from "./host-entry";
import { markSeen } from "./host-marks";
import { admitLookup, isSurelyUnknown, rememberUnknown } from "./unknown-keys";

const scheme = /^NodeKey\s+(\S+)\s*$/i;

/** Whether the key in a request's header is that of a host in memory, so that its body may be read. */
export function isKnownByHeader(headers: AgentRequest["headers"], now: number): boolean {
  const key = readHeaderKey({ headers });
  return key !== undefined && agentCaches().knownHost(hashToken(key), now) !== undefined;
}

/**
 * Finds the host behind an osquery request whose body was read, when it stands in memory, and marks it seen; null: authenticateHost has to look.
 * @throws AgentError `node_keys_differ` 400
 */
export function findKnownHost(call: AgentCall): HostEntry | null {
  const { request, now, shortBody } = call;
  const caches = agentCaches();
  const same = shortBody === "" ? undefined : caches.knownHostByBody(shortBody, now);
  if (same) {
    agentCounters.hostHits += 1;
    markSeen(same.hostId, now);
    return same;
  }
  const { given } = call;
  if (!given) return null;
  const headerKey = readHeaderKey(request);
  const bodyKey = typeof given.node_key === "string" ? given.node_key : "";
  const nodeKey = headerKey ?? bodyKey;
  const host = nodeKey === "" ? undefined : caches.knownHost(hashToken(nodeKey), now);
  if (!host) return null;
  refuseTwoKeys(headerKey, bodyKey);
  agentCounters.hostHits += 1;
  markSeen(host.hostId, now);
  if (shortBody !== "" && holdsOneMember(given)) caches.keepHostBody(shortBody, host);
  return host;
}

function holdsOneMember(body: Record<string, unknown>): boolean {
  return Object.keys(body).length === 1;
}

/**
 * Finds the host behind an osquery request, by its header before the body is read, else by the body; marks it seen.
 * @throws AgentError `node_key_unknown` 401 with node_invalid, only when the key is surely unknown; `node_keys_differ` 400
 */
export async function authenticateHost(ctx: SqlContext, call: AgentCall): Promise<{ host: HostEntry; body: Record<string, unknown> }> {
  const headerKey = readHeaderKey(call.request);
  const early = headerKey === undefined ? undefined : await findByNodeKey(ctx, headerKey, call);
  const body = await call.body();
  const bodyKey = typeof body.node_key === "string" ? body.node_key : "";
  if (early) refuseTwoKeys(headerKey, bodyKey);
  const host = early ?? (await findByNodeKey(ctx, bodyKey, call));
  markSeen(host.hostId, call.now);
  return { host, body };
}

function readHeaderKey({ headers }: Pick<AgentRequest, "headers">): string | undefined {
  const header = headers.authorization;
  return typeof header === "string" ? scheme.exec(header)?.[1] : undefined;
}

function refuseTwoKeys(headerKey: string | undefined, bodyKey: string): void {
  if (headerKey === undefined || bodyKey === "" || bodyKey === headerKey) return;
  throw new AgentError(400, "node_keys_differ", "authentication error: the node key of the header differs from the body's");
}

async function findByNodeKey(ctx: SqlContext, nodeKey: string, { request, now }: AgentCall): Promise<HostEntry> {
  if (nodeKey === "") throw unknownNodeKey();
  const keyHash = hashToken(nodeKey);
  const caches = agentCaches();
  const known = caches.knownHost(keyHash, now);
  if (known) {
    agentCounters.hostHits += 1;
    return known;
  }
  if (isSurelyUnknown(keyHash)) throw unknownNodeKey();
  admitLookup(request.remoteAddress);
  const found = await caches.findHost(ctx, keyHash);
  if (found) return found;
  rememberUnknown(keyHash, request.remoteAddress);
  throw unknownNodeKey();
}

function unknownNodeKey(): AgentError {
  return new AgentError(401, "node_key_unknown", "authentication error: invalid node key", { nodeInvalid: true });
}

/** The host behind an orbit request whose body was read, when it stands in memory; null: authenticateOrbit has to look. */
export function findKnownOrbitHost(call: AgentCall): number | null {
  const { shortBody } = call;
  const caches = agentCaches();
  let hostId = shortBody === "" ? undefined : caches.knownOrbitHostByBody(shortBody);
  if (hostId === undefined) {
    const { given } = call;
    const key = given && readOrbitKey(given);
    hostId = key === undefined ? undefined : caches.knownOrbitHost(hashToken(key));
    if (hostId === undefined) return null;
    if (shortBody !== "" && holdsOneMember(given as Record<string, unknown>)) caches.keepOrbitHostBody(shortBody, hostId);
  }
  agentCounters.hostHits += 1;
  return hostId;
}

function readOrbitKey(body: Record<string, unknown>): string | undefined {
  return [body.orbit_node_key, body.orbot_node_key].find((value) => typeof value === "string" && value !== "") as string | undefined;
}

/**
 * Finds the host behind an orbit request; its key stands in the body. `orbot_node_key` is a slip that old agents send in its place.
 * @throws AgentError `orbit_key_unknown` 401
 */
export async function authenticateOrbit(ctx: SqlContext, call: AgentCall): Promise<{ hostId: number; body: Record<string, unknown> }> {
  const body = await call.body();
  const key = readOrbitKey(body);
  if (key === undefined) throw unknownOrbitKey();
  const keyHash = hashToken(key);
  const caches = agentCaches();
  const known = caches.knownOrbitHost(keyHash);
  if (known !== undefined) {
    agentCounters.hostHits += 1;
    return { hostId: known, body };
  }
  if (isSurelyUnknown(keyHash)) throw unknownOrbitKey();
  admitLookup(call.request.remoteAddress);
  const hostId = await caches.findOrbitHost(ctx, keyHash);
  if (hostId !== null) return { hostId, body };
  rememberUnknown(keyHash, call.request.remoteAddress);
  throw unknownOrbitKey();
}

function unknownOrbitKey(): AgentError {
  return new AgentError(401, "orbit_key_unknown", "Authentication required");
}
