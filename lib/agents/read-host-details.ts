import { isIPv4, isIPv6 } from "node:net";
import type { HostDetails, IdentityAnswer } from "@/lib/hosts/host-details";
import { nameMdmSolution } from "./name-mdm-solution";
import { readInteger, readQuantity, readText, type AgentRow } from "./read-values";
import type { DetailRows } from "./sort-distributed-results";

type Reader = (rows: AgentRow[], details: HostDetails, now: number) => void;

const one =
  (read: (row: AgentRow, details: HostDetails, now: number) => void): Reader =>
  (rows, details, now) => {
    if (rows.length === 1) read(rows[0] as AgentRow, details, now);
  };

const readers: Record<string, Reader> = {
  system_info: one(readSystemInfo),
  os_version: one(readOsVersion),
  os_version_windows: one(readWindowsVersion),
  osquery_info: one((row, details) => {
    set(details, "osqueryVersion", readText(row.version));
  }),
  osquery_flags: readFlags,
  uptime: one((row, details, now) => {
    const seconds = readInteger(row.total_seconds, -1);
    if (seconds < 0) return;
    details.uptimeSeconds = seconds;
    details.lastRestartedAt = new Date(Math.round((now - seconds * 1000) / 60_000) * 60_000).toISOString();
  }),
  orbit_info: one((row, details) => {
    set(details, "orbitVersion", readText(row.version));
    set(details, "desktopVersion", readText(row.desktop_version));
  }),
  last_user: one((row, details) => {
    set(details, "lastUser", readText(row.user));
  }),
  network_interface_unix: readNetwork,
  network_interface_windows: readNetwork,
  disk_space_unix: one(readDiskSpace),
  disk_space_windows: one(readDiskSpace),
  disk_encryption_darwin: (rows, details) => {
    details.diskEncryption = rows.length > 0 ? "on" : "off";
  },
  disk_encryption_windows: (rows, details) => {
    details.diskEncryption = rows.length > 0 ? "on" : "off";
  },
  disk_encryption_linux: (rows, details) => {
    details.diskEncryption = rows.some((row) => readText(row.path) === "/" && readText(row.encrypted) === "1") ? "on" : "off";
  },
  mdm: one(readMdm),
  mdm_windows: readWindowsMdm,
};

/** Reads every detail that a write holds into typed members. A row that doesn't read is left out and the rest is kept. */
export function readHostDetails(rows: DetailRows, now: number): HostDetails {
  const details: HostDetails = {};
  // os_version_windows knows more than os_version, so it comes later.
  for (const [name, read] of Object.entries(readers)) {
    const given = rows.get(name);
    if (given) read(given, details, now);
  }
  return details;
}

function set<Member extends keyof HostDetails>(details: HostDetails, member: Member, value: HostDetails[Member] | ""): void {
  if (value !== "") details[member] = value as HostDetails[Member];
}

function readSystemInfo(row: AgentRow, details: HostDetails): void {
  set(details, "hostname", readText(row.hostname));
  set(details, "computerName", readText(row.computer_name));
  set(details, "hardwareUuid", readText(row.uuid));
  const serial = readText(row.hardware_serial);
  if (serial !== "-1") set(details, "hardwareSerial", serial);
  set(details, "hardwareVendor", readText(row.hardware_vendor));
  set(details, "hardwareModel", readText(row.hardware_model));
  set(details, "hardwareVersion", readText(row.hardware_version));
  set(details, "cpuType", readText(row.cpu_type));
  set(details, "cpuSubtype", readText(row.cpu_subtype));
  set(details, "cpuBrand", readText(row.cpu_brand));
  details.cpuPhysicalCores = readInteger(row.cpu_physical_cores);
  details.cpuLogicalCores = readInteger(row.cpu_logical_cores);
  details.memoryBytes = readInteger(row.physical_memory, 0, Number.MAX_SAFE_INTEGER);
}

function readOsVersion(row: AgentRow, details: HostDetails): void {
  const name = readText(row.name);
  const platform = readText(row.platform, 64).toLowerCase();
  set(details, "platform", platform || (/centos/i.test(name) ? "centos" : ""));
  set(details, "platformLike", readText(row.platform_like, 64));
  set(details, "osName", shortenName(name));
  set(
    details,
    "osVersion",
    readText(row.version) ||
      [row.major, row.minor, row.patch]
        .map((part) => readText(part, 16))
        .filter(Boolean)
        .join("."),
  );
  set(details, "osBuild", readText(row.build));
  set(details, "codeName", readText(row.codename));
  set(details, "arch", readText(row.arch, 64));
}

