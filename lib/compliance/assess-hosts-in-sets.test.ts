import { beforeAll, expect, test } from "vitest";
import type { SqlContext } from "@/lib/context";
import type { Statement } from "@/lib/db/sql";
import { inSqlTransaction } from "@/lib/db/transaction";
import type { ReassessmentCause } from "@/lib/teams/request-reassessment";
import { makeAssessmentScene, type AssessmentScene } from "@/lib/testing/assessment-scene";
import { enrolledHost, makePolicy, makeTeam } from "@/lib/testing/scenarios";
import { assessHosts } from "./assess-hosts";
import { openAttentions } from "./attention-queries";

let { ctx, clock, accept } = {} as AssessmentScene;
beforeAll(async () => {
  ({ ctx, clock, accept } = await makeAssessmentScene());
});

/** Assesses hosts and returns the names of the statements that took, in their order. */
async function statementsOf(hostIds: number[], cause: ReassessmentCause): Promise<string[]> {
  const ran: string[] = [];
  await inSqlTransaction(ctx, async (tx) => {
    const counting: SqlContext = {
      ...tx,
      sql: {
        rows: <Row extends object>(statement: Statement, values?: readonly unknown[]) => {
          ran.push(statement.name);
          return tx.sql.rows<Row>(statement, values);
        },
      },
    };
    await assessHosts(counting, hostIds, cause, ctx.now());
  });
  return ran;
}

/** `count` hosts of a team of their own: their computers' earlier enrolments claim the same ids, and an admin was told that each one's report failed. */
async function crowd(count: number): Promise<{ hostIds: number[]; answer(outcome: "pass" | "fail"): Promise<void> }> {
  const { teamId } = await makeTeam(ctx, { conditionalAccess: true });
  const { policyId } = await makePolicy(ctx, { teamId });
  const hostIds: number[] = [];
  for (let made = 0; made < count; made += 1) {
    const host = await enrolledHost(ctx, { teamId });
    await enrolledHost(ctx, { teamId, deviceId: host.deviceId, enrolledAt: clock.now() });
    hostIds.push(host.hostId);
  }
  await ctx.db.policyResult.createMany({
    data: hostIds.map((hostId) => ({ hostId, policyId, outcome: "pass", policyVersion: 1, outcomeSince: ctx.now() })),
  });
  const items = hostIds.map((hostId) => ({ code: "report_failed", subject: `host:${hostId}`, hostId }));
  await openAttentions(ctx.sql, items, ctx.now());
  return { hostIds, answer: async (outcome) => void (await ctx.db.policyResult.updateMany({ where: { policyId }, data: { outcome } })) };
}

test("200 hosts are assessed, moved, reported, recovered and settled by exactly the statements that two take", async () => {
  const few = await crowd(2);
  const many = await crowd(200);
  const both = async (outcome: "pass" | "fail" | null, cause: ReassessmentCause) => {
    clock.advance(1000);
    for (const { answer } of [few, many]) if (outcome) await answer(outcome);
    const statements = await statementsOf(few.hostIds, cause);
    expect(await statementsOf(many.hostIds, cause)).toEqual(statements);
    expect(statements.length).toBeLessThan(30);
    return statements;
  };
  const ofMany = { hostId: { in: many.hostIds } };

  expect(await both("pass", "policy_results")).toContain("compliance.set_identity_conflicts");
  expect(await ctx.db.attentionItem.count({ where: { ...ofMany, code: "report_failed", endedAt: null } })).toBe(200);
  expect(await ctx.db.hostEntraIdentity.count({ where: { conflictHostId: { in: many.hostIds } } })).toBe(200);
  for (const hostId of [...few.hostIds, ...many.hostIds]) await accept(hostId);

  await both("fail", "policy_results");
  expect(await ctx.db.complianceReport.count({ where: { ...ofMany, state: "queued", compliant: false } })).toBe(200);
  expect(await ctx.db.activity.count({ where: { ...ofMany, type: "host_compliance_changed" } })).toBe(400);

  // A person waits for each of them.
  expect(await both(null, "send_now")).toContain("compliance.hurry_reports");
  expect(await ctx.db.complianceReport.count({ where: { ...ofMany, state: "queued", priority: 110 } })).toBe(200);

  // Back to what Microsoft accepted: what waits is taken out, and what an admin was told ends.
  expect(await both("pass", "policy_results")).toContain("compliance.end_attention");
  expect(await ctx.db.complianceReport.count({ where: { ...ofMany, state: "superseded" } })).toBe(200);
  expect(await ctx.db.attentionItem.count({ where: { ...ofMany, endedAt: null } })).toBe(0);
  expect(await ctx.db.activity.count({ where: { ...ofMany, type: "host_compliance_report_recovered" } })).toBe(200);
}, 120_000);
