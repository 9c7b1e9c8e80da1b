import { listReports } from "@/lib/compliance/list-reports";
import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams, listMeta, listQuery } from "@/lib/http/list-params";
import { toReportJson } from "../../../_json/report-json";

/** What Entra was told about a host, newest first. A deleted host's reports stay readable. */
export const GET = adminRoute(
  { route: "GET hosts/:id/compliance_reports", params: IdParams, query: listQuery(["created_at"], {}) },
  async (ctx, { params, query }) => {
    const { reports, count } = await listReports(ctx, { hostId: params.id }, query.list);
    return { compliance_reports: reports.map(toReportJson), count, meta: listMeta(query.list, count) };
  },
);
