import { recordActivity } from "@/lib/activities/record-activity";
import { authorizeFound } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { ConflictError } from "@/lib/errors";
import { hostNotFound } from "@/lib/hosts/host-not-found";
import { assessHosts } from "./assess-hosts";
import { findHostIdentity } from "./identity-queries";
import { findLiveReportOfHost } from "./report-queue-queries";
import { loadHostFacts } from "./assessment-queries";
import { reasonSentence } from "./verdict-reasons";

/**
 * Tells Microsoft about a host now, whether anything changed or not, ahead of all others. A report that is on its way already is left to arrive.
 * @returns the report that carries it
 * @throws NotFoundError `host_not_found`; ForbiddenError `permission_denied`; ConflictError `nothing_to_send`, with the reason in words
 */
export async function sendNow(ctx: Context, hostId: number): Promise<{ reportId: string }> {
  return inTransaction(ctx, async (tx) => {
    const rights = { permission: "report:write", see: "host:read" } as const;
    const host = authorizeFound(tx, await findHostIdentity(tx.sql, hostId), rights, () => hostNotFound(hostId));
    await assessHosts(tx, [hostId], "send_now", tx.now());
    const reportId = await findLiveReportOfHost(tx.sql, hostId);
    if (!reportId) throw new ConflictError("nothing_to_send", await whyNothing(tx, hostId));
    await recordActivity(tx, {
      type: "sent_host_compliance_now",
      teamId: host.teamId,
      hostId,
      details: { host_id: hostId, host_display_name: host.hostName, report_id: reportId },
    });
    return { reportId };
  });
}

async function whyNothing(tx: Context, hostId: number): Promise<string> {
  const [row] = await loadHostFacts(tx.sql, [hostId], tx.now());
  if (!row?.reportable) return "No connection to Microsoft is ready. Finish it in Settings, then send again.";
  if (row.auditOnly || row.provider === "audit_only") return "This host's team is audit-only: what would be sent is written down, and nothing is sent.";
  return row.reasons?.[0] ? reasonSentence(row.reasons[0]) : "Nothing is decided about this host yet.";
}
