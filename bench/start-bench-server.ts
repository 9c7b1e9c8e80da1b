import { mkdirSync } from "node:fs";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { migrate } from "@/lib/db/migrate";
import { startServer, type ServerProcess } from "@/lib/simulator/stack/start-server";
import type { FleetPlan, SeededFleet } from "./fleet-plan";
import { seedFleet } from "./seed-fleet";
import { findThread, metricsEnvironment } from "./server-metrics";

/** A server on a database of its own that holds a seeded fleet. */
export interface BenchServer {
  postgres: EmbeddedPostgres;
  fleet: SeededFleet;
  server: ServerProcess;
  /** The thread that answers agents, by the system's number (Linux; NaN elsewhere). */
  agentsTid: number;
  /** The thread that stores check-ins. */
  checkInsTid: number;
  /** For agents and people alike. */
  port: number;
  stop: () => Promise<void>;
}

/** Starts PostgreSQL in `folder`, brings it up to date, seeds the fleet, and starts the built server (`dist/server.mjs`) on it. All of it ends with this process. */
export async function startBenchServer(folder: string, plan: FleetPlan, environment: Record<string, string> = {}): Promise<BenchServer> {
  mkdirSync(folder, { recursive: true });
  const postgres = await startBenchPostgres(folder);
  try {
    await migrate(postgres.url);
    const fleet = await seedFleet(postgres.url, plan, (line) => console.log(`   ${line}`));
    const server = await startServer({
      dataDir: folder,
      databaseUrl: postgres.url,
      environment: { LOG_LEVEL: "error", ...metricsEnvironment, ...environment },
      onLine: sayIfWrong,
    });
    const agentsTid = await findThread(server.origin, "agents");
    const checkInsTid = await findThread(server.origin, "checkins");
    return {
      postgres,
      fleet,
      server,
      agentsTid,
      checkInsTid,
      port: Number(new URL(server.origin).port),
      async stop() {
        await server.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** A PostgreSQL that ends with this process, however that ends. */
export async function startBenchPostgres(folder: string, extraSettings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(folder, extraSettings);
  const endWithUs = () => {
    try {
      process.kill(postgres.pid, "SIGINT");
    } catch {
      // It has ended already.
    }
  };
  process.prependOnceListener("exit", endWithUs);
  return {
    ...postgres,
    async stop() {
      await postgres.stop();
      process.removeListener("exit", endWithUs);
    },
  };
}

// With LOG_LEVEL error, whatever the server says is worth seeing beside the figures.
function sayIfWrong(line: string): void {
  if (/"level":(50|60)|error/i.test(line)) console.log(`   server: ${line.slice(0, 500)}`);
}
