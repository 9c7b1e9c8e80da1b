import { authorize } from "../../authorize";
import type { Context } from "../../context";
import type { MailSettings } from "./mail-settings";
import { getMailSettingsRow, type MailSettingsRow } from "./mail-settings-queries";

/**
 * How mail is sent, without the password.
 * @throws ForbiddenError `permission_denied`
 */
export async function getMailSettings(ctx: Context): Promise<MailSettings> {
  authorize(ctx, "security_settings:read");
  return withoutPassword(await getMailSettingsRow(ctx.db));
}

/** The settings as they may be shown. */
export function withoutPassword({ passwordCiphertext, enabled, host, port, security, userName, fromAddress, updatedAt }: MailSettingsRow): MailSettings {
  return { enabled, host, port, security, userName, hasPassword: passwordCiphertext !== null, fromAddress, updatedAt };
}
