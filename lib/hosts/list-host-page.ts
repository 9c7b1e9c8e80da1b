import { authorizeList } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { writeCursor } from "@/lib/http/list-cursor";
import { readHostCursor } from "./host-cursor";
import type { HostFilter, HostPage } from "./host-filter";
import { hostOrder } from "./host-filter-sql";
import type { HostRecord } from "./host-record";
import { listHostRowsByIds, listPlacedHosts } from "./host-read-queries";

/** One page of hosts. `nextCursor`, given as `after` with the same filter and order, goes on exactly behind it; null when nothing follows. */
export interface HostListPage {
  hosts: HostRecord[];
  nextCursor: string | null;
}

/**
 * One page of the hosts that match, in all teams that the caller may list, blocked first unless another order is asked for.
 * @throws BadRequestError `bad_cursor`; UnauthenticatedError, ForbiddenError
 */
export async function listHostPage(ctx: SqlContext, filter: HostFilter = {}, page: HostPage = {}): Promise<HostListPage> {
  const teamIds = authorizeList(ctx, "host:list", filter.teamId);
  const { perPage, orderKey = "access", orderDirection = "asc" } = page;
  const { type } = hostOrder(orderKey, ctx.now(), () => "");
  const after = page.after === undefined ? null : readHostCursor(orderKey, orderDirection, page.after, type);
  // One host more than the page tells whether another page follows, without counting them all.
  const asked = { orderKey, orderDirection, after, limit: perPage ? perPage + 1 : null, offset: perPage && page.page ? page.page * perPage : 0 };
  const placed = await listPlacedHosts(ctx.sql, { ...filter, teamIds }, asked, ctx.now());
  const shown = perPage ? placed.slice(0, perPage) : placed;
  const hosts = await listHostRowsByIds(
    ctx.sql,
    shown.map(({ id }) => id),
    ctx.now(),
  );
  const last = placed.length > shown.length ? shown.at(-1) : undefined;
  return { hosts, nextCursor: last ? writeCursor(`${orderKey} ${orderDirection}`, [last.key, last.name, last.id]) : null };
}
