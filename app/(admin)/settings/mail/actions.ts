"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { sendTestMail } from "@/lib/auth/mail/send-test-mail";
import { updateMailSettings } from "@/lib/auth/mail/update-mail-settings";

const Text = z.string().max(2000);
const MailForm = z.object({
  enabled: z.boolean(),
  host: Text,
  port: z
    .string()
    .regex(/^\d{1,5}$/, "expected a port number, such as 587")
    .transform(Number),
  security: z.enum(["tls", "starttls", "none"]),
  userName: Text,
  /** Absent: the stored one stays. */
  password: Text.optional(),
  fromAddress: Text,
});

/** Saves how mail is sent. */
export const saveMail = adminAction("mail.saveMail", MailForm, async (ctx, form) => {
  const settings = await updateMailSettings(ctx, form);
  revalidatePath("/settings", "layout");
  return settings.enabled ? "Saved. Mail is on." : "Saved. Mail is off.";
});

/** Sends a mail to the admin who asks, by what is stored, and gives the server's answer. */
export const sendTest = adminAction("mail.sendTest", z.object({}), (ctx) => sendTestMail(ctx));
