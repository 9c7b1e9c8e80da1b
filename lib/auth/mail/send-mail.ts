import { rootCertificates } from "node:tls";
import { createTransport } from "nodemailer";
import type { Context } from "../../context";
import { env, readNamedFile } from "../../env";
import { UnavailableError, UpstreamError } from "../../errors";
import { openSecret } from "../../secret-box";
import { getOrganisation } from "../get-organisation";
import { getMailSettingsRow, type MailSettingsRow } from "./mail-settings-queries";
import { mailPasswordPurpose } from "./update-mail-settings";

/** One mail to one person. `id`: the same for a repeat of the same mail, so that a mail program shows it once. */
export interface Mail {
  to: { address: string; name: string };
  subject: string;
  text: string;
  html: string;
  id: string;
}

const connectMs = 10_000;
const silenceMs = 20_000;

/**
 * Hands one mail to the configured server, on a connection whose certificate is checked, and to no other place. Returns the server's own answer.
 * @param whileOff for a trial of settings that aren't switched on yet
 * @throws UnavailableError `mail_off`; UpstreamError `mail_refused` when a repeat would be refused as well, `mail_undelivered` when one may help
 */
export async function sendMail(ctx: Pick<Context, "db">, mail: Mail, { whileOff = false } = {}): Promise<string> {
  const settings = await getMailSettingsRow(ctx.db);
  if (!settings.host || (!settings.enabled && !whileOff)) throw mailOff();
  const { name } = await getOrganisation(ctx);
  const transport = createTransport(transportOptions(settings));
  try {
    const sent = await transport.sendMail({
      from: { name: name || "Flotilla", address: settings.fromAddress },
      to: mail.to,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: `<${mail.id}@${settings.fromAddress.split("@")[1] ?? "flotilla.invalid"}>`,
      headers: { "Auto-Submitted": "auto-generated" },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return sent.response;
  } catch (cause) {
    throw failure(settings, cause as SmtpFailure);
  } finally {
    transport.close();
  }
}

/** What callers that need mail say while there is none. */
export function mailOff(): UnavailableError {
  return new UnavailableError(
    "mail_off",
    "This server can't send mail yet. Ask an admin to set up mail under Settings; for a new password its operator can also run `npm run admin:reset -- you@example.com`.",
  );
}

function transportOptions({ host, port, security, userName, passwordCiphertext }: MailSettingsRow) {
  const { SMTP_CA_FILE } = env();
  return {
    host,
    port,
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    tls: { minVersion: "TLSv1.2" as const, ...(SMTP_CA_FILE && { ca: [...rootCertificates, readNamedFile("SMTP_CA_FILE", SMTP_CA_FILE)] }) },
    ...(userName && passwordCiphertext && { auth: { user: userName, pass: openSecret(passwordCiphertext, mailPasswordPurpose) } }),
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: silenceMs,
    dnsTimeout: connectMs,
  };
}

interface SmtpFailure extends Error {
  code?: string;
  response?: string;
  responseCode?: number;
}

function failure({ host, port, userName }: MailSettingsRow, cause: SmtpFailure): UpstreamError {
  const server = `${host}:${port}`;
  const { responseCode, response, code } = cause;
  if (responseCode && response && code !== "ETLS") {
    // Some servers repeat what they were told; a password doesn't belong there, a user name needn't.
    const words = response.replaceAll(/\s+/g, " ").slice(0, 300);
    const step = code === "EAUTH" ? `${server} didn't let ${userName} in` : `${server} refused the mail`;
    return new UpstreamError(responseCode >= 500 ? "mail_refused" : "mail_undelivered", `${step}: ${words}`, { cause });
  }
  return new UpstreamError("mail_undelivered", `${server}: ${reasonOf(cause)}`, { cause });
}

function reasonOf({ code, message }: SmtpFailure): string {
  if (/certificate|self.signed|altnames|issuer/i.test(message))
    return `its certificate isn't trusted (${message}). Give the server a valid one, or name its authority in SMTP_CA_FILE.`;
  if (code === "ETLS" && /STARTTLS/i.test(message)) return "it offers no STARTTLS. Choose TLS, usually on port 465, or another server.";
  if (/wrong version number|packet length|SSL/i.test(message))
    return "it doesn't speak TLS from the start there. Choose STARTTLS, or its TLS port, usually 465.";
  if (code === "EDNS" || /ENOTFOUND|EAI_AGAIN/.test(message)) return "this name isn't known. Check the host's spelling.";
  if (/ECONNREFUSED/.test(message)) return "nothing answers on this port. Check host and port.";
  if (code === "ETIMEDOUT") return "it didn't answer in time. Check host, port and the firewalls between.";
  return message;
}
