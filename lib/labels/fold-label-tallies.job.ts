import { z } from "zod";
import { defineJob } from "../jobs/define-job";
import { foldLabelTallyChanges, forgetEmptyLabelTallies } from "./label-tally-queries";

const perStep = 10_000;

/** Adds what was noted about labels' members to the tallies, and forgets empty ones. Counts are exact before and after. */
export const foldLabelTallies = defineJob({
  name: "labels.fold_tallies",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    while ((await foldLabelTallyChanges(ctx.sql, perStep)) === perStep);
    await forgetEmptyLabelTallies(ctx.sql);
  },
});
