import { statement, type Sql } from "@/lib/db/sql";

const heard = "coalesce(s.seen_at, h.last_enrolled_at, h.orbit_enrolled_at, h.created_at)";

const silent = statement(
  "hosts.list_silent",
  `select h.id from hosts h left join host_seen s on s.host_id = h.id where ${heard} < $1::timestamptz order by ${heard}, h.id limit $2::int`,
);

/** Hosts that weren't heard of since an instant, the longest silent first. */
export async function listSilentHosts(sql: Sql, since: Date, limit: number): Promise<number[]> {
  return (await sql.rows<{ id: number }>(silent, [since, limit])).map(({ id }) => id);
}

const stillSilent = statement(
  "hosts.hold_silent",
  `select h.id from hosts h left join host_seen s on s.host_id = h.id where h.id = any($1::int[]) and ${heard} < $2::timestamptz order by h.id for update of h`,
);

/** Those of these hosts that still weren't heard of, held until the transaction ends. */
export async function holdSilentHosts(sql: Sql, hostIds: readonly number[], since: Date): Promise<number[]> {
  return (await sql.rows<{ id: number }>(stillSilent, [hostIds, since])).map(({ id }) => id);
}

const fleet = statement("hosts.read_fleet", `select (select count(*)::int from hosts) as hosts, (select max(seen_at) from host_seen) as "heardAt"`);

/** How many hosts there are, and when any of them was heard of last. */
export async function readFleet(sql: Sql): Promise<{ hosts: number; heardAt: Date | null }> {
  return (await sql.rows<{ hosts: number; heardAt: Date | null }>(fleet))[0] ?? { hosts: 0, heardAt: null };
}
