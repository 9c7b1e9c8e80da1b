import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectPartner, type TestPartner } from "./partner-for-tests";
import { seededClientId } from "./seed";
import { connectToSimulator, type SimulatorClient } from "./simulator-client";
import { startTestSimulator, type TestSimulator } from "./simulator-for-tests";
import { startMicrosoftSimulator } from "./start-microsoft-simulator";

let microsoft: TestSimulator;
let client: SimulatorClient;
let partner: TestPartner;
beforeAll(async () => {
  microsoft = await startTestSimulator();
  client = connectToSimulator(microsoft.appUrl);
  partner = await connectPartner(microsoft, "happy");
});
afterAll(() => microsoft.stop());

test("another process registers people and Macs, one or many, and reads what Entra holds", async () => {
  const mac = await client.registerDevice({
    tenantId: "happy",
    deviceId: "AAAAAAAA-1111-4222-8333-444444444444",
    displayName: "Ana’s MacBook",
    upn: "ana@aldergate.example",
  });
  expect(mac).toMatchObject({ deviceId: "aaaaaaaa-1111-4222-8333-444444444444", operatingSystem: "macOS", isCompliant: null });
  const [user] = (await client.info()).tenants.happy.users.filter((each) => each.userPrincipalName === "ana@aldergate.example");
  await partner.send({ deviceId: mac.deviceId, userId: user?.id ?? "", managed: true, compliant: true });
  expect(await client.device("happy", mac.deviceId.toUpperCase())).toMatchObject({ isManaged: true, isCompliant: true, history: [{ outcome: "applied" }] });
  expect(await client.device("happy", "11111111-2222-3333-4444-555555555555")).toBeUndefined();
  const many = Array.from({ length: 3 }, (_, i) => ({ tenantId: "happy", displayName: `Mac ${i}`, upn: `person${i}@aldergate.example` }));
  expect(new Set((await client.registerDevices(many)).map((each) => each.deviceId)).size).toBe(3);
  const all = await client.devices("happy", { history: true });
  expect(all.find((each) => each.deviceId === mac.deviceId)?.history).toHaveLength(1);
  expect((await client.state()).tenants.find((each) => each.name === "happy")?.compliant).toBeGreaterThan(0);
});

test("faults are added, listed, met and cleared from outside, and wrong ones are refused by field", async () => {
  const fault = await client.addFault({ kind: "server_error", surface: "graph", tenant: "aldergate.example", status: 502 });
  expect(fault.tenant).toBe(microsoft.tenants.happy.id);
  expect((await partner.graph("devices")).status).toBe(502);
  expect(await client.faults()).toEqual([expect.objectContaining({ id: fault.id, met: 1 })]);
  await client.removeFault(fault.id);
  expect((await partner.graph("devices")).status).toBe(200);
  await expect(client.addFault({ kind: "server_error", status: 200 })).rejects.toThrow("status");
  await expect(client.addFault({ kind: "server_error", path: "(" })).rejects.toThrow("regular expression");
  await expect(client.addFault({ kind: "server_error", tenant: "nowhere" })).rejects.toThrow("nowhere");
  await client.clearFaults();
  expect(await client.faults()).toEqual([]);
});

test("the journal is asked in parts, and forgets on demand", async () => {
  await partner.graph("groups");
  const last = (await client.journal()).at(-1)?.sequence ?? 0;
  await partner.graph("devices?$top=1");
  expect((await client.journal({ since: last, surface: "graph", tenantId: "happy" })).map((entry) => [entry.method, entry.path, entry.status])).toEqual([
    ["GET", "/v1.0/devices?$top=1", 200],
  ]);
  await client.clearJournal();
  expect(await client.journal()).toEqual([]);
});

test("a snapshot brings everything back, pending messages too, and the clock moves on demand", async () => {
  const before = await client.snapshot();
  await partner.send({ managed: false, compliant: false, lastUpdateTime: "2026-05-05T00:00:00Z" });
  expect((await client.device("happy", partner.deviceId))?.isManaged).toBe(false);
  await client.restore(before);
  expect((await client.device("happy", partner.deviceId))?.isManaged).not.toBe(false);
  const earlier = Date.parse((await client.info()).now);
  await client.advance(86_400_000);
  expect(Date.parse((await client.info()).now) - earlier).toBeGreaterThanOrEqual(86_400_000);
  await client.restore(before);
});

