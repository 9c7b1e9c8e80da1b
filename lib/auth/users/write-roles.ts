import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { endUserSessions } from "../sessions/end-user-sessions";
import { deleteTokenRows } from "../tokens/token-queries";
import { guardLastAdmin } from "./guard-last-admin";
import type { RoleChoice, User } from "./user";
import { findTeamNames, replaceTeamRoles, updateUserRow } from "./users-queries";

/**
 * Gives a user exactly these roles, ends their sessions when that changes anything, and writes down each change; with
 * their first global role their API tokens are revoked. For verbs and the sign-in, in their
 * transaction and after their permission check; the user's row is locked. Says whether anything changed.
 * @throws ConflictError `last_global_admin`, `last_password_admin`
 */
export async function writeRoles(tx: Context, user: User, after: RoleChoice): Promise<boolean> {
  const differences = diff(user, after);
  if (user.globalRole === after.globalRole && differences.length === 0) return false;
  await guardLastAdmin(tx, user.id, { ...user, globalRole: after.globalRole, disabled: user.disabledAt !== null });
  await updateUserRow(tx.db, user.id, { globalRole: after.globalRole, updatedAt: tx.now() });
  await replaceTeamRoles(tx.db, user.id, after.teamRoles);
  await endUserSessions(tx, user.id);
  // An admin of one team may have made a token for them, or as them: it must not grow to every team.
  if (user.globalRole === "none" && after.globalRole !== "none") await deleteTokenRows(tx.db, user.id);
  await recordRoles(tx, user, after);
  return true;
}

/** Writes down which roles a user got, lost or holds instead: one activity for the global role, one for each team, which its admins may read. */
export async function recordRoles(tx: Context, user: Pick<User, "id" | "name" | "email" | "globalRole" | "teamRoles">, after: RoleChoice): Promise<void> {
  const who = userDetails(user);
  if (user.globalRole !== after.globalRole) {
    const [from, to] = [roleOrNull(user.globalRole), roleOrNull(after.globalRole)];
    const type = to === null ? "deleted_user_global_role" : "changed_user_global_role";
    await recordActivity(tx, { type, details: { ...who, role: to ?? from, changed: { global_role: { from, to } } } });
  }
  const differences = diff(user, after);
  const names = await findTeamNames(
    tx.db,
    differences.map(({ teamId }) => teamId),
  );
  for (const { teamId, from, to } of differences) {
    const team = { team_id: teamId, team_name: names.get(teamId) ?? "" };
    const type = to === null ? "deleted_user_team_role" : "changed_user_team_role";
    await recordActivity(tx, { type, teamId, details: { ...who, ...team, role: to ?? from, changed: { role: { from, to } } } });
  }
}

/** What an activity says about the user it is about. */
export function userDetails(user: Pick<User, "id" | "name" | "email">): Record<string, unknown> {
  return { user_id: user.id, user_name: user.name, user_email: user.email };
}

function diff(user: Pick<User, "teamRoles">, after: RoleChoice): { teamId: number; from: string | null; to: string | null }[] {
  const before = new Map<number, string>(user.teamRoles.map(({ teamId, role }) => [teamId, role]));
  const then = new Map<number, string>(after.teamRoles.map(({ teamId, role }) => [teamId, role]));
  return [...new Set([...before.keys(), ...then.keys()])]
    .map((teamId) => ({ teamId, from: before.get(teamId) ?? null, to: then.get(teamId) ?? null }))
    .filter(({ from, to }) => from !== to);
}

function roleOrNull(role: string): string | null {
  return role === "none" ? null : role;
}
