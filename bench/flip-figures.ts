import type { Client } from "pg";
import { entraDeviceIdOf, type SeededFleet } from "./fleet-plan";
import type { ToldReport } from "./report-order";
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

/**
 * Reads what was told since `from`, and how many reports were replaced before they were. A report can't go out while the last message about its device is out, for ten
 * seconds at most: it counts as queued from then on. The ordering stamp of a first attempt says when it was chosen.
 */
export async function readTold(sql: Client, from: Date): Promise<{ told: ToldReport[]; superseded: number }> {
  const { rows } = await sql.query<ToldReport & { superseded: boolean }>(
    `select compliant, priority::int as priority, attempts::int as attempts, state = 'superseded' as superseded,
       extract(epoch from caused_at - $1::timestamptz)::float8 as "causedAt", extract(epoch from greatest(
         (select pg_xact_commit_timestamp(e.xmin) from report_events e where e.report_id = r.id order by e.id limit 1),
         (select max(least(b.sent_at + interval '10 seconds', b.accepted_at)) from compliance_reports b
          where b.connection_id = r.connection_id and b.device_id = r.device_id and b.sent_at < r.sent_at)) - $1::timestamptz)::float8 as "queuedAt",
       extract(epoch from case when attempts = 1 then least(sent_at, last_update_time) else sent_at end - $1::timestamptz)::float8 as "takenAt",
       extract(epoch from sent_at - $1::timestamptz)::float8 as "sentAt", extract(epoch from accepted_at - $1::timestamptz)::float8 as "acceptedAt"
     from compliance_reports r where created_at >= $1::timestamptz and (state = 'superseded' or sent_at is not null)`,
    [from],
  );
  return { told: rows.filter(({ superseded }) => !superseded), superseded: rows.filter(({ superseded }) => superseded).length };
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
