import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { requestReassessment, retractDeletedHosts as declaration } from "@/lib/teams/request-reassessment";
import { insertLastTransitionsOfHosts } from "./assessment-queries";
import { endAttentionOfHosts } from "./attention-queries";
import { retractDevices } from "./end-former-devices";
import { listHostsHeldBackBy } from "./identity-queries";
import { listWaitingVerdicts, loadDevicesOfDeletedHosts, supersedeReports } from "./report-queue-queries";

/**
 * Takes leave of deleted hosts: what waits of them is taken out, their devices are told to be neither managed nor compliant if Entra was ever
 * told otherwise and no other host holds the id, and hosts that were in conflict with them are looked at again.
 */
export const retractDeletedHosts = implementJob(declaration, async (ctx, { hosts }) => {
  await inSqlTransaction(ctx, async (tx) => {
    const hostIds = hosts.map(({ hostId }) => hostId);
    const now = tx.now();
    await supersedeReports(tx.sql, await listWaitingVerdicts(tx.sql, hostIds), now);
    await endAttentionOfHosts(tx.sql, hostIds, now);
    await insertLastTransitionsOfHosts(tx.sql, hostIds, now, now);
    await retractDevices(tx, await loadDevicesOfDeletedHosts(tx.sql, hostIds), "host_deleted", now);
    const heldBack = await listHostsHeldBackBy(tx.sql, hostIds);
    if (heldBack.length > 0) await requestReassessment(tx, { hostIds: heldBack }, "identity_changed");
  });
});
