import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { FlotillaError } from "../../errors";
import { sendMail, type Mail } from "./send-mail";

const secondMs = 1000;
/** After each failed try but the last, how long to wait: about two hours in all. */
const waits = [30, 60, 120, 300, 600, 1200, 1800, 3600].map((seconds) => seconds * secondMs);

/**
 * Sends a mail on behalf of a job. Gives the time of the next try when the server could not take it yet, else null: it was sent, or it is no use, which an
 * activity then tells admins.
 * @param tries how many tries failed before this one
 */
export async function tryMail(ctx: Context, mail: Mail, tries: number): Promise<Date | null> {
  try {
    await sendMail(ctx, mail);
    return null;
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    const wait = waits[tries];
    if (error.code === "mail_undelivered" && wait !== undefined) {
      ctx.log.info({ "mail.try": tries + 1, "error.message": error.message }, "a mail wasn't taken yet and is tried again");
      return new Date(ctx.now().getTime() + wait);
    }
    await tellMailFailed(ctx, mail.to.address, error.message);
    return null;
  }
}

/** Writes down that a mail didn't go out, and why. */
export async function tellMailFailed(ctx: Context, to: string, reason: string): Promise<void> {
  await recordActivity(ctx, { type: "mail_failed", details: { to, reason } });
}
