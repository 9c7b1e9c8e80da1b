import { z } from "zod";
import { retryReport } from "@/lib/compliance/retry-report";
import { adminRoute } from "@/lib/auth/admin-route";

/** Tries a report again that waits for its next try or rests in attention. */
export const POST = adminRoute({ route: "POST compliance_reports/:id/retry", params: z.object({ id: z.uuid() }) }, async (ctx, { params }) => {
  await retryReport(ctx, params.id);
  return Response.json({}, { status: 202 });
});
