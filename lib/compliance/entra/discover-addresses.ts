import type { Context } from "@/lib/context";
import { cloudProfile, isPartnerAddress } from "./clouds";
import type { Connection } from "./connection";
import { updateConnection } from "./connection-queries";
import { ConnectionProblem } from "./connection-problem";
import { callMicrosoft } from "./microsoft-client";
import { redactedPath } from "./redact";
import { readList, textOf } from "./read-answer";

// Intune itself, the same id in every tenant.
const intuneAppId = "0000000a-0000-0000-c000-000000000000";
const keptForMs = 24 * 60 * 60 * 1000;

/** Where a tenant's two partner services answer, without a trailing slash. */
export interface PartnerAddresses {
  servicePrincipalId: string;
  tenantServiceUrl: string;
  deviceServiceUrl: string;
}

/**
 * The addresses of the tenant's partner services: those found in the last 24 hours, else asked from Graph and kept in the connection's row.
 * A bearer token is sent there, so only https addresses on hosts of the connection's cloud are taken.
 * @throws ConnectionProblem `intune_missing`, `partner_endpoints_missing`, `partner_endpoint_untrusted`; MicrosoftError
 */
export async function discoverAddresses(ctx: Context, connection: Connection, { fresh = false, keep = true } = {}): Promise<PartnerAddresses> {
  const { servicePrincipalId, tenantServiceUrl, deviceServiceUrl, addressesFoundAt } = connection;
  const isKnown =
    addressesFoundAt !== null && ctx.now().getTime() - addressesFoundAt.getTime() < keptForMs && tenantServiceUrl !== "" && deviceServiceUrl !== "";
  if (isKnown && !fresh) return { servicePrincipalId, tenantServiceUrl, deviceServiceUrl };
  const found = await askGraph(ctx, connection);
  if (keep) await updateConnection(ctx.db, connection.id, { ...found, addressesFoundAt: ctx.now() });
  return found;
}

/** Drops a connection's kept addresses, after calls to them failed several times. */
export async function forgetAddresses(ctx: Context, connectionId: number): Promise<void> {
  await updateConnection(ctx.db, connectionId, { tenantServiceUrl: "", deviceServiceUrl: "", addressesFoundAt: null });
}

async function askGraph(ctx: Context, connection: Connection): Promise<PartnerAddresses> {
  const profile = cloudProfile(connection.cloud);
  const principals = await callMicrosoft(ctx, connection, {
    audience: "graph",
    method: "GET",
    url: `${profile.graphUrl}/v1.0/servicePrincipals?$filter=${encodeURIComponent(`appId eq '${intuneAppId}'`)}&$select=id`,
  });
  const servicePrincipalId = textOf(readList(principals.body)[0], "id");
  if (!servicePrincipalId) {
    throw new ConnectionProblem("intune_missing", "This tenant has no Intune. It needs Intune licences for the people whose Macs it reports.", {
      requestId: principals.requestId,
    });
  }
  const endpoints = await callMicrosoft(ctx, connection, {
    audience: "graph",
    method: "GET",
    url: `${profile.graphUrl}/v1.0/servicePrincipals/${encodeURIComponent(servicePrincipalId)}/endpoints`,
  });
  const list = readList(endpoints.body);
  const addressOf = (provider: string): string => {
    const uri = textOf(
      list.find((entry) => textOf(entry, "providerName") === provider),
      "uri",
    );
    if (!uri) {
      throw new ConnectionProblem("partner_endpoints_missing", `Intune doesn't list its service ${provider} in this tenant.`, {
        service: provider,
        requestId: endpoints.requestId,
      });
    }
    if (!isPartnerAddress(profile, uri)) {
      throw new ConnectionProblem(
        "partner_endpoint_untrusted",
        `Intune's list names an address outside the ${profile.title} cloud, so nothing was sent there.`,
        {
          service: provider,
          address: redactedPath(uri),
          requestId: endpoints.requestId,
        },
      );
    }
    return uri.replace(/\/+$/, "");
  };
  return { servicePrincipalId, tenantServiceUrl: addressOf("PartnerTenantDataSyncService"), deviceServiceUrl: addressOf("PartnerDeviceDataSyncService") };
}
