import { statement, type Sql } from "@/lib/db/sql";
import type { AccessState } from "./compliance-verdict";
import type { VerdictReason } from "./verdict-reasons";

/** What the page of one host is drawn from. */
export interface DeviceFacts {
  hostId: number;
  name: string;
  platform: string;
  gatingOn: boolean;
  seenAt: Date | null;
  checkInSeconds: number;
  refetchRequestedAt: Date | null;
  accessState: AccessState | null;
  reasons: VerdictReason[];
  changedAt: Date | null;
  assessedAt: Date | null;
  /** The access state before the last change; null before the first. */
  changedFrom: string | null;
  hasIdentity: boolean;
}

/** One check of the host, as it answered last. `blocking`: it counts for signing in, and keeps the person out now. */
export interface DeviceCheck {
  policyId: number;
  name: string;
  description: string;
  resolution: string;
  gates: boolean;
  blocking: boolean;
  outcome: "pass" | "fail" | "unknown";
  since: Date;
}

/** What Microsoft was told last about the host. */
export interface DeviceReport {
  state: string;
  managed: boolean;
  compliant: boolean;
  causedAt: Date;
  sentAt: Date | null;
  acceptedAt: Date | null;
}

const findByToken = statement(
  "compliance.find_device_by_token",
  `select h.id as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), nullif(h.hardware_serial, ''), 'This computer') as name,
          h.platform, t.conditional_access_enabled as "gatingOn", s.seen_at as "seenAt", h.distributed_interval_seconds as "checkInSeconds",
          h.refetch_requested_at as "refetchRequestedAt", c.access_state as "accessState", coalesce(c.reasons, '[]'::jsonb) as reasons,
          c.changed_at as "changedAt", c.assessed_at as "assessedAt",
          (select x.from_state from access_transitions x where x.host_id = h.id order by x.id desc limit 1) as "changedFrom",
          coalesce(i.state = 'registered', false) as "hasIdentity"
     from hosts h
     join teams t on t.id = h.team_id
     left join host_seen s on s.host_id = h.id
     left join host_compliance c on c.host_id = h.id
     left join host_entra_identities i on i.host_id = h.id
    where (h.device_token_hash = $1::text and h.device_token_changed_at > $2::timestamptz)
       or (h.previous_device_token_hash = $1::text and h.previous_device_token_until > $3::timestamptz)`,
);

const listChecks = statement(
  "compliance.list_device_checks",
  `select p.id as "policyId", p.name, p.description, p.resolution, p.conditional_access_enabled as gates,
          coalesce(p.id = any(c.blocking_policies), false) as blocking, r.outcome, r.outcome_since as since
     from policy_results r
     join policies p on p.id = r.policy_id and p.version = r.policy_version
     left join host_compliance c on c.host_id = r.host_id
    where r.host_id = $1::int
    order by p.critical desc, lower(p.name), p.id`,
);

const lastReport = statement(
  "compliance.last_device_report",
  `select state, managed, compliant, caused_at as "causedAt", sent_at as "sentAt", accepted_at as "acceptedAt"
     from compliance_reports
    where host_id = $1::int and state <> 'superseded' and kind in ('verdict', 'manual', 'resync', 'freshness')
    order by created_at desc limit 1`,
);

/** The host whose page this token opens: its present token for `lifetimeMs`, the one before it as long as it is kept. */
export async function findDeviceByToken(sql: Sql, tokenHash: string, now: Date, lifetimeMs: number): Promise<DeviceFacts | null> {
  const [row] = await sql.rows<DeviceFacts>(findByToken, [tokenHash, new Date(now.getTime() - lifetimeMs), now]);
  return row ?? null;
}

/** The host's checks at their present versions, most important first. */
export async function listDeviceChecks(sql: Sql, hostId: number): Promise<DeviceCheck[]> {
  return sql.rows<DeviceCheck>(listChecks, [hostId]);
}

/** What Microsoft was told last, or null when nothing was. */
export async function findLastDeviceReport(sql: Sql, hostId: number): Promise<DeviceReport | null> {
  const [row] = await sql.rows<DeviceReport>(lastReport, [hostId]);
  return row ?? null;
}
