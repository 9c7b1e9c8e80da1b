import { z } from "zod";
import type { SqlContext } from "../context";
import { declareJob } from "../jobs/define-job";
import { enqueue, type EnqueueOptions } from "../jobs/enqueue";

/** Which hosts' verdicts may have moved. */
export const ReassessmentScope = z.union([
  z.object({ hostIds: z.array(z.number().int()).min(1) }),
  z.object({ teamId: z.number().int() }),
  z.object({ policyId: z.number().int() }),
  z.object({ everyHost: z.literal(true) }),
]);
export type ReassessmentScope = z.infer<typeof ReassessmentScope>;

/** Why a verdict is looked at again. */
export const ReassessmentCause = z.enum([
  "policy_results",
  "identity_changed",
  "mdm_changed",
  "gated_policies_changed",
  "policy_edited",
  "policy_deleted",
  "label_changed",
  "team_switched",
  "host_transferred",
  "exception_changed",
  "connection_changed",
  "staleness",
  "grace_ended",
  "policy_at_fault",
  "freshness",
  "resync",
  "send_now",
]);
export type ReassessmentCause = z.infer<typeof ReassessmentCause>;

/**
 * Decides again about every host in scope and reports what changed, in the order of their ids. Its work stands in lib/compliance.
 * `fromHostId`: where a pass stood when a newer request joined it; it comes round to there, so that many requests never hold up the last hosts.
 */
export const reassessHosts = declareJob({
  name: "compliance.reassess_hosts",
  payload: z.object({
    scope: ReassessmentScope,
    cause: ReassessmentCause,
    causedAt: z.iso.datetime(),
    afterHostId: z.number().int().default(0),
    fromHostId: z.number().int().optional(),
  }),
  maxAttempts: 25,
});

/** Tells Entra that hosts which were deleted are no longer managed. Its work stands in lib/compliance. */
export const retractDeletedHosts = declareJob({
  name: "compliance.retract_deleted_hosts",
  payload: z.object({ hosts: z.array(z.object({ hostId: z.number().int(), hostName: z.string() })).min(1) }),
  maxAttempts: 25,
});

/** Wide passes run one slice at a time, whatever asked for them, so that they never crowd out agents. */
export const reassessmentQueue = "compliance.reassess_hosts";
const hostsPerJob = 500;
/** So few wait for no pass. */
const fewHosts = 50;

// These differ only in what a transition names as its cause; the newest one stands for all. Any other does something of its own.
const plainCauses = new Set<ReassessmentCause>([
  "gated_policies_changed",
  "policy_edited",
  "policy_deleted",
  "label_changed",
  "team_switched",
  "exception_changed",
]);

/** What makes requests one and the same; null for named hosts, who are looked at for each request. */
export function reassessmentKey(scope: ReassessmentScope, cause: ReassessmentCause): string | null {
  if ("hostIds" in scope) return null;
  const about = "teamId" in scope ? `team:${scope.teamId}` : "policyId" in scope ? `policy:${scope.policyId}` : "all";
  return `reassess:${about}:${plainCauses.has(cause) ? "rules" : cause}`;
}

/** Asks for new verdicts, in the transaction of the change that may move them. A request like one that waits or is at work joins it. */
export async function requestReassessment(ctx: SqlContext, scope: ReassessmentScope, cause: ReassessmentCause): Promise<void> {
  const causedAt = ctx.now().toISOString();
  const ask = (part: ReassessmentScope, options: EnqueueOptions) =>
    enqueue(ctx, reassessHosts, { scope: part, cause, causedAt, afterHostId: 0 }, { priority: -10, ...options });
  if (!("hostIds" in scope)) return ask(scope, { queue: reassessmentQueue, key: reassessmentKey(scope, cause) ?? undefined });
  if (scope.hostIds.length <= fewHosts) return ask(scope, {});
  for (let start = 0; start < scope.hostIds.length; start += hostsPerJob) {
    await ask({ hostIds: scope.hostIds.slice(start, start + hostsPerJob) }, { queue: reassessmentQueue });
  }
}
