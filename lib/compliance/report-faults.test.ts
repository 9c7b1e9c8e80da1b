import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { FaultInput } from "@/lib/simulator/microsoft/faults";
import { startDeliveryScene, type DeliveryScene } from "@/lib/testing/delivery-scene";
import { heartbeat } from "./heartbeat.job";
import { sweep } from "./sweep.job";
import { freshness } from "./freshness.job";

const minute = 60_000;
let scene: DeliveryScene;
beforeAll(async () => {
  scene = await startDeliveryScene();
});
afterAll(() => scene.stop());
afterEach(() => scene.forget());

const putMessage = { surface: "manage", method: "PUT", path: "DataUploadMessages" } as const;
const fault = (input: FaultInput) => scene.simulator.addFault(input);

describe("throttling", () => {
  test.each([
    ["Retry-After in seconds", { kind: "throttle_seconds", retryAfterSeconds: 40 }, 40_000],
    ["Retry-After as a date", { kind: "throttle_date", retryAfterSeconds: 40 }, 38_000],
    ["no Retry-After", { kind: "throttle_bare" }, 30_000],
  ] as [string, FaultInput, number][])("429 with %s pauses the lane: no early call, for no host", async (_name, input, leastMs) => {
    fault({ ...input, ...putMessage, count: 1 });
    const [first, second] = [await scene.mac(), await scene.mac()];
    await scene.answers(first, "fail");
    await scene.settle();
    const pausedAt = scene.clock.now().getTime();
    const calls = () => scene.simulator.journal({ path: "DataUploadMessages" }).length;
    const before = calls();
    await scene.answers(second, "fail");
    await scene.pass(leastMs - 5_000);
    expect(calls()).toBe(before);
    const report = await scene.until(first, "confirmed");
    expect((report.sentAt?.getTime() ?? 0) - pausedAt).toBeGreaterThanOrEqual(leastMs - 5_000);
    expect(report.attempts).toBe(2);
    expect(new Set(scene.uploads(first).map(({ messageId }) => messageId)).size).toBeLessThanOrEqual(1);
    await scene.until(second, "confirmed");
  });
});

describe("Microsoft in trouble", () => {
  test.each([
    ["500", { kind: "server_error", status: 500, count: 3 }],
    ["502", { kind: "server_error", status: 502, count: 1 }],
    ["503", { kind: "server_error", status: 503, count: 1 }],
    ["504", { kind: "server_error", status: 504, count: 1 }],
    ["503 with Retry-After", { kind: "server_error", status: 503, retryAfterSeconds: 20, count: 1 }],
    ["a reset connection", { kind: "connection_reset", count: 2 }],
    ["a connection that is reset after the message was taken", { kind: "connection_reset", afterEffect: true, count: 1 }],
    ["a failing TLS handshake", { kind: "tls_failure", count: 1 }],
  ] as [string, FaultInput][])("%s is waited out, and the same message goes again", async (_name, input) => {
    const host = await scene.mac();
    fault(input.kind === "tls_failure" ? { ...input, surface: "manage" } : { ...input, ...putMessage });
    await scene.answers(host, "fail");
    const report = await scene.until(host, "confirmed");
    expect(report.attempts).toBeGreaterThanOrEqual(input.kind === "tls_failure" ? 1 : 2);
    expect([...new Set(scene.uploads(host).map(({ messageId }) => messageId))]).toEqual([report.messageId]);
    expect(scene.entra(host)?.history.map(({ outcome }) => outcome)).toEqual(["applied"]);
    expect(await scene.server.db.attentionItem.count({ where: { hostId: host.hostId } })).toBe(0);
    if (input.retryAfterSeconds) {
      const delayed = await scene.server.db.reportEvent.findFirstOrThrow({ where: { reportId: report.id, type: "delayed" } });
      expect((report.sentAt?.getTime() ?? 0) - delayed.at.getTime()).toBeGreaterThanOrEqual(input.retryAfterSeconds * 1000);
    }
  });

  test("a status question that can't be asked is asked again; the message isn't sent twice", async () => {
    const host = await scene.mac();
    fault({ kind: "server_error", surface: "manage", method: "GET", path: "DataUploadMessages", count: 3 });
    await scene.answers(host, "fail");
    expect(await scene.until(host, "confirmed")).toMatchObject({ attempts: 1 });
    expect(scene.uploads(host)).toHaveLength(1);
  });

  test("a read-back that can't be made is made again", async () => {
    const host = await scene.mac();
    fault({ kind: "server_error", surface: "graph", path: "/devices", count: 2 });
    await scene.answers(host, "fail");
    expect(await scene.until(host, "confirmed")).toMatchObject({ attempts: 1 });
  });
});

