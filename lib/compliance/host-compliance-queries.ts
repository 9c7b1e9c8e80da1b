import { statement, type Sql } from "@/lib/db/sql";
import type { AccessState, Decision } from "./compliance-verdict";
import type { VerdictReason } from "./verdict-reasons";

/** Everything that is known about a host's access, from the verdict to what Entra shows. */
export interface HostComplianceFacts {
  hostId: number;
  name: string;
  platform: string;
  teamId: number;
  teamName: string;
  teamOn: boolean;
  auditOnly: boolean;
  deviceId: string;
  userPrincipalName: string;
  identityState: "registered" | "device_only" | "not_registered";
  accessState: AccessState | null;
  managed: boolean | null;
  decision: Decision | null;
  reasons: VerdictReason[];
  changedAt: Date | null;
  assessedAt: Date | null;
  assessAgainAt: Date | null;
  /** Why it was as it was before the last change. */
  earlierReasons: VerdictReason[];
  connectionId: number | null;
  provider: string | null;
  connectionState: string | null;
  pausedUntil: Date | null;
  /** The last report that was not replaced before it was sent. */
  report: ReportFacts | null;
  acceptedManaged: boolean | null;
  acceptedCompliant: boolean | null;
  acceptedAt: Date | null;
  readAt: Date | null;
  readManaged: boolean | null;
  readCompliant: boolean | null;
  readState: string | null;
}

/** A report as the waterline needs it; times are ISO instants. */
export interface ReportFacts {
  id: string;
  state: string;
  kind: string;
  provider: string;
  managed: boolean;
  compliant: boolean;
  attempts: number;
  errorCode: string;
  errorDetail: string;
  microsoftStatus: string;
  nextAttemptAt: string | null;
  causedAt: string;
  createdAt: string;
  sentAt: string | null;
  acceptedAt: string | null;
  confirmedAt: string | null;
}

const facts = statement(
  "compliance.get_host_compliance",
  `select h.id as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), nullif(h.hardware_serial, ''), 'Host ' || h.id) as name, h.platform,
     h.team_id as "teamId", t.name as "teamName", t.conditional_access_enabled as "teamOn", t.audit_only as "auditOnly",
     coalesce(i.device_id, '') as "deviceId", coalesce(i.user_principal_name, '') as "userPrincipalName", coalesce(i.state, 'not_registered') as "identityState",
     c.access_state as "accessState", c.managed, c.decision, coalesce(c.reasons, '[]'::jsonb) as reasons, c.changed_at as "changedAt", c.assessed_at as "assessedAt",
     c.assess_again_at as "assessAgainAt",
     coalesce((select a.reasons from access_transitions a where a.host_id = h.id order by a.id desc limit 1), '[]'::jsonb) as "earlierReasons",
     e.id as "connectionId", e.provider, e.state as "connectionState", e.paused_until as "pausedUntil",
     (select jsonb_build_object('id', r.id, 'state', r.state, 'kind', r.kind, 'provider', r.provider, 'managed', r.managed, 'compliant', r.compliant,
        'attempts', r.attempts, 'errorCode', r.error_code, 'errorDetail', r.error_detail, 'microsoftStatus', r.microsoft_status,
        'nextAttemptAt', r.next_attempt_at, 'causedAt', r.caused_at, 'createdAt', r.created_at, 'sentAt', r.sent_at, 'acceptedAt', r.accepted_at,
        'confirmedAt', r.confirmed_at)
      from compliance_reports r where r.host_id = h.id and r.state <> 'superseded' and r.kind <> 'retract' order by r.created_at desc, r.id limit 1) as report,
     d.accepted_managed as "acceptedManaged", d.accepted_compliant as "acceptedCompliant", d.accepted_at as "acceptedAt", d.read_at as "readAt",
     d.read_managed as "readManaged", d.read_compliant as "readCompliant", d.read_state as "readState"
   from hosts h
   join teams t on t.id = h.team_id
   left join host_entra_identities i on i.host_id = h.id
   left join host_compliance c on c.host_id = h.id
   left join entra_connections e on e.id = t.connection_id or (t.connection_id is null and e.is_default)
   left join entra_devices d on d.connection_id = e.id and d.device_id = i.device_id
   where h.id = $1::int`,
);

/** The facts of one host, or null. */
export async function findHostComplianceFacts(sql: Sql, hostId: number): Promise<HostComplianceFacts | null> {
  const [row] = await sql.rows<HostComplianceFacts>(facts, [hostId]);
  return row ?? null;
}

/** One thing that happened around a host's access. */
export interface TimelineRow {
  source: "transition" | "report" | "activity";
  id: string;
  at: Date;
  type: string;
  details: Record<string, unknown>;
  reportId: string | null;
  actorName: string;
}

// The activities of a verdict's own changes say what its transitions and reports already say.
const timeline = statement(
  "compliance.list_host_timeline",
  `select source, id, at, type, details, "reportId", "actorName" from (
     select 'transition' as source, id::text, created_at as at, cause as type,
       jsonb_build_object('from', from_state, 'to', to_state, 'managed', managed, 'decision', decision, 'reasons', reasons, 'causedAt', caused_at) as details,
       null::text as "reportId", '' as "actorName", id as tie
     from access_transitions where host_id = $1::int
     union all
     select 'report', e.id::text, e.at, e.type,
       e.details || jsonb_build_object('report', jsonb_build_object('managed', r.managed, 'compliant', r.compliant, 'kind', r.kind, 'deviceId', r.device_id,
         'messageId', r.message_id, 'causedAt', r.caused_at, 'sentAt', r.sent_at, 'acceptedAt', r.accepted_at)),
       r.id::text, '', e.id
     from report_events e join compliance_reports r on r.id = e.report_id where e.host_id = $1::int
     union all
     select 'activity', id::text, created_at, type, details, null, actor_name, id
     from activities where host_id = $1::int and type not in ('host_compliance_changed', 'host_compliance_report_failed', 'host_compliance_report_recovered', 'ran_automation_conditional_access')
   ) as entries order by at desc, source, tie desc limit $2::int offset $3::int`,
);

/** One page of what happened around a host, newest first. */
export async function listHostTimelineRows(sql: Sql, hostId: number, limit: number, offset: number): Promise<TimelineRow[]> {
  return sql.rows<TimelineRow>(timeline, [hostId, limit, offset]);
}

const countTimeline = statement(
  "compliance.count_host_timeline",
  `select (select count(*) from access_transitions where host_id = $1::int)::int + (select count(*) from report_events where host_id = $1::int)::int
     + (select count(*) from activities where host_id = $1::int and type not in ('host_compliance_changed', 'host_compliance_report_failed', 'host_compliance_report_recovered', 'ran_automation_conditional_access'))::int as count`,
);

/** How many entries listHostTimelineRows has in all. */
export async function countHostTimelineRows(sql: Sql, hostId: number): Promise<number> {
  return (await sql.rows<{ count: number }>(countTimeline, [hostId]))[0]?.count ?? 0;
}

const teamOfHost = statement("compliance.find_team_of_host", `select id as "hostId", team_id as "teamId" from hosts where id = $1::int`);

/** A host with its team, or null. */
export async function findTeamOfHost(sql: Sql, hostId: number): Promise<{ hostId: number; teamId: number } | null> {
  return (await sql.rows<{ hostId: number; teamId: number }>(teamOfHost, [hostId]))[0] ?? null;
}
