import { openSession, type AgentSession, type HostOptions } from "./agent-session";
import { changeComputer } from "./change-computer";
import { emptyOrbitMemory, startOrbit, type Orbit } from "./orbit";
import { emptyOsquerydMemory, startOsqueryd, type Osqueryd } from "./osqueryd";
import { createRandom } from "./seeded-random";
import type { AgentTransport } from "./agent-transport";
import type { Computer, ComputerPatch } from "./computer";
import type { HostEvent, HostEventDetail, HostStatus } from "./host-event";
import type { Scheduler } from "./scheduler";

/** One simulated computer with its agents, speaking real HTTP to a server. */
export interface SimulatedHost {
  readonly computer: Computer;
  readonly status: HostStatus;
  /** Starts the agents, unless they are switched off or running. */
  start: () => void;
  /** Ends the agents; keys and tokens stay, as on disk. */
  stop: () => Promise<void>;
  /** Turns things on and off; `agentOnline` starts and stops the agents too. */
  change: (patch: ComputerPatch) => Promise<void>;
  /** One check-in now instead of at the next interval. @throws Error when the agent is off */
  checkIn: () => Promise<void>;
  /** "Refetch" on My device, then a check-in. On plain osquery, which has no such page, only the check-in. */
  refetch: () => Promise<void>;
  /** Requests under way. */
  busy: () => number;
}

export interface SimulatedHostParts {
  computer: Computer;
  options: HostOptions;
  seed: string | number;
  transport: AgentTransport;
  scheduler: Scheduler;
  onEvent: (event: HostEvent) => void;
  /** Told of a fault in the simulation itself. */
  onFault: (error: unknown) => void;
}

/** Makes a simulated computer; nothing happens before `start`. */
export function createSimulatedHost({ computer, options, seed, transport, scheduler, onEvent, onFault }: SimulatedHostParts): SimulatedHost {
  const osquerydMemory = emptyOsquerydMemory();
  const orbitMemory = emptyOrbitMemory(seed, computer.index);
  const status: HostStatus = {
    running: false,
    enrolled: false,
    orbitEnrolled: false,
    deviceToken: null,
    failingPolicies: null,
    lastReadAt: null,
    lastWriteAt: null,
    accelerateUntil: 0,
    lastAnswers: [],
    lastError: null,
  };
  const random = createRandom(seed, computer.index, "faults");
  const emit = (detail: HostEventDetail): void => onEvent({ ...detail, host: computer.index, at: scheduler.now() });
  let life: { session: AgentSession; osqueryd: Promise<Osqueryd>; orbit: Orbit | null } | null = null;

  function start(): void {
    if (life || !computer.state.agentOnline) return;
    const session = openSession({ computer, options, random, status, scheduler, transport, emit, onFault });
    status.running = true;
    emit({ type: "started" });
    const fleetd = computer.identity.agent === "fleetd";
    let osqueryd: Promise<Osqueryd> | null = null;
    if (!fleetd || options.firstEnroll !== "orbit") osqueryd = Promise.resolve(startOsqueryd(session, osquerydMemory));
    const orbitLater = fleetd && options.firstEnroll === "osquery";
    const orbit = fleetd ? startOrbitIn(session, orbitLater) : null;
    osqueryd ??= (orbit ? orbit.firstEnrolment : Promise.resolve()).then(() => startOsqueryd(session, osquerydMemory));
    life = { session, osqueryd, orbit };
  }

  function startOrbitIn(session: AgentSession, later: boolean): Orbit {
    const restart = (): void => {
      if (life?.session !== session) return;
      void stop().then(start).catch(onFault);
    };
    if (!later) return startOrbit(session, orbitMemory, restart);
    let orbit: Orbit | null = null;
    const begun = new Promise<void>((resolve) => {
      session.run(async () => {
        while (osquerydMemory.nodeKey === null) await session.sleep(1);
        orbit = startOrbit(session, orbitMemory, restart);
        resolve();
      });
      session.onStop(resolve);
    });
    return {
      firstEnrolment: begun.then(() => orbit?.firstEnrolment),
      refetch: async () => {
        await begun;
        await orbit?.refetch();
      },
    };
  }

  async function stop(): Promise<void> {
    if (!life) return;
    const { session } = life;
    life = null;
    status.running = false;
    emit({ type: "stopped" });
    await session.stop();
  }

  async function checkIn(): Promise<void> {
    if (!life) throw new Error(`The agent of ${computer.identity.computerName} is off; turn it on first.`);
    await (await life.osqueryd).checkIn();
  }

  return {
    computer,
    status,
    start,
    stop,
    checkIn,
    async change(patch) {
      const wasOn = computer.state.agentOnline;
      changeComputer(computer, patch);
      emit({ type: "changed", patch });
      if (wasOn && !computer.state.agentOnline) await stop();
      if (!wasOn && computer.state.agentOnline) start();
    },
    async refetch() {
      if (!life) throw new Error(`The agent of ${computer.identity.computerName} is off; turn it on first.`);
      await life.orbit?.refetch();
      await checkIn();
    },
    busy: () => life?.session.busy() ?? 0,
  };
}
