import { randomUUID } from "node:crypto";
import type { SqlContext } from "@/lib/context";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { agentContext, type AgentOverrides } from "./agent-context";
import { AgentCall } from "./agent-call";
import { currentTime } from "./current-time";
import { readAgentPath, type AgentPath } from "./agent-paths";
import { AgentError, answerError, type AgentRequest, type AgentResponse } from "./agent-request";
import { answerDevice } from "./answer-device";
import { answerOrbit, maxOrbitBody } from "./answer-orbit";
import { answerOsquery, maxOsqueryBody } from "./answer-osquery";

/** Agents give up after 16 s; an answer after that only costs. */
const answerWithinMs = 12_000;
const deviceBodyBytes = 1024 * 1024;
const errorReportBytes = 5 * 1024 * 1024;

/**
 * Answers any request of an agent, from bytes to bytes. Never throws: every fault becomes the answer that real agents understand.
 * Faults that heal are 503 and never make an agent throw its key away.
 */
export async function handleAgentRequest(request: AgentRequest, overrides: AgentOverrides = {}): Promise<AgentResponse> {
  const path = readAgentPath(request.path);
  if (!path) return answerUnknownPath();
  return answerCall(new AgentCall(request, path, maxAgentBody(path), currentTime(overrides)), overrides);
}

/** Answers one call, without a promise when memory is enough. Never throws. */
export function answerCall(call: AgentCall, overrides: AgentOverrides = {}): AgentResponse | Promise<AgentResponse> {
  const ctx = agentContext(overrides);
  try {
    const answered = answer(ctx, call);
    if (!(answered instanceof Promise)) return answered;
    return within(answered, overrides.answerWithinMs ?? answerWithinMs).catch((error: unknown) => answerFault(ctx, call.path, error));
  } catch (error) {
    return answerFault(ctx, call.path, error);
  }
}

/** The answer to a request on a path that failed: a refusal in the family's terms, or a fault that heals, which is logged. */
export function answerFailure(path: AgentPath, error: unknown, overrides: AgentOverrides = {}): AgentResponse {
  return answerFault(agentContext(overrides), path, error);
}

/** What is said to a path that only begins like an agent's. */
export function answerUnknownPath(): AgentResponse {
  return answerError("osquery", new AgentError(404, "path_unknown", "There is nothing at this path."));
}

/** The most bytes that a body on a path may hold. */
export function maxAgentBody({ family, name }: AgentPath): number {
  if (family === "osquery") return maxOsqueryBody(name);
  if (family === "orbit") return maxOrbitBody(name);
  return name === "debug/errors" ? errorReportBytes : deviceBodyBytes;
}

function answer(ctx: SqlContext, call: AgentCall): AgentResponse | Promise<AgentResponse> {
  if (call.path.family === "osquery") return answerOsquery(ctx, call);
  return call.path.family === "orbit" ? answerOrbit(ctx, call) : answerDevice(ctx, call);
}

function within(answered: Promise<AgentResponse>, milliseconds: number): Promise<AgentResponse> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new AgentError(503, "too_late", "temporarily unavailable", { retryAfterSeconds: 5, closeConnection: true })),
      milliseconds,
    );
    answered.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function answerFault(ctx: SqlContext, { family, name }: AgentPath, error: unknown): AgentResponse {
  if (error instanceof AgentError) {
    if (error.status >= 500) agentCounters.refused5xx += 1;
    else agentCounters.refused4xx += 1;
    return answerError(family, error, error.status >= 500 ? randomUUID() : "");
  }
  agentCounters.refused5xx += 1;
  const uuid = randomUUID();
  ctx.log.error(
    {
      "agent.path": `${family} ${name}`,
      "error.uuid": uuid,
      "error.code": (error as { code?: unknown } | null)?.code,
      "error.message": String((error as Error)?.stack ?? error),
    },
    "an agent couldn't be answered",
  );
  return answerError(family, new AgentError(503, "unavailable", "temporarily unavailable", { retryAfterSeconds: 5 }), uuid);
}