describe("tokens and credentials", () => {
  test.each([
    ["expired early", { kind: "token_expired_early", seconds: 0, count: 1 }],
    ["revoked", { kind: "token_revoked", surface: "manage", count: 1 }],
    ["rejected while fresh", { kind: "fresh_token_rejected", surface: "manage", count: 1 }],
  ] as [string, FaultInput][])("a token that is %s is renewed once, and the report goes on", async (_name, input) => {
    const host = await scene.mac();
    fault(input);
    await scene.answers(host, "fail");
    expect(await scene.until(host, "confirmed")).toMatchObject({ errorCode: "" });
  });

  test("a credential that stopped working holds every report back, tells once, and what waited goes when it works again", async () => {
    const hosts = [await scene.mac(), await scene.mac(), await scene.mac()];
    fault({ kind: "consent_revoked" });
    fault({ kind: "token_revoked", surface: "graph" });
    fault({ kind: "credential_expired" });
    const degraded = { type: "entra_connection_degraded" };
    const before = await scene.server.db.activity.count({ where: degraded });
    for (const host of hosts) await scene.answers(host, "fail");
    await scene.pass(3 * minute);
    expect(await scene.reload(scene.connection.id)).toMatchObject({ state: expect.stringMatching(/credential_error|degraded/) });
    for (const host of hosts) {
      expect((await scene.reports(host)).map(({ state }) => state)).toEqual(["queued"]);
      expect(await scene.server.db.attentionItem.count({ where: { hostId: host.hostId } })).toBe(0);
    }
    expect((await scene.server.db.activity.count({ where: degraded })) - before).toBe(1);
    scene.simulator.clearFaults();
    await scene.server.db.entraConnection.update({ where: { id: scene.connection.id }, data: { state: "connected", errorCode: "" } });
    await sweep.run(scene.server, {});
    for (const host of hosts) await scene.until(host, "confirmed");
  });

  test("a partner that the admin ended in Intune is told of once; reports wait and go when it is back", async () => {
    const hosts = [await scene.mac(), await scene.mac()];
    const ended = fault({ kind: "partner_terminated" });
    for (const host of hosts) await scene.answers(host, "fail");
    await scene.pass(2 * minute);
    for (const host of hosts) expect(await scene.reports(host)).toMatchObject([{ state: "queued" }]);
    const items = { code: "reports_refused", subject: `connection:${scene.connection.id}`, endedAt: null };
    expect(await scene.server.db.attentionItem.count({ where: items })).toBe(1);
    scene.simulator.removeFault(ended.id);
    await scene.server.db.entraConnection.update({ where: { id: scene.connection.id }, data: { state: "connected", errorCode: "" } });
    await sweep.run(scene.server, {});
    for (const host of hosts) await scene.until(host, "confirmed");
    expect(await scene.server.db.attentionItem.count({ where: items })).toBe(0);
  });
});

