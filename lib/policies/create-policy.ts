import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { getTeam } from "../teams/get-team";
import { requestReassessment } from "../teams/request-reassessment";
import { authorizeScope } from "./authorize-scope";
import type { Policy, PolicyFields, PolicyLabelNames } from "./policy";
import { policyActivityDetails } from "./policy-activity";
import { readPolicyFields, readPolicyLabelNames } from "./policy-fields";
import { insertPolicyRow, resolvePolicyLabels } from "./policy-queries";

/** A new policy; `teamId` null asks every team, 0 asks hosts of no team. */
export interface NewPolicy extends Partial<Omit<PolicyFields, "name" | "query">> {
  teamId: number | null;
  name: string;
  query: string;
  labels?: PolicyLabelNames;
}

/**
 * Makes a policy; hosts in scope are asked at their next check-in. One that gates from the start has verdicts looked at again.
 * @throws InvalidInputError `policy_invalid`; ConflictError `policy_name_taken`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function createPolicy(ctx: Context, policy: NewPolicy): Promise<Policy> {
  await authorizeScope(ctx, "policy:write", policy.teamId);
  const { teamId, labels, ...given } = policy;
  const fields = readPolicyFields({ description: "", resolution: "", platform: "", critical: false, conditionalAccessEnabled: false, ...given });
  const names = readPolicyLabelNames(labels ?? {});
  return inTransaction(ctx, async (tx) => {
    const team = teamId === null ? null : await getTeam(tx, teamId);
    const { actor } = tx;
    const author =
      actor.kind === "user"
        ? { authorId: actor.userId, authorName: actor.name, authorEmail: actor.email }
        : { authorId: null, authorName: "", authorEmail: "" };
    const at = tx.now();
    const created = await insertPolicyRow(
      tx.db,
      { ...fields, ...author, teamId, gatedSince: fields.conditionalAccessEnabled ? at : null, at },
      await resolvePolicyLabels(tx.db, teamId, names),
    );
    await recordActivity(tx, { type: "created_policy", teamId, details: policyActivityDetails(created, team?.name ?? null) });
    if (created.conditionalAccessEnabled) await requestReassessment(tx, { policyId: created.id }, "gated_policies_changed");
    return created;
  });
}
