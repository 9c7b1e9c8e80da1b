import type { SqlContext } from "@/lib/context";
import { hashToken } from "@/lib/secret-box";
import { agentCaches } from "./agent-caches";
import type { AgentCall } from "./agent-call";
import { AgentError } from "./agent-request";
import type { HostEntry } from "./host-entry";
import { markSeen } from "./host-marks";
import { admitLookup, isSurelyUnknown, rememberUnknown } from "./unknown-keys";

const scheme = /^NodeKey\s+(\S+)\s*$/i;

/**
 * Finds the host behind an osquery request, by its header before the body is read, else by the body; marks it seen.
 * @throws AgentError `node_key_unknown` 401 with node_invalid, only when the key is surely unknown; `node_keys_differ` 400
 */
export async function authenticateHost(ctx: SqlContext, call: AgentCall): Promise<{ host: HostEntry; body: Record<string, unknown> }> {
  const header = call.request.headers.authorization;
  const headerKey = typeof header === "string" ? scheme.exec(header)?.[1] : undefined;
  const address = call.request.remoteAddress;
  const early = headerKey === undefined ? undefined : await findByNodeKey(ctx, headerKey, address);
  const body = await call.body();
  const bodyKey = typeof body.node_key === "string" ? body.node_key : "";
  if (early && bodyKey !== "" && bodyKey !== headerKey) {
    throw new AgentError(400, "node_keys_differ", "authentication error: the node key of the header differs from the body's");
  }
  const host = early ?? (await findByNodeKey(ctx, bodyKey, address));
  markSeen(host.hostId, ctx.now());
  return { host, body };
}

async function findByNodeKey(ctx: SqlContext, nodeKey: string, address: string): Promise<HostEntry> {
  if (nodeKey === "") throw unknownNodeKey();
  const keyHash = hashToken(nodeKey);
  const caches = agentCaches();
  const known = caches.knownHost(keyHash);
  if (known) return known;
  if (isSurelyUnknown(keyHash)) throw unknownNodeKey();
  admitLookup(address);
  const found = await caches.findHost(ctx, keyHash);
  if (found) return found;
  rememberUnknown(keyHash, address);
  throw unknownNodeKey();
}

function unknownNodeKey(): AgentError {
  return new AgentError(401, "node_key_unknown", "authentication error: invalid node key", { nodeInvalid: true });
}

/**
 * Finds the host behind an orbit request; its key stands in the body. `orbot_node_key` is a slip that old agents send in its place.
 * @throws AgentError `orbit_key_unknown` 401
 */
export async function authenticateOrbit(ctx: SqlContext, call: AgentCall): Promise<{ hostId: number; body: Record<string, unknown> }> {
  const body = await call.body();
  const key = [body.orbit_node_key, body.orbot_node_key].find((value) => typeof value === "string" && value !== "") as string | undefined;
  if (key === undefined) throw unknownOrbitKey();
  const keyHash = hashToken(key);
  const caches = agentCaches();
  const known = caches.knownOrbitHost(keyHash);
  if (known !== undefined) return { hostId: known, body };
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
