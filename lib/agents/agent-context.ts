import type { SqlContext } from "@/lib/context";
import { poolSql } from "@/lib/db/sql";
import { getLogger } from "@/lib/log";

/** The time, the log and the patience (milliseconds for a whole request), which a test brings along. */
export type AgentOverrides = Partial<Pick<SqlContext, "now" | "log">> & { answerWithinMs?: number };

/** The context of agents' paths: plain SQL, made for every request, so it is light. */
export function agentContext(overrides: AgentOverrides = {}): SqlContext {
  return { actor: { kind: "server" }, sql: poolSql(), now: overrides.now ?? currentTime, log: overrides.log ?? getLogger(), transaction: false };
}

function currentTime(): Date {
  return new Date();
}
