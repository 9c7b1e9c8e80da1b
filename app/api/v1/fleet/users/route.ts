import { adminRoute } from "@/lib/auth/admin-route";
import { acceptInvite } from "@/lib/auth/invites/accept-invite";
import { InviteAcceptance } from "@/lib/auth/invites/invite-acceptance";
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

/** Makes the user of an invite. Its token speaks for the caller; the mail address, when it is given, must be the invited one. */
export const POST = adminRoute({ route: "POST users", body: InviteAcceptance }, async (ctx, { body }) => ({
  user: toUserJson(await acceptInvite(ctx, { token: body.invite_token, name: body.name, email: body.email, password: body.password })),
}));
