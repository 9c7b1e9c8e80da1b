import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startDeliveryScene, type DeliveryScene } from "@/lib/testing/delivery-scene";
import { testUserContext } from "@/lib/testing/test-context";
import { claimReport } from "./claim-report";
import { retryReport } from "./retry-report";
import { sendNow } from "./send-now";

let scene: DeliveryScene;
beforeAll(async () => {
  scene = await startDeliveryScene();
});
afterAll(() => scene.stop());
afterEach(() => scene.forget());

describe("a decision reaches Entra", () => {
  test("in order: queued, submitted, completed, confirmed, with Microsoft's ids and every time written down", async () => {
    const host = await scene.mac();
    await scene.answers(host, "fail");
    const report = await scene.until(host, "confirmed");
    expect(report).toMatchObject({ managed: true, compliant: false, attempts: 1, microsoftStatus: "Completed", errorCode: "" });
    expect(report.readBack).toMatchObject({ device: { managed: true, compliant: false } });
    const [sent, accepted, confirmed] = [report.sentAt, report.acceptedAt, report.confirmedAt].map((at) => at?.getTime() ?? 0);
    expect(report.causedAt.getTime()).toBeLessThanOrEqual(sent ?? 0);
    expect(sent).toBeLessThanOrEqual(accepted ?? 0);
    expect(accepted).toBeLessThanOrEqual(confirmed ?? 0);
    // The first question is asked after 2 s.
    expect((accepted ?? 0) - (sent ?? 0)).toBeLessThan(4_000);
    expect(await scene.events(report.id)).toEqual(["queued", "submitted", "completed", "confirmed"]);
    expect(scene.entra(host)).toMatchObject({ isManaged: true, isCompliant: false });
    expect(scene.uploads(host)).toMatchObject([{ messageId: report.messageId, outcome: "applied", lastUpdateTime: report.lastUpdateTime?.toISOString() }]);
    expect(await scene.server.db.entraDevice.findFirst({ where: { deviceId: host.deviceId } })).toMatchObject({
      ownerHostId: host.hostId,
      acceptedReportId: report.id,
      readState: "match",
      readCompliant: false,
    });
    expect(await scene.server.db.activity.findMany({ where: { hostId: host.hostId, type: "ran_automation_conditional_access" } })).toMatchObject([
      { details: { policy_id: host.policyId, host_ids: [host.hostId], message_id: report.messageId } },
    ]);
  });

  test("again when it changes, each message newer than the one before", async () => {
    const host = await scene.mac();
    for (const outcome of ["fail", "pass", "fail", "pass"] as const) {
      await scene.answers(host, outcome);
      await scene.until(host, "confirmed");
    }
    const uploads = scene.uploads(host);
    expect(uploads.map(({ compliant }) => compliant)).toEqual([false, true, false, true]);
    const stamps = uploads.map(({ lastUpdateTime }) => Date.parse(lastUpdateTime));
    expect(stamps).toEqual(stamps.toSorted((left, right) => left - right));
    expect(new Set(stamps).size).toBe(4);
  });

  test("with strictly increasing stamps even when our clock goes back", async () => {
    const host = await scene.mac();
    await scene.answers(host, "fail");
    const first = await scene.until(host, "confirmed");
    const ahead = new Date(scene.clock.now().getTime() + 3_600_000);
    await scene.server.db.entraDevice.updateMany({ where: { deviceId: host.deviceId }, data: { lastUpdateTime: ahead } });
    await scene.answers(host, "pass");
    const second = await scene.until(host, "confirmed");
    expect(first.lastUpdateTime?.getTime()).toBeLessThan(ahead.getTime());
    expect(second.lastUpdateTime).toEqual(new Date(ahead.getTime() + 1));
    expect(scene.entra(host)?.isCompliant).toBe(true);
  });

  test("as neither managed nor compliant when MDM is off", async () => {
    const host = await scene.mac();
    await scene.server.db.host.update({ where: { id: host.hostId }, data: { mdmState: "off" } });
    await scene.answers(host, "pass");
    expect(await scene.until(host, "confirmed")).toMatchObject({ managed: false, compliant: false });
    expect(scene.entra(host)).toMatchObject({ isManaged: false, isCompliant: false });
  });

  test("only once while many changes wait: the last one is told", async () => {
    const host = await scene.mac();
    for (const outcome of ["fail", "pass", "fail", "pass", "fail"] as const) await scene.answers(host, outcome);
    await scene.until(host, "confirmed");
    expect((await scene.reports(host)).map(({ state }) => state)).toEqual(["superseded", "superseded", "superseded", "superseded", "confirmed"]);
    expect(scene.uploads(host)).toHaveLength(1);
  });

  test("behind the message that is on its way about the same device, which can't overwrite it", async () => {
    scene.simulator.addFault({ kind: "messages_out_of_order", seconds: 600, count: 1 });
    const host = await scene.mac();
    await scene.answers(host, "fail");
    await scene.until(host, "submitted");
    await scene.answers(host, "pass");
    await scene.settle();
    expect((await scene.reports(host)).map(({ state }) => state)).toEqual(["submitted", "queued"]);
    await scene.until(host, "confirmed");
    expect((await scene.reports(host)).map(({ state }) => state)).toEqual(["superseded", "confirmed"]);
    expect(scene.entra(host)?.isCompliant).toBe(true);
    expect(scene.entra(host)?.history.map(({ outcome }) => outcome)).toEqual(["applied", "ignored_older"]);
  });

  test("with letting in before blocking, and what a person waits for before both", async () => {
    const hosts = await Promise.all([scene.mac(), scene.mac(), scene.mac()]);
    const [blocked, freed, urgent] = hosts;
    if (!blocked || !freed || !urgent) throw new Error("three hosts");
    await scene.answers(blocked, "fail");
    await scene.answers(freed, "pass");
    await scene.answers(urgent, "fail");
    await sendNow(scene.admin, urgent.hostId);
    const claimed = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const claim = await claimReport(scene.server, scene.connection.id);
      claimed.push(claim.kind === "report" ? claim.report.hostId : claim.kind);
    }
    expect(claimed).toEqual([urgent.hostId, freed.hostId, blocked.hostId]);
  });

  test("about a device that was taken leave of: it is neither managed nor compliant, and may be gone", async () => {
    const host = await scene.mac();
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    const deviceId = `${host.deviceId.slice(0, -4)}beef`;
    scene.simulator.registerDevice({ tenantId: "happy", deviceId, displayName: "Anew", upn: host.userPrincipalName });
    await scene.server.db.hostEntraIdentity.update({ where: { hostId: host.hostId }, data: { deviceId } });
    await scene.answers(host, "fail");
    await scene.until(host, "confirmed");
    await scene.settle();
    expect(scene.entra(host)).toMatchObject({ isManaged: false, isCompliant: false });
    expect(scene.entra({ deviceId })).toMatchObject({ isManaged: true, isCompliant: false });
  });
});

