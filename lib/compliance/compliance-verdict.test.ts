import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideVerdict, type ComplianceFacts, type GatedOutcome, type GatedPolicy } from "./compliance-verdict";
import { reasonSentence, type ReasonCode } from "./verdict-reasons";

const noon = new Date("2026-03-02T12:00:00.000Z");
const two = new Date("2026-03-02T14:00:00.000Z");

function gated(...outcomes: GatedOutcome[]): GatedPolicy[] {
  return outcomes.map((outcome, index) => ({
    policyId: index + 1,
    policyName: `Policy ${index + 1}`,
    policyVersion: 1,
    outcome,
    since: noon,
    ...(outcome === "in_grace" && { until: two }),
  }));
}

function facts(change: Partial<ComplianceFacts> = {}): ComplianceFacts {
  return {
    teamOn: true,
    requireMdm: "any",
    mdm: { state: "on", ours: false },
    identity: { state: "registered" },
    gated: gated("pass"),
    staleness: { stale: false },
    previous: null,
    ...change,
  };
}

const pass = { managed: true, policyStanding: "pass" } as const;
const fail = { managed: true, policyStanding: "fail" } as const;

interface Row {
  name: string;
  given: Partial<ComplianceFacts>;
  expected: { managed: boolean; decision: string; accessState: string };
  because: ReasonCode[];
  asks?: number[];
}

describe("the case table", () => {
  const rows: Row[] = [
    {
      name: "all gated policies pass and MDM is on",
      given: { gated: gated("pass", "pass") },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["all_pass"],
    },
    {
      name: "one gated policy fails",
      given: { gated: gated("pass", "fail") },
      expected: { managed: true, decision: "not_compliant", accessState: "held" },
      because: ["policy_failed"],
      asks: [2],
    },
    {
      name: "no gated policy is selected",
      given: { gated: [] },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["no_policies"],
    },
    {
      name: "MDM is off though every policy passes",
      given: { mdm: { state: "off", ours: false } },
      expected: { managed: false, decision: "not_compliant", accessState: "loose" },
      because: ["mdm_off"],
    },
    {
      name: "MDM is off and one policy fails",
      given: { mdm: { state: "off", ours: false }, gated: gated("fail") },
      expected: { managed: false, decision: "not_compliant", accessState: "loose" },
      because: ["mdm_off", "policy_failed"],
      asks: [1],
    },
    {
      name: "MDM is off, isn't required, and every policy passes",
      given: { mdm: { state: "off", ours: false }, requireMdm: "not_required" },
      expected: { managed: false, decision: "compliant", accessState: "in" },
      because: ["all_pass"],
    },
    {
      name: "MDM is off, isn't required, and one policy fails",
      given: { mdm: { state: "off", ours: false }, requireMdm: "not_required", gated: gated("fail") },
      expected: { managed: false, decision: "not_compliant", accessState: "held" },
      because: ["policy_failed"],
      asks: [1],
    },
    {
      name: "MDM is another server's, and ours is required",
      given: { requireMdm: "ours" },
      expected: { managed: false, decision: "not_compliant", accessState: "loose" },
      because: ["mdm_not_ours"],
    },
    {
      name: "MDM is ours, and ours is required",
      given: { requireMdm: "ours", mdm: { state: "on", ours: true } },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["all_pass"],
    },
    {
      name: "a gated result is null or omitted within grace, and the last verdict let in",
      given: { gated: gated("pass", "in_grace"), previous: pass },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["waiting_for_answer"],
    },
    {
      name: "a gated result is null or omitted within grace, and the last verdict blocked",
      given: { gated: gated("pass", "in_grace"), previous: fail },
      expected: { managed: true, decision: "not_compliant", accessState: "held" },
      because: ["waiting_for_answer"],
      asks: [2],
    },
    {
      name: "a gated result is unknown after grace",
      given: { gated: gated("pass", "unknown"), previous: pass },
      expected: { managed: true, decision: "not_compliant", accessState: "held" },
      because: ["policy_unknown"],
      asks: [2],
    },
    {
      name: "a brand-new gated policy waits for its first answer",
      given: { gated: [{ policyId: 9, policyName: "New", policyVersion: 1, outcome: "in_grace" }], previous: pass },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["waiting_for_answer"],
    },
    {
      name: "the host has been silent too long",
      given: { staleness: { stale: true, lastSeen: noon }, previous: pass },
      expected: { managed: true, decision: "not_compliant", accessState: "held" },
      because: ["stale"],
    },
    {
      name: "the team's switch is off",
      given: { teamOn: false, gated: gated("fail") },
      expected: { managed: true, decision: "undecided", accessState: "unsure" },
      because: ["team_off"],
    },
    {
      name: "an exception lets a failing host in",
      given: { exceptionUntil: two, gated: gated("fail") },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["exception", "policy_failed"],
    },
  ];
  test.each(rows)("$name", ({ given, expected, because, asks }) => {
    const verdict = decideVerdict(facts(given));
    expect(verdict).toMatchObject(expected);
    expect(verdict.reasons.map(({ code }) => code)).toEqual(because);
    expect(verdict.blockingPolicies).toEqual(asks ?? []);
  });
});

