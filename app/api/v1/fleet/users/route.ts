import { adminRoute } from "@/lib/auth/admin-route";
import { toUserJson } from "@/lib/auth/user-json";
import { listUsers } from "@/lib/auth/users/list-users";
import { readAfter, userOrder, userOrderKeys } from "../_json/user-order";
import { listMeta, listQuery, QueryId } from "@/lib/http/list-params";

/** The users whom the caller may see: by a part of the name or mail address, by team, in pages. */
export const GET = adminRoute({ route: "GET users", query: listQuery(userOrderKeys, { team_id: QueryId.optional() }) }, async (ctx, { query }) => {
  const { list } = query;
  const { users, count } = await listUsers(
    ctx,
    { query: list.query, teamId: query.team_id },
    { orderKey: userOrder(list.orderKey), direction: list.orderDirection, after: readAfter(list), page: list.page, perPage: list.perPage },
  );
  return { users: users.map(toUserJson), count, meta: listMeta(list, count) };
});
