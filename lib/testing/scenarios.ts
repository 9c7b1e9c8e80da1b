import { randomUUID } from "node:crypto";
import type { Context } from "@/lib/context";
import { hashToken, randomToken } from "@/lib/secret-box";

let made = 0;
const next = () => (made += 1);

/** What the caller of enrolledHost may choose; everything else is a healthy, registered, managed Mac that checked in just now. */
export interface HostOptions {
  teamId?: number;
  name?: string;
  /** The person's user principal name; empty for nobody. */
  person?: string;
  platform?: "darwin" | "windows" | "ubuntu";
  osVersion?: string;
  osBuild?: string;
  hardwareModel?: string;
  hardwareSerial?: string;
  primaryIp?: string;
  /** Entra's id of the device; null for a host that Entra doesn't know. */
  deviceId?: string | null;
  mdm?: "on" | "off" | "unknown";
  diskEncryption?: "on" | "off" | "unknown";
  seenAt?: Date;
  enrolledAt?: Date;
  /** Makes a gated policy of the host's team with this stored outcome. */
  gatedPolicy?: Outcome;
}

export type Outcome = "pass" | "fail" | "unknown";
export type AccessState = "in" | "held" | "unsure" | "loose";

/** A host as a test holds it: its ids, and the secrets that its agent would hold. */
export interface EnrolledHost {
  hostId: number;
  teamId: number;
  name: string;
  nodeKey: string;
  orbitNodeKey: string;
  deviceToken: string;
  osqueryHostId: string;
  hardwareUuid: string;
  hardwareSerial: string;
  /** Entra's id of the device, or "" without one. */
  deviceId: string;
  userPrincipalName: string;
  /** The policy that `gatedPolicy` made, or 0. */
  policyId: number;
}

/** Makes a team; gating access unless told otherwise. */
export async function makeTeam(
  ctx: Context,
  options: { name?: string; conditionalAccess?: boolean; auditOnly?: boolean; requireMdm?: "any" | "ours" | "not_required"; connectionId?: number } = {},
): Promise<{ teamId: number; name: string }> {
  const on = options.conditionalAccess ?? true;
  const team = await ctx.db.team.create({
    data: {
      name: options.name ?? `Team ${next()}`,
      conditionalAccessEnabled: on,
      conditionalAccessSince: on ? ctx.now() : null,
      auditOnly: options.auditOnly ?? false,
      requireMdm: options.requireMdm ?? "any",
      connectionId: options.connectionId ?? null,
    },
  });
  return { teamId: team.id, name: team.name };
}

/** Makes a policy, gating access unless told otherwise. `teamId` null: for all teams. */
export async function makePolicy(
  ctx: Context,
  options: {
    teamId: number | null;
    name?: string;
    query?: string;
    gated?: boolean;
    critical?: boolean;
    platform?: string;
    description?: string;
    resolution?: string;
  },
): Promise<{ policyId: number; name: string; version: number }> {
  const gated = options.gated ?? true;
  const policy = await ctx.db.policy.create({
    data: {
      teamId: options.teamId,
      name: options.name ?? `Policy ${next()}`,
      query: options.query ?? "SELECT 1 FROM disk_encryption WHERE user_uuid IS NOT '' AND filevault_status = 'on' LIMIT 1;",
      description: options.description ?? "",
      resolution: options.resolution ?? "",
      platform: options.platform ?? "darwin",
      critical: options.critical ?? false,
      conditionalAccessEnabled: gated,
      gatedSince: gated ? ctx.now() : null,
      versionSince: ctx.now(),
    },
  });
  return { policyId: policy.id, name: policy.name, version: policy.version };
}

/** Stores a host's answer to a policy's current version. */
export async function setPolicyResult(ctx: Context, answer: { hostId: number; policyId: number; outcome: Outcome; since?: Date }): Promise<void> {
  const { hostId, policyId, outcome } = answer;
  const { version } = await ctx.db.policy.findUniqueOrThrow({ where: { id: policyId } });
  const stored = { outcome, policyVersion: version, outcomeSince: answer.since ?? ctx.now() };
  await ctx.db.policyResult.upsert({ where: { hostId_policyId: { hostId, policyId } }, create: { hostId, policyId, ...stored }, update: stored });
}