describe("messages that go wrong", () => {
  test("Failed with detail is made anew after 1, 5, 15 and 60 minutes, each a new message, and then needs an admin", async () => {
    const host = await scene.mac();
    const failing = fault({ kind: "message_failed", errorCode: "InternalError", detail: "Not now" });
    await scene.answers(host, "fail");
    const report = await scene.until(host, "attention");
    expect(report).toMatchObject({ errorCode: "report_failed", errorDetail: "InternalError: Not now", attempts: 5, failures: 5 });
    const tries = await scene.server.db.reportEvent.findMany({ where: { reportId: report.id, type: "submitted" }, orderBy: { id: "asc" } });
    const gaps = tries.slice(1).map((event, index) => Math.round((event.at.getTime() - (tries[index]?.at.getTime() ?? 0)) / minute));
    expect(gaps).toEqual([1, 5, 15, 60]);
    expect(new Set(scene.uploads(host).map(({ messageId }) => messageId)).size).toBe(5);
    expect(await scene.server.db.activity.count({ where: { hostId: host.hostId, type: "host_compliance_report_failed" } })).toBe(1);
    scene.simulator.removeFault(failing.id);
    // A changed verdict is no longer the report that rests.
    await scene.answers(host, "pass");
    expect(await scene.until(host, "confirmed")).toMatchObject({ compliant: true, failures: 0 });
    expect(await scene.server.db.activity.count({ where: { hostId: host.hostId, type: "host_compliance_report_recovered" } })).toBe(1);
  });

  test.each([
    ["user 404", { kind: "user_not_found" }, "user_not_found"],
    ["user disabled", { kind: "user_disabled" }, "user_disabled"],
    ["device unknown", { kind: "device_unknown" }, "device_not_found"],
    ["device deleted later", { kind: "device_deleted" }, "device_not_found"],
  ] as [string, FaultInput, string][])("%s is terminal: attention at once, no loop", async (_name, input, code) => {
    const host = await scene.mac();
    fault({ ...input, ...(input.kind.startsWith("user") ? { user: host.userPrincipalName } : { device: host.deviceId }) });
    await scene.answers(host, "fail");
    const report = await scene.until(host, "attention");
    expect(report).toMatchObject({ errorCode: code, attempts: 1 });
    const uploads = scene.uploads(host).length;
    await scene.pass(23 * 60 * minute);
    expect(scene.uploads(host)).toHaveLength(uploads);
    expect(await scene.server.db.attentionItem.findMany({ where: { hostId: host.hostId, endedAt: null } })).toMatchObject([{ code }]);
  });

  test("stuck pending: asked on schedule for 15 minutes, then Entra is read, then made anew", async () => {
    const host = await scene.mac();
    const stuck = fault({ kind: "message_stuck", count: 1 });
    await scene.answers(host, "fail");
    const first = await scene.until(host, "failed");
    expect(first).toMatchObject({ errorCode: "report_failed", failures: 1 });
    const polls = scene.simulator.journal({ path: String(first.messageId) }).filter(({ method }) => method === "GET").length;
    // 2, 5, 10, 15, 30 s, and then every 60 s until 15 minutes have passed.
    expect(polls).toBe(5 + 14);
    scene.simulator.removeFault(stuck.id);
    const report = await scene.until(host, "confirmed");
    expect(report.messageId).not.toBe(first.messageId);
    expect(report).toMatchObject({ attempts: 2 });
  });

  test("stuck pending although Entra says what was sent: confirmed", async () => {
    const host = await scene.mac();
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    fault({ kind: "message_stuck", count: 1 });
    await scene.answers(host, "fail");
    await scene.until(host, "submitted");
    scene.simulator.updateDevice("happy", host.deviceId, { isCompliant: false });
    expect(await scene.until(host, "confirmed")).toMatchObject({ attempts: 1, microsoftStatus: "no word" });
  });

  test("an unknown status text counts as pending", async () => {
    const host = await scene.mac();
    fault({ kind: "message_unknown_status", text: "Deferred", count: 1 });
    await scene.answers(host, "fail");
    await scene.until(host, "submitted");
    await scene.pass(minute);
    expect((await scene.reports(host)).at(-1)).toMatchObject({ state: "submitted", attempts: 1 });
  });

  test("404 at first counts as pending", async () => {
    const host = await scene.mac();
    fault({ kind: "message_not_found_first", times: 2, count: 1 });
    await scene.answers(host, "fail");
    expect(await scene.until(host, "confirmed")).toMatchObject({ attempts: 1, failures: 0 });
  });

  test("Completed but the device unchanged: read again for a minute, then a mismatch, sent anew after 1, 5, 15 and 60 minutes, then attention", async () => {
    const host = await scene.mac();
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    fault({ kind: "message_no_effect" });
    await scene.answers(host, "fail");
    const mismatch = await scene.until(host, "mismatch").catch(async (error) => {
      console.log(
        scene.clock.now(),
        await scene.server.db.reportEvent.findMany({ where: { reportId: (await scene.reports(host)).at(-1)?.id ?? "" } }),
        (await scene.reports(host)).at(-1),
      );
      throw error;
    });
    expect(mismatch).toMatchObject({
      errorCode: "report_mismatch",
      mismatches: 1,
      errorDetail: "Entra says managed and compliant, we sent managed and not compliant.",
    });
    expect(mismatch.acceptedAt).not.toBeNull();
    const device = () => scene.server.db.entraDevice.findFirst({ where: { deviceId: host.deviceId } });
    expect(await device()).toMatchObject({ readState: "mismatch", readCompliant: true });
    const report = await scene.until(host, "attention");
    expect(report).toMatchObject({ errorCode: "report_mismatch", attempts: 5, mismatches: 5 });
    scene.simulator.clearFaults();
    await scene.pass(24 * 60 * minute);
    expect(await scene.until(host, "confirmed")).toMatchObject({ id: report.id, attempts: 6 });
    expect(await device()).toMatchObject({ readState: "match" });
  });

  test("Graph that lags behind for a while is no mismatch", async () => {
    const host = await scene.mac();
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    fault({ kind: "message_no_effect", count: 1 });
    await scene.answers(host, "fail");
    await scene.until(host, "completed");
    scene.simulator.updateDevice("happy", host.deviceId, { isCompliant: false });
    expect(await scene.until(host, "confirmed")).toMatchObject({ attempts: 1, mismatches: 0 });
  });

  test("out-of-order processing of two messages leaves the newest", async () => {
    const host = await scene.mac();
    fault({ kind: "messages_out_of_order", seconds: 3600, count: 1 });
    await scene.answers(host, "fail");
    await scene.until(host, "submitted");
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    expect(scene.entra(host)).toMatchObject({ isCompliant: true });
  });
});

