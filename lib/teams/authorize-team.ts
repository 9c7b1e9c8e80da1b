import { authorizeFound, type Permission } from "../authorize";
import type { SqlContext } from "../context";
import { teamNotFound } from "./team-queries";

/**
 * Lets the caller do this to a team that was loaded, or throws; a team out of their sight is answered like one that doesn't exist.
 * @throws NotFoundError `team_not_found`; UnauthenticatedError, ForbiddenError
 */
export function authorizeTeam(ctx: Pick<SqlContext, "actor">, { id }: { id: number }, permission: Permission): void {
  authorizeFound(ctx, { teamId: id }, { permission, see: "team:read" }, () => teamNotFound(id));
}
