import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { ensureCertificateAuthority, issueServerCertificate } from "@/lib/http/certificate-authority";
import { answerAdmin } from "./admin-api";
import { answerApp } from "./app-gate";
import { redirect } from "./exchange";
import { FaultBook, type Fault, type FaultInput, type Surface } from "./faults";
import { graphSurface } from "./graph";
import { Journal, type JournalEntry, type JournalQuery, type SurfaceTotals } from "./journal";
import { listen, type SurfaceHandler } from "./listen";
import { loginSurface } from "./login";
import * as operate from "./operate-simulator";
import { partnerSurface } from "./partner-service";
import { seedApp, seedTenants } from "./seed";
import { settleMessages } from "./settle-messages";
import { ensureSigningKey } from "./signing-key";
import { describeTenant, findTenant, type Simulator } from "./simulator";
import type { SeededTenant, SeedName, SimulatedDevice, SimulatedUser } from "./simulated-types";
import { restoreSnapshot, takeSnapshot, type SimulatorSnapshot } from "./snapshot";

const usualJournalCapacity = 200_000;

/** How a simulator is started. A port of 0 (the default) takes a free one. */
export interface SimulatorOptions {
  /** Holds the authority's ca.pem and the keys; made if absent. */
  folder: string;
  ports?: { login?: number; graph?: number; manage?: number; app?: number };
  now?: () => Date;
  /** The name in the addresses; certificates also hold localhost and the loopback addresses. */
  publicHost?: string;
  /** App registrations besides the seeded one; one with the seeded client id replaces it. */
  apps?: operate.AppRegistration[];
  /** Only these seed tenants; all without it. */
  tenants?: SeedName[];
  /** From upload to effect. */
  processingDelayMs?: number;
  /** From consent until Graph knows the app. */
  propagationDelayMs?: number;
  notManagedForcesNonCompliant?: boolean;
  /** How many requests the journal holds; default 200,000. */
  journalCapacity?: number;
  /** A file that the state is read from at the start and written to at the end. */
  stateFile?: string;
}

