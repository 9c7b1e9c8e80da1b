import { randomUUID } from "node:crypto";
import { assessHosts } from "../compliance/assess-hosts";
import type { Connection } from "../compliance/entra/connection";
import type { Context } from "../context";
import { inSqlTransaction } from "../db/transaction";
import type { SimulatedDevice } from "../simulator/microsoft/simulated-types";
import { jobs } from "../worker";
import { startEntraScene, type EntraScene } from "./entra-scene";
import { runJobs, runJobsUntil } from "./run-jobs";
import { testServerContext, type TestClock } from "./test-context";
import { enrolledHost, makeTeam, setPolicyResult, type EnrolledHost, type Outcome } from "./scenarios";

/** A connected tenant with a team whose policies gate access, and jobs that a test drives. */
export interface DeliveryScene extends EntraScene {
  connection: Connection;
  teamId: number;
  /** A Mac whose person has registered it in the tenant, with one gated policy answered so; not yet assessed. */
  mac(outcome?: Outcome, options?: { person?: string; registered?: boolean; deviceId?: string }): Promise<EnrolledHost>;
  /** The host answers its policy, and the answer is assessed, as a check-in would. */
  answers(host: EnrolledHost, outcome: Outcome): Promise<void>;
  /** Runs what is due now. */
  settle(): Promise<void>;
  /** Runs jobs, moving the clock, until the host's latest report is in one of these states. */
  until(host: { hostId: number }, ...states: string[]): Promise<Awaited<ReturnType<DeliveryScene["reports"]>>[number]>;
  /** Runs jobs until `done` says so, with time that goes on while they run: what waits for tokens would wait for ever otherwise. */
  drain(done: () => Promise<boolean>): Promise<void>;
  /** Moves the clock and runs what is due then. */
  pass(milliseconds: number): Promise<void>;
  reports(host: { hostId: number }): ReturnType<Context["db"]["complianceReport"]["findMany"]>;
  events(reportId: string): Promise<string[]>;
  /** Takes away every host, report, job and fault, so that one test's are nothing to the next. */
  forget(): Promise<void>;
  /** What Entra holds about the host's device. */
  entra(host: { deviceId: string }): SimulatedDevice | undefined;
  /** The uploads that reached the partner service about a host's device, oldest first. */
  uploads(host: {
    deviceId: string;
  }): { messageId: string; status: number; outcome: string | undefined; compliant: boolean; lastUpdateTime: string; at: number }[];
}

/** Starts it on the `happy` tenant; `stop` it in afterAll. */
export async function startDeliveryScene(options: Parameters<typeof startEntraScene>[0] = {}): Promise<DeliveryScene> {
  // One clock for both sides: a Retry-After date means the same here and there.
  let clock: TestClock | undefined;
  const scene = await startEntraScene({ now: () => clock?.now() ?? new Date(), ...options });
  clock = scene.clock;
  const ctx = scene.server;
  const connection = await scene.connect("happy");
  const { teamId } = await makeTeam(ctx, { connectionId: connection.id });
  const driven = { clock: scene.clock, jobs };
  // A tenant that has just been connected has every host decided about anew: before there are any.
  await runJobs(driven);
  const reports: DeliveryScene["reports"] = ({ hostId }) =>
    ctx.db.complianceReport.findMany({
      where: { hostId },
      orderBy: [{ createdAt: "asc" }, { endedAt: { sort: "asc", nulls: "last" } }, { transitionId: "asc" }],
    });
  const assess = (hostId: number) => inSqlTransaction(ctx, (tx) => assessHosts(tx, [hostId], "policy_results", ctx.now()));
  return {
    ...scene,
    connection,
    teamId,
    reports,
    settle: () => runJobs(driven),
    mac: async (
      outcome = "pass",
      { person = `p-${randomUUID().slice(0, 8)}@${scene.simulator.tenants.happy.domain}`, registered = true, deviceId = randomUUID() } = {},
    ) => {
      if (registered) scene.simulator.registerDevice({ tenantId: "happy", deviceId, displayName: `Mac ${deviceId.slice(0, 8)}`, upn: person || null });
      const host = await enrolledHost(ctx, { teamId, person, deviceId, seenAt: ctx.now() });
      const policy = await ctx.db.policy.create({
        data: {
          teamId,
          name: `Only for ${host.name} ${randomUUID()}`,
          query: "SELECT 1;",
          platform: "darwin",
          conditionalAccessEnabled: true,
          gatedSince: ctx.now(),
          versionSince: ctx.now(),
        },
      });
      const label = await ctx.db.label.create({ data: { name: `Only ${host.name} ${randomUUID()}`, labelType: "regular", membershipType: "manual" } });
      await ctx.db.labelMembership.create({ data: { labelId: label.id, hostId: host.hostId } });
      await ctx.db.policyLabel.create({ data: { policyId: policy.id, labelId: label.id, scope: "include_any" } });
      await setPolicyResult(ctx, { hostId: host.hostId, policyId: policy.id, outcome });
      return { ...host, policyId: policy.id };
    },
    answers: async (host, outcome) => {
      await setPolicyResult(ctx, { hostId: host.hostId, policyId: host.policyId, outcome });
      await assess(host.hostId);
    },
    until: async (host, ...states) => {
      const latest = async () => (await reports(host)).at(-1);
      await runJobsUntil(driven, async () => states.includes((await latest())?.state ?? "none"));
      const report = await latest();
      if (!report) throw new Error(`Host ${host.hostId} has no report.`);
      return report;
    },
    drain: (done) => {
      const now = () => {
        if (scene.clock.now().getTime() < Date.now()) scene.clock.set(new Date());
        return scene.clock.now();
      };
      return runJobsUntil({ ...driven, makeContext: () => testServerContext({ ...scene.clock, now }) }, done);
    },
    pass: async (milliseconds) => {
      const end = scene.clock.now().getTime() + milliseconds;
      await runJobsUntil(driven, async () => false, milliseconds).catch((error: Error) => {
        if (!error.message.startsWith("It didn't come to pass")) throw error;
      });
      if (scene.clock.now().getTime() < end) scene.clock.set(new Date(end));
      await runJobs(driven);
    },
    events: async (reportId) => (await ctx.db.reportEvent.findMany({ where: { reportId }, orderBy: { id: "asc" } })).map(({ type }) => type),
    forget: async () => {
      scene.simulator.clearFaults();
      await ctx.db.complianceReport.deleteMany({});
      await ctx.db.entraDevice.deleteMany({});
      await ctx.db.host.deleteMany({});
      await ctx.db.policy.deleteMany({});
      await ctx.db.attentionItem.deleteMany({});
      await ctx.db.$executeRaw`delete from graphile_worker._private_jobs`;
      const working = { state: "connected", errorCode: "", pausedUntil: null, pauseReason: "", resyncRequestedAt: null };
      await ctx.db.entraConnection.updateMany({ data: working });
    },
    entra: ({ deviceId }) => scene.simulator.device("happy", deviceId),
    uploads: ({ deviceId }) =>
      scene.simulator
        .journal()
        .filter((entry) => entry.method === "PUT" && entry.path.includes("DataUploadMessages") && entry.body?.deviceId === deviceId)
        .map((entry) => ({
          messageId: String(entry.body?.messageId),
          status: entry.status,
          outcome: entry.outcome ?? undefined,
          compliant: entry.body?.compliant === true,
          lastUpdateTime: String(entry.body?.lastUpdateTime),
          at: new Date(entry.at).getTime(),
        })),
  };
}
