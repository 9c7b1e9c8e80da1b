import { adminRoute } from "@/lib/auth/admin-route";
import { deleteHosts } from "@/lib/hosts/delete-hosts";
import { getHost } from "@/lib/hosts/get-host";
import { IdParams } from "@/lib/http/list-params";
import { toHostDetailJson } from "../../_json/host-json";

/** One host. */
export const GET = adminRoute({ route: "GET hosts/:id", params: IdParams }, async (ctx, { params }) => ({
  host: toHostDetailJson(await getHost(ctx, params.id)),
}));

/** Forgets a host; Entra is told that it is no longer managed. */
export const DELETE = adminRoute({ route: "DELETE hosts/:id", params: IdParams }, async (ctx, { params }) => {
  await deleteHosts(ctx, { hostIds: [params.id] });
  return {};
});
