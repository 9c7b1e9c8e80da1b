import { authorizeList } from "../authorize";
import type { Context } from "../context";
import { authorizeScope } from "./authorize-scope";
import { previewGating, type GatingPreview } from "./gating-preview";
import { countGatingFailures, countGatingHosts, listGatingFacts, loadGatingState } from "./gating-queries";

/** A change that isn't made yet: the whole list of gated policies of the scope, and whether its team gates. Absent keeps. */
export interface GatingDraft {
  /** Null: the policies for all teams, and the hosts of every team that the caller may see. */
  teamId: number | null;
  policyIds?: number[];
  enabled?: boolean;
}

/**
 * Who would be blocked, and who let in, if this were saved now; from stored answers, nothing is asked and nothing changes.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function previewGatedPolicies(ctx: Context, { teamId, policyIds, enabled }: GatingDraft): Promise<GatingPreview> {
  await authorizeScope(ctx, "policy:read", teamId);
  const { policies, teamsOn } = await loadGatingState(ctx.sql, teamId);
  const gatedBefore = new Set(policies.filter((policy) => policy.gated).map((policy) => policy.id));
  const wanted = policyIds && new Set(policyIds);
  const gatedAfter = new Set(
    policies.filter((policy) => (wanted && policy.teamId === teamId ? wanted.has(policy.id) : policy.gated)).map((policy) => policy.id),
  );
  const teamIds = authorizeList(ctx, "policy:read", teamId);
  const gating = new Set([...gatedBefore, ...gatedAfter]);
  const facts = await listGatingFacts(ctx.sql, teamIds, [...gating], ctx.now());
  const preview = previewGating(
    facts,
    { gated: gatedBefore, isOn: (id) => teamsOn.has(id) },
    { gated: gatedAfter, isOn: (id) => (enabled !== undefined && id === teamId ? enabled : teamsOn.has(id)) },
  );
  // The others decide about nobody: it is enough to count who fails them.
  const others = policies.map((policy) => policy.id).filter((policyId) => !gating.has(policyId));
  for (const [policyId, fail] of await countGatingFailures(ctx.sql, teamIds, others)) preview.byPolicy.set(policyId, { fail, newlyBlocked: 0 });
  return { ...preview, ...(await countGatingHosts(ctx.sql, teamIds)) };
}
