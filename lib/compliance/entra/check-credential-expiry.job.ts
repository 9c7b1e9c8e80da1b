import { z } from "zod";
import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { defineJob } from "@/lib/jobs/define-job";
import { endAttention, openAttention } from "../attention-queries";
import type { Connection } from "./connection";
import { listConnectionRows } from "./connection-queries";

const dayMs = 24 * 60 * 60 * 1000;
const warnings = [1, 7, 30];

/** Warns 30, 7 and 1 day before a connection's secret or certificate ends, once each: an attention item and an activity. */
export const checkCredentialExpiry = defineJob({
  name: "entra.check_credential_expiry",
  payload: z.object({}),
  maxAttempts: 3,
  async run(ctx) {
    for (const connection of await listConnectionRows(ctx.db)) await warn(ctx, connection);
  },
});

async function warn(ctx: Context, { id, credentialExpiresAt, credentialKind, tenantId }: Connection): Promise<void> {
  if (!credentialExpiresAt) return;
  const daysLeft = Math.ceil((credentialExpiresAt.getTime() - ctx.now().getTime()) / dayMs);
  const due = warnings.find((days) => daysLeft <= days);
  if (due === undefined) return;
  const subject = `connection:${id}`;
  await inTransaction(ctx, async (tx) => {
    const details = { connection_id: id, tenant_id: tenantId, kind: credentialKind, expires_at: credentialExpiresAt.toISOString(), days: due };
    // Each warning has a code of its own, so that it is given once; only the latest stands open.
    const isNew = await openAttention(tx.sql, { code: `credential_expires_${due}`, subject, details }, tx.now());
    await endAttention(
      tx.sql,
      warnings.filter((days) => days > due).map((days) => `credential_expires_${days}`),
      [subject],
      tx.now(),
    );
    if (isNew) await recordActivity(tx, { type: "entra_credential_expires_soon", details });
  });
}
