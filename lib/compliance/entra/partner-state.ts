import type { Context } from "@/lib/context";
import { cloudProfile } from "./clouds";
import type { Connection } from "./connection";
import { callMicrosoft } from "./microsoft-client";
import { readList, textOf } from "./read-answer";

const permission = "DeviceManagementServiceConfig.Read.All";

/**
 * What Intune says about the partner that macOS is given to: unknown, unavailable, enabled, terminated, rejected or unresponsive.
 * Empty when the app lacks the optional permission, or when no partner covers macOS.
 */
export async function readPartnerState(ctx: Context, connection: Connection, grantedRoles: string[]): Promise<string> {
  if (!grantedRoles.includes(permission)) return "";
  const { graphUrl } = cloudProfile(connection.cloud);
  const answer = await callMicrosoft(ctx, connection, {
    audience: "graph",
    method: "GET",
    url: `${graphUrl}/v1.0/deviceManagement/complianceManagementPartners`,
  });
  // A tenant has one partner per platform; ours reports macOS.
  return textOf(
    readList(answer.body).find((partner) => partner.macOsOnboarded === true),
    "partnerState",
  );
}
