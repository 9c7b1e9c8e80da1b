import type { Db } from "@/lib/db/prisma";
import { statement, type Sql } from "@/lib/db/sql";

/** A consent that was asked for. */
export interface ConsentStateRow {
  stateHash: string;
  connectionId: number;
  userId: number;
  expectedTenantId: string;
}

/** Keeps a consent state, and drops those that ran out. */
export async function insertConsentState(db: Db, row: ConsentStateRow & { createdAt: Date; expiresAt: Date }): Promise<void> {
  await db.entraConsentState.deleteMany({ where: { expiresAt: { lt: row.createdAt } } });
  await db.entraConsentState.create({ data: row });
}

const take = statement(
  "entra.take_consent_state",
  `update entra_consent_states set used_at = $3::timestamptz
   where state_hash = $1::text and user_id = $2::int and used_at is null and expires_at > $3::timestamptz
   returning state_hash as "stateHash", connection_id as "connectionId", user_id as "userId", expected_tenant_id as "expectedTenantId"`,
);

/** Uses a state up: gives it once, to the user who asked for it, while it is young; null in every other case. */
export async function takeConsentState(sql: Sql, stateHash: string, userId: number, now: Date): Promise<ConsentStateRow | null> {
  return (await sql.rows<ConsentStateRow>(take, [stateHash, userId, now]))[0] ?? null;
}
