import { z } from "zod";

/** A password that may be chosen: 12 to 128 characters, with a number and a symbol. */
export const NewPassword = z
  .string({ error: "expected a password" })
  .min(12, "needs at least 12 characters")
  .max(128, "may have at most 128 characters")
  .regex(/\d/, "needs a number")
  .regex(/[^\p{L}\p{N}\s]/u, "needs a symbol such as ! or -");

/** An e-mail address in the form it is stored and compared in. */
export const Email = z
  .string({ error: "expected an e-mail address" })
  .trim()
  .toLowerCase()
  .max(254, "may have at most 254 characters")
  .pipe(z.email("expected an e-mail address, such as ines@example.com"));
