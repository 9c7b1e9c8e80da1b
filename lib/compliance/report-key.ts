/** What makes two reports say the same. */
export interface ReportContent {
  provider: string;
  tenantId: string;
  deviceId: string;
  userPrincipalName: string;
  managed: boolean;
  compliant: boolean;
  deviceName: string;
  osVersion: string;
}

/** The part of a report that decides access: equal keys, equal effect. */
export function coreKey({ provider, tenantId, deviceId, userPrincipalName, managed, compliant }: Omit<ReportContent, "deviceName" | "osVersion">): string {
  return JSON.stringify([provider, tenantId, deviceId, userPrincipalName.toLowerCase(), managed, compliant]);
}

/** The whole of a report: what decides access, then name and OS version, which alone are sent at most once a day. */
export function reportKey(content: ReportContent): string {
  return `${coreKey(content)}\n${JSON.stringify([content.deviceName, content.osVersion])}`;
}

/** The deciding part of a key that `reportKey` made. */
export function coreOf(key: string): string {
  return key.split("\n", 1)[0] ?? "";
}
