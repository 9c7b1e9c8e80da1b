import type { Context } from "../../context";
import { InvalidInputError } from "../../errors";
import { enqueue } from "../../jobs/enqueue";
import { hashToken, randomToken, sealSecret } from "../../secret-box";
import { isMailOn } from "../mail/is-mail-on";
import { inviteDays } from "./invite";
import { inviteTokenPurpose, sendInviteMail } from "./send-invite-mail.job";

const dayMs = 24 * 60 * 60 * 1000;

/** A new token for an invite's link, and when it ends. */
export function newInviteLink(now: Date): { token: string; tokenHash: string; expiresAt: Date } {
  const token = randomToken(32);
  return { token, tokenHash: hashToken(token), expiresAt: new Date(now.getTime() + inviteDays * dayMs) };
}

/** Puts the mail with an invite's link on its way, in the caller's transaction. */
export async function mailInviteLink(tx: Context, inviteId: number, token: string): Promise<void> {
  await enqueue(tx, sendInviteMail, { inviteId, sealedToken: sealSecret(token, inviteTokenPurpose), tries: 0 });
}

/**
 * Stops a verb that would have to send a mail and can't.
 * @throws InvalidInputError `mail_off`
 */
export async function requireMail(ctx: Context): Promise<void> {
  if (await isMailOn(ctx)) return;
  const reason = "can't be told: this server sends no mail yet; set it up under Settings, Mail, or make the user directly";
  throw new InvalidInputError(
    "mail_off",
    "Invites are sent by mail, and this server sends none yet. Set it up under Settings, Mail, or make the user directly.",
    {
      fields: [{ field: "email", reason }],
    },
  );
}
