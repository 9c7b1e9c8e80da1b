import { implementJob } from "@/lib/jobs/define-job";
import { learnFates } from "./learn-fates";
import { checkReport as declaration } from "./report-jobs";
import { takeLooks } from "./take-looks";

/** Asks Microsoft once what became of a message, and of others whose time has come as well; while it has no word on it, asks again after 2, 5, 10, 15, 30 and then every 60 s. */
export const checkReport = implementJob(declaration, async (ctx, { reportId }) => {
  const reports = await takeLooks(ctx, reportId, "submitted");
  await learnFates(ctx, reports);
});
