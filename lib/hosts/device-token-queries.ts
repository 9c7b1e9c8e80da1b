import { statement, type Sql } from "@/lib/db/sql";

// One statement, for a large fleet brings a token a dozen times a second: in a transaction of several each would wait for its turn among the agents' calls.
const store = statement(
  "hosts.store_device_token",
  `with own as (select id, device_token_hash as was from hosts where id = $1::int for update),
     another as (select 1 from hosts where (device_token_hash = $2::text or previous_device_token_hash = $2::text) and id <> $1::int limit 1),
     changed as (
       update hosts h set previous_device_token_hash = own.was, previous_device_token_until = $4::timestamptz, device_token_hash = $2::text,
         device_token_changed_at = $3::timestamptz
       from own where h.id = own.id and own.was is distinct from $2::text and not exists (select from another) returning 1
     )
   select own.was is not distinct from $2::text or exists (select from changed) as stored from own`,
);

/**
 * Replaces a host's token; the old one goes on for reading until `previousUntil`. The same token again changes nothing.
 * @returns whether the host has the token now, or another has it, or just had it; null without such a host
 * @throws the driver's unique violation when another takes the same token at this moment
 */
export async function setDeviceToken(sql: Sql, hostId: number, tokenHash: string, now: Date, previousUntil: Date): Promise<"stored" | "taken" | null> {
  const [row] = await sql.rows<{ stored: boolean }>(store, [hostId, tokenHash, now, previousUntil]);
  if (!row) return null;
  return row.stored ? "stored" : "taken";
}

const selectHost = statement(
  "hosts.find_by_device_token",
  `select id as "hostId", device_token_hash = $1::text as "isCurrent" from hosts
   where (device_token_hash = $1::text and device_token_changed_at > $2::timestamptz)
      or (previous_device_token_hash = $1::text and previous_device_token_until > $3::timestamptz) limit 1`,
);

/** The host of a token that still holds. */
export async function findHostOfToken(sql: Sql, tokenHash: string, changedAfter: Date, now: Date): Promise<{ hostId: number; isCurrent: boolean } | null> {
  return (await sql.rows<{ hostId: number; isCurrent: boolean }>(selectHost, [tokenHash, changedAfter, now]))[0] ?? null;
}

const updateMapping = statement(
  "hosts.set_device_mapping",
  "update hosts set device_mapping_email = $2::text where id = $1::int and device_mapping_email <> $2::text returning id",
);

/** Stores the address that was given when the agent was installed. */
export async function setDeviceMapping(sql: Sql, hostId: number, email: string): Promise<void> {
  await sql.rows(updateMapping, [hostId, email]);
}

const updateRefetch = statement("hosts.request_refetch_by_device", "update hosts set refetch_requested_at = $2::timestamptz where id = $1::int returning id");

/** Asks for everything anew. */
export async function setRefetchRequested(sql: Sql, hostId: number, now: Date): Promise<void> {
  await sql.rows(updateRefetch, [hostId, now]);
}
