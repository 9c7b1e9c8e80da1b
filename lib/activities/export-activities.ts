import { authorize } from "../authorize";
import type { SqlContext } from "../context";
import { activityCsvHeader, activityCsvLine, activityJsonLine } from "./activity-export-row";
import { listActivities, type ActivityListOptions } from "./list-activities";
import { recordActivity } from "./record-activity";

/** The formats of an export. */
export type ExportFormat = "csv" | "jsonl";

const perStep = 1000;

/**
 * Every activity that the filter leaves, newest first, as lines of text; read a thousand at a time, however many there are. That somebody
 * took an export is an activity itself.
 * @throws ForbiddenError `permission_denied`
 */
export async function exportActivities(
  ctx: SqlContext,
  format: ExportFormat,
  filter: Omit<ActivityListOptions, "direction" | "page" | "perPage" | "beforeId">,
): Promise<AsyncGenerator<string>> {
  authorize(ctx, "activity:read", filter.teamId == null ? {} : { teamId: filter.teamId });
  await recordActivity(ctx, { type: "exported_activities", teamId: filter.teamId ?? null, details: { format } });
  return linesOf(ctx, format, filter);
}

async function* linesOf(ctx: SqlContext, format: ExportFormat, filter: ActivityListOptions): AsyncGenerator<string> {
  if (format === "csv") yield activityCsvHeader;
  const toLine = format === "csv" ? activityCsvLine : activityJsonLine;
  let beforeId: number | null = null;
  for (;;) {
    const { activities, hasNext }: Awaited<ReturnType<typeof listActivities>> = await listActivities(ctx, { ...filter, beforeId, perPage: perStep });
    yield activities.map(toLine).join("");
    beforeId = activities.at(-1)?.id ?? null;
    if (!hasNext || beforeId === null) return;
  }
}
