import { z } from "zod";
import { getReport } from "@/lib/compliance/get-report";
import { adminRoute } from "@/lib/auth/admin-route";
import { toReportDetailJson } from "../../_json/report-json";

/** One report with everything that happened to it. */
export const GET = adminRoute({ route: "GET compliance_reports/:id", params: z.object({ id: z.uuid() }) }, async (ctx, { params }) => ({
  compliance_report: toReportDetailJson(await getReport(ctx, params.id)),
}));
