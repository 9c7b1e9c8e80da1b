import { z } from "zod";
import { forgetExpiredAttempts } from "../http/forget-expired-attempts";
import { defineJob } from "../jobs/define-job";
import { deleteExpiredResets } from "./resets/reset-queries";

/** Deletes counters of attempts and links to new passwords whose time is over. They count for nothing before either. */
export const forgetExpired = defineJob({
  name: "auth.forget_expired",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    await forgetExpiredAttempts(ctx);
    await deleteExpiredResets(ctx.db, ctx.now());
  },
});
