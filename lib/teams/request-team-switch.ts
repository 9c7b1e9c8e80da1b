import { z } from "zod";
import type { SqlContext } from "../context";
import { declareJob } from "../jobs/define-job";
import { enqueue } from "../jobs/enqueue";

/** Tells Entra what becomes of a team's hosts after its gating was switched off. Its work stands in lib/compliance. */
export const applyTeamSwitch = declareJob({
  name: "compliance.apply_team_switch",
  payload: z.object({ teamId: z.number().int(), onDisable: z.enum(["leave", "release", "lock"]) }),
  maxAttempts: 25,
});

/** Asks for the team-off choice to be carried out, in the transaction that switches the team off. */
export async function requestTeamSwitch(ctx: SqlContext, teamId: number, onDisable: "leave" | "release" | "lock"): Promise<void> {
  await enqueue(ctx, applyTeamSwitch, { teamId, onDisable });
}
