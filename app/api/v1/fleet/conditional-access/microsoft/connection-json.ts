import { z } from "zod";
import { cloudNames } from "@/lib/compliance/entra/clouds";
import { providerNames, type Connection } from "@/lib/compliance/entra/connection";
import { isSetUp } from "@/lib/compliance/entra/connection-state";
import { connectionText } from "@/lib/compliance/entra/connection-texts";
import type { NewConnection } from "@/lib/compliance/entra/start-connection";

/** What connecting takes: Fleet's tenant id, and ours. A secret goes in and never comes out. */
export const ConnectBody = z.strictObject({
  microsoft_tenant_id: z.string().max(300).optional(),
  provider: z.enum(providerNames).optional(),
  cloud: z.enum(cloudNames).optional(),
  client_id: z.string().max(100).optional(),
  client_secret: z.string().max(1_000).optional(),
  client_secret_expires_at: z.iso.datetime({ offset: true }).optional(),
  certificate: z.string().max(50_000).optional(),
  private_key: z.string().max(50_000).optional(),
  group_id: z.string().max(100).optional(),
});

/** That body in the words of the verb. */
export function toNewConnection(body: z.infer<typeof ConnectBody>): NewConnection {
  return {
    provider: body.provider,
    tenant: body.microsoft_tenant_id,
    cloud: body.cloud,
    clientId: body.client_id,
    clientSecret: body.client_secret,
    secretExpiresAt: body.client_secret_expires_at ? new Date(body.client_secret_expires_at) : undefined,
    certificate: body.certificate,
    privateKey: body.private_key,
    groupId: body.group_id,
  };
}

/** Where a connection stands, as REST answers it. */
export function toConnectionJson(connection: Connection): Record<string, unknown> {
  return {
    state: connection.state,
    configuration_completed: isSetUp(connection),
    setup_error: connection.errorCode ? connectionText(connection.errorCode, connection).sentence : "",
    setup_error_code: connection.errorCode,
    next_attempt_at: connection.errorCode ? connection.nextStepAt : null,
    provider: connection.provider,
    cloud: connection.cloud,
    microsoft_tenant_id: connection.tenantId,
    tenant_domain: connection.tenantDomain,
    client_id: connection.clientId,
    credential_kind: connection.credentialKind,
    credential_hint: connection.credentialHint,
    credential_expires_at: connection.credentialExpiresAt,
    group_id: connection.groupId,
    group_name: connection.groupName,
    connected_at: connection.connectedAt,
  };
}
