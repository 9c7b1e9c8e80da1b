import { z } from "zod";
import { defineJob } from "../jobs/define-job";
import { healTallies } from "./policy-tally-queries";

/** Counts every stored answer once a night, mends the tallies that differ, and says so in the log: a difference is a fault of ours. */
export const recountPolicies = defineJob({
  name: "policies.recount",
  payload: z.object({}),
  maxAttempts: 2,
  async run(ctx) {
    const drifts = await healTallies(ctx.sql);
    if (drifts.length === 0) return;
    const policyIds = [...new Set(drifts.map(({ policyId }) => policyId))];
    ctx.log.warn({ "policy.ids": policyIds.slice(0, 20), "tally.count": drifts.length }, "counts of policies differed from the stored answers and were mended");
  },
});
