import { statement, type Sql } from "@/lib/db/sql";

/** One host's claim to an Entra device id. `confirmed`: Microsoft accepted a report of this host about it. */
export interface IdentityClaim {
  deviceId: string;
  hostId: number;
  firstSeenAt: Date;
  conflictSince: Date | null;
  conflictHostId: number | null;
  hardwareSerial: string;
  hardwareUuid: string;
  seenAt: Date | null;
  confirmed: boolean;
}

// Two looks into two indexes: both conditions in one would read every host's identity.
const loadClaims = statement(
  "compliance.load_identity_claims",
  `select i.device_id as "deviceId", i.host_id as "hostId", i.first_seen_at as "firstSeenAt", i.conflict_since as "conflictSince",
     i.conflict_host_id as "conflictHostId", h.hardware_serial as "hardwareSerial", h.hardware_uuid as "hardwareUuid", s.seen_at as "seenAt",
     exists (select 1 from entra_devices d where d.device_id = i.device_id and d.owner_host_id = i.host_id) as confirmed
   from host_entra_identities i
   join hosts h on h.id = i.host_id
   left join host_seen s on s.host_id = i.host_id
   where i.state <> 'not_registered' and i.device_id in (
     select own.device_id from host_entra_identities own where own.host_id = any($1::int[]) and own.state <> 'not_registered' and own.device_id <> ''
     union select other.device_id from host_entra_identities other where other.conflict_host_id = any($1::int[]) and other.device_id <> '')
   order by i.device_id, i.first_seen_at, i.host_id`,
);

/** Every claim to the device ids that these hosts hold, or that others couldn't hold because of them. */
export async function loadIdentityClaims(sql: Sql, hostIds: readonly number[]): Promise<IdentityClaim[]> {
  return sql.rows<IdentityClaim>(loadClaims, [hostIds]);
}

const setConflicts = statement(
  "compliance.set_identity_conflicts",
  `update host_entra_identities i set conflict_since = coalesce(i.conflict_since, $3::timestamptz), conflict_host_id = p.holder_id
   from unnest($1::int[], $2::int[]) as p (host_id, holder_id) where i.host_id = p.host_id returning 1 as ok`,
);

/** Marks hosts as in conflict with those that hold their device ids. */
export async function markConflicts(sql: Sql, pairs: readonly { hostId: number; holderId: number }[], now: Date): Promise<void> {
  if (pairs.length > 0) await sql.rows(setConflicts, [pairs.map(({ hostId }) => hostId), pairs.map(({ holderId }) => holderId), now]);
}

const clearConflicts = statement(
  "compliance.clear_identity_conflicts",
  "update host_entra_identities set conflict_since = null, conflict_host_id = null where host_id = any($1::int[]) and conflict_since is not null returning 1 as ok",
);

/** Ends the conflicts of these hosts. */
export async function clearConflictsOf(sql: Sql, hostIds: readonly number[]): Promise<void> {
  if (hostIds.length > 0) await sql.rows(clearConflicts, [hostIds]);
}

const moveOwnership = statement(
  "compliance.move_device_ownership",
  `update entra_devices d set owner_host_id = p.host_id, owner_since = $3::timestamptz from unnest($1::text[], $2::int[]) as p (device_id, host_id)
   where d.device_id = p.device_id and d.owner_host_id is not null and d.owner_host_id is distinct from p.host_id returning 1 as ok`,
);

/** Gives devices that a host was confirmed for to other hosts. */
export async function moveDeviceOwnership(sql: Sql, moves: readonly { deviceId: string; hostId: number }[], now: Date): Promise<void> {
  if (moves.length > 0) await sql.rows(moveOwnership, [moves.map(({ deviceId }) => deviceId), moves.map(({ hostId }) => hostId), now]);
}

const claimOwnership = statement(
  "compliance.claim_device_ownership",
  `insert into entra_devices (connection_id, device_id, owner_host_id, owner_since)
   select e.id, i.device_id, i.host_id, $2::timestamptz from host_entra_identities i join hosts h on h.id = i.host_id join teams t on t.id = h.team_id
   join entra_connections e on e.id = t.connection_id or (t.connection_id is null and e.is_default)
   where i.host_id = $1::int and i.device_id <> ''
   on conflict (connection_id, device_id) do update set owner_host_id = excluded.owner_host_id, owner_since = excluded.owner_since returning 1 as ok`,
);

/** Makes a host the holder of the device id it reports, because an admin said so. */
export async function claimDeviceOwnership(sql: Sql, hostId: number, now: Date): Promise<void> {
  await sql.rows(claimOwnership, [hostId, now]);
}

const findIdentity = statement(
  "compliance.find_identity",
  `select h.team_id as "teamId", coalesce(nullif(h.computer_name, ''), h.hostname) as "hostName", i.device_id as "deviceId", i.conflict_host_id as "conflictHostId",
     i.conflict_since is not null as "inConflict"
   from hosts h left join host_entra_identities i on i.host_id = h.id where h.id = $1::int`,
);

/** A host with what it says of its Entra identity; null when the host is gone. */
export async function findHostIdentity(
  sql: Sql,
  hostId: number,
): Promise<{ teamId: number; hostName: string; deviceId: string | null; conflictHostId: number | null; inConflict: boolean } | null> {
  const rows = await sql.rows<{ teamId: number; hostName: string; deviceId: string | null; conflictHostId: number | null; inConflict: boolean }>(findIdentity, [
    hostId,
  ]);
  return rows[0] ?? null;
}

const listConflicts = statement(
  "compliance.list_identity_conflicts",
  `select host_id as "hostId" from host_entra_identities where conflict_since is not null
   union select a.host_id from host_entra_identities a join host_entra_identities b on b.device_id = a.device_id and b.host_id < a.host_id
     where a.device_id <> '' and a.state <> 'not_registered' and b.state <> 'not_registered' and a.conflict_since is null and b.conflict_since is null
   order by 1`,
);

/** Hosts in conflict, and hosts that share a device id without anybody having noticed yet. */
export async function listHostsInConflict(sql: Sql): Promise<number[]> {
  return (await sql.rows<{ hostId: number }>(listConflicts)).map(({ hostId }) => hostId);
}

const listHeldBack = statement(
  "compliance.list_hosts_held_back",
  'select host_id as "hostId" from host_entra_identities where conflict_since is not null and conflict_host_id = any($1::int[]) order by host_id',
);

/** Hosts that are in conflict because of these. */
export async function listHostsHeldBackBy(sql: Sql, hostIds: readonly number[]): Promise<number[]> {
  return (await sql.rows<{ hostId: number }>(listHeldBack, [hostIds])).map(({ hostId }) => hostId);
}
