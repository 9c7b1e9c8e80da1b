import { expect, test } from "vitest";
import { answerQuery } from "@/lib/simulator/hosts/answer-query";
import { COMPUTER_DEFAULTS, makeComputer, type ComputerOptions } from "@/lib/simulator/hosts/make-computer";
import type { Computer } from "@/lib/simulator/hosts/computer";
import { detailQueriesFor } from "./detail-queries";
import { readHostDetails, readIdentity } from "./read-host-details";
import type { DetailRows } from "./sort-distributed-results";

const now = Date.parse("2026-03-02T09:00:00Z");
const tenantId = "7a7a7a7a-1111-4222-8333-444455556666";
const flags = new Map([
  ["distributed_interval", "15"],
  ["config_refresh", "300"],
  ["config_tls_refresh", "60"],
  ["logger_tls_period", "10"],
]);

function computer(platform: "darwin" | "windows" | "ubuntu", change: Partial<Computer["state"]> = {}): Computer {
  const options: ComputerOptions = {
    ...COMPUTER_DEFAULTS,
    tenantId,
    windowsShare: platform === "windows" ? 1 : 0,
    linuxShare: platform === "ubuntu" ? 1 : 0,
    orbitProb: 1,
    oddSerials: false,
    mdmProb: 1,
    healthyProb: 1,
    entraRegisteredProb: 1,
  };
  const made = makeComputer(options, 0, now);
  return { ...made, state: { ...made.state, ...change } };
}

/** Asks a computer everything that its platform is asked, as the agent would: discovery first, failures left out. */
function ask(of: Computer): DetailRows {
  const rows: DetailRows = new Map();
  for (const { name, sql, discovery } of detailQueriesFor(of.identity.platform)) {
    const found = answerQuery(of, discovery, now, flags);
    expect(found.status, `discovery of ${name}: ${found.message}`).toBe(0);
    if (found.rows.length === 0) continue;
    const answer = answerQuery(of, sql, now, flags);
    expect(answer.status, `${name}: ${answer.message}`).toBe(0);
    rows.set(name, answer.rows);
  }
  return rows;
}

test.each(["darwin", "windows", "ubuntu"] as const)("every question to a %s computer runs and fills its columns", (platform) => {
  const of = computer(platform);
  const details = readHostDetails(ask(of), now);
  const { identity, state } = of;
  expect(details).toMatchObject({
    platform,
    hostname: identity.hostname,
    computerName: identity.computerName,
    hardwareUuid: identity.hardwareUuid,
    hardwareSerial: identity.serial,
    hardwareModel: identity.hardwareModel,
    memoryBytes: identity.memoryBytes,
    osqueryVersion: identity.osqueryVersion,
    orbitVersion: identity.fleetdVersion,
    primaryIp: identity.address,
    primaryMac: identity.mac,
    diskEncryption: "on",
    lastUser: state.signedInUser,
    distributedIntervalSeconds: 15,
    configRefreshSeconds: 60,
    loggerPeriodSeconds: 10,
  });
  expect(details.osVersion).toContain(state.osVersion.split(" ")[0]);
  expect(details.diskSpaceTotalGb).toBeGreaterThan(100);
  expect(details.diskSpaceAvailablePercent).toBeGreaterThan(1);
  expect(details.uptimeSeconds).toBeGreaterThan(0);
  if (platform !== "ubuntu") expect(details).toMatchObject({ mdmState: "on", mdmServerUrl: expect.stringContaining("https://") });
});

test.each(["darwin", "windows"] as const)("the identity of a %s computer is read in each of its states", (platform) => {
  const of = computer(platform);
  const { deviceId, upn } = of.state.platformSso;
  const inState = (state: Computer["state"]["platformSso"]["state"]) =>
    readIdentity(ask(computer(platform, { platformSso: { deviceId, upn, state } })), tenantId);
  expect(inState("registered")).toEqual({ kind: "device", deviceId, userPrincipalName: upn });
  expect(inState("device_only")).toEqual({ kind: "device", deviceId, userPrincipalName: "" });
  expect(inState("not_registered")).toEqual({ kind: "none" });
});

test.each(["darwin", "windows", "ubuntu"] as const)("disk encryption and MDM that were turned off on a %s computer are seen", (platform) => {
  const details = readHostDetails(ask(computer(platform, { fileVault: false, mdm: false })), now);
  expect(details.diskEncryption).toBe("off");
  if (platform !== "ubuntu") expect(details).toMatchObject({ mdmState: "off", mdmServerUrl: "", mdmName: "" });
});
