import { statement, type Sql } from "../db/sql";

interface ActivityRow {
  createdAt: Date;
  actorKind: "user" | "server";
  actorId: number | null;
  actorName: string;
  actorEmail: string;
  type: string;
  teamId: number | null;
  hostId: number | null;
  details: Record<string, unknown>;
}

const insert = statement(
  "activities.insert",
  `insert into activities (created_at, actor_kind, actor_id, actor_name, actor_email, type, team_id, host_id, details)
   values ($1::timestamptz, $2::text, $3::int, $4::text, $5::text, $6::text, $7::int, $8::int, $9::text::jsonb) returning 1 as ok`,
);

/** Adds one activity. */
export async function insertActivity(sql: Sql, row: ActivityRow): Promise<void> {
  await sql.rows(insert, [row.createdAt, row.actorKind, row.actorId, row.actorName, row.actorEmail, row.type, row.teamId, row.hostId, JSON.stringify(row.details)]);
}
