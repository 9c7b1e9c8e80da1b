import { authorize, isAllowed } from "../../authorize";
import type { Context, Role, TeamRole } from "../../context";
import { inTransaction } from "../../db/transaction";
import { InvalidInputError } from "../../errors";
import { chooseRoles } from "./choose-roles";
import { isSeen } from "./user-reach";
import { findTeamIds, findUserWithRolesByEmail, lockUserRows } from "./users-queries";
import { writeRoles } from "./write-roles";

/** The roles that a user shall hold, by mail address; teams by their name. */
export interface RoleSpec {
  email: string;
  globalRole: Role | null;
  teams: readonly { name: string; role: TeamRole }[];
}

/**
 * Gives each user exactly the roles of their entry. All of it happens, or nothing.
 * @throws InvalidInputError `role_spec_invalid` (a user or team that isn't there), `roles_invalid`; ConflictError `last_global_admin`, `last_password_admin`
 * @throws ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function applyRoleSpec(ctx: Context, specs: readonly RoleSpec[]): Promise<void> {
  authorize(ctx, "user:write");
  const teamIds = await findTeamIds(
    ctx.db,
    specs.flatMap(({ teams }) => teams.map(({ name }) => name)),
  );
  await inTransaction(ctx, async (tx) => {
    const named = await Promise.all(specs.map(async (spec) => ({ spec, user: await findUserWithRolesByEmail(tx.db, spec.email.trim().toLowerCase()) })));
    // All rows at once, so that two such changes can't wait for each other.
    await lockUserRows(
      tx.sql,
      named.map(({ user }) => user?.id ?? 0),
    );
    for (const { spec } of named) {
      const user = await findUserWithRolesByEmail(tx.db, spec.email.trim().toLowerCase());
      if (!user || !isSeen(tx, user, "user:write")) throw unknown(spec.email, "is no user's mail address");
      const teamRoles = spec.teams.map(({ name, role }) => {
        const teamId = teamIds.get(name.toLowerCase());
        // A team of others is answered like one that isn't there.
        if (teamId === undefined || !isAllowed(tx, "user:write", { teamId })) throw unknown(spec.email, `team "${name}" was not found`);
        return { teamId, role };
      });
      await writeRoles(tx, user, await chooseRoles(tx, { globalRole: spec.globalRole, teamRoles }, user));
    }
  });
}

function unknown(email: string, reason: string): InvalidInputError {
  return new InvalidInputError("role_spec_invalid", "These roles can't be given.", { fields: [{ field: `spec.roles.${email}`, reason }] });
}
