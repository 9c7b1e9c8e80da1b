import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { openSecret, sealSecret } from "../../secret-box";
import { sameTenant } from "./create-directory";
import type { Directory } from "./directory";
import type { DirectoryPatch } from "./directory-forms";
import { findDirectoryRowByTenant, getDirectoryRow, updateDirectoryRow, type DirectoryRow, type DirectoryValues } from "./directory-queries";
import { secretPurpose } from "./directory-secret";
import { withoutSecret } from "./without-secret";

const names = {
  name: "name",
  cloud: "cloud",
  tenantId: "tenant_id",
  clientId: "client_id",
  jitProvisioning: "jit_provisioning",
  defaultRole: "default_role",
} as const;

/**
 * Changes a directory. Another tenant, cloud, app or secret is untested: it switches the directory off until it was tried and enabled again.
 * Saying the same again changes nothing. Needs `security_settings:write`.
 * @throws NotFoundError `directory_not_found`; ConflictError `directory_exists`
 */
export function updateDirectory(ctx: Context, directoryId: number, patch: DirectoryPatch): Promise<Directory> {
  return inTransaction(ctx, async (tx) => {
    const before = await getDirectoryRow(tx.db, directoryId, true);
    authorize(tx, "security_settings:write");
    const { clientSecret, ...rest } = patch;
    const values: DirectoryValues = { ...rest };
    const changed: Record<string, { from: unknown; to: unknown }> = {};
    for (const key of Object.keys(names) as (keyof typeof names)[]) {
      if (patch[key] !== undefined && patch[key] !== before[key]) changed[names[key]] = { from: before[key], to: patch[key] };
    }
    if (clientSecret !== undefined && !isSameSecret(before, clientSecret)) {
      values.secretCiphertext = sealSecret(clientSecret, secretPurpose);
      // Neither value is told, only that there is another one now.
      changed.client_secret = { from: "stored", to: "replaced" };
    }
    if (Object.keys(changed).length === 0) return withoutSecret(before);
    if (changed.tenant_id) {
      const same = await findDirectoryRowByTenant(tx.db, patch.tenantId as string);
      if (same) throw sameTenant(same.name);
    }
    const untested = Boolean(changed.cloud || changed.tenant_id || changed.client_id || changed.client_secret);
    if (untested && before.enabledAt) {
      values.enabledAt = null;
      changed.enabled = { from: true, to: false };
    }
    const after = await updateDirectoryRow(tx.db, directoryId, values);
    await recordActivity(tx, { type: "edited_sso_directory", details: { directory_id: after.id, directory_name: after.name, changed } });
    return withoutSecret(after);
  });
}

function isSameSecret(row: DirectoryRow, secret: string): boolean {
  try {
    return openSecret(row.secretCiphertext, secretPurpose) === secret;
  } catch {
    return false; // sealed with another key: the new one is how an admin mends that
  }
}
