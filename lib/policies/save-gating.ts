import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import type { OnDisable } from "../teams/team";
import { switchConditionalAccess } from "../teams/switch-conditional-access";
import { setGatedPolicies } from "./set-gated-policies";

/** Everything about gating that is decided in one place; what is absent keeps. A switch belongs to a team, so `teamId` null takes none. */
export interface GatingChoice {
  teamId: number | null;
  policyIds: number[];
  enabled?: boolean;
  auditOnly?: boolean;
  onDisable?: OnDisable;
}

/**
 * Sets which policies gate access and whether the team gates, both or neither.
 * @throws InvalidInputError `policy_not_here`, `policy_cant_gate`, `not_connected`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function saveGating(ctx: Context, { teamId, policyIds, enabled, auditOnly, onDisable }: GatingChoice): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await setGatedPolicies(tx, { teamId, policyIds });
    if (teamId !== null && enabled !== undefined) await switchConditionalAccess(tx, { teamId, enabled, auditOnly, onDisable });
  });
}