/** Makes a host that has enrolled both agents, as the database would hold it after its first check-ins; no verdict yet. */
export async function enrolledHost(ctx: Context, options: HostOptions = {}): Promise<EnrolledHost> {
  const n = next();
  const now = ctx.now();
  const teamId = options.teamId ?? 0;
  const platform = options.platform ?? "darwin";
  const secrets = { nodeKey: randomToken(), orbitNodeKey: randomToken(), deviceToken: randomUUID() };
  const hardwareUuid = randomUUID().toUpperCase();
  const hardwareSerial = options.hardwareSerial ?? `C02T${n.toString(36).toUpperCase().padStart(8, "0")}`;
  const name = options.name ?? `mbp-${n}`;
  const host = await ctx.db.host.create({
    data: {
      teamId,
      ...osOf(platform, options.osVersion ?? (platform === "darwin" ? "15.4.1" : platform === "windows" ? "10.0.26100" : "24.04"), options.osBuild),
      osqueryHostId: hardwareUuid,
      hardwareUuid,
      hardwareSerial,
      nodeKeyHash: hashToken(secrets.nodeKey),
      orbitNodeKeyHash: hashToken(secrets.orbitNodeKey),
      deviceTokenHash: hashToken(secrets.deviceToken),
      deviceTokenChangedAt: now,
      hostname: name,
      computerName: name,
      osqueryVersion: "5.14.1",
      orbitVersion: "1.42.0",
      desktopVersion: "1.42.0",
      hardwareVendor: platform === "darwin" ? "Apple Inc." : "Dell Inc.",
      hardwareModel: options.hardwareModel ?? "Mac15,7",
      cpuType: "arm64e",
      cpuBrand: "Apple M3 Pro",
      cpuPhysicalCores: 12,
      cpuLogicalCores: 12,
      memoryBytes: 38654705664n,
      primaryIp: options.primaryIp ?? `10.20.${Math.floor(n / 250) % 250}.${1 + (n % 250)}`,
      primaryMac: "a4:83:e7:11:22:33",
      diskSpaceAvailableGb: 412.5,
      diskSpaceTotalGb: 994.7,
      diskSpaceAvailablePercent: 41,
      diskEncryption: options.diskEncryption ?? "on",
      mdmState: options.mdm ?? "on",
      mdmChangedAt: options.enrolledAt ?? now,
      mdmServerUrl: options.mdm === "off" ? "" : "https://mdm.example.test/mdm",
      mdmName: options.mdm === "off" ? "" : "Example MDM",
      lastUser: "user",
      uptimeSeconds: 93_600n,
      lastRestartedAt: new Date(now.getTime() - 93_600_000),
      detailUpdatedAt: now,
      labelUpdatedAt: now,
      policyUpdatedAt: now,
      lastEnrolledAt: options.enrolledAt ?? now,
      orbitEnrolledAt: options.enrolledAt ?? now,
      createdAt: options.enrolledAt ?? now,
      seen: { create: { seenAt: options.seenAt ?? now } },
    },
  });
  const deviceId = options.deviceId === null ? "" : (options.deviceId ?? randomUUID());
  const userPrincipalName = options.person ?? `person${n}@example.test`;
  if (deviceId) {
    await ctx.db.hostEntraIdentity.create({
      data: { hostId: host.id, deviceId, userPrincipalName, state: userPrincipalName ? "registered" : "device_only", firstSeenAt: now, lastSeenAt: now },
    });
  }
  const policy = options.gatedPolicy ? await makePolicy(ctx, { teamId }) : undefined;
  if (policy) await setPolicyResult(ctx, { hostId: host.id, policyId: policy.policyId, outcome: options.gatedPolicy ?? "unknown" });
  return {
    hostId: host.id,
    teamId,
    name,
    ...secrets,
    osqueryHostId: hardwareUuid,
    hardwareUuid,
    hardwareSerial,
    deviceId,
    userPrincipalName: deviceId ? userPrincipalName : "",
    policyId: policy?.policyId ?? 0,
  };
}

/** The columns that say which system a host runs. */
export function osOf(platform: string, version: string, build?: string) {
  if (platform === "windows")
    return { platform, platformLike: "windows", osName: "Windows 11 Pro", osVersion: version, osBuild: build ?? "26100.3775", arch: "x86_64" };
  if (platform === "darwin") return { platform, platformLike: "darwin", osName: "macOS", osVersion: version, osBuild: build ?? "24E263", arch: "arm64" };
  return { platform, platformLike: "debian", osName: "Ubuntu", osVersion: version, osBuild: build ?? "", arch: "x86_64" };
}

