import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import type { FaultInput } from "@/lib/simulator/microsoft/faults";
import { startEntraScene, type EntraScene } from "@/lib/testing/entra-scene";
import type { Connection } from "./connection";
import type { ConnectionErrorCode, ConnectionState } from "./connection-state";
import { connectionText } from "./connection-texts";
import { chooseGroup } from "./choose-group";
import { connectTenant } from "./connect-tenant.job";
import { listGroups } from "./list-groups";
import { callMicrosoft } from "./microsoft-client";
import { retrySetupStep } from "./retry-setup-step";
import { listSetupSteps } from "./setup-queries";
import { stepNames, type StepName } from "./setup-step-names";
import { wakeConnections } from "./wake-connections.job";

let scene: EntraScene;
beforeAll(async () => {
  scene = await startEntraScene();
});
afterAll(() => scene.stop());
beforeEach(() => scene.startOver());

const statesOf = async (connection: Connection) => (await listSetupSteps(scene.server.db, connection.id)).map(({ step, state }) => `${step} ${state}`);
const allDone = stepNames.map((step) => `${step} done`);

test("a tenant is connected by consent alone: every step is done, roles are read, the group is found", async () => {
  const connection = await scene.connect("happy");
  expect(connection).toMatchObject({ state: "connected", errorCode: "", groupName: "Device trust users", nextStepAt: null });
  expect(connection.connectedAt).not.toBeNull();
  expect(connection.grantedRoles).toContain("update_device_attributes");
  expect(connection.partnerPolicyId).toMatch(/^[0-9a-f-]{36}$/);
  expect(await statesOf(connection)).toEqual(allDone);
  const provision = scene.simulator.journal().findLast((entry) => entry.path.includes("PartnerTenants"));
  expect(provision?.body).toMatchObject({ provisioned: 1, enrollmentUrl: "http://localhost:3000/microsoft-compliance-partner/enroll" });
  const activities = await scene.server.db.activity.findMany({ orderBy: { id: "desc" }, take: 3, select: { type: true } });
  expect(activities.map(({ type }) => type)).toEqual(["added_conditional_access_integration_microsoft", "entra_consent_completed", "entra_consent_started"]);
});

test("the setup job, run again on a connection that works, writes nothing at Microsoft", async () => {
  const connection = await scene.connect("happy");
  const before = scene.simulator.journal().filter(({ method }) => method !== "GET").length;
  expect((await scene.runSetup(connection.id)).state).toBe("connected");
  expect(scene.simulator.journal().filter(({ method }) => method !== "GET").length).toBe(before);
});

test("two workers at once do the setup once", async () => {
  const { id } = await scene.consent("happy");
  const before = scene.simulator.journal().length;
  await Promise.all([
    connectTenant.run(scene.server, { connectionId: id }),
    connectTenant.run(scene.server, { connectionId: id }),
    connectTenant.run(scene.server, { connectionId: id }),
  ]);
  expect((await scene.reload(id)).state).toBe("connected");
  const written = scene.simulator
    .journal()
    .slice(before)
    .filter(({ method, surface }) => surface === "manage" && method !== "GET");
  expect(written.map(({ method, path }) => `${method} ${/\/(\w+)(?:\(.*?\))?(\/Assign)?\?/.exec(path)?.slice(1).join("")}`)).toEqual([
    "PUT PartnerTenants",
    "POST PartnerCompliancePolicies",
    "POST PartnerCompliancePolicies/Assign",
  ]);
});

test("while one service asks us to wait, the other is still called; when both do, neither is", async () => {
  const { id } = await scene.connect("happy");
  const connection = await scene.reload(id);
  const call = (audience: "graph" | "intune") =>
    callMicrosoft(scene.server, connection, {
      audience,
      method: "GET",
      url: audience === "graph" ? `${scene.simulator.graphUrl}/v1.0/groups` : `${connection.tenantServiceUrl}/PartnerCompliancePolicies?api-version=1.6`,
    });
  scene.simulator.addFault({ kind: "throttle_seconds", surface: "manage", retryAfterSeconds: 60, count: 1 });
  await expect(call("intune")).rejects.toMatchObject({ kind: "throttled", retryAfterMs: 60_000 });
  expect((await call("graph")).status).toBe(200);
  scene.simulator.addFault({ kind: "throttle_date", surface: "graph", retryAfterSeconds: 5, count: 1 });
  await expect(call("graph")).rejects.toMatchObject({ kind: "throttled" });
  const calls = scene.simulator.journal().length;
  for (const audience of ["graph", "intune"] as const) await expect(call(audience)).rejects.toMatchObject({ kind: "throttled" });
  expect(scene.simulator.journal().length).toBe(calls);
  scene.clock.advance(61_000);
  expect((await call("intune")).status).toBe(200);
});

