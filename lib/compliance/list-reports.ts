import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { findTeamOfHost } from "./host-compliance-queries";
import { countReportRows, listReportRows, type ReportFilter, type ReportRecord } from "./report-read-queries";

/**
 * Reports to Entra, newest first. `page` counts from 0; without `perPage` all are given.
 * @throws NotFoundError `host_not_found` when the filter's host doesn't exist; UnauthenticatedError, ForbiddenError
 */
export async function listReports(
  ctx: SqlContext,
  filter: ReportFilter,
  { page = 0, perPage = null }: { page?: number; perPage?: number | null } = {},
): Promise<{ reports: ReportRecord[]; count: number }> {
  const teamId = filter.hostId === undefined ? (filter.teamId ?? null) : await findTeamOfHost(ctx.sql, filter.hostId);
  authorize(ctx, "report:read", { teamId });
  const count = await countReportRows(ctx.sql, filter);
  // A deleted host's reports stay readable by its id.
  if (filter.hostId !== undefined && teamId === null && count === 0) {
    throw new NotFoundError("host_not_found", `Host ${filter.hostId} was not found. It may have been deleted.`);
  }
  return { reports: await listReportRows(ctx.sql, filter, perPage, perPage ? page * perPage : 0), count };
}
