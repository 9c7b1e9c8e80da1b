import type { SqlContext } from "@/lib/context";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { agentCaches } from "./agent-caches";
import type { AgentCall } from "./agent-call";
import { answerText, forMany, type AgentResponse } from "./agent-request";
import type { AskCatalogue } from "./ask-catalogue";
import { findAsked, forgetAsked, noteGateRound } from "./asked-hosts";
import { storeCheckIn } from "./check-in-line";
import type { HostEntry } from "./host-entry";
import { markFresh } from "./host-marks";
import { planCheckIn, type CheckIn } from "./plan-check-in";
import { sortDistributedResults, type SortedResults } from "./sort-distributed-results";
import { takeUpPace } from "./take-up-pace";

const accepted = forMany(answerText("osquery", "{}"));

/**
 * Takes a host's answers. Once the host is known the answer is always 200 `{}`, for an agent sends what was refused again for ever;
 * only a fault that heals is thrown. Answers that repeat what is stored cost no transaction and are answered at once.
 */
export function writeDistributedResults(
  ctx: SqlContext,
  { now, request }: AgentCall,
  host: HostEntry,
  catalogue: AskCatalogue,
  body: Record<string, unknown>,
): AgentResponse | Promise<AgentResponse> {
  agentCounters.writes += 1;
  const sorted = sortDistributedResults(body);
  tellOddities(ctx, host, sorted);
  const asked = findAsked(host.hostId);
  const checkIn = planCheckIn(host, sorted, catalogue, asked, { now, address: request.remoteAddress, mayEnd: takeUpPace.isFreeForEnds(now) });
  // Asked by another instance: this one need not ask about access again so soon.
  if (!asked && checkIn.wholeGate) noteGateRound(host.hostId, now);
  const answersPolicies = sorted.policies.size > 0 || sorted.wildcard;
  if (checkIn.repeats && !checkIn.assess && agentCaches().isTrusted) {
    agentCounters.repeatedWrites += 1;
    confirm(host, checkIn);
    if (answersPolicies) forgetAsked(host.hostId);
    return accepted;
  }
  if (checkIn.endedPolicies.length > 0) takeUpPace.spend();
  return store(ctx, host, checkIn, answersPolicies);
}

async function store(ctx: SqlContext, host: HostEntry, checkIn: CheckIn, answersPolicies: boolean): Promise<AgentResponse> {
  await storeCheckIn(ctx, checkIn);
  agentCounters.storedWrites += 1;
  agentCaches().hostChanged(host.hostId);
  if (answersPolicies) forgetAsked(host.hostId);
  return accepted;
}

function tellOddities(ctx: SqlContext, host: HostEntry, { strangers, denylisted }: SortedResults): void {
  if (strangers > 0) ctx.log.debug({ "host.id": host.hostId, "results.unknown": strangers }, "a check-in held results that nobody asked for");
  if (denylisted > 0) {
    ctx.log.warn({ "host.id": host.hostId, "results.denylisted": denylisted }, "the agent refuses policies that took it down before; rewrite their queries");
  }
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
