import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { askForReset } from "@/lib/auth/resets/ask-for-reset";

const Body = z.strictObject({ email: z.string({ error: "expected an e-mail address" }).max(1000, "may have at most 254 characters") });

/** Mails a link to a new password, if somebody has this address; the answer is the same if nobody does. */
export const POST = adminRoute({ route: "POST forgot_password", body: Body }, async (ctx, { body }) => {
  await askForReset(ctx, body.email);
  return {};
});
