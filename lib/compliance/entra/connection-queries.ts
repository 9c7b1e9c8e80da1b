import type { Db } from "@/lib/db/prisma";
import { statement, type Sql } from "@/lib/db/sql";
import type { Prisma } from "@/lib/generated/prisma/client";
import type { Connection } from "./connection";

const withoutCredential = { credentialCiphertext: true } as const;

type Row = Omit<Prisma.EntraConnectionGetPayload<object>, "credentialCiphertext">;
const toConnection = (row: Row): Connection => ({ ...row, state: row.state as Connection["state"], errorDetail: row.errorDetail as Record<string, unknown> });

/** A connection by id, without its credential. */
export async function findConnectionRow(db: Db, connectionId: number): Promise<Connection | null> {
  const row = await db.entraConnection.findUnique({ where: { id: connectionId }, omit: withoutCredential });
  return row && toConnection(row);
}

/** The connection of every team that names none. */
export async function findDefaultConnectionRow(db: Db): Promise<Connection | null> {
  const row = await db.entraConnection.findFirst({ where: { isDefault: true }, omit: withoutCredential, orderBy: { id: "asc" } });
  return row && toConnection(row);
}

/** Every connection, oldest first. */
export async function listConnectionRows(db: Db): Promise<Connection[]> {
  const rows = await db.entraConnection.findMany({ omit: withoutCredential, orderBy: { id: "asc" } });
  return rows.map(toConnection);
}

/** The sealed credential and the version it has now. */
export async function findSealedCredential(db: Db, connectionId: number): Promise<{ kind: string; ciphertext: string; version: number } | null> {
  const row = await db.entraConnection.findUnique({
    where: { id: connectionId },
    select: { credentialKind: true, credentialCiphertext: true, credentialVersion: true },
  });
  return row && { kind: row.credentialKind, ciphertext: row.credentialCiphertext, version: row.credentialVersion };
}

/** What a connection is made of. */
export type ConnectionData = Omit<Prisma.EntraConnectionUncheckedCreateInput, "id" | "steps" | "consents">;

/** Adds a connection. */
export async function insertConnection(db: Db, data: ConnectionData): Promise<Connection> {
  return toConnection(await db.entraConnection.create({ data, omit: withoutCredential }));
}

/** What may change about a connection. */
export type ConnectionChange = Omit<Prisma.EntraConnectionUncheckedUpdateManyInput, "id" | "errorDetail"> & { errorDetail?: Record<string, unknown> };

/** Changes a connection if it still exists and, where `whileState` is given, still is in one of those states. @returns whether it did */
export async function updateConnection(db: Db, connectionId: number, change: ConnectionChange, whileState?: string[]): Promise<boolean> {
  const { errorDetail, ...rest } = change;
  const { count } = await db.entraConnection.updateMany({
    where: { id: connectionId, ...(whileState && { state: { in: whileState } }) },
    data: { ...rest, ...(errorDetail && { errorDetail: errorDetail as Prisma.InputJsonObject }) },
  });
  return count > 0;
}

const readPause = statement(
  "entra.read_pause",
  `select paused_until as "pausedUntil", pause_reason as "pauseReason" from entra_connections where id = $1::int and paused_until > $2::timestamptz`,
);

/** Until when a lane must not be used, or null. */
export async function findPause(sql: Sql, connectionId: number, now: Date): Promise<{ pausedUntil: Date; pauseReason: string } | null> {
  return (await sql.rows<{ pausedUntil: Date; pauseReason: string }>(readPause, [connectionId, now]))[0] ?? null;
}

const writePause = statement(
  "entra.write_pause",
  `update entra_connections set paused_until = greatest(coalesce(paused_until, $2::timestamptz), $2::timestamptz),
     pause_reason = case when paused_until > $4::timestamptz and pause_reason not in ('', $3::text) then 'both' else $3::text end
   where id = $1::int returning 1 as ok`,
);

/** Holds a lane back; a later end wins over an earlier one, and two lanes that are held are held together (`both`). */
export async function pauseLane(sql: Sql, connectionId: number, until: Date, audience: string, now: Date): Promise<void> {
  await sql.rows(writePause, [connectionId, until, audience, now]);
}

const claimWork = statement(
  "entra.claim_connection_work",
  `update entra_connections set next_step_at = $3::timestamptz where id = $1::int and (next_step_at is null or next_step_at <= $2::timestamptz) returning 1 as ok`,
);

/** Takes the setup or disconnect work of a connection until `leaseUntil`; false when another worker holds it. A crashed holder's lease runs out. */
export async function claimConnectionWork(sql: Sql, connectionId: number, now: Date, leaseUntil: Date): Promise<boolean> {
  return (await sql.rows(claimWork, [connectionId, now, leaseUntil])).length > 0;
}

const deleteEverything = statement(
  "entra.delete_connection",
  `with reports as (update compliance_reports set state = 'superseded', ended_at = $2::timestamptz, error_code = 'connection_removed'
     where connection_id = $1::int and state in ('queued', 'uploading', 'submitted', 'completed', 'mismatch', 'failed', 'attention') returning 1),
   devices as (delete from entra_devices where connection_id = $1::int returning 1),
   people as (delete from entra_users where connection_id = $1::int returning 1),
   teams_freed as (update teams set connection_id = null where connection_id = $1::int returning 1),
   gone as (delete from entra_connections where id = $1::int returning 1)
   select (select count(*) from reports)::int as reports, (select count(*) from devices)::int as devices, (select count(*) from people)::int as people,
     (select count(*) from teams_freed)::int as teams, (select count(*) from gone)::int as connections`,
);

/** Removes a connection with its credential, its addresses, what its devices were told, and what waits to be told. Ended reports stay as history. */
export async function deleteConnection(sql: Sql, connectionId: number, now: Date): Promise<void> {
  await sql.rows(deleteEverything, [connectionId, now]);
}

/** The address under which people and Microsoft reach this server, as the organisation's settings say. */
export async function findPublicUrl(db: Db): Promise<string> {
  return (await db.organisation.findUnique({ where: { id: 1 }, select: { publicUrl: true } }))?.publicUrl ?? "";
}
