/** A question about a host itself. `platforms` are osquery's own words, `linux` stands for every distribution; empty asks all. */
export interface DetailQuery {
  name: string;
  platforms: readonly string[];
  sql: string;
  /** Must use core tables only: one bad discovery spoils the whole answer at the agent. */
  discovery: string;
  /** Asked at every check-in while MDM decides whether the host is let in. */
  critical?: boolean;
  /** Asked only where the team's gate is on. */
  identity?: boolean;
}

const always = "SELECT 1";
const tableExists = (table: string): string => `SELECT 1 FROM osquery_registry WHERE active = 1 AND registry = 'table' AND name = '${table}'`;
const windowsNt = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
const joinInfo = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\CloudDomainJoin\\JoinInfo\\";

const anyHost: DetailQuery[] = [
  { name: "system_info", platforms: [], sql: "SELECT * FROM system_info LIMIT 1;", discovery: always },
  { name: "os_version", platforms: [], sql: "SELECT * FROM os_version LIMIT 1;", discovery: always },
  { name: "osquery_info", platforms: [], sql: "SELECT version, instance_id, uuid FROM osquery_info LIMIT 1;", discovery: always },
  {
    name: "osquery_flags",
    platforms: ["darwin", "windows", "linux"],
    sql: "SELECT name, value FROM osquery_flags WHERE name IN ('distributed_interval', 'config_refresh', 'config_tls_refresh', 'logger_tls_period');",
    discovery: always,
  },
  { name: "uptime", platforms: ["darwin", "windows", "linux"], sql: "SELECT total_seconds FROM uptime LIMIT 1;", discovery: always },
  {
    name: "orbit_info",
    platforms: ["darwin", "windows", "linux"],
    sql: "SELECT version, desktop_version FROM orbit_info LIMIT 1;",
    discovery: tableExists("orbit_info"),
  },
  {
    name: "last_user",
    platforms: ["darwin", "windows", "linux"],
    sql: "SELECT user FROM logged_in_users WHERE type IN ('user', 'active') AND user <> '' ORDER BY time DESC LIMIT 1;",
    discovery: always,
  },
];

