import type { Context } from "@/lib/context";
import { acceptConsent } from "@/lib/compliance/entra/accept-consent";
import { connectTenant } from "@/lib/compliance/entra/connect-tenant.job";
import type { Connection } from "@/lib/compliance/entra/connection";
import { findConnectionRow } from "@/lib/compliance/entra/connection-queries";
import { startConnection, type NewConnection } from "@/lib/compliance/entra/start-connection";
import { resetEnv } from "@/lib/env";
import { seededClientId, seededClientSecret } from "@/lib/simulator/microsoft/seed";
import { startTestSimulator, type TestSimulator } from "@/lib/simulator/microsoft/simulator-for-tests";
import type { SimulatorOptions } from "@/lib/simulator/microsoft/start-microsoft-simulator";
import { testClock, testServerContext, testUserContext, type TestClock } from "./test-context";
import { trustSimulator } from "./trust-simulator";

/** A simulated Microsoft that this process trusts and reaches as the custom cloud, and an admin who can connect a tenant of it. */
export interface EntraScene {
  simulator: TestSimulator;
  /** Starts at the real time, because tokens and certificates live in it. */
  clock: TestClock;
  admin: Context;
  server: Context;
  /** Starts connecting with the seeded app, consents as an admin of the tenant would, and comes back. */
  consent(tenant: string, given?: NewConnection): Promise<Connection>;
  /** The same, and lets setup run to its end. */
  connect(tenant: string, given?: NewConnection): Promise<Connection>;
  /** Runs the setup job once, as a worker would. */
  runSetup(connectionId: number): Promise<Connection>;
  reload(connectionId: number): Promise<Connection>;
  /** Removes every connection here, and puts Microsoft back to how it was before anybody connected. */
  startOver(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the scene; `stop` it in afterAll. */
export async function startEntraScene(options: Partial<SimulatorOptions> = {}): Promise<EntraScene> {
  const simulator = await startTestSimulator(options);
  const distrust = trustSimulator(simulator.caFile);
  process.env.MICROSOFT_LOGIN_URL = simulator.loginUrl;
  process.env.MICROSOFT_GRAPH_URL = simulator.graphUrl;
  process.env.MICROSOFT_INTUNE_RESOURCE = simulator.intuneResource;
  resetEnv();
  const clock = testClock(new Date());
  const server = testServerContext(clock);
  const admin = await testUserContext("admin", clock);
  await server.db.organisation.update({ where: { id: 1 }, data: { publicUrl: "http://localhost:3000" } });

  const untouched = simulator.snapshot();

  const reload = async (connectionId: number) => {
    const row = await findConnectionRow(server.db, connectionId);
    if (!row) throw new Error(`Connection ${connectionId} is gone.`);
    return row;
  };
  const runSetup = async (connectionId: number) => {
    await connectTenant.run(server, { connectionId });
    return reload(connectionId);
  };
  const consent = async (tenant: string, given: NewConnection = {}) => {
    const { connection, consentUrl } = await startConnection(admin, {
      tenant: tenantId(simulator, tenant),
      clientId: seededClientId,
      clientSecret: seededClientSecret,
      ...given,
    });
    const back = await simulator.consent(tenant, { state: new URL(consentUrl).searchParams.get("state") ?? "" });
    await acceptConsent(admin, {
      state: back.searchParams.get("state") ?? "",
      tenant: back.searchParams.get("tenant") ?? undefined,
      error: back.searchParams.get("error") ?? undefined,
    });
    return reload(connection.id);
  };
  return {
    simulator,
    clock,
    admin,
    server,
    consent,
    runSetup,
    reload,
    connect: async (tenant, given) => runSetup((await consent(tenant, given)).id),
    startOver: async () => {
      simulator.restore(untouched);
      simulator.clearFaults();
      await server.db.entraConnection.deleteMany({});
    },
    stop: async () => {
      await simulator.stop();
      await distrust();
      for (const name of ["MICROSOFT_LOGIN_URL", "MICROSOFT_GRAPH_URL", "MICROSOFT_INTUNE_RESOURCE"]) delete process.env[name];
      resetEnv();
    },
  };
}

function tenantId(simulator: TestSimulator, name: string): string {
  return (simulator.tenants as Record<string, { id: string }>)[name]?.id ?? name;
}
