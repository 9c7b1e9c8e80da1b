import { get } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startControlPage, type ControlPage } from "./control-page";
import { startFakeAgentServer, type FakeAgentServer } from "./fake-agent-server";
import { createManualScheduler, type ManualScheduler } from "./manual-scheduler";
import { startSimulatedFleet, type SimulatedFleet } from "./simulated-fleet";

let server: FakeAgentServer;
let fleet: SimulatedFleet;
let page: ControlPage;
let clock: ManualScheduler;

beforeEach(async () => {
  server = await startFakeAgentServer();
  clock = createManualScheduler(Date.now(), () => fleet.busy());
  fleet = startSimulatedFleet({ serverUrl: server.url, enrollSecret: "s", count: 60, seed: 2, tenantId: "tenant-1", scheduler: clock });
  page = await startControlPage({
    fleet,
    deviceBaseUrl: "https://flotilla.example.test/",
    signInUrlTemplate: "https://office.example.test/app?tenant={tenant}&device={device}&user={user}",
  });
  await clock.advance(1000);
});

afterEach(async () => {
  await page.close();
  await fleet.stop();
  await server.close();
});

const asPage = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(page.url + path, { ...init, headers: { accept: "text/html", ...init.headers } });
const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(page.url + path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });

describe("scripts", () => {
  test("list and read the computers as JSON", async () => {
    const list = (await (await fetch(`${page.url}/macs`)).json()) as { macs: { index: number }[] };
    expect(list.macs.map(({ index }) => index)).toEqual(fleet.hosts.map((_, index) => index));
    const one = await (await fetch(`${page.url}/macs/3`)).json();
    const { computer, status } = fleet.host(3);
    expect(one).toMatchObject({
      index: 3,
      serial: computer.identity.serial,
      state: { fileVault: true },
      status: { enrolled: true },
      links: {
        myDevice: `https://flotilla.example.test/device/${status.deviceToken}`,
        signIn: `https://office.example.test/app?tenant=tenant-1&device=${computer.state.platformSso.deviceId}&user=${encodeURIComponent(computer.identity.owner.upn)}`,
      },
    });
  });

  test("change a part of a computer and leave the rest", async () => {
    const answer = await post("/macs/3", { fileVault: false, companyPortal: false, platformSso: { state: "device_only" } });
    expect(answer.status).toBe(200);
    const { state } = fleet.host(3).computer;
    expect(state).toMatchObject({ fileVault: false, firewall: true, platformSso: { state: "device_only" } });
    expect(state.apps.some(({ bundleIdentifier }) => bundleIdentifier === "com.microsoft.CompanyPortalMac")).toBe(false);
    expect(fleet.host(4).computer.state.fileVault).toBe(true);
  });

  test("turn the agent off and on", async () => {
    await post("/macs/3", { agentOnline: false });
    expect(fleet.host(3).status.running).toBe(false);
    expect((await post("/macs/3/check-in", {})).status).toBe(409);
    await post("/macs/3", { agentOnline: true });
    expect(fleet.host(3).status.running).toBe(true);
  });

  test.each<[string, unknown, RegExp]>([
    ["a wrong type", { fileVault: "yes" }, /fileVault/],
    ["an unknown member", { fileVolt: true }, /fileVolt/],
    ["an OS version that is none", { osVersion: "fifteen" }, /digits and dots/],
  ])("are told which member is wrong: %s", async (_, body, message) => {
    const answer = await post("/macs/3", body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toMatch(message);
  });

  test("get a plain 404 for a computer that is not there and 405 for a method that is not", async () => {
    expect((await fetch(`${page.url}/macs/60`)).status).toBe(404);
    expect((await fetch(`${page.url}/macs/1`, { method: "DELETE" })).status).toBe(405);
  });
});

describe("people", () => {
  const form = (path: string, fields: Record<string, string>): Promise<Response> =>
    asPage(path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual" });

  test("turn switches with plain forms", async () => {
    const answer = await form("/macs/2", { firewall: "false" });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/macs/2"]);
    expect(fleet.host(2).computer.state.firewall).toBe(false);
    const text = await (await asPage("/macs/2")).text();
    expect(text).toMatch(/aria-checked="false"\s+aria-label="Firewall"/);
    expect(text).toMatch(/aria-checked="true"\s+aria-label="FileVault"/);
  });

  test("change the signed-in person, the registration and the broken tables", async () => {
    await form("/macs/2", { "platformSso.upn": " zoe@contoso.example " });
    await form("/macs/2", { "platformSso.state": "device_only" });
    await form("/macs/2", { brokenTables: "alf, mdm,," });
    await form("/macs/2", { signedInUser: "" });
    expect(fleet.host(2).computer.state).toMatchObject({
      platformSso: { upn: "zoe@contoso.example", state: "device_only" },
      brokenTables: ["alf", "mdm"],
      signedInUser: "",
    });
  });

  test("press Check in now and see what was asked and answered", async () => {
    server.next("distributed/read", {
      body: { queries: { fleet_policy_query_7: "SELECT 1 FROM alf WHERE global_state >= 1", fleet_policy_query_8: "SELECT 1 FROM nowhere" }, discovery: {} },
    });
    expect((await form("/macs/2/check-in", {})).headers.get("location")).toBe("/macs/2");
    const text = await (await asPage("/macs/2")).text();
    expect(text).toContain("policy_query_7");
    expect(text).toContain("Pass");
    expect(text).toContain("no such table: nowhere");
    expect(server.to("/refetch")).toHaveLength(1);
  });

  test("are told when a check-in was not possible", async () => {
    await form("/macs/2", { agentOnline: "false" });
    const answer = await form("/macs/2/check-in", {});
    const text = await (await asPage(answer.headers.get("location") ?? "")).text();
    expect(text).toMatch(/role="alert">The agent of .* is off/);
  });

  test("find a computer by person and page through the rest", async () => {
    const upn = fleet.host(41).computer.identity.owner.upn;
    const found = await (await asPage(`/?q=${encodeURIComponent(upn.toUpperCase())}`)).text();
    expect(found.match(/href="\/macs\/\d+"/g)).toEqual(['href="/macs/41"']);
    expect((await (await asPage("/")).text()).match(/href="\/macs\/\d+"/g)).toHaveLength(50);
    expect((await (await asPage("/?page=2")).text()).match(/href="\/macs\/\d+"/g)).toHaveLength(10);
    expect(await (await asPage("/?q=nobody-here")).text()).toContain("No computer matches");
  });

  test("see names as text, whatever is in them", async () => {
    fleet.host(2).computer.identity.computerName = `<script>alert("x")</script>`;
    const text = await (await asPage("/macs/2")).text();
    expect(text).not.toContain(`<script>alert`);
    expect(text).toContain("&#60;script&#62;");
  });
});

test("another site can neither post nor reach the page under another name", async () => {
  expect((await post("/macs/2", { fileVault: false }, { origin: "https://evil.example" })).status).toBe(403);
  expect(fleet.host(2).computer.state.fileVault).toBe(true);
  const status = await new Promise((resolve) => get(`${page.url}/macs`, { headers: { host: "evil.example" } }, (answer) => resolve(answer.statusCode)));
  expect(status).toBe(403);
});
