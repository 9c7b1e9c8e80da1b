import { Client } from "pg";
import { reportKey } from "@/lib/compliance/report-key";
import { labelOfPolicy, labelSubject, shareSql, type FleetPlan, type SeededFleet } from "./fleet-plan";

// So many results to one statement: progress can be shown, and memory stays small.
const resultsPerStatement = 2_000_000;
const mostHostsPerStatement = 50_000;
const everyMacLabels = ["All Hosts", "macOS", "macOS 14+ (Sonoma+)"];
const day = "interval '1 day'";
const tables = [
  "teams",
  "policies",
  "policy_labels",
  "labels",
  "host_places",
  "host_texts",
  "label_tallies",
  "hosts",
  "host_seen",
  "host_entra_identities",
  "label_memberships",
  "policy_results",
  "policy_tallies",
  "host_compliance",
  "access_transitions",
];

/**
 * Fills a migrated, set-up database with a fleet of Macs that has run for a month: by SQL alone, without triggers, so no server may run on it.
 * Hosts, times, labels, results, verdicts and their history agree with each other as if every host had checked in within the last hour.
 * A host has no activities. @throws Error when the database's user may not switch triggers off
 */
export async function seedFleet(databaseUrl: string, plan: FleetPlan, progress: (line: string) => void = () => undefined): Promise<SeededFleet> {
  const client = new Client({ connectionString: databaseUrl, application_name: "flotilla-bench-seed" });
  await client.connect();
  try {
    await client.query("set session_replication_role = replica").catch((cause: unknown) => {
      throw new Error("The database's user can't switch triggers off: seeding a fleet takes a superuser, such as the embedded PostgreSQL's own.", { cause });
    });
    await client.query("set synchronous_commit = off; set work_mem = '64MB'; set maintenance_work_mem = '256MB'; set timezone = 'UTC'");
    const started = performance.now();
    const fleet = await insertCatalogue(client, plan);
    await insertHosts(client, plan, fleet);
    await insertMemberships(client, fleet);
    await insertResults(client, plan, fleet, progress);
    await insertVerdicts(client, plan, fleet);
    if (plan.entra?.told) await insertDevices(client, plan.entra, fleet);
    await insertDerived(client, fleet);
    for (const table of plan.entra?.told ? [...tables, "compliance_reports", "entra_devices"] : tables) await client.query(`vacuum (analyze) ${table}`);
    await client.query("checkpoint");
    progress(`seeded ${plan.hosts.toLocaleString("en")} hosts × ${plan.policies} policies in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    return fleet;
  } finally {
    await client.end();
  }
}

async function insertCatalogue(client: Client, plan: FleetPlan): Promise<SeededFleet> {
  const ids = async (sql: string, values: unknown[]) => (await client.query<{ id: number }>(sql, values)).rows.map(({ id }) => id);
  const made =
    plan.teams === 0 ? [0] : await ids("insert into teams (name) select 'Bench team ' || n from generate_series(1, $1::int) n returning id", [plan.teams]);
  if (plan.gate) {
    await client.query(`update teams set conditional_access_enabled = true, conditional_access_since = $2::timestamptz - 30 * ${day} where id = any($1)`, [
      made,
      plan.now,
    ]);
  }
  const policyIds = await ids(
    `insert into policies (name, description, query, resolution, platform, conditional_access_enabled, gated_since, version_since, created_at, updated_at)
     select 'Bench policy ' || n, 'Asked by the bench.', 'SELECT 1 FROM osquery_info WHERE ' || n || ' = ' || n || ';', 'Nothing to do.', 'darwin', n <= $2::int,
       case when n <= $2::int then $3::timestamptz - 30 * ${day} end, $3::timestamptz - 30 * ${day}, $3::timestamptz - 30 * ${day}, $3::timestamptz - 30 * ${day}
     from generate_series(1, $1::int) n returning id`,
    [plan.policies, plan.gatedPolicies, plan.now],
  );
  const labelIds = await ids(
    `insert into labels (name, query, platform, created_at, updated_at) select 'Bench label ' || n, 'SELECT 1 FROM osquery_info WHERE ' || n || ' = ' || n || ';', 'darwin',
       $2::timestamptz - 30 * ${day}, $2::timestamptz - 30 * ${day} from generate_series(1, $1::int) n returning id`,
    [plan.labels, plan.now],
  );
  // What was there before has been asked for long, too: a label newer than a host's answers would be asked at once.
  await client.query(`update labels set updated_at = $1::timestamptz - 30 * ${day} where updated_at > $1::timestamptz - 30 * ${day}`, [plan.now]);
  const everyMacLabelIds = await ids("select id from labels where label_type = 'builtin' and name = any($1) order by id", [everyMacLabels]);
  const [first] = await ids("select nextval(pg_get_serial_sequence('hosts', 'id'))::int as id", []);
  const fleet: SeededFleet = {
    hosts: plan.hosts,
    firstHostId: first ?? 1,
    teamIds: made,
    policyIds,
    gatedPolicies: plan.gatedPolicies,
    scopedPolicies: Math.min(plan.scopedPolicies, plan.policies - plan.gatedPolicies),
    labelIds,
    everyMacLabelIds,
    failShare: plan.failShare,
    noAnswerShare: plan.noAnswerShare,
    gatedFailShare: plan.gatedFailShare,
    domain: plan.entra?.domain ?? "bench.example",
    seededAt: plan.now.getTime(),
  };
  for (const [index, policyId] of policyIds.entries()) {
    const label = labelOfPolicy(fleet, index);
    if (label >= 0) await client.query("insert into policy_labels (policy_id, label_id, scope) values ($1, $2, 'include_any')", [policyId, labelIds[label]]);
  }
  await client.query("select setval(pg_get_serial_sequence('hosts', 'id'), $1::bigint)", [fleet.firstHostId + plan.hosts - 1]);
  return fleet;
}

const uuidSql = (prefix: string, n: string) => `md5('${prefix}' || ${n})::uuid::text`;
const hashSql = (text: string) => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
// Where in its hour a host is: its own part, so that the fleet's questions spread as they do after a month.
const heardSql = (subject: number) => `$2::timestamptz - ${shareSql("n", String(600_000 + subject))} * interval '59 minutes'`;

async function insertHosts(client: Client, plan: FleetPlan, fleet: SeededFleet): Promise<void> {
  const values = [fleet.firstHostId, plan.now, fleet.teamIds, plan.hosts];
  const series = "from generate_series(0, $4::int - 1) n";
  const started = `$2::timestamptz - (1 + n % 480) * interval '1 hour'`;
  await client.query(
    `insert into hosts (id, team_id, osquery_host_id, hardware_uuid, hardware_serial, node_key_hash, orbit_node_key_hash, device_token_hash, device_token_changed_at,
       hostname, computer_name, platform, platform_like, os_name, os_version, os_build, arch, osquery_version, orbit_version, desktop_version, hardware_vendor, hardware_model,
       cpu_type, cpu_brand, cpu_physical_cores, cpu_logical_cores, memory_bytes, primary_ip, primary_mac, disk_space_available_gb, disk_space_total_gb,
       disk_space_available_percent, disk_encryption, disk_encryption_changed_at, mdm_state, mdm_changed_at, mdm_server_url, mdm_name, mdm_installed_from_dep, last_user,
       uptime_seconds, last_restarted_at, detail_updated_at, label_updated_at, policy_updated_at, last_enrolled_at, orbit_enrolled_at, created_at, updated_at)
     select $1::int + n, ($3::int[])[1 + n % cardinality($3::int[])], upper(${uuidSql("bench-hardware-", "n")}), upper(${uuidSql("bench-hardware-", "n")}), 'BENCH' || lpad(n::text, 7, '0'),
       ${hashSql("'bench-node-' || n")}, ${hashSql("'bench-orbit-' || n")}, ${hashSql(uuidSql("bench-device-", "n"))}, $2::timestamptz,
       'bench-mac-' || n, 'bench-mac-' || n, 'darwin', 'darwin', 'macOS', '15.5', '24F74', 'arm64e', '5.23.1', '1.48.0', '1.48.0', 'Apple Inc.', 'Mac15,6',
       'arm64e', 'Apple M3 Pro', 11, 11, 38654705664, '10.' || n / 65536 % 256 || '.' || n / 256 % 256 || '.' || n % 256, '02:00:00:00:00:00', 210.5, 494.4,
       42.58, 'on', $2::timestamptz - 29 * ${day}, 'on', $2::timestamptz - 29 * ${day}, 'https://mdm.bench.example/checkin', '', true, 'person',
       extract(epoch from $2::timestamptz - (${started}))::bigint, date_trunc('minute', ${started}), ${heardSql(0)}, ${heardSql(1)}, ${heardSql(2)},
       $2::timestamptz - 29 * ${day}, $2::timestamptz - 29 * ${day}, $2::timestamptz - 29 * ${day}, $2::timestamptz - 29 * ${day} ${series}`,
    values,
  );
  await client.query(
    `insert into host_seen (host_id, seen_at) select $1::int + n, $2::timestamptz - (n % 10) * interval '1 second' ${series.replace("$4", "$3")}`,
    [fleet.firstHostId, plan.now, plan.hosts],
  );
  if (!plan.gate) return; // Only a gated team's hosts are asked who they are.
  await client.query(
    `insert into host_entra_identities (host_id, device_id, user_principal_name, state, first_seen_at, last_seen_at)
     select $1::int + n, ${uuidSql("bench-entra-", "n")}, 'person-' || n || '@' || $4::text, 'registered', $2::timestamptz - 29 * ${day},
       $2::timestamptz - ${shareSql("n", "600003")} * interval '5 hours' ${series.replace("$4", "$3")}`,
    [fleet.firstHostId, plan.now, plan.hosts, fleet.domain],
  );
}

async function insertMemberships(client: Client, fleet: SeededFleet): Promise<void> {
  const joined = new Date(fleet.seededAt - 29 * 86_400_000);
  await client.query(
    `insert into label_memberships (host_id, label_id, created_at)
     select $1::int + n, l.id, $3::timestamptz from generate_series(0, $2::int - 1) n
     cross join (select unnest($4::int[]) as id, -1 as subject union all select id, $6::int + at::int - 1 from unnest($5::int[]) with ordinality as x (id, at)) l
     where l.subject < 0 or ${shareSql("n", "l.subject")} < 0.5`,
    [fleet.firstHostId, fleet.hosts, joined, fleet.everyMacLabelIds, fleet.labelIds, labelSubject(0)],
  );
}

async function insertResults(client: Client, plan: FleetPlan, fleet: SeededFleet, progress: (line: string) => void): Promise<void> {
  const step = Math.max(1, Math.min(mostHostsPerStatement, Math.floor(resultsPerStatement / Math.max(1, plan.policies))));
  const subjects = fleet.policyIds.map((_, index) => {
    const label = labelOfPolicy(fleet, index);
    return label < 0 ? -1 : labelSubject(label);
  });
  for (let from = 0; from < plan.hosts; from += step) {
    await client.query(
      `insert into policy_results (host_id, policy_id, outcome, policy_version, outcome_since)
       select $1::int + n, p.id,
         case when p.at <= $6::int then case when s.share < $7::float8 then 'fail' else 'pass' end
              when s.share < $8::float8 then 'fail' when s.share < $8::float8 + $9::float8 then 'unknown' else 'pass' end,
         1, $10::timestamptz - (1 + s.share * 27) * ${day}
       from generate_series($2::int, $3::int - 1) n
       cross join unnest($4::int[], $5::int[]) with ordinality as p (id, subject, at)
       cross join lateral (select ${shareSql("n", "p.at - 1")} as share) s
       where p.subject < 0 or ${shareSql("n", "p.subject")} < 0.5
       order by n, p.id`,
      [
        fleet.firstHostId,
        from,
        Math.min(plan.hosts, from + step),
        fleet.policyIds,
        subjects,
        plan.gatedPolicies,
        plan.gatedFailShare,
        plan.failShare,
        plan.noAnswerShare,
        plan.now,
      ],
    );
    if (from + step < plan.hosts) progress(`seeding results: ${(from + step).toLocaleString("en")} of ${plan.hosts.toLocaleString("en")} hosts`);
  }
}

// As the verdict's rule decides for a host with MDM on, a registered identity, and no answer to a gated policy missing.
async function insertVerdicts(client: Client, plan: FleetPlan, fleet: SeededFleet): Promise<void> {
  const allPass = JSON.stringify([{ code: plan.gatedPolicies > 0 ? "all_pass" : "no_policies" }]);
  await client.query(
    `insert into host_compliance (host_id, access_state, managed, decision, policy_standing, reasons, blocking_policies, changed_at, assessed_at, assess_again_at)
     select h.id, case when not $3::bool then 'unsure' when f.ids is null then 'in' else 'held' end, true,
       case when not $3::bool then 'undecided' when f.ids is null then 'compliant' else 'not_compliant' end,
       case when not $3::bool then 'none' when f.ids is null then 'pass' else 'fail' end,
       case when not $3::bool then '[{"code": "team_off"}]'::jsonb else coalesce(f.reasons, $4::jsonb) end,
       case when $3::bool then coalesce(f.ids, '{}') else '{}' end,
       coalesce(f.since, h.created_at), greatest(coalesce(f.since, h.created_at), s.seen_at - ${day}), case when $3::bool then s.seen_at - ${day} + t.stale_after_seconds * interval '1 second' end
     from hosts h join host_seen s on s.host_id = h.id join teams t on t.id = h.team_id
     left join (
       select r.host_id, array_agg(p.id order by p.id) as ids, max(r.outcome_since) as since,
         jsonb_agg(jsonb_build_object('code', 'policy_failed', 'policyId', p.id, 'policyName', p.name, 'policyVersion', p.version,
           'since', to_char(r.outcome_since, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by p.id) as reasons
       from policy_results r join policies p on p.id = r.policy_id where r.policy_id = any($2::int[]) and r.outcome = 'fail' group by r.host_id
     ) f on f.host_id = h.id
     where h.id >= $1::int order by h.id`,
    [fleet.firstHostId, fleet.policyIds.slice(0, plan.gatedPolicies), plan.gate, allPass],
  );
  await client.query(
    `insert into access_transitions (host_id, host_name, team_id, from_state, to_state, managed, decision, reasons, cause, caused_at, created_at)
     select h.id, h.computer_name, h.team_id, 'none', c.access_state, c.managed, c.decision, c.reasons, 'policy_results', c.changed_at, c.changed_at
     from host_compliance c join hosts h on h.id = c.host_id where h.id >= $1::int order by c.changed_at`,
    [fleet.firstHostId],
  );
}

async function insertDevices(client: Client, entra: NonNullable<FleetPlan["entra"]>, fleet: SeededFleet): Promise<void> {
  // The key's text comes from the product, with places that SQL fills in.
  const keyOf = (compliant: boolean) =>
    reportKey({
      provider: "intune_partner",
      tenantId: entra.tenantId,
      deviceId: "{device}",
      userPrincipalName: "{person}",
      managed: true,
      compliant,
      deviceName: "{name}",
      osVersion: "15.5",
    });
  const values = [fleet.firstHostId, entra.connectionId];
  await client.query(
    `insert into compliance_reports (id, host_id, host_name, connection_id, provider, transition_id, kind, cause, device_id, user_principal_name, device_name, os_version, managed,
       compliant, priority, state, message_id, last_update_time, last_check_in_time, attempts, polls, microsoft_status, caused_at, created_at, sent_at, accepted_at, confirmed_at, ended_at)
     select md5('bench-report-' || h.id)::uuid, h.id, h.computer_name, $2::int, 'intune_partner', t.id, 'verdict', t.cause, i.device_id, i.user_principal_name, h.computer_name, h.os_version,
       true, t.decision = 'compliant', case when t.decision = 'compliant' then 20 else 10 end, 'confirmed', md5('bench-message-' || h.id)::uuid, told.at, told.at, 1, 1, 'Completed',
       told.at, told.at, told.at, told.at, told.at, told.at
     from hosts h join host_entra_identities i on i.host_id = h.id join access_transitions t on t.host_id = h.id
     cross join lateral (select greatest(t.created_at, $3::timestamptz - (h.id % 20) * interval '1 hour') as at) told
     where h.id >= $1::int order by told.at`,
    [...values, new Date(fleet.seededAt)],
  );
  await client.query(
    `insert into entra_devices (connection_id, device_id, owner_host_id, owner_since, last_update_time, accepted_report_id, accepted_key, accepted_managed, accepted_compliant,
       accepted_at, details_sent_at, read_at, read_managed, read_compliant, read_state)
     select $2::int, r.device_id, r.host_id, r.created_at, r.last_update_time, r.id,
       replace(replace(replace(case when r.compliant then $3::text else $4::text end, '{device}', r.device_id), '{person}', lower(r.user_principal_name)), '{name}', r.device_name),
       true, r.compliant, r.accepted_at, r.sent_at, r.confirmed_at, true, r.compliant, 'match'
     from compliance_reports r where r.host_id >= $1::int and r.connection_id = $2::int order by r.host_id`,
    [...values, keyOf(true), keyOf(false)],
  );
}

// What triggers would have kept: places in lists, searched texts, tallies.
async function insertDerived(client: Client, { firstHostId }: SeededFleet): Promise<void> {
  await client.query(
    `insert into host_places (host_id, team_id, platform, access_state, place, name, os, mdm_state, registered, online_seconds, created_at)
     select h.id, h.team_id, h.platform, c.access_state, access_place(c.access_state), host_place_name(h), host_os(h), h.mdm_state, coalesce(is_registered(i), false),
       host_online_seconds(h), h.created_at
     from hosts h join host_compliance c on c.host_id = h.id left join host_entra_identities i on i.host_id = h.id where h.id >= $1 order by h.id`,
    [firstHostId],
  );
  await client.query("insert into host_texts (host_id, text) select h.id, host_search_text(h) from hosts h where h.id >= $1 order by h.id", [firstHostId]);
  await client.query(
    `insert into policy_tallies (policy_id, team_id, policy_version, outcome, hosts)
     select r.policy_id, h.team_id, r.policy_version, r.outcome, count(*) from policy_results r join hosts h on h.id = r.host_id where h.id >= $1 group by 1, 2, 3, 4`,
    [firstHostId],
  );
  await client.query(
    `insert into label_tallies as t (label_id, team_id, platform, hosts)
     select m.label_id, h.team_id, h.platform, count(*) from label_memberships m join hosts h on h.id = m.host_id where h.id >= $1 group by 1, 2, 3
     on conflict (label_id, team_id, platform) do update set hosts = t.hosts + excluded.hosts`,
    [firstHostId],
  );
}
