import { AgentNetworkError, type AgentRequest, type AgentResponse, type AgentTransport } from "./agent-transport";
import type { Computer } from "./computer";
import type { HostEventDetail, HostStatus } from "./host-event";
import type { Scheduler } from "./scheduler";
import type { SeededRandom } from "./seeded-random";

/** How a simulated computer's agents behave. Times are what the real agents use; `pace` shortens all of them together. */
export interface HostOptions {
  enrollSecret: string;
  /** Seconds between distributed reads; null takes the server's `distributed_interval`, or 10 before it said one. */
  distributedIntervalSeconds: number | null;
  configIntervalSeconds: number | null;
  loggerPeriodSeconds: number | null;
  orbitConfigSeconds: number;
  /** Tray icon, token check and capability ping. */
  desktopSeconds: number;
  tokenRotationSeconds: number;
  /** Factor on every wait: 0.1 lives ten times as fast. Windows the server sets, as `accelerate`, stay real time. */
  pace: number;
  /** Which of the two enrolments of a fleetd computer comes first. */
  firstEnroll: "orbit" | "osquery" | "together";
  /** Whether the tray icon of fleetd runs. */
  desktop: boolean;
  /** fleetd before 2026 enrols again at the first 401, later ones after 45 seconds of them. */
  orbitGeneration: "2025" | "2026";
  /** The body of a write: as osquery 5 sends it, or as osquery 2 did. */
  writeForm: "modern" | "legacy";
  /** Chance that the answer to a policy turns over at each asking, and stays so. */
  policyFlipProb: number;
  /** Chance that any one query ends in an error. */
  queryErrorProb: number;
  /** Chance that a write is sent twice, as after a socket that died too late. */
  duplicateWriteProb: number;
}

export const HOST_DEFAULTS: Omit<HostOptions, "enrollSecret"> = {
  distributedIntervalSeconds: null,
  configIntervalSeconds: null,
  loggerPeriodSeconds: null,
  orbitConfigSeconds: 30,
  desktopSeconds: 300,
  tokenRotationSeconds: 3600,
  pace: 1,
  firstEnroll: "orbit",
  desktop: true,
  orbitGeneration: "2026",
  writeForm: "modern",
  policyFlipProb: 0,
  queryErrorProb: 0,
  duplicateWriteProb: 0,
};

/** Ends every loop of an agent that was switched off; never an error to tell. */
export class AgentStopped extends Error {
  override name = "AgentStopped";
}

/** One life of a computer's agents, from start to stop; loops that outlive it end at their next request or wait. */
export interface AgentSession {
  computer: Computer;
  options: HostOptions;
  random: SeededRandom;
  status: HostStatus;
  now: () => number;
  emit: (detail: HostEventDetail) => void;
  /** @throws AgentStopped, AgentNetworkError */
  send: (request: AgentRequest) => Promise<AgentResponse>;
  /** Waits `seconds` of the agent's own pace. `onWaiting` is handed a way to end the wait early. @throws AgentStopped */
  sleep: (seconds: number, onWaiting?: (wake: () => void) => void) => Promise<void>;
  /** Runs an endless loop beside the others until the session stops. */
  run: (loop: () => Promise<void>) => void;
  stop: () => Promise<void>;
  /** Called once when the session stops. */
  onStop: (tell: () => void) => void;
  /** Requests under way. */
  busy: () => number;
}

export interface SessionParts {
  computer: Computer;
  options: HostOptions;
  random: SeededRandom;
  status: HostStatus;
  scheduler: Scheduler;
  transport: AgentTransport;
  emit: (detail: HostEventDetail) => void;
  /** Told of a fault in the simulation itself, never of the server's. */
  onFault: (error: unknown) => void;
}

/** Begins one life of a computer's agents. */
export function openSession({ scheduler, transport, onFault, emit, ...shared }: SessionParts): AgentSession {
  let stopped = false;
  let busy = 0;
  const cancels = new Set<() => void>();
  const loops = new Set<Promise<void>>();
  const listeners: (() => void)[] = [];
  return {
    ...shared,
    now: scheduler.now,
    emit: (detail) => {
      if (!stopped) emit(detail);
    },
    busy: () => busy,
    async send(request) {
      if (stopped) throw new AgentStopped();
      busy++;
      try {
        return await transport.send(request);
      } catch (error) {
        if (stopped) throw new AgentStopped();
        if (error instanceof AgentNetworkError) shared.status.lastError = error.message;
        throw error;
      } finally {
        busy--;
      }
    },
    sleep: (seconds, onWaiting) =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(new AgentStopped());
        const end = (settle: () => void): void => {
          cancelTimer();
          cancels.delete(cancel);
          settle();
        };
        const cancel = (): void => end(() => reject(new AgentStopped()));
        const cancelTimer = scheduler.setTimer(() => end(resolve), seconds * 1000 * shared.options.pace);
        cancels.add(cancel);
        onWaiting?.(() => end(resolve));
      }),
    run(loop) {
      const running: Promise<void> = loop()
        .catch((error: unknown) => {
          if (!(error instanceof AgentStopped)) onFault(error);
        })
        .finally(() => loops.delete(running));
      loops.add(running);
    },
    onStop: (tell) => {
      if (stopped) tell();
      else listeners.push(tell);
    },
    async stop() {
      stopped = true;
      for (const cancel of cancels) cancel();
      for (const tell of listeners.splice(0)) tell();
      await Promise.all(loops);
    },
  };
}
