import { expect, test } from "vitest";
import type { HostAnswer } from "./story-world";
import { AccessWatch } from "./watch-access";

type Access = HostAnswer["access"];

const host = (state: string, access: Partial<Access> = {}) => ({
  id: 3,
  display_name: "Dana’s MacBook Pro",
  access: { state, since: "2026-03-02T09:00:00.000Z", entra_device_id: "device", reasons: [], last_report: null, ...access },
});
const failing = [{ code: "policy_failed", sentence: "“FileVault is on” fails." }];
const at = (second: number) => new Date(Date.parse("2026-03-02T09:00:00.000Z") + second * 1000);
const report = (state: string, acceptedAt: string | null): Access["last_report"] => ({
  state,
  createdAt: "2026-03-02T09:00:00.000Z",
  sentAt: null,
  acceptedAt,
});

test("a change is told once, when Microsoft has accepted it, with its reason and the time it took", () => {
  const watch = new AccessWatch();
  watch.begin([host("in")]);
  expect(watch.look([host("held", { reasons: failing, last_report: report("submitted", null) })], at(1))).toEqual([]);
  const accepted = host("held", { reasons: failing, last_report: report("completed", "2026-03-02T09:00:02.900Z") });
  const [line] = watch.look([accepted], at(3));
  expect(line).toMatch(/^\d\d:\d\d:\d\d {2}Dana’s MacBook Pro +let in → blocked +“FileVault is on” fails {2}accepted in 2\.9 s$/);
  expect(watch.look([accepted], at(4))).toEqual([]);
});

test("the acceptance of an older report isn't taken for this change's", () => {
  const watch = new AccessWatch();
  watch.begin([host("in")]);
  const older = { ...report("confirmed", "2026-03-02T08:00:02.000Z"), createdAt: "2026-03-02T08:00:00.000Z" } as Access["last_report"];
  expect(watch.look([host("held", { last_report: older })], at(1))).toEqual([]);
});

test("a host that nobody has decided about yet is no news, an unregistered one is", () => {
  const watch = new AccessWatch();
  watch.begin([]);
  expect(watch.look([host("unsure", { reasons: [{ code: "waiting_for_answer", sentence: "It hasn't answered yet." }] })], at(0))).toEqual([]);
  const [line] = watch.look([host("unsure", { reasons: [{ code: "not_registered", sentence: "The host has no Entra identity." }] })], at(1));
  expect(line).toMatch(/new → unknown +The host has no Entra identity {2}not reported$/);
});

test("what Microsoft doesn't accept in time is told without it", () => {
  const watch = new AccessWatch();
  watch.begin([host("in")]);
  const stuck = host("held", { reasons: failing, last_report: report("uploading", null) });
  watch.look([stuck], at(1));
  expect(watch.look([stuck], at(15))).toEqual([]);
  expect(watch.look([stuck], at(22))[0]).toMatch(/not accepted yet \(uploading\)$/);
});