describe("the decided lines", () => {
  const rows: Row[] = [
    {
      name: "line 1: a policy whose query is at fault blocks nobody",
      given: { gated: gated("pass", "at_fault"), previous: pass },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["policy_at_fault", "all_pass"],
    },
    {
      name: "line 1: a query at fault doesn't excuse another failure",
      given: { gated: gated("fail", "at_fault") },
      expected: { managed: true, decision: "not_compliant", accessState: "held" },
      because: ["policy_failed", "policy_at_fault"],
      asks: [1],
    },
    {
      name: "line 6: with `any`, every MDM server counts",
      given: { requireMdm: "any", mdm: { state: "on", ours: false } },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["all_pass"],
    },
    {
      name: "line 7: a host in conflict is unsure whatever its policies say",
      given: { identity: { state: "conflict", otherHostId: 7 } },
      expected: { managed: true, decision: "compliant", accessState: "unsure" },
      because: ["conflict", "all_pass"],
    },
    {
      name: "line 11: a device without a person waits for the person",
      given: { identity: { state: "waiting_for_person" } },
      expected: { managed: true, decision: "compliant", accessState: "unsure" },
      because: ["waiting_for_person", "all_pass"],
    },
    {
      name: "line 12: without a first answer nothing is decided",
      given: { gated: gated("pass", "in_grace"), previous: null },
      expected: { managed: true, decision: "undecided", accessState: "unsure" },
      because: ["waiting_for_answer"],
      asks: [2],
    },
    {
      name: "line 12: without a first answer, grace ends in a block",
      given: { gated: gated("unknown"), previous: null },
      expected: { managed: true, decision: "not_compliant", accessState: "held" },
      because: ["policy_unknown"],
      asks: [1],
    },
    {
      name: "line 12: without an identity the host is unsure, whatever its agent",
      given: { identity: { state: "missing" } },
      expected: { managed: true, decision: "compliant", accessState: "unsure" },
      because: ["not_registered", "all_pass"],
    },
    {
      name: "a failure counts even while another answer is in grace",
      given: { gated: gated("fail", "in_grace"), previous: pass },
      expected: { managed: true, decision: "not_compliant", accessState: "held" },
      because: ["policy_failed", "waiting_for_answer"],
      asks: [1, 2],
    },
    {
      name: "an MDM state that was never said decides nothing within grace",
      given: { mdm: { state: "unanswered", ours: false, until: two } },
      expected: { managed: false, decision: "undecided", accessState: "unsure" },
      because: ["waiting_for_mdm"],
    },
    {
      name: "an MDM state that is no longer said keeps the last one within grace",
      given: { mdm: { state: "unanswered", ours: false, until: two }, previous: pass },
      expected: { managed: true, decision: "compliant", accessState: "in" },
      because: ["waiting_for_mdm"],
    },
    {
      name: "an MDM state unsaid after grace counts as off",
      given: { mdm: { state: "unknown", ours: false }, previous: pass },
      expected: { managed: false, decision: "not_compliant", accessState: "loose" },
      because: ["mdm_unknown"],
    },
    {
      name: "a platform that isn't reported is unsure",
      given: { identity: { state: "unsupported" } },
      expected: { managed: true, decision: "compliant", accessState: "unsure" },
      because: ["platform_not_reported", "all_pass"],
    },
  ];
  test.each(rows)("$name", ({ given, expected, because, asks }) => {
    const verdict = decideVerdict(facts(given));
    expect(verdict).toMatchObject(expected);
    expect(verdict.reasons.map(({ code }) => code)).toEqual(because);
    expect(verdict.blockingPolicies).toEqual(asks ?? []);
  });
});

