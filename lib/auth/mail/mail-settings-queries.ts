import type { Db } from "../../db/prisma";
import type { MailSecurity } from "./mail-settings";

const only = { id: 1 };

/** How mail is sent, as it is stored. */
export interface MailSettingsRow {
  enabled: boolean;
  host: string;
  port: number;
  security: MailSecurity;
  userName: string;
  passwordCiphertext: string | null;
  fromAddress: string;
  updatedAt: Date;
}

/** The one row. */
export async function getMailSettingsRow(db: Db): Promise<MailSettingsRow> {
  return (await db.mailSettings.findUniqueOrThrow({ where: only })) as unknown as MailSettingsRow;
}

/** Takes the row for this transaction, so that two changes don't mix. */
export async function lockMailSettingsRow(db: Db): Promise<MailSettingsRow> {
  await db.$queryRaw`select 1 as ok from mail_settings where id = 1 for update`;
  return getMailSettingsRow(db);
}

/** Stores what changed. */
export async function updateMailSettingsRow(db: Db, changes: Partial<Omit<MailSettingsRow, "updatedAt">>, now: Date): Promise<MailSettingsRow> {
  return (await db.mailSettings.update({ where: only, data: { ...changes, updatedAt: now } })) as unknown as MailSettingsRow;
}
