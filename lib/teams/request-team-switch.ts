import { z } from "zod";
import type { SqlContext } from "../context";
import { declareJob } from "../jobs/define-job";
import { enqueue } from "../jobs/enqueue";
import { reassessmentQueue } from "./request-reassessment";

/** Tells Entra what becomes of a team's hosts, in the order of their ids, after its gating was switched off. Its work stands in lib/compliance. */
export const applyTeamSwitch = declareJob({
  name: "compliance.apply_team_switch",
  payload: z.object({ teamId: z.number().int(), onDisable: z.enum(["leave", "release", "lock"]), afterHostId: z.number().int().optional() }),
  maxAttempts: 25,
});

/** Asks for the team-off choice to be carried out, in the transaction that switches the team off; `afterHostId`: for the hosts behind this one. */
export async function requestTeamSwitch(
  ctx: Pick<SqlContext, "sql">,
  teamId: number,
  onDisable: "leave" | "release" | "lock",
  afterHostId?: number,
): Promise<void> {
  // Ahead of new verdicts, which wait in the same queue.
  await enqueue(ctx, applyTeamSwitch, { teamId, onDisable, afterHostId }, { queue: reassessmentQueue, priority: -20 });
}
