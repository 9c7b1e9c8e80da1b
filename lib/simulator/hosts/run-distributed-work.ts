import { answerQuery } from "./answer-query";
import type { AnsweredQuery } from "./host-event";
import type { Computer } from "./computer";

/** What osqueryd took from one distributed read. */
export interface AcceptedWork {
  /** Name to SQL, in the order of the answer. */
  queries: Map<string, string>;
  /** Seconds to poll fast; only a JSON integer counts. */
  accelerateSeconds: number | null;
  /** Why the rest of the answer was thrown away. */
  spoiled: string | null;
}

/**
 * Reads the answer of `distributed/read` as osqueryd does: every discovery query first, then each query whose discovery gave a row.
 * One discovery query that fails spoils everything; an empty name or SQL stops the reading where it stands, and `accelerate` is read last.
 */
export function acceptDistributedWork(computer: Computer, body: Record<string, unknown>, now: number, flags: ReadonlyMap<string, string>): AcceptedWork {
  const discovery = asRecord(body.discovery);
  const gated = new Set<string>();
  const spoil = (spoiled: string): AcceptedWork => ({ queries, accelerateSeconds: null, spoiled });
  const queries = new Map<string, string>();
  for (const [name, sql] of Object.entries(discovery)) {
    if (typeof sql !== "string" || sql.trim() === "" || name === "") return spoil(`discovery query ${name || "without a name"} is empty`);
    const answer = answerQuery(computer, sql, now, flags);
    if (answer.status !== 0) return spoil(`discovery query ${name} failed: ${answer.message}`);
    if (answer.rows.length === 0) gated.add(name);
  }
  for (const [name, sql] of Object.entries(asRecord(body.queries))) {
    if (typeof sql !== "string" || sql === "" || name === "") return spoil(`query ${name || "without a name"} is empty`);
    if (!gated.has(name)) queries.set(name, sql);
  }
  const { accelerate } = body;
  return { queries, accelerateSeconds: typeof accelerate === "number" && Number.isInteger(accelerate) ? accelerate : null, spoiled: null };
}

/** Runs queued queries in the order of their names. `disturb` may put a fault in place of an answer. */
export function runDistributedWork(
  computer: Computer,
  queries: ReadonlyMap<string, string>,
  now: number,
  flags: ReadonlyMap<string, string>,
  disturb: (answer: AnsweredQuery) => AnsweredQuery,
): AnsweredQuery[] {
  const names = [...queries.keys()].toSorted((a, b) => (a < b ? -1 : 1));
  return names.map((name) => {
    const sql = queries.get(name) ?? "";
    return disturb({ name, sql, ...answerQuery(computer, sql, now, flags) });
  });
}

/**
 * The body of `distributed/write`. Modern agents put `node_key` last and statuses as numbers;
 * the old form has it first, statuses as texts, "" for no rows, and neither messages nor stats.
 */
export function writeBody(form: "modern" | "legacy", answers: readonly AnsweredQuery[], nodeKey: string): Record<string, unknown> {
  if (form === "legacy") {
    return {
      node_key: nodeKey,
      queries: Object.fromEntries(answers.map(({ name, rows }) => [name, rows.length === 0 ? "" : rows])),
      statuses: Object.fromEntries(answers.map(({ name, status }) => [name, String(status)])),
    };
  }
  return {
    queries: Object.fromEntries(answers.map(({ name, rows }) => [name, rows])),
    statuses: Object.fromEntries(answers.map(({ name, status }) => [name, status])),
    messages: Object.fromEntries(answers.map(({ name, message }) => [name, message])),
    stats: Object.fromEntries(answers.map((answer) => [answer.name, statsOf(answer)])),
    node_key: nodeKey,
  };
}

/** Plausible costs that stay the same for the same answer, so that repeated results are byte for byte repeated. */
function statsOf({ status, sql, rows }: AnsweredQuery): Record<string, number> {
  if (status !== 0) return {};
  return { wall_time_ms: 1 + (sql.length % 23), user_time: 1 + (sql.length % 7), system_time: sql.length % 4, memory: 4096 * (1 + rows.length) };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
