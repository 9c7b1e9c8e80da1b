import { z } from "zod";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { defineJob, type Job } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { findRetention } from "@/lib/retention/find-retention";
import { keptSince } from "@/lib/retention/retention";
import { deleteHosts } from "./delete-hosts";
import { holdSilentHosts, listSilentHosts, readFleet } from "./expire-host-queries";

// A server that was cut off hears nobody for a while. It mustn't forget its fleet for that: a night takes a twentieth of it at most, and nothing before it
// hears hosts again.
const mostShareOfANight = 0.05;
const mostOfAnyNight = 20;
const heardWithinMs = 60 * 60 * 1000;
const hostsAtATime = 100;
const pauseMs = 1000;

/** Empty at the start of a night; then the hosts that are left to delete. */
const Progress = z.object({ hostIds: z.array(z.number().int()).optional() });
type Progress = z.infer<typeof Progress>;

/**
 * Deletes hosts that weren't heard of for as long as the settings say, the longest silent first and a hundred at a time, as an admin would: Microsoft is told,
 * and each leaves an activity. A host that comes back meanwhile stays.
 */
export const expireHosts: Job<Progress> = defineJob({
  name: "hosts.expire",
  payload: Progress,
  maxAttempts: 3,
  async run(ctx, progress) {
    const since = keptSince(ctx.now(), (await findRetention(ctx)).hostDays);
    if (!since) return;
    const hostIds = progress.hostIds ?? (await chooseHosts(ctx, since));
    if (hostIds.length === 0) return;
    await inTransaction(ctx, async (tx) => {
      const silent = await holdSilentHosts(tx.sql, hostIds.slice(0, hostsAtATime), since);
      if (silent.length > 0) await deleteHosts(tx, { hostIds: silent });
      tx.log.info({ "hosts.expired": silent.length }, "hosts that weren't heard of for long were deleted");
      const rest = hostIds.slice(hostsAtATime);
      if (rest.length === 0) return;
      await enqueue(tx, expireHosts, { hostIds: rest }, { key: expireHosts.name, runAt: new Date(tx.now().getTime() + pauseMs), priority: 10 });
    });
  },
});

async function chooseHosts(ctx: Context, since: Date): Promise<number[]> {
  const { hosts, heardAt } = await readFleet(ctx.sql);
  if (!heardAt || ctx.now().getTime() - heardAt.getTime() > heardWithinMs) {
    ctx.log.warn({ "hosts.heard_at": heardAt }, "no host was heard of in the last hour, so none is deleted for its silence; looked at again tomorrow");
    return [];
  }
  const most = Math.max(mostOfAnyNight, Math.floor(hosts * mostShareOfANight));
  const silent = await listSilentHosts(ctx.sql, since, most + 1);
  if (silent.length > most) {
    ctx.log.warn({ "hosts.most_a_night": most }, "more hosts have been silent for too long than a night may delete; the others follow the next nights");
  }
  return silent.slice(0, most);
}
