import { statement, type Sql } from "../db/sql";

// The index on refused attempts says so in the same words.
const conditions = { all: "true", refused: "type in ('user_failed_login', 'host_enrollment_refused')" };

const text = (condition: string) =>
  `delete from activities where id = any(array(select id from activities where created_at < $1::timestamptz and ${condition}
     order by created_at, id limit $2::int)) returning 1 as ok`;

const statements = {
  all: statement("activities.prune", text(conditions.all)),
  refused: statement("activities.prune_refused", text(conditions.refused)),
};

/** Removes the oldest activities made before an instant, at most `size`. @returns how many went */
export async function deleteOldActivities(sql: Sql, kind: "all" | "refused", before: Date, size: number): Promise<number> {
  return (await sql.rows(statements[kind], [before, size])).length;
}

const countText = (condition: string) =>
  `select count(*)::int as count from (select 1 from activities where created_at < $1::timestamptz and ${condition} limit $2::int) as old`;

const countable = {
  all: statement("activities.count_old", countText(conditions.all)),
  refused: statement("activities.count_old_refused", countText(conditions.refused)),
};

/** How many activities were made before an instant, counted up to `most`. */
export async function countOldActivityRows(sql: Sql, kind: "all" | "refused", before: Date, most: number): Promise<number> {
  return (await sql.rows<{ count: number }>(countable[kind], [before, most]))[0]?.count ?? 0;
}
