import { authorize } from "../authorize";
import type { Context } from "../context";
import { previewGating, type MovedHost } from "./gating-preview";
import { listGatingFacts, loadGatingState } from "./gating-queries";
import { listPolicyRowsById } from "./policy-queries";

/**
 * Who is let in when these policies are deleted, because nothing else keeps them out.
 * @throws ForbiddenError `permission_denied`
 */
export async function previewPolicyDeletion(ctx: Context, policyIds: number[]): Promise<MovedHost[]> {
  authorize(ctx, "policy:read");
  const gated = (await listPolicyRowsById(ctx.db, policyIds)).filter((policy) => policy.conditionalAccessEnabled);
  for (const policy of gated) authorize(ctx, "policy:read", { teamId: policy.teamId });
  if (gated.length === 0) return [];
  const [first] = gated;
  const teamId = gated.every((policy) => policy.teamId === first?.teamId) ? (first?.teamId ?? null) : null;
  const { policies, teamsOn } = await loadGatingState(ctx.sql, teamId);
  const before = new Set(policies.filter((policy) => policy.gated).map((policy) => policy.id));
  const after = new Set([...before].filter((policyId) => !policyIds.includes(policyId)));
  const isOn = (id: number) => teamsOn.has(id);
  return previewGating(await listGatingFacts(ctx.sql, teamId, [...before], ctx.now()), { gated: before, isOn }, { gated: after, isOn }).letIn;
}