test("it is looked at again when the first of grace, staleness and exception ends", () => {
  expect(decideVerdict(facts({ gated: gated("in_grace"), staleness: { stale: false, at: new Date("2026-03-09T12:00:00Z") } })).assessAgainAt).toEqual(two);
  expect(decideVerdict(facts({ staleness: { stale: false, at: noon }, exceptionUntil: two })).assessAgainAt).toEqual(noon);
  expect(decideVerdict(facts({ staleness: { stale: true, at: noon } })).assessAgainAt).toBeNull();
});

test("a stale host keeps the MDM state it had", () => {
  expect(decideVerdict(facts({ staleness: { stale: true }, mdm: { state: "off", ours: false } })).managed).toBe(false);
});

test("the standing of the policies outlives MDM going off and on", () => {
  const off = decideVerdict(facts({ mdm: { state: "off", ours: false }, gated: gated("pass") }));
  expect(off.policyStanding).toBe("pass");
  expect(decideVerdict(facts({ gated: gated("in_grace"), previous: off })).decision).toBe("compliant");
});

const anyFacts: fc.Arbitrary<ComplianceFacts> = fc.record({
  teamOn: fc.boolean(),
  requireMdm: fc.constantFrom("any" as const, "ours" as const, "not_required" as const),
  mdm: fc.record({ state: fc.constantFrom("on" as const, "off" as const, "unknown" as const, "unanswered" as const), ours: fc.boolean() }),
  identity: fc.record({
    state: fc.constantFrom("registered" as const, "missing" as const, "waiting_for_person" as const, "conflict" as const, "unsupported" as const),
  }),
  gated: fc.array(fc.constantFrom<GatedOutcome>("pass", "fail", "unknown", "in_grace", "at_fault"), { maxLength: 5 }).map((outcomes) => gated(...outcomes)),
  staleness: fc.record({ stale: fc.boolean() }),
  previous: fc.option(fc.record({ managed: fc.boolean(), policyStanding: fc.constantFrom("pass" as const, "fail" as const, "none" as const) })),
});

test("no facts at all let a failing host in without an exception, and every verdict has a reason in words", () => {
  fc.assert(
    fc.property(anyFacts, (given) => {
      const verdict = decideVerdict(given);
      expect(verdict.reasons.length).toBeGreaterThan(0);
      for (const reason of verdict.reasons) expect(reasonSentence(reason)).toMatch(/^\S.*\.$|;/);
      if (given.gated.some(({ outcome }) => outcome === "fail" || outcome === "unknown")) expect(verdict.decision).not.toBe("compliant");
      if (verdict.accessState === "in") expect(verdict.decision).toBe("compliant");
      if (verdict.decision === "compliant") expect(verdict.blockingPolicies).toEqual([]);
    }),
  );
});

test("leaving an answer out never unblocks", () => {
  fc.assert(
    fc.property(anyFacts, fc.nat(4), (given, index) => {
      const before = decideVerdict(given);
      if (before.policyStanding !== "fail" || given.gated.length === 0) return;
      const left = given.gated.map((policy, at) =>
        at === index % given.gated.length && policy.outcome !== "at_fault" ? { ...policy, outcome: "in_grace" as const } : policy,
      );
      const after = decideVerdict({ ...given, gated: left, previous: before });
      if (given.gated.some(({ outcome }) => outcome === "at_fault")) return;
      expect(after.decision).toBe(before.decision);
    }),
  );
});
