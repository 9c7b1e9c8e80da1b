import { createHash } from "node:crypto";
import { z } from "zod";
import { loginOrigin, type LoginCloud } from "../../http/microsoft-login";

/** The clouds a directory can live in. */
export const directoryClouds = ["global", "us_government", "china"] as const satisfies readonly LoginCloud[];

/** What a person gets whom no rule names. */
export const directoryDefaultRoles = ["none", "observer"] as const;

/** What "Try it" saw. `settings` is the fingerprint of what was tried; `session` the hash of the admin's session, whose answer alone counts. */
export const DirectoryTrial = z.object({
  id: z.string(),
  status: z.enum(["started", "succeeded", "failed"]),
  settings: z.string(),
  session: z.string(),
  startedAt: z.iso.datetime(),
  startedBy: z.object({ userId: z.number(), name: z.string() }),
  finishedAt: z.iso.datetime().optional(),
  /** The person that Microsoft named. */
  person: z
    .object({
      name: z.string(),
      email: z.string(),
      emailIsProof: z.boolean(),
      tenantId: z.string(),
      objectId: z.string(),
      appRoles: z.array(z.string()),
      groups: z.number(),
      groupsTruncated: z.boolean(),
    })
    .optional(),
  /** What a real sign-in would have done with that person. */
  admission: z.object({ admitted: z.boolean(), text: z.string() }).optional(),
  problem: z.object({ code: z.string(), text: z.string(), detail: z.string() }).optional(),
  /** Since then Microsoft refuses the secret to people who sign in. */
  secretProblem: z.object({ code: z.enum(["secret_wrong", "secret_expired"]), at: z.iso.datetime() }).optional(),
});
/** See the schema of the same name. */
export type DirectoryTrial = z.infer<typeof DirectoryTrial>;

/** An Entra directory that people sign in from, without its secret. `settings` is the fingerprint of tenant, app and secret. */
export interface Directory {
  id: number;
  slug: string;
  name: string;
  cloud: LoginCloud;
  tenantId: string;
  clientId: string;
  enabledAt: Date | null;
  jitProvisioning: boolean;
  defaultRole: (typeof directoryDefaultRoles)[number];
  settings: string;
  trial: DirectoryTrial | null;
  createdAt: Date;
  updatedAt: Date;
}

/** Since when Microsoft refuses the present secret, and as what; null while it takes it, as far as is known. */
export function secretProblemOf({ trial, settings }: Pick<Directory, "trial" | "settings">): NonNullable<DirectoryTrial["secretProblem"]> | null {
  return trial?.settings === settings ? (trial.secretProblem ?? null) : null;
}

/** A trial that nobody finished counts no more after this long. */
export const trialLastsMs = 15 * 60_000;

/** Where a trial stands: `passed` only for the settings as they are now. */
export function trialState({ trial, settings }: Pick<Directory, "trial" | "settings">, now: Date): "none" | "waiting" | "lapsed" | "passed" | "failed" {
  if (!trial || trial.settings !== settings) return "none";
  if (trial.status === "succeeded") return "passed";
  if (trial.status === "failed") return "failed";
  return now.getTime() - Date.parse(trial.startedAt) < trialLastsMs ? "waiting" : "lapsed";
}

/** Changes when anything changes that a trial has tested. */
export function settingsFingerprint(row: { cloud: string; tenantId: string; clientId: string; secretCiphertext: string }): string {
  return createHash("sha256").update([row.cloud, row.tenantId, row.clientId, row.secretCiphertext].join("\n")).digest("hex").slice(0, 32);
}

/** The one issuer whose tokens count for a directory. */
export function issuerOf({ cloud, tenantId }: Pick<Directory, "cloud" | "tenantId">): string {
  return `${loginOrigin(cloud)}/${tenantId}/v2.0`;
}

/**
 * Microsoft's addresses for one tenant. They are fixed by its documentation, so no document from outside gets to name others.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */
export function endpointsOf({ cloud, tenantId }: Pick<Directory, "cloud" | "tenantId">): { authorize: string; token: string; keys: string } {
  const base = `${loginOrigin(cloud)}/${tenantId}`;
  return { authorize: `${base}/oauth2/v2.0/authorize`, token: `${base}/oauth2/v2.0/token`, keys: `${base}/discovery/v2.0/keys` };
}

/** The redirect URI to register in Entra. */
export function redirectUriOf(publicUrl: string, slug: string): string {
  return `${publicUrl}/api/auth/callback/${slug}`;
}

/** The first free of microsoft-entra-id, microsoft-entra-id-2, … */
export function nextSlug(taken: readonly string[]): string {
  const first = "microsoft-entra-id";
  for (let number = 1; ; number += 1) {
    const slug = number === 1 ? first : `${first}-${number}`;
    if (!taken.includes(slug)) return slug;
  }
}
