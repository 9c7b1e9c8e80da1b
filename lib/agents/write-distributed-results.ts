import type { SqlContext } from "@/lib/context";
import { agentCaches } from "./agent-caches";
import { answerText, type AgentResponse } from "./agent-request";
import { findAsked, forgetAsked } from "./asked-hosts";
import { storeCheckIn } from "./check-in-batcher";
import type { HostEntry } from "./host-entry";
import { markFresh } from "./host-marks";
import { planCheckIn, type CheckIn } from "./plan-check-in";
import { sortDistributedResults } from "./sort-distributed-results";

const accepted = answerText("osquery", "{}");

/**
 * Takes a host's answers. Once the host is known the answer is always 200 `{}`, for an agent sends what was refused again for ever;
 * only a fault that heals is thrown. Answers that repeat what is stored cost no transaction.
 */
export async function writeDistributedResults(ctx: SqlContext, host: HostEntry, body: Record<string, unknown>, address: string): Promise<AgentResponse> {
  const sorted = sortDistributedResults(body);
  if (sorted.strangers > 0) ctx.log.debug({ "host.id": host.hostId, "results.unknown": sorted.strangers }, "a check-in held results that nobody asked for");
  if (sorted.denylisted > 0) {
    ctx.log.warn(
      { "host.id": host.hostId, "results.denylisted": sorted.denylisted },
      "the agent refuses policies that took it down before; rewrite their queries",
    );
  }
  const caches = agentCaches();
  const catalogue = await caches.getCatalogue(ctx);
  const now = ctx.now().getTime();
  const checkIn = planCheckIn(host, sorted, catalogue, findAsked(host.hostId), { now, address });
  if (checkIn.repeats && !checkIn.assess && caches.isTrusted) confirm(host, checkIn);
  else {
    await storeCheckIn(ctx, checkIn);
    caches.hostChanged(host.hostId);
  }
  if (sorted.policies.size > 0 || sorted.wildcard) forgetAsked(host.hostId);
  return accepted;
}

// Nothing but times moves: in memory at once, in the database within a second.
function confirm(host: HostEntry, { record }: CheckIn): void {
  const { detailUpdatedAt, labelUpdatedAt, policyUpdatedAt } = record;
  if (detailUpdatedAt === undefined && labelUpdatedAt === undefined && policyUpdatedAt === undefined) return;
  host.detailUpdatedAt = detailUpdatedAt ?? host.detailUpdatedAt;
  host.labelUpdatedAt = labelUpdatedAt ?? host.labelUpdatedAt;
  host.policyUpdatedAt = policyUpdatedAt ?? host.policyUpdatedAt;
  host.idleUntil = 0;
  const date = (time: number | undefined) => (time === undefined ? null : new Date(time));
  markFresh({ hostId: host.hostId, detail: date(detailUpdatedAt), label: date(labelUpdatedAt), policy: date(policyUpdatedAt) });
}
