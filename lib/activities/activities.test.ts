import { expect, test } from "vitest";
import { testClock, testServerContext, testUserContext } from "../testing/test-context";
import { activityGroups } from "./activity-groups";
import { activitySentence, knownActivityTypes, sentenceText } from "./activity-sentence";
import type { Activity } from "./activity";
import { listActivities } from "./list-activities";
import { recordActivity } from "./record-activity";

const some: Activity = {
  id: 1,
  createdAt: new Date("2026-03-02T09:00:00Z"),
  actorKind: "user",
  actorId: 2,
  actorName: "Ines Ribeiro",
  actorEmail: "ines@aldergate.example",
  actorApiOnly: false,
  address: "",
  type: "",
  teamId: 4,
  teamName: "Engineering",
  hostId: 9,
  hostName: "vega",
  policyName: "Firewall is on",
  details: {},
};

test.each<[string, Record<string, unknown>, string]>([
  ["created_policy", { policy_id: 7, policy_name: "Firewall is on", team_id: 4, team_name: "Engineering" }, "made the policy Firewall is on in Engineering"],
  ["created_policy", { policy_id: 7, policy_name: "Firewall is on", team_id: -1 }, "made the policy Firewall is on for all teams"],
  [
    "edited_policy",
    { policy_id: 7, policy_name: "Firewall is on", changed: ["query", "critical"] },
    "edited the policy Firewall is on (query, whether it is critical); every host in scope is asked again",
  ],
  ["deleted_policy", { policy_name: "Old", team_id: -1, gated_access: true }, "deleted the policy Old for all teams, which gated access"],
  [
    "edited_conditional_access_policies",
    { team_id: 4, team_name: "Engineering", before: [{ id: 1, name: "A" }], after: [2, 3, 4].map((id) => ({ id, name: `P${id}` })) },
    "made P2, P3 and 1 more gate access and stopped A from gating access for Engineering",
  ],
  [
    "disabled_conditional_access_automations",
    { team_id: 4, team_name: "Engineering", on_disable: "release" },
    "switched gating off for Engineering; everyone is let in",
  ],
  ["transferred_hosts", { team_id: null, host_ids: [1, 2, 3], host_display_names: ["a", "b", "c"] }, "moved a and 2 more hosts to No team"],
  [
    "host_compliance_changed",
    { from: "in", to: "held", reasons: [{ code: "policy_failed", policyId: 7, policyName: "FileVault" }] },
    "vega went from let in to blocked: FileVault fails",
  ],
  [
    "host_compliance_changed",
    { from: "held", to: "in", reasons: [], trigger: "policy_results" },
    "vega went from blocked to let in, after it answered its policies",
  ],
  ["something_new_entirely", {}, "something new entirely"],
])("%s reads as a sentence", (type, details, sentence) => {
  expect(sentenceText(activitySentence({ ...some, type, details }))).toBe(sentence);
});

test("no sentence breaks on details that are missing or of another kind", () => {
  for (const type of knownActivityTypes) {
    for (const details of [{}, { changed: 5, before: "x", after: null, reasons: {}, hosts: "many", policy_id: "seven", team_id: [] }]) {
      const bare = { ...some, teamId: null, teamName: null, hostId: null, hostName: null, policyName: null, type, details };
      expect(sentenceText(activitySentence(bare)), type).not.toMatch(/undefined|null|\[object|NaN|^$/);
    }
  }
});

test("what is gone is named and leads nowhere", () => {
  const parts = activitySentence({ ...some, type: "edited_policy", policyName: null, details: { policy_id: 7, policy_name: "Old" } });
  expect(parts).toContainEqual({ name: "Old", kind: "plain" });
});

test("activities come newest first, by actor, kind, type, team and time, in pages", async () => {
  const clock = testClock();
  const [server, ines, omar] = [testServerContext(clock), await testUserContext("admin", clock), await testUserContext("admin", clock)];
  const team = await server.db.team.create({ data: { name: "Listed" } });
  for (const [ctx, type] of [
    [server, "a"],
    [ines, "a"],
    [omar, "b"],
    [ines, "b"],
    [server, "c"],
  ] as const) {
    clock.advance(60_000);
    await recordActivity(ctx, { type, teamId: team.id });
  }
  const of = async (options: object) =>
    (await listActivities(omar, { teamId: team.id, ...options })).activities.map((row) => `${row.type}:${row.actorKind === "server" ? "s" : row.actorId}`);
  const [i, o] = [ines, omar].map((ctx) => (ctx.actor as { userId: number }).userId);
  expect(await of({})).toEqual(["c:s", `b:${i}`, `b:${o}`, `a:${i}`, "a:s"]);
  expect(await of({ direction: "asc", perPage: 2 })).toEqual(["a:s", `a:${i}`]);
  expect(await of({ actor: "server" })).toEqual(["c:s", "a:s"]);
  expect(await of({ types: ["b"] })).toEqual([`b:${i}`, `b:${o}`]);
  expect(await of({ query: (ines.actor as { email: string }).email.toUpperCase() })).toEqual([`b:${i}`, `a:${i}`]);
  expect(await of({ from: new Date(clock.now().getTime() - 60_000) })).toEqual(["c:s", `b:${i}`]);
  expect((await listActivities(omar, { teamId: team.id, page: 1, perPage: 2 })).hasNext).toBe(true);
  expect((await listActivities(omar, { teamId: team.id, page: 2, perPage: 2 })).hasNext).toBe(false);
});

test("a maintainer reads activities, GitOps and a user without a role don't", async () => {
  expect((await listActivities(await testUserContext("maintainer"))).hasNext).toBe(false);
  await expect(listActivities(await testUserContext("gitops"))).rejects.toMatchObject({ status: 403 });
  await expect(listActivities(await testUserContext("none"))).rejects.toMatchObject({ status: 403 });
});

test("every kind with a sentence can be looked for in exactly one group", () => {
  const grouped = Object.values(activityGroups).flatMap((group) => group.types);
  expect(grouped.toSorted()).toEqual(knownActivityTypes.toSorted());
});

test.each(["asc", "desc"] as const)("pages of activities go on by cursor, %s, though more is done meanwhile", async (direction) => {
  const ctx = testServerContext();
  for (let i = 0; i < 5; i += 1) await recordActivity(ctx, { type: "created_label", details: { label_name: `walked ${direction}` } });
  const query = `walked ${direction}`;
  const whole = (await listActivities(ctx, { query, direction })).activities.map(({ id }) => id);
  expect(whole).toHaveLength(5);
  const first = await listActivities(ctx, { query, direction, perPage: 2 });
  if (direction === "desc") await recordActivity(ctx, { type: "created_label", details: { label_name: query } });
  const second = await listActivities(ctx, { query, direction, perPage: 2, after: first.nextCursor });
  const third = await listActivities(ctx, { query, direction, perPage: 2, after: second.nextCursor });
  expect([...first.activities, ...second.activities, ...third.activities].map(({ id }) => id)).toEqual(whole);
  expect(third.nextCursor).toBeNull();
  expect((await listActivities(ctx, { query, direction, after: String(whole[3]) })).activities.map(({ id }) => id)).toEqual(whole.slice(4));
  await expect(listActivities(ctx, { direction, after: "yesterday" })).rejects.toMatchObject({ code: "bad_cursor" });
});
