import { z } from "zod";
import type { Context, SqlContext } from "../context";
import { inSqlTransaction, inTransaction } from "../db/transaction";
import { declareJob, defineJob, implementJob } from "../jobs/define-job";
import { enqueue } from "../jobs/enqueue";
import { restAfter } from "../jobs/rest-after";
import { requestReassessment } from "./request-reassessment";
import { deleteTeamRow, listHiddenTeamIds, releaseHostsOfTeam } from "./team-queries";

const declaration = declareJob({ name: "teams.empty_deleted_team", payload: z.object({ teamId: z.number().int() }), maxAttempts: 25 });
const sliceSize = 200;

/** Has the hosts of a deleted team leave it, in the transaction that deletes it. */
export async function requestTeamEmptying(ctx: Pick<SqlContext, "sql">, teamId: number): Promise<void> {
  await enqueue(ctx, declaration, { teamId }, { queue: declaration.name, key: `${declaration.name}:${teamId}`, priority: -10 });
}

/** Lets up to `limit` hosts of a deleted team fall to "No team", whose rules decide about them; with the last of them goes the team. Answers whether it went. */
export async function emptyDeletedTeam(tx: Context, teamId: number, limit: number): Promise<boolean> {
  const hostIds = await releaseHostsOfTeam(tx.sql, teamId, limit);
  if (hostIds.length > 0) await requestReassessment(tx, { hostIds }, "host_transferred");
  if (hostIds.length === limit) return false;
  await deleteTeamRow(tx.db, teamId);
  return true;
}

/** Empties a deleted team, 200 hosts in a transaction that asks for the next. */
export const emptyDeletedTeamJob = implementJob(declaration, async (ctx, { teamId }) => {
  const startedAt = performance.now();
  const isGone = await inTransaction(ctx, async (tx) => {
    const gone = await emptyDeletedTeam(tx, teamId, sliceSize);
    if (!gone) await requestTeamEmptying(tx, teamId);
    return gone;
  });
  if (!isGone) await restAfter(startedAt, { hosts: sliceSize });
});

/** By the clock: goes on with deleted teams that still hold hosts. What was given up after its last try would leave them under no rules, where nobody sees the team. */
export const resumeTeamEmptying = defineJob({
  name: "teams.resume_emptying",
  payload: z.object({}),
  maxAttempts: 2,
  async run(ctx) {
    await inSqlTransaction(ctx, async (tx) => {
      for (const teamId of await listHiddenTeamIds(tx.sql)) await requestTeamEmptying(tx, teamId);
    });
  },
});
