import { answerQuery } from "./answer-query";
import { compareVersions } from "./sql/sql-values";
import type { Computer } from "./computer";

type LogLine = Record<string, unknown>;
type Flags = ReadonlyMap<string, string>;
type LogType = "result" | "status";

/** Lines per log request, and lines kept when the server takes none: osquery's own limits, the second made smaller for a fleet in one process. */
const MAX_LINES = 1024;
const MAX_KEPT_LINES = 5000;

interface ScheduledQuery {
  name: string;
  sql: string;
  intervalSeconds: number;
  snapshot: boolean;
  removed: boolean;
  dueAt: number;
  counter: number;
  before: Map<string, Record<string, string>>;
}

/** The schedule of one osqueryd and the log lines it has not delivered yet. */
export interface ScheduledWork {
  /** Takes the schedule and decorators of a config; a query that stays keeps its place in time. */
  use: (computer: Computer, config: Record<string, unknown>, flags: Flags, now: number) => void;
  /** Runs what is due; errors become status lines. */
  run: (computer: Computer, flags: Flags, now: number) => void;
  /** Takes up to 1024 of the oldest lines out. */
  take: (logType: LogType) => LogLine[];
  putBack: (logType: LogType, lines: LogLine[]) => void;
}

export function createScheduledWork(): ScheduledWork {
  let queries = new Map<string, ScheduledQuery>();
  let decorations: Record<string, string> = {};
  const lines: Record<LogType, LogLine[]> = { result: [], status: [] };

  function log(logType: LogType, line: LogLine): void {
    lines[logType].push(line);
    if (lines[logType].length > MAX_KEPT_LINES) lines[logType].splice(0, lines[logType].length - MAX_KEPT_LINES);
  }

  function common(computer: Computer, now: number): LogLine {
    return {
      hostIdentifier: computer.identity.hardwareUuid,
      calendarTime: `${new Date(now).toUTCString().replace(",", "").slice(0, 25)} UTC`,
      unixTime: Math.floor(now / 1000),
      ...(Object.keys(decorations).length > 0 ? { decorations } : {}),
    };
  }

  function runOne(computer: Computer, query: ScheduledQuery, flags: Flags, now: number): void {
    const answer = answerQuery(computer, query.sql, now, flags);
    if (answer.status !== 0) {
      const message = `Error executing scheduled query ${query.name}: ${answer.message}`;
      log("status", { ...common(computer, now), severity: 2, filename: "scheduler.cpp", line: 137, message, version: computer.identity.osqueryVersion });
      return;
    }
    const head = { name: query.name, ...common(computer, now), epoch: 0, counter: query.counter++, numerics: false };
    if (query.snapshot) {
      log("result", { snapshot: answer.rows, action: "snapshot", ...head });
      return;
    }
    const after = new Map(answer.rows.map((row) => [JSON.stringify(row), row]));
    for (const [key, columns] of after) if (!query.before.has(key)) log("result", { ...head, columns, action: "added" });
    for (const [key, columns] of query.before) if (query.removed && !after.has(key)) log("result", { ...head, columns, action: "removed" });
    query.before = after;
  }

  return {
    use(computer, config, flags, now) {
      const next = new Map<string, ScheduledQuery>();
      for (const query of readSchedule(computer, config, flags, now)) {
        const known = queries.get(query.name);
        next.set(
          query.name,
          known?.sql === query.sql ? { ...query, dueAt: Math.min(known.dueAt, query.dueAt), counter: known.counter, before: known.before } : query,
        );
      }
      queries = next;
      decorations = {};
      const { load, always } = asRecord(config.decorators);
      for (const sql of [load, always].flat()) {
        if (typeof sql !== "string") continue;
        Object.assign(decorations, answerQuery(computer, sql, now, flags).rows[0] ?? {});
      }
    },
    run(computer, flags, now) {
      for (const query of queries.values()) {
        if (query.dueAt > now) continue;
        query.dueAt = now + query.intervalSeconds * 1000;
        runOne(computer, query, flags, now);
      }
    },
    take: (logType) => lines[logType].splice(0, MAX_LINES),
    putBack: (logType, taken) => lines[logType].unshift(...taken),
  };
}

/** The scheduled queries of a config that apply to this computer: its own `schedule` and those of each active pack. */
function readSchedule(computer: Computer, config: Record<string, unknown>, flags: Flags, now: number): ScheduledQuery[] {
  const delimiter = flags.get("pack_delimiter") ?? "_";
  const found = readQueries(computer, asRecord(config.schedule), "", now);
  for (const [name, value] of Object.entries(asRecord(config.packs))) {
    const pack = asRecord(value);
    if (!applies(computer, pack)) continue;
    const discovery = Array.isArray(pack.discovery) ? pack.discovery.filter((sql): sql is string => typeof sql === "string") : [];
    if (!discovery.every((sql) => answerQuery(computer, sql, now, flags).rows.length > 0)) continue;
    found.push(...readQueries(computer, asRecord(pack.queries), `pack${delimiter}${name}${delimiter}`, now));
  }
  return found;
}

function readQueries(computer: Computer, queries: Record<string, unknown>, prefix: string, now: number): ScheduledQuery[] {
  return Object.entries(queries).flatMap(([name, value]): ScheduledQuery[] => {
    const query = asRecord(value);
    const intervalSeconds = Number(query.interval);
    if (typeof query.query !== "string" || !(intervalSeconds > 0) || intervalSeconds > 604_800 || !applies(computer, query)) return [];
    return [
      {
        name: prefix + name,
        sql: query.query,
        intervalSeconds,
        snapshot: query.snapshot === true,
        removed: query.removed !== false,
        dueAt: now + intervalSeconds * 1000,
        counter: 0,
        before: new Map(),
      },
    ];
  });
}

function applies({ identity }: Computer, { platform, version }: Record<string, unknown>): boolean {
  const linux = identity.platform === "ubuntu";
  const names = new Set<string>([identity.platform, "all", "any", ...(linux ? ["linux"] : []), ...(identity.platform === "windows" ? [] : ["posix"])]);
  const wanted = typeof platform === "string" && platform !== "" ? platform.split(",").map((name) => name.trim()) : [];
  const oldEnough = typeof version !== "string" || version === "" || compareVersions(identity.osqueryVersion, version) >= 0;
  return oldEnough && (wanted.length === 0 || wanted.some((name) => names.has(name)));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
