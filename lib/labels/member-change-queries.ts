import { statement, type Sql } from "@/lib/db/sql";

const put = statement(
  "labels.put_member_changes",
  `insert into label_member_changes (label_id, host_id, joins, asked_at) select $1::int, h, $3::bool, $4::timestamptz from unnest($2::int[]) as h order by h
   on conflict (label_id, host_id) do update set joins = excluded.joins, asked_at = excluded.asked_at returning host_id`,
);

/** Writes down that hosts shall join a label, or leave it; the latest word about a host holds. */
export async function putMemberChanges(sql: Sql, labelId: number, hostIds: readonly number[], joins: boolean, at: Date): Promise<void> {
  if (hostIds.length > 0) await sql.rows(put, [labelId, hostIds, joins, at]);
}

const anyWaiting = statement("labels.has_member_changes", "select exists (select 1 from label_member_changes where label_id = $1::int) as waits");

/** Whether hosts are still on their way into a label or out of it. */
export async function hasMemberChanges(sql: Sql, labelId: number): Promise<boolean> {
  return (await sql.rows<{ waits: boolean }>(anyWaiting, [labelId]))[0]?.waits ?? false;
}

const take = statement(
  "labels.take_member_changes",
  `delete from label_member_changes c using (
     select w.label_id, w.host_id from label_member_changes w order by w.label_id, w.host_id limit $1::int for update skip locked
   ) t where c.label_id = t.label_id and c.host_id = t.host_id
   returning c.label_id as "labelId", c.host_id as "hostId", c.joins`,
);

/** Takes up to `limit` waiting changes out. */
export async function takeMemberChanges(sql: Sql, limit: number): Promise<{ labelId: number; hostId: number; joins: boolean }[]> {
  return sql.rows(take, [limit]);
}
