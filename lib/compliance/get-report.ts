import { authorizeFound } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { reportNotFound } from "./report-not-found";
import { listReportEventRows, listReportRows, type ReportEventRecord, type ReportRecord } from "./report-read-queries";

/**
 * One report with everything that happened to it, oldest first. That of a deleted host is for global roles.
 * @throws NotFoundError `report_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function getReport(ctx: SqlContext, reportId: string): Promise<ReportRecord & { events: ReportEventRecord[] }> {
  const [found] = await listReportRows(ctx.sql, { teamIds: null, reportId }, 1, 0);
  const report = authorizeFound(ctx, found, { permission: "report:read" }, () => reportNotFound(reportId));
  return { ...report, events: await listReportEventRows(ctx.sql, reportId) };
}
