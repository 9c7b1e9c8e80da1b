import { sendInviteMail } from "../auth/invites/send-invite-mail.job";
import { sendResetMail } from "../auth/resets/send-reset-mail.job";
import { getPrisma } from "../db/prisma";
import { getPool } from "../db/pool";
import type { Job } from "../jobs/define-job";
import { runJobs } from "./run-jobs";
import { startSmtpServer, type ReceivedMail, type SmtpServer } from "./smtp-server";
import type { TestClock } from "./test-context";

/** A mail server that this test's database sends by, and what a test does with it. */
export interface MailScene {
  server: SmtpServer;
  /** Runs what is due and gives the mails that arrived by then and weren't given before. */
  deliver: (clock: TestClock) => Promise<ReceivedMail[]>;
  /** What the queue holds, payloads and errors, as one text. */
  queueText: () => Promise<string>;
  end: () => Promise<void>;
}

const jobs = [sendInviteMail as Job, sendResetMail as Job];

/** Starts a mail server and switches mail on for it. */
export async function startMailScene(): Promise<MailScene> {
  const server = await startSmtpServer();
  await getPrisma().organisation.update({ where: { id: 1 }, data: { name: "Aldergate Research", publicUrl: "https://flotilla.aldergate.example" } });
  await switchMail(true, server.port);
  let given = 0;
  return {
    server,
    async deliver(clock) {
      await runJobs({ clock, jobs });
      const fresh = server.mails.slice(given);
      given = server.mails.length;
      return fresh;
    },
    async queueText() {
      const { rows } = await getPool().query("select payload, last_error from graphile_worker._private_jobs");
      return JSON.stringify(rows);
    },
    end: () => server.stop(),
  };
}

/** Switches mail on, or off. */
export async function switchMail(enabled: boolean, port = 2525): Promise<void> {
  const data = { enabled, host: "127.0.0.1", port, security: "none", fromAddress: "flotilla@aldergate.example" };
  await getPrisma().mailSettings.update({ where: { id: 1 }, data });
}

/** The token in a mail's link to `path`, the same in both bodies. */
export function tokenIn(mail: ReceivedMail | undefined, path: string): string {
  const pattern = new RegExp(`https://flotilla\\.aldergate\\.example/${path}\\?token=([\\w-]+)`);
  const token = pattern.exec(mail?.text ?? "")?.[1];
  if (!token || pattern.exec(mail?.html ?? "")?.[1] !== token) throw new Error(`This mail holds no link to ${path}: ${mail?.text ?? "no mail"}`);
  return token;
}
