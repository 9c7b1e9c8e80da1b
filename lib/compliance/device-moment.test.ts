import { expect, test } from "vitest";
import { decideDeviceMoment, type DeviceMoment } from "./device-moment";
import type { DeviceCheck, DeviceFacts, DeviceReport } from "./get-device-progress";

const now = new Date("2026-03-02T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

const healthy: DeviceFacts = {
  hostId: 1,
  name: "mac",
  platform: "darwin",
  gatingOn: true,
  seenAt: ago(4),
  checkInSeconds: 10,
  refetchRequestedAt: null,
  accessState: "in",
  reasons: [],
  changedAt: ago(86_400),
  assessedAt: ago(5),
  changedFrom: "held",
  hasIdentity: true,
};
const failing: DeviceCheck = {
  policyId: 1,
  name: "FileVault is on",
  description: "",
  resolution: "",
  gates: true,
  blocking: true,
  outcome: "fail",
  since: ago(60),
};
const unanswered: DeviceCheck = { ...failing, outcome: "unknown" };
const report = (state: string, over: Partial<DeviceReport> = {}): DeviceReport => ({
  state,
  managed: true,
  compliant: true,
  causedAt: ago(5),
  sentAt: ago(4),
  acceptedAt: null,
  ...over,
});
const letInNow = { changedAt: ago(5) };

test.each<[string, Partial<DeviceFacts>, DeviceCheck[], DeviceReport | null, DeviceMoment]>([
  ["a failing check keeps the person out", { accessState: "held" }, [failing], null, "fix"],
  ["a missing answer keeps the person out", { accessState: "held" }, [unanswered], null, "waiting_answer"],
  ["a silent host that was blocked has nothing to fix", { accessState: "held" }, [], null, "waiting_answer"],
  ["management is off", { accessState: "loose" }, [], null, "unmanaged"],
  ["nobody registered it", { accessState: "unsure", hasIdentity: false }, [], null, "unregistered"],
  ["it was never assessed", { accessState: null, assessedAt: null, hasIdentity: false }, [], null, "first_check"],
  ["its first answers are due", { accessState: "unsure" }, [], null, "first_check"],
  ["the report is in our queue", letInNow, [], report("queued", { sentAt: null }), "sending"],
  ["the report is being sent", letInNow, [], report("uploading", { sentAt: null }), "sending"],
  ["Microsoft has the report", letInNow, [], report("submitted"), "accepting"],
  ["Microsoft takes more than a minute", letInNow, [], report("submitted", { causedAt: ago(61) }), "slow"],
  ["Microsoft refused the report", letInNow, [], report("attention"), "slow"],
  ["Entra says something else", letInNow, [], report("mismatch", { acceptedAt: ago(2) }), "slow"],
  ["Microsoft accepted just now", letInNow, [], report("completed", { acceptedAt: ago(1) }), "done"],
  ["Entra confirmed it", letInNow, [], report("confirmed", { acceptedAt: ago(3) }), "done"],
  ["it has been fine since yesterday", {}, [], report("confirmed", { acceptedAt: ago(86_000) }), "fine"],
  ["nothing was ever sent", letInNow, [], null, "fine"],
  ["the team doesn't gate access", { gatingOn: false, accessState: "unsure", hasIdentity: false }, [], null, "fine"],
  [
    "an exception lets the person in",
    { reasons: [{ code: "exception", until: ago(-3600).toISOString() }] },
    [{ ...failing, blocking: false }],
    report("confirmed", { acceptedAt: ago(9) }),
    "excepted",
  ],
])("%s: %#", (_case, facts, checks, last, moment) => {
  expect(decideDeviceMoment({ ...healthy, ...facts }, checks, last, now).moment).toBe(moment);
});

test.each([
  [4, 10, false],
  [119, 10, false],
  [121, 10, true],
  [121, 60, false],
  [181, 60, true],
])("a host heard %i s ago that checks in every %i s is silent: %s", (heard, every, silent) => {
  expect(decideDeviceMoment({ ...healthy, seenAt: ago(heard), checkInSeconds: every }, [], null, now).silent).toBe(silent);
});

test("a host that never checked in is silent, one that was asked is being checked", () => {
  expect(decideDeviceMoment({ ...healthy, seenAt: null }, [], null, now).silent).toBe(true);
  expect(decideDeviceMoment({ ...healthy, refetchRequestedAt: ago(3) }, [], null, now).checking).toBe(true);
});
