import type { Context } from "@/lib/context";
import { cloudProfile } from "./clouds";
import type { Connection } from "./connection";
import { discoverAddresses } from "./discover-addresses";
import { callMicrosoft } from "./microsoft-client";
import { MicrosoftError } from "./microsoft-error";
import type { DeviceMessage, EntraDevice, HeartbeatAnswer, MessageResult, Provider, ReadBack } from "./provider";
import { readList, textOf } from "./read-answer";
import { redactedExcerpt } from "./redact";

const inventory = 1;
const compliance = 4;

/** Tells Entra as a device compliance partner of Intune does: one message a device, processed in its own time. */
export const intunePartner: Provider = {
  sends: true,

  async reportDevice(ctx, connection, message) {
    const { requestId, clientRequestId } = await callMicrosoft(ctx, connection, {
      audience: "intune",
      method: "PUT",
      url: await messageUrl(ctx, connection, message.messageId),
      body: { TenantId: connection.tenantId, UploadTime: ctx.now().toISOString(), Content: deviceContent(connection.tenantId, message) },
    });
    return { requestId, clientRequestId };
  },

  async getReportResult(ctx, connection, messageId): Promise<MessageResult> {
    try {
      const { body, requestId, clientRequestId } = await callMicrosoft(ctx, connection, {
        audience: "intune",
        method: "GET",
        url: await messageUrl(ctx, connection, messageId),
      });
      const status = textOf(body, "Status");
      return {
        // Only these two words are known; whatever else Microsoft says while it works is no answer yet.
        state: status === "Completed" ? "completed" : status === "Failed" ? "failed" : "pending",
        status,
        errorCode: textOf(body, "ErrorCode"),
        errorDetail: redactedExcerpt(textOf(body, "ErrorDetail")),
        requestId,
        clientRequestId,
      };
    } catch (error) {
      // A message that was just taken may not be found for a while.
      if (!(error instanceof MicrosoftError) || error.kind !== "not_found") throw error;
      const { requestId, clientRequestId } = error;
      return { state: "pending", status: "not found", errorCode: "", errorDetail: "", requestId, clientRequestId };
    }
  },

  async readBack(ctx, connection, deviceIds): Promise<ReadBack> {
    const { graphUrl } = cloudProfile(connection.cloud);
    const filter = encodeURIComponent(deviceIds.map((deviceId) => `deviceId eq '${deviceId.replaceAll("'", "''")}'`).join(" or "));
    const select = "id,deviceId,displayName,isCompliant,isManaged,mdmAppId,operatingSystem,trustType,accountEnabled,approximateLastSignInDateTime";
    const answer = await callMicrosoft(ctx, connection, {
      audience: "graph",
      method: "GET",
      url: `${graphUrl}/v1.0/devices?$filter=${filter}&$select=${select}`,
    });
    const { requestId, clientRequestId } = answer;
    // Entra has no value where nobody ever wrote one: that lets nobody in.
    const devices = readList(answer.body).map((row): [string, EntraDevice] => [
      textOf(row, "deviceId").toLowerCase(),
      { managed: row.isManaged === true, compliant: row.isCompliant === true, displayName: textOf(row, "displayName"), enabled: row.accountEnabled !== false },
    ]);
    return { devices: new Map(devices), requestId, clientRequestId };
  },

  async heartbeat(ctx, connection): Promise<HeartbeatAnswer> {
    const { tenantServiceUrl } = await discoverAddresses(ctx, connection);
    const { body, requestId, clientRequestId } = await callMicrosoft(ctx, connection, {
      audience: "intune",
      method: "PUT",
      url: `${tenantServiceUrl}/PartnerTenantHeartbeat(guid'${connection.tenantId}')?api-version=1.6`,
      headers: { prefer: "return-content" },
      body: { Timestamp: ctx.now().toISOString() },
    });
    const resync = textOf(body, "ResyncTimestamp");
    const errors = (body as { MessageErrors?: unknown } | null)?.MessageErrors;
    return {
      resync: resync && !Number.isNaN(Date.parse(resync)) ? new Date(resync) : null,
      messageErrors: (Array.isArray(errors) ? errors : []).map((error) => describeMessageError(error)),
      requestId,
      clientRequestId,
    };
  },
};

/** The message's content: a JSON array in a string, inventory and verdict with one ordering stamp. The same message always gives the same string, so that sending it again changes nothing. */
export function deviceContent(tenantId: string, message: DeviceMessage): string {
  const shared = {
    TenantId: tenantId,
    DeviceId: message.deviceId,
    UserId: message.userObjectId,
    LastUpdateTime: message.lastUpdateTime.toISOString(),
  };
  return JSON.stringify([
    {
      EntityType: inventory,
      ...shared,
      DeviceManagementState: message.managed ? "managed" : "notManaged",
      DeviceName: message.deviceName || message.deviceId,
      LastCheckInTime: message.lastCheckInTime.toISOString(),
      Os: "macOS",
      OsVersion: message.osVersion.replace(/^macOS\s+/i, "") || "0",
      EasIds: [],
      State: 0,
    },
    // The lower-case c is Microsoft's: another spelling is taken and changes nothing.
    { EntityType: compliance, ...shared, complianceStatus: message.compliant ? "compliant" : "notCompliant" },
  ]);
}

async function messageUrl(ctx: Context, connection: Connection, messageId: string): Promise<string> {
  const { deviceServiceUrl } = await discoverAddresses(ctx, connection);
  return `${deviceServiceUrl}/DataUploadMessages(guid'${messageId}')?api-version=1.2`;
}

function describeMessageError(error: unknown): string {
  const words = [textOf(error, "ErrorCode"), textOf(error, "ErrorDetail"), textOf(error, "MessageId")].filter(Boolean);
  return redactedExcerpt(words.length > 0 ? words.join(": ") : JSON.stringify(error));
}
