import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { transferHosts } from "@/lib/hosts/transfer-hosts";
import { fromHostFilters, HostFilters } from "../../../_json/host-list-query";

/** Moves every host of a filter to a team; an empty filter is every host. */
export const POST = adminRoute(
  { route: "POST hosts/transfer/filter", body: z.strictObject({ team_id: z.number().int().min(0).nullable(), filters: HostFilters }) },
  async (ctx, { body }) => {
    await transferHosts(ctx, { filter: fromHostFilters(body.filters) }, body.team_id ?? 0);
    return {};
  },
);
