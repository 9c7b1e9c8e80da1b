import { statement, type Sql } from "../db/sql";

const fold = statement(
  "labels.fold_tallies",
  `with taken as (
     delete from label_tally_changes where id in (select id from label_tally_changes order by id limit $1::int for update skip locked)
     returning label_id, team_id, platform, hosts
   ), summed as (
     insert into label_tallies as t (label_id, team_id, platform, hosts)
     select label_id, team_id, platform, sum(hosts)::int from taken group by 1, 2, 3 order by 1, 2, 3
     on conflict (label_id, team_id, platform) do update set hosts = t.hosts + excluded.hosts
   )
   select count(*)::int as count from taken`,
);
const forget = statement(
  "labels.forget_tallies",
  "delete from label_tallies t where t.hosts = 0 or not exists (select 1 from labels l where l.id = t.label_id) returning 1 as ok",
);

/** Adds up to `limit` notes to the tallies; returns how many it took. */
export async function foldLabelTallyChanges(sql: Sql, limit: number): Promise<number> {
  return (await sql.rows<{ count: number }>(fold, [limit]))[0]?.count ?? 0;
}

/** Drops tallies of nobody and of deleted labels. */
export async function forgetEmptyLabelTallies(sql: Sql): Promise<void> {
  await sql.rows(forget);
}

// One statement, so one snapshot of memberships, tallies and notes: what is written meanwhile is in none of them.
const heal = statement(
  "labels.heal_tallies",
  `with stored as (
     select m.label_id, h.team_id, h.platform, count(*) as hosts from label_memberships m join hosts h on h.id = m.host_id group by 1, 2, 3
   ), told as (
     select label_id, team_id, platform, sum(hosts) as hosts
     from (select label_id, team_id, platform, hosts from label_tallies union all select label_id, team_id, platform, hosts from label_tally_changes) t group by 1, 2, 3
   )
   insert into label_tally_changes (label_id, team_id, platform, hosts)
   select label_id, team_id, platform, coalesce(s.hosts, 0) - coalesce(t.hosts, 0)
   from stored s full join told t using (label_id, team_id, platform)
   where coalesce(s.hosts, 0) <> coalesce(t.hosts, 0) and exists (select 1 from labels l where l.id = label_id)
   returning label_id::int as "labelId"`,
);

/** Compares every tally with the stored memberships and notes the difference; returns the labels that differed. */
export async function healLabelTallies(sql: Sql): Promise<number[]> {
  return [...new Set((await sql.rows<{ labelId: number }>(heal)).map(({ labelId }) => labelId))];
}
