import { statement, type Sql } from "@/lib/db/sql";

const selectOwn = statement(
  "hosts.find_device_token",
  `select device_token_hash as "tokenHash", device_token_changed_at as "changedAt" from hosts where id = $1::int for update`,
);

/** The token that a host has, locked. */
export async function findDeviceToken(sql: Sql, hostId: number): Promise<{ tokenHash: string | null; changedAt: Date | null } | null> {
  return (await sql.rows<{ tokenHash: string | null; changedAt: Date | null }>(selectOwn, [hostId]))[0] ?? null;
}

const selectOther = statement(
  "hosts.find_other_with_device_token",
  "select 1 as taken from hosts where (device_token_hash = $1::text or previous_device_token_hash = $1::text) and id <> $2::int limit 1",
);

/** Whether another host has, or just had, this token. */
export async function isTokenOfAnother(sql: Sql, tokenHash: string, hostId: number): Promise<boolean> {
  return (await sql.rows(selectOther, [tokenHash, hostId])).length > 0;
}

const update = statement(
  "hosts.set_device_token",
  `update hosts set previous_device_token_hash = case when device_token_hash is null then null else device_token_hash end,
     previous_device_token_until = $4::timestamptz, device_token_hash = $2::text, device_token_changed_at = $3::timestamptz
   where id = $1::int returning id`,
);

/** Replaces a host's token; the old one goes on for reading until `previousUntil`. */
export async function setDeviceToken(sql: Sql, hostId: number, tokenHash: string, now: Date, previousUntil: Date): Promise<void> {
  await sql.rows(update, [hostId, tokenHash, now, previousUntil]);
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
