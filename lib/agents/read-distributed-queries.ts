import { env } from "@/lib/env";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { answerText, forMany, type AgentResponse } from "./agent-request";
import { toAskedText, type AskCatalogue, type AskedText } from "./ask-catalogue";
import { askHost, asksSomething, staysIdle, type Ask } from "./ask-host";
import { lastGateRound, noteGateRound, rememberAsked } from "./asked-hosts";
import { detailQueries, type DetailQuery } from "./detail-queries";
import type { HostEntry } from "./host-entry";
import { takeUpPace } from "./take-up-pace";

/** osqueryd comes back every 5 s for this long. */
const accelerateSeconds = 10;
const nothing = forMany(answerText("osquery", '{"queries":{},"discovery":{}}'));
const wildcard = toAskedText("fleet_no_policies_wildcard", "SELECT 1");
const askedDetails = new Map<DetailQuery, AskedText>(
  detailQueries.map((query) => [query, toAskedText(`fleet_detail_query_${query.name}`, query.sql, query.discovery)]),
);

/** Tells a host what to answer now. Almost always nothing; always from memory. @param now milliseconds */
export function readDistributedQueries(host: HostEntry, catalogue: AskCatalogue, now: number): AgentResponse {
  agentCounters.reads += 1;
  if (staysIdle(host, catalogue, now)) return sayNothing();
  const everyMs = env().GATE_CHECK_SECONDS * 1000;
  const ask = askHost(host, catalogue, now, { askedAt: lastGateRound(host.hostId, now), everyMs }, takeUpPace.isFree(now));
  if (ask.takesUp) takeUpPace.spend();
  if (asksSomething(ask)) remember(host, ask, now);
  else if (!ask.accelerate) {
    host.idleUntil = ask.nextDueAt;
    host.idleCatalogue = catalogue;
    return sayNothing();
  }
  return answerText("osquery", writeAsk(ask));
}

function sayNothing(): AgentResponse {
  agentCounters.emptyReads += 1;
  return nothing;
}

function remember(host: HostEntry, ask: Ask, now: number): void {
  if (ask.wholeGate) noteGateRound(host.hostId, now);
  rememberAsked(host.hostId, {
    policies: ask.policies,
    allPolicies: ask.allPolicies,
    refetchRequestedAt: ask.refetchRequestedAt,
    platformKnown: host.platform !== "",
    at: now,
  });
}

function writeAsk({ details, labels, policies, wildcard: confirms, accelerate }: Ask): string {
  const texts = [...details.map((query) => askedDetails.get(query) as AskedText), ...labels.map(({ asked }) => asked), ...policies.map(({ asked }) => asked)];
  if (confirms) texts.push(wildcard);
  const queries = texts.map(({ query }) => query).join(",");
  const discovery = texts.map((text) => text.discovery).join(",");
  return `{"queries":{${queries}},"discovery":{${discovery}}${accelerate ? `,"accelerate":${accelerateSeconds}` : ""}}`;
}
