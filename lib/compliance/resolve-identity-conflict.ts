import { recordActivity } from "@/lib/activities/record-activity";
import { authorizeFound, isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { ConflictError, ForbiddenError } from "@/lib/errors";
import { hostNotFound } from "@/lib/hosts/host-not-found";
import { assessHosts } from "./assess-hosts";
import { findTeamOfHost } from "./host-compliance-queries";
import { claimDeviceOwnership, findHostIdentity } from "./identity-queries";

/**
 * Decides that this host is the one an Entra device belongs to; the other claimants are in conflict from now on.
 * @throws NotFoundError `host_not_found`; ForbiddenError `permission_denied`; ConflictError `no_identity_conflict`
 */
export async function resolveIdentityConflict(ctx: Context, hostId: number): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const rights = { permission: "report:write", see: "host:read" } as const;
    const host = authorizeFound(tx, await findHostIdentity(tx.sql, hostId), rights, () => hostNotFound(hostId));
    if (!host.inConflict) throw new ConflictError("no_identity_conflict", "This host isn't in conflict about its Entra device. Reload to see where it stands.");
    const holder = host.conflictHostId === null ? null : await findTeamOfHost(tx.sql, host.conflictHostId);
    // It takes the device from the other host, so it takes the right to do so there too.
    if (holder && !isAllowed(tx, "report:write", { teamId: holder.teamId })) {
      throw new ForbiddenError("permission_denied", "The other host is in a team where your role doesn't reach. Ask an admin of all teams to decide.");
    }
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
