import { authorizeFound } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { hostNotFound } from "@/lib/hosts/host-not-found";
import { countHostTimelineRows, findTeamOfHost, listHostTimelineRows } from "./host-compliance-queries";
import { timelineSentence, type KindedId } from "./timeline-sentence";

/** One thing that happened, in words, with the id that proves it. */
export interface TimelineEntry {
  key: string;
  at: Date;
  source: "transition" | "report" | "activity";
  type: string;
  sentence: string;
  id: KindedId | null;
  reportId: string | null;
}

/**
 * What happened around a host's access, newest first: changes of verdict, each step of each report, and what admins did. `page` counts from 0.
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function listHostTimeline(ctx: SqlContext, hostId: number, { page = 0, perPage = 50 } = {}): Promise<{ entries: TimelineEntry[]; count: number }> {
  authorizeFound(ctx, await findTeamOfHost(ctx.sql, hostId), { permission: "host:read" }, () => hostNotFound(hostId));
  const [rows, count] = await Promise.all([listHostTimelineRows(ctx.sql, hostId, perPage, page * perPage), countHostTimelineRows(ctx.sql, hostId)]);
  const entries = rows.map((row) => ({
    key: `${row.source}:${row.id}`,
    at: row.at,
    source: row.source,
    type: row.type,
    reportId: row.reportId,
    ...timelineSentence(row),
  }));
  return { entries, count };
}
