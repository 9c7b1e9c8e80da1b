import { saySeconds } from "./say-seconds";

/** How an instance stands: serving, up but not serving, ended in order, or gone without a word. */
export type InstanceState = "ready" | "not_ready" | "stopped" | "silent";

/** A process that works on this server's database, as its newest sample shows it. */
export interface Instance {
  /** Machine and process id. */
  name: string;
  version: string;
  since: Date;
  /** When it was last heard of. */
  at: Date;
  state: InstanceState;
  /** Whether it hears of changes. */
  listening: boolean;
  memoryBytes: number;
  heapShare: number;
}

/** The figures of the last minutes, over all instances. Times in seconds; null without a value. */
export interface RecentFigures {
  answersTimed: number;
  answerP99: number | null;
  loopLag: number;
  pageLag: number;
  poolWaiting: number;
  poolMax: number;
  reportsWaiting: number;
  reportOldest: number;
  jobsWaiting: number;
  jobOldest: number;
}

/** What is wrong, what it means, and what to do about it. */
export interface HealthProblem {
  code: string;
  what: string;
  remedy: string;
  href?: string;
}

/** From where on a figure is a problem. Times in seconds. */
export const thresholds = { answerP99: 1, loopLag: 0.25, pageLag: 1, reportOldest: 60, jobOldest: 60, heapShare: 0.9 } as const;

const fewAnswers = 20;
const loudForMs = 15 * 60_000;
const connections = "/settings/integrations/conditional-access";

/** What is wrong now, most pressing first; nothing when all is well. Pure. */
export function judgeHealth(instances: readonly Instance[], recent: RecentFigures, now: Date): HealthProblem[] {
  return [...instances.flatMap((instance) => judgeInstance(instance, instances, now)), ...judgeFigures(recent)];
}

function judgeInstance(instance: Instance, all: readonly Instance[], now: Date): HealthProblem[] {
  const { name, state } = instance;
  if (state === "silent") {
    if (now.getTime() - instance.at.getTime() > loudForMs || isReplaced(instance, all)) return [];
    return [
      {
        code: "instance_silent",
        what: `${name} ended without a word or can’t reach the database.`,
        remedy: all.some((other) => other.state === "ready")
          ? "The others answer its agents. See its log, and that its keeper starts it again."
          : "See its log, and start it again. Nobody’s access changes meanwhile.",
      },
    ];
  }
  if (state === "stopped") return [];
  const problems: HealthProblem[] = [];
  if (state === "not_ready") {
    problems.push({
      code: "instance_not_ready",
      what: `${name} runs but doesn’t serve.`,
      remedy: "It is starting or stopping. If this lasts, see its log.",
    });
  } else if (!instance.listening) {
    problems.push({
      code: "instance_not_listening",
      what: `${name} can’t hear of changes, so it asks the database for every agent.`,
      remedy:
        "Answers stay right and get slower. It tries again each second; a pooler between it and the database that doesn’t pass LISTEN on would be the cause.",
    });
  }
  if (instance.heapShare > thresholds.heapShare) {
    problems.push({
      code: "memory_short",
      what: `${name} has used ${Math.round(instance.heapShare * 100)} % of the memory it may take.`,
      remedy: "Give it more by NODE_OPTIONS=--max-old-space-size, or start another instance.",
    });
  }
  return problems;
}

/** A process that fell over is old news once the next one stands on the same machine. */
function isReplaced({ name, at }: Instance, all: readonly Instance[]): boolean {
  const machine = machineOf(name);
  return all.some((other) => other.name !== name && other.state === "ready" && machineOf(other.name) === machine && other.since > at);
}

function machineOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

function judgeFigures(recent: RecentFigures): HealthProblem[] {
  const problems: HealthProblem[] = [];
  const { answerP99, loopLag, pageLag, poolWaiting, poolMax, reportsWaiting, reportOldest, jobsWaiting, jobOldest } = recent;
  if (reportOldest > thresholds.reportOldest) {
    problems.push({
      code: "reports_late",
      what: `${count(reportsWaiting, "report waits", "reports wait")} for Microsoft, the oldest for ${saySeconds(reportOldest)}.`,
      remedy: "Nobody’s access changes meanwhile, and they go out in order. The connection’s page says what holds them.",
      href: connections,
    });
  }
  if (answerP99 !== null && recent.answersTimed >= fewAnswers && answerP99 > thresholds.answerP99) {
    problems.push({
      code: "answers_slow",
      what: `1 of 100 answers to agents takes longer than ${saySeconds(answerP99)}.`,
      remedy:
        "Hosts repeat what times out, so nothing is lost. See the charts below: a long event loop asks for another instance, waiting connections for a faster database.",
    });
  }
  if (loopLag > thresholds.loopLag) {
    problems.push({
      code: "loop_late",
      what: `A process is busy for ${saySeconds(loopLag)} at a time, and agents wait that long.`,
      remedy: "Its processor is too slow for the load, or shared with too much. Start another instance.",
    });
  }
  if (pageLag > thresholds.pageLag) {
    problems.push({
      code: "pages_late",
      what: `A process is busy with pages and background jobs for ${saySeconds(pageLag)} at a time.`,
      remedy: "Agents don’t wait for them, but people and reports do. If this lasts, lower WORKER_CONCURRENCY or start another instance.",
    });
  }
  if (poolMax > 0 && poolWaiting > poolMax) {
    problems.push({
      code: "pool_short",
      what: `Up to ${count(poolWaiting, "call", "calls")} waited at once for one of ${poolMax} database connections.`,
      remedy: "See that the database isn’t the slow one first; then raise DATABASE_POOL_SIZE.",
    });
  }
  if (jobOldest > thresholds.jobOldest) {
    problems.push({
      code: "jobs_late",
      what: `${count(jobsWaiting, "background job waits", "background jobs wait")}, the oldest for ${saySeconds(jobOldest)}.`,
      remedy: "Verdicts and reports come later than they should. Raise WORKER_CONCURRENCY, or start another instance.",
    });
  }
  return problems;
}

function count(many: number, one: string, more: string): string {
  return `${many.toLocaleString("en")} ${many === 1 ? one : more}`;
}
