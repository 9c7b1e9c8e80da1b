import { z } from "zod";
import { defineJob } from "../jobs/define-job";
import { foldTallyChanges, forgetEmptyTallies } from "./policy-tally-queries";

const perStep = 10_000;

/** Adds what writers noted about counts to the tallies, and forgets empty ones. Counts are exact before and after: this only keeps reading them short. */
export const foldPolicyTallies = defineJob({
  name: "policies.fold_tallies",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    while ((await foldTallyChanges(ctx.sql, perStep)) === perStep);
    await forgetEmptyTallies(ctx.sql);
  },
});
