import { adminRoute } from "@/lib/auth/admin-route";
import { countHosts } from "@/lib/hosts/count-hosts";
import { HostListQuery, toHostFilter } from "../../_json/host-list-query";

/** How many hosts match the list's filters; ours: also per access state. */
export const GET = adminRoute({ route: "GET hosts/count", query: HostListQuery }, async (ctx, { query }) => {
  const { count, byAccess } = await countHosts(ctx, toHostFilter(query));
  return { count, access_states: byAccess };
});
