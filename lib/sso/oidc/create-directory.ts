import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { ConflictError } from "../../errors";
import { sealSecret } from "../../secret-box";
import { nextSlug, type Directory } from "./directory";
import type { DirectoryDraft } from "./directory-forms";
import { findDirectoryRowByTenant, insertDirectory, listDirectoryRows, lockDirectories } from "./directory-queries";
import { secretPurpose } from "./directory-secret";
import { withoutSecret } from "./without-secret";

/**
 * Adds a directory as a draft: only "Try it" uses it until it is enabled. Needs `security_settings:write`.
 * @throws ConflictError `directory_exists` when the tenant is there already
 */
export function createDirectory(ctx: Context, { clientSecret, ...draft }: DirectoryDraft): Promise<Directory> {
  return inTransaction(ctx, async (tx) => {
    authorize(tx, "security_settings:write");
    await lockDirectories(tx.db);
    const same = await findDirectoryRowByTenant(tx.db, draft.tenantId);
    if (same) throw sameTenant(same.name);
    const slug = nextSlug((await listDirectoryRows(tx.db)).map((row) => row.slug));
    const row = await insertDirectory(tx.db, { ...draft, slug, secretCiphertext: sealSecret(clientSecret, secretPurpose) });
    const { name, tenantId, clientId, cloud, jitProvisioning, defaultRole } = row;
    await recordActivity(tx, {
      type: "added_sso_directory",
      details: {
        directory_id: row.id,
        directory_name: name,
        tenant_id: tenantId,
        client_id: clientId,
        cloud,
        jit_provisioning: jitProvisioning,
        default_role: defaultRole,
      },
    });
    return withoutSecret(row);
  });
}

/** The refusal of a tenant that another directory has. */
export function sameTenant(name: string): ConflictError {
  const reason = `belongs to the directory "${name}". Change that one instead`;
  return new ConflictError("directory_exists", `This tenant ${reason}.`, { fields: [{ field: "tenantId", reason }] });
}
