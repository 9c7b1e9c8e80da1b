import { isIP } from "node:net";
import { z } from "zod";
import { Email } from "../password-rules";

/** How the connection to the mail server is kept from listeners: TLS from the start, STARTTLS before anything else is said, or not at all. */
export type MailSecurity = "tls" | "starttls" | "none";

/** How mail is sent. The password itself is never part of it. */
export interface MailSettings {
  enabled: boolean;
  host: string;
  port: number;
  security: MailSecurity;
  /** Empty: the server asks nobody who they are. */
  userName: string;
  hasPassword: boolean;
  fromAddress: string;
  updatedAt: Date;
}

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/;

/** What may be changed of it. Absent keeps; a password of "" forgets the stored one. */
export const MailSettingsPatch = z.strictObject({
  enabled: z.boolean({ error: "expected true or false" }).optional(),
  host: z
    .string({ error: "expected a host name such as smtp.example.com" })
    .trim()
    .toLowerCase()
    .refine((text) => text === "" || isIP(text) !== 0 || hostName.test(text), "expected a host name such as smtp.example.com, without port or path")
    .optional(),
  port: z
    .number({ error: "expected a port number, such as 587" })
    .int("expected a whole number")
    .min(1, "expected a port from 1 to 65535")
    .max(65535, "expected a port from 1 to 65535")
    .optional(),
  security: z.enum(["tls", "starttls", "none"], { error: "expected tls, starttls or none" }).optional(),
  userName: z
    .string({ error: "expected a user name" })
    .trim()
    .max(320, "may have at most 320 characters")
    .refine((text) => !/\p{Cc}/u.test(text), "may hold no control characters")
    .optional(),
  password: z
    .string({ error: "expected a password" })
    .max(1000, "may have at most 1000 characters")
    .refine((text) => !/\p{Cc}/u.test(text), "may hold no control characters")
    .optional(),
  fromAddress: z.union([z.literal(""), Email], { error: "expected an e-mail address, such as flotilla@example.com" }).optional(),
});
export type MailSettingsPatch = z.infer<typeof MailSettingsPatch>;

/** Whether a host is this computer, where nobody listens in between. */
export function isLoopback(host: string): boolean {
  return /^(localhost\.?|127(\.\d+){3}|::1)$/.test(host);
}
