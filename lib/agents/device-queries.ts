import { statement, type Sql } from "@/lib/db/sql";

/** What the tray of a host shows. */
export interface DesktopRow {
  failing: number;
  organisation: string;
  contactUrl: string;
  transparencyUrl: string;
}

const selectDesktop = statement(
  "agents.load_desktop",
  `select (select count(*)::int from policy_results r join policies p on p.id = r.policy_id and p.version = r.policy_version where r.host_id = $1::int and r.outcome = 'fail') as failing,
     o.name as organisation, o.contact_url as "contactUrl", o.transparency_url as "transparencyUrl" from organisation o where o.id = 1`,
);

/** How many policies fail on a host, and the organisation's own words. */
export async function loadDesktop(sql: Sql, hostId: number): Promise<DesktopRow> {
  const [row] = await sql.rows<DesktopRow>(selectDesktop, [hostId]);
  return row ?? { failing: 0, organisation: "", contactUrl: "", transparencyUrl: "" };
}

/** A policy as the person at the host sees it. */
export interface DevicePolicyRow {
  id: number;
  name: string;
  query: string;
  description: string;
  resolution: string;
  platform: string;
  response: "pass" | "fail" | "";
}

// An answer to an older question is none.
const selectPolicies = statement(
  "agents.list_device_policies",
  `select p.id, p.name, p.query, p.description, p.resolution, p.platform,
     case when r.policy_version = p.version and r.outcome in ('pass', 'fail') then r.outcome else '' end as response
   from policy_results r join policies p on p.id = r.policy_id where r.host_id = $1::int order by p.id`,
);

/** The policies of a host with its answers. */
export async function listDevicePolicies(sql: Sql, hostId: number): Promise<DevicePolicyRow[]> {
  return sql.rows<DevicePolicyRow>(selectPolicies, [hostId]);
}

/** A host as the person at it sees it. */
export interface DeviceHostRow {
  id: number;
  hostname: string;
  computer_name: string;
  display_name: string;
  platform: string;
  os_version: string;
  osquery_version: string;
  orbit_version: string;
  hardware_model: string;
  hardware_serial: string;
  uuid: string;
  disk_encryption: string;
  mdm_state: string;
  seen_time: string | null;
  detail_updated_at: Date;
  policy_updated_at: Date;
  refetch_requested: boolean;
  device_mapping_email: string;
  access_state: string | null;
}

const selectHost = statement(
  "agents.load_device_host",
  `select h.id, h.hostname, h.computer_name, coalesce(nullif(h.computer_name, ''), h.hostname) as display_name, h.platform, trim(h.os_name || ' ' || h.os_version) as os_version,
     h.osquery_version, h.orbit_version, h.hardware_model, h.hardware_serial, h.hardware_uuid as uuid, h.disk_encryption, h.mdm_state, s.seen_at as seen_time,
     h.detail_updated_at, h.policy_updated_at, h.refetch_requested_at is not null as refetch_requested, h.device_mapping_email, c.access_state
   from hosts h left join host_seen s on s.host_id = h.id left join host_compliance c on c.host_id = h.id where h.id = $1::int`,
);

/** One host. */
export async function loadDeviceHost(sql: Sql, hostId: number): Promise<DeviceHostRow | null> {
  return (await sql.rows<DeviceHostRow>(selectHost, [hostId]))[0] ?? null;
}
