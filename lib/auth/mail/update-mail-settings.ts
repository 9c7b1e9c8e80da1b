import { changesBetween } from "../../activities/changes-between";
import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { InvalidInputError, type FieldProblem } from "../../errors";
import { fieldProblems } from "../../http/error-envelope";
import { sealSecret } from "../../secret-box";
import { withoutPassword } from "./get-mail-settings";
import { isLoopback, MailSettingsPatch, type MailSettings } from "./mail-settings";
import { lockMailSettingsRow, updateMailSettingsRow, type MailSettingsRow } from "./mail-settings-queries";

/** The purpose that the mail server's password is sealed for. */
export const mailPasswordPurpose = "mail_password";

/**
 * Changes how mail is sent. Another server or user name needs the password anew, so that a stored one is only ever shown to the server it was typed for.
 * @throws InvalidInputError `mail_settings_invalid` with each field's problem; ForbiddenError `permission_denied`
 */
export function updateMailSettings(ctx: Context, given: MailSettingsPatch): Promise<MailSettings> {
  return inTransaction(ctx, async (tx) => {
    authorize(tx, "security_settings:write");
    const parsed = MailSettingsPatch.safeParse(given);
    if (!parsed.success) throw invalid(fieldProblems(parsed.error));
    const { password, ...patch } = parsed.data;
    const before = await lockMailSettingsRow(tx.db);
    const after = { ...before, ...patch };
    const problems = problemsOf(before, after, password);
    if (problems.length > 0) throw invalid(problems);

    const passwordCiphertext = nextPassword(before, after, password);
    const changed = changesBetween(before, patch);
    const passwordChanged = passwordCiphertext !== before.passwordCiphertext;
    if (Object.keys(changed).length === 0 && !passwordChanged) return withoutPassword(before);
    const row = await updateMailSettingsRow(tx.db, { ...patch, passwordCiphertext }, tx.now());
    await recordActivity(tx, { type: "edited_mail_settings", details: { changed, ...(passwordChanged && { password_changed: true }) } });
    return withoutPassword(row);
  });
}

function nextPassword(before: MailSettingsRow, after: MailSettingsRow, password: string | undefined): string | null {
  if (after.userName === "" || password === "") return null;
  return password === undefined ? before.passwordCiphertext : sealSecret(password, mailPasswordPurpose);
}

function problemsOf(before: MailSettingsRow, after: MailSettingsRow, password: string | undefined): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (after.enabled && after.host === "") problems.push({ field: "host", reason: "is needed to send mail: expected a host name such as smtp.example.com" });
  if (after.enabled && after.fromAddress === "")
    problems.push({ field: "fromAddress", reason: "is needed to send mail: expected the address that mail comes from" });
  if (after.userName === "") return problems;
  const moved = after.host !== before.host || after.port !== before.port || after.userName !== before.userName;
  if (password === "" || (password === undefined && before.passwordCiphertext === null))
    problems.push({ field: "password", reason: "is needed with a user name" });
  else if (password === undefined && moved) problems.push({ field: "password", reason: "is needed again, because the server or the user name changed" });
  if (after.security === "none" && !isLoopback(after.host)) {
    problems.push({ field: "security", reason: "must be TLS or STARTTLS, or the password would cross the network in clear" });
  }
  return problems;
}

function invalid(fields: FieldProblem[]): InvalidInputError {
  const [first] = fields;
  return new InvalidInputError("mail_settings_invalid", `"${first?.field}": ${first?.reason}.`, { fields });
}
