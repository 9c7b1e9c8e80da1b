import { createHash, randomUUID } from "node:crypto";
import type { Context } from "@/lib/context";
import { notableHosts, personAt, policyNames, principalOf, teamSizes, type NotableHost } from "./aldergate-people";
import { policyPlan } from "./aldergate-policies";
import { seedAldergateRecords } from "./aldergate-records";
import { factsOf, makeConnection, makePolicy, makeTeam, osOf, reportRows, type ScenarioReason } from "./scenarios";

/** What the scenario made, by name. */
export interface Aldergate {
  teams: Map<string, number>;
  policies: Map<string, number>;
  hosts: Map<string, number>;
  connectionId: number;
}

/** A host as the seed plans it, before and after it has an id. */
export interface PlannedHost extends NotableHost {
  hostId: number;
  serial: string;
  uuid: string;
  deviceId: string;
  person: string;
  principal: string;
}

/**
 * Fills an empty database with "Aldergate Research": 431 Macs in seven teams, of which 11 are blocked, 9 unknown, 16 unmanaged and 395
 * let in, with policies, results, reports in every state, attention items and activities. All times count back from `ctx.now()`.
 */
export async function seedAldergate(ctx: Context): Promise<Aldergate> {
  await ctx.db.organisation.update({
    where: { id: 1 },
    data: { name: "Aldergate Research", contactText: "Call IT at the front desk.", contactPhone: "+32 3 555 01 40" },
  });
  const { connectionId } = await makeConnection(ctx, { name: "Aldergate Research", isDefault: true });
  const teams = new Map<string, number>([["No team", 0]]);
  for (const [name] of teamSizes) if (name !== "No team") teams.set(name, (await makeTeam(ctx, { name, connectionId })).teamId);
  await ctx.db.team.update({ where: { id: 0 }, data: { conditionalAccessEnabled: true, conditionalAccessSince: ctx.now(), connectionId } });
  const policies = new Map<string, number>();
  for (const { team, ...policy } of policyPlan) {
    const made = await makePolicy(ctx, { ...policy, teamId: team ? (teams.get(team) ?? null) : null });
    policies.set(policy.name, made.policyId);
  }
  const planned = planHosts();
  await insertHosts(ctx, planned, teams);
  await insertResults(ctx, planned, teams, policies);
  await insertVerdicts(ctx, planned, teams, policies, connectionId);
  const aldergate = { teams, policies, hosts: new Map(planned.map(({ name, hostId }) => [name, hostId])), connectionId };
  await seedAldergateRecords(ctx, planned, aldergate);
  return aldergate;
}

const totals = { held: 11, unsure: 9, loose: 16 };

function planHosts(): PlannedHost[] {
  const left = new Map(teamSizes);
  for (const { team } of notableHosts) left.set(team, (left.get(team) ?? 0) - 1);
  const missing = { ...totals };
  for (const { state } of notableHosts) if (state !== "in") missing[state] -= 1;
  const teamsInTurn = [...left].flatMap(([team, count]) => Array.from({ length: count }, () => team));
  const generated = teamsInTurn.map((team, i): NotableHost => {
    const person = personAt(i);
    const state = i % 17 === 3 && missing.unsure > 0 ? "unsure" : i % 23 === 5 && missing.loose > 0 ? "loose" : "in";
    if (state !== "in") missing[state] -= 1;
    const family = principalOf(person).split("@")[0]?.split(".").at(-1) ?? "host";
    return {
      name: i % 9 === 0 ? `${person}’s MacBook ${i % 2 ? "Air" : "Pro"}` : `${i % 3 ? "mbp" : "mba"}-${family}-${String(i).padStart(3, "0")}`,
      person: state === "unsure" && i % 2 ? "" : person,
      team,
      state,
      because: [state === "unsure" ? (i % 2 ? "not_registered" : "waiting_for_answer") : state === "loose" ? "mdm_off" : "all_pass"],
      changedMinutesAgo: state === "in" && i < 205 ? 11 + i * 7 : 1500 + i * 37,
      seenSecondsAgo: i % 29 === 7 ? 3600 * (1 + (i % 40)) : 1 + ((i * 13) % 60),
      osVersion: i % 11 === 4 ? "15.5" : "15.4.1",
      report: state === "unsure" ? "none" : "confirmed",
    };
  });
  return [...notableHosts, ...generated].map((host, i) => ({
    ...host,
    hostId: 0,
    serial: host.name.startsWith("C02") ? host.name : `F7K0X${(i * 7919 + 100_003).toString(36).toUpperCase().padStart(5, "0")}`,
    uuid: randomUUID().toUpperCase(),
    deviceId: host.because.includes("not_registered") ? "" : randomUUID(),
    principal: host.person ? (host.person.startsWith("Shared") ? "shared.macs@aldergate.example" : principalOf(host.person)) : "",
  }));
}

