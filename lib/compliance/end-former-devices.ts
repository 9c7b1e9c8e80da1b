import type { SqlContext } from "@/lib/context";
import type { HostFactsRow } from "./assessment-queries";
import type { DesiredReport } from "./plan-report";
import { queueReports } from "./queue-reports";
import { listOutlivedReports, loadFormerDevices, releaseDevices, supersedeReports, type FormerDevice } from "./report-queue-queries";

/**
 * Retracts, once, the devices that hosts were confirmed for and no longer report, so that an id nobody uses isn't let in for ever. A device
 * that another host reports now is that host's affair.
 */
export async function endFormerDevices(tx: SqlContext, rows: readonly HostFactsRow[], cause: string, causedAt: Date): Promise<void> {
  const registered = rows.filter(({ deviceId, identityState }) => deviceId !== "" && identityState !== "not_registered");
  const hostIds = registered.map(({ hostId }) => hostId);
  if (cause === "identity_changed") await supersedeReports(tx.sql, await listOutlivedReports(tx.sql, hostIds), tx.now());
  const former = await loadFormerDevices(tx.sql, hostIds);
  await retractDevices(tx, former, cause, causedAt);
}

/** Has Entra told that these devices are neither managed nor compliant, and lets go of them. */
export async function retractDevices(tx: SqlContext, devices: readonly FormerDevice[], cause: string, causedAt: Date): Promise<void> {
  const told = devices.filter(({ accepted, claimed }) => accepted && !claimed);
  await queueReports(
    tx,
    told.map((device): DesiredReport => ({
      hostId: device.hostId,
      hostName: device.hostName,
      connectionId: device.connectionId,
      provider: device.provider,
      tenantId: device.tenantId,
      deviceId: device.deviceId,
      userPrincipalName: device.userPrincipalName,
      deviceName: device.deviceName,
      osVersion: device.osVersion,
      lastCheckInTime: device.lastCheckInTime,
      managed: false,
      compliant: false,
      kind: "retract",
      cause,
      causedAt,
      transitionId: null,
      urgent: false,
      repeatBefore: null,
      retryAttention: false,
    })),
  );
  await releaseDevices(tx.sql, devices);
}
