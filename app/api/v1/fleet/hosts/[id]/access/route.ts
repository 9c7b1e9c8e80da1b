import { getHostCompliance } from "@/lib/compliance/get-host-compliance";
import { listHostTimeline } from "@/lib/compliance/list-host-timeline";
import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams, listMeta, listQuery } from "@/lib/http/list-params";

/** A host's verdict with its reasons, the four facts from decision to Entra, and a page of what happened. */
export const GET = adminRoute({ route: "GET hosts/:id/access", params: IdParams, query: listQuery(["created_at"], {}) }, async (ctx, { params, query }) => {
  const perPage = query.list.perPage ?? 50;
  const [access, timeline] = await Promise.all([getHostCompliance(ctx, params.id), listHostTimeline(ctx, params.id, { page: query.list.page, perPage })]);
  return {
    access: {
      host_id: access.hostId,
      state: access.accessState,
      managed: access.managed,
      decision: access.decision,
      reasons: access.reasons,
      no_longer: access.solved,
      since: access.changedAt,
      assessed_at: access.assessedAt,
      assess_again_at: access.assessAgainAt,
      steps: access.waterline.map(({ title, value, mark, at, note, remedy }) => ({ title, value, mark, at, note, remedy })),
      report_id: access.report?.id ?? null,
    },
    timeline: timeline.entries.map(({ at, source, type, sentence, id }) => ({ at, source, type, sentence, id })),
    count: timeline.count,
    meta: listMeta({ ...query.list, perPage }, timeline.count),
  };
});
