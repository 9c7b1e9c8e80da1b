import { statement, type Sql } from "@/lib/db/sql";

/** A label that a host is a member of. */
export interface HostLabel {
  id: number;
  name: string;
  description: string;
  query: string;
  platform: string;
  labelType: "builtin" | "regular";
  membershipType: "dynamic" | "manual";
  createdAt: Date;
  updatedAt: Date;
}

const labels = statement(
  "hosts.list_labels_of_host",
  `select l.id, l.name, l.description, l.query, l.platform, l.label_type as "labelType", l.membership_type as "membershipType", l.created_at as "createdAt", l.updated_at as "updatedAt"
   from label_memberships m join labels l on l.id = m.label_id
   where m.host_id = $1::int and (l.team_id is null or $2::int[] is null or l.team_id = any($2::int[])) order by lower(l.name)`,
);

/** The labels of a host, by name: those for all teams and those of `teamIds`, or, for null, of every team. */
export async function listLabelsOfHost(sql: Sql, hostId: number, teamIds: number[] | null): Promise<HostLabel[]> {
  return sql.rows<HostLabel>(labels, [hostId, teamIds]);
}

/** A policy with a host's answer to its current version. */
export interface HostPolicy {
  id: number;
  teamId: number | null;
  name: string;
  query: string;
  description: string;
  resolution: string;
  platform: string;
  critical: boolean;
  gated: boolean;
  version: number;
  authorId: number | null;
  authorName: string;
  authorEmail: string;
  createdAt: Date;
  updatedAt: Date;
  outcome: "pass" | "fail" | "unknown";
  /** Since when it has this outcome; null when it was never asked. */
  outcomeSince: Date | null;
  message: string;
}

// The policies of the host's team and of all teams that match its platform, and whatever else it has answered.
const policies = statement(
  "hosts.list_policies_of_host",
  `select p.id, p.team_id as "teamId", p.name, p.query, p.description, p.resolution, p.platform, p.critical, p.conditional_access_enabled as gated, p.version,
     p.author_id as "authorId", p.author_name as "authorName", p.author_email as "authorEmail", p.created_at as "createdAt", p.updated_at as "updatedAt",
     case when r.policy_version = p.version then r.outcome else 'unknown' end as outcome,
     case when r.policy_version = p.version then r.outcome_since end as "outcomeSince", coalesce(r.message, '') as message
   from hosts h
   join policies p on p.team_id is null or p.team_id = h.team_id
   join policy_results r on r.policy_id = p.id and r.host_id = h.id
   where h.id = $1::int
   order by case when r.policy_version <> p.version then 1 when r.outcome = 'fail' then 0 when r.outcome = 'unknown' then 1 else 2 end,
     p.conditional_access_enabled desc, lower(p.name)`,
);

/** The policies that a host has to answer, failing first, then unknown, the gated ones before the others. */
export async function listPoliciesOfHost(sql: Sql, hostId: number): Promise<HostPolicy[]> {
  return sql.rows<HostPolicy>(policies, [hostId]);
}

// A host's text has each of its names on a line of its own, and an index; keys and ids have theirs. Few are left to be compared exactly. No name: a short
// identifier wants another plan than a long one.
const byIdentifier = statement(
  "",
  `with named as (
     select x.host_id as id from host_texts x where x.text like lower($1::text) and E'\\n' || x.text || E'\\n' like lower($5::text)
     union all select id from hosts where osquery_host_id = $2::text
     union all select id from hosts where node_key_hash = $3::text
     union all select id from hosts where orbit_node_key_hash = $3::text
     union all select id from hosts where id = case when $2::text ~ '^[0-9]{1,9}$' then $2::int end)
   select h.id from hosts h where h.id in (select id from named) and ($4::int[] is null or h.team_id = any($4::int[]))
     and (lower(h.hardware_uuid) = lower($2::text) or lower(h.hardware_serial) = lower($2::text) or h.hostname = $2::text or h.computer_name = $2::text or h.osquery_host_id = $2::text
       or h.node_key_hash = $3::text or h.orbit_node_key_hash = $3::text or h.id::text = $2::text)
   order by (lower(h.hardware_uuid) = lower($2::text)) desc, (lower(h.hardware_serial) = lower($2::text)) desc, (h.hostname = $2::text) desc, h.id limit 1`,
);

/** The host of these teams, or of any for null, that answers to a UUID, serial, name, node key (by its hash) or id, in this order. */
export async function findHostIdByIdentifier(sql: Sql, identifier: string, keyHash: string, teamIds: number[] | null): Promise<number | null> {
  const like = identifier.replace(/[\\%_]/g, "\\$&");
  const [row] = await sql.rows<{ id: number }>(byIdentifier, [`%${like}%`, identifier, keyHash, teamIds, `%\n${like}\n%`]);
  return row?.id ?? null;
}

const filterOptions = statement(
  "hosts.list_filter_options",
  `(select 'policy' as kind, id, name from policies where $1::int[] is null or team_id is null or team_id = any($1::int[]) order by conditional_access_enabled desc, lower(name) limit 200)
   union all
   (select 'label', l.id, l.name from labels l where ($1::int[] is null or l.team_id is null or l.team_id = any($1::int[]))
     and (l.label_type = 'regular' or coalesce((select sum(t.hosts) from (select label_id, team_id, hosts from label_tallies
        union all select label_id, team_id, hosts from label_tally_changes) t
       where t.label_id = l.id and ($1::int[] is null or t.team_id = any($1::int[]))), 0) > 0) order by l.label_type desc, lower(l.name) limit 200)`,
);

/** Policies, the gated first, and labels, our own first and built-in ones only when they have hosts; for hosts of these teams, or of any for null. */
export async function listFilterOptions(sql: Sql, teamIds: number[] | null): Promise<{ kind: "policy" | "label"; id: number; name: string }[]> {
  return sql.rows(filterOptions, [teamIds]);
}
