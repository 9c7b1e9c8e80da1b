import type { ReassessmentCause } from "../teams/request-reassessment";
import { assessHosts } from "../compliance/assess-hosts";
import { reportKey } from "../compliance/report-key";
import type { Context } from "../context";
import { inSqlTransaction } from "../db/transaction";
import { enrolledHost, makeConnection, makeTeam, type EnrolledHost, type HostOptions } from "./scenarios";
import { testClock, testServerContext, type TestClock } from "./test-context";

/** What tests of assessments do to hosts; `ctx` and `clock` are a test's own, the connection is the file's. */
export interface AssessmentScene {
  ctx: Context;
  clock: TestClock;
  connectionId: number;
  /** A host of a gating team of its own, whose one gated policy is answered so. */
  gatedHost(outcome: "pass" | "fail" | "unknown", options?: HostOptions): Promise<EnrolledHost>;
  assess(hostId: number, cause?: ReassessmentCause): Promise<Awaited<ReturnType<Context["db"]["hostCompliance"]["findUniqueOrThrow"]>>>;
  codes(row: { reasons: unknown }): string[];
  reportsOf(hostId: number): ReturnType<Context["db"]["complianceReport"]["findMany"]>;
  transitionsOf(hostId: number): ReturnType<Context["db"]["accessTransition"]["findMany"]>;
  /** As if Microsoft had accepted the host's report. */
  accept(hostId: number): Promise<void>;
}

/** A scene on the default connection, with a clock of its own. */
export async function makeAssessmentScene(): Promise<AssessmentScene> {
  const clock = testClock();
  const ctx = testServerContext(clock);
  const known = await ctx.db.entraConnection.findFirst({ where: { isDefault: true } });
  const connectionId = known?.id ?? (await makeConnection(ctx, { isDefault: true })).connectionId;
  return {
    ctx,
    clock,
    connectionId,
    gatedHost: async (outcome, options = {}) => {
      const { teamId } = await makeTeam(ctx, { conditionalAccess: true });
      return enrolledHost(ctx, { teamId, gatedPolicy: outcome, ...options });
    },
    assess: async (hostId, cause = "policy_results") => {
      await inSqlTransaction(ctx, (tx) => assessHosts(tx, [hostId], cause, ctx.now()));
      return ctx.db.hostCompliance.findUniqueOrThrow({ where: { hostId } });
    },
    codes: (row) => (row.reasons as { code: string }[]).map(({ code }) => code),
    reportsOf: (hostId) =>
      ctx.db.complianceReport.findMany({ where: { hostId }, orderBy: [{ createdAt: "asc" }, { endedAt: "asc" }, { transitionId: "asc" }] }),
    transitionsOf: (hostId) => ctx.db.accessTransition.findMany({ where: { hostId }, orderBy: { id: "asc" } }),
    accept: (hostId) => accept(ctx, hostId),
  };
}

async function accept(ctx: Context, hostId: number): Promise<void> {
  const report = await ctx.db.complianceReport.findFirstOrThrow({ where: { hostId, endedAt: null } });
  const at = ctx.now();
  await ctx.db.complianceReport.update({ where: { id: report.id }, data: { state: "confirmed", endedAt: at, acceptedAt: at, lastUpdateTime: at } });
  const { tenantId } = await ctx.db.entraConnection.findUniqueOrThrow({ where: { id: report.connectionId } });
  await ctx.db.entraDevice.update({
    where: { connectionId_deviceId: { connectionId: report.connectionId, deviceId: report.deviceId } },
    data: {
      acceptedReportId: report.id,
      acceptedKey: reportKey({ ...report, tenantId }),
      acceptedAt: at,
      detailsSentAt: at,
      lastUpdateTime: at,
      ownerHostId: hostId,
    },
  });
}
