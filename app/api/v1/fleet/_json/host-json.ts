import { reasonSentence, type VerdictReason } from "@/lib/compliance/verdict-reasons";
import type { HostDetail } from "@/lib/hosts/get-host";
import type { HostLabel, HostPolicy } from "@/lib/hosts/host-detail-queries";
import type { HostRecord } from "@/lib/hosts/host-record";

const gib = 1_000_000_000;

/** A host as REST clients know it. `access` is ours: the verdict with its reasons in sentences. */
export function toHostJson(host: HostRecord) {
  const failing = host.failingPolicies;
  return {
    id: host.id,
    uuid: host.hardwareUuid,
    hostname: host.hostname,
    computer_name: host.computerName,
    display_name: host.name,
    display_text: host.name,
    platform: host.platform,
    platform_like: host.platformLike,
    os_version: [host.osName, host.osVersion].filter(Boolean).join(" "),
    build: host.osBuild,
    code_name: host.codeName,
    osquery_version: host.osqueryVersion,
    orbit_version: host.orbitVersion || null,
    fleet_desktop_version: host.desktopVersion || null,
    scripts_enabled: host.orbitVersion ? false : null,
    status: host.online ? "online" : "offline",
    seen_time: host.seenAt ?? host.createdAt,
    created_at: host.createdAt,
    updated_at: host.updatedAt,
    detail_updated_at: host.detailUpdatedAt,
    label_updated_at: host.labelUpdatedAt,
    policy_updated_at: host.policyUpdatedAt,
    software_updated_at: host.createdAt,
    last_enrolled_at: host.lastEnrolledAt ?? host.orbitEnrolledAt ?? host.createdAt,
    last_restarted_at: host.lastRestartedAt,
    uptime: host.uptimeSeconds * 1e9,
    distributed_interval: host.distributedIntervalSeconds,
    config_tls_refresh: host.configRefreshSeconds,
    logger_tls_period: host.loggerPeriodSeconds,
    hardware_vendor: host.hardwareVendor,
    hardware_model: host.hardwareModel,
    hardware_serial: host.hardwareSerial,
    hardware_version: host.hardwareVersion,
    cpu_brand: host.cpuBrand,
    cpu_type: host.cpuType,
    cpu_subtype: host.cpuSubtype,
    cpu_physical_cores: host.cpuPhysicalCores,
    cpu_logical_cores: host.cpuLogicalCores,
    memory: host.memoryBytes,
    primary_ip: host.primaryIp,
    primary_mac: host.primaryMac,
    public_ip: host.publicIp,
    gigs_disk_space_available: host.diskSpaceAvailableGb ?? 0,
    percent_disk_space_available: host.diskSpaceAvailablePercent ?? 0,
    gigs_total_disk_space: host.diskSpaceTotalGb ?? 0,
    disk_encryption_enabled: host.diskEncryption === "unknown" ? null : host.diskEncryption === "on",
    team_id: host.teamId || null,
    team_name: host.teamId ? host.teamName : null,
    pack_stats: null,
    refetch_requested: host.refetchRequestedAt !== null,
    refetch_critical_queries_until: host.refetchCriticalUntil,
    issues: { failing_policies_count: failing, critical_vulnerabilities_count: 0, total_issues_count: failing },
    mdm: {
      enrollment_status: host.mdmState === "unknown" ? null : host.mdmState === "off" ? "Off" : host.mdmInstalledFromDep ? "On (automatic)" : "On (manual)",
      name: host.mdmName,
      server_url: host.mdmServerUrl || null,
      connected_to_fleet: false,
      encryption_key_available: false,
      dep_profile_error: false,
      device_status: "unlocked",
      pending_action: "",
      os_settings: { disk_encryption: { status: null, detail: "" } },
      macos_settings: { disk_encryption: null, action_required: null },
      profiles: null,
    },
    access: {
      state: host.accessState,
      managed: host.managed,
      decision: host.decision,
      since: host.changedAt,
      reasons: host.reasons.map((reason) => ({ ...reason, sentence: reasonSentence(reason as unknown as VerdictReason) })),
      entra_device_id: host.deviceId || null,
      user_principal_name: host.userPrincipalName || null,
      entra_disagrees: host.entraDisagrees,
      last_report: host.report,
    },
  };
}

/** A host with what only its own page tells. */
export function toHostDetailJson(host: HostDetail) {
  return {
    ...toHostJson(host),
    labels: host.labels.map(labelJson),
    policies: host.policies.map(policyJson),
    software: [],
    users: [],
    end_users: endUsers(host),
    batteries: null,
    packs: [],
    additional: null,
    disk_space_total_bytes: host.diskSpaceTotalGb === null ? null : Math.round(host.diskSpaceTotalGb * gib),
    conditional_access_bypassed: host.reasons.some(({ code }) => code === "exception"),
  };
}

/** Whose host it is, by the sources that say so. */
export function toDeviceMappingJson(host: HostRecord) {
  return [
    ...(host.userPrincipalName ? [{ email: host.userPrincipalName, source: "entra_registration" }] : []),
    ...(host.deviceMappingEmail ? [{ email: host.deviceMappingEmail, source: "custom" }] : []),
  ];
}

function endUsers(host: HostRecord) {
  if (!host.userPrincipalName && !host.deviceMappingEmail) return [];
  const other = host.deviceMappingEmail ? [{ email: host.deviceMappingEmail, source: "custom" }] : [];
  return [{ idp_id: "", idp_username: host.userPrincipalName, idp_full_name: "", idp_groups: [], idp_department: "", other_emails: other }];
}

function labelJson(label: HostLabel) {
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    query: label.query,
    platform: label.platform,
    label_type: label.labelType,
    label_membership_type: label.membershipType,
    display_text: label.name,
    created_at: label.createdAt,
    updated_at: label.updatedAt,
  };
}

function policyJson(policy: HostPolicy) {
  return {
    id: policy.id,
    name: policy.name,
    query: policy.query,
    description: policy.description,
    resolution: policy.resolution,
    platform: policy.platform,
    critical: policy.critical,
    response: policy.outcome === "unknown" ? "" : policy.outcome,
    type: "dynamic",
    team_id: policy.teamId,
    conditional_access_enabled: policy.gated,
    calendar_events_enabled: false,
    author_id: policy.authorId,
    author_name: policy.authorName,
    author_email: policy.authorEmail,
    created_at: policy.createdAt,
    updated_at: policy.updatedAt,
  };
}
