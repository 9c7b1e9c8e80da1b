import type { ReportEventRecord, ReportRecord } from "@/lib/compliance/report-read-queries";

/** A report to Entra as REST clients see it. */
export function toReportJson(report: ReportRecord) {
  return {
    id: report.id,
    host_id: report.hostId,
    host_display_name: report.hostName,
    connection_id: report.connectionId,
    provider: report.provider,
    kind: report.kind,
    cause: report.cause,
    state: report.state,
    entra_device_id: report.deviceId,
    user_principal_name: report.userPrincipalName,
    managed: report.managed,
    compliant: report.compliant,
    message_id: report.messageId,
    attempts: report.attempts,
    error_code: report.errorCode || null,
    error_detail: report.errorDetail || null,
    microsoft_status: report.microsoftStatus || null,
    read_back: report.readBack,
    next_attempt_at: report.nextAttemptAt,
    caused_at: report.causedAt,
    created_at: report.createdAt,
    sent_at: report.sentAt,
    accepted_at: report.acceptedAt,
    confirmed_at: report.confirmedAt,
    ended_at: report.endedAt,
  };
}

/** A report with its events, oldest first. */
export function toReportDetailJson(report: ReportRecord & { events: ReportEventRecord[] }) {
  return { ...toReportJson(report), events: report.events.map(({ at, type, details }) => ({ at, type, details })) };
}
