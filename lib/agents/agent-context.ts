import type { SqlContext } from "@/lib/context";
import { getPool } from "@/lib/db/pool";
import { pgSql, type Sql } from "@/lib/db/sql";
import { getLogger } from "@/lib/log";

/** The time, the log and the patience (milliseconds for a whole request), which a test brings along. */
export type AgentOverrides = Partial<Pick<SqlContext, "now" | "log">> & { answerWithinMs?: number };

const server = { kind: "server" } as const;
// One for all requests; which pool it is shows when a statement runs.
const sql: Sql = { rows: (statement, values) => pgSql(getPool()).rows(statement, values) };

/** The context of agents' paths: plain SQL, made for every request, so it is light. */
export function agentContext(overrides: AgentOverrides = {}): SqlContext {
  return { actor: server, sql, now: overrides.now ?? currentTime, log: overrides.log ?? getLogger(), transaction: false };
}

function currentTime(): Date {
  return new Date();
}
