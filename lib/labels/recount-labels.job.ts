import { z } from "zod";
import { defineJob } from "../jobs/define-job";
import { healLabelTallies } from "./label-tally-queries";

/** Counts every membership once a night, mends the tallies that differ, and says so in the log: a difference is a fault of ours. */
export const recountLabels = defineJob({
  name: "labels.recount",
  payload: z.object({}),
  maxAttempts: 2,
  async run(ctx) {
    const labelIds = await healLabelTallies(ctx.sql);
    if (labelIds.length > 0) ctx.log.warn({ "label.ids": labelIds.slice(0, 20) }, "counts of labels differed from their members and were mended");
  },
});
