import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";
import { changeHostLabels } from "@/lib/labels/change-host-labels";

const Body = z.strictObject({ labels: z.array(z.string().min(1).max(255)).min(1, "expected at least one label name").max(200) });

/** Puts a host into manual labels. */
export const POST = adminRoute({ route: "POST hosts/:id/labels", params: IdParams, body: Body }, async (ctx, { params, body }) => {
  await changeHostLabels(ctx, params.id, "add", body.labels);
  return {};
});

/** Takes a host out of manual labels. */
export const DELETE = adminRoute({ route: "DELETE hosts/:id/labels", params: IdParams, body: Body }, async (ctx, { params, body }) => {
  await changeHostLabels(ctx, params.id, "remove", body.labels);
  return {};
});
