import { missingRole, type Caller } from "./api-token";
import { apiError, json, meetFault, readJsonObject, type Exchange, type Reply } from "./exchange";
import type { FaultKind } from "./faults";
import { readDeviceMessage, type DeviceMessage } from "./read-device-message";
import { keyOf, settleMessages } from "./settle-messages";
import type { Simulator } from "./simulator";
import type { MessageDisturbance, PartnerMessage } from "./simulated-types";

const keptMessages = 200_000;

/** `DataUploadMessages(guid'…')`: PUT takes one device's state, GET says what became of it. */
export function answerDeviceMessage(exchange: Exchange, caller: Caller, messageId: string): Reply {
  const denied = missingRole(exchange, caller, ["update_device_attributes"]);
  if (denied) return denied;
  settleMessages(exchange.simulator);
  if (exchange.method === "PUT") return takeMessage(exchange, caller, messageId);
  if (exchange.method === "GET") return tellStatus(exchange, caller, messageId);
  return apiError(exchange, 405, "MethodNotAllowed", "DataUploadMessages takes PUT and GET.");
}

function takeMessage(exchange: Exchange, caller: Caller, messageId: string): Reply {
  const { simulator } = exchange;
  const { tenant } = caller;
  const read = readDeviceMessage(readJsonObject(exchange), tenant.id);
  if ("code" in read) return apiError(exchange, 400, read.code, read.message, { note: { messageId, problem: read.code } });
  const note = {
    messageId,
    deviceId: read.deviceId,
    userId: read.userId,
    managed: read.managed,
    compliant: read.complianceStatus === null ? null : read.complianceStatus === "compliant",
    lastUpdateTime: read.lastUpdateTime,
  };
  if (tenant.partnerTerminated || meetFault(exchange, "partner_terminated"))
    return apiError(exchange, 403, "PartnerTerminated", "An administrator has removed this partner in Intune.", { note });
  if (tenant.provisioned !== 1)
    return apiError(exchange, 403, "TenantNotProvisioned", "The tenant is not provisioned: PUT PartnerTenants with Provisioned 1 first.", { note });
  const key = keyOf({ tenantId: tenant.id, id: messageId });
  const before = simulator.messages.get(key);
  if (before) {
    if (before.contentDigest !== read.contentDigest)
      return apiError(exchange, 409, "MessageIdInUse", "A message with this id and another content exists. A new content needs a new id.", { note });
    return { status: 204, note: { ...note, repeated: true }, messageKey: key };
  }
  const now = simulator.now();
  const disturbance = disturb(exchange, read);
  const message: PartnerMessage = {
    id: messageId,
    tenantId: tenant.id,
    ...read,
    receivedAt: now,
    dueAt: now + (disturbance?.kind === "messages_out_of_order" ? Number(disturbance.detail) * 1000 : simulator.processingDelayMs),
    status: "Pending",
    errorCode: null,
    errorDetail: null,
    outcome: "pending",
    disturbance,
    journalEntries: [],
  };
  simulator.messages.set(key, message);
  forgetOldest(simulator);
  (disturbance?.kind === "messages_out_of_order" ? simulator.held : simulator.pending).add(key);
  return { status: 204, note, messageKey: key };
}

/** The service keeps messages for a while only; ours goes by count. */
function forgetOldest(simulator: Simulator): void {
  if (simulator.messages.size <= keptMessages) return;
  const oldest = simulator.messages.keys().next().value;
  if (oldest !== undefined) simulator.messages.delete(oldest);
}

/** What a fault decides about a message when it comes in. */
function disturb(exchange: Exchange, message: DeviceMessage): MessageDisturbance | null {
  const about = [message.deviceId, message.userId];
  const fault = (kind: FaultKind) => meetFault(exchange, kind, about);
  if (fault("device_unknown"))
    return { kind: "device_unknown", errorCode: "DeviceNotFound", detail: `Device ${message.deviceId} is not registered in the tenant.` };
  if (fault("user_not_found")) return { kind: "user_not_found", errorCode: "UserNotFound", detail: `User ${message.userId} does not exist in the tenant.` };
  if (fault("user_disabled")) return { kind: "user_disabled", errorCode: "UserDisabled", detail: `User ${message.userId} is disabled.` };
  const failed = fault("message_failed");
  if (failed)
    return { kind: "message_failed", errorCode: failed.errorCode ?? "InternalError", detail: failed.detail ?? "The device state could not be saved." };
  if (fault("message_stuck")) return { kind: "message_stuck" };
  if (fault("message_no_effect")) return { kind: "message_no_effect" };
  const unknown = fault("message_unknown_status");
  if (unknown) return { kind: "message_unknown_status", detail: unknown.text ?? "Deferred" };
  const late = fault("message_not_found_first");
  if (late) return { kind: "message_not_found_first", notFoundTimes: late.times ?? 2 };
  const held = fault("messages_out_of_order");
  if (held) return { kind: "messages_out_of_order", detail: String(held.seconds ?? 30) };
  return null;
}

function tellStatus(exchange: Exchange, caller: Caller, messageId: string): Reply {
  const message = exchange.simulator.messages.get(keyOf({ tenantId: caller.tenant.id, id: messageId }));
  const missing = message?.disturbance?.notFoundTimes ?? 0;
  if (!message || missing > 0) {
    if (message?.disturbance) message.disturbance.notFoundTimes = missing - 1;
    return apiError(exchange, 404, "ResourceNotFound", `Message ${messageId} was not found.`, { note: { messageId } });
  }
  return json(
    200,
    {
      MessageId: message.id,
      TenantId: message.tenantId,
      Status: message.status,
      ErrorCode: message.errorCode,
      ErrorDetail: message.errorDetail,
      UploadTime: new Date(message.receivedAt).toISOString(),
    },
    { note: { messageId, deviceId: message.deviceId, status: message.status } },
  );
}
