import { statement, type Sql } from "@/lib/db/sql";

const selectSecret = statement("hosts.find_enroll_secret", `select team_id as "teamId" from enroll_secrets where secret_hash = $1::text`);

/** The team that an enroll secret names, null for a global one; undefined when nobody knows the secret. */
export async function findSecretTeam(sql: Sql, secretHash: string): Promise<number | null | undefined> {
  return (await sql.rows<{ teamId: number | null }>(selectSecret, [secretHash]))[0]?.teamId;
}

// Both agents of one computer come at once: they take turns.
const lockComputer = statement(
  "hosts.lock_enrolling_computer",
  "select pg_advisory_xact_lock(hashtextextended('enroll ' || k, 0)) from unnest($1::text[]) as k order by k",
);

/** Makes enrolments of one computer wait for each other until the transaction ends. */
export async function lockEnrollingComputer(sql: Sql, names: readonly string[]): Promise<void> {
  await sql.rows(lockComputer, [names]);
}

/** A host that an enrolling computer may be. */
export interface EnrolledRow {
  hostId: number;
  teamId: number;
  enrolledTeamId: number | null;
  name: string;
  hardwareUuid: string;
  lastEnrolledAt: Date | null;
  orbitEnrolledAt: Date | null;
}

// The hardware's id joins the two agents of a computer. Cloned computers share it, so an agent that calls itself something else finds by it
// only a host that lacks an agent of its kind.
const selectMatch = statement(
  "hosts.find_enrolling_host",
  `select id as "hostId", team_id as "teamId", enrolled_team_id as "enrolledTeamId", coalesce(nullif(computer_name, ''), hostname) as name, hardware_uuid as "hardwareUuid",
     last_enrolled_at as "lastEnrolledAt", orbit_enrolled_at as "orbitEnrolledAt"
   from hosts where osquery_host_id = $1::text
     or ($2::text <> '' and hardware_uuid in ($2::text, lower($2::text), upper($2::text))
       and (lower($1::text) = lower($2::text) or case when $3::text = 'orbit' then orbit_node_key_hash is null else node_key_hash is null end))
   order by (osquery_host_id = $1::text) desc, id limit 1 for update`,
);

/** The host that an agent of a computer belongs to, by its identifier, else by the computer's id if it lacks this kind of agent. */
export async function findEnrollingHost(sql: Sql, identifier: string, hardwareUuid: string, agent: "osquery" | "orbit"): Promise<EnrolledRow | null> {
  return (await sql.rows<EnrolledRow>(selectMatch, [identifier, hardwareUuid, agent]))[0] ?? null;
}

const insert = statement(
  "hosts.insert_enrolled",
  `insert into hosts (team_id, enrolled_team_id, osquery_host_id, hardware_uuid, hostname, created_at, updated_at)
   values (coalesce($1::int, 0), $1::int, $2::text, $3::text, $4::text, $5::timestamptz, $5::timestamptz) returning id as "hostId"`,
);

/** A new host. `teamId` null: by a global secret, into No team. */
export async function insertHost(
  sql: Sql,
  host: { teamId: number | null; identifier: string; hardwareUuid: string; hostname: string },
  now: Date,
): Promise<number> {
  const [row] = await sql.rows<{ hostId: number }>(insert, [host.teamId, host.identifier, host.hardwareUuid, host.hostname, now]);
  return (row as { hostId: number }).hostId;
}

// A host that comes back is asked everything anew; what it answered stays until it answers again, so that nobody frees a host by enrolling it.
const setOsqueryKey = statement(
  "hosts.set_node_key",
  `update hosts set node_key_hash = $2::text, last_enrolled_at = $3::timestamptz, osquery_host_id = $4::text, details_digest = '',
     refetch_requested_at = case when last_enrolled_at is null then refetch_requested_at else $3::timestamptz end, updated_at = $3::timestamptz
   where id = $1::int returning id`,
);
const setOrbitKey = statement(
  "hosts.set_orbit_node_key",
  `update hosts set orbit_node_key_hash = $2::text, orbit_enrolled_at = $3::timestamptz, updated_at = $3::timestamptz where id = $1::int returning id`,
);

/** Gives a host a new key for one of its agents; the old one stops at once. */
export async function setNodeKey(sql: Sql, agent: "osquery" | "orbit", hostId: number, keyHash: string, identifier: string, now: Date): Promise<void> {
  if (agent === "osquery") await sql.rows(setOsqueryKey, [hostId, keyHash, now, identifier]);
  else await sql.rows(setOrbitKey, [hostId, keyHash, now]);
}

const fillEmpty = statement(
  "hosts.fill_empty_details",
  `update hosts set hardware_uuid = coalesce(nullif(hardware_uuid, ''), $2::text), hardware_serial = coalesce(nullif(hardware_serial, ''), $3::text),
     hostname = coalesce(nullif(hostname, ''), $4::text), computer_name = coalesce(nullif(computer_name, ''), $5::text),
     hardware_model = coalesce(nullif(hardware_model, ''), $6::text), platform = coalesce(nullif(platform, ''), $7::text), platform_like = coalesce(nullif(platform_like, ''), $8::text)
   where id = $1::int returning id`,
);

/** What orbit says of a computer when it enrols; it only fills what is empty, osquery knows better. */
export interface OrbitFacts {
  hardwareUuid: string;
  hardwareSerial: string;
  hostname: string;
  computerName: string;
  hardwareModel: string;
  platform: string;
  platformLike: string;
}

/** Fills the empty columns of a host. */
export async function fillEmptyDetails(sql: Sql, hostId: number, facts: OrbitFacts): Promise<void> {
  const { hardwareUuid, hardwareSerial, hostname, computerName, hardwareModel, platform, platformLike } = facts;
  await sql.rows(fillEmpty, [hostId, hardwareUuid, hardwareSerial, hostname, computerName, hardwareModel, platform, platformLike]);
}
