import { randomUUID } from "node:crypto";
import { getPrisma } from "@/lib/db/prisma";
import { resetEnv } from "@/lib/env";
import { createDirectory } from "@/lib/sso/oidc/create-directory";
import type { Directory } from "@/lib/sso/oidc/directory";
import { DirectoryDraft } from "@/lib/sso/oidc/directory-forms";
import { testUserContext } from "@/lib/testing/test-context";
import { testPublicUrl } from "./entra-browser";
import { startOidcProvider, type OidcProvider, type ProviderPerson } from "./start-oidc-provider";

/** A server whose one directory is a provider on this computer. */
export interface EntraDirectoryScene {
  provider: OidcProvider;
  directory: Directory;
  stop(): Promise<void>;
}

/** Somebody new in the provider's directory. */
export function newPerson(claims: Record<string, unknown> = {}): ProviderPerson {
  const oid = randomUUID();
  return { oid, name: "Ada Byron", preferred_username: `Ada.${oid.slice(0, 8)}@aldergate.example`, ...claims };
}

/** Starts the provider and adds it as a directory: on, and with people added at their first sign-in, unless `enabled` is false. */
export async function startEntraDirectory({ enabled = true }: { enabled?: boolean } = {}): Promise<EntraDirectoryScene> {
  const provider = await startOidcProvider(newPerson());
  process.env.MICROSOFT_LOGIN_URL = provider.origin;
  resetEnv();
  await getPrisma().organisation.upsert({ where: { id: 1 }, update: { publicUrl: testPublicUrl }, create: { id: 1, publicUrl: testPublicUrl } });
  const { tenantId, clientId, clientSecret } = provider;
  const draft = DirectoryDraft.parse({ name: "Aldergate", tenantId, clientId, clientSecret, jitProvisioning: true, defaultRole: "observer" });
  const directory = await createDirectory(await testUserContext("admin"), draft);
  if (enabled) await getPrisma().ssoDirectory.update({ where: { id: directory.id }, data: { enabledAt: new Date() } });
  return {
    provider,
    directory,
    async stop() {
      delete process.env.MICROSOFT_LOGIN_URL;
      resetEnv();
      await provider.close();
    },
  };
}

/** How many users, identities and sessions there are. */
export async function countPeople(): Promise<{ users: number; accounts: number; sessions: number }> {
  const { user, account, session } = getPrisma();
  const [users, accounts, sessions] = await Promise.all([user.count(), account.count(), session.count()]);
  return { users, accounts, sessions };
}

/** The details of the newest refused sign-in. */
export async function lastRefusal(): Promise<Record<string, unknown>> {
  const row = await getPrisma().activity.findFirst({ where: { type: "user_failed_login" }, orderBy: { id: "desc" } });
  return { ...(row?.details as object), address: row?.address };
}