/** Makes a connection to a tenant that works. */
export async function makeConnection(
  ctx: Context,
  options: { provider?: "intune_partner" | "audit_only"; isDefault?: boolean; state?: string; name?: string } = {},
): Promise<{ connectionId: number; tenantId: string }> {
  const tenantId = randomUUID();
  const connection = await ctx.db.entraConnection.create({
    data: {
      name: options.name ?? `Tenant ${next()}`,
      isDefault: options.isDefault ?? false,
      provider: options.provider ?? "intune_partner",
      cloud: "global",
      tenantId,
      tenantDomain: "aldergate.example",
      clientId: randomUUID(),
      credentialKind: "secret",
      state: options.state ?? "connected",
      connectedAt: ctx.now(),
      lastHeartbeatAt: ctx.now(),
    },
  });
  return { connectionId: connection.id, tenantId };
}

/** Why a host is where it is, as host_compliance.reasons holds it. */
export interface ScenarioReason {
  code: string;
  policyId?: number;
  policyName?: string;
  policyVersion?: number;
  since?: string;
  until?: string;
}

/** Writes a verdict and the change that led to it, as an assessment would. */
export async function makeVerdict(
  ctx: Context,
  verdict: { hostId: number; accessState: AccessState; reasons?: ScenarioReason[]; at?: Date; from?: AccessState | "none"; cause?: string },
): Promise<{ transitionId: bigint }> {
  const at = verdict.at ?? ctx.now();
  const host = await ctx.db.host.findUniqueOrThrow({ where: { id: verdict.hostId } });
  const facts = factsOf(verdict.accessState, verdict.reasons ?? []);
  const row = { ...facts, changedAt: at, assessedAt: at };
  await ctx.db.hostCompliance.upsert({ where: { hostId: host.id }, create: { hostId: host.id, ...row }, update: row });
  const transition = await ctx.db.accessTransition.create({
    data: {
      hostId: host.id,
      hostName: host.computerName,
      teamId: host.teamId,
      fromState: verdict.from ?? "none",
      toState: verdict.accessState,
      managed: facts.managed,
      decision: facts.decision,
      reasons: facts.reasons,
      cause: verdict.cause ?? "policy_results",
      causedAt: at,
      createdAt: at,
    },
  });
  return { transitionId: transition.id };
}

/** The columns of host_compliance that follow from an access state. */
export function factsOf(accessState: AccessState, reasons: ScenarioReason[]) {
  return {
    accessState,
    managed: accessState !== "loose",
    decision: accessState === "in" ? "compliant" : accessState === "unsure" ? "undecided" : "not_compliant",
    policyStanding: accessState === "in" ? "pass" : accessState === "held" ? "fail" : "none",
    reasons: reasons as unknown as object[],
    blockingPolicies: accessState === "held" || accessState === "unsure" ? reasons.flatMap(({ policyId }) => (policyId ? [policyId] : [])) : [],
  };
}

/** Every state that a report can be in. */
export type ReportState = "queued" | "uploading" | "submitted" | "completed" | "confirmed" | "mismatch" | "failed" | "attention" | "superseded";

const reached: Record<ReportState, { sent: boolean; accepted: boolean; readBack: boolean; ended: boolean }> = {
  queued: { sent: false, accepted: false, readBack: false, ended: false },
  uploading: { sent: false, accepted: false, readBack: false, ended: false },
  submitted: { sent: true, accepted: false, readBack: false, ended: false },
  completed: { sent: true, accepted: true, readBack: false, ended: false },
  confirmed: { sent: true, accepted: true, readBack: true, ended: true },
  mismatch: { sent: true, accepted: true, readBack: true, ended: true },
  failed: { sent: true, accepted: false, readBack: false, ended: false },
  attention: { sent: false, accepted: false, readBack: false, ended: true },
  superseded: { sent: false, accepted: false, readBack: false, ended: true },
};

/** What makeReport is told; times count from `causedAt`. */
export interface ReportOptions {
  hostId: number;
  connectionId: number;
  state: ReportState;
  kind?: string;
  managed?: boolean;
  compliant: boolean;
  causedAt?: Date;
  /** Milliseconds from the cause to Microsoft's acceptance. */
  acceptedAfterMs?: number;
  transitionId?: bigint;
  errorCode?: string;
  errorDetail?: string;
}

