import type { Fault, FaultInput } from "./faults";
import type { JournalEntry, JournalQuery } from "./journal";
import type { AppRegistration, DevicePatch, DeviceRegistration, TenantPatch, UserRegistration } from "./operate-simulator";
import type { SimulatorAddresses } from "./simulator";
import type { SeededTenant, SeedName, SignIn, SimulatedDevice, SimulatedUser } from "./simulated-types";
import type { GateDecision } from "./app-gate";
import type { SimulatorSnapshot } from "./snapshot";

/** What a sign-in to the simulated app answered. */
export type SignInAnswer = GateDecision & {
  signInId: string;
  at: string;
  device: Pick<SimulatedDevice, "deviceId" | "displayName" | "isManaged" | "isCompliant"> | null;
};

/** The summary of all tenants. */
export interface StateSummary {
  tenants: { id: string; name: SeedName; provisioned: number; devices: number; managed: number; compliant: number }[];
  messages: number;
  pending: number;
}

/** The hands on a simulator that runs in another process. Tenants are named by id, domain or seed name. */
export interface SimulatorClient {
  info(): Promise<{ addresses: SimulatorAddresses; now: string; tenants: Record<SeedName, SeededTenant> }>;
  addFault(fault: FaultInput): Promise<Fault>;
  removeFault(id: string): Promise<void>;
  clearFaults(): Promise<void>;
  faults(): Promise<Fault[]>;
  journal(query?: JournalQuery): Promise<JournalEntry[]>;
  clearJournal(): Promise<void>;
  state(): Promise<StateSummary>;
  /** Every device of a tenant, `history` only when asked for. */
  devices(tenant: string, options?: { history?: boolean }): Promise<SimulatedDevice[]>;
  /** Undefined when Entra has no such device. */
  device(tenant: string, deviceId: string): Promise<SimulatedDevice | undefined>;
  registerDevice(registration: DeviceRegistration): Promise<SimulatedDevice>;
  registerDevices(registrations: DeviceRegistration[]): Promise<SimulatedDevice[]>;
  registerUser(registration: UserRegistration): Promise<SimulatedUser>;
  registerApp(registration: AppRegistration): Promise<void>;
  updateTenant(tenant: string, patch: TenantPatch): Promise<void>;
  updateDevice(tenant: string, deviceId: string, patch: DevicePatch): Promise<void>;
  /** Signs in to the simulated app as a browser would, and gives the decision. */
  signIn(signIn: { tenant: string; device: string; user: string; app?: string }): Promise<SignInAnswer>;
  signIns(tenant?: string): Promise<SignIn[]>;
  advance(ms: number): Promise<void>;
  snapshot(): Promise<SimulatorSnapshot>;
  restore(snapshot: SimulatorSnapshot): Promise<void>;
  persist(): Promise<void>;
}

/**
 * A client of the admin API at `appUrl`. Every verb throws an Error with the simulator's own sentence when it is refused.
 */
export function connectToSimulator(appUrl: string): SimulatorClient {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${appUrl}${path}`, {
      method,
      headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new SimulatorRefusal(response.status, `The simulator answered ${response.status} to ${method} ${path}: ${text.slice(0, 500)}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }
  const tenantPath = (tenant: string) => encodeURIComponent(tenant);
  return {
    info: () => call("GET", "/__info"),
    addFault: (fault) => call("POST", "/__faults", fault),
    removeFault: (id) => call("DELETE", `/__faults/${id}`),
    clearFaults: () => call("DELETE", "/__faults"),
    faults: async () => (await call<{ faults: Fault[] }>("GET", "/__faults")).faults,
    journal: async (query = {}) => {
      const words = Object.entries(query).filter((entry) => entry[1] !== undefined);
      const search = new URLSearchParams(words.map(([name, value]) => [name, String(value)]));
      return (await call<{ entries: JournalEntry[] }>("GET", `/__journal?${search}`)).entries;
    },
    clearJournal: () => call("DELETE", "/__journal"),
    state: () => call("GET", "/__state"),
    devices: async (tenant, { history = false } = {}) =>
      (await call<{ devices: SimulatedDevice[] }>("GET", `/__state/${tenantPath(tenant)}?history=${history}`)).devices,
    device: async (tenant, deviceId) => {
      try {
        return await call<SimulatedDevice>("GET", `/__state/${tenantPath(tenant)}/devices/${encodeURIComponent(deviceId)}`);
      } catch (error) {
        if (error instanceof SimulatorRefusal && error.status === 404) return undefined;
        throw error;
      }
    },
    registerDevice: (registration) => call("POST", "/__devices", registration),
    registerDevices: (registrations) => call("POST", "/__devices", registrations),
    registerUser: (registration) => call("POST", "/__users", registration),
    registerApp: (registration) => call("POST", "/__apps", registration),
    updateTenant: (tenant, patch) => call("PATCH", `/__tenants/${tenantPath(tenant)}`, patch),
    updateDevice: (tenant, deviceId, patch) => call("PATCH", `/__devices/${tenantPath(tenant)}/${encodeURIComponent(deviceId)}`, patch),
    signIn: ({ app = "outlook", ...who }) => call("GET", `/app/${encodeURIComponent(app)}?${new URLSearchParams(who)}`),
    signIns: async (tenant) =>
      (await call<{ signIns: SignIn[] }>("GET", `/app/sign-ins${tenant === undefined ? "" : `?tenant=${tenantPath(tenant)}`}`)).signIns,
    advance: (ms) => call("POST", "/__clock", { advanceMs: ms }),
    snapshot: () => call("GET", "/__snapshot"),
    restore: (snapshot) => call("PUT", "/__snapshot", snapshot),
    persist: () => call("POST", "/__persist"),
  };
}

/** The simulator said no; the message holds its answer. */
export class SimulatorRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "SimulatorRefusal";
  }
}
