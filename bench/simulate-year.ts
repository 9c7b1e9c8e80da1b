import { randomUUID } from "node:crypto";
import type { Client } from "pg";
import { recordActivity } from "@/lib/activities/record-activity";
import { assessHosts } from "@/lib/compliance/assess-hosts";
import { freshness } from "@/lib/compliance/freshness.job";
import { pruneHistory } from "@/lib/compliance/prune-history.job";
import { reportKey } from "@/lib/compliance/report-key";
import { retractDeletedHosts } from "@/lib/compliance/retract-deleted-hosts.job";
import { serverContext, type Context } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { deleteHosts } from "@/lib/hosts/delete-hosts";
import { markHostsFresh } from "@/lib/hosts/mark-hosts-fresh";
import { markHostsSeen } from "@/lib/hosts/mark-hosts-seen";
import { foldLabelTallies } from "@/lib/labels/fold-label-tallies.job";
import { getLogger } from "@/lib/log";
import { foldPolicyTallies } from "@/lib/policies/fold-policy-tallies.job";
import type { PolicyAnswer } from "@/lib/policies/policy-answer";
import { recordPolicyResults } from "@/lib/policies/record-policy-results";
import { pruneActivityLog } from "@/lib/retention/prune-activities.job";
import { PruneProgress } from "@/lib/retention/prune-in-batches";
import { enrolledHost } from "@/lib/testing/scenarios";
import type { SeededFleet } from "./fleet-plan";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const confirmedAtOnce = 250;

/** What a year is made of; per day unless it says otherwise. */
export const yearRates = {
  /** Of the hosts, fail a gated policy in the morning and mend it in the afternoon. */
  flippingShare: 0.02,
  /** Answers to other policies that change, per host. */
  otherChangesPerHost: 0.2,
  /** Of the hosts, replaced in 30 days. */
  replacedShare: 0.01,
  /** Times a day that every host's answers are confirmed and its device token moves on; real agents do both every hour. */
  rounds: 2,
  signIns: 3,
  refusedSignIns: 2,
  adminEdits: 1,
};

/** How long one night's removal took, batch by batch, in milliseconds. */
export interface Night {
  totalMs: number;
  longestMs: number;
  batches: number;
}

/** A fleet whose days are lived by the product's own verbs, with Microsoft's answers written as the senders write them. */
export interface SimulatedYear {
  hostIds: number[];
  liveDay(day: number): Promise<void>;
  prune(day: number): Promise<Night>;
}

