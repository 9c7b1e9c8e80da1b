import { z } from "zod";
import { defineJob } from "../../jobs/define-job";
import { deleteEndedSessions } from "../session-queries";

/** Forgets sessions that ended by themselves, with the addresses they came from. They let nobody in before either. */
export const sweepSessions = defineJob({
  name: "auth.sweep_sessions",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    await deleteEndedSessions(ctx.db, ctx.now());
  },
});
