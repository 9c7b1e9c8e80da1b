import { countOldActivities } from "@/lib/activities/count-old-activities";
import { authorize } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { InvalidInputError } from "@/lib/errors";
import { countSilentHosts } from "@/lib/hosts/count-silent-hosts";
import { fieldProblems } from "@/lib/http/error-envelope";
import { keptSince, RetentionPatch, type Retention } from "@/lib/retention/retention";
import { getRetention } from "@/lib/retention/get-retention";
import { countOldHistory } from "./prune-history-queries";

/** How many rows each period would take; `most` stands for as many or more. */
export interface RetentionPreview {
  losses: Record<keyof Retention, number>;
  most: number;
}

const most = 100_000;

/**
 * What the next nights would remove by these periods, over what the present ones remove anyway: nothing for a period that doesn't become shorter.
 * @throws InvalidInputError `retention_invalid`; ForbiddenError `permission_denied`
 */
export async function previewRetention(ctx: SqlContext, given: RetentionPatch): Promise<RetentionPreview> {
  authorize(ctx, "organisation:write");
  const parsed = RetentionPatch.safeParse(given);
  if (!parsed.success) {
    const fields = fieldProblems(parsed.error);
    throw new InvalidInputError("retention_invalid", `"${fields[0]?.field}": ${fields[0]?.reason}.`, { fields });
  }
  const before = await getRetention(ctx);
  const after: Retention = { ...before, ...parsed.data };
  const shorter = (key: keyof Retention) => after[key] > 0 && (before[key] === 0 || after[key] < before[key]);
  const count = async (key: keyof Retention, work: (since: Date) => Promise<number>) => {
    const since = shorter(key) ? keptSince(ctx.now(), after[key]) : null;
    return since ? work(since) : 0;
  };
  return {
    losses: {
      transitionDays: await count("transitionDays", (since) => countOldHistory(ctx.sql, "transitions", since, most)),
      reportDays: await count("reportDays", (since) => countOldHistory(ctx.sql, "reports", since, most)),
      repeatDays: await count("repeatDays", (since) => countOldHistory(ctx.sql, "repeats", since, most)),
      activityDays: await count("activityDays", (since) => countOldActivities(ctx, "all", since, most)),
      signInDays: await count("signInDays", (since) => countOldActivities(ctx, "refused", since, most)),
      hostDays: await count("hostDays", (since) => countSilentHosts(ctx, since, most)),
    },
    most,
  };
}
