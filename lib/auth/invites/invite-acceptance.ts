import { z } from "zod";

/** How the REST API takes an acceptance. `sso_invite` is what clients send for single sign-on; the invite itself knows. */
export const InviteAcceptance = z
  .strictObject({
    name: z.string({ error: "expected a name" }),
    email: z.string({ error: "expected an e-mail address" }).optional(),
    password: z.string({ error: "expected a password" }).optional(),
    password_confirmation: z.string().optional(),
    invite_token: z.string({ error: "expected the token of the invite's link" }).min(1, "expected the token of the invite's link").max(200),
    sso_invite: z.boolean().optional(),
  })
  .refine(({ password, password_confirmation }) => password_confirmation === undefined || password_confirmation === password, {
    path: ["password_confirmation"],
    message: "differs from the password",
  });
