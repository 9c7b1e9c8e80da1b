import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { applyTeamSwitch as declaration } from "@/lib/teams/request-team-switch";
import { loadHostFacts, lockHostsForAssessment } from "./assessment-queries";
import { queueTeamOffReports, teamOffReport } from "./report-verdicts";
import { listWaitingVerdicts, supersedeReports } from "./report-queue-queries";
import { listHostsInScope } from "./reassessment-queries";

const sliceSize = 500;

/**
 * Carries out what was chosen when a team's gating went off: leave Entra as it is, let everybody in, or keep everybody out.
 * Only devices that Entra was told about are touched. Safe to run twice: what was told already isn't told again.
 */
export const applyTeamSwitch = implementJob(declaration, async (ctx, { teamId, onDisable }) => {
  for (let after = 0; ;) {
    const last = await inSqlTransaction(ctx, (tx) => switchSlice(tx, teamId, onDisable, after));
    if (last === null) return;
    after = last;
  }
});

async function switchSlice(tx: SqlContext, teamId: number, onDisable: "leave" | "release" | "lock", after: number): Promise<number | null> {
  const hostIds = await lockHostsForAssessment(tx.sql, await listHostsInScope(tx.sql, { teamId }, "team_switched", { after, upTo: null }, sliceSize));
  // Switched on again meanwhile: its verdicts speak for themselves.
  const rows = (await loadHostFacts(tx.sql, hostIds, tx.now())).filter(({ teamOn }) => !teamOn);
  await supersedeReports(
    tx.sql,
    await listWaitingVerdicts(
      tx.sql,
      rows.map(({ hostId }) => hostId),
    ),
    tx.now(),
  );
  await queueTeamOffReports(
    tx,
    rows.flatMap((row) => teamOffReport(row, row.seenAt, onDisable, "team_switched", tx.now()) ?? []),
  );
  return hostIds.at(-1) ?? null;
}
