import { authorizeList } from "../authorize";
import type { Context } from "../context";
import type { Sql } from "../db/sql";
import { authorizeScope } from "./authorize-scope";
import { countOutcomes } from "./count-outcomes";
import { previewGating, type GatingPreview } from "./gating-preview";
import { countGatingHosts, countWaiting, listGatingFacts, listUnanswered, loadGatingState, type GatingCandidate } from "./gating-queries";
import { coversMac } from "./policy-scope";

/** A change that isn't made yet: the whole list of gated policies of the scope, and whether its team gates. Absent keeps. */
export interface GatingDraft {
  /** Null: the policies for all teams, and the hosts of every team that the caller may see. */
  teamId: number | null;
  policyIds?: number[];
  enabled?: boolean;
}

/** What a draft would do, among so many Macs, of which Entra knows so many. */
export interface DraftPreview extends GatingPreview {
  hosts: number;
  registered: number;
}

/**
 * Who would be blocked, and who let in, if this were saved now; from stored answers, nothing is asked and nothing changes.
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function previewGatedPolicies(ctx: Context, { teamId, policyIds, enabled }: GatingDraft): Promise<DraftPreview> {
  await authorizeScope(ctx, "policy:read", teamId);
  const teamIds = authorizeList(ctx, "policy:read", teamId);
  const { policies, teamsOn } = await loadGatingState(ctx.sql, teamId);
  const candidates = policies.filter((policy) => coversMac(policy.platform));
  const wanted = policyIds && new Set(policyIds);
  const gatedBefore = candidates.filter((policy) => policy.gated);
  const gatedAfter = candidates.filter((policy) => (wanted && policy.teamId === teamId ? wanted.has(policy.id) : policy.gated));
  const before = { gated: idsOf(gatedBefore), isOn: (id: number) => teamsOn.has(id) };
  const after = { gated: idsOf(gatedAfter), isOn: (id: number) => (enabled !== undefined && id === teamId ? enabled : teamsOn.has(id)) };
  const gating = [...new Set([...before.gated, ...after.gated])];
  const goesOn = teamId !== null && after.isOn(teamId) && !before.isOn(teamId);

  const facts = await listGatingFacts(ctx.sql, teamIds, gating, ctx.now(), { withUnmanaged: goesOn });
  // Only of those whom no policy keeps out any more does it matter what they haven't answered.
  const freed = facts.filter(({ failing }) => !failing.some((policyId) => after.gated.has(policyId)));
  const unanswered = await listUnanswered(
    ctx.sql,
    freed.map(({ hostId }) => hostId),
    gating,
  );
  for (const host of freed) host.unanswered = unanswered.get(host.hostId) ?? [];
  // Nobody begins to wait but for a policy that begins to count.
  const begin = goesOn ? gatedAfter : gatedAfter.filter(({ id }) => !before.gated.has(id));
  const open = begin.length === 0 ? [] : await findUnanswered(ctx.sql, [...new Set([...begin, ...gatedBefore])], teamIds);
  const others = await countWaiting(ctx.sql, teamIds, open, gating, ctx.now());
  return { ...previewGating(facts, others, before, after), ...(await countGatingHosts(ctx.sql, teamIds)) };
}

function idsOf(policies: readonly { id: number }[]): Set<number> {
  return new Set(policies.map(({ id }) => id));
}

// Which of these not every host has answered. Tallies know it of all but those with labels.
async function findUnanswered(sql: Sql, policies: readonly GatingCandidate[], teamIds: number[] | null): Promise<GatingCandidate[]> {
  const counts = await countOutcomes(
    sql,
    policies.filter(({ labels }) => labels.length === 0).map((policy) => ({ ...policy, labels: [] })),
    teamIds,
  );
  return policies.filter(({ id, labels }) => labels.length > 0 || (counts.get(id)?.unknown ?? 0) > 0);
}
