import { z } from "zod";
import type { SqlContext } from "../context";
import { declareJob } from "../jobs/define-job";
import { enqueue } from "../jobs/enqueue";

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
  "freshness",
  "resync",
  "send_now",
]);
export type ReassessmentCause = z.infer<typeof ReassessmentCause>;

/** Decides again about every host in scope and reports what changed. Its work stands in lib/compliance. */
export const reassessHosts = declareJob({
  name: "compliance.reassess_hosts",
  payload: z.object({ scope: ReassessmentScope, cause: ReassessmentCause, causedAt: z.iso.datetime(), afterHostId: z.number().int().default(0) }),
  maxAttempts: 25,
});

/** Tells Entra that hosts which were deleted are no longer managed. Its work stands in lib/compliance. */
export const retractDeletedHosts = declareJob({
  name: "compliance.retract_deleted_hosts",
  payload: z.object({ hosts: z.array(z.object({ hostId: z.number().int(), hostName: z.string() })).min(1) }),
  maxAttempts: 25,
});

/** Asks for new verdicts, in the transaction of the change that may move them. */
export async function requestReassessment(ctx: SqlContext, scope: ReassessmentScope, cause: ReassessmentCause): Promise<void> {
  await enqueue(ctx, reassessHosts, { scope, cause, causedAt: ctx.now().toISOString(), afterHostId: 0 }, { priority: -10 });
}
