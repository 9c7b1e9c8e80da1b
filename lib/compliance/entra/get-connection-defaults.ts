import { publicAddressProblem } from "@/lib/auth/public-address";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { env } from "@/lib/env";
import { cloudNames, cloudProfile, hasCustomCloud, preselectedCloud, type CloudName } from "./clouds";
import { countUnmanagedMacs } from "./health-queries";
import { callbackPath, getPublicUrl } from "./public-url";
import { appManifest } from "./required-roles";

/** What the form for a new connection starts with. No credential is in it, only whether the environment holds one. */
export interface ConnectionDefaults {
  cloud: CloudName;
  clouds: { name: CloudName; title: string; needsPublicHttps: boolean }[];
  clientId: string;
  hasCredential: boolean;
  redirectUri: string;
  publicUrl: string;
  /** Why Microsoft's own clouds couldn't use our public address, or null. */
  publicUrlProblem: string | null;
  /** The permissions for the app registration's manifest, as JSON. */
  manifest: string;
  macs: { all: number; unmanaged: number };
}

/**
 * Reads those defaults.
 * @throws ForbiddenError `permission_denied`
 */
export async function getConnectionDefaults(ctx: Context): Promise<ConnectionDefaults> {
  authorize(ctx, "connection:write");
  const { ENTRA_CLIENT_ID, ENTRA_CLIENT_SECRET, ENTRA_CERTIFICATE_FILE, ENTRA_KEY_FILE } = env();
  const publicUrl = await getPublicUrl(ctx);
  const names = cloudNames.filter((name) => name !== "custom" || hasCustomCloud());
  return {
    cloud: preselectedCloud(),
    clouds: names.map((name) => ({ name, title: cloudProfile(name).title, needsPublicHttps: cloudProfile(name).requiresPublicHttps })),
    clientId: ENTRA_CLIENT_ID ?? "",
    hasCredential: Boolean(ENTRA_CLIENT_ID && (ENTRA_CLIENT_SECRET || (ENTRA_CERTIFICATE_FILE && ENTRA_KEY_FILE))),
    redirectUri: publicUrl ? `${publicUrl}${callbackPath}` : "",
    publicUrl,
    publicUrlProblem: publicUrl === "" ? "This server’s public address isn’t set yet." : publicAddressProblem(publicUrl),
    manifest: JSON.stringify(appManifest(), undefined, 2),
    macs: await countUnmanagedMacs(ctx.sql),
  };
}
