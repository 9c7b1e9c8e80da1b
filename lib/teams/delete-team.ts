import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { requestReassessment } from "./request-reassessment";
import { deleteTeamRow, listHostIdsOfTeam, lockTeamRow } from "./team-queries";

const hostsPerJob = 1000;

/**
 * Deletes a team with its policies, labels and secrets. Its hosts fall to "No team" and are judged by its rules at once.
 * @throws InvalidInputError `team_is_default`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function deleteTeam(ctx: Context, teamId: number): Promise<void> {
  authorize(ctx, "team:create");
  return inTransaction(ctx, async (tx) => {
    const team = await lockTeamRow(tx.db, tx.sql, teamId);
    authorize(tx, "team:create", { teamId });
    if (team.isDefault) {
      const reason = '"No team" holds the hosts of no team and can\'t be deleted.';
      throw new InvalidInputError("team_is_default", reason, { fields: [{ field: "id", reason }] });
    }
    const hostIds = await listHostIdsOfTeam(tx.sql, teamId);
    await deleteTeamRow(tx.db, teamId);
    for (let start = 0; start < hostIds.length; start += hostsPerJob) {
      await requestReassessment(tx, { hostIds: hostIds.slice(start, start + hostsPerJob) }, "host_transferred");
    }
    await recordActivity(tx, { type: "deleted_team", details: { team_id: teamId, team_name: team.name, hosts: hostIds.length } });
  });
}