describe("whose the device is", () => {
  test.each(["o'brien@contoso.example", "$ales@contoso.example", "guest_other.example#EXT#@contoso.example", "jürgen@contoso.example"])(
    "is found for %s",
    async (name) => {
      const person = name.replace("contoso.example", scene.simulator.tenants.happy.domain);
      const host = await scene.mac("pass", { person });
      await scene.answers(host, "pass");
      expect(await scene.until(host, "confirmed", "attention")).toMatchObject({ state: "confirmed", compliant: true });
    },
  );

  test("is asked once a day", async () => {
    const host = await scene.mac();
    const asked = () =>
      scene.simulator.journal({ path: "/users" }).filter((entry) => entry.status === 200 && decodeURIComponent(entry.path).includes(host.userPrincipalName))
        .length;
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    await scene.answers(host, "fail");
    await scene.until(host, "confirmed");
    expect(asked()).toBe(1);
    scene.clock.advance(24 * 3_600_000);
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    expect(asked()).toBe(2);
  });

  test("is the single registered owner when the agent names nobody", async () => {
    const host = await scene.mac("pass", { person: "" });
    scene.simulator.registerDevice({ tenantId: "happy", deviceId: host.deviceId, displayName: "Owned", upn: `owner@${scene.simulator.tenants.happy.domain}` });
    await scene.answers(host, "fail");
    expect(await scene.until(host, "confirmed")).toMatchObject({ compliant: false });
  });

  test("is waited for when nobody is registered: nothing is sent, nobody is alarmed, and it goes on by itself", async () => {
    const host = await scene.mac("pass", { person: "" });
    await scene.answers(host, "pass");
    await scene.settle();
    expect(await scene.reports(host)).toMatchObject([{ state: "queued", errorCode: "waiting_for_person" }]);
    const compliance = () => scene.server.db.hostCompliance.findUniqueOrThrow({ where: { hostId: host.hostId } });
    expect(await compliance()).toMatchObject({ accessState: "unsure", reasons: [{ code: "waiting_for_person" }, { code: "all_pass" }] });
    expect(await scene.server.db.attentionItem.count({ where: { hostId: host.hostId } })).toBe(0);
    expect(scene.uploads(host)).toEqual([]);
    scene.simulator.registerDevice({ tenantId: "happy", deviceId: host.deviceId, displayName: "Owned", upn: `late@${scene.simulator.tenants.happy.domain}` });
    await scene.until(host, "confirmed");
    expect(await compliance()).toMatchObject({ accessState: "in" });
  });

  test("that nobody of that name exists needs an admin: one item, one activity, one try a day, and it ends when the name changes", async () => {
    const host = await scene.mac("pass", { person: "nobody@nowhere.example", registered: false });
    scene.simulator.registerDevice({ tenantId: "happy", deviceId: host.deviceId, displayName: "Whose", upn: null });
    await scene.answers(host, "fail");
    const report = await scene.until(host, "attention");
    expect(report).toMatchObject({ errorCode: "user_not_found", attempts: 1 });
    await scene.pass(3 * 24 * 3_600_000);
    const again = (await scene.reports(host)).at(-1);
    expect(again).toMatchObject({ id: report.id, state: "attention" });
    expect(again?.attempts).toBe(4);
    const failed = { hostId: host.hostId, type: "host_compliance_report_failed" };
    expect(await scene.server.db.activity.count({ where: failed })).toBe(1);
    expect(await scene.server.db.attentionItem.findMany({ where: { hostId: host.hostId } })).toMatchObject([{ code: "user_not_found", endedAt: null }]);

    const person = `found@${scene.simulator.tenants.happy.domain}`;
    scene.simulator.registerUser({ tenantId: "happy", upn: person });
    await scene.server.db.hostEntraIdentity.update({ where: { hostId: host.hostId }, data: { userPrincipalName: person } });
    await scene.answers(host, "fail");
    await scene.until(host, "confirmed");
    expect(await scene.server.db.attentionItem.findMany({ where: { hostId: host.hostId } })).toMatchObject([{ endedAt: expect.any(Date) }]);
    expect(await scene.server.db.activity.count({ where: { ...failed, type: "host_compliance_report_recovered" } })).toBe(1);
  });
});

