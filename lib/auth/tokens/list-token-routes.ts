import { isAllowed } from "../../authorize";
import type { Context } from "../../context";
import { routeEntry } from "../access/access-table";
import { catalogue, type CatalogueEntry } from "../access/catalogue";
import { authorizeOverUser } from "../authorize-over-user";
import { userActor } from "../user-actor";
import { listTeamRoleRows } from "../user-queries";

/**
 * The routes that a user's token could call at all, with the roles that the user has now: what a token of theirs is narrowed from.
 * @throws NotFoundError `user_not_found`; ForbiddenError, UnauthenticatedError
 */
export async function listTokenRoutes(ctx: Context, userId: number): Promise<CatalogueEntry[]> {
  const user = await authorizeOverUser(ctx, "user:read", userId);
  const teamRoles = user.globalRole === "none" ? await listTeamRoleRows(ctx.db, userId) : [];
  const actor = userActor({ ...user, teamRoles }, "");
  return catalogue.filter(({ key }) => {
    const { access } = routeEntry(key);
    if (user.apiRoutes && !user.apiRoutes.includes(key)) return false;
    return access === "signed_in" || access === "open" || isAllowed({ actor }, access);
  });
}