async function insertHosts(ctx: Context, planned: PlannedHost[], teams: Map<string, number>): Promise<void> {
  const now = ctx.now().getTime();
  const secretHash = (kind: string, serial: string) => createHash("sha256").update(`${kind} ${serial}`).digest("hex");
  const rows = await ctx.db.host.createManyAndReturn({
    select: { id: true, hardwareUuid: true },
    data: planned.map((host, i) => ({
      teamId: teams.get(host.team) ?? 0,
      ...osOf("darwin", host.osVersion ?? "15.4.1"),
      osqueryHostId: host.uuid,
      hardwareUuid: host.uuid,
      hardwareSerial: host.serial,
      nodeKeyHash: secretHash("node", host.serial),
      orbitNodeKeyHash: secretHash("orbit", host.serial),
      deviceTokenHash: secretHash("device", host.serial),
      hostname: /^[\w-]+$/.test(host.name) ? host.name : `${host.serial.toLowerCase()}.local`,
      computerName: host.name,
      osqueryVersion: "5.14.1",
      orbitVersion: "1.42.0",
      desktopVersion: "1.42.0",
      hardwareVendor: "Apple Inc.",
      hardwareModel: host.model ?? (i % 2 ? "Mac15,7" : "Mac15,12"),
      cpuType: "arm64e",
      cpuBrand: i % 2 ? "Apple M3 Pro" : "Apple M3",
      cpuPhysicalCores: i % 2 ? 12 : 8,
      cpuLogicalCores: i % 2 ? 12 : 8,
      memoryBytes: i % 2 ? 38654705664n : 17179869184n,
      primaryIp: `10.20.${Math.floor(i / 250)}.${1 + (i % 250)}`,
      primaryMac: `a4:83:e7:10:${(i >> 8).toString(16).padStart(2, "0")}:${(i & 255).toString(16).padStart(2, "0")}`,
      publicIp: "203.0.113.40",
      diskSpaceAvailableGb: 120 + ((i * 31) % 600),
      diskSpaceTotalGb: 994.7,
      diskSpaceAvailablePercent: 12 + ((i * 3) % 60),
      diskEncryption: host.because.includes(policyNames.fileVault) ? "off" : "on",
      mdmState: host.state === "loose" ? "off" : "on",
      mdmChangedAt: new Date(now - (host.state === "loose" ? host.changedMinutesAgo * 60_000 : 49 * 86_400_000)),
      mdmServerUrl: host.state === "loose" ? "" : "https://mdm.aldergate.example/mdm",
      mdmName: host.state === "loose" ? "" : "Aldergate MDM",
      lastUser: host.principal.split("@")[0] ?? "",
      uptimeSeconds: BigInt(3600 * (1 + (i % 200))),
      lastRestartedAt: new Date(now - 3_600_000 * (1 + (i % 200))),
      detailUpdatedAt: new Date(now - (i % 60) * 60_000),
      labelUpdatedAt: new Date(now - (i % 60) * 60_000),
      policyUpdatedAt: new Date(now - (i % 60) * 60_000),
      lastEnrolledAt: new Date(now - 60 * 86_400_000 + i * 3_600_000),
      orbitEnrolledAt: new Date(now - 60 * 86_400_000 + i * 3_600_000),
      createdAt: new Date(now - 60 * 86_400_000 + i * 3_600_000),
    })),
  });
  const byUuid = new Map(rows.map(({ id, hardwareUuid }) => [hardwareUuid, id]));
  for (const host of planned) host.hostId = byUuid.get(host.uuid) ?? 0;
  await ctx.db.hostSeen.createMany({ data: planned.map(({ hostId, seenSecondsAgo }) => ({ hostId, seenAt: new Date(now - seenSecondsAgo * 1000) })) });
  await ctx.db.hostEntraIdentity.createMany({
    data: planned
      .filter(({ deviceId }) => deviceId)
      .map(({ hostId, deviceId, principal }) => ({
        hostId,
        deviceId,
        userPrincipalName: principal,
        firstSeenAt: new Date(now - 50 * 86_400_000),
        lastSeenAt: ctx.now(),
      })),
  });
}

