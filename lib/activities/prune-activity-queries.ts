import { statement, type Sql } from "../db/sql";

type Kind = "all" | "refused";

// The index on refused attempts says both in the same words. Their time is written so that no plan walks along all activities, which are kept for longer.
const conditions = { all: "true", refused: "type in ('user_failed_login', 'host_enrollment_refused')" };
const times = { all: ["created_at", "$1::timestamptz"], refused: ["(created_at at time zone 'UTC')", "($1::timestamptz at time zone 'UTC')"] };

const removal = (kind: Kind) =>
  `delete from activities where id = any(array(select id from activities where ${times[kind][0]} < ${times[kind][1]} and ${conditions[kind]}
     order by ${times[kind][0]}, id limit $2::int)) returning 1 as ok`;

const removals = {
  all: statement("activities.prune", removal("all")),
  refused: statement("activities.prune_refused", removal("refused")),
};

/** Removes the oldest activities made before an instant, at most `size`. @returns how many went */
export async function deleteOldActivities(sql: Sql, kind: Kind, before: Date, size: number): Promise<number> {
  return (await sql.rows(removals[kind], [before, size])).length;
}

const count = (kind: Kind) =>
  `select count(*)::int as count from (select 1 from activities where ${times[kind][0]} < ${times[kind][1]} and ${conditions[kind]} limit $2::int) as old`;

const counts = {
  all: statement("activities.count_old", count("all")),
  refused: statement("activities.count_old_refused", count("refused")),
};

/** How many activities were made before an instant, counted up to `most`. */
export async function countOldActivityRows(sql: Sql, kind: Kind, before: Date, most: number): Promise<number> {
  return (await sql.rows<{ count: number }>(counts[kind], [before, most]))[0]?.count ?? 0;
}
