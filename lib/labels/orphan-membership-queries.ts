import { statement, type Sql } from "@/lib/db/sql";

// A label that is switched off may come back: then hosts must not be remembered as its members. One that is gone never does.
const removeOrphans = statement(
  "labels.remove_orphan_memberships",
  `with recursive used (label_id) as (
     (select label_id from label_memberships order by label_id limit 1)
     union all
     select (select m.label_id from label_memberships m where m.label_id > u.label_id order by m.label_id limit 1) from used u where u.label_id is not null
   ), orphan as (
     select u.label_id from used u where u.label_id is not null and not exists (select 1 from labels l where l.id = u.label_id and l.enabled) limit 1
   ), removed as (
     delete from label_memberships where ctid = any(array(
       select m.ctid from label_memberships m where m.label_id = (select label_id from orphan) limit $1::int for update skip locked))
     returning host_id, label_id
   ), told as (
     select pg_notify('flotilla_host_changed', string_agg(r.host_id::text, ',')) as ok from removed r join labels l on l.id = r.label_id having count(*) > 0
   )
   select (select count(*)::int from removed) as count, (select count(*)::int from told) as told`,
);

/** Deletes up to `limit` memberships of one label that is gone or switched off; answers how many. At most 500: their hosts are named in one notification. */
export async function deleteOrphanMemberships(sql: Sql, limit: number): Promise<number> {
  return (await sql.rows<{ count: number }>(removeOrphans, [limit]))[0]?.count ?? 0;
}
