import { statement, type Sql } from "@/lib/db/sql";
import type { PruneBatch, PruneCursor } from "@/lib/retention/prune-in-batches";

const firstUuid = "00000000-0000-0000-0000-000000000000";
const beginning = "-infinity";

interface Looked {
  removed: number;
  looked: number;
  at: string | null;
  id: string | null;
}

/** The rest of each removal: what was looked at tells where to go on. Text keeps every digit of the time. */
const told = `select (select count(*)::int from gone) as removed, (select count(*)::int from seen) as looked, l.at, l.id
  from (select 1) as one left join (select seen.at::text as at, seen.id::text as id from seen order by seen.at desc, seen.id desc limit 1) l on true`;

async function run(sql: Sql, text: { name: string; text: string }, before: Date, after: PruneCursor, size: number): Promise<PruneBatch> {
  const [row] = await sql.rows<Looked>(text, [before, after[0], after[1], size]);
  const next: PruneCursor | null = row && row.looked === size && row.at !== null && row.id !== null ? [row.at, row.id] : null;
  return { removed: row?.removed ?? 0, next };
}

// May go: ended, not what Microsoft accepted last about the device, and something newer says the same about the same host and device. Of a device
// that is forgotten, everything may go; asked in a way that looks up one device and never reads all.
const mayGo = `r.ended_at is not null
  and not exists (select 1 from entra_devices d where d.connection_id = r.connection_id and d.device_id = r.device_id and d.accepted_report_id = r.id)
  and (exists (select 1 from compliance_reports n where n.connection_id = r.connection_id and n.device_id = r.device_id and n.host_id is not distinct from r.host_id
      and (n.provider = 'audit_only') = (r.provider = 'audit_only') and (n.state <> 'superseded' or r.state = 'superseded')
      and (n.created_at, n.id) > (r.created_at, r.id))
    or (select true from entra_devices d where d.connection_id = r.connection_id and d.device_id = r.device_id) is null)`;

const reportsOf = (time: string, kind: string) => `with seen as materialized (
    select r.id, r.${time} as at from compliance_reports r
    where r.${time} < $1::timestamptz and (r.${time}, r.id) > ($2::timestamptz, $3::uuid) and ${kind}
    order by r.${time}, r.id limit $4::int),
  gone as (delete from compliance_reports r using seen where r.id = seen.id and ${mayGo} returning 1)
  ${told}`;

// Repeats go by their end: the index that holds them alone is in that order, so that no plan walks past the reports that are kept for longer.
const isQuietRepeat =
  "r.kind in ('freshness', 'resync') and r.ended_at is not null and r.state in ('confirmed', 'superseded') and r.failures = 0 and r.mismatches = 0";
const reports = statement("compliance.prune_reports", reportsOf("created_at", "true"));
const repeats = statement("compliance.prune_repeats", reportsOf("ended_at", isQuietRepeat));

/** Looks at the next `size` reports made before an instant and removes those that nothing needs, with their events. */
export function deleteOldReports(sql: Sql, before: Date, after: PruneCursor | null, size: number): Promise<PruneBatch> {
  return run(sql, reports, before, after ?? [beginning, firstUuid], size);
}

/** The same for reports that only told Microsoft again what it knew, and that went without trouble. */
export function deleteOldRepeats(sql: Sql, before: Date, after: PruneCursor | null, size: number): Promise<PruneBatch> {
  return run(sql, repeats, before, after ?? [beginning, firstUuid], size);
}

// A host's last change says how it came to stand where it stands; one that a report under way is about names the policies to blame.
const transitionMayGo = `(t.to_state = 'none' or exists (select 1 from access_transitions n where n.host_id = t.host_id and n.id > t.id))
  and not exists (select 1 from compliance_reports r where r.host_id = t.host_id and r.transition_id = t.id and r.ended_at is null)`;

const transitions = statement(
  "compliance.prune_transitions",
  `with seen as materialized (
     select t.id, t.created_at as at from access_transitions t
     where t.created_at < $1::timestamptz and (t.created_at, t.id) > ($2::timestamptz, $3::bigint) order by t.created_at, t.id limit $4::int),
   gone as (delete from access_transitions t using seen where t.id = seen.id and ${transitionMayGo} returning 1)
   ${told}`,
);

/** Looks at the next `size` changes of access made before an instant and removes those that nothing needs. */
export function deleteOldTransitions(sql: Sql, before: Date, after: PruneCursor | null, size: number): Promise<PruneBatch> {
  return run(sql, transitions, before, after ?? [beginning, "0"], size);
}

