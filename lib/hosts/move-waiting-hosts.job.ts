import { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { declareJob, implementJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { restAfter } from "@/lib/jobs/rest-after";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { moveHostRows } from "./host-admin-queries";
import { takeHostMoves } from "./host-move-queries";

const declaration = declareJob({ name: "hosts.move_waiting_hosts", payload: z.object({}), maxAttempts: 25 });
const sliceSize = 200;

/** Has the moves that wait carried out, in the transaction that wrote them down. */
export async function requestHostMoves(ctx: Pick<SqlContext, "sql">): Promise<void> {
  await enqueue(ctx, declaration, {}, { key: declaration.name, queue: declaration.name, priority: -10 });
}

/** Moves hosts to the teams they shall be in, 200 in a transaction that asks for the next; their new team's rule decides about them. */
export const moveWaitingHosts = implementJob(declaration, async (ctx) => {
  const startedAt = performance.now();
  const taken = await inSqlTransaction(ctx, async (tx) => {
    const moves = await takeHostMoves(tx.sql, sliceSize);
    if (moves.length === 0) return 0;
    await requestHostMoves(tx);
    for (const [teamId, hostIds] of byTeam(moves)) {
      const moved = await moveHostRows(tx.sql, hostIds, teamId, tx.now());
      if (moved.length > 0) await requestReassessment(tx, { hostIds: moved }, "host_transferred");
    }
    return moves.length;
  });
  if (taken > 0) await restAfter(startedAt, { hosts: taken });
});

function byTeam(moves: readonly { hostId: number; teamId: number }[]): Map<number, number[]> {
  const teams = new Map<number, number[]>();
  for (const { hostId, teamId } of moves) {
    const hostIds = teams.get(teamId);
    if (hostIds) hostIds.push(hostId);
    else teams.set(teamId, [hostId]);
  }
  return teams;
}
