import { z } from "zod";
import { inSqlTransaction } from "@/lib/db/transaction";
import { defineJob } from "@/lib/jobs/define-job";
import { assessHosts } from "./assess-hosts";
import { freshnessMs } from "./report-verdicts";
import { listHostsToldBefore } from "./sweep-queries";

// Enough for 240,000 hosts a day, and never a flood: what is new goes first anyway.
const mostPerRun = 2500;
const perTransaction = 200;

/** Tells Entra again what it was told a day ago, so that what somebody changed over there heals. */
export const freshness = defineJob({
  name: "compliance.freshness",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    const now = ctx.now();
    const hostIds = await listHostsToldBefore(ctx.sql, new Date(now.getTime() - freshnessMs), mostPerRun);
    for (let at = 0; at < hostIds.length; at += perTransaction) {
      await inSqlTransaction(ctx, (tx) => assessHosts(tx, hostIds.slice(at, at + perTransaction), "freshness", now));
    }
  },
});
