import { HOST_DEFAULTS, type HostOptions } from "./agent-session";
import { createTransport } from "./agent-transport";
import { startFakeAgentServer, type FakeAgentServer } from "./fake-agent-server";
import { COMPUTER_DEFAULTS, makeComputer, type ComputerOptions } from "./make-computer";
import { createManualScheduler, type ManualScheduler } from "./manual-scheduler";
import { createSimulatedHost, type SimulatedHost } from "./simulated-host";
import type { HostEvent } from "./host-event";

type HostMaker<T> = (options?: Partial<HostOptions>, kind?: Partial<ComputerOptions>, osqueryVersion?: string) => T;

/** A server of few words, a clock that stands still, and simulated hosts between them: what a test of one host needs. */
export interface HostBench {
  server: FakeAgentServer;
  clock: ManualScheduler;
  hosts: SimulatedHost[];
  events: HostEvent[];
  makeHost: HostMaker<SimulatedHost>;
  /** Makes a host, starts it and lets three seconds pass. */
  started: HostMaker<Promise<SimulatedHost>>;
  close: () => Promise<void>;
}

/** Sets up a bench at 2026-02-02 03:04:05 UTC. */
export async function openHostBench(): Promise<HostBench> {
  const startAt = Date.parse("2026-02-02T03:04:05Z");
  const hosts: SimulatedHost[] = [];
  const events: HostEvent[] = [];
  const server = await startFakeAgentServer();
  const transport = createTransport({ serverUrl: server.url, maxSockets: 4 });
  const clock = createManualScheduler(startAt, () => hosts.reduce((sum, host) => sum + host.busy(), 0));

  const makeHost: HostMaker<SimulatedHost> = (options = {}, kind = {}, osqueryVersion = "5.23.1") => {
    const computer = makeComputer({ ...COMPUTER_DEFAULTS, tenantId: "t", ...kind }, 0, startAt);
    computer.identity.osqueryVersion = osqueryVersion;
    const host = createSimulatedHost({
      computer,
      options: { ...HOST_DEFAULTS, enrollSecret: "tv-enroll-secret-0001", ...options },
      seed: 1,
      transport,
      scheduler: clock,
      onEvent: (event) => events.push(event),
      onFault: (error) => {
        throw error;
      },
    });
    hosts.push(host);
    return host;
  };

  return {
    server,
    clock,
    hosts,
    events,
    makeHost,
    async started(...parts) {
      const host = makeHost(...parts);
      host.start();
      await clock.advance(3000);
      return host;
    },
    async close() {
      await Promise.all(hosts.map((host) => host.stop()));
      await transport.close();
      await server.close();
    },
  };
}