describe("an admin", () => {
  test("sends now: again, ahead of others, although nothing changed", async () => {
    const host = await scene.mac();
    await scene.answers(host, "pass");
    await scene.until(host, "confirmed");
    const { reportId } = await sendNow(scene.admin, host.hostId);
    expect(await scene.until(host, "confirmed")).toMatchObject({ id: reportId, kind: "manual", compliant: true });
    expect(await scene.server.db.activity.count({ where: { hostId: host.hostId, type: "sent_host_compliance_now" } })).toBe(1);
  });

  test("may not send or retry as an observer, hears of a host that is gone, and why nothing can be sent", async () => {
    const host = await scene.mac();
    const observer = await testUserContext("observer", scene.clock);
    await expect(sendNow(observer, host.hostId)).rejects.toMatchObject({ code: "permission_denied" });
    await expect(sendNow(scene.admin, 99_999_999)).rejects.toMatchObject({ code: "host_not_found" });
    await scene.server.db.hostEntraIdentity.deleteMany({ where: { hostId: host.hostId } });
    await expect(sendNow(scene.admin, host.hostId)).rejects.toMatchObject({ code: "nothing_to_send", message: expect.stringContaining("no Entra identity") });
    await expect(retryReport(scene.admin, "00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({ code: "report_not_found" });
  });

  test("retries a report that rests", async () => {
    const host = await scene.mac();
    scene.simulator.addFault({ kind: "user_disabled", user: host.userPrincipalName });
    await scene.answers(host, "fail");
    const resting = await scene.until(host, "attention");
    expect(resting.errorCode).toBe("user_disabled");
    scene.simulator.clearFaults();
    await expect(retryReport(await testUserContext("observer", scene.clock), resting.id)).rejects.toMatchObject({ code: "permission_denied" });
    await retryReport(scene.admin, resting.id);
    await scene.until(host, "confirmed");
    expect(await scene.events(resting.id)).toEqual(["queued", "attention", "retried", "submitted", "completed", "confirmed"]);
    await expect(retryReport(scene.admin, resting.id)).rejects.toMatchObject({ code: "report_not_waiting" });
  });
});
