import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { FaultInput, FaultKind } from "@/lib/simulator/microsoft/faults";
import { partnerRoles } from "@/lib/simulator/microsoft/roles";
import { seededClientId, seededClientSecret } from "@/lib/simulator/microsoft/seed";
import { makeAppCertificate } from "@/lib/simulator/microsoft/simulator-for-tests";
import { startDeliveryScene, type DeliveryScene } from "@/lib/testing/delivery-scene";
import { checkConnection } from "./entra/check-connection.job";
import { rotateCredential } from "./entra/rotate-credential";

const minute = 60_000;
const limitMs = 30_000;
let scene: DeliveryScene;
let folder: string;
let certificate: Awaited<ReturnType<typeof makeAppCertificate>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "app-certificate-"));
  certificate = await makeAppCertificate(folder);
  const app = {
    clientId: seededClientId,
    displayName: "Flotilla",
    secrets: [{ value: seededClientSecret, expiresAt: "2099-12-31T00:00:00.000Z" }],
    certificates: [certificate.pem],
    redirectUris: ["http://localhost:3000/settings/integrations/conditional-access"],
    requiredRoles: [...partnerRoles],
  };
  scene = await startDeliveryScene({ apps: [app] });
});
afterAll(async () => {
  await scene.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await scene.forget();
});

const fault = (input: FaultInput) => scene.simulator.addFault(input);
const message = { surface: "manage", path: "DataUploadMessages" } as const;

/** Lets a second of real time stand for the 30 s that a call may take. */
function shortenPatience(): void {
  const real = AbortSignal.timeout.bind(AbortSignal);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => real(ms === limitMs ? 1_000 : ms));
}

/** The host's report once Entra has confirmed it. Time goes on while jobs run: a call that waits takes some. */
async function confirmed(host: { hostId: number }) {
  const latest = async () => (await scene.reports(host)).at(-1);
  await scene.drain(async () => (await latest())?.state === "confirmed");
  return scene.until(host, "confirmed");
}

describe("a Microsoft that takes its time", () => {
  test.each([
    ["a call that is never answered", { kind: "hang", ...message, method: "PUT", count: 1 }],
    ["a call whose message was taken, but never answered", { kind: "hang", afterEffect: true, ...message, method: "PUT", count: 1 }],
  ] as [string, FaultInput][])("%s is given up after 30 s, and the same message goes again", async (_name, input) => {
    shortenPatience();
    const host = await scene.mac();
    fault(input);
    await scene.answers(host, "fail");
    const report = await confirmed(host);
    const delayed = await scene.server.db.reportEvent.findFirstOrThrow({ where: { reportId: report.id, type: "delayed" } });
    expect(delayed.details).toMatchObject({ code: "microsoft_unavailable", messageId: report.messageId });
    expect(report.attempts).toBeGreaterThanOrEqual(2);
    const ids = scene.simulator
      .journal({ path: "DataUploadMessages" })
      .filter(({ method, path }) => method === "PUT" && path.includes(report.messageId ?? "none"));
    expect(ids.length).toBeGreaterThanOrEqual(2);
    expect(scene.entra(host)?.history.map(({ outcome }) => outcome)).toEqual(["applied"]);
    expect(await scene.server.db.attentionItem.count({ where: { hostId: host.hostId } })).toBe(0);
  });

  test.each([
    ["the answer about a message", { ...message, method: "GET" }],
    ["what Graph says of the device", { surface: "graph", path: "/devices" }],
  ] as [string, Partial<FaultInput>][])("%s that comes in drops is given up after 30 s and asked again; the message isn't sent twice", async (_name, where) => {
    shortenPatience();
    const host = await scene.mac();
    const slow = fault({ kind: "slow_body", seconds: 60, count: 1, ...where });
    await scene.answers(host, "fail");
    expect(await confirmed(host)).toMatchObject({ attempts: 1, failures: 0 });
    expect(scene.simulator.removeFault(slow.id)).toBe(false);
    expect(scene.uploads(host)).toHaveLength(1);
  });

  test("a token that comes in drops is given up after 30 s, and the report waits for the next one", async () => {
    shortenPatience();
    const host = await scene.mac();
    fault({ kind: "token_revoked", surface: "manage", count: 1 });
    fault({ kind: "slow_body", surface: "login", path: "token", seconds: 60, count: 1 });
    await scene.answers(host, "fail");
    expect(await confirmed(host)).toMatchObject({ errorCode: "", failures: 0 });
    expect(await scene.reload(scene.connection.id)).toMatchObject({ state: "connected", errorCode: "" });
  });
});

