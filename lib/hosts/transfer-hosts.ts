import { recordActivity } from "@/lib/activities/record-activity";
import { authorize, isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { InvalidInputError } from "@/lib/errors";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { findHosts, type HostSelection } from "./find-hosts";
import { findTeamBrief, moveHostRows } from "./host-admin-queries";
import { dropHostMoves, putHostMoves } from "./host-move-queries";
import { mostHostsAtOnce } from "@/lib/teams/most-hosts-at-once";
import { requestHostMoves } from "./move-waiting-hosts.job";

/**
 * Moves hosts to a team (0 is "No team"), for whoever may do so in both teams; the new team's rule decides about them at once, also when that team doesn't gate access.
 * More than 500 are written down and moved in the background, 50 to a thousand a second by what agents leave of their thread.
 * @returns how many hosts were, or are being, moved; those that were there already don't count
 * @throws InvalidInputError `team_not_found`; NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function transferHosts(ctx: Context, selection: HostSelection, teamId: number): Promise<number> {
  return inTransaction(ctx, async (tx) => {
    const hosts = await findHosts(tx, selection, "host:transfer");
    const team = await findTeamBrief(tx.sql, teamId);
    // A team out of the caller's sight is answered like one that doesn't exist. "No team" is known to everybody.
    if (!team || (teamId !== 0 && !isAllowed(tx, "team:read", { teamId }))) {
      const reason = `Team ${teamId} doesn't exist. Choose one of the teams, or 0 for "No team".`;
      throw new InvalidInputError("team_not_found", reason, { fields: [{ field: "team_id", reason }] });
    }
    authorize(tx, "host:transfer", { teamId });
    const moved = new Set(
      await move(
        tx,
        hosts.map(({ id }) => id),
        hosts.filter((host) => host.teamId !== teamId).map(({ id }) => id),
        teamId,
      ),
    );
    if (moved.size === 0) return 0;
    const hostIds = [...moved];
    await recordActivity(tx, {
      type: "transferred_hosts",
      teamId,
      hostId: hostIds.length === 1 ? hostIds[0] : null,
      details: {
        team_id: teamId || null,
        team_name: teamId ? team.name : null,
        host_ids: hostIds,
        host_display_names: hosts.filter(({ id }) => moved.has(id)).map(({ name }) => name),
      },
    });
    return moved.size;
  });
}

// A host that stands in the team already may have a move to another one waiting: that doesn't hold any more.
async function move(tx: Context, hostIds: number[], elsewhere: number[], teamId: number): Promise<number[]> {
  await dropHostMoves(tx.sql, hostIds);
  if (elsewhere.length > mostHostsAtOnce) {
    await putHostMoves(tx.sql, hostIds, teamId, tx.now());
    await requestHostMoves(tx);
    return elsewhere;
  }
  const moved = await moveHostRows(tx.sql, hostIds, teamId, tx.now());
  if (moved.length > 0) await requestReassessment(tx, { hostIds: moved }, "host_transferred");
  return moved;
}
