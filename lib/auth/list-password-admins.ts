import { authorize } from "../authorize";
import type { Context } from "../context";
import { listPasswordAdminRows } from "./sso-user-queries";

/** A global admin who can sign in with a password, whatever happens to single sign-on. */
export interface PasswordAdmin {
  id: number;
  name: string;
  email: string;
  lastSignedInAt: Date | null;
}

/** The global admins who can still sign in when single sign-on fails, by name. Needs `security_settings:read`. */
export async function listPasswordAdmins(ctx: Context): Promise<PasswordAdmin[]> {
  authorize(ctx, "security_settings:read");
  return listPasswordAdminRows(ctx.db);
}
