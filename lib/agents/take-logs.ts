import type { SqlContext } from "@/lib/context";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { answerText, forMany, type AgentResponse } from "./agent-request";

const taken = forMany(answerText("osquery", "{}"));

/** What agents have logged since the process started, by kind. */
export interface LogCounts {
  result: number;
  status: number;
  other: number;
}

const shared = globalThis as unknown as { flotillaLogCounts?: LogCounts };

/** Counts of log lines that agents sent. */
export function logCounts(): LogCounts {
  shared.flotillaLogCounts ??= { result: 0, status: 0, other: 0 };
  return shared.flotillaLogCounts;
}

/** Takes a batch of log lines and counts them. A batch that is refused blocks its agent for an hour, so none ever is, however odd. */
export function takeLogs(ctx: SqlContext, hostId: number, body: Record<string, unknown>): AgentResponse {
  const kind = body.log_type === "result" || body.log_type === "status" ? body.log_type : "other";
  const lines = Array.isArray(body.data) ? body.data.length : 0;
  agentCounters.otherCalls += 1;
  logCounts()[kind] += lines;
  ctx.log.debug({ "host.id": hostId, "log.kind": kind, "log.lines": lines }, "an agent logged");
  return taken;
}
