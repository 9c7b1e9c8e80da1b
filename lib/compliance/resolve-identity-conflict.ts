import { recordActivity } from "@/lib/activities/record-activity";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { ConflictError, NotFoundError } from "@/lib/errors";
import { assessHosts } from "./assess-hosts";
import { claimDeviceOwnership, findHostIdentity } from "./identity-queries";

/**
 * Decides that this host is the one an Entra device belongs to; the other claimants are in conflict from now on.
 * @throws NotFoundError `host_not_found`; ForbiddenError `permission_denied`; ConflictError `no_identity_conflict`
 */
export async function resolveIdentityConflict(ctx: Context, hostId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const host = await findHostIdentity(tx.sql, hostId);
    if (!host) throw new NotFoundError("host_not_found", "This host no longer exists.");
    authorize(tx, "report:write", { teamId: host.teamId });
    if (!host.inConflict) throw new ConflictError("no_identity_conflict", "This host isn't in conflict about its Entra device. Reload to see where it stands.");
    await claimDeviceOwnership(tx.sql, hostId, tx.now());
    await recordActivity(tx, {
      type: "resolved_identity_conflict",
      teamId: host.teamId,
      hostId,
      details: { host_id: hostId, host_display_name: host.hostName, device_id: host.deviceId, other_host_id: host.conflictHostId },
    });
    await assessHosts(tx, [hostId], "identity_changed", tx.now());
  });
}
