import { Client } from "pg";
import { migrate } from "@/lib/db/migrate";
import type { EmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { connectTenant } from "@/lib/simulator/stack/connect-tenant";
import { startStack, type Stack } from "@/lib/simulator/stack/start-stack";
import { entraDeviceIdOf, hostNameOf, personOf, usualFleet, type SeededFleet } from "./fleet-plan";
import { seedFleet } from "./seed-fleet";
import { startBenchPostgres } from "./start-bench-server";

/** The share of the fleet that is held when the flips begin, and mends; the rest is in, and will be held. */
export const mendingShare = 0.2;

/** A connected tenant whose Microsoft takes so many requests a second, and a fleet that it has been told about. */
export interface FlipScene {
  stack: Stack;
  postgres: EmbeddedPostgres;
  sql: Client;
  fleet: SeededFleet;
  connectionId: number;
  /** Gates, and fails on those who will mend. */
  mendingPolicyId: number;
  /** Doesn't gate yet, and fails on everybody else. */
  failingPolicyId: number;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, the built server and the simulator, connects them, and fills both sides with `hosts` hosts that agree with each other. */
export async function startFlipScene(folder: string, hosts: number, perSecond: number): Promise<FlipScene> {
  // It keeps when each report could be seen: what isn't committed yet nobody can send.
  const postgres = await startBenchPostgres(folder, { track_commit_timestamp: "on" });
  const stop: (() => Promise<unknown>)[] = [() => postgres.stop()];
  const end = async () => {
    for (const step of stop.toReversed()) await step();
  };
  try {
    await migrate(postgres.url);
    const stack = await startStack({
      folder: `${folder}/stack`,
      databaseUrl: postgres.url,
      microsoft: { tenants: ["happy"], journalCapacity: 20_000 },
      environment: { LOG_LEVEL: "error" },
      onServerLine: (line) => console.log(`   server: ${line.slice(0, 300)}`),
    });
    stop.push(() => stack.close());
    await connectTenant(stack);
    const sql = new Client({ connectionString: postgres.url, application_name: "flotilla-bench-flips" });
    await sql.connect();
    stop.push(() => sql.end());
    // Seeding takes a database that nobody uses.
    await stack.server.stop();
    const { rows } = await sql.query<{ id: number; tenant: string }>("select id, tenant_id as tenant from entra_connections where is_default");
    const [connection] = rows;
    if (!connection) throw new Error("The tenant was connected, and no connection stands in the database.");
    const fleet = await seedFleet(
      postgres.url,
      {
        ...usualFleet,
        hosts,
        policies: 20,
        gatedPolicies: 1,
        gatedFailShare: mendingShare,
        scopedPolicies: 0,
        entra: { connectionId: connection.id, tenantId: connection.tenant, domain: stack.microsoft.tenants.happy.domain, told: true },
        now: new Date(),
      },
      (line) => console.log(`   ${line}`),
    );
    const [mendingPolicyId = 0, failingPolicyId = 0] = fleet.policyIds;
    await opposeAnswers(sql, mendingPolicyId, failingPolicyId);
    await registerFleet(stack, sql, fleet);
    await stack.restartServer();
    for (const surface of ["graph", "manage", "login"] as const) stack.microsoft.addFault({ kind: "throttle_rate", surface, perSecond });
    return { stack, postgres, sql, fleet, connectionId: connection.id, mendingPolicyId, failingPolicyId, stop: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The second policy passes exactly where the first one fails. */
async function opposeAnswers(sql: Client, mendingPolicyId: number, failingPolicyId: number): Promise<void> {
  await sql.query(
    `update policy_results r set outcome = case a.outcome when 'fail' then 'pass' else 'fail' end from policy_results a
     where r.policy_id = $2 and a.policy_id = $1 and a.host_id = r.host_id and r.outcome <> case a.outcome when 'fail' then 'pass' else 'fail' end`,
    [mendingPolicyId, failingPolicyId],
  );
  await sql.query("vacuum (analyze) policy_results");
}

async function registerFleet({ microsoft }: Stack, sql: Client, fleet: SeededFleet): Promise<void> {
  const { domain } = microsoft.tenants.happy;
  const { rows } = await sql.query<{ id: number }>("select host_id as id from host_compliance where access_state = 'held'");
  const held = new Set(rows.map(({ id }) => id));
  for (let n = 0; n < fleet.hosts; n += 1) {
    const deviceId = entraDeviceIdOf(n);
    microsoft.registerDevice({ tenantId: "happy", deviceId, displayName: hostNameOf(n), upn: personOf(n, domain), os: "macOS" });
    microsoft.updateDevice("happy", deviceId, { isManaged: true, isCompliant: !held.has(fleet.firstHostId + n) });
  }
}
