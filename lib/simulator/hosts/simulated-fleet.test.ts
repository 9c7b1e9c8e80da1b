import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureCertificateAuthority, issueServerCertificate } from "@/lib/http/certificate-authority";
import { startFakeAgentServer, type FakeAgentServer } from "./fake-agent-server";
import { listEntraDevices } from "./list-entra-devices";
import { createManualScheduler, type ManualScheduler } from "./manual-scheduler";
import { makeComputers, startSimulatedFleet, type FleetOptions, type SimulatedFleet } from "./simulated-fleet";
import type { HostEvent } from "./host-event";

const START = Date.parse("2026-02-02T03:04:05Z");

let server: FakeAgentServer;
let clock: ManualScheduler;
let fleet: SimulatedFleet | undefined;

beforeEach(async () => {
  server = await startFakeAgentServer();
  clock = createManualScheduler(START, () => fleet?.busy() ?? 0);
});

afterEach(async () => {
  await fleet?.stop();
  fleet = undefined;
  await server.close();
});

function start(options: Partial<FleetOptions> = {}): SimulatedFleet {
  fleet = startSimulatedFleet({
    serverUrl: server.url,
    enrollSecret: "s",
    count: 40,
    seed: 7,
    tenantId: "tenant-1",
    scheduler: clock,
    maxSockets: 8,
    ...options,
  });
  return fleet;
}

test("the same seed gives the same people and machines, another seed others", () => {
  const make = (seed: number): unknown => makeComputers({ count: 30, seed, tenantId: "t" }, START);
  expect(make(3)).toEqual(make(3));
  expect(make(3)).not.toEqual(make(4));
});

test("a large fleet has no two machines with one serial, UUID, Entra device or sign-in name", () => {
  const computers = makeComputers({ count: 3000, seed: 1, tenantId: "t" }, START);
  const different = (key: (index: number) => string | undefined): number => new Set(computers.map((_, index) => key(index))).size;
  expect(different((i) => computers[i]?.identity.serial)).toBe(3000);
  expect(different((i) => computers[i]?.identity.hardwareUuid)).toBe(3000);
  expect(different((i) => computers[i]?.state.platformSso.deviceId)).toBe(3000);
  expect(different((i) => computers[i]?.identity.owner.upn)).toBe(3000);
  expect(computers.every(({ identity }) => /^[a-z]+\.[a-z]+\d*@contoso\.example$/.test(identity.owner.upn))).toBe(true);
  const names = computers.map(({ identity }) => identity.owner.fullName).join("\n");
  expect(names).toMatch(/'/);
  expect(names).toMatch(/ø|é|ł/);
});

test("all computers enrol, spread over the start period, through a bounded number of sockets", async () => {
  const running = start({ startPeriodMs: 4000 });
  await clock.advance(2000);
  const early = server.to("osquery/enroll").length;
  expect(early).toBeGreaterThan(10);
  expect(early).toBeLessThan(30);
  await clock.advance(4000);
  expect(server.to("osquery/enroll")).toHaveLength(40);
  expect(running.hosts.every(({ status }) => status.enrolled && status.orbitEnrolled && status.deviceToken !== null)).toBe(true);
});

test("events tell who enrolled, read and wrote", async () => {
  server.always("distributed/read", () => ({ body: { queries: { fleet_policy_query_1: "SELECT 1" }, discovery: {}, accelerate: 10 } }));
  const events: HostEvent[] = [];
  start({ count: 2 }).on((event) => events.push(event));
  await clock.advance(1000);
  const kinds = new Set(events.filter(({ host }) => host === 1).map(({ type }) => type));
  expect([...kinds]).toEqual(expect.arrayContaining(["started", "orbit_enrolled", "enrolled", "read", "accelerated", "wrote", "token_rotated"]));
});

test("shares of platforms, agents and states are kept, and Entra knows those that are registered", () => {
  const computers = makeComputers(
    {
      count: 1000,
      seed: 5,
      tenantId: "t",
      windowsShare: 0.2,
      linuxShare: 0.1,
      orbitProb: 0.5,
      bareOsqueryShare: 0.2,
      entraRegisteredProb: 0.8,
      healthyProb: 0.7,
      mdmProb: 0.9,
    },
    START,
  );
  const share = (holds: (computer: (typeof computers)[number]) => boolean): number => computers.filter(holds).length / computers.length;
  expect(share(({ identity }) => identity.platform === "windows")).toBeCloseTo(0.2, 1);
  expect(share(({ identity }) => identity.platform === "ubuntu")).toBeCloseTo(0.1, 1);
  expect(share(({ identity }) => identity.agent === "fleetd")).toBeCloseTo(0.5, 1);
  expect(share(({ state }) => state.fileVault && state.firewall && state.gatekeeper && state.screenLock)).toBeCloseTo(0.7, 1);
  expect(share(({ state }) => state.mdm)).toBeCloseTo(0.9, 1);
  const devices = listEntraDevices(computers);
  expect(devices.every(({ os }) => os === "macOS" || os === "Windows")).toBe(true);
  expect(devices).toHaveLength(computers.filter(({ state, identity }) => state.platformSso.state === "registered" && identity.platform !== "ubuntu").length);
});

test("stopping ends every agent", async () => {
  const running = start({ count: 5 });
  await clock.advance(2000);
  await running.stop();
  const before = server.seen.length;
  await clock.advance(120_000);
  expect(server.seen).toHaveLength(before);
});

test("asking for a computer that is not there says how many there are", () => {
  expect(() => start({ count: 3 }).host(3)).toThrow("there is no simulated computer 3; the fleet has 0 to 2");
});

test("https works with the given authority and with no other", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fleet-ca-"));
  const authority = await ensureCertificateAuthority(folder, { name: "Fleet test" });
  await server.close();
  server = await startFakeAgentServer(issueServerCertificate(authority, { names: ["127.0.0.1"] }));
  const trusting = start({ count: 1, ca: await readFile(authority.certFile, "utf8") });
  await clock.advance(1000);
  expect(trusting.host(0).status.enrolled).toBe(true);
  await trusting.stop();
  const distrusting = start({ count: 1 });
  await clock.advance(1000);
  expect(distrusting.host(0).status).toMatchObject({ enrolled: false, lastError: expect.stringMatching(/self-signed|certificate/) });
  await rm(folder, { recursive: true });
});
