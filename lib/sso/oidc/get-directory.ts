import { authorize } from "../../authorize";
import type { Context } from "../../context";
import type { Directory } from "./directory";
import { countPeopleOfTenant, getDirectoryRow } from "./directory-queries";
import { withoutSecret } from "./without-secret";

/**
 * A directory, and how many users are known by an identity of its tenant. Needs `security_settings:read`.
 * @throws NotFoundError `directory_not_found`
 */
export async function getDirectory(ctx: Context, directoryId: number): Promise<{ directory: Directory; people: number }> {
  authorize(ctx, "security_settings:read");
  const row = await getDirectoryRow(ctx.db, directoryId);
  return { directory: withoutSecret(row), people: await countPeopleOfTenant(ctx.db, row.tenantId) };
}
