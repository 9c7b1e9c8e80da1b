import type { Db } from "../db/prisma";
import { statement, type Sql } from "../db/sql";
import type { Retention } from "./retention";

const columns = `transition_days as "transitionDays", report_days as "reportDays", repeat_days as "repeatDays", activity_days as "activityDays",
  sign_in_days as "signInDays", host_days as "hostDays"`;
const find = statement("retention.find", `select ${columns} from retention_settings where id = 1`);
const lock = statement("retention.lock", `select ${columns} from retention_settings where id = 1 for update`);

/** The one row. */
export async function getRetentionRow(sql: Sql): Promise<Retention> {
  return only(await sql.rows<Retention>(find));
}

/** Takes the row for this transaction, so that two changes don't mix. */
export async function lockRetentionRow(sql: Sql): Promise<Retention> {
  return only(await sql.rows<Retention>(lock));
}

/** Stores what changed. */
export async function updateRetentionRow(db: Db, changes: Partial<Retention>, now: Date): Promise<void> {
  await db.retentionSettings.update({ where: { id: 1 }, data: { ...changes, updatedAt: now } });
}

function only(rows: Retention[]): Retention {
  const [row] = rows;
  if (!row) throw new Error("The settings for retention are missing from the database: row 1 of retention_settings.");
  return row;
}
