import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { TooManyRequestsError } from "../../errors";
import { countAttempt } from "../../http/count-attempt";
import { enqueue } from "../../jobs/enqueue";
import { sealSecret } from "../../secret-box";
import { isMailOn } from "../mail/is-mail-on";
import { mailOff } from "../mail/send-mail";
import { findUserByEmail } from "../user-queries";
import { makeResetLink } from "./make-reset-link";
import { resetObstacle } from "./may-reset";
import { resetTokenPurpose, sendResetMail } from "./send-reset-mail.job";

const answerTakesMs = 1000;

/**
 * Mails a link to a new password to whoever has this address and signs in with a password. Whether anybody does, the answer can't tell: it is the same,
 * after the same second. An account gets at most five mails an hour.
 * @throws UnavailableError `mail_off`; TooManyRequestsError `too_many_attempts` for an address that asks too often
 */
export async function askForReset(ctx: Context, givenEmail: string): Promise<void> {
  const email = givenEmail.trim().toLowerCase().slice(0, 254);
  const notBefore = performance.now() + answerTakesMs;
  await countAttempt("forgot_password", (ctx.actor.kind === "nobody" && ctx.actor.address) || "unknown");
  if (!(await isMailOn(ctx))) throw mailOff();
  if (await accountMayAsk(email)) await sendLink(ctx, email);
  await new Promise((resolve) => setTimeout(resolve, notBefore - performance.now()));
}

async function accountMayAsk(email: string): Promise<boolean> {
  try {
    await countAttempt("forgot_password_account", email);
    return true;
  } catch (error) {
    if (error instanceof TooManyRequestsError) return false;
    throw error;
  }
}

async function sendLink(ctx: Context, email: string): Promise<void> {
  const user = await findUserByEmail(ctx.db, email);
  if (!user || resetObstacle(user)) return;
  await inTransaction(ctx, async (tx) => {
    const { token } = await makeResetLink(tx, user.id, "mail");
    await enqueue(tx, sendResetMail, { userId: user.id, sealedToken: sealSecret(token, resetTokenPurpose), tries: 0 });
    await recordActivity(tx, { type: "asked_password_reset", details: { user_id: user.id, user_email: user.email } });
  });
}