async function insertResults(ctx: Context, planned: PlannedHost[], teams: Map<string, number>, policies: Map<string, number>): Promise<void> {
  const now = ctx.now().getTime();
  const financeOnly = policies.get(policyNames.remote);
  const results = planned.flatMap((host, i) =>
    [...policies].flatMap(([name, policyId]) => {
      if (policyId === financeOnly && host.team !== "Finance") return [];
      const named = host.because.includes(name);
      const silent = host.because.includes("waiting_for_answer");
      const chromeFails = name === policyNames.chrome && i % 6 === 1;
      const outcome = silent || (named && host.state === "unsure") ? "unknown" : named || chromeFails ? "fail" : "pass";
      return [
        { hostId: host.hostId, policyId, policyVersion: 1, outcome, outcomeSince: new Date(now - (named ? host.changedMinutesAgo * 60_000 : 20 * 86_400_000)) },
      ];
    }),
  );
  await ctx.db.policyResult.createMany({ data: results });
}

async function insertVerdicts(
  ctx: Context,
  planned: PlannedHost[],
  teams: Map<string, number>,
  policies: Map<string, number>,
  connectionId: number,
): Promise<void> {
  const now = ctx.now().getTime();
  const reports = [];
  const verdicts = [];
  const transitions = [];
  for (const [i, host] of planned.entries()) {
    const changedAt = new Date(now - host.changedMinutesAgo * 60_000);
    const reasons = host.because.map((because) => reasonOf(because, host, changedAt, now, policies));
    const facts = factsOf(host.state, reasons);
    verdicts.push({ hostId: host.hostId, ...facts, changedAt, assessedAt: new Date(now - host.seenSecondsAgo * 1000), assessAgainAt: null });
    const transition = { hostId: host.hostId, hostName: host.name, teamId: teams.get(host.team) ?? 0 };
    if (host.state !== "unsure") {
      const before = new Date(changedAt.getTime() - 86_400_000 * (2 + (i % 9)));
      const earlier = host.state === "in" ? { toState: "unsure", decision: "undecided" } : { toState: "in", decision: "compliant" };
      transitions.push({
        ...transition,
        fromState: "none",
        ...earlier,
        managed: true,
        reasons: [],
        cause: "policy_results",
        causedAt: before,
        createdAt: before,
      });
    }
    const fromState = host.state === "unsure" ? "none" : host.state === "in" ? "unsure" : "in";
    transitions.push({
      ...transition,
      fromState,
      toState: host.state,
      managed: facts.managed,
      decision: facts.decision,
      reasons: facts.reasons,
      cause: host.state === "loose" ? "mdm_changed" : "policy_results",
      causedAt: changedAt,
      createdAt: changedAt,
    });
    if (host.report === "none" || !host.deviceId) continue;
    const slowSpell = host.changedMinutesAgo > 490 && host.changedMinutesAgo < 560;
    const options = {
      hostId: host.hostId,
      connectionId,
      state: host.report,
      managed: facts.managed,
      compliant: host.state === "in",
      causedAt: changedAt,
      acceptedAfterMs: (slowSpell ? 6900 : 2300) + ((i * 137) % 1500),
      ...(host.report === "attention" && { errorCode: "user_not_found", errorDetail: `Entra has no user ${host.principal}.` }),
      ...(host.report === "failed" && { errorCode: "service_unavailable", errorDetail: "503 Service Unavailable" }),
    };
    reports.push(reportRows(ctx, options, { name: host.name, osVersion: host.osVersion ?? "15.4.1", deviceId: host.deviceId, person: host.principal }));
  }
  await ctx.db.hostCompliance.createMany({ data: verdicts });
  await ctx.db.accessTransition.createMany({ data: transitions.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime()) });
  await ctx.db.complianceReport.createMany({ data: reports.map(({ report }) => report) });
  await ctx.db.reportEvent.createMany({ data: reports.flatMap(({ events }) => events).toSorted((a, b) => a.at.getTime() - b.at.getTime()) });
  await ctx.db.entraDevice.createMany({ data: reports.flatMap(({ device }) => (device ? [device] : [])) });
}

function reasonOf(because: string, host: PlannedHost, changedAt: Date, now: number, policies: Map<string, number>): ScenarioReason {
  const policyId = policies.get(because);
  const since = changedAt.toISOString();
  if (policyId) {
    if (host.state === "held") return { code: "policy_failed", policyId, policyName: because, policyVersion: 1, since };
    return {
      code: "waiting_for_answer",
      policyId,
      policyName: because,
      policyVersion: 1,
      since,
      until: new Date(changedAt.getTime() + 7_200_000).toISOString(),
    };
  }
  if (because === "stale") return { code: "stale", since: new Date(now - host.seenSecondsAgo * 1000).toISOString() };
  if (because === "exception") return { code: "exception", until: new Date(now + 3 * 86_400_000).toISOString() };
  return { code: because, since };
}
