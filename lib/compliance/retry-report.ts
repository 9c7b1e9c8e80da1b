import { recordActivity } from "@/lib/activities/record-activity";
import { authorizeFound } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { ConflictError } from "@/lib/errors";
import { insertReportEvent } from "./delivery-queries";
import { reportNotFound } from "./report-not-found";
import { findReportWithTeam, hurryReports, lockDeviceRows } from "./report-queue-queries";
import { wakeSenders } from "./send-reports-declaration";

const aPersonWaits = 120;

/**
 * Tries a report again now that waits for its next try or rests in attention.
 * @throws NotFoundError `report_not_found`; ForbiddenError `permission_denied`; ConflictError `report_not_waiting`
 */
export async function retryReport(ctx: Context, reportId: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const rights = { permission: "report:write", see: "report:read" } as const;
    const report = authorizeFound(tx, await findReportWithTeam(tx.sql, reportId), rights, () => reportNotFound(reportId));
    await lockDeviceRows(tx.sql, [report]);
    const pid = report.ended ? null : await hurryReports(tx.sql, [{ id: reportId, priority: aPersonWaits }], tx.now());
    if (pid === null) {
      const why = report.ended ? "This report has ended. Use Send now to tell Microsoft again." : "This report is on its way; wait for Microsoft's answer.";
      throw new ConflictError("report_not_waiting", why);
    }
    await insertReportEvent(tx.sql, report, "retried", { from: report.state }, tx.now());
    await recordActivity(tx, {
      type: "retried_host_compliance_report",
      teamId: report.teamId,
      hostId: report.hostId,
      details: { host_id: report.hostId, host_display_name: report.hostName, report_id: reportId },
    });
    await wakeSenders(tx, report.connectionId, pid);
  });
}