describe("a credential that Microsoft stops accepting", () => {
  const refusals: [FaultKind, "secret" | "certificate", string, RegExp][] = [
    ["credential_invalid", "secret", "credential_invalid", /client secret is wrong/],
    ["credential_expired", "secret", "credential_expired", /has expired/],
    ["certificate_unknown", "certificate", "credential_invalid", /certificate/],
    ["clock_skew", "certificate", "credential_invalid", /clock/],
  ];
  test.each(refusals)("%s (%s): reports wait, one activity says it, and all of them go once it is accepted again", async (kind, credential, code, words) => {
    const { db } = scene.server;
    const { id } = scene.connection;
    await rotateCredential(
      scene.admin,
      id,
      credential === "secret"
        ? { kind: "secret", secret: seededClientSecret }
        : { kind: "certificate", certificate: certificate.pem, privateKey: certificate.privateKey },
      null,
    );
    expect(await scene.runSetup(id)).toMatchObject({ state: "connected", credentialKind: credential });
    const hosts = [await scene.mac(), await scene.mac(), await scene.mac()];
    const count = (type: string) => db.activity.count({ where: { type } });
    const before = { degraded: await count("entra_connection_degraded"), recovered: await count("entra_connection_recovered") };

    // The tokens of before are taken back, so that every call has to ask for a new one.
    fault({ kind: "token_revoked" });
    fault({ kind });
    for (const host of hosts) await scene.answers(host, "fail");
    await scene.pass(3 * minute);
    expect(await scene.reload(id)).toMatchObject({ state: "credential_error", errorCode: code });
    for (const host of hosts) {
      expect(await scene.reports(host)).toMatchObject([{ state: "queued", errorCode: expect.stringMatching(/^$|credential/) as string }]);
      expect(await db.attentionItem.count({ where: { hostId: host.hostId } })).toBe(0);
    }
    const said = await db.complianceReport.findMany({ where: { errorCode: code }, select: { errorDetail: true } });
    expect(said.map(({ errorDetail }) => errorDetail).join(" ")).toMatch(words);
    expect(await count("entra_connection_degraded")).toBe(before.degraded + 1);

    scene.simulator.clearFaults();
    await checkConnection.run(scene.server, { connectionId: id });
    expect(await scene.reload(id)).toMatchObject({ state: "connected", errorCode: "" });
    for (const host of hosts) await scene.until(host, "confirmed");
    expect(await count("entra_connection_recovered")).toBe(before.recovered + 1);
  });
});

test("a credential that is replaced while reports go out stops none of them, and doubles none", async () => {
  const hosts = [];
  for (let index = 0; index < 8; index += 1) hosts.push(await scene.mac());
  for (const host of hosts) await scene.answers(host, "fail");
  await Promise.all([
    scene.settle(),
    rotateCredential(scene.admin, scene.connection.id, { kind: "secret", secret: seededClientSecret }, null).then(() => scene.runSetup(scene.connection.id)),
  ]);
  for (const host of hosts) expect(await scene.until(host, "confirmed")).toMatchObject({ attempts: 1, failures: 0 });
  for (const host of hosts) expect(scene.uploads(host)).toHaveLength(1);
  expect(await scene.reload(scene.connection.id)).toMatchObject({ state: "connected", errorCode: "" });
});
