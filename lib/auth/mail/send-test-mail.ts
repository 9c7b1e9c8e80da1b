import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { UnauthenticatedError } from "../../errors";
import { countAttempt } from "../../http/count-attempt";
import { randomToken } from "../../secret-box";
import { getOrganisation } from "../get-organisation";
import { composeMail } from "./compose-mail";
import { sendMail } from "./send-mail";

/**
 * Sends a mail to the actor by the stored settings, switched on or not, and gives the server's answer.
 * @throws ForbiddenError `permission_denied`; UnavailableError `mail_off`; UpstreamError `mail_refused`, `mail_undelivered`; TooManyRequestsError
 */
export async function sendTestMail(ctx: Context): Promise<{ to: string; answer: string }> {
  authorize(ctx, "security_settings:write");
  const { actor } = ctx;
  if (actor.kind !== "user") throw new UnauthenticatedError("not_signed_in", "Authentication required");
  await countAttempt("test_mail", String(actor.userId));
  const organisation = await getOrganisation(ctx);
  const words = composeMail({
    subject: "Flotilla can send mail",
    sender: organisation.name,
    paragraphs: [
      `Hello ${actor.name || actor.email},`,
      "This is the test mail you asked for. Flotilla’s mail works: invites and links to new passwords will arrive like this one.",
    ],
  });
  const answer = await sendMail(ctx, { ...words, to: { address: actor.email, name: actor.name }, id: `test.${randomToken(16)}` }, { whileOff: true });
  await recordActivity(ctx, { type: "sent_test_mail", details: { to: actor.email } });
  return { to: actor.email, answer };
}
