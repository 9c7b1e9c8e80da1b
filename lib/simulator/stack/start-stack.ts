import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Computer } from "../hosts/computer";
import { listEntraDevices } from "../hosts/list-entra-devices";
import { startSimulatedFleet, type FleetOptions, type SimulatedFleet } from "../hosts/simulated-fleet";
import type { MicrosoftSimulator, SimulatorOptions } from "../microsoft/start-microsoft-simulator";
import type { SeedName } from "../microsoft/simulated-types";
import { signInAdmin, type AdminClient } from "./admin-client";
import { freePort, stackAdmin, startServer, type ServerProcess } from "./start-server";
import { startStackMicrosoft } from "./start-stack-microsoft";

/** What to start: the server always, Microsoft always, hosts when asked. */
export interface StackOptions {
  /** Kept when given; else a folder of its own that goes with the stack. */
  folder?: string;
  databaseUrl?: string;
  port?: number;
  tlsPort?: number;
  microsoft?: Partial<SimulatorOptions>;
  environment?: Record<string, string>;
  onServerLine?: (line: string) => void;
  /** Without a first admin the server waits for /setup. */
  setUp?: boolean;
}

/** The whole loop on this machine: server, Microsoft, and what drives them. */
export interface Stack {
  folder: string;
  server: ServerProcess;
  microsoft: MicrosoftSimulator;
  admin: AdminClient;
  /** Starts simulated Macs of a seed tenant, known to Entra, against this server over TLS. */
  startFleet: (options: { tenant?: SeedName; count: number } & Partial<FleetOptions>) => Promise<SimulatedFleet>;
  /** Starts the server again after it was killed or stopped, on the same ports and data. */
  restartServer: () => Promise<void>;
  close: () => Promise<void>;
}

/** Starts server and Microsoft simulator and signs the admin in. The server trusts the simulator by NODE_EXTRA_CA_CERTS alone and takes its addresses from MICROSOFT_*. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "flotilla-stack-"));
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { recursive: true });
  const port = options.port ?? (await freePort());
  const tlsPort = options.tlsPort ?? (await freePort());
  const { microsoft, environment } = await startStackMicrosoft(join(folder, "microsoft"), `http://localhost:${port}`, options.microsoft);
  const fleets: SimulatedFleet[] = [];
  const clear = async () => {
    await microsoft.close();
    if (!options.folder) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const start = () =>
    startServer({
      dataDir,
      port,
      tlsPort,
      databaseUrl: options.databaseUrl,
      onLine: options.onServerLine,
      environment: {
        ...environment,
        ...(options.setUp === false && { ADMIN_EMAIL: "", ADMIN_PASSWORD: "" }),
        ...options.environment,
      },
    });
  const stack: Stack = {
    folder,
    microsoft,
    server: await start().catch(async (error: unknown) => {
      await clear();
      throw error;
    }),
    admin: undefined as unknown as AdminClient,
    async startFleet({ tenant = "happy", count, ...fleetOptions }) {
      const { spec } = await stack.admin.get<{ spec: { secrets: { secret: string }[] } }>("spec/enroll_secret");
      const fleet = startSimulatedFleet({
        serverUrl: stack.server.tlsOrigin,
        ca: readFileSync(stack.server.caFile, "utf8"),
        enrollSecret: spec.secrets[0]?.secret ?? "",
        count,
        seed: "aldergate",
        tenantId: microsoft.tenants[tenant].id,
        upnDomain: microsoft.tenants[tenant].domain,
        ...fleetOptions,
      });
      fleets.push(fleet);
      const register = (computers: Computer[]) => {
        for (const { tenantId, deviceId, displayName, upn, os, osVersion } of listEntraDevices(computers)) {
          microsoft.registerDevice({ tenantId, deviceId, displayName, upn, os, osVersion });
        }
      };
      register(fleet.hosts.map((host) => host.computer));
      // Who registers with Company Portal later is known to Entra from then on.
      fleet.on((event) => {
        if (event.type === "changed" && event.patch.platformSso) register([fleet.host(event.host).computer]);
      });
      return fleet;
    },
    async restartServer() {
      stack.server = await start();
    },
    async close() {
      await Promise.all(fleets.map((fleet) => fleet.stop()));
      await stack.server.stop();
      await clear();
    },
  };
  if (options.setUp !== false) stack.admin = await signInAdmin(stack.server.origin, stackAdmin);
  return stack;
}
