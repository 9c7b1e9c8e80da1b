import { z } from "zod";
import { inTransaction } from "@/lib/db/transaction";
import { defineJob } from "@/lib/jobs/define-job";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { endWithheldPasses } from "./missing-answer-queries";

const maxHosts = 5000;

/**
 * Finds hosts whose agent goes on calling but no longer answers its policies, and lets their passes of gated policies lapse into unknown.
 * Grace runs from then; a host that merely was away answers within seconds of its return, before that can matter.
 */
export const endWithheldPassesJob = defineJob({
  name: "policies.end_withheld_passes",
  payload: z.object({}),
  maxAttempts: 3,
  async run(ctx) {
    await inTransaction(ctx, async (tx) => {
      const hostIds = await endWithheldPasses(tx.sql, tx.now(), maxHosts);
      if (hostIds.length > 0) await requestReassessment(tx, { hostIds }, "policy_results");
    });
  },
});