test("an admin's changes behind our back: a device drifts, is deleted; the app loses its consent", async () => {
  const mac = await client.registerDevice({ tenantId: "gcc-high", displayName: "Drifting", upn: "drift@estuary.us.example" });
  await client.updateDevice("gcc-high", mac.deviceId, { isCompliant: false, isManaged: true });
  expect(await client.device("gcc-high", mac.deviceId)).toMatchObject({ isCompliant: false, isManaged: true });
  await client.updateDevice("gcc-high", mac.deviceId, { deleted: true });
  expect(await client.device("gcc-high", mac.deviceId)).toBeUndefined();
  await expect(client.updateDevice("gcc-high", mac.deviceId, { isManaged: true })).rejects.toThrow("no device");
  await microsoft.consent("gcc-high");
  const token = await microsoft.token("gcc-high", "graph");
  await client.updateTenant("gcc-high", { revokeConsentOf: seededClientId });
  expect((await microsoft.call("GET", `${microsoft.graphUrl}/v1.0/devices`, { token })).status).toBe(401);
  await expect(microsoft.token("gcc-high", "graph")).rejects.toThrow("700016");
  await expect(client.updateTenant("gcc-high", { conditionalAccess: { groupId: "no guid" } })).rejects.toThrow("groupId");
});

test("sign-ins come back as decisions", async () => {
  expect(await client.signIn({ tenant: "happy", device: "unknown", user: partner.upn })).toMatchObject({ result: "blocked", reason: "device_unknown" });
  expect((await client.signIns("happy"))[0]).toMatchObject({ reason: "device_unknown", userPrincipalName: partner.upn });
});

test("the admin API answers only on its own host and only to JSON", async () => {
  const foreign = await microsoft.call("GET", `${microsoft.appUrl}/__info`, { headers: { host: "rebound.example" } });
  expect(foreign.status).toBe(403);
  expect((await microsoft.call("POST", `${microsoft.appUrl}/__faults`, { form: { kind: "hang" } })).status).toBe(415);
  expect((await microsoft.call("GET", `${microsoft.appUrl}/__nothing`)).status).toBe(404);
});

test("state and keys outlive a restart on the same folder and state file", async () => {
  const folder = join(microsoft.folder, "restart");
  const stateFile = join(microsoft.folder, "restart-state.json");
  const first = await startMicrosoftSimulator({ folder, stateFile });
  const mac = first.registerDevice({ tenantId: "happy", displayName: "Kept", upn: "kept@aldergate.example" });
  const ca = await readFile(first.caFile, "utf8");
  await first.close();
  const second = await startMicrosoftSimulator({ folder, stateFile });
  try {
    expect(second.device("happy", mac.deviceId)?.displayName).toBe("Kept");
    expect(await readFile(second.caFile, "utf8")).toBe(ca);
  } finally {
    await second.close();
  }
  await writeFile(stateFile, "{broken");
  await expect(startMicrosoftSimulator({ folder, stateFile })).rejects.toThrow("Move it away");
});

test("as a process it prints its addresses, keeps its state on SIGTERM, and MSAL's host trusts it by NODE_EXTRA_CA_CERTS", async () => {
  const bundle = join(microsoft.folder, "main.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "main.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
    tsconfig: join(import.meta.dirname, "../../../tsconfig.json"),
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const stateFile = join(microsoft.folder, "process-state.json");
  const running = spawn(
    process.execPath,
    [
      bundle,
      "--folder",
      join(microsoft.folder, "process"),
      "--state",
      stateFile,
      "--redirect-uri",
      "http://localhost:20199/settings/integrations/conditional-access",
    ],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  try {
    const [line] = (await once(running.stdout, "data")) as [Buffer];
    const addresses = JSON.parse(line.toString()) as { loginUrl: string; appUrl: string; caFile: string };
    const script = `fetch(process.argv[1]).then((r) => r.json()).then((j) => console.log(j.issuer))`;
    const asked = spawn(process.execPath, ["-e", script, `${addresses.loginUrl}/happy/v2.0/.well-known/openid-configuration`], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: addresses.caFile },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [issuer] = (await once(asked.stdout, "data")) as [Buffer];
    expect(issuer.toString().trim()).toBe(`${addresses.loginUrl}/${microsoft.tenants.happy.id}/v2.0`);
    await connectToSimulator(addresses.appUrl).registerUser({ tenantId: "happy", upn: "left.behind@aldergate.example" });
  } finally {
    running.kill("SIGTERM");
  }
  const [code] = (await once(running, "exit")) as [number | null];
  expect(code).toBe(0);
  expect(await readFile(stateFile, "utf8")).toContain("left.behind@aldergate.example");
});
