import type { Fault } from "./faults";
import { keyOf } from "./settle-messages";
import type { Simulator } from "./simulator";
import type { PartnerMessage, SimulatedApp, SimulatedDevice, SimulatedTenant } from "./simulated-types";

/** Everything the simulator knows but its journal and sign-in codes, as plain JSON. */
export interface SimulatorSnapshot {
  version: 1;
  tenants: (Omit<SimulatedTenant, "devices"> & { devices: SimulatedDevice[] })[];
  apps: SimulatedApp[];
  messages: Omit<PartnerMessage, "journalEntries">[];
  held: string[];
  revokedTokens: string[];
  faults: Fault[];
  clockOffsetMs: number;
}

/** A copy of the state, independent of what happens next. */
export function takeSnapshot(simulator: Simulator): SimulatorSnapshot {
  const snapshot: SimulatorSnapshot = {
    version: 1,
    tenants: [...simulator.tenants.values()].map((tenant) => ({ ...tenant, devices: [...tenant.devices.values()] })),
    apps: [...simulator.apps.values()],
    messages: [...simulator.messages.values()].map(({ journalEntries: _, ...message }) => message),
    held: [...simulator.held],
    revokedTokens: [...simulator.revokedTokens],
    faults: simulator.faults.list(),
    clockOffsetMs: simulator.clockOffsetMs,
  };
  return structuredClone(snapshot);
}

/** Puts a snapshot in the place of the state. The journal goes on. */
export function restoreSnapshot(simulator: Simulator, given: SimulatorSnapshot): void {
  if (given.version !== 1) throw new Error(`The snapshot has version ${String(given.version)}; expected 1.`);
  const snapshot = structuredClone(given);
  simulator.tenants = new Map(
    snapshot.tenants.map((tenant) => [tenant.id, { ...tenant, devices: new Map(tenant.devices.map((device) => [device.deviceId, device])) }]),
  );
  simulator.apps = new Map(snapshot.apps.map((app) => [app.clientId, app]));
  const keyed = snapshot.messages.map((message): [string, PartnerMessage] => [keyOf(message), { ...message, journalEntries: [] }]);
  simulator.messages = new Map(keyed);
  simulator.held = new Set(snapshot.held);
  const waiting = keyed.filter(
    ([key, message]) =>
      message.outcome === "pending" && message.status === "Pending" && !simulator.held.has(key) && message.disturbance?.kind !== "message_stuck",
  );
  simulator.pending = new Set(waiting.map(([key]) => key));
  simulator.revokedTokens = new Set(snapshot.revokedTokens);
  simulator.faults.restore(snapshot.faults);
  simulator.clockOffsetMs = snapshot.clockOffsetMs;
}
