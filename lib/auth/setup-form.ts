import { z } from "zod";
import { Email, NewPassword } from "./password-rules";
import { PublicAddress } from "./public-address";

const Name = (what: string) =>
  z
    .string({ error: `expected ${what}` })
    .trim()
    .min(1, `expected ${what}`)
    .max(120, "may have at most 120 characters");

/** The first run as the REST API takes it. */
export const SetupBody = z
  .strictObject({
    setup_token: z.string({ error: "expected the token that the server printed when it started" }).max(200),
    admin: z.strictObject({
      name: Name("the admin's name"),
      email: Email,
      password: NewPassword,
      password_confirmation: z.string().optional(),
      admin: z.boolean().optional(),
    }),
    org_info: z.object({ org_name: Name("the organisation's name") }),
    server_url: PublicAddress,
  })
  .refine(({ admin }) => admin.password_confirmation === undefined || admin.password_confirmation === admin.password, {
    path: ["admin", "password_confirmation"],
    message: "differs from the password",
  });

/** The first run as the setup page's form sends it. */
export const SetupForm = z
  .object({
    token: z.string().trim().min(1, "expected the token that the server printed when it started").max(200),
    organisationName: Name("the organisation's name"),
    publicUrl: PublicAddress,
    name: Name("your name"),
    email: Email,
    password: NewPassword,
    repeated: z.string(),
  })
  .refine(({ password, repeated }) => password === repeated, { path: ["repeated"], message: "differs from the password above" });
