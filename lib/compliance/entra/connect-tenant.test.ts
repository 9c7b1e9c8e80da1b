import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startEntraScene, type EntraScene } from "@/lib/testing/entra-scene";
import { listSetupSteps } from "./setup-queries";

let scene: EntraScene;
beforeAll(async () => {
  scene = await startEntraScene();
});
afterAll(() => scene.stop());
beforeEach(() => scene.forgetConnections());

test("a tenant is connected by consent alone: every step is done, roles are read, the group is found", async () => {
  const connection = await scene.connect("happy");
  expect(connection).toMatchObject({ state: "connected", errorCode: "", groupName: "Device trust users" });
  expect(connection.connectedAt).not.toBeNull();
  expect(connection.grantedRoles).toContain("update_device_attributes");
  expect(connection.partnerPolicyId).toMatch(/^[0-9a-f-]{36}$/);
  const steps = await listSetupSteps(scene.server.db, connection.id);
  expect(steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
    "consent done",
    "services done",
    "tenant done",
    "policy done",
    "group done",
    "assign done",
    "test done",
  ]);
  const provision = scene.simulator.journal().find((entry) => entry.path.includes("PartnerTenants"));
  expect(provision?.body).toMatchObject({ provisioned: 1, enrollmentUrl: "http://localhost:3000/microsoft-compliance-partner/enroll" });
});
