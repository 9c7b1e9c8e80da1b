import { authorizeFound, authorizeList } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { BadRequestError } from "@/lib/errors";
import { hostNotFound } from "@/lib/hosts/host-not-found";
import { readCursor, writeCursor } from "@/lib/http/list-cursor";
import { findTeamOfHost } from "./host-compliance-queries";
import { countReportRows, listReportRows, type ReportCursor, type ReportFilter, type ReportRecord } from "./report-read-queries";

/**
 * Reports to Entra, newest first, about the hosts that the caller may see. `page` counts from 0; without `perPage` all are given. `after`: the
 * `nextCursor` of an earlier page, which is null on the last. A deleted host's reports stay readable by its id, with a global role.
 * @throws BadRequestError `bad_cursor`; NotFoundError `host_not_found` when the filter's host doesn't exist, or the caller may not see it; UnauthenticatedError, ForbiddenError
 */
export async function listReports(
  ctx: SqlContext,
  filter: ReportFilter,
  { page = 0, perPage = null, after = null }: { page?: number; perPage?: number | null; after?: string | null } = {},
): Promise<{ reports: ReportRecord[]; count: number; nextCursor: string | null }> {
  const { hostId } = filter;
  const teamIds = authorizeList(ctx, "report:read", hostId === undefined ? filter.teamId : undefined);
  const host = hostId === undefined ? null : await findTeamOfHost(ctx.sql, hostId);
  if (host) authorizeFound(ctx, host, { permission: "report:read", see: "host:read" }, () => hostNotFound(host.hostId));
  const scope = { ...filter, teamIds };
  const count = await countReportRows(ctx.sql, scope);
  if (hostId !== undefined && !host && count === 0) throw hostNotFound(hostId);
  // One report more than the page tells whether another follows.
  const rows = await listReportRows(ctx.sql, scope, perPage && perPage + 1, perPage ? page * perPage : 0, after === null ? null : readReportCursor(after));
  const reports = perPage ? rows.slice(0, perPage) : rows;
  const last = rows.length > reports.length ? reports.at(-1) : undefined;
  return { reports, count, nextCursor: last ? writeCursor(order, [last.createdAt.toISOString(), last.id]) : null };
}

const order = "created_at desc";

function readReportCursor(after: string): ReportCursor {
  const [createdAt, id] = readCursor(order, after) ?? [];
  if (typeof createdAt === "string" && !Number.isNaN(Date.parse(createdAt)) && typeof id === "string" && /^[0-9a-f-]{36}$/.test(id)) return { createdAt, id };
  throw new BadRequestError("bad_cursor", "after: expected next_cursor of an earlier page. Begin again without it.", {
    fields: [{ field: "after", reason: "expected next_cursor of an earlier page" }],
  });
}
