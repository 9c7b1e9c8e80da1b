import { z } from "zod";
import type { Context } from "../../context";
import { defineJob, type Job } from "../../jobs/define-job";
import { enqueue } from "../../jobs/enqueue";
import { hashToken, openSecret } from "../../secret-box";
import { getOrganisation } from "../get-organisation";
import { composeMail } from "../mail/compose-mail";
import type { Mail } from "../mail/send-mail";
import { tellMailFailed, tryMail } from "../mail/try-mail";
import { findUser, type UserRow } from "../user-queries";
import { resetAddress, resetMinutes } from "./make-reset-link";
import { resetObstacle } from "./may-reset";
import { resetStands } from "./reset-queries";

/** The purpose that tokens are sealed for on their way through the queue. */
export const resetTokenPurpose = "reset_token";

const Payload = z.object({ userId: z.int(), sealedToken: z.string(), tries: z.int().default(0) });

/** Mails a link to a new password. The token lies sealed in the queue; a link that was used or has ended meanwhile isn't sent. */
export const sendResetMail: Job<z.output<typeof Payload>> = defineJob({
  name: "auth.send_reset_mail",
  payload: Payload,
  maxAttempts: 5,
  async run(ctx, payload) {
    const user = await findUser(ctx.db, payload.userId);
    if (!user || resetObstacle(user)) return;
    const token = openSecret(payload.sealedToken, resetTokenPurpose);
    if (!(await resetStands(ctx.db, hashToken(token), ctx.now()))) {
      // Gone after a failed try: nobody got it. Gone before the first: another link was used.
      if (payload.tries > 0) await tellMailFailed(ctx, user.email, "its link ended before the mail server took it");
      return;
    }
    const again = await tryMail(ctx, await resetMail(ctx, user, token), payload.tries);
    if (again) await enqueue(ctx, sendResetMail, { ...payload, tries: payload.tries + 1 }, { runAt: again });
  },
});

async function resetMail(ctx: Context, user: UserRow, token: string): Promise<Mail> {
  const { name } = await getOrganisation(ctx);
  const words = composeMail({
    subject: "Choose a new password for Flotilla",
    sender: name,
    paragraphs: [
      `Hello ${user.name || user.email},`,
      `Someone asked for a new password for your Flotilla account at ${name}. If it was you, choose one here. The link works once, for ${resetMinutes.mail} minutes.`,
    ],
    action: { text: "Choose a new password", url: await resetAddress(ctx, token) },
    after: ["If it wasn’t you, leave this mail alone: your password stays as it is."],
  });
  return { ...words, to: { address: user.email, name: user.name }, id: `reset.${hashToken(token).slice(0, 32)}` };
}
