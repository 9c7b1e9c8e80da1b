import { authorizeFound, authorizeList } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { hostNotFound } from "@/lib/hosts/host-not-found";
import { findTeamOfHost } from "./host-compliance-queries";
import { countReportRows, listReportRows, type ReportFilter, type ReportRecord } from "./report-read-queries";

/**
 * Reports to Entra, newest first, about the hosts that the caller may see. `page` counts from 0; without `perPage` all are given. A deleted host's
 * reports stay readable by its id, with a global role.
 * @throws NotFoundError `host_not_found` when the filter's host doesn't exist, or the caller may not see it; UnauthenticatedError, ForbiddenError
 */
export async function listReports(
  ctx: SqlContext,
  filter: ReportFilter,
  { page = 0, perPage = null }: { page?: number; perPage?: number | null } = {},
): Promise<{ reports: ReportRecord[]; count: number }> {
  const { hostId } = filter;
  const teamIds = authorizeList(ctx, "report:read", hostId === undefined ? filter.teamId : undefined);
  const host = hostId === undefined ? null : await findTeamOfHost(ctx.sql, hostId);
  if (host) authorizeFound(ctx, host, { permission: "report:read", see: "host:read" }, () => hostNotFound(host.hostId));
  const scope = { ...filter, teamIds };
  const count = await countReportRows(ctx.sql, scope);
  if (hostId !== undefined && !host && count === 0) throw hostNotFound(hostId);
  return { reports: await listReportRows(ctx.sql, scope, perPage, perPage ? page * perPage : 0), count };
}
