import { recordActivity } from "@/lib/activities/record-activity";
import type { SqlContext } from "@/lib/context";
import { endAttention, openAttention } from "./attention-queries";

/** Why a report rests until something changes; the code of its attention item. */
export const reportErrorCodes = ["user_not_found", "user_disabled", "device_not_found", "report_failed", "report_mismatch", "report_rejected"] as const;

/** See `reportErrorCodes`. */
export type ReportErrorCode = (typeof reportErrorCodes)[number];

/** The attention item of a connection whose reports Microsoft refuses altogether; its subject is `connection:` and the id. */
export const reportsRefused = "reports_refused";

/** Says once that a host's report can't be delivered: one item, one activity, however often it is tried again. */
export async function raiseReportAttention(
  tx: SqlContext,
  about: { hostId: number | null; hostName: string; deviceId: string; reportId: string; code: ReportErrorCode; detail: string },
): Promise<void> {
  const subject = subjectOf(about);
  const others = reportErrorCodes.filter((code) => code !== about.code);
  const changed = await endAttention(tx.sql, others, [subject], tx.now());
  const details = { reportId: about.reportId, detail: about.detail };
  const isNew = await openAttention(tx.sql, { code: about.code, subject, hostId: about.hostId, details }, tx.now());
  if (!isNew || changed.length > 0) return;
  await recordActivity(tx, {
    type: "host_compliance_report_failed",
    hostId: about.hostId,
    details: { host_id: about.hostId, host_display_name: about.hostName, report_id: about.reportId, code: about.code, detail: about.detail },
  });
}

/** Ends what raiseReportAttention began, because Microsoft accepted a report of the host or none is wanted any more. */
export async function settleReportAttention(tx: SqlContext, about: readonly { hostId: number | null; deviceId: string }[]): Promise<void> {
  const hosts = new Map(about.map((host) => [subjectOf(host), host.hostId]));
  const ended = await endAttention(tx.sql, reportErrorCodes, [...hosts.keys()], tx.now());
  const codesOf = (subject: string) => ended.filter((item) => item.subject === subject).map(({ code }) => code);
  await recordActivity(
    tx,
    [...new Set(ended.map(({ subject }) => subject))].map((subject) => {
      const hostId = hosts.get(subject) ?? null;
      return { type: "host_compliance_report_recovered", hostId, details: { host_id: hostId, codes: codesOf(subject) } };
    }),
  );
}

function subjectOf({ hostId, deviceId }: { hostId: number | null; deviceId: string }): string {
  return hostId === null ? `device:${deviceId}` : `host:${hostId}`;
}
