import type { Client } from "pg";
import type { SeededFleet } from "./fleet-plan";

/** A month of reports and activities, two reports and half an activity for each host, and what waits for an admin. */
export async function seedHistory(sql: Client, { hosts, firstHostId }: SeededFleet): Promise<void> {
  await sql.query(
    `insert into entra_connections (name, is_default, provider, cloud, tenant_id, state) values ('Bench', true, 'audit_only', 'global', 'bench', 'connected')`,
  );
  await sql.query(
    `insert into compliance_reports (id, host_id, host_name, connection_id, provider, kind, cause, device_id, managed, compliant, state, caused_at, created_at, sent_at, accepted_at, confirmed_at, ended_at)
     select gen_random_uuid(), h.id, h.computer_name, e.id, 'audit_only', case n % 4 when 0 then 'freshness' else 'verdict' end, 'policy_results', 'bench-' || h.id, true, n % 9 > 0,
       'confirmed', t, t, t + interval '0.3 s', t + (300 + n % 2000) * interval '1 ms', t + interval '3 s', t + interval '3 s'
     from generate_series(1, 2 * $1::int) n cross join lateral (select now() - (n::bigint * 7919 % 2592000) * interval '1 s' as t) at
     join hosts h on h.id = $2::int + n % $1::int join entra_connections e on e.is_default`,
    [hosts, firstHostId],
  );
  await sql.query(
    `insert into activities (created_at, actor_kind, actor_id, actor_name, actor_email, type, team_id, host_id, details)
     select now() - ($1::int / 2 - n) * interval '52 s', case when n % 5 = 0 then 'user' else 'server' end, case when n % 5 = 0 then u.id end,
       case when n % 5 = 0 then u.name else '' end, case when n % 5 = 0 then u.email else '' end,
       (array['host_compliance_changed', 'fleet_enrolled', 'requested_host_refetch', 'host_compliance_report_failed'])[1 + n % 4], h.team_id, h.id,
       jsonb_build_object('host_id', h.id, 'host_display_name', h.computer_name)
     from generate_series(1, $1::int / 2) n join hosts h on h.id = $2::int + n * 31 % $1::int cross join (select * from users order by id limit 1) u`,
    [hosts, firstHostId],
  );
  await sql.query(
    `insert into attention_items (code, subject, host_id, created_at) select 'device_not_found', 'host:' || id, id, now() from hosts where id % 150 = 0`,
  );
  await sql.query("vacuum analyze compliance_reports, activities, attention_items");
}
