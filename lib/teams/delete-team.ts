import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { emptyDeletedTeam, requestTeamEmptying } from "./empty-deleted-team.job";
import { removeOrphanMemberships, removeOrphanResults, requestOrphanRemoval } from "./request-orphan-removal";
import { mostHostsAtOnce } from "./most-hosts-at-once";
import { countMembersOfTeams, hideTeamRow, lockTeamRow } from "./team-queries";

/**
 * Deletes a team with its policies, labels, secrets and roles. Its hosts fall to "No team" and are judged by its rules: up to 500 before this answers, of a
 * larger team the others behind it, 50 to a thousand a second by what agents leave of their thread. Until the last has left, the team stands where nobody finds it.
 * @throws InvalidInputError `team_is_default`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function deleteTeam(ctx: Context, teamId: number): Promise<void> {
  authorize(ctx, "team:create");
  return inTransaction(ctx, async (tx) => {
    const team = await lockTeamRow(tx.db, tx.sql, teamId);
    authorize(tx, "team:create", { teamId });
    if (team.isDefault) throw isDefault();
    const hosts = (await countMembersOfTeams(tx.sql, [teamId])).get(teamId)?.hostCount ?? 0;
    await hideTeamRow(tx.db, teamId, tx.now());
    if (!(await emptyDeletedTeam(tx, teamId, mostHostsAtOnce))) await requestTeamEmptying(tx, teamId);
    await requestOrphanRemoval(tx, removeOrphanResults, removeOrphanMemberships);
    await recordActivity(tx, { type: "deleted_team", details: { team_id: teamId, team_name: team.name, hosts } });
  });
}

function isDefault(): InvalidInputError {
  const reason = '"No team" holds the hosts of no team and can\'t be deleted.';
  return new InvalidInputError("team_is_default", reason, { fields: [{ field: "id", reason }] });
}