const attention = statement(
  "compliance.prune_attention",
  `with seen as materialized (
     select a.id, a.ended_at as at from attention_items a
     where a.ended_at < $1::timestamptz and (a.ended_at, a.id) > ($2::timestamptz, $3::bigint) order by a.ended_at, a.id limit $4::int),
   gone as (delete from attention_items a using seen where a.id = seen.id returning 1)
   ${told}`,
);

/** Removes the next `size` items that needed somebody and ended before an instant. */
export function deleteEndedAttention(sql: Sql, before: Date, after: PruneCursor | null, size: number): Promise<PruneBatch> {
  return run(sql, attention, before, after ?? [beginning, "0"], size);
}

// Nobody's: no host is confirmed for it and none reports it. Locked first, so that the removal below sees whatever was written about it until now.
const holdNobodys = statement(
  "compliance.hold_nobodys_devices",
  `with seen as materialized (
     select d.connection_id, d.device_id, d.owner_host_id from entra_devices d
     where (d.connection_id, d.device_id) > ($1::int, $2::text) order by d.connection_id, d.device_id limit $3::int),
   held as (
     select d.connection_id, d.device_id from entra_devices d join seen on seen.connection_id = d.connection_id and seen.device_id = d.device_id
     where not exists (select 1 from hosts h where h.id = seen.owner_host_id)
       and not exists (select 1 from host_entra_identities i where i.device_id = seen.device_id)
     for update of d skip locked)
   select (select count(*)::int from seen) as looked, l.connection_id::text as at, l.device_id as id,
     (select coalesce(json_agg(held), '[]'::json) from held) as held
   from (select 1) as one left join (select connection_id, device_id from seen order by connection_id desc, device_id desc limit 1) l on true`,
);

const forgetDevices = statement(
  "compliance.forget_devices",
  `delete from entra_devices d using json_to_recordset($1::json) as h (connection_id int, device_id text)
   where d.connection_id = h.connection_id and d.device_id = h.device_id
     and not exists (select 1 from compliance_reports r where r.connection_id = d.connection_id and r.device_id = d.device_id
       and (r.ended_at is null or r.created_at >= $2::timestamptz))
     and (d.last_update_time is null or exists (select 1 from compliance_reports a
       where a.id = d.accepted_report_id and a.kind = 'retract' and a.last_update_time = d.last_update_time))
   returning 1 as ok`,
);

/**
 * Looks at the next `size` devices and forgets those that nobody has any more, of which Entra was taken leave, or was never told, and about which
 * nothing was said since an instant. The transaction holds them until it ends.
 */
export async function deleteFormerDevices(sql: Sql, before: Date, after: PruneCursor | null, size: number): Promise<PruneBatch> {
  const [row] = await sql.rows<{ looked: number; at: string | null; id: string | null; held: object[] }>(holdNobodys, [
    Number(after?.[0] ?? 0),
    after?.[1] ?? "",
    size,
  ]);
  const removed = row && row.held.length > 0 ? (await sql.rows(forgetDevices, [JSON.stringify(row.held), before])).length : 0;
  return { removed, next: row && row.looked === size && row.at !== null && row.id !== null ? [row.at, row.id] : null };
}

const people = statement(
  "compliance.prune_entra_users",
  `delete from entra_users where ctid = any(array(select ctid from entra_users where fetched_at < $1::timestamptz limit $2::int)) returning 1 as ok`,
);

/** Forgets up to `size` people of the directory who weren't looked up since an instant. */
export async function deleteOldEntraUsers(sql: Sql, before: Date, size: number): Promise<PruneBatch> {
  const removed = (await sql.rows(people, [before, size])).length;
  return { removed, next: removed === size ? ["", ""] : null };
}

const countable = {
  reports: statement(
    "compliance.count_old_reports",
    `select count(*)::int as count from (select 1 from compliance_reports r where r.created_at < $1::timestamptz and ${mayGo} limit $2::int) as old`,
  ),
  repeats: statement(
    "compliance.count_old_repeats",
    `select count(*)::int as count from (select 1 from compliance_reports r where r.ended_at < $1::timestamptz and ${isQuietRepeat} and ${mayGo} limit $2::int) as old`,
  ),
  transitions: statement(
    "compliance.count_old_transitions",
    `select count(*)::int as count from (select 1 from access_transitions t where t.created_at < $1::timestamptz and ${transitionMayGo} limit $2::int) as old`,
  ),
};

/** How many rows of a kind a removal of what is older than an instant would take, counted up to `most`. */
export async function countOldHistory(sql: Sql, kind: keyof typeof countable, before: Date, most: number): Promise<number> {
  return (await sql.rows<{ count: number }>(countable[kind], [before, most]))[0]?.count ?? 0;
}
