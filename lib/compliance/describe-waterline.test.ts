import { expect, test } from "vitest";
import { describeWaterline } from "./describe-waterline";
import type { HostComplianceFacts, ReportFacts } from "./host-compliance-queries";

const at = (seconds: number) => new Date(Date.UTC(2026, 2, 2, 9, 0, seconds));

const report: ReportFacts = {
  id: "r",
  state: "confirmed",
  kind: "verdict",
  provider: "intune_partner",
  managed: true,
  compliant: false,
  attempts: 1,
  errorCode: "",
  errorDetail: "",
  microsoftStatus: "Completed",
  nextAttemptAt: null,
  causedAt: at(0).toISOString(),
  createdAt: at(0).toISOString(),
  sentAt: at(1).toISOString(),
  acceptedAt: at(4).toISOString(),
  confirmedAt: at(8).toISOString(),
};

const facts: HostComplianceFacts = {
  hostId: 1,
  name: "mbp",
  platform: "darwin",
  teamId: 1,
  teamName: "Engineering",
  teamOn: true,
  auditOnly: false,
  deviceId: "d",
  userPrincipalName: "p@example.test",
  identityState: "registered",
  accessState: "held",
  managed: true,
  decision: "not_compliant",
  reasons: [],
  changedAt: at(0),
  assessedAt: at(0),
  assessAgainAt: null,
  earlierReasons: [],
  connectionId: 1,
  provider: "intune_partner",
  connectionState: "connected",
  pausedUntil: null,
  report,
  acceptedManaged: true,
  acceptedCompliant: false,
  acceptedAt: at(4),
  readAt: at(8),
  readManaged: true,
  readCompliant: false,
  readState: "match",
};

const unsent = { sentAt: null, acceptedAt: null, confirmedAt: null };
const unread = { readAt: null, readManaged: null, readCompliant: null, readState: "never" };

test.each<[what: string, change: Partial<HostComplianceFacts>, step: number, expected: { value: string; mark: string; note?: RegExp; remedied: boolean }]>([
  ["all agree", {}, 3, { value: "Not compliant", mark: "held", note: /agrees/, remedied: false }],
  ["Microsoft took 3 seconds", {}, 2, { value: "Accepted", mark: "done", note: /3\.0 s later/, remedied: false }],
  ["nothing is decided", { decision: "undecided", accessState: "unsure", managed: false }, 0, { value: "Nothing yet", mark: "unsure", remedied: false }],
  [
    "the host has no Entra identity",
    { report: null, deviceId: "", ...unread },
    1,
    { value: "Nothing to send", mark: "todo", note: /no Entra identity/, remedied: false },
  ],
  ["the team is off", { report: null, teamOn: false, ...unread }, 1, { value: "Nothing to send", mark: "todo", note: /off for Engineering/, remedied: false }],
  [
    "no tenant is connected",
    { report: null, connectionId: null, connectionState: null, ...unread },
    1,
    { value: "Nobody to tell", mark: "todo", remedied: false },
  ],
  [
    "the report is only written down",
    { report: { ...report, ...unsent, provider: "audit_only" }, ...unread },
    1,
    { value: "Only noted", mark: "done", remedied: false },
  ],
  ["an older answer was sent last", { decision: "compliant", accessState: "in" }, 1, { value: "Managed, not compliant", mark: "warn", remedied: true }],
  [
    "the report waits for its turn",
    { report: { ...report, ...unsent, state: "queued", attempts: 0 } },
    1,
    { value: "Queued", mark: "running", remedied: false },
  ],
  [
    "the connection isn't ready",
    { connectionState: "credential_error", report: { ...report, ...unsent, state: "queued" } },
    1,
    { value: "Waits", mark: "warn", remedied: true },
  ],
  [
    "the person hasn't registered",
    { report: { ...report, ...unsent, state: "queued", errorCode: "waiting_for_person" } },
    1,
    { value: "Waits", mark: "running", remedied: false },
  ],
  [
    "Microsoft was away",
    { report: { ...report, ...unsent, state: "queued", errorDetail: "503" } },
    1,
    { value: "Tries again", mark: "warn", note: /503/, remedied: true },
  ],
  [
    "the user is unknown",
    { report: { ...report, ...unsent, state: "attention", errorCode: "user_not_found" } },
    1,
    { value: "Stopped", mark: "broken", remedied: true },
  ],
  [
    "Microsoft hasn't answered",
    { report: { ...report, acceptedAt: null, state: "submitted" } },
    2,
    { value: "Hasn’t answered", mark: "running", remedied: false },
  ],
  ["Microsoft failed the message", { report: { ...report, acceptedAt: null, state: "failed" } }, 2, { value: "Failed", mark: "warn", remedied: true }],
  ["Entra wasn't read yet", { ...unread }, 3, { value: "Not read yet", mark: "todo", remedied: false }],
  [
    "Graph lags behind",
    { readState: "mismatch", readCompliant: true, report: { ...report, state: "completed" } },
    3,
    { value: "Compliant", mark: "running", remedied: false },
  ],
  [
    "Entra disagrees",
    { readState: "mismatch", readCompliant: true, report: { ...report, state: "mismatch" } },
    3,
    { value: "Compliant", mark: "warn", remedied: true },
  ],
  [
    "the device is gone from Entra",
    { readState: "missing", readManaged: null, readCompliant: null },
    3,
    { value: "Doesn’t know it", mark: "broken", remedied: true },
  ],
])("when %s", (_what, change, step, { value, mark, note, remedied }) => {
  const shown = describeWaterline({ ...facts, ...change })[step];
  expect(shown).toMatchObject({ value, mark });
  if (note) expect(shown?.note).toMatch(note);
  expect(shown?.remedy !== "").toBe(remedied);
});
