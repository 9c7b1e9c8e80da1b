import type { SeededFleet } from "../fleet-plan";
import type { HistogramData } from "./histogram";

/** What a simulated host calls. */
export const callKinds = ["read", "write", "config", "orbit config", "desktop", "ping", "device token", "log"] as const;
export type CallKind = (typeof callKinds)[number];

/** The periods of unmodified agents, in seconds. */
export const usualPeriods = { read: 10, config: 60, orbitConfig: 30, desktop: 300, ping: 300, deviceToken: 3600, log: 10 };

/** Which hosts call, how and how often. Plain data: it goes to the generator's process. */
export interface LoadPlan {
  fleet: SeededFleet;
  port: number;
  /** The hosts with the numbers 0 to below this call; the rest of the fleet is silent. */
  hosts: number;
  /** Over so many seconds they begin, evenly. */
  rampSeconds: number;
  /** So many keep-alive sockets carry all hosts' calls, as those of a balancer that pools do; "own": one for each host. */
  connections: number | "own";
  periods: typeof usualPeriods;
  /** Of the hosts: with fleetd beside osqueryd, of those with a tray, and those that send logs. */
  orbitShare: number;
  desktopShare: number;
  loggerShare: number;
  /** Of the hosts: whose full answers have the size of a developer's Mac (about 80 kB) instead of a typical one. */
  developerShare: number;
  /** Of the answers to all policies: in which one policy has changed its outcome. */
  flipShare: number;
  seed: number;
}

/** Everything but where to and who. */
export const usualLoad: Omit<LoadPlan, "fleet" | "port" | "hosts"> = {
  rampSeconds: 0,
  connections: 2048,
  periods: usualPeriods,
  orbitShare: 1,
  desktopShare: 1,
  loggerShare: 0,
  developerShare: 0.05,
  flipShare: 0.05,
  seed: 1,
};

/** What became of the calls of one kind. Times are in microseconds, from the moment when the call was due. */
export interface CallData {
  times: HistogramData;
  /** By kind: an HTTP status, `refused`, `reset`, `timeout` (16 s after it was due), or another error's code. */
  errors: Record<string, number>;
}

/** The generator's account of the time since the one before. */
export interface WindowData {
  seconds: number;
  calls: Record<CallKind, CallData>;
  /** How late the generator itself was, in microseconds. */
  lateness: HistogramData;
  /** Of the generator. */
  cpuSeconds: number;
  residentMb: number;
  sockets: number;
  /** Calls that wait for a socket now. */
  waiting: number;
  activeHosts: number;
}

/** What the generator is told. */
export type LoadCommand = { type: "start"; plan: LoadPlan } | { type: "window" } | { type: "hosts"; hosts: number; rampSeconds: number };
