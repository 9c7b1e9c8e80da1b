import { recordActivity } from "@/lib/activities/record-activity";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { isUniqueViolation } from "@/lib/db/unique-violation";
import { isVanishedRow } from "@/lib/db/vanished-row";
import { env, readNamedFile } from "@/lib/env";
import { BadRequestError, ConflictError, InvalidInputError, NotFoundError } from "@/lib/errors";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { beginConsent } from "./begin-consent";
import { cloudProfile, preselectedCloud, type CloudName } from "./clouds";
import type { Connection, ProviderName } from "./connection";
import { deleteConnection, findConnectionRow, findDefaultConnectionRow, insertConnection, updateConnection } from "./connection-queries";
import { isLeaving, isSetUp } from "./connection-state";
import { inspectCredential, sealCredential, type Credential } from "./credential";
import { checkPublicUrl, getPublicUrl } from "./public-url";
import { resolveTenant } from "./resolve-tenant";
import { insertSetupSteps, resetSetupSteps } from "./setup-queries";
import { stepNames } from "./setup-step-names";
import { forgetTokens } from "./tokens";

/** What a connection is started with; what is left out comes from the environment (ENTRA_*) or from the connection that is there already. */
export interface NewConnection {
  provider?: ProviderName | undefined;
  /** GUID or domain. */
  tenant?: string | undefined;
  cloud?: CloudName | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** The end of the secret's life, as Entra showed it. */
  secretExpiresAt?: Date | undefined;
  certificate?: string | undefined;
  privateKey?: string | undefined;
  groupId?: string | undefined;
}

/** A started connection, and where the admin gives consent; empty for a provider that tells Microsoft nothing. */
export interface StartedConnection {
  connection: Connection;
  consentUrl: string;
}

/**
 * Starts connecting a tenant. The same tenant again changes what was given and returns a fresh consent address; a connection that was never finished may be replaced.
 * @throws ForbiddenError; BadRequestError `other_tenant_connected`, `connection_leaving`; ConflictError `connection_started_elsewhere`; InvalidInputError `invalid_tenant`, `cloud_unknown`, `custom_cloud_not_configured`,
 *   `public_url_not_https`, `credential_unusable`, `client_id_missing`, `credential_missing`; MicrosoftError when the sign-in service can't be reached
 */
export async function startConnection(ctx: Context, given: NewConnection): Promise<StartedConnection> {
  authorize(ctx, "connection:write");
  const provider = given.provider ?? "intune_partner";
  if (provider === "audit_only") return { connection: await startWatching(ctx), consentUrl: "" };

  const profile = cloudProfile(given.cloud ?? preselectedCloud());
  const publicUrl = await getPublicUrl(ctx);
  checkPublicUrl(profile, publicUrl);
  const { tenantId, domain } = await resolveTenant(profile, given.tenant ?? "");
  const existing = await findDefaultConnectionRow(ctx.db);
  if (existing) refuseOtherTenant(existing, tenantId);
  const isSame = existing?.tenantId === tenantId && existing.cloud === profile.name && existing.provider === provider;
  const fromEnvironment = env().ENTRA_CLIENT_ID ?? "";
  const clientId = (given.clientId?.trim() || (isSame ? existing.clientId : "") || fromEnvironment).toLowerCase();
  checkClientId(clientId);
  const credential = readCredential(given, clientId === fromEnvironment.toLowerCase());
  if (!credential && !(isSame && existing.credentialKind !== "none" && existing.clientId === clientId))
    throw missing("client_secret", "Paste the value of a client secret, or a certificate with its key.");
  const facts = credential && inspectCredential(credential, ctx.now(), given.secretExpiresAt ?? null);
  const credentialData = credential &&
    facts && { credentialKind: facts.kind, credentialCiphertext: sealCredential(credential), credentialHint: facts.hint, credentialExpiresAt: facts.expiresAt };

  const connection = await orConflict(
    inTransaction(ctx, async (tx) => {
      if (isSame) {
        // The consent address is what a repeat is for; a connection that works goes on working.
        await updateConnection(tx.db, existing.id, {
          clientId,
          ...(credentialData && { ...credentialData, credentialVersion: { increment: 1 } }),
          ...(given.groupId && given.groupId !== existing.groupId && { groupId: given.groupId, groupName: "" }),
          ...(domain && { tenantDomain: domain }),
        });
        if (given.groupId && given.groupId !== existing.groupId) await resetSetupSteps(tx.db, existing.id, ["group", "assign", "test"]);
        const updated = await findConnectionRow(tx.db, existing.id);
        if (!updated) throw startedElsewhere();
        return updated;
      }
      if (existing) await deleteConnection(tx.sql, existing.id, tx.now());
      const created = await insertConnection(tx.db, {
        isDefault: true,
        provider,
        cloud: profile.name,
        tenantId,
        tenantDomain: domain,
        clientId,
        state: "awaiting_consent",
        groupId: given.groupId ?? "",
        createdById: ctx.actor.kind === "user" ? ctx.actor.userId : null,
        createdAt: tx.now(),
        ...credentialData,
      });
      await insertSetupSteps(tx.db, created.id, stepNames);
      return created;
    }),
  );
  if (existing) forgetTokens(existing.id);
  return { connection, consentUrl: await orConflict(beginConsent(ctx, connection.id)) };
}