/** A running simulator: its addresses, and the hands on it. Tenants are named by id, domain or seed name. */
export interface MicrosoftSimulator {
  loginUrl: string;
  graphUrl: string;
  manageUrl: string;
  /** Ends in a slash, as Intune's identifier does. */
  intuneResource: string;
  appUrl: string;
  caFile: string;
  tenants: Record<SeedName, SeededTenant>;
  addFault(fault: FaultInput): Fault;
  removeFault(id: string): boolean;
  clearFaults(): void;
  faults(): Fault[];
  journal(query?: JournalQuery): JournalEntry[];
  /** Requests of each surface since the start, also those that the journal has forgotten. */
  totals(): Record<Surface, SurfaceTotals>;
  device(tenant: string, deviceId: string): SimulatedDevice | undefined;
  registerDevice(registration: operate.DeviceRegistration): SimulatedDevice;
  registerUser(registration: operate.UserRegistration): SimulatedUser;
  registerApp(registration: operate.AppRegistration): void;
  updateTenant(tenant: string, patch: operate.TenantPatch): void;
  updateDevice(tenant: string, deviceId: string, patch: operate.DevicePatch): void;
  /** Moves the simulator's clock. */
  advance(ms: number): void;
  snapshot(): SimulatorSnapshot;
  restore(snapshot: SimulatorSnapshot): void;
  persist(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts Microsoft on loopback: login, Graph and the Intune partner services over TLS, the Microsoft 365 app and the admin API over HTTP.
 * Clients that trust `caFile` talk to it as to the real ones.
 */
export async function startMicrosoftSimulator(options: SimulatorOptions): Promise<MicrosoftSimulator> {
  const { folder, ports = {}, now = () => new Date(), publicHost = "localhost", stateFile } = options;
  await mkdir(folder, { recursive: true });
  const authority = await ensureCertificateAuthority(folder, { name: "Simulated Microsoft" });
  const names = [...new Set([publicHost, "localhost", "127.0.0.1", "::1"])];
  const certificate = issueServerCertificate(authority, { names });
  const simulator: Simulator = {
    addresses: { login: "", graph: "", manage: "", intuneResource: "", app: "" },
    now: () => now().getTime() + simulator.clockOffsetMs,
    clockOffsetMs: 0,
    processingDelayMs: options.processingDelayMs ?? 800,
    propagationDelayMs: options.propagationDelayMs ?? 500,
    notManagedForcesNonCompliant: options.notManagedForcesNonCompliant ?? true,
    tenants: new Map(
      seedTenants()
        .filter((tenant) => options.tenants?.includes(tenant.name) ?? true)
        .map((tenant) => [tenant.id, tenant]),
    ),
    apps: new Map([[seedApp().clientId, seedApp()]]),
    messages: new Map(),
    pending: new Set(),
    held: new Set(),
    revokedTokens: new Set(),
    seenTokens: new Set(),
    usedStates: [],
    codes: new Map(),
    signingKey: await ensureSigningKey(folder),
    faults: new FaultBook(),
    journal: new Journal(options.journalCapacity ?? usualJournalCapacity),
    persist: () => (stateFile === undefined ? Promise.resolve() : writeState(stateFile, takeSnapshot(simulator))),
  };
  if (stateFile !== undefined) {
    const kept = await readState(stateFile);
    if (kept) restoreSnapshot(simulator, kept);
  }
  for (const app of options.apps ?? []) operate.registerApp(simulator, app);

  const tls = { cert: certificate.certPem, key: certificate.keyPem };
  const login = await listen(simulator, "login", loginSurface, { port: ports.login ?? 0, tls });
  const graph = await listen(simulator, "graph", graphSurface, { port: ports.graph ?? 0, tls });
  const manage = await listen(simulator, "manage", partnerSurface, { port: ports.manage ?? 0, tls });
  const app = await listen(simulator, "app", appSurface, { port: ports.app ?? 0 });
  simulator.addresses = {
    login: `https://${publicHost}:${login.port}`,
    graph: `https://${publicHost}:${graph.port}`,
    manage: `https://${publicHost}:${manage.port}`,
    intuneResource: `https://${publicHost}:${manage.port}/`,
    app: `http://${publicHost}:${app.port}`,
  };
  return {
    loginUrl: simulator.addresses.login,
    graphUrl: simulator.addresses.graph,
    manageUrl: simulator.addresses.manage,
    intuneResource: simulator.addresses.intuneResource,
    appUrl: simulator.addresses.app,
    caFile: authority.certFile,
    tenants: Object.fromEntries([...simulator.tenants.values()].map((tenant) => [tenant.name, describeTenant(tenant)])) as Record<SeedName, SeededTenant>,
    addFault: (fault) => operate.addFault(simulator, fault),
    removeFault: (id) => simulator.faults.remove(id),
    clearFaults: () => simulator.faults.clear(),
    faults: () => simulator.faults.list(),
    journal: (query) => {
      settleMessages(simulator);
      return simulator.journal.list(query);
    },
    totals: () => simulator.journal.totals(),
    device: (tenant, deviceId) => operate.deviceRecord(simulator, tenant, deviceId),
    registerDevice: (registration) => operate.registerDevice(simulator, registration),
    registerUser: (registration) => operate.registerUser(simulator, registration),
    registerApp: (registration) => void operate.registerApp(simulator, registration),
    updateTenant: (tenant, patch) => void operate.updateTenant(simulator, tenant, patch),
    updateDevice: (tenant, deviceId, patch) => void operate.updateDevice(simulator, tenant, deviceId, patch),
    advance: (ms) => {
      simulator.clockOffsetMs += ms;
    },
    snapshot: () => takeSnapshot(simulator),
    restore: (snapshot) => restoreSnapshot(simulator, snapshot),
    persist: simulator.persist,
    close: async () => {
      await Promise.all([login.close(), graph.close(), manage.close(), app.close()]);
      await simulator.persist();
    },
  };
}

const appSurface: SurfaceHandler = {
  async tenantOf(exchange) {
    const query = exchange.url.searchParams;
    return findTenant(exchange.simulator, query.get("tenant") ?? query.get("user")?.split("@").at(-1));
  },
  async handle(exchange) {
    if (exchange.path.startsWith("/__")) return answerAdmin(exchange);
    return exchange.path === "/app" || exchange.path.startsWith("/app/") ? answerApp(exchange) : redirect("/app");
  },
};

async function readState(file: string): Promise<SimulatorSnapshot | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as SimulatorSnapshot;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new Error(`The state file ${file} can't be read. Move it away to start afresh.`, { cause: error });
  }
}

/** Written beside and moved into place: a crash leaves the old state or the new one. */
async function writeState(file: string, snapshot: SimulatorSnapshot): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(snapshot));
  await rename(`${file}.new`, file);
}
