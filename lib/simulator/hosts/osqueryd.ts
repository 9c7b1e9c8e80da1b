import { OsqueryCallFailed, createOsqueryClient, type OsqueryIdentity } from "./osquery-client";
import { acceptDistributedWork, runDistributedWork, writeBody } from "./run-distributed-work";
import { createScheduledWork, type ScheduledWork } from "./run-scheduled-queries";
import type { AgentSession } from "./agent-session";
import type { AnsweredQuery } from "./host-event";

/** Poll interval while the server asks for haste. */
const ACCELERATED_SECONDS = 5;

/** What osqueryd keeps across restarts. */
export interface OsquerydMemory extends OsqueryIdentity {
  flags: Map<string, string>;
  /** Results the server did not take; a newer one of the same name replaces the older. */
  unsent: Map<string, AnsweredQuery>;
  /** Policies whose answer was turned over by chance. */
  flipped: Set<string>;
  scheduled: ScheduledWork;
}

export function emptyOsquerydMemory(): OsquerydMemory {
  const flags = new Map([
    ["distributed_interval", "10"],
    ["config_refresh", "60"],
    ["logger_tls_period", "10"],
    ["logger_tls_compress", "false"],
    ["pack_delimiter", "_"],
  ]);
  return { nodeKey: null, enrolling: false, flags, unsent: new Map(), flipped: new Set(), scheduled: createScheduledWork() };
}

/** A running osqueryd. */
export interface Osqueryd {
  /** Reads and answers now instead of at the next interval; settles when that is done. */
  checkIn: () => Promise<void>;
}

/** Starts osqueryd: it enrols, takes its config, then polls for queries and sends logs until the session stops. */
export function startOsqueryd(session: AgentSession, memory: OsquerydMemory): Osqueryd {
  const { computer, options, status } = session;
  const client = createOsqueryClient(session, memory);
  const attempts = computer.identity.agent === "fleetd" ? 10 : 3;
  const seconds = (flag: string, fallback: number): number => Number(memory.flags.get(flag)) || fallback;
  let wake: (() => void) | null = null;
  let over = false;
  let waiters: (() => void)[] = [];
  let serving: (() => void)[] = [];

  async function refreshConfig(): Promise<boolean> {
    try {
      const config = await client.call("/api/v1/osquery/config", (nodeKey) => ({ node_key: nodeKey }), { attempts: 3 });
      for (const [name, value] of Object.entries(asRecord(config.options))) memory.flags.set(name, String(value));
      memory.scheduled.use(computer, config, memory.flags, session.now());
      return true;
    } catch (error) {
      if (error instanceof OsqueryCallFailed) return false;
      throw error;
    }
  }

  async function read(): Promise<Map<string, string>> {
    const body = await client.call("/api/v1/osquery/distributed/read", (nodeKey) => ({ node_key: nodeKey }), { attempts });
    status.lastReadAt = session.now();
    const work = acceptDistributedWork(computer, body, session.now(), memory.flags);
    if (work.spoiled !== null) {
      status.lastError = work.spoiled;
      session.emit({ type: "read_spoiled", reason: work.spoiled });
    }
    session.emit({ type: "read", queries: [...work.queries.keys()], accelerateSeconds: work.accelerateSeconds });
    if (work.accelerateSeconds !== null) {
      status.accelerateUntil = session.now() + work.accelerateSeconds * 1000;
      session.emit({ type: "accelerated", seconds: work.accelerateSeconds });
    }
    return work.queries;
  }

  async function write(): Promise<void> {
    const answers = [...memory.unsent.values()];
    if (answers.length === 0) return;
    const path = "/api/v1/osquery/distributed/write";
    const send = (): Promise<unknown> => client.call(path, (nodeKey) => writeBody(options.writeForm, answers, nodeKey), { attempts });
    await send();
    memory.unsent.clear();
    status.lastWriteAt = session.now();
    session.emit({ type: "wrote", answers: answers.length, duplicate: false });
    if (!session.random.chance(options.duplicateWriteProb)) return;
    await send();
    session.emit({ type: "wrote", answers: answers.length, duplicate: true });
  }

  function disturb(answer: AnsweredQuery): AnsweredQuery {
    if (session.random.chance(options.queryErrorProb)) return { ...answer, status: 1, message: "distributed query is denylisted", rows: [] };
    if (!answer.name.startsWith("fleet_policy_query_")) return answer;
    if (session.random.chance(options.policyFlipProb) && !memory.flipped.delete(answer.name)) memory.flipped.add(answer.name);
    if (!memory.flipped.has(answer.name) || answer.status !== 0) return answer;
    return { ...answer, rows: answer.rows.length === 0 ? [{ "1": "1" }] : [] };
  }

  async function cycle(): Promise<void> {
    try {
      const queries = await read();
      const answers = runDistributedWork(computer, queries, session.now(), memory.flags, disturb);
      if (answers.length > 0) status.lastAnswers = answers;
      for (const answer of answers) memory.unsent.set(answer.name, answer);
      await write();
    } catch (error) {
      // told as call_failed already; work that was not delivered goes with the next cycle
      if (!(error instanceof OsqueryCallFailed)) throw error;
    }
  }

  async function distributedLoop(): Promise<void> {
    for (;;) {
      serving = waiters;
      waiters = [];
      await cycle();
      for (const done of serving.splice(0)) done();
      if (waiters.length > 0) continue;
      const interval = options.distributedIntervalSeconds ?? seconds("distributed_interval", 10);
      const fast = session.now() < status.accelerateUntil;
      await session.sleep(fast ? Math.min(ACCELERATED_SECONDS, interval) : interval, (end) => (wake = end));
      wake = null;
    }
  }

  async function configLoop(): Promise<void> {
    let ok = true;
    for (;;) {
      // after a failure osqueryd comes back at its accelerated refresh of 300 s, or sooner when the normal one is shorter
      const refresh = options.configIntervalSeconds ?? seconds("config_tls_refresh", seconds("config_refresh", 60));
      await session.sleep(ok ? refresh : Math.min(refresh, 300));
      ok = await refreshConfig();
    }
  }

  async function logLoop(logType: "result" | "status"): Promise<void> {
    let failures = 0;
    for (;;) {
      const period = options.loggerPeriodSeconds ?? seconds("logger_tls_period", 10);
      await session.sleep(Math.min(period * Math.max(1, failures * failures), 3600));
      if (logType === "result") memory.scheduled.run(computer, memory.flags, session.now());
      const lines = memory.scheduled.take(logType);
      if (lines.length === 0) continue;
      const gzip = /^(true|1)$/.test(memory.flags.get("logger_tls_compress") ?? "");
      try {
        await client.call("/api/v1/osquery/log", (nodeKey) => ({ data: lines, log_type: logType, node_key: nodeKey }), { attempts: 1, gzip });
        failures = 0;
        session.emit({ type: "logged", logType, lines: lines.length });
      } catch (error) {
        if (!(error instanceof OsqueryCallFailed)) throw error;
        failures++;
        memory.scheduled.putBack(logType, lines);
      }
    }
  }

  session.run(async () => {
    await refreshConfig();
    session.run(distributedLoop);
    session.run(configLoop);
    session.run(() => logLoop("result"));
    session.run(() => logLoop("status"));
  });

  session.onStop(() => {
    over = true;
    for (const done of [...serving.splice(0), ...waiters.splice(0)]) done();
  });

  return {
    checkIn: () =>
      new Promise((resolve) => {
        if (over) return resolve();
        waiters.push(resolve);
        wake?.();
      }),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
