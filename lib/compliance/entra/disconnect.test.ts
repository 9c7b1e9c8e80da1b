import { afterAll, beforeAll, expect, test } from "vitest";
import { startDeliveryScene, type DeliveryScene } from "@/lib/testing/delivery-scene";
import { testUserContext } from "@/lib/testing/test-context";
import { findDefaultConnectionRow } from "./connection-queries";
import { disconnect } from "./disconnect";
import { disconnectTenant } from "./disconnect-tenant.job";
import { startConnection } from "./start-connection";

let scene: DeliveryScene;
beforeAll(async () => {
  scene = await startDeliveryScene();
});
afterAll(() => scene.stop());

/** The connection of the moment; connects the tenant again where an earlier test has left it. */
async function connected(): Promise<number> {
  const { db } = scene.server;
  const existing = await findDefaultConnectionRow(db);
  const connection = existing ?? (await scene.connect("happy"));
  await db.team.update({ where: { id: scene.teamId }, data: { connectionId: connection.id } });
  return connection.id;
}

const provisioned = () => scene.simulator.journal().findLast(({ path }) => path.includes("PartnerTenants("))?.body;

test("only who may write connections may disconnect", async () => {
  await expect(disconnect(await testUserContext("maintainer", scene.clock), await connected())).rejects.toMatchObject({ code: "permission_denied" });
});

test("leave: Microsoft is told, Entra keeps the last answer, and nothing of the tenant stays here", async () => {
  const connectionId = await connected();
  const host = await scene.mac("fail");
  await scene.answers(host, "fail");
  await scene.until(host, "confirmed");
  expect(await disconnect(scene.admin, connectionId)).toBe("gone");
  expect(provisioned()).toMatchObject({ provisioned: 2 });
  expect(scene.entra(host)).toMatchObject({ isManaged: true, isCompliant: false });
  const { db } = scene.server;
  expect(await db.entraConnection.count()).toBe(0);
  expect(await db.entraSetupStep.count()).toBe(0);
  expect(await db.entraDevice.count({ where: { connectionId } })).toBe(0);
  expect(await db.entraUser.count({ where: { connectionId } })).toBe(0);
  expect(await db.complianceReport.count({ where: { connectionId } })).toBeGreaterThan(0);
  expect(await db.activity.findFirst({ orderBy: { id: "desc" } })).toMatchObject({
    type: "deleted_conditional_access_integration_microsoft",
    actorName: scene.admin.actor.kind === "user" ? scene.admin.actor.name : "",
  });
  await expect(disconnect(scene.admin, connectionId)).rejects.toMatchObject({ code: "connection_not_found" });
});

test.each([
  ["release", "fail", { isManaged: true, isCompliant: true }],
  ["lock", "pass", { isManaged: false, isCompliant: false }],
] as const)("%s: every device gets its last word before the tenant is left", async (onDisconnect, outcome, last) => {
  const connectionId = await connected();
  const host = await scene.mac(outcome);
  await scene.answers(host, outcome);
  await scene.until(host, "confirmed");
  expect(await disconnect(scene.admin, connectionId, { onDisconnect })).toBe("waiting");
  expect(provisioned()).toMatchObject({ provisioned: 1 });
  // What the host answers now isn't told any more.
  await scene.answers(host, outcome);
  await scene.pass(45_000);
  expect(scene.entra(host)).toMatchObject(last);
  expect(provisioned()).toMatchObject({ provisioned: 2 });
  expect(await findDefaultConnectionRow(scene.server.db)).toBeNull();
});

test("a device that can't be told holds the disconnect up for 15 minutes at most, and the activity says how many weren't told", async () => {
  const connectionId = await connected();
  const host = await scene.mac("fail");
  await scene.answers(host, "fail");
  await scene.until(host, "confirmed");
  scene.simulator.addFault({ kind: "server_error", surface: "manage", path: "DataUploadMessages", status: 503 });
  expect(await disconnect(scene.admin, connectionId, { onDisconnect: "release" })).toBe("waiting");
  await scene.pass(5 * 60_000);
  expect(await findDefaultConnectionRow(scene.server.db)).toMatchObject({ state: "disconnecting" });
  await scene.pass(11 * 60_000);
  expect(await findDefaultConnectionRow(scene.server.db)).toBeNull();
  scene.simulator.clearFaults();
  const said = await scene.server.db.activity.findFirst({ where: { type: "deleted_conditional_access_integration_microsoft" }, orderBy: { id: "desc" } });
  expect(said?.details).toMatchObject({ on_disconnect: "release" });
  expect(said?.details).toHaveProperty("devices_not_told", expect.any(Number));
  expect(said?.details).not.toHaveProperty("devices_not_told", 0);
}, 90_000);

test("disconnect_failed: a refusal of Microsoft keeps everything here; trying again or forcing it ends it", async () => {
  const connectionId = await connected();
  scene.simulator.addFault({ kind: "server_error", surface: "manage", status: 503 });
  await expect(disconnect(scene.admin, connectionId)).rejects.toMatchObject({ code: "disconnect_failed" });
  expect(await scene.reload(connectionId)).toMatchObject({ state: "disconnect_failed", errorCode: "microsoft_unavailable" });
  // Nobody starts another connection over one that isn't gone.
  await expect(startConnection(scene.admin, { tenant: "fennel.example" })).rejects.toMatchObject({ code: "connection_leaving" });
  scene.simulator.clearFaults();
  expect(await disconnect(scene.admin, connectionId)).toBe("gone");

  const again = await connected();
  scene.simulator.addFault({ kind: "consent_revoked" });
  await expect(disconnect(scene.admin, again)).rejects.toMatchObject({ code: "disconnect_failed" });
  const calls = scene.simulator.journal().length;
  expect(await disconnect(scene.admin, again, { force: true, reason: "The app is gone." })).toBe("gone");
  expect(scene.simulator.journal().length).toBe(calls);
  scene.simulator.clearFaults();
  const said = await scene.server.db.activity.findFirst({ orderBy: { id: "desc" } });
  expect(said?.details).toMatchObject({ forced: true, reason: "The app is gone." });
});

test("what Microsoft doesn't find counts as left", async () => {
  const connectionId = await connected();
  scene.simulator.addFault({ kind: "server_error", surface: "manage", status: 404 });
  expect(await disconnect(scene.admin, connectionId)).toBe("gone");
  scene.simulator.clearFaults();
});

test("a disconnect whose worker died is finished by another one", async () => {
  const connectionId = await connected();
  scene.simulator.addFault({ kind: "connection_reset", surface: "manage", afterEffect: true, count: 1 });
  await expect(disconnect(scene.admin, connectionId)).rejects.toMatchObject({ code: "disconnect_failed" });
  await scene.server.db.entraConnection.update({ where: { id: connectionId }, data: { state: "disconnecting" } });
  await disconnectTenant.run(scene.server, { connectionId });
  expect(await findDefaultConnectionRow(scene.server.db)).toBeNull();
  await disconnectTenant.run(scene.server, { connectionId });
});

test("a connection that never got as far as Microsoft's partner service is removed without asking", async () => {
  const { id } = await scene.consent("second-tenant");
  const calls = scene.simulator.journal().filter(({ surface }) => surface === "manage").length;
  expect(await disconnect(scene.admin, id)).toBe("gone");
  expect(scene.simulator.journal().filter(({ surface }) => surface === "manage").length).toBe(calls);
});
