import { z } from "zod";
import { inSqlTransaction } from "@/lib/db/transaction";
import { defineJob } from "@/lib/jobs/define-job";
import { restAfter } from "@/lib/jobs/rest-after";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { endWithheldPasses } from "./missing-answer-queries";

// Hosts that are read in a transaction; of a fleet in order it changes none.
const sliceSize = 1000;
// The queue takes a job for lost after three minutes. A fleet that takes longer starts over with the next run: what was found is settled by then.
const longestMs = 120_000;

/**
 * Finds hosts whose agent goes on calling but no longer answers its policies, and lets their passes of gated policies lapse into unknown.
 * Grace runs from then; a host that merely was away answers within seconds of its return, before that can matter.
 */
export const endWithheldPassesJob = defineJob({
  name: "policies.end_withheld_passes",
  payload: z.object({}),
  maxAttempts: 3,
  async run(ctx) {
    const until = performance.now() + longestMs;
    for (let after: number | null = 0; after !== null && performance.now() < until;) {
      const startedAt = performance.now();
      const from: number = after;
      after = await inSqlTransaction(ctx, async (tx) => {
        const { hostIds, last } = await endWithheldPasses(tx.sql, tx.now(), from, sliceSize);
        if (hostIds.length > 0) await requestReassessment(tx, { hostIds }, "policy_results");
        return last;
      });
      if (after !== null) await restAfter(startedAt);
    }
  },
});
