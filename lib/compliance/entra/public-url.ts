import { publicAddressProblem } from "@/lib/auth/public-address";
import type { Context } from "@/lib/context";
import { InvalidInputError } from "@/lib/errors";
import type { CloudProfile } from "./clouds";
import { findPublicUrl } from "./connection-queries";

/** The path that the app registration names as its redirect URI, on our public address. */
export const callbackPath = "/settings/integrations/conditional-access";

/** The origin under which people and Microsoft reach this server; empty until it was set. */
export async function getPublicUrl(ctx: Pick<Context, "db">): Promise<string> {
  const address = await findPublicUrl(ctx.db);
  return URL.canParse(address) ? new URL(address).origin : "";
}

/**
 * Refuses an address that Microsoft couldn't show to people, before anything is sent.
 * @throws InvalidInputError `public_url_not_https`
 */
export function checkPublicUrl(profile: CloudProfile, publicUrl: string): void {
  const problem = publicUrl === "" ? "This server's public address isn't set." : profile.requiresPublicHttps ? publicAddressProblem(publicUrl) : null;
  if (!problem) return;
  const reason = `Microsoft sends people to this server's public address, so it has to be https and reachable by a name. ${problem} Change it in Settings, then connect.`;
  throw new InvalidInputError("public_url_not_https", reason, { fields: [{ field: "public_url", reason }] });
}
