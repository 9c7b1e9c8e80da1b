import type { Context } from "@/lib/context";
import { findDefaultConnectionRow } from "./connection-queries";
import { isSetUp } from "./connection-state";

/** The `conditional_access` object of the organisation's configuration, as Fleet's clients know it: always whole, empty where nothing is connected. */
export interface ConditionalAccessConfig {
  microsoft_entra_tenant_id: string;
  microsoft_entra_connection_configured: boolean;
  okta_idp_id: string;
  okta_assertion_consumer_service_url: string;
  okta_audience_uri: string;
  okta_certificate: string;
  bypass_disabled: boolean;
}

/** Reads that object; the caller has authorised the reading of the configuration. */
export async function getConditionalAccessConfig(ctx: Pick<Context, "db">): Promise<ConditionalAccessConfig> {
  const connection = await findDefaultConnectionRow(ctx.db);
  return {
    microsoft_entra_tenant_id: connection?.tenantId ?? "",
    microsoft_entra_connection_configured: connection !== null && isSetUp(connection),
    okta_idp_id: "",
    okta_assertion_consumer_service_url: "",
    okta_audience_uri: "",
    okta_certificate: "",
    bypass_disabled: true,
  };
}
