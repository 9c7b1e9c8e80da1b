import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { InvalidInputError } from "../../errors";
import type { TeamRole } from "../../context";
import { authorizeTeam } from "./authorize-team";
import { seenUser, userNotFound } from "./user-reach";
import { findUserWithRoles, lockUserRows } from "./users-queries";
import { writeRoles } from "./write-roles";

/**
 * Gives users a role on a team, or with `role` null takes away the one they hold; their other roles stay. All of it happens, or nothing.
 * @throws InvalidInputError `roles_invalid` for a user with a global role; NotFoundError `team_not_found`, `user_not_found`; ForbiddenError; UnauthenticatedError
 */
export async function changeTeamUsers(ctx: Context, teamId: number, changes: readonly { userId: number; role: TeamRole | null }[]): Promise<void> {
  await authorizeTeam(ctx, teamId, "user:write");
  await inTransaction(ctx, async (tx) => {
    // All rows at once, so that two such changes can't wait for each other.
    await lockUserRows(
      tx.sql,
      changes.map(({ userId }) => userId),
    );
    for (const [index, { userId, role }] of changes.entries()) {
      const user = await findUserWithRoles(tx.db, userId);
      seenUser(tx, user, "user:write");
      if (!user) throw userNotFound();
      if (role !== null && teamId === 0) throw invalid(index, "nobody holds a role on No team alone; give a global role");
      if (role !== null && user.globalRole !== "none") throw invalid(index, "holds a global role, which counts on every team; take it away first");
      const kept = user.teamRoles.filter((held) => held.teamId !== teamId);
      await writeRoles(tx, user, { globalRole: user.globalRole, teamRoles: role === null ? kept : [...kept, { teamId, role }] });
    }
  });
}

function invalid(index: number, reason: string): InvalidInputError {
  return new InvalidInputError("roles_invalid", "These roles can't be given.", { fields: [{ field: `users.${index}.id`, reason }] });
}
