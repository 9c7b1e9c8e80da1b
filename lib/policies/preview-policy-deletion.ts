import { authorize, authorizeFound, authorizeList } from "../authorize";
import type { Context } from "../context";
import { previewGating, type MovedHost } from "./gating-preview";
import { listGatingFacts, loadGatingState } from "./gating-queries";
import { coversMac } from "./policy-scope";
import { listPolicyRowsById, policyNotFound } from "./policy-queries";

/**
 * Who, of the hosts that the caller may see, is let in when these policies are deleted, because nothing else keeps them out.
 * @throws NotFoundError `policy_not_found`, also for one that the caller may not see; ForbiddenError `permission_denied`
 */
export async function previewPolicyDeletion(ctx: Context, policyIds: number[]): Promise<MovedHost[]> {
  authorize(ctx, "policy:read");
  const found = new Map((await listPolicyRowsById(ctx.db, policyIds)).map((policy) => [policy.id, policy]));
  const asked = policyIds.map((id) => authorizeFound(ctx, found.get(id), { permission: "policy:read" }, () => policyNotFound(id)));
  const gated = asked.filter((policy) => policy.conditionalAccessEnabled);
  if (gated.length === 0) return [];
  const [first] = gated;
  const teamId = gated.every((policy) => policy.teamId === first?.teamId) ? (first?.teamId ?? null) : null;
  const { policies, teamsOn } = await loadGatingState(ctx.sql, teamId);
  const before = new Set(policies.filter((policy) => policy.gated && coversMac(policy.platform)).map((policy) => policy.id));
  const after = new Set([...before].filter((policyId) => !gated.some(({ id }) => id === policyId)));
  const isOn = (id: number) => teamsOn.has(id);
  const hosts = await listGatingFacts(ctx.sql, authorizeList(ctx, "policy:read", teamId), [...before], ctx.now());
  return previewGating(hosts, [], { gated: before, isOn }, { gated: after, isOn }).letIn;
}
