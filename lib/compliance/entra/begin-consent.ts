import { recordActivity } from "@/lib/activities/record-activity";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { ForbiddenError } from "@/lib/errors";
import { hashToken, randomToken } from "@/lib/secret-box";
import { cloudProfile } from "./clouds";
import { insertConsentState } from "./consent-queries";
import { getConnection } from "./get-connection";
import { callbackPath, checkPublicUrl, getPublicUrl } from "./public-url";

const validMs = 15 * 60 * 1000;

/**
 * The address of Microsoft's page where an admin of the tenant consents. The way back is open for 15 minutes, once, and only to the user who asks now.
 * @throws ForbiddenError `permission_denied`, `consent_needs_user`; NotFoundError `connection_not_found`; InvalidInputError `public_url_not_https`
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export async function beginConsent(ctx: Context, connectionId: number): Promise<string> {
  authorize(ctx, "connection:write");
  if (ctx.actor.kind !== "user") throw new ForbiddenError("consent_needs_user", "Only a signed-in user can ask for consent.");
  const { userId } = ctx.actor;
  const connection = await getConnection(ctx, connectionId);
  const profile = cloudProfile(connection.cloud);
  const publicUrl = await getPublicUrl(ctx);
  checkPublicUrl(profile, publicUrl);
  const state = randomToken(32);
  await inTransaction(ctx, async (tx) => {
    await insertConsentState(tx.db, {
      stateHash: hashToken(state),
      connectionId,
      userId,
      expectedTenantId: connection.tenantId,
      createdAt: tx.now(),
      expiresAt: new Date(tx.now().getTime() + validMs),
    });
    await recordActivity(tx, { type: "entra_consent_started", details: { connection_id: connectionId, tenant_id: connection.tenantId } });
  });
  const url = new URL(`${profile.loginUrl}/${connection.tenantId}/v2.0/adminconsent`);
  url.search = new URLSearchParams({
    client_id: connection.clientId,
    redirect_uri: `${publicUrl}${callbackPath}`,
    state,
    scope: `${profile.graphUrl}/.default`,
  }).toString();
  return url.toString();
}
