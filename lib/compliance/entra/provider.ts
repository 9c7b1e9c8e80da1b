import type { Context } from "@/lib/context";
import type { Connection } from "./connection";

/** What Entra is to believe about a device. Times are instants; `lastUpdateTime` orders the messages of one device, newer wins. */
export interface DeviceMessage {
  messageId: string;
  deviceId: string;
  userObjectId: string;
  deviceName: string;
  osVersion: string;
  managed: boolean;
  compliant: boolean;
  lastUpdateTime: Date;
  lastCheckInTime: Date;
}

/** Microsoft's ids of one call, for the report's history. */
export interface CallIds {
  requestId: string;
  clientRequestId: string;
}

/** What became of a message: `status` is Microsoft's own word. */
export interface MessageResult extends CallIds {
  state: "completed" | "failed" | "pending";
  status: string;
  errorCode: string;
  errorDetail: string;
}

/** What Entra itself says about a device; null when it doesn't know it. */
export interface ReadBack extends CallIds {
  device: { managed: boolean; compliant: boolean; displayName: string; enabled: boolean } | null;
}

/** What the partner service answered to a sign of life. `resync`: everything told before that instant must be told again. */
export interface HeartbeatAnswer extends CallIds {
  resync: Date | null;
  messageErrors: string[];
}

/** One way of telling Entra. Every call throws MicrosoftError; calling again with the same arguments changes nothing. */
export interface Provider {
  /** False for a provider that only writes down what it would tell. */
  readonly sends: boolean;
  reportDevice(ctx: Context, connection: Connection, message: DeviceMessage): Promise<CallIds>;
  getReportResult(ctx: Context, connection: Connection, messageId: string): Promise<MessageResult>;
  readBack(ctx: Context, connection: Connection, deviceId: string): Promise<ReadBack>;
  heartbeat(ctx: Context, connection: Connection): Promise<HeartbeatAnswer>;
}

const platformsOf: Record<string, readonly string[]> = {
  intune_partner: ["darwin"],
  audit_only: ["darwin", "windows"],
};

/** Whether hosts of this platform are reported by this provider. */
export function supportsPlatform(provider: string, platform: string): boolean {
  return platformsOf[provider]?.includes(platform) ?? false;
}
