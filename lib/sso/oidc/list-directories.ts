import { authorize } from "../../authorize";
import type { Context } from "../../context";
import type { Directory } from "./directory";
import { listDirectoryRows } from "./directory-queries";
import { withoutSecret } from "./without-secret";

/** All directories, drafts too, the oldest first. Needs `security_settings:read`. */
export async function listDirectories(ctx: Context): Promise<Directory[]> {
  authorize(ctx, "security_settings:read");
  return (await listDirectoryRows(ctx.db)).map(withoutSecret);
}