interface StopCase {
  code: ConnectionErrorCode;
  tenant?: string;
  fault?: FaultInput;
  state: ConnectionState;
  step: StepName;
  retries: boolean;
  text: RegExp;
}

describe("each thing Microsoft can refuse ends in its own code, state, step and words", () => {
  test.each<StopCase>([
    { code: "consent_incomplete", fault: { kind: "consent_incomplete" }, state: "consent_incomplete", step: "consent", retries: true, text: /User\.Read\.All/ },
    {
      code: "app_not_in_tenant",
      fault: { kind: "app_not_in_tenant" },
      state: "awaiting_consent",
      step: "consent",
      retries: true,
      text: /isn’t in this tenant/,
    },
    { code: "credential_invalid", fault: { kind: "credential_invalid" }, state: "credential_error", step: "consent", retries: false, text: /client secret/ },
    { code: "credential_expired", fault: { kind: "credential_expired" }, state: "credential_error", step: "consent", retries: false, text: /has expired/ },
    {
      code: "invalid_tenant",
      fault: { kind: "tenant_not_found", path: "oauth2" },
      state: "credential_error",
      step: "consent",
      retries: false,
      text: /Tenant ID/,
    },
    { code: "intune_missing", tenant: "no-intune", state: "provisioning", step: "services", retries: true, text: /licen[cs]e/ },
    {
      code: "partner_endpoints_missing",
      fault: { kind: "endpoint_missing" },
      state: "provisioning",
      step: "services",
      retries: false,
      text: /PartnerDeviceDataSyncService/,
    },
    {
      code: "partner_endpoint_untrusted",
      fault: { kind: "endpoint_foreign_host" },
      state: "provisioning",
      step: "services",
      retries: false,
      text: /no token was sent/,
    },
    {
      code: "partner_not_approved",
      fault: { kind: "partner_not_approved" },
      state: "provisioning",
      step: "tenant",
      retries: false,
      text: /Only partners that Microsoft has listed/,
    },
    {
      code: "provision_rejected",
      fault: { kind: "provision_rejected", as: "provisioned" },
      state: "provisioning",
      step: "tenant",
      retries: true,
      text: /not provisioned/,
    },
    {
      code: "provision_rejected",
      fault: { kind: "provision_rejected", as: "error_detail", detail: "Not for you." },
      state: "provisioning",
      step: "tenant",
      retries: true,
      text: /Not for you/,
    },
    {
      code: "provision_rejected",
      fault: { kind: "provision_rejected", as: "inner_status" },
      state: "provisioning",
      step: "tenant",
      retries: true,
      text: /didn’t take the tenant on/,
    },
    { code: "partner_not_added", tenant: "partner-not-added", state: "provisioning", step: "policy", retries: true, text: /Partner compliance management/ },
    { code: "unexpected_partner_response", fault: { kind: "policy_empty_body" }, state: "provisioning", step: "policy", retries: true, text: /can’t read/ },
    { code: "unexpected_partner_response", fault: { kind: "policy_invalid_json" }, state: "provisioning", step: "policy", retries: true, text: /can’t read/ },
    { code: "group_not_found", fault: { kind: "group_absent" }, state: "provisioning", step: "group", retries: false, text: /Device trust users/ },
    { code: "group_ambiguous", fault: { kind: "group_duplicated" }, state: "provisioning", step: "group", retries: false, text: /won’t guess/ },
    { code: "assign_failed", fault: { kind: "assign_fails" }, state: "provisioning", step: "assign", retries: true, text: /try again by ourselves/ },
    {
      code: "throttled",
      fault: { kind: "throttle_seconds", surface: "graph", retryAfterSeconds: 7 },
      state: "provisioning",
      step: "services",
      retries: true,
      text: /slow down/,
    },
    {
      code: "microsoft_unavailable",
      fault: { kind: "server_error", surface: "manage", status: 503 },
      state: "provisioning",
      step: "tenant",
      retries: true,
      text: /doesn’t answer/,
    },
    {
      code: "partner_terminated",
      fault: { kind: "partner_terminated", surface: "graph" },
      state: "provisioning",
      step: "test",
      retries: false,
      text: /ended in Intune/,
    },
  ])("$code at step $step", async ({ code, tenant = "happy", fault, state, step, retries, text }) => {
    if (fault?.kind === "consent_incomplete") scene.simulator.addFault(fault);
    const started = await scene.consent(tenant);
    if (fault && fault.kind !== "consent_incomplete") scene.simulator.addFault(fault);
    // Five minutes after consent nothing is blamed on news that still spread.
    scene.clock.advance(6 * 60_000);
    const connection = await scene.runSetup(started.id);
    expect(connection).toMatchObject({ state, errorCode: code, connectedAt: null });
    expect(connection.nextStepAt !== null).toBe(retries);
    const steps = await listSetupSteps(scene.server.db, connection.id);
    expect(steps.find(({ state: at }) => at === "failed")).toMatchObject({ step, errorCode: code, attempts: 1 });
    const words = connectionText(code, connection);
    expect(`${words.title} ${words.sentence} ${words.explanation} ${words.fix.join(" ")}`).toMatch(text);
    expect(words.fix.length).toBeGreaterThan(0);
    expect(words.remedies.length).toBeGreaterThan(0);

    scene.simulator.clearFaults();
    if (tenant !== "happy" || code === "invalid_tenant" || fault?.kind === "consent_incomplete") return;
    scene.clock.advance(10_000);
    await retrySetupStep(scene.admin, connection.id);
    expect(await scene.runSetup(connection.id)).toMatchObject({ state: "connected", errorCode: "" });
    expect(await statesOf(connection)).toEqual(allDone);
  });
});

