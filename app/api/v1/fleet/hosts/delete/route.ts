import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { InvalidInputError } from "@/lib/errors";
import { deleteHosts } from "@/lib/hosts/delete-hosts";
import { fromHostFilters, HostFilters } from "../../_json/host-list-query";

const Body = z.strictObject({ ids: z.array(z.number().int().positive()).max(10_000).nullish(), filters: HostFilters.nullish() });

/** Forgets hosts by their ids or by a filter, never both. */
export const POST = adminRoute({ route: "POST hosts/delete", body: Body }, async (ctx, { body }) => {
  const byId = body.ids && body.ids.length > 0;
  if (Boolean(byId) === Boolean(body.filters)) {
    const reason = "Send ids or filters, one of them.";
    throw new InvalidInputError("hosts_unclear", reason, { fields: [{ field: "ids", reason }] });
  }
  await deleteHosts(ctx, body.filters ? { filter: fromHostFilters(body.filters) } : { hostIds: body.ids ?? [] });
  return {};
});
