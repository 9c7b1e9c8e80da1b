import { statement, type Sql } from "@/lib/db/sql";

/** A device that Microsoft may hold our word about, with what was said last. */
export interface ToldDevice {
  connectionId: number;
  deviceId: string;
  hostId: number | null;
  hostName: string;
  provider: string;
  tenantId: string;
  userPrincipalName: string;
  deviceName: string;
  osVersion: string;
  lastCheckInTime: Date;
}

const listTold = statement(
  "entra.list_told_devices",
  `select d.connection_id as "connectionId", d.device_id as "deviceId", l.host_id as "hostId", l.host_name as "hostName", l.provider, e.tenant_id as "tenantId",
     l.user_principal_name as "userPrincipalName", l.device_name as "deviceName", l.os_version as "osVersion", coalesce(l.last_check_in_time, l.created_at) as "lastCheckInTime"
   from entra_devices d
   join entra_connections e on e.id = d.connection_id
   join lateral (select r.* from compliance_reports r where r.connection_id = d.connection_id and r.device_id = d.device_id and r.provider <> 'audit_only'
     order by r.created_at desc limit 1) l on true
   where d.connection_id = $1::int and d.device_id > $2::text and (d.accepted_at is not null or d.last_update_time is not null)
   order by d.device_id limit $3::int`,
);

/** Devices of a connection that were ever told about, in the order of their ids, after one of them. */
export async function listToldDevices(sql: Sql, connectionId: number, afterDeviceId: string, limit: number): Promise<ToldDevice[]> {
  return sql.rows<ToldDevice>(listTold, [connectionId, afterDeviceId, limit]);
}

const countWaiting = statement(
  "entra.count_waiting_farewells",
  `select count(*)::int as waiting from compliance_reports where connection_id = $1::int and kind in ('release', 'lock') and ended_at is null
     and state in ('queued', 'uploading', 'submitted', 'completed', 'mismatch', 'failed', 'attention') and ($2::bool or state <> 'attention')`,
);

/** How many of the last reports of a connection haven't arrived; with or without those that nobody tries any more. */
export async function countWaitingFarewells(sql: Sql, connectionId: number, withAttention: boolean): Promise<number> {
  return (await sql.rows<{ waiting: number }>(countWaiting, [connectionId, withAttention]))[0]?.waiting ?? 0;
}
