import { join } from "node:path";
import { migrate } from "@/lib/db/migrate";
import { freePort, startServer, type ServerProcess } from "@/lib/simulator/stack/start-server";
import { startStackMicrosoft } from "@/lib/simulator/stack/start-stack-microsoft";
import type { MicrosoftSimulator } from "@/lib/simulator/microsoft/start-microsoft-simulator";
import type { FleetPlan, SeededFleet } from "./fleet-plan";
import { seedFleet } from "./seed-fleet";
import { startBenchBalancer, type BenchBalancer } from "./start-bench-balancer";
import { startBenchPostgres } from "./start-bench-server";

/** Several app processes on one database behind a balancer, and Microsoft. */
export interface Instances {
  fleet: SeededFleet;
  microsoft: MicrosoftSimulator;
  databaseUrl: string;
  postgresPid: number;
  servers: ServerProcess[];
  /** All of them behind it; `origin` is the address that people and Microsoft know. */
  balancer: BenchBalancer;
  origin: string;
  /** Another balancer with the first one alone behind it: the same way, so that only the number differs. */
  first: BenchBalancer;
  /** Stops one in order, as an upgrade does, and starts it again; says how long it stopped and started, in seconds. */
  restart: (index: number) => Promise<{ stopped: number; started: number }>;
  stop: () => Promise<void>;
}

/** Starts all that with a seeded fleet. They stop as an operator's would: with the server's own readiness and drain times. */
export async function startInstances(folder: string, plan: FleetPlan, count: number): Promise<Instances> {
  const ports = await Promise.all(Array.from({ length: count * 2 + 1 }, () => freePort()));
  const balancerPort = ports.pop() ?? 0;
  const origin = `http://localhost:${balancerPort}`;
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    const postgres = await startBenchPostgres(folder);
    ends.push(() => postgres.stop());
    await migrate(postgres.url);
    const fleet = await seedFleet(postgres.url, plan, (line) => console.log(`   ${line}`));
    const { microsoft, environment } = await startStackMicrosoft(join(folder, "microsoft"), origin, { processingDelayMs: 200, tenants: ["happy"] });
    ends.push(() => microsoft.close());
    const start = (index: number) =>
      startServer({
        dataDir: folder,
        databaseUrl: postgres.url,
        port: ports[index * 2],
        tlsPort: ports[index * 2 + 1],
        environment: { ...environment, PUBLIC_URL: origin, LOG_LEVEL: "error", READINESS_SECONDS: "", DRAIN_SECONDS: "" },
        onLine: (line) => {
          if (/"level":(50|60)|error/i.test(line)) console.log(`   server ${index + 1}: ${line.slice(0, 500)}`);
        },
      });
    const servers = await Promise.all(Array.from({ length: count }, (_, index) => start(index)));
    ends.push(() => Promise.all(servers.map((server) => server.kill())));
    const targets = servers.map((server) => ({ healthPort: portOf(server), port: portOf(server) }));
    const balancer = await startBenchBalancer(targets, balancerPort);
    ends.push(() => balancer.stop());
    const first = await startBenchBalancer(targets.slice(0, 1));
    ends.push(() => first.stop());
    return {
      fleet,
      microsoft,
      databaseUrl: postgres.url,
      postgresPid: postgres.pid,
      servers,
      balancer,
      origin,
      first,
      async restart(index) {
        const began = performance.now();
        await servers[index]?.stop();
        const ended = performance.now();
        servers[index] = await start(index);
        return { stopped: (ended - began) / 1000, started: (performance.now() - ended) / 1000 };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The port where a server answers agents and people without TLS. */
export function portOf(server: ServerProcess): number {
  return Number(new URL(server.origin).port);
}
