import type { Context } from "../../context";
import { getMailSettingsRow } from "./mail-settings-queries";

/** Whether this server can send mail. Everybody may know: what a page offers depends on it. */
export async function isMailOn(ctx: Pick<Context, "db">): Promise<boolean> {
  return (await getMailSettingsRow(ctx.db)).enabled;
}
