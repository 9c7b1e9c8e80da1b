import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Histogram, type HistogramData } from "./histogram";
import { callKinds, usualLoad, type CallKind, type LoadCommand, type LoadPlan, type WindowData } from "./load-plan";

/** What calls of one kind, or all of them, saw. Times are in milliseconds from the moment when the call was due; NaN when there were none. */
export interface CallFigures {
  answers: number;
  errors: Record<string, number>;
  errorCount: number;
  p50: number;
  p90: number;
  p99: number;
  p999: number;
  max: number;
}

/** The figures of a stretch of time. */
export interface LoadReport {
  seconds: number;
  answersPerSecond: number;
  calls: Record<CallKind, CallFigures>;
  all: CallFigures;
  /** Of the generator's own process. Its lateness, in milliseconds, is part of all times. */
  generator: { cpuShare: number; microsecondsPerAnswer: number; residentMb: number; latenessP50: number; latenessP99: number; latenessMax: number };
  sockets: number;
  waiting: number;
  activeHosts: number;
}

/** A running load. */
export interface Load {
  pid: number;
  /** Figures since the last call. @throws Error when the generator ended by itself */
  window: () => Promise<LoadReport>;
  /** Figures of everything since `startOver`, or since the start; ends a window, too. */
  total: () => Promise<LoadReport>;
  /** Forgets what `total` would sum up, such as a warm-up. */
  startOver: () => Promise<void>;
  /** Has so many hosts of the fleet call, from now or, evenly, over some seconds. */
  setHosts: (hosts: number, rampSeconds?: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** Starts simulated hosts in a process of their own (`dist/bench-load.mjs`). */
export async function startLoad(given: Pick<LoadPlan, "fleet" | "port" | "hosts"> & Partial<LoadPlan>): Promise<Load> {
  const plan: LoadPlan = { ...usualLoad, ...given };
  const child = fork(join("dist", "bench-load.mjs"), { serialization: "advanced", execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const endWithUs = () => child.kill("SIGKILL");
  process.prependOnceListener("exit", endWithUs);
  const ask = inTurn((command: LoadCommand) => askGenerator(child, command));
  let windows: WindowData[] = [];
  const take = async (command: LoadCommand = { type: "window" }) => {
    const data = await ask(command);
    windows = compact([...windows, data]);
    return data;
  };
  await ask({ type: "start", plan });
  return {
    pid: child.pid ?? 0,
    window: async () => toReport([await take()]),
    async total() {
      await take();
      return toReport(windows);
    },
    async startOver() {
      await take();
      windows = [];
    },
    async setHosts(hosts, rampSeconds = 0) {
      await take({ type: "hosts", hosts, rampSeconds });
    },
    async stop() {
      process.removeListener("exit", endWithUs);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}

async function askGenerator(child: ChildProcess, command: LoadCommand): Promise<WindowData> {
  const ended = new AbortController();
  const answer = once(child, "message", { signal: ended.signal }) as Promise<[WindowData]>;
  const exit = once(child, "exit", { signal: ended.signal }).then((): never => {
    throw new Error("The load generator ended by itself; what it said last stands above.");
  });
  try {
    if (!child.connected) throw new Error("The load generator is gone; start it again.");
    child.send(command);
    return (await Promise.race([answer, exit]))[0];
  } finally {
    ended.abort();
    await Promise.allSettled([answer, exit]);
  }
}

/** Questions one after the other: answers carry no number. */
function inTurn<Given, Answer>(ask: (given: Given) => Promise<Answer>): (given: Given) => Promise<Answer> {
  let last: Promise<unknown> = Promise.resolve();
  return (given) => {
    const next = last.then(() => ask(given));
    last = next.catch(() => undefined);
    return next;
  };
}

// Windows add up: an hour of them needn't be kept.
function compact(windows: WindowData[]): WindowData[] {
  if (windows.length < 50) return windows;
  const [last] = windows.slice(-1);
  return last ? [{ ...last, ...sum(windows) }] : windows;
}

function sum(windows: readonly WindowData[]): Pick<WindowData, "seconds" | "calls" | "lateness" | "cpuSeconds"> {
  const merge = (parts: HistogramData[]) => {
    const histogram = new Histogram();
    for (const part of parts) histogram.add(part);
    return histogram.toData();
  };
  const calls = Object.fromEntries(
    callKinds.map((kind) => [
      kind,
      { times: merge(windows.map((one) => one.calls[kind].times)), errors: sumErrors(windows.map((one) => one.calls[kind].errors)) },
    ]),
  ) as WindowData["calls"];
  return {
    seconds: windows.reduce((total, one) => total + one.seconds, 0),
    calls,
    lateness: merge(windows.map((one) => one.lateness)),
    cpuSeconds: windows.reduce((total, one) => total + one.cpuSeconds, 0),
  };
}

function sumErrors(all: Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const errors of all) for (const [error, count] of Object.entries(errors)) total[error] = (total[error] ?? 0) + count;
  return total;
}

function toReport(windows: readonly WindowData[]): LoadReport {
  const [last] = windows.slice(-1);
  if (!last) throw new Error("A report needs a window: ask the load for one first.");
  const { seconds, calls, lateness, cpuSeconds } = sum(windows);
  const all = figures(
    callKinds.map((kind) => calls[kind].times),
    sumErrors(callKinds.map((kind) => calls[kind].errors)),
  );
  const late = figures([lateness], {});
  return {
    seconds,
    answersPerSecond: all.answers / seconds,
    calls: Object.fromEntries(callKinds.map((kind) => [kind, figures([calls[kind].times], calls[kind].errors)])) as Record<CallKind, CallFigures>,
    all,
    generator: {
      cpuShare: cpuSeconds / seconds,
      microsecondsPerAnswer: (cpuSeconds * 1e6) / all.answers,
      residentMb: last.residentMb,
      latenessP50: late.p50,
      latenessP99: late.p99,
      latenessMax: late.max,
    },
    sockets: last.sockets,
    waiting: last.waiting,
    activeHosts: last.activeHosts,
  };
}

function figures(parts: HistogramData[], errors: Record<string, number>): CallFigures {
  const histogram = new Histogram();
  for (const part of parts) histogram.add(part);
  const at = (share: number) => histogram.quantile(share) / 1000;
  return {
    answers: histogram.count,
    errors,
    errorCount: Object.values(errors).reduce((total, count) => total + count, 0),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    max: histogram.count === 0 ? Number.NaN : histogram.max / 1000,
  };
}
