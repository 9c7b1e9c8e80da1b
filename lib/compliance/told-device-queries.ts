import { statement, type Sql } from "@/lib/db/sql";
import type { DeliveryRow } from "./delivery-queries";

const accept = statement(
  "compliance.accept_on_device",
  `update entra_devices d set accepted_report_id = $3::uuid, accepted_key = $4::text, accepted_managed = $5::bool, accepted_compliant = $6::bool, accepted_at = $7::timestamptz,
     details_sent_at = $7::timestamptz,
     owner_host_id = case when o.id is not null then o.id else d.owner_host_id end,
     owner_since = case when o.id is not null and d.owner_host_id is distinct from o.id then $7::timestamptz else d.owner_since end
   from (select (select h.id from hosts h left join host_entra_identities i on i.host_id = h.id where h.id = $8::int and i.conflict_since is null) as id) o
   where d.connection_id = $1::int and d.device_id = $2::text returning 1 as ok`,
);

/** Keeps what Microsoft accepted about a device. `ownerHostId`: the host that is confirmed for it from now on, if any. */
export async function acceptOnDevice(sql: Sql, report: DeliveryRow, key: string, ownerHostId: number | null, now: Date): Promise<void> {
  await sql.rows(accept, [report.connectionId, report.deviceId, report.id, key, report.managed, report.compliant, now, ownerHostId]);
}

const read = statement(
  "compliance.read_on_device",
  `update entra_devices set read_at = $3::timestamptz, read_managed = $4::bool, read_compliant = $5::bool, read_state = $6::text
   where connection_id = $1::int and device_id = $2::text returning 1 as ok`,
);

/** Keeps what Entra itself says about a device, and whether that is what was told. */
export async function readOnDevice(
  sql: Sql,
  report: DeliveryRow,
  says: { managed: boolean; compliant: boolean } | null,
  state: "match" | "mismatch" | "missing",
  now: Date,
): Promise<void> {
  await sql.rows(read, [report.connectionId, report.deviceId, now, says?.managed ?? null, says?.compliant ?? null, state]);
}

const telling = statement(
  "compliance.list_telling_reports",
  `select r.id::text as id from unnest($1::uuid[]) as p (id) join compliance_reports r on r.id = p.id
   join entra_devices d on d.connection_id = r.connection_id and d.device_id = r.device_id
   where d.read_state = 'match' and d.read_at >= d.accepted_at and (d.read_managed, d.read_compliant) is distinct from (r.managed, r.compliant)`,
);

/** Those of these reports whose effect Entra can show: it was read since the message before was accepted, and showed something else than this one says. */
export async function listTellingReports(sql: Sql, reports: readonly DeliveryRow[]): Promise<string[]> {
  return (await sql.rows<{ id: string }>(telling, [reports.map(({ id }) => id)])).map(({ id }) => id);
}

const currentDevice = statement(
  "compliance.find_current_device",
  `select device_id as "deviceId" from host_entra_identities where host_id = $1::int and state <> 'not_registered'`,
);

/** The device id a host reports now, or null. */
export async function findCurrentDevice(sql: Sql, hostId: number): Promise<string | null> {
  return (await sql.rows<{ deviceId: string }>(currentDevice, [hostId]))[0]?.deviceId ?? null;
}

const failing = statement(
  "compliance.list_failing_of_transition",
  `select distinct (reason->>'policyId')::int as "policyId", reason->>'policyName' as "policyName" from access_transitions t, jsonb_array_elements(t.reasons) as reason
   where t.id = $1::bigint and reason->>'code' = 'policy_failed' order by 1`,
);

/** The policies that failed when a verdict was reached. */
export async function listFailingPolicies(sql: Sql, transitionId: number): Promise<{ policyId: number; policyName: string }[]> {
  return sql.rows(failing, [transitionId]);
}

const tenantOf = statement("compliance.find_tenant_of", `select tenant_id as "tenantId" from entra_connections where id = $1::int`);

/** The tenant of a connection; empty when it is gone. */
export async function findTenantOf(sql: Sql, connectionId: number): Promise<string> {
  return (await sql.rows<{ tenantId: string }>(tenantOf, [connectionId]))[0]?.tenantId ?? "";
}
