import { statement, type Sql } from "@/lib/db/sql";

/** One host's membership of one label, as it should be. */
export interface MembershipChange {
  hostId: number;
  labelId: number;
}

const insert = statement(
  "labels.add_memberships",
  `insert into label_memberships (host_id, label_id, created_at)
   select distinct u.host_id, u.label_id, $3::timestamptz from unnest($1::int[], $2::int[]) as u(host_id, label_id)
   join labels l on l.id = u.label_id join hosts h on h.id = u.host_id
   where l.membership_type = 'dynamic' order by 1, 2 on conflict do nothing returning host_id as "hostId"`,
);

const remove = statement(
  "labels.end_memberships",
  `delete from label_memberships m using unnest($1::int[], $2::int[]) as u(host_id, label_id), labels l
   where m.host_id = u.host_id and m.label_id = u.label_id and l.id = m.label_id and l.membership_type = 'dynamic' returning m.host_id as "hostId"`,
);

/** Adds memberships of dynamic labels; those that exist stay. Returns the hosts with a new one. */
export async function insertMemberships(sql: Sql, changes: readonly MembershipChange[], now: Date): Promise<number[]> {
  if (changes.length === 0) return [];
  const rows = await sql.rows<MembershipChange>(insert, [changes.map((c) => c.hostId), changes.map((c) => c.labelId), now]);
  return rows.map((row) => row.hostId);
}

/** Ends memberships of dynamic labels. Returns the hosts that lost one. */
export async function deleteMemberships(sql: Sql, changes: readonly MembershipChange[]): Promise<number[]> {
  if (changes.length === 0) return [];
  const rows = await sql.rows<MembershipChange>(remove, [changes.map((c) => c.hostId), changes.map((c) => c.labelId)]);
  return rows.map((row) => row.hostId);
}
