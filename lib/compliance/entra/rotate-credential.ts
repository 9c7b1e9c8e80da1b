import { recordActivity } from "@/lib/activities/record-activity";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { BadRequestError } from "@/lib/errors";
import { endAttention } from "../attention-queries";
import { updateConnection } from "./connection-queries";
import { isLeaving, isSetUp } from "./connection-state";
import { inspectCredential, sealCredential, type Credential } from "./credential";
import { getConnection } from "./get-connection";
import { resetSetupSteps } from "./setup-queries";
import { forgetTokens } from "./tokens";
import { wakeSetup } from "./wake-setup";

/**
 * Replaces the app's secret or certificate, tries it at once, and lets what waited go on. The old one is gone from here afterwards.
 * @throws ForbiddenError `permission_denied`; NotFoundError `connection_not_found`; BadRequestError `connection_has_no_credential`; InvalidInputError `credential_unusable`
 */
export async function rotateCredential(ctx: Context, connectionId: number, credential: Credential, secretExpiresAt: Date | null): Promise<void> {
  authorize(ctx, "connection:write");
  const facts = inspectCredential(credential, ctx.now(), secretExpiresAt);
  await inTransaction(ctx, async (tx) => {
    const connection = await getConnection(tx, connectionId);
    if (connection.provider === "audit_only" || isLeaving(connection.state)) {
      throw new BadRequestError("connection_has_no_credential", "This connection doesn't sign in to Microsoft, so it has no credential to replace.");
    }
    await updateConnection(tx.db, connectionId, {
      ...(isSetUp(connection) ? {} : { state: "provisioning", errorCode: "", errorDetail: {} }),
      credentialKind: facts.kind,
      credentialCiphertext: sealCredential(credential),
      credentialHint: facts.hint,
      credentialExpiresAt: facts.expiresAt,
      credentialVersion: { increment: 1 },
      nextStepAt: null,
    });
    // The first step proves the new credential; the others stay as they are.
    await resetSetupSteps(tx.db, connectionId, ["consent"]);
    await endAttention(tx.sql, ["credential_expires_1", "credential_expires_7", "credential_expires_30"], [`connection:${connectionId}`], tx.now());
    await recordActivity(tx, { type: "entra_credential_rotated", details: { connection_id: connectionId, kind: facts.kind, hint: facts.hint } });
    await wakeSetup(tx, connectionId);
  });
  forgetTokens(connectionId);
}
