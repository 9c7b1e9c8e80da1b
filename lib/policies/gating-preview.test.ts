import { expect, test } from "vitest";
import { previewGating, type GatingFacts } from "./gating-preview";

const on = () => true;
const off = () => false;
const rules = (gated: number[], isOn = on) => ({ gated: new Set(gated), isOn });

function host(facts: Partial<GatingFacts>): GatingFacts {
  return {
    hostId: 1,
    hostName: "vega",
    person: "ines@aldergate.example",
    teamId: 4,
    registered: true,
    managed: true,
    excepted: false,
    failing: [],
    unanswered: [],
    ...facts,
  };
}

test.each<{ name: string; facts: Partial<GatingFacts>; before: ReturnType<typeof rules>; after: ReturnType<typeof rules>; gives: string }>([
  { name: "fails a policy that is newly ticked", facts: { failing: [7] }, before: rules([]), after: rules([7]), gives: "newlyBlocked" },
  { name: "fails a ticked policy when the team goes on", facts: { failing: [7] }, before: rules([7], off), after: rules([7]), gives: "newlyBlocked" },
  { name: "fails a policy that is no longer ticked", facts: { failing: [7] }, before: rules([7]), after: rules([]), gives: "letIn" },
  { name: "is blocked when the team goes off", facts: { failing: [7] }, before: rules([7]), after: rules([7], off), gives: "released" },
  { name: "has MDM off when the team goes on", facts: { managed: false }, before: rules([], off), after: rules([]), gives: "newlyUnmanaged" },
  { name: "is blocked already and fails one more", facts: { failing: [7, 8] }, before: rules([7]), after: rules([7, 8]), gives: "" },
  { name: "fails one that still gates beside one that no longer does", facts: { failing: [7, 8] }, before: rules([7, 8]), after: rules([8]), gives: "" },
  { name: "hasn't answered a newly ticked policy", facts: { unanswered: [7] }, before: rules([]), after: rules([7]), gives: "waiting" },
  { name: "is excepted", facts: { failing: [7], excepted: true }, before: rules([]), after: rules([7]), gives: "" },
  { name: "isn't known to Entra", facts: { failing: [7], registered: false }, before: rules([]), after: rules([7]), gives: "" },
  { name: "has MDM off and fails a newly ticked policy", facts: { failing: [7], managed: false }, before: rules([]), after: rules([7]), gives: "" },
])("a host that $name is counted under '$gives'", ({ facts, before, after, gives }) => {
  const preview = previewGating([host(facts)], [], before, after);
  const counted = (["newlyBlocked", "newlyUnmanaged", "letIn", "released"] as const).filter((list) => preview[list].length > 0);
  expect([...counted, ...(preview.waiting ? ["waiting"] : [])].join()).toBe(gives);
});

test("each policy says how many fail it, and how many of the newly blocked", () => {
  const preview = previewGating(
    [host({ failing: [7, 8] }), host({ hostId: 2, failing: [8] }), host({ hostId: 3, failing: [8], registered: false })],
    [],
    rules([7]),
    rules([7, 8]),
  );
  expect(preview.byPolicy.get(7)).toEqual({ fail: 1, newlyBlocked: 0 });
  expect(preview.byPolicy.get(8)).toEqual({ fail: 2, newlyBlocked: 1 });
  expect(preview).toMatchObject({ blockedBefore: 1, newlyBlocked: [{ hostId: 2, because: [8] }] });
});

test("hosts that needn't be told apart wait together, and only for a policy that begins to count", () => {
  const { hostId: _id, hostName: _name, person: _person, ...standing } = host({});
  const waiting = (unanswered: number[], hosts: number) => ({ ...standing, unanswered, hosts });
  const groups = [waiting([8], 40), waiting([7], 30), waiting([7, 8], 20), { ...waiting([8], 10), managed: false }];
  expect(previewGating([], groups, rules([7]), rules([7, 8])).waiting).toBe(40);
  expect(previewGating([], groups, rules([7, 8], off), rules([7, 8])).waiting).toBe(90);
});