test("what Microsoft asks to wait is when the next try is due, and nothing is called before", async () => {
  const { id } = await scene.consent("happy");
  scene.simulator.addFault({ kind: "throttle_seconds", surface: "graph", retryAfterSeconds: 40, count: 1 });
  const stopped = await scene.runSetup(id);
  expect(stopped.nextStepAt?.getTime()).toBe(scene.clock.now().getTime() + 40_000);
  const calls = scene.simulator.journal().filter(({ surface }) => surface === "graph").length;
  await retrySetupStep(scene.admin, id);
  scene.clock.advance(20_000);
  expect((await scene.runSetup(id)).errorCode).toBe("throttled");
  expect(scene.simulator.journal().filter(({ surface }) => surface === "graph").length).toBe(calls);
  scene.clock.advance(21_000);
  expect((await scene.runSetup(id)).state).toBe("connected");
});

test("the partner's policy is taken from either shape of answer, and after a conflict ours is found", async () => {
  scene.simulator.addFault({ kind: "policy_collection_shape", count: 1 });
  expect((await scene.connect("happy")).state).toBe("connected");
  await scene.server.db.entraConnection.deleteMany({});
  // The policy of the first time is still there: a second creation is a conflict.
  const again = await scene.connect("happy");
  expect(again.state).toBe("connected");
  expect(again.partnerPolicyId).toMatch(/^[0-9a-f-]{36}$/);
});

test("right after consent a Graph that doesn't know the app yet is called propagating, and setup goes on when it does", async () => {
  const { id } = await scene.consent("happy");
  scene.simulator.addFault({ kind: "identity_not_replicated", seconds: 0.4 });
  const waiting = await scene.runSetup(id);
  expect(waiting).toMatchObject({ state: "propagating", errorCode: "" });
  expect(waiting.nextStepAt).not.toBeNull();
  await expect
    .poll(async () => {
      scene.clock.advance(20_000);
      return (await scene.runSetup(id)).state;
    })
    .toBe("connected");
});

test("an app that Graph doesn't know five minutes after consent is an error", async () => {
  const { id } = await scene.consent("happy");
  scene.simulator.addFault({ kind: "identity_not_replicated", seconds: 3600 });
  scene.clock.advance(5 * 60_000 + 1);
  expect(await scene.runSetup(id)).toMatchObject({ state: "provisioning", errorCode: "microsoft_refused" });
});

