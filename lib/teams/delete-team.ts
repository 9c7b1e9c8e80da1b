import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { removeOrphanMemberships, removeOrphanResults, requestOrphanRemoval } from "./request-orphan-removal";
import { requestReassessment } from "./request-reassessment";
import type { TeamRow } from "./team";
import { deleteTeamRow, getTeamRow, lockTeamRow, releaseHostsOfTeam } from "./team-queries";

const sliceSize = 200;

/**
 * Deletes a team with its policies, labels and secrets. Its hosts fall to "No team", 200 in a transaction, and are judged by its rules at once; the team
 * goes with the last of them, so that a deletion that breaks off can be asked for again.
 * @throws InvalidInputError `team_is_default`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function deleteTeam(ctx: Context, teamId: number): Promise<void> {
  authorize(ctx, "team:create");
  authorizeDeletion(ctx, await getTeamRow(ctx.db, teamId));
  let hosts = 0;
  for (let released = sliceSize; released === sliceSize;) {
    released = await inTransaction(ctx, (tx) => release(tx, teamId));
    hosts += released;
  }
  return inTransaction(ctx, async (tx) => {
    const team = await lockTeamRow(tx.db, tx.sql, teamId);
    authorizeDeletion(tx, team);
    // Who enrolled since the last slice.
    hosts += await release(tx, teamId);
    await deleteTeamRow(tx.db, teamId);
    await requestOrphanRemoval(tx, removeOrphanResults, removeOrphanMemberships);
    await recordActivity(tx, { type: "deleted_team", details: { team_id: teamId, team_name: team.name, hosts } });
  });
}

function authorizeDeletion(ctx: Context, team: TeamRow): void {
  authorize(ctx, "team:create", { teamId: team.id });
  if (!team.isDefault) return;
  const reason = '"No team" holds the hosts of no team and can\'t be deleted.';
  throw new InvalidInputError("team_is_default", reason, { fields: [{ field: "id", reason }] });
}

async function release(tx: Context, teamId: number): Promise<number> {
  const hostIds = await releaseHostsOfTeam(tx.sql, teamId, sliceSize);
  if (hostIds.length > 0) await requestReassessment(tx, { hostIds }, "host_transferred");
  return hostIds.length;
}