/** Verdicts are reached and kept, and nobody is told: there is nothing to set up. */
async function startWatching(ctx: Context): Promise<Connection> {
  return orConflict(
    inTransaction(ctx, async (tx) => {
      const existing = await findDefaultConnectionRow(tx.db);
      if (existing?.provider === "audit_only") return existing;
      if (existing && (isSetUp(existing) || isLeaving(existing.state))) refuseOtherTenant(existing, "");
      if (existing) await deleteConnection(tx.sql, existing.id, tx.now());
      const connection = await insertConnection(tx.db, {
        isDefault: true,
        provider: "audit_only",
        cloud: preselectedCloud(),
        tenantId: "",
        state: "connected",
        connectedAt: tx.now(),
        createdById: ctx.actor.kind === "user" ? ctx.actor.userId : null,
        createdAt: tx.now(),
      });
      await recordActivity(tx, { type: "added_conditional_access_integration_microsoft", details: { connection_id: connection.id, provider: "audit_only" } });
      await requestReassessment(tx, { everyHost: true }, "connection_changed");
      return connection;
    }),
  );
}

/** Two people who start at once: the database lets one through, and the other's connection is gone or stands already. */
async function orConflict<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((cause: unknown) => {
    const isOvertaken = isUniqueViolation(cause) || isVanishedRow(cause) || cause instanceof NotFoundError;
    throw isOvertaken ? startedElsewhere(cause) : cause;
  });
}

function startedElsewhere(cause?: unknown): ConflictError {
  return new ConflictError("connection_started_elsewhere", "Somebody else started connecting a tenant in this moment. Load the page again.", { cause });
}

function refuseOtherTenant(existing: Connection, tenantId: string): void {
  if (isLeaving(existing.state))
    throw new BadRequestError("connection_leaving", "The tenant that was connected is still being disconnected. Wait for it, or force it in Settings.");
  if (existing.provider === "audit_only" || !isSetUp(existing) || existing.tenantId === tenantId) return;
  throw new BadRequestError("other_tenant_connected", `Tenant ${existing.tenantId} is connected. Disconnect it in Settings before you connect another.`);
}

function checkClientId(clientId: string): void {
  if (clientId === "") throw missing("client_id", "Paste the application (client) id of your app registration.", "client_id_missing");
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(clientId)) return;
  throw missing("client_id", "Expected an application (client) id such as 3f2504e0-4f89-41d3-9a0c-0305e82c3301.", "client_id_missing");
}

function readCredential(given: NewConnection, mayUseEnvironment: boolean): Credential | null {
  const { clientSecret, certificate, privateKey } = given;
  if (clientSecret && (certificate || privateKey)) throw missing("client_secret", "Give a client secret or a certificate, not both.", "credential_unusable");
  if (clientSecret) return { kind: "secret", secret: clientSecret.trim() };
  if (certificate || privateKey) {
    if (!certificate) throw missing("certificate", "The certificate of this private key is missing.");
    if (!privateKey) throw missing("private_key", "The private key of this certificate is missing.");
    return { kind: "certificate", certificate, privateKey };
  }
  if (!mayUseEnvironment) return null;
  const { ENTRA_CLIENT_SECRET, ENTRA_CERTIFICATE_FILE, ENTRA_KEY_FILE } = env();
  if (ENTRA_CERTIFICATE_FILE && ENTRA_KEY_FILE) {
    return {
      kind: "certificate",
      certificate: readNamedFile("ENTRA_CERTIFICATE_FILE", ENTRA_CERTIFICATE_FILE),
      privateKey: readNamedFile("ENTRA_KEY_FILE", ENTRA_KEY_FILE),
    };
  }
  return ENTRA_CLIENT_SECRET ? { kind: "secret", secret: ENTRA_CLIENT_SECRET } : null;
}

function missing(field: string, reason: string, code = "credential_missing"): InvalidInputError {
  return new InvalidInputError(code, reason, { fields: [{ field, reason }] });
}
