import { statement, type Sql } from "@/lib/db/sql";
import type { EntraIdentity } from "./entra-identity";

const selectStored = statement(
  "hosts.find_entra_identities",
  `select i.host_id as "hostId", i.device_id as "deviceId", i.user_principal_name as "userPrincipalName", i.state, i.empty_answers as "emptyAnswers"
   from host_entra_identities i where i.host_id = any($1::int[]) order by i.host_id for update`,
);

/** The stored identities of hosts, locked. */
export async function findStoredIdentities(sql: Sql, hostIds: readonly number[]): Promise<Map<number, EntraIdentity>> {
  const rows = await sql.rows<EntraIdentity & { hostId: number }>(selectStored, [hostIds]);
  return new Map(rows.map(({ hostId, ...identity }) => [hostId, identity]));
}

// A claim that moved to another device starts anew: since when it is known, and whether another host claims it.
const upsert = statement(
  "hosts.store_entra_identities",
  `insert into host_entra_identities as i (host_id, device_id, user_principal_name, state, empty_answers, first_seen_at, last_seen_at)
   select u.host_id, u.device_id, u.upn, u.state, u.empty_answers, $6::timestamptz, $6::timestamptz
   from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::int[]) as u(host_id, device_id, upn, state, empty_answers) order by u.host_id
   on conflict (host_id) do update set device_id = excluded.device_id, user_principal_name = excluded.user_principal_name, state = excluded.state,
     empty_answers = excluded.empty_answers,
     last_seen_at = case when excluded.empty_answers = 0 then excluded.last_seen_at else i.last_seen_at end,
     first_seen_at = case when i.device_id = excluded.device_id then i.first_seen_at else excluded.first_seen_at end,
     conflict_since = case when i.device_id = excluded.device_id then i.conflict_since end,
     conflict_host_id = case when i.device_id = excluded.device_id then i.conflict_host_id end
   returning host_id`,
);

/** Stores identities of many hosts in one statement. */
export async function upsertIdentities(sql: Sql, identities: readonly (EntraIdentity & { hostId: number })[], now: Date): Promise<void> {
  await sql.rows(upsert, [
    identities.map((i) => i.hostId),
    identities.map((i) => i.deviceId),
    identities.map((i) => i.userPrincipalName),
    identities.map((i) => i.state),
    identities.map((i) => i.emptyAnswers),
    now,
  ]);
}

const selectNames = statement(
  "hosts.find_names_of",
  `select id as "hostId", team_id as "teamId", coalesce(nullif(computer_name, ''), hostname) as name from hosts where id = any($1::int[])`,
);

/** Name and team of hosts, for activities. */
export async function findHostNames(sql: Sql, hostIds: readonly number[]): Promise<Map<number, { teamId: number; name: string }>> {
  const rows = await sql.rows<{ hostId: number; teamId: number; name: string }>(selectNames, [hostIds]);
  return new Map(rows.map((row) => [row.hostId, row]));
}
