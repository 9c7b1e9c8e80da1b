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

/** A device as Entra itself shows it. */
export interface EntraDevice {
  managed: boolean;
  compliant: boolean;
  displayName: string;
  enabled: boolean;
}

/** What Entra itself says about devices; one that it doesn't know is missing. */
export interface ReadBack extends CallIds {
  /** By device id, in lower case. */
  devices: Map<string, EntraDevice>;
}

/** How many devices or people one question to Graph may name. */
export const mostInOneQuestion = 15;

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
  /** At most `mostInOneQuestion` devices. */
  readBack(ctx: Context, connection: Connection, deviceIds: readonly string[]): Promise<ReadBack>;
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