test("without a way back from consent the job leaves the connection waiting for it, without an error", async () => {
  const { startConnection } = await import("./start-connection");
  const { seededClientId, seededClientSecret } = await import("@/lib/simulator/microsoft/seed");
  const { connection } = await startConnection(scene.admin, { tenant: "dunlin.example", clientId: seededClientId, clientSecret: seededClientSecret });
  expect(await scene.runSetup(connection.id)).toMatchObject({ state: "awaiting_consent", errorCode: "", nextStepAt: null });
  // Consent that was given elsewhere counts as soon as somebody looks.
  await scene.simulator.consent("windows-only");
  expect((await scene.runSetup(connection.id)).state).toBe("provisioning");
});

test("the group that was chosen is covered, also when several have the suggested name", async () => {
  scene.simulator.addFault({ kind: "group_duplicated" });
  const { id } = await scene.connect("happy");
  scene.simulator.clearFaults();
  const groups = await listGroups(scene.admin, id, "All");
  expect(groups).toMatchObject([{ name: "All staff" }]);
  await chooseGroup(scene.admin, id, groups[0]?.id ?? "");
  expect(await scene.runSetup(id)).toMatchObject({ state: "connected", groupName: "All staff" });
  const assign = scene.simulator.journal().findLast(({ path }) => path.includes("Assign"));
  expect(assign?.body).toMatchObject({ assignments: [groups[0]?.id] });
  await expect(chooseGroup(scene.admin, id, "00000000-1111-4222-8333-444444444444")).rejects.toMatchObject({
    code: "group_not_found",
    fields: [{ field: "group_id" }],
  });
});

/** A context whose first write of that step's end dies, as a process would between Microsoft's answer and our note. */
function dyingAt(ctx: Context, step: StepName, when: "before" | "after"): Context {
  let dead = false;
  const db = new Proxy(ctx.db, {
    get(target, name) {
      const steps = Reflect.get(target, "entraSetupStep") as unknown as Record<
        string,
        (args: { where: { step?: string }; data: { state?: string } }) => unknown
      >;
      if (dead) throw new Error("the process is dead");
      if (name !== "entraSetupStep") return Reflect.get(target, name);
      return new Proxy(steps, {
        get: (inner, verb) => async (args: { where: { step?: string }; data: { state?: string } }) => {
          const starts = verb === "updateMany" && args.where.step === step && args.data.state === "running";
          if (starts && when === "before") dead = true;
          if (dead) throw new Error("the process is dead");
          const result = await inner[String(verb)]?.(args);
          return result;
        },
      });
    },
  });
  return { ...ctx, db: db as Context["db"] };
}

describe("a process that dies leaves a setup that another one finishes", () => {
  test.each(stepNames)("before step %s", async (step) => {
    const { id } = await scene.consent("happy");
    await expect(connectTenant.run(dyingAt(scene.server, step, "before"), { connectionId: id })).rejects.toThrow("dead");
    // The dead worker still holds the lease: nobody doubles its work at once.
    expect((await scene.runSetup(id)).state).not.toBe("connected");
    scene.clock.advance(121_000);
    await wakeConnections.run(scene.server, {});
    expect((await scene.runSetup(id)).state).toBe("connected");
    expect(await statesOf(await scene.reload(id))).toEqual(allDone);
  });

  test.each([
    ["tenant", "PartnerTenants\\("],
    ["policy", "PartnerCompliancePolicies\\?"],
    ["assign", "Assign"],
  ] as const)("after Microsoft did step %s, whose answer was lost", async (step, path) => {
    const { id } = await scene.consent("happy");
    scene.simulator.addFault({ kind: "connection_reset", surface: "manage", path, afterEffect: true, count: 1 });
    const stopped = await scene.runSetup(id);
    expect(stopped).toMatchObject({ errorCode: "microsoft_unavailable" });
    expect((await listSetupSteps(scene.server.db, id)).find(({ state }) => state === "failed")?.step).toBe(step);
    scene.clock.advance(3_000);
    expect((await scene.runSetup(id)).state).toBe("connected");
  });
});
