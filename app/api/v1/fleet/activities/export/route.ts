import { z } from "zod";
import { activityGroups } from "@/lib/activities/activity-groups";
import { exportActivities } from "@/lib/activities/export-activities";
import { adminRoute } from "@/lib/auth/admin-route";
import { activityFilters, toActivityFilter } from "../_activity-query";

const Query = z.object({
  ...activityFilters,
  format: z.enum(["csv", "jsonl"], { error: "expected csv or jsonl" }).default("jsonl"),
  query: z.string().max(500).optional(),
  /** A group of types, as the page has them. */
  about: z.enum(Object.keys(activityGroups) as [string, ...string[]], { error: `expected one of ${Object.keys(activityGroups).join(", ")}` }).optional(),
});

const contentTypes = { csv: "text/csv; charset=utf-8", jsonl: "application/x-ndjson; charset=utf-8" };

/** Every activity that the filters leave, as a file of CSV or JSON lines; newest first. */
export const GET = adminRoute({ route: "GET activities/export", query: Query }, async (ctx, { query }) => {
  const filter = toActivityFilter(query);
  const types = query.about && filter.types.length === 0 ? (activityGroups[query.about]?.types ?? []) : filter.types;
  const lines = await exportActivities(ctx, query.format, { ...filter, types, query: query.query });
  const name = `flotilla-activity-${ctx.now().toISOString().slice(0, 10)}.${query.format}`;
  return new Response(streamOf(lines), {
    headers: { "content-type": contentTypes[query.format], "content-disposition": `attachment; filename="${name}"`, "x-content-type-options": "nosniff" },
  });
});

function streamOf(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const step = await lines.next();
      if (step.done) controller.close();
      else controller.enqueue(encoder.encode(step.value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
