import { adminRoute } from "@/lib/auth/admin-route";
import { countHosts } from "@/lib/hosts/count-hosts";
import { HostOrderKey } from "@/lib/hosts/host-filter";
import { listHostPage } from "@/lib/hosts/list-host-page";
import { pageMeta } from "@/lib/http/list-params";
import { toHostJson } from "../_json/host-json";
import { HostListQuery, toHostFilter } from "../_json/host-list-query";

/**
 * Hosts, filtered, ordered and paged. To read all of them, give `meta.next_cursor` as `after` with the same filters and order: it goes on exactly behind the
 * page's last host. A plain value of the order key, as clients of the API send it, skips every host that shares it.
 */
export const GET = adminRoute({ route: "GET hosts", query: HostListQuery }, async (ctx, { query }) => {
  const { list } = query;
  const filter = toHostFilter(query);
  const page = {
    page: list.page,
    perPage: list.perPage ?? undefined,
    orderKey: HostOrderKey.parse(list.orderKey ?? "id"),
    orderDirection: list.orderDirection,
    after: list.after ?? undefined,
  };
  const [{ hosts, nextCursor }, { count }] = await Promise.all([listHostPage(ctx, filter, page), countHosts(ctx, filter)]);
  return { hosts: hosts.map(toHostJson), count, meta: pageMeta(list, nextCursor) };
});
