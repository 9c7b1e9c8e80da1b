import { listReports } from "@/lib/compliance/list-reports";
import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams, listQuery, pageMeta } from "@/lib/http/list-params";
import { toReportJson } from "../../../_json/report-json";

/** What Entra was told about a host, newest first; `meta.next_cursor` as `after` goes on. A deleted host's reports stay readable. */
export const GET = adminRoute(
  { route: "GET hosts/:id/compliance_reports", params: IdParams, query: listQuery(["created_at"], {}) },
  async (ctx, { params, query }) => {
    const { reports, count, nextCursor } = await listReports(ctx, { hostId: params.id }, query.list);
    return { compliance_reports: reports.map(toReportJson), count, meta: pageMeta(query.list, nextCursor) };
  },
);
