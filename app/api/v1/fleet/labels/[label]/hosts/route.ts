import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { countHosts } from "@/lib/hosts/count-hosts";
import { HostOrderKey } from "@/lib/hosts/host-filter";
import { listHostPage } from "@/lib/hosts/list-host-page";
import { pageMeta, QueryId } from "@/lib/http/list-params";
import { getLabel } from "@/lib/labels/get-label";
import { toHostJson } from "../../../_json/host-json";
import { HostListQuery, toHostFilter } from "../../../_json/host-list-query";

/** The hosts in a label, filtered, ordered and paged as every list of hosts, with the same cursors. */
export const GET = adminRoute(
  { route: "GET labels/:label/hosts", params: z.object({ label: QueryId }), query: HostListQuery },
  async (ctx, { params, query }) => {
    const { list } = query;
    const { id: labelId } = await getLabel(ctx, params.label);
    const filter = { ...toHostFilter(query), labelId };
    const order = { orderKey: HostOrderKey.parse(list.orderKey ?? "id"), orderDirection: list.orderDirection, after: list.after ?? undefined };
    const page = { ...order, page: list.page, perPage: list.perPage ?? undefined };
    const [{ hosts, nextCursor }, { count }] = await Promise.all([listHostPage(ctx, filter, page), countHosts(ctx, filter)]);
    return { hosts: hosts.map(toHostJson), count, meta: pageMeta(list, nextCursor) };
  },
);
