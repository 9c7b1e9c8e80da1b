import type { SqlContext } from "@/lib/context";
import { ForbiddenError, TooManyRequestsError, UnauthenticatedError } from "@/lib/errors";
import { enrollHost } from "@/lib/hosts/enroll-host";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { hashToken } from "@/lib/secret-box";
import type { AgentCall } from "./agent-call";
import { admitLookup, rememberUnknown } from "./unknown-keys";
import { AgentError, answerJson, type AgentResponse } from "./agent-request";
import { agentCaches } from "./agent-caches";
import { readHostDetails } from "./read-host-details";
import { readObject, readText, type AgentRow } from "./read-values";

/**
 * Lets an osqueryd in and gives it its node key.
 * @throws AgentError 401 with node_invalid: the secret is unknown, or the enrolment was refused
 */
export async function enrollOsquery(ctx: SqlContext, call: AgentCall): Promise<AgentResponse> {
  agentCounters.otherCalls += 1;
  const body = await call.body();
  const given = readObject(body.host_details);
  const tables = ["os_version", "osquery_info", "system_info"].filter((table) => Object.hasOwn(given, table));
  const details = readHostDetails(new Map(tables.map((table) => [table, [readObject(given[table]) as AgentRow]])), ctx.now().getTime());
  if (call.request.remoteAddress !== "") details.publicIp = call.request.remoteAddress;
  const hardwareUuid = details.hardwareUuid ?? "";
  const identifier = readText(body.host_identifier) || hardwareUuid;
  if (identifier === "") throw new AgentError(401, "identifier_missing", "enroll failed: host_identifier is empty", { nodeInvalid: true });
  const secret = readText(body.enroll_secret, 1000);
  admitLookup(call.request.remoteAddress);
  try {
    const { hostId, nodeKey } = await enrollHost(ctx, {
      agent: "osquery",
      secret,
      identifier,
      hardwareUuid,
      hostname: details.hostname ?? "",
      details,
    });
    agentCaches().hostChanged(hostId);
    return answerJson("osquery", { node_key: nodeKey });
  } catch (error) {
    if (!(error instanceof UnauthenticatedError || error instanceof ForbiddenError || error instanceof TooManyRequestsError)) throw error;
    if (error instanceof UnauthenticatedError) rememberUnknown(hashToken(secret), call.request.remoteAddress);
    throw new AgentError(401, error.code, error.message, { nodeInvalid: true, cause: error });
  }
}