/** Makes a report in a state, with the events and the device's row that belong to it. */
export async function makeReport(ctx: Context, options: ReportOptions): Promise<{ reportId: string; messageId: string }> {
  const host = await ctx.db.host.findUniqueOrThrow({ where: { id: options.hostId }, include: { entraIdentity: true } });
  if (!host.entraIdentity) throw new Error(`Host ${options.hostId} has no Entra identity; a report needs one.`);
  const rows = reportRows(ctx, options, {
    name: host.computerName,
    osVersion: host.osVersion,
    deviceId: host.entraIdentity.deviceId,
    person: host.entraIdentity.userPrincipalName,
  });
  await ctx.db.complianceReport.create({ data: rows.report });
  await ctx.db.reportEvent.createMany({ data: rows.events });
  if (rows.device) {
    const { connectionId, deviceId, ...rest } = rows.device;
    await ctx.db.entraDevice.upsert({ where: { connectionId_deviceId: { connectionId, deviceId } }, create: rows.device, update: rest });
  }
  return { reportId: rows.report.id, messageId: rows.report.messageId ?? "" };
}

/** The rows of one report: itself, its events, and its device once Microsoft accepted. */
export function reportRows(ctx: Context, options: ReportOptions, of: { name: string; osVersion: string; deviceId: string; person: string }) {
  const stage = reached[options.state];
  const causedAt = options.causedAt ?? ctx.now();
  const after = (ms: number) => new Date(causedAt.getTime() + ms);
  const acceptedAfterMs = options.acceptedAfterMs ?? 3100;
  const managed = options.managed ?? true;
  const id = randomUUID();
  const messageId = stage.sent ? randomUUID() : null;
  const acceptedAt = stage.accepted ? after(acceptedAfterMs) : null;
  const readAt = stage.readBack ? after(acceptedAfterMs + 4400) : null;
  const entraCompliant = options.state === "mismatch" ? !options.compliant : options.compliant;
  const report = {
    id,
    hostId: options.hostId,
    hostName: of.name,
    connectionId: options.connectionId,
    provider: "intune_partner",
    transitionId: options.transitionId ?? null,
    kind: options.kind ?? "verdict",
    cause: "policy_results",
    deviceId: of.deviceId,
    userPrincipalName: of.person,
    deviceName: of.name,
    osVersion: of.osVersion,
    managed,
    compliant: options.compliant,
    state: options.state,
    messageId,
    lastUpdateTime: stage.sent ? after(31) : null,
    attempts: options.state === "queued" ? 0 : 1,
    failures: options.state === "failed" || options.state === "attention" ? 1 : 0,
    mismatches: options.state === "mismatch" ? 1 : 0,
    nextAttemptAt: stage.ended ? null : after(60_000),
    errorCode: options.errorCode ?? "",
    errorDetail: options.errorDetail ?? "",
    microsoftStatus: stage.accepted ? "Completed" : options.state === "failed" ? "Failed" : "",
    causedAt,
    createdAt: causedAt,
    sentAt: stage.sent ? after(31) : null,
    acceptedAt,
    confirmedAt: options.state === "confirmed" ? readAt : null,
    endedAt: stage.ended ? (readAt ?? after(1000)) : null,
  };
  const events = [
    { at: causedAt, type: "queued", details: {} },
    ...(stage.sent ? [{ at: after(31), type: "submitted", details: { messageId, requestId: randomUUID() } }] : []),
    ...(acceptedAt ? [{ at: acceptedAt, type: "completed", details: { messageId, requestId: randomUUID() } }] : []),
    ...(readAt ? [{ at: readAt, type: options.state, details: { deviceId: of.deviceId, managed, compliant: entraCompliant, requestId: randomUUID() } }] : []),
    ...(options.errorCode ? [{ at: after(1000), type: options.state, details: { code: options.errorCode, detail: options.errorDetail ?? "" } }] : []),
  ].map((event) => ({ ...event, reportId: id, hostId: options.hostId }));
  const device = acceptedAt && {
    connectionId: options.connectionId,
    deviceId: of.deviceId,
    ownerHostId: options.hostId,
    ownerSince: acceptedAt,
    lastUpdateTime: after(31),
    acceptedReportId: id,
    acceptedManaged: managed,
    acceptedCompliant: options.compliant,
    acceptedAt,
    readAt,
    readManaged: readAt ? managed : null,
    readCompliant: readAt ? entraCompliant : null,
    readState: readAt ? (options.state === "mismatch" ? "mismatch" : "match") : "never",
  };
  return { report, events, device };
}
