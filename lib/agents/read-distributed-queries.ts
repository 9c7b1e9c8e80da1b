import type { SqlContext } from "@/lib/context";
import { env } from "@/lib/env";
import { agentCaches } from "./agent-caches";
import { answerJson, answerText, type AgentResponse } from "./agent-request";
import { askHost, asksSomething, type Ask } from "./ask-host";
import { lastGateRound, noteGateRound, rememberAsked } from "./asked-hosts";
import type { HostEntry } from "./host-entry";

/** osqueryd comes back every 5 s for this long. */
const accelerateSeconds = 10;
const always = "SELECT 1";
const nothing = answerText("osquery", Buffer.from('{"queries":{},"discovery":{}}'));

/** Tells a host what to answer now. Almost always nothing, from memory, without touching the database. */
export async function readDistributedQueries(ctx: SqlContext, host: HostEntry): Promise<AgentResponse> {
  const caches = agentCaches();
  const now = ctx.now().getTime();
  if (host.idleUntil > now && host.idleCatalogue === caches.knownCatalogue && host.idleCatalogue !== null) return nothing;
  const catalogue = await caches.getCatalogue(ctx);
  const everyMs = env().GATE_CHECK_SECONDS * 1000;
  const ask = askHost(host, catalogue, now, { askedAt: lastGateRound(host.hostId, now, everyMs), everyMs });
  if (!asksSomething(ask) && !ask.accelerate) {
    host.idleUntil = ask.nextDueAt;
    host.idleCatalogue = catalogue;
    return nothing;
  }
  if (asksSomething(ask)) remember(host, ask, now);
  return answerJson("osquery", writeAsk(ask));
}

function remember(host: HostEntry, ask: Ask, now: number): void {
  if (ask.wholeGate) noteGateRound(host.hostId, now);
  rememberAsked(host.hostId, {
    policies: ask.policies,
    allPolicies: ask.allPolicies,
    refetchRequestedAt: ask.refetchRequestedAt,
    platformKnown: host.platform !== "",
  });
}

function writeAsk(ask: Ask): object {
  const queries: Record<string, string> = {};
  const discovery: Record<string, string> = {};
  const add = (name: string, sql: string, condition = always) => {
    queries[name] = sql;
    discovery[name] = condition;
  };
  for (const query of ask.details) add(`fleet_detail_query_${query.name}`, query.sql, query.discovery);
  for (const label of ask.labels) add(label.name, label.query);
  for (const policy of ask.policies) add(policy.name, policy.query);
  if (ask.wildcard) add("fleet_no_policies_wildcard", always);
  return { queries, discovery, ...(ask.accelerate && { accelerate: accelerateSeconds }) };
}