function shortenName(name: string): string {
  return name.replace(/^Microsoft Windows/i, "Windows");
}

/** Windows in full: `Windows 11 Pro 24H2` and the version with its update build. */
function readWindowsVersion(row: AgentRow, details: HostDetails): void {
  const name = shortenName(readText(row.name));
  if (name !== "") details.osName = [name, readText(row.display_version, 32)].filter(Boolean).join(" ");
  const version = readText(row.version, 64);
  const ubr = readText(row.ubr, 16);
  if (version !== "") details.osVersion = ubr !== "" && version.split(".").length === 3 ? `${version}.${ubr}` : version;
}

function readFlags(rows: AgentRow[], details: HostDetails): void {
  const flags = new Map(rows.map((row) => [readText(row.name), readInteger(row.value, 0, 86_400)]));
  const positive = (name: string) => flags.get(name) || undefined;
  const distributed = positive("distributed_interval");
  const config = positive("config_tls_refresh") ?? positive("config_refresh");
  const logger = positive("logger_tls_period");
  if (distributed) details.distributedIntervalSeconds = distributed;
  if (config) details.configRefreshSeconds = config;
  if (logger) details.loggerPeriodSeconds = logger;
}

function readDiskSpace(row: AgentRow, details: HostDetails): void {
  details.diskSpaceAvailablePercent = readQuantity(row.percent_disk_space_available) ?? undefined;
  details.diskSpaceAvailableGb = readQuantity(row.gigs_disk_space_available) ?? undefined;
  details.diskSpaceTotalGb = readQuantity(row.gigs_total_disk_space) ?? undefined;
}

// The interface of the default route, the lowest metric first: a private IPv4 address, else a private IPv6 one, else any.
function readNetwork(rows: AgentRow[], details: HostDetails): void {
  const interfaces = rows
    .map((row) => ({ address: readText(row.address, 64).split("%")[0] ?? "", mac: readText(row.mac, 32), metric: readInteger(row.metric) }))
    .filter(({ address }) => isIPv4(address) || isIPv6(address))
    .toSorted((left, right) => left.metric - right.metric);
  const best =
    interfaces.find(({ address }) => isIPv4(address) && isPrivateIPv4(address)) ??
    interfaces.find(({ address }) => isIPv6(address) && /^f[cd]/i.test(address)) ??
    interfaces.find(({ address }) => isIPv4(address)) ??
    interfaces[0];
  if (!best) return;
  details.primaryIp = best.address;
  set(details, "primaryMac", best.mac);
}

function isPrivateIPv4(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(address);
}

function readMdm(row: AgentRow, details: HostDetails): void {
  const enrolled = readText(row.enrolled, 16).toLowerCase();
  if (enrolled !== "true" && enrolled !== "false") return; // the table couldn't tell
  const url = withoutQuery(readText(row.server_url, 1000));
  details.mdmState = enrolled === "true" ? "on" : "off";
  details.mdmServerUrl = enrolled === "true" ? url : "";
  details.mdmName = enrolled === "true" ? nameMdmSolution(url, readText(row.payload_identifier)) : "";
  details.mdmInstalledFromDep = enrolled === "true" && readText(row.installed_from_dep, 16).toLowerCase() === "true";
}

function readWindowsMdm(rows: AgentRow[], details: HostDetails): void {
  const url = withoutQuery(readText(rows[0]?.discovery_service_url, 1000));
  details.mdmState = url === "" ? "off" : "on";
  details.mdmServerUrl = url;
  details.mdmName = url === "" ? "" : nameMdmSolution(url, readText(rows[0]?.provider_id));
  details.mdmInstalledFromDep = url !== "" && readText(rows[0]?.aad_resource_id, 1000) !== "";
}

function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0] ?? "";
}

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Reads the identity in Entra that a write holds: the first row counts. A device id that isn't one, or that belongs to another
 * tenant than the one we serve, is no answer.
 * @returns undefined when the write says nothing about it
 */
export function readIdentity(rows: DetailRows, tenantId: string): IdentityAnswer | undefined {
  const given = rows.get("conditional_access_microsoft_device_id") ?? rows.get("conditional_access_microsoft_device_id_windows");
  if (!given) return undefined;
  const [row] = given;
  if (!row) return { kind: "none" };
  const deviceId = readText(row.device_id, 64).toLowerCase();
  const itsTenant = readText(row.tenant_id, 64).toLowerCase();
  if (!guid.test(deviceId) || (itsTenant !== "" && tenantId !== "" && itsTenant !== tenantId.toLowerCase())) return undefined;
  return { kind: "device", deviceId, userPrincipalName: readText(row.user_principal_name) };
}
