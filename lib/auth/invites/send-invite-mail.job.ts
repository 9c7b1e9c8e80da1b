import { z } from "zod";
import type { Context } from "../../context";
import { defineJob, type Job } from "../../jobs/define-job";
import { enqueue } from "../../jobs/enqueue";
import { hashToken, openSecret } from "../../secret-box";
import { getOrganisation } from "../get-organisation";
import { composeMail } from "../mail/compose-mail";
import type { Mail } from "../mail/send-mail";
import { tryMail } from "../mail/try-mail";
import { inviteDays, type Invite } from "./invite";
import { findInviteRowByToken } from "./invite-queries";

/** The purpose that tokens are sealed for on their way through the queue. */
export const inviteTokenPurpose = "invite_token";

const Payload = z.object({ inviteId: z.int(), sealedToken: z.string(), tries: z.int().default(0) });

/** Mails an invite's link. The token lies sealed in the queue; a link that doesn't open any more isn't sent. */
export const sendInviteMail: Job<z.output<typeof Payload>> = defineJob({
  name: "auth.send_invite_mail",
  payload: Payload,
  maxAttempts: 5,
  async run(ctx, payload) {
    const token = openSecret(payload.sealedToken, inviteTokenPurpose);
    const invite = await findInviteRowByToken(ctx.db, hashToken(token), ctx.now());
    if (invite?.id !== payload.inviteId || invite.state !== "open") return;
    const again = await tryMail(ctx, await inviteMail(ctx, invite, token), payload.tries);
    if (again) await enqueue(ctx, sendInviteMail, { ...payload, tries: payload.tries + 1 }, { runAt: again });
  },
});

async function inviteMail(ctx: Context, invite: Invite, token: string): Promise<Mail> {
  const { name, publicUrl } = await getOrganisation(ctx);
  const way = invite.ssoEnabled ? "You sign in with your work account; there is no password to choose." : "Choose a password, then sign in.";
  const words = composeMail({
    subject: `Join ${name} on Flotilla`,
    sender: name,
    paragraphs: [`Hello ${invite.name || invite.email},`, `${invite.invitedByName} invites you to Flotilla, where ${name} looks after its computers. ${way}`],
    action: { text: "Accept the invite", url: `${publicUrl || "http://localhost:3000"}/accept-invite?token=${encodeURIComponent(token)}` },
    after: [`The link works once, for ${inviteDays} days, and is for ${invite.email} alone. If you don’t know what this is about, leave this mail alone.`],
  });
  return { ...words, to: { address: invite.email, name: invite.name }, id: `invite.${hashToken(token).slice(0, 32)}` };
}