const byPlatform: DetailQuery[] = [
  {
    name: "os_version_windows",
    platforms: ["windows"],
    sql: `SELECT os.name, os.version, coalesce((SELECT data FROM registry WHERE key = '${windowsNt}' AND name = 'UBR'), '') AS ubr, coalesce((SELECT data FROM registry WHERE key = '${windowsNt}' AND name = 'DisplayVersion'), '') AS display_version FROM os_version os LIMIT 1;`,
    discovery: always,
  },
  {
    name: "network_interface_unix",
    platforms: ["darwin", "linux"],
    sql: "SELECT a.address, d.mac, r.metric FROM routes r JOIN interface_addresses a ON a.interface = r.interface JOIN interface_details d ON d.interface = a.interface WHERE r.netmask = 0 AND r.destination IN ('0.0.0.0', '::') AND r.type = 'gateway' ORDER BY r.metric;",
    discovery: always,
  },
  {
    // On Windows a route names its interface by address.
    name: "network_interface_windows",
    platforms: ["windows"],
    sql: "SELECT a.address, d.mac, r.metric FROM routes r JOIN interface_addresses a ON a.address = r.interface JOIN interface_details d ON d.interface = a.interface WHERE r.netmask = 0 AND r.destination IN ('0.0.0.0', '::') ORDER BY r.metric;",
    discovery: always,
  },
  {
    name: "disk_space_unix",
    platforms: ["darwin", "linux"],
    sql: "SELECT round(blocks_available * 100.0 / blocks, 2) AS percent_disk_space_available, round(blocks_available * blocks_size * 1.0e-9, 2) AS gigs_disk_space_available, round(blocks * blocks_size * 1.0e-9, 2) AS gigs_total_disk_space FROM mounts WHERE path = '/' AND blocks > 0 LIMIT 1;",
    discovery: always,
  },
  {
    name: "disk_space_windows",
    platforms: ["windows"],
    sql: "SELECT round(free_space * 100.0 / size, 2) AS percent_disk_space_available, round(free_space * 1.0e-9, 2) AS gigs_disk_space_available, round(size * 1.0e-9, 2) AS gigs_total_disk_space FROM logical_drives WHERE device_id = 'C:' AND size > 0 LIMIT 1;",
    discovery: always,
  },
  {
    name: "disk_encryption_darwin",
    platforms: ["darwin"],
    sql: "SELECT 1 FROM disk_encryption WHERE filevault_status = 'on' AND user_uuid <> '' LIMIT 1;",
    discovery: always,
  },
  {
    name: "disk_encryption_linux",
    platforms: ["linux"],
    sql: "SELECT m.path, e.encrypted FROM mounts m JOIN disk_encryption e ON e.name = m.device_alias WHERE m.path = '/';",
    discovery: always,
  },
  {
    // The table can take the agent down where BitLocker isn't installed.
    name: "disk_encryption_windows",
    platforms: ["windows"],
    sql: "SELECT 1 FROM bitlocker_info WHERE drive_letter = 'C:' AND protection_status = 1 AND EXISTS (SELECT 1 FROM windows_optional_features WHERE name = 'BitLocker' AND state = 1) LIMIT 1;",
    discovery: "SELECT 1 FROM windows_optional_features WHERE name = 'BitLocker' AND state = 1",
  },
  {
    name: "mdm",
    platforms: ["darwin"],
    sql: "SELECT enrolled, server_url, installed_from_dep, payload_identifier FROM mdm;",
    discovery: tableExists("mdm"),
    critical: true,
  },
  {
    // One enrolment per registry key; those of a person, in a living state, the longest address first.
    name: "mdm_windows",
    platforms: ["windows"],
    sql: `WITH enrollment AS (SELECT key, max(CASE WHEN name = 'UPN' THEN data END) AS upn, max(CASE WHEN name = 'DiscoveryServiceFullURL' THEN data END) AS url, max(CASE WHEN name = 'AADResourceID' THEN data END) AS resource, max(CASE WHEN name = 'ProviderID' THEN data END) AS provider, max(CASE WHEN name = 'EnrollmentState' THEN data END) AS state FROM registry WHERE key LIKE 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Enrollments\\%' GROUP BY key), kind AS (SELECT coalesce(max(data), '') AS installation_type FROM registry WHERE key = '${windowsNt}' AND name = 'InstallationType') SELECT coalesce(e.url, '') AS discovery_service_url, coalesce(e.resource, '') AS aad_resource_id, coalesce(e.provider, '') AS provider_id, kind.installation_type FROM kind LEFT JOIN enrollment e ON e.upn <> '' AND e.state IN ('0', '1', '2', '3') ORDER BY length(e.url) DESC LIMIT 1;`,
    discovery: always,
    critical: true,
  },
  {
    name: "conditional_access_microsoft_device_id",
    platforms: ["darwin"],
    sql: "SELECT device_id, user_principal_name FROM app_sso_platform WHERE extension_identifier = 'com.microsoft.CompanyPortalMac.ssoextension' AND realm = 'KERBEROS.MICROSOFTONLINE.COM';",
    discovery: tableExists("app_sso_platform"),
    identity: true,
  },
  {
    // The join record is read first: a host that never joined doesn't search its certificates. A stale record matches no certificate.
    name: "conditional_access_microsoft_device_id_windows",
    platforms: ["windows"],
    sql: `WITH joined AS (SELECT upper(replace(key, '${joinInfo}', '')) AS thumbprint, max(CASE WHEN name = 'UserEmail' THEN data END) AS upn, max(CASE WHEN name = 'TenantId' THEN data END) AS tenant_id FROM registry WHERE key LIKE '${joinInfo}%' GROUP BY key) SELECT c.common_name AS device_id, coalesce(j.upn, '') AS user_principal_name, coalesce(j.tenant_id, '') AS tenant_id FROM joined j JOIN certificates c ON upper(c.sha1) = j.thumbprint WHERE c.issuer LIKE '%MS-Organization-Access%' ORDER BY CAST(c.not_valid_after AS INTEGER) DESC LIMIT 1;`,
    discovery: always,
    identity: true,
  },
];

/** Every detail query, by the suffix of its name on the wire. */
export const detailQueries: readonly DetailQuery[] = [...anyHost, ...byPlatform];

/** osquery's platform in the words of policies: every distribution is `linux`; empty while it isn't known. */
export function policyPlatform(platform: string): string {
  return platform === "" || ["darwin", "windows", "chrome", "ios", "ipados", "android"].includes(platform) ? platform : "linux";
}

const queriesOf = new Map<string, readonly DetailQuery[]>();

/** The detail queries of a platform; of an unknown one, those that every host can answer. */
export function detailQueriesFor(platform: string): readonly DetailQuery[] {
  const family = policyPlatform(platform);
  let queries = queriesOf.get(family);
  if (!queries) {
    queries = detailQueries.filter((query) => query.platforms.length === 0 || query.platforms.includes(family));
    queriesOf.set(family, queries);
  }
  return queries;
}