/** Takes over a seeded fleet at `start`. `client` is a connection of its own; time is the day's, never the machine's. */
export function simulateYear(client: Client, fleet: SeededFleet, connection: { id: number; tenantId: string }, start: Date): SimulatedYear {
  const hostIds = Array.from({ length: fleet.hosts }, (_, n) => fleet.firstHostId + n);
  let replaced = 0;
  let turn = 0;

  const contextAt = (at: number): Context => serverContext({ now: () => new Date(at), log: getLogger() });
  // A number that walks through all others before it comes back, so that every host gets its turn.
  const next = (size: number) => (turn = (turn + 7919) % 1_000_003) % size;
  const answer = (hostId: number, policyId: number, outcome: PolicyAnswer["outcome"]): PolicyAnswer => ({
    hostId,
    policyId,
    policyVersion: 1,
    outcome,
    message: "",
  });

  async function store(at: number, answers: PolicyAnswer[]): Promise<void> {
    await inSqlTransaction(contextAt(at), async (tx) => {
      const changed = await recordPolicyResults(tx, answers, []);
      await assessHosts(
        tx,
        changed.toSorted((left, right) => left - right),
        "policy_results",
        tx.now(),
      );
    });
  }

  async function confirmAll(at: number): Promise<void> {
    const ctx = contextAt(at);
    for (let from = 0; from < hostIds.length; from += confirmedAtOnce) {
      const some = hostIds.slice(from, from + confirmedAtOnce);
      await markHostsSeen(ctx, new Map(some.map((hostId) => [hostId, at])));
      await markHostsFresh(
        ctx,
        some.map((hostId) => ({ hostId, detail: ctx.now(), label: ctx.now(), policy: ctx.now() })),
      );
      await client.query(
        `update hosts set previous_device_token_hash = device_token_hash, previous_device_token_until = $2::timestamptz + interval '1 hour',
           device_token_hash = encode(sha256((id || $2::text)::bytea), 'hex'), device_token_changed_at = $2::timestamptz where id = any($1::int[])`,
        [some, ctx.now()],
      );
      // A quarter of the table has moved, and its settings call vacuum after a twentieth.
      await client.query("vacuum hosts");
    }
  }

  /** What the senders write from a report's queueing to Entra's own word, for everything that waits. */
  async function deliver(at: number): Promise<void> {
    const { rows } = await client.query<{
      id: string;
      hostId: number | null;
      provider: string;
      deviceId: string;
      person: string;
      managed: boolean;
      compliant: boolean;
      name: string;
      os: string;
    }>(
      `select id::text, host_id as "hostId", provider, device_id as "deviceId", user_principal_name as person, managed, compliant, device_name as name, os_version as os
       from compliance_reports where ended_at is null and state = 'queued'`,
    );
    if (rows.length > 0) {
      const ids = rows.map(({ id }) => id);
      const keys = rows.map(({ deviceId, person, name, os, provider, managed, compliant }) =>
        reportKey({ provider, tenantId: connection.tenantId, deviceId, userPrincipalName: person, managed, compliant, deviceName: name, osVersion: os }),
      );
      const time = (seconds: number) => new Date(at + seconds * 1000);
      await client.query(
        `update entra_devices d set last_update_time = greatest($2::timestamptz, d.last_update_time + interval '1 millisecond')
         from compliance_reports r where r.id = any($1::uuid[]) and d.connection_id = r.connection_id and d.device_id = r.device_id`,
        [ids, time(0)],
      );
      await client.query(
        `update compliance_reports r set state = 'uploading', attempts = 1, message_id = gen_random_uuid(), last_update_time = d.last_update_time, user_object_id = gen_random_uuid()::text,
           last_check_in_time = coalesce(r.last_check_in_time, r.created_at)
         from entra_devices d where r.id = any($1::uuid[]) and d.connection_id = r.connection_id and d.device_id = r.device_id`,
        [ids],
      );
      const ended = { state: "confirmed", seconds: 7, set: "confirmed_at = $2::timestamptz, ended_at = $2::timestamptz, next_attempt_at = null" };
      for (const { state, seconds, set } of [
        { state: "submitted", seconds: 1, set: "sent_at = $2::timestamptz" },
        { state: "completed", seconds: 3, set: "accepted_at = $2::timestamptz, microsoft_status = 'Completed'" },
        ended,
      ]) {
        await client.query(
          `with moved as (update compliance_reports set state = '${state}', ${set} where id = any($1::uuid[]) returning id, host_id, message_id)
           insert into report_events (report_id, host_id, at, type, details)
           select id, host_id, $2::timestamptz, '${state}', jsonb_build_object('messageId', message_id, 'requestId', gen_random_uuid(), 'clientRequestId', gen_random_uuid()) from moved`,
          [ids, time(seconds)],
        );
      }
      await client.query(
        `update entra_devices d set accepted_report_id = r.id, accepted_key = k.key, accepted_managed = r.managed, accepted_compliant = r.compliant, accepted_at = r.accepted_at,
           details_sent_at = r.accepted_at, owner_host_id = case when r.kind = 'retract' then d.owner_host_id else r.host_id end
         from unnest($1::uuid[], $2::text[]) as k (id, key) join compliance_reports r on r.id = k.id where d.connection_id = r.connection_id and d.device_id = r.device_id`,
        [ids, keys],
      );
      await client.query(
        `update entra_devices d set read_at = r.confirmed_at, read_managed = r.managed, read_compliant = r.compliant, read_state = 'match'
         from compliance_reports r where r.id = any($1::uuid[]) and d.connection_id = r.connection_id and d.device_id = r.device_id`,
        [ids],
      );
    }
    // The senders' and askers' jobs: done by what is written above.
    await client.query("delete from graphile_worker._private_jobs where task_id not in (select id from graphile_worker._private_tasks where identifier = $1)", [
      retractDeletedHosts.name,
    ]);
  }

  async function replaceHosts(at: number, day: number): Promise<void> {
    const due = Math.floor(((day + 1) * hostIds.length * yearRates.replacedShare) / 30) - replaced;
    const ctx = contextAt(at);
    for (let n = 0; n < due; n += 1) {
      const place = next(hostIds.length);
      const old = hostIds[place] as number;
      const { rows } = await client.query<{ team: number }>("select team_id as team from hosts where id = $1", [old]);
      await deleteHosts(ctx, { hostIds: [old] });
      await takeJobs(client, retractDeletedHosts.name, (payload) => retractDeletedHosts.run(ctx, retractDeletedHosts.payload.parse(payload)));
      const host = await enrolledHost(ctx, { teamId: rows[0]?.team ?? 0, name: `replaced-${day}-${n}`, seenAt: ctx.now() });
      hostIds[place] = host.hostId;
      await store(
        at,
        fleet.policyIds.map((policyId) => answer(host.hostId, policyId, "pass")),
      );
    }
    replaced += due;
  }

  async function people(at: number): Promise<void> {
    const ctx = contextAt(at);
    const say = (type: string, details: Record<string, unknown>) => recordActivity(ctx, { type, details });
    for (let n = 0; n < yearRates.signIns; n += 1) await say("user_logged_in", { public_ip: `192.0.2.${n}` });
    for (let n = 0; n < yearRates.refusedSignIns; n += 1) {
      await say("user_failed_login", { email: `someone-${randomUUID()}@example.com`, public_ip: `203.0.113.${n}`, reason: "unknown_user" });
    }
    for (let n = 0; n < yearRates.adminEdits; n += 1) await say("edited_policy", { policy_id: fleet.policyIds[0], policy_name: "Bench policy 1", changed: {} });
  }

  return {
    hostIds,
    async liveDay(day) {
      const midnight = start.getTime() + day * dayMs;
      const flipping = Array.from({ length: Math.round(hostIds.length * yearRates.flippingShare) }, () => hostIds[next(hostIds.length)] as number);
      const gated = fleet.policyIds[day % fleet.gatedPolicies] as number;
      const others = Array.from({ length: Math.round(hostIds.length * yearRates.otherChangesPerHost) }, (_, n) => {
        const policyId = fleet.policyIds[fleet.gatedPolicies + next(fleet.policyIds.length - fleet.gatedPolicies - fleet.scopedPolicies)] as number;
        return answer(hostIds[next(hostIds.length)] as number, policyId, (n + day) % 2 === 0 ? "fail" : "pass");
      });
      for (let round = 0; round < yearRates.rounds; round += 1) {
        const at = midnight + ((round + 0.5) * dayMs) / yearRates.rounds;
        await confirmAll(at);
        if (round === 0) {
          await store(
            at,
            flipping.map((hostId) => answer(hostId, gated, "fail")),
          );
          await store(at, others);
          await replaceHosts(at, day);
          await people(at);
        } else if (round === yearRates.rounds - 1) {
          await store(
            at,
            flipping.map((hostId) => answer(hostId, gated, "pass")),
          );
        }
        // The clock starts it 96 times a day.
        for (let told = 0; told < hostIds.length / yearRates.rounds; told += 500) await freshness.run(contextAt(at + 60_000), {});
        await deliver(at + 120_000);
        await foldPolicyTallies.run(contextAt(at + 180_000), {});
        await foldLabelTallies.run(contextAt(at + 180_000), {});
      }
    },
    async prune(day) {
      const ctx = contextAt(start.getTime() + (day + 1) * dayMs + 2 * hourMs);
      const times: number[] = [];
      for (const job of [pruneActivityLog, pruneHistory]) {
        let payload: unknown = {};
        for (;;) {
          const started = performance.now();
          await job.run(ctx, PruneProgress.parse(payload));
          times.push(performance.now() - started);
          const waiting = await takeJobs(client, job.name, async (found) => {
            payload = found;
          });
          if (waiting === 0) break;
        }
      }
      return { totalMs: times.reduce((sum, time) => sum + time, 0), longestMs: Math.max(...times), batches: times.length };
    },
  };
}

/** Takes the waiting jobs of one kind out of the queue and does each here and now. @returns how many there were */
async function takeJobs(client: Client, name: string, work: (payload: unknown) => Promise<void>): Promise<number> {
  const { rows } = await client.query<{ payload: unknown }>(
    `delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t where t.id = j.task_id and t.identifier = $1 returning j.payload`,
    [name],
  );
  for (const { payload } of rows) await work(payload);
  return rows.length;
}
