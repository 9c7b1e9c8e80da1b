import { adminRoute } from "@/lib/auth/admin-route";
import { countHosts } from "@/lib/hosts/count-hosts";
import { HostOrderKey } from "@/lib/hosts/host-filter";
import { listHosts } from "@/lib/hosts/list-hosts";
import { listMeta } from "@/lib/http/list-params";
import { toHostJson } from "../_json/host-json";
import { HostListQuery, toHostFilter } from "../_json/host-list-query";

/** Hosts, filtered, ordered and paged. */
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
  const [hosts, { count }] = await Promise.all([listHosts(ctx, filter, page), countHosts(ctx, filter)]);
  return { hosts: hosts.map(toHostJson), count, meta: listMeta(list, count) };
});
