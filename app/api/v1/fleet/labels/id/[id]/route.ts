import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";
import { deleteLabel } from "@/lib/labels/delete-label";

/** Deletes a label by its id. */
export const DELETE = adminRoute({ route: "DELETE labels/id/:id", params: IdParams }, async (ctx, { params: { id } }) => {
  await deleteLabel(ctx, id);
  return {};
});
