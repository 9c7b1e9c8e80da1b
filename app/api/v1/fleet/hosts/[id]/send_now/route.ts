import { sendNow } from "@/lib/compliance/send-now";
import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";

/** Tells Microsoft about a host now, ahead of all others. Answers 202 with the report that carries it. */
export const POST = adminRoute({ route: "POST hosts/:id/send_now", params: IdParams }, async (ctx, { params }) => {
  const { reportId } = await sendNow(ctx, params.id);
  return Response.json({ compliance_report_id: reportId }, { status: 202 });
});
