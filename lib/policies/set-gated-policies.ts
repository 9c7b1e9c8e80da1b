import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { requestReassessment } from "../teams/request-reassessment";
import { authorizeScope } from "./authorize-scope";
import type { Policy } from "./policy";
import { namedPolicies } from "./policy-activity";
import { lockPoliciesOfScope, markGatedPolicies } from "./policy-queries";
import { coversMac } from "./policy-scope";

/** The whole list of policies that shall gate access. `teamId` null: among the policies for all teams. */
export interface GatedPolicies {
  teamId: number | null;
  policyIds: number[];
}

/**
 * Makes exactly these policies of one scope gate access and has the verdicts they decide looked at again. The same list again changes nothing.
 * @throws InvalidInputError `policy_not_here`, `policy_cant_gate`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function setGatedPolicies(ctx: Context, { teamId, policyIds }: GatedPolicies): Promise<Policy[]> {
  return inTransaction(ctx, async (tx) => {
    const team = await authorizeScope(tx, "policy:write", teamId);
    const policies = await lockPoliciesOfScope(tx.db, tx.sql, teamId);
    const wanted = new Set(policyIds);
    for (const policyId of wanted) {
      if (!policies.some((policy) => policy.id === policyId))
        throw invalid("policy_not_here", `Policy ${policyId} isn't one of ${team?.name ?? "the policies for all teams"}. Load the list again.`);
    }
    const before = policies.filter((policy) => policy.conditionalAccessEnabled);
    const added = policies.filter((policy) => wanted.has(policy.id) && !policy.conditionalAccessEnabled);
    const removed = before.filter((policy) => !wanted.has(policy.id));
    const unfit = added.find((policy) => !coversMac(policy.platform));
    if (unfit) throw invalid("policy_cant_gate", `"${unfit.name}" asks no Mac, and Entra is told about Macs only. Take it off the list.`);
    if (added.length === 0 && removed.length === 0) return before;

    const at = tx.now();
    await markGatedPolicies(tx.db, added.map(toId), true, at);
    await markGatedPolicies(tx.db, removed.map(toId), false, at);
    const after = policies.filter((policy) => wanted.has(policy.id));
    await recordActivity(tx, {
      type: "edited_conditional_access_policies",
      teamId,
      details: { team_id: teamId, team_name: team?.name ?? null, before: namedPolicies(before), after: namedPolicies(after) },
    });
    await requestReassessment(tx, teamId === null ? { everyHost: true } : { teamId }, "gated_policies_changed");
    return after.map((policy) => ({ ...policy, conditionalAccessEnabled: true }));
  });
}

function toId(policy: Policy): number {
  return policy.id;
}

function invalid(code: string, reason: string): InvalidInputError {
  return new InvalidInputError(code, reason, { fields: [{ field: "policyIds", reason }] });
}
