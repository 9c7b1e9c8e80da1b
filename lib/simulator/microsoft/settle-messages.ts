import { findDevice, findUser, isMember, type Simulator } from "./simulator";
import { intuneServiceAppId } from "./roles";
import type { MessageOutcome, PartnerMessage, SimulatedDevice } from "./simulated-types";

const historyLimit = 2000;

/**
 * Processes every uploaded message whose time has come, in the order of arrival. Everything that looks at devices or messages
 * calls it first, so no timer is needed and a test that moves the clock sees the effect at once.
 */
export function settleMessages(simulator: Simulator): void {
  const now = simulator.now();
  for (const key of simulator.pending) {
    const message = simulator.messages.get(key);
    if (message && message.dueAt > now) break; // arrival order is due order
    simulator.pending.delete(key);
    if (!message) continue;
    process(simulator, message);
    for (const held of heldMessages(simulator)) {
      if (held.tenantId === message.tenantId && held.deviceId === message.deviceId && held.receivedAt <= message.receivedAt) release(simulator, held);
    }
  }
  for (const held of heldMessages(simulator)) if (held.dueAt <= now) release(simulator, held);
}

function heldMessages(simulator: Simulator): PartnerMessage[] {
  if (simulator.held.size === 0) return [];
  return [...simulator.held].map((key) => simulator.messages.get(key)).filter((message) => message !== undefined);
}

function release(simulator: Simulator, message: PartnerMessage): void {
  simulator.held.delete(keyOf(message));
  process(simulator, message);
}

/** The key of a message in `messages` and `pending`. */
export function keyOf(message: { tenantId: string; id: string }): string {
  return `${message.tenantId}/${message.id}`;
}

function process(simulator: Simulator, message: PartnerMessage): void {
  const tenant = simulator.tenants.get(message.tenantId);
  const device = tenant && findDevice(tenant, message.deviceId);
  const disturbance = message.disturbance;
  if (disturbance?.kind === "message_stuck") return; // pending it stays
  if (disturbance?.kind === "message_unknown_status") {
    message.status = disturbance.detail ?? "Deferred";
    return;
  }
  const problem = disturbance?.errorCode
    ? { code: disturbance.errorCode, detail: disturbance.detail ?? disturbance.errorCode }
    : findProblem(simulator, message, device);
  if (problem) {
    message.status = "Failed";
    message.errorCode = problem.code;
    message.errorDetail = problem.detail;
    finish(simulator, message, device, "failed");
    return;
  }
  if (!device) return; // findProblem has named it
  message.status = "Completed";
  if (disturbance?.kind === "message_no_effect") return finish(simulator, message, device, "no_effect");
  if (message.complianceStatus === null) return finish(simulator, message, device, "ignored_no_status");
  if (device.lastUpdateTime !== null && Date.parse(message.lastUpdateTime) <= Date.parse(device.lastUpdateTime)) {
    return finish(simulator, message, device, "ignored_older");
  }
  device.lastUpdateTime = message.lastUpdateTime;
  device.isManaged = message.managed;
  device.isCompliant = message.complianceStatus === "compliant" && (message.managed || !simulator.notManagedForcesNonCompliant);
  device.mdmAppId = message.managed ? intuneServiceAppId : null;
  finish(simulator, message, device, "applied");
}

/** Why the service refuses the message after having taken it; undefined when it doesn't. */
function findProblem(simulator: Simulator, message: PartnerMessage, device: SimulatedDevice | undefined): { code: string; detail: string } | undefined {
  const tenant = simulator.tenants.get(message.tenantId);
  if (!tenant) return { code: "TenantNotFound", detail: `Tenant ${message.tenantId} is unknown.` };
  if (!device) return { code: "DeviceNotFound", detail: `Device ${message.deviceId} is not registered in the tenant.` };
  const user = findUser(tenant, message.userId);
  if (!user) return { code: "UserNotFound", detail: `User ${message.userId} does not exist in the tenant.` };
  if (!user.accountEnabled) return { code: "UserDisabled", detail: `User ${message.userId} is disabled.` };
  if (!user.intuneLicensed) return { code: "UserNotLicensed", detail: `User ${message.userId} has no Intune licence.` };
  const groups = tenant.policies.filter((policy) => policy.platform === "macOS" && policy.ownerClientId !== null).flatMap((policy) => policy.assignments);
  const assigned = tenant.groups.some((group) => groups.includes(group.id) && isMember(group, user.id));
  if (!assigned) return { code: "UserNotInScope", detail: `User ${message.userId} is in no group that the partner's policy is assigned to.` };
  return undefined;
}

function finish(simulator: Simulator, message: PartnerMessage, device: SimulatedDevice | undefined, outcome: MessageOutcome): void {
  message.outcome = outcome;
  for (const entry of message.journalEntries) entry.outcome = outcome;
  message.journalEntries = [];
  if (!device) return;
  device.history.push({
    messageId: message.id,
    lastUpdateTime: message.lastUpdateTime,
    receivedAt: new Date(message.receivedAt).toISOString(),
    processedAt: new Date(simulator.now()).toISOString(),
    managed: message.managed,
    compliant: message.complianceStatus === null ? null : message.complianceStatus === "compliant",
    outcome,
  });
  if (device.history.length > historyLimit) device.history.splice(0, device.history.length - historyLimit);
}
