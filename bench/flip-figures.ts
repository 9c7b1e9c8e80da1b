import type { Client } from "pg";
import { entraDeviceIdOf, type SeededFleet } from "./fleet-plan";
import type { MicrosoftSimulator } from "@/lib/simulator/microsoft/start-microsoft-simulator";

/** What waits at one moment. */
export interface QueueSample {
  unblocksWaiting: number;
  blocksWaiting: number;
  /** Seconds since the cause. */
  oldestUnblock: number;
  oldestBlock: number;
  /** Sent, and Microsoft's word on it is awaited. */
  sent: number;
  /** Accepted, and Entra is still to be read. */
  accepted: number;
  /** Rows of the job queue. */
  jobs: number;
}

/** Reads what waits now. */
export async function sampleQueue(sql: Client): Promise<QueueSample> {
  const { rows } = await sql.query<QueueSample>(
    `select count(*) filter (where waits and compliant)::int as "unblocksWaiting", count(*) filter (where waits and not compliant)::int as "blocksWaiting",
       coalesce(extract(epoch from now() - min(caused_at) filter (where waits and compliant)), 0)::float8 as "oldestUnblock",
       coalesce(extract(epoch from now() - min(caused_at) filter (where waits and not compliant)), 0)::float8 as "oldestBlock",
       count(*) filter (where state = 'submitted')::int as sent, count(*) filter (where state = 'completed')::int as accepted,
       (select count(*)::int from graphile_worker._private_jobs) as jobs
     from (select *, state not in ('submitted', 'completed') as waits from compliance_reports where ended_at is null) live`,
  );
  return rows[0] as QueueSample;
}

/** When reports were told, and whether in order. Times in seconds since `from`. */
export interface OrderFigures {
  reports: number;
  superseded: number;
  /** The last unblock, and the last report of all, accepted by Microsoft. */
  unblocksAcceptedAfter: number;
  allAcceptedAfter: number;
  firstUnblockQueuedAfter: number;
  /** Of the unblocks: accepted before the last of the blocks that were queued earlier than they. */
  overtakingShare: number;
  /** Blocks that went out although an unblock had been waiting for more than a second. */
  blocksSentInFront: number;
  /** Reports that went out although one of the same urgency had been waiting more than a second longer. */
  sentBeforeOlder: number;
}

/** Reads the order in which the reports since `from` were told. */
export async function readOrder(sql: Client, from: Date): Promise<OrderFigures> {
  const { rows } = await sql.query<OrderFigures>(
    `with told as (select * from compliance_reports where created_at >= $1::timestamptz and state <> 'superseded' and sent_at is not null),
     seconds as (select compliant, priority, attempts, caused_at, created_at, sent_at, accepted_at, extract(epoch from accepted_at - $1::timestamptz)::float8 as accepted from told),
     blocks as (select * from seconds where not compliant),
     unblocks as (select u.*, (select max(b.accepted_at) from blocks b where b.created_at < (select min(created_at) from seconds where compliant)) as last_block from seconds u where compliant),
     -- The waiting unblocks over time: one more a second after it was queued, one fewer as it goes out.
     waiting as (
       select at, sum(sum(step)) over (order by at) as unblocks from (
         select created_at + interval '1 second' as at, 1 as step from unblocks where sent_at > created_at + interval '1 second'
         union all select sent_at, -1 from unblocks where sent_at > created_at + interval '1 second') steps group by at),
     newer as (select * from seconds s where caused_at > (select min(caused_at) from seconds o where o.priority = s.priority))
     select (select count(*)::int from told) as reports,
       (select count(*)::int from compliance_reports where created_at >= $1::timestamptz and state = 'superseded') as superseded,
       coalesce((select max(accepted) from unblocks), 0) as "unblocksAcceptedAfter", coalesce((select max(accepted) from seconds), 0) as "allAcceptedAfter",
       coalesce((select extract(epoch from min(created_at) - $1::timestamptz)::float8 from unblocks), 0) as "firstUnblockQueuedAfter",
       coalesce((select avg((accepted_at < last_block)::int)::float8 from unblocks), 0) as "overtakingShare",
       (select count(*)::int from blocks b where coalesce((select w.unblocks from waiting w where w.at <= b.sent_at - interval '100 milliseconds' order by w.at desc limit 1), 0) > 4) as "blocksSentInFront",
       (select count(*)::int from newer n where exists (select 1 from seconds o where o.priority = n.priority and o.caused_at < n.caused_at and o.attempts = 1
         and o.created_at < n.sent_at - interval '1 second' and o.sent_at > n.sent_at + interval '1 second')) as "sentBeforeOlder"`,
    [from],
  );
  return rows[0] as OrderFigures;
}

/** What Microsoft's side made of the messages. */
export interface AppliedFigures {
  applied: number;
  /** Came after a newer one for the same device. */
  outOfOrder: number;
  /** Said what the device showed already. */
  twice: number;
  /** Devices that show something else than the host's verdict. */
  wrong: number;
}

/** Compares every device's history with what it was at the start and with what is believed of its host now. */
export async function readApplied(
  sql: Client,
  microsoft: MicrosoftSimulator,
  fleet: SeededFleet,
  compliantAtStart: ReadonlySet<number>,
): Promise<AppliedFigures> {
  const { rows } = await sql.query<{ id: number; compliant: boolean }>("select host_id as id, decision = 'compliant' as compliant from host_compliance");
  const believed = new Map(rows.map(({ id, compliant }) => [id, compliant]));
  const figures: AppliedFigures = { applied: 0, outOfOrder: 0, twice: 0, wrong: 0 };
  for (let n = 0; n < fleet.hosts; n += 1) {
    const device = microsoft.device("happy", entraDeviceIdOf(n));
    let shown: boolean | null = compliantAtStart.has(fleet.firstHostId + n);
    for (const { outcome, compliant } of device?.history ?? []) {
      if (outcome === "ignored_older") figures.outOfOrder += 1;
      if (outcome !== "applied") continue;
      figures.applied += 1;
      if (compliant === shown) figures.twice += 1;
      shown = compliant;
    }
    if (device?.isCompliant !== believed.get(fleet.firstHostId + n)) figures.wrong += 1;
  }
  return figures;
}
