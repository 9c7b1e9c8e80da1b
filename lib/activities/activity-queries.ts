import { statement, type Sql } from "../db/sql";
import type { Activity, ActivityFilter } from "./activity";

/** Whose deed it was, and when. */
interface Author {
  createdAt: Date;
  actorKind: "user" | "server";
  actorId: number | null;
  actorName: string;
  actorEmail: string;
  address: string;
}

/** What was done. */
interface ActivityWrite {
  type: string;
  team_id: number | null;
  host_id: number | null;
  details: Record<string, unknown>;
}

const insert = statement(
  "activities.insert",
  `insert into activities (created_at, actor_kind, actor_id, actor_name, actor_email, address, type, team_id, host_id, details)
   select $1::timestamptz, $2::text, $3::int, $4::text, $5::text, $6::text, v.row ->> 'type', (v.row ->> 'team_id')::int, (v.row ->> 'host_id')::int, v.row -> 'details'
   from jsonb_array_elements($7::text::jsonb) with ordinality as v (row, place) order by v.place
   returning 1 as ok`,
);

/** Adds activities of one author, in their order. */
export async function insertActivities(sql: Sql, author: Author, rows: readonly ActivityWrite[]): Promise<void> {
  if (rows.length === 0) return;
  const { createdAt, actorKind, actorId, actorName, actorEmail, address } = author;
  await sql.rows(insert, [createdAt, actorKind, actorId, actorName, actorEmail, address, JSON.stringify(rows)]);
}

const wanted = `
  ($1::text = '' or a.actor_kind = $1::text)
  and ($2::text = '' or lower(a.actor_name || E'\\n' || a.actor_email || E'\\n' || a.address || E'\\n' || a.details::text) like lower($2::text))
  and (cardinality($3::text[]) = 0 or a.type = any($3::text[]))
  and ($4::int[] is null or a.team_id = any($4::int[]) or a.host_id in (select own.id from hosts own where own.team_id = any($4::int[])))
  and ($5::int is null or a.host_id = $5::int)
  and ($6::timestamptz is null or a.created_at >= $6::timestamptz)
  and ($7::timestamptz is null or a.created_at <= $7::timestamptz)
  and ($10::int is null or a.actor_id = $10::int)
  and ($11::int8 is null or a.id < $11::int8)
  and ($12::int8 is null or a.id > $12::int8)`;

const listText = (direction: "asc" | "desc") => `
  with page as (select * from activities a where ${wanted} order by a.id ${direction} limit $8::int offset $9::int)
  select a.id::int8 as id, a.created_at as "createdAt", a.actor_kind as "actorKind", a.actor_id::int as "actorId", a.actor_name as "actorName",
    a.actor_email as "actorEmail", a.address, coalesce(u.api_only, false) as "actorApiOnly", a.type, a.team_id::int as "teamId", t.name as "teamName",
    a.host_id::int as "hostId", coalesce(nullif(h.computer_name, ''), nullif(h.hostname, ''), nullif(h.hardware_serial, '')) as "hostName",
    p.name as "policyName", a.details
  from page a
  left join users u on u.id = a.actor_id
  left join teams t on t.id = a.team_id
  left join hosts h on h.id = a.host_id
  left join policies p on jsonb_typeof(a.details -> 'policy_id') = 'number' and p.id = (a.details ->> 'policy_id')::numeric
  order by a.id ${direction}`;

// No names: such a statement is planned with its values, because a search wants another plan than the newest of all.
const newestFirst = statement("", listText("desc"));
const oldestFirst = statement("", listText("asc"));

/** One page of activities, in the order they happened or the other way round; those of `teamIds` and of their hosts, or all for null. */
export async function listActivityRows(
  sql: Sql,
  filter: Omit<ActivityFilter, "teamId">,
  teamIds: number[] | null,
  { direction, limit, offset, after }: { direction: "asc" | "desc"; limit: number | null; offset: number; after: number | null },
): Promise<Activity[]> {
  const like = filter.query === "" ? "" : `%${filter.query.replace(/[\\%_]/g, "\\$&")}%`;
  const values = [
    filter.actor,
    like,
    filter.types,
    teamIds,
    filter.hostId,
    filter.from,
    filter.until,
    limit,
    offset,
    filter.actorId,
    direction === "desc" ? (after ?? filter.beforeId) : filter.beforeId,
    direction === "asc" ? after : null,
  ];
  return sql.rows<Activity>(direction === "asc" ? oldestFirst : newestFirst, values);
}
