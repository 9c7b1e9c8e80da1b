import type { Context } from "@/lib/context";
import type { Connection } from "./connection";
import { ConnectionProblem } from "./connection-problem";
import { callMicrosoft, type MicrosoftAnswer, type MicrosoftCall } from "./microsoft-client";
import { MicrosoftError } from "./microsoft-error";
import { redactedExcerpt } from "./redact";
import { textOf } from "./read-answer";

const provisioned = 1;
const deprovisioned = 2;

/** Whether Microsoft is to send people of this tenant to us, from now on or no longer. */
export interface Provisioning {
  on: boolean;
  /** Our public origin: Microsoft shows two pages under it to people who were kept out. */
  publicUrl: string;
}

/**
 * Tells Intune that we serve the tenant (or no longer do), and where its people find help. Safe to repeat; also changes the two addresses.
 * The answer's body decides: the service says 200 to a refusal too.
 * @throws ConnectionProblem `provision_rejected`, `partner_not_approved`; MicrosoftError
 */
export async function provisionTenant(ctx: Context, connection: Connection, tenantServiceUrl: string, { on, publicUrl }: Provisioning): Promise<void> {
  const wanted = on ? provisioned : deprovisioned;
  const answer = await callPartner(ctx, connection, {
    method: "PUT",
    url: `${tenantServiceUrl}/PartnerTenants(guid'${connection.tenantId}')?api-version=1.6`,
    body: {
      Provisioned: wanted,
      PartnerEnrollmentUrl: `${publicUrl}/microsoft-compliance-partner/enroll`,
      PartnerRemediationUrl: `${publicUrl}/microsoft-compliance-partner/remediate`,
    },
  });
  const body = answer.body as Record<string, unknown> | null;
  const detail = textOf(body, "ErrorDetail");
  const inner = Number(textOf(body, "HttpStatusCode") || "200");
  if (answer.status === 200 && Number(textOf(body, "Provisioned")) === wanted && detail === "" && inner >= 200 && inner < 300) return;
  throw new ConnectionProblem("provision_rejected", "Microsoft answered, but didn't take the tenant on.", {
    requestId: answer.requestId,
    status: answer.status,
    ...(inner >= 200 && inner < 300 ? {} : { innerStatus: inner }),
    ...(detail && { errorDetail: redactedExcerpt(detail) }),
    answer: redactedExcerpt(JSON.stringify(body)),
  });
}

/** Calls a partner service; a 403 or 404 there means that Microsoft doesn't know the app as a partner. */
export async function callPartner(ctx: Context, connection: Connection, call: Omit<MicrosoftCall, "audience">): Promise<MicrosoftAnswer> {
  try {
    return await callMicrosoft(ctx, connection, { ...call, audience: "intune" });
  } catch (error) {
    if (error instanceof MicrosoftError && (error.kind === "forbidden" || error.kind === "not_found")) {
      throw new ConnectionProblem("partner_not_approved", "Microsoft refused us as a partner.", error.details, error);
    }
    throw error;
  }
}
