import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { implementJob } from "@/lib/jobs/define-job";
import { restAfter } from "@/lib/jobs/rest-after";
import { applyTeamSwitch as declaration, requestTeamSwitch } from "@/lib/teams/request-team-switch";
import { loadHostFacts, lockHostsForAssessment } from "./assessment-queries";
import { queueTeamOffReports, teamOffReport } from "./report-verdicts";
import { listWaitingVerdicts, supersedeReports } from "./report-queue-queries";
import { listHostsInScope } from "./reassessment-queries";

const sliceSize = 200;

/**
 * Carries out what was chosen when a team's gating went off: leave Entra as it is, let everybody in, or keep everybody out.
 * Only devices that Entra was told about are touched, 200 hosts in a transaction that asks for the next. Safe to run twice: what was told already isn't told again.
 */
export const applyTeamSwitch = implementJob(declaration, async (ctx, { teamId, onDisable, afterHostId = 0 }) => {
  const startedAt = performance.now();
  const goesOn = await inSqlTransaction(ctx, async (tx) => {
    const last = await switchSlice(tx, teamId, onDisable, afterHostId);
    if (last !== null) await requestTeamSwitch(tx, teamId, onDisable, last);
    return last !== null;
  });
  if (goesOn) await restAfter(startedAt);
});

async function switchSlice(tx: SqlContext, teamId: number, onDisable: "leave" | "release" | "lock", after: number): Promise<number | null> {
  const listed = await listHostsInScope(tx.sql, { teamId }, "team_switched", { after, upTo: null }, sliceSize);
  const hostIds = await lockHostsForAssessment(tx.sql, listed);
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
  return listed.length === sliceSize ? (listed.at(-1) ?? null) : null;
}