describe("signs of life", () => {
  test("are given on connecting and every 6 hours", async () => {
    await scene.server.db.entraConnection.update({ where: { id: scene.connection.id }, data: { lastHeartbeatAt: null } });
    const beats = () => scene.simulator.journal({ path: "PartnerTenantHeartbeat" }).filter(({ status }) => status === 200).length;
    const before = beats();
    await sweep.run(scene.server, {});
    await scene.settle();
    expect(beats() - before).toBe(1);
    scene.clock.advance(5 * 60 * minute + 40 * minute);
    await sweep.run(scene.server, {});
    await scene.settle();
    expect(beats() - before).toBe(1);
    scene.clock.advance(20 * minute);
    await sweep.run(scene.server, {});
    await scene.settle();
    expect(beats() - before).toBe(2);
    expect((await scene.reload(scene.connection.id)).lastHeartbeatAt).toEqual(scene.clock.now());
  });

  test("that ask for a resync have every device told again, once", async () => {
    const hosts = [await scene.mac(), await scene.mac()];
    for (const host of hosts) {
      await scene.answers(host, "fail");
      await scene.until(host, "confirmed");
    }
    scene.clock.advance(minute);
    fault({ kind: "heartbeat_resync", text: scene.clock.now().toISOString() });
    await heartbeat.run(scene.server, { connectionId: scene.connection.id });
    await heartbeat.run(scene.server, { connectionId: scene.connection.id });
    for (const host of hosts) {
      const report = await scene.until(host, "confirmed");
      await scene.settle();
      expect(report).toMatchObject({ kind: "resync", compliant: false });
      expect(await scene.reports(host)).toHaveLength(2);
    }
  });

  test("that name errors about messages show them on the connection", async () => {
    fault({ kind: "heartbeat_message_errors", errorCode: "DeviceNotFound", detail: "A device is gone." });
    await heartbeat.run(scene.server, { connectionId: scene.connection.id });
    expect((await scene.reload(scene.connection.id)).heartbeatError).toContain("DeviceNotFound: A device is gone.");
    scene.simulator.clearFaults();
    await heartbeat.run(scene.server, { connectionId: scene.connection.id });
    expect((await scene.reload(scene.connection.id)).heartbeatError).toBe("");
  });

  test("that don't get through say so on the connection", async () => {
    fault({ kind: "server_error", status: 500, path: "PartnerTenantHeartbeat" });
    await heartbeat.run(scene.server, { connectionId: scene.connection.id });
    expect((await scene.reload(scene.connection.id)).heartbeatError).toContain("500");
  });
});

test("what was told a day ago is told again, so that a change behind our back heals", async () => {
  const host = await scene.mac();
  await scene.answers(host, "fail");
  await scene.until(host, "confirmed");
  scene.simulator.updateDevice("happy", host.deviceId, { isCompliant: true });
  await freshness.run(scene.server, {});
  expect(await scene.reports(host)).toHaveLength(1);
  scene.clock.advance(24 * 60 * minute);
  await freshness.run(scene.server, {});
  expect(await scene.until(host, "confirmed")).toMatchObject({ kind: "freshness", compliant: false });
  expect(scene.entra(host)?.isCompliant).toBe(false);
});
