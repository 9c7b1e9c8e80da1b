import { HOST_DEFAULTS, type HostOptions } from "./agent-session";
import { createTransport } from "./agent-transport";
import { COMPUTER_DEFAULTS, makeComputer, type ComputerOptions } from "./make-computer";
import { realScheduler, type Scheduler } from "./scheduler";
import { createSimulatedHost, type SimulatedHost } from "./simulated-host";
import type { Computer } from "./computer";
import type { HostEvent } from "./host-event";

/** Everything about a fleet. What is left out is a healthy, registered Mac with fleetd at the agents' own pace. */
export interface FleetOptions extends Partial<HostOptions>, Partial<ComputerOptions> {
  /** http or https address of the server, with a path when it lives under one. */
  serverUrl: string;
  /** PEM of the authority to trust. */
  ca?: string;
  enrollSecret: string;
  count: number;
  /** Same seed, same people, machines and faults. */
  seed: string | number;
  tenantId: string;
  /** Starts are spread evenly over this time; 0 starts all at once. */
  startPeriodMs?: number;
  maxSockets?: number;
  /** The enroll secret of a single computer, where a fleet belongs to several teams; undefined takes `enrollSecret`. */
  secretOf?: (computer: Computer) => string | undefined;
  /** Changes a computer before its agents start. */
  arrange?: (computer: Computer) => void;
  scheduler?: Scheduler;
  /** Told of a fault in the simulation itself; without it such a fault ends the process. */
  onFault?: (error: unknown) => void;
}

/** A running fleet. */
export interface SimulatedFleet {
  readonly hosts: readonly SimulatedHost[];
  /** @throws RangeError when there is no such computer */
  host: (index: number) => SimulatedHost;
  /** Listens to what the computers do; the answer ends it. */
  on: (listener: (event: HostEvent) => void) => () => void;
  /** Ends all agents and closes every socket. */
  stop: () => Promise<void>;
  /** Requests under way. */
  busy: () => number;
}

/** The computers of a fleet before any of them runs, for those who must know them first. */
export function makeComputers(options: Pick<FleetOptions, "count" | "seed" | "tenantId"> & Partial<ComputerOptions>, now: number): Computer[] {
  const complete: ComputerOptions = { ...COMPUTER_DEFAULTS, ...withoutUndefined(options) };
  return Array.from({ length: options.count }, (_, index) => makeComputer(complete, index, now));
}

/**
 * Starts a fleet of simulated computers in this process; thousands share one bounded set of sockets.
 * @throws TypeError when `serverUrl` is not an http or https address
 */
export function startSimulatedFleet(options: FleetOptions): SimulatedFleet {
  const { serverUrl, ca, maxSockets, seed, startPeriodMs = 0, scheduler = realScheduler } = options;
  const transport = createTransport({ serverUrl, ...(ca === undefined ? {} : { ca }), ...(maxSockets === undefined ? {} : { maxSockets }) });
  const listeners = new Set<(event: HostEvent) => void>();
  const onFault =
    options.onFault ??
    ((error: unknown): void => {
      setImmediate(() => {
        throw error;
      });
    });
  const hostOptions: HostOptions = { ...HOST_DEFAULTS, ...withoutUndefined(options) };
  const computers = makeComputers(options, scheduler.now());
  for (const computer of computers) options.arrange?.(computer);
  const hosts = computers.map((computer) =>
    createSimulatedHost({
      computer,
      options: { ...hostOptions, enrollSecret: options.secretOf?.(computer) ?? hostOptions.enrollSecret },
      seed,
      transport,
      scheduler,
      onFault,
      onEvent: (event) => {
        for (const listener of listeners) listener(event);
      },
    }),
  );
  const cancels = hosts.map((host, index) => scheduler.setTimer(host.start, (startPeriodMs * index) / Math.max(1, hosts.length)));
  return {
    hosts,
    host(index) {
      const host = hosts[index];
      if (!host) throw new RangeError(`there is no simulated computer ${index}; the fleet has 0 to ${hosts.length - 1}`);
      return host;
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      for (const cancel of cancels) cancel();
      const stopped = Promise.all(hosts.map((host) => host.stop()));
      await transport.close();
      await stopped;
    },
    busy: () => hosts.reduce((sum, host) => sum + host.busy(), 0),
  };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
