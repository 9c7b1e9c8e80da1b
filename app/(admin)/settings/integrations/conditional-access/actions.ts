"use server";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { beginConsent } from "@/lib/compliance/entra/begin-consent";
import { chooseGroup } from "@/lib/compliance/entra/choose-group";
import { cloudNames } from "@/lib/compliance/entra/clouds";
import { providerNames } from "@/lib/compliance/entra/connection";
import { callbackPath } from "@/lib/compliance/entra/public-url";
import { disconnect, disconnectChoices } from "@/lib/compliance/entra/disconnect";
import { listGroups } from "@/lib/compliance/entra/list-groups";
import { retrySetupStep } from "@/lib/compliance/entra/retry-setup-step";
import { rotateCredential } from "@/lib/compliance/entra/rotate-credential";
import { startConnection } from "@/lib/compliance/entra/start-connection";
import { testConnection } from "@/lib/compliance/entra/test-connection";
import { InvalidInputError } from "@/lib/errors";

const Optional = z
  .string()
  .max(50_000)
  .optional()
  .transform((text) => text?.trim() || undefined);
const OptionalDay = Optional.transform((text) => (text ? new Date(`${text}T23:59:59.000Z`) : undefined)).refine(
  (date) => !date || !Number.isNaN(date.getTime()),
  "expected a date",
);
const ConnectionId = z.object({ connectionId: z.coerce.number().int().positive() });

const ConnectForm = z.object({
  provider: z.enum(providerNames),
  microsoft_tenant_id: Optional,
  cloud: z.enum(cloudNames).optional(),
  client_id: Optional,
  client_secret: Optional,
  client_secret_expires_at: OptionalDay,
  certificate: Optional,
  private_key: Optional,
});

/** Saves tenant, cloud and app, and goes to Microsoft's consent page in the same tab. */
export const saveConnection = adminAction("conditional-access.saveConnection", ConnectForm, async (ctx, form) => {
  const { consentUrl } = await startConnection(ctx, {
    provider: form.provider,
    tenant: form.microsoft_tenant_id,
    cloud: form.cloud,
    clientId: form.client_id,
    clientSecret: form.client_secret,
    secretExpiresAt: form.client_secret_expires_at,
    certificate: form.certificate,
    privateKey: form.private_key,
  });
  revalidatePath(callbackPath);
  if (consentUrl) redirect(consentUrl);
  return "Watching. Verdicts are reached and kept; none is sent.";
});

/** Goes to Microsoft's consent page in the same tab. */
export const giveConsent = adminAction("conditional-access.giveConsent", ConnectionId, async (ctx, { connectionId }) => {
  redirect(await beginConsent(ctx, connectionId));
});

/** Tries the step at which setup stopped again. */
export const retryStep = adminAction("conditional-access.retryStep", ConnectionId, async (ctx, { connectionId }) => {
  await retrySetupStep(ctx, connectionId);
  revalidatePath(callbackPath);
  return "Trying again.";
});

/** Security groups whose name begins so, for the picker. */
export const findGroups = adminAction(
  "conditional-access.findGroups",
  ConnectionId.extend({ beginning: z.string().max(120) }),
  async (ctx, { connectionId, beginning }) => listGroups(ctx, connectionId, beginning),
);

/** Chooses the group whose people are covered. */
export const saveGroup = adminAction(
  "conditional-access.saveGroup",
  ConnectionId.extend({ group_id: z.string({ error: "Choose a group." }).min(1, "Choose a group.").max(100) }),
  async (ctx, form) => {
    const group = await chooseGroup(ctx, form.connectionId, form.group_id);
    revalidatePath(callbackPath);
    return `Covers ${group.name} from now on.`;
  },
);

const CredentialForm = ConnectionId.extend({
  client_secret: Optional,
  client_secret_expires_at: OptionalDay,
  certificate: Optional,
  private_key: Optional,
});

/** Replaces the app's secret or certificate. */
export const saveCredential = adminAction("conditional-access.saveCredential", CredentialForm, async (ctx, form) => {
  const { client_secret: secret, certificate, private_key: privateKey } = form;
  if (!secret && !(certificate && privateKey)) {
    const field = certificate ? "private_key" : privateKey ? "certificate" : "client_secret";
    throw new InvalidInputError("credential_missing", "Nothing was changed yet.", { fields: [{ field, reason: "This is missing." }] });
  }
  await rotateCredential(
    ctx,
    form.connectionId,
    secret ? { kind: "secret", secret } : { kind: "certificate", certificate: certificate ?? "", privateKey: privateKey ?? "" },
    form.client_secret_expires_at ?? null,
  );
  revalidatePath(callbackPath);
  return "Saved. Trying it now.";
});

/** Tries everything the connection needs, without writing anything at Microsoft. */
export const runTest = adminAction("conditional-access.runTest", ConnectionId, async (ctx, { connectionId }) => testConnection(ctx, connectionId));

const DisconnectForm = ConnectionId.extend({
  on_disconnect: z.enum(disconnectChoices).optional(),
  force: z.string().optional(),
  reason: z.string().max(500).optional(),
});

/** Ends the connection. */
export const endConnection = adminAction("conditional-access.endConnection", DisconnectForm, async (ctx, form) => {
  try {
    const outcome = await disconnect(ctx, form.connectionId, {
      onDisconnect: form.on_disconnect ?? "leave",
      force: form.force === "yes",
      reason: form.reason ?? "",
    });
    return outcome === "gone" ? "Disconnected." : "Telling the devices, then leaving.";
  } finally {
    revalidatePath(callbackPath);
  }
});
