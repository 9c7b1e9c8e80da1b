import { recordActivity } from "../../activities/record-activity";
import { changesBetween } from "../../activities/changes-between";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ForbiddenError, InvalidInputError } from "../../errors";
import type { RouteKey } from "../access/access-table";
import type { RolesGiven } from "./choose-roles";
import { refuseWiderRoutes } from "../refuse-wider-routes";
import { updateUser } from "./update-user";
import type { User } from "./user";
import { authorizeWhole, isSelf, seenUser, userNotFound } from "./user-reach";
import { lockUserRow, updateUserRow } from "./users-queries";
import { userDetails } from "./write-roles";

/** What may change of an API-only user; absent keeps. `routes` null: all that the role allows. */
export interface ApiOnlyPatch extends RolesGiven {
  name?: string;
  routes?: readonly RouteKey[] | null;
}

/**
 * Changes an API-only user: name, roles, and which routes their tokens may call, from their next call on.
 * @throws InvalidInputError `not_api_only`, `user_invalid`, `roles_invalid`; NotFoundError `user_not_found`; ForbiddenError `own_routes`, `routes_beyond_yours`, `permission_denied`; UnauthenticatedError
 */
export async function updateApiOnlyUser(ctx: Context, userId: number, { routes, ...patch }: ApiOnlyPatch): Promise<User> {
  authorize(ctx, "user:write");
  return inTransaction(ctx, async (tx) => {
    const user = await lockUserRow(tx.db, tx.sql, userId);
    seenUser(tx, user, "user:write");
    if (!user) throw userNotFound();
    if (!user.apiOnly) {
      throw new InvalidInputError("not_api_only", "This user isn't API-only. Change them by PATCH users/:id.", {
        fields: [{ field: "id", reason: "isn't an API-only user's" }],
      });
    }
    const changed = routes === undefined ? {} : changesBetween({ apiRoutes: user.apiRoutes }, { apiRoutes: routes });
    if (Object.keys(changed).length > 0) {
      authorizeWhole(tx, user);
      // Else a leaked token could take its own limits away.
      if (isSelf(tx, userId)) throw new ForbiddenError("own_routes", "A user can't change which routes they may call themselves. Ask another admin.");
      refuseWiderRoutes(tx, routes ? routes.filter((route) => !user.apiRoutes?.includes(route)) : null);
      await updateUserRow(tx.db, userId, { apiRoutes: routes ? [...routes] : null, updatedAt: tx.now() });
      await recordActivity(tx, { type: "edited_user", details: { ...userDetails(user), changed: { api_endpoints: changed.apiRoutes } } });
    }
    return updateUser(tx, userId, patch);
  });
}
