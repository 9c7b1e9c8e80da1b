import { adminRoute } from "@/lib/auth/admin-route";
import { refetchHosts } from "@/lib/hosts/refetch-hosts";
import { IdParams } from "@/lib/http/list-params";

/** Asks a host again at its next check-in. */
export const POST = adminRoute({ route: "POST hosts/:id/refetch", params: IdParams }, async (ctx, { params }) => {
  await refetchHosts(ctx, { hostIds: [params.id] });
  return {};
});
