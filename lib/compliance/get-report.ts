import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { listReportEventRows, listReportRows, type ReportEventRecord, type ReportRecord } from "./report-read-queries";

/**
 * One report with everything that happened to it, oldest first.
 * @throws NotFoundError `report_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function getReport(ctx: SqlContext, reportId: string): Promise<ReportRecord & { events: ReportEventRecord[] }> {
  const [report] = await listReportRows(ctx.sql, { reportId }, 1, 0);
  authorize(ctx, "report:read", { teamId: report?.teamId ?? null });
  if (!report) throw new NotFoundError("report_not_found", `Report ${reportId} was not found.`);
  return { ...report, events: await listReportEventRows(ctx.sql, reportId) };
}
