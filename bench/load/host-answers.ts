import { macOsVersion } from "../agent-bodies";
import { entraDeviceIdOf, hardwareUuidOf, hostNameOf, isInLabel, outcomeOf, personOf, shareOf, startedAtOf, type SeededFleet } from "../fleet-plan";

/** What a read asked, taken apart once for all hosts that are asked the same. */
export interface ParsedAsk {
  details: string[];
  labels: number[];
  policies: number[];
  wildcard: boolean;
  /** The agent comes back every 5 s for so long. */
  accelerateSeconds: number;
}

const detailPrefix = "fleet_detail_query_";
const labelPrefix = "fleet_label_query_";
const policyPrefix = "fleet_policy_query_";
// Subjects of shares; see fleet-plan.ts.
const developers = 900_000;
const strangePolicies = 800_000;

/** Takes the body of a read's answer apart. @throws SyntaxError when it isn't JSON */
export function parseAsk(body: string): ParsedAsk {
  const { queries = {}, accelerate = 0 } = JSON.parse(body) as { queries?: Record<string, string>; accelerate?: number };
  const names = Object.keys(queries).toSorted();
  const after = (prefix: string) => names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  return {
    details: after(detailPrefix),
    labels: after(labelPrefix).map(Number),
    policies: after(policyPrefix).map(Number),
    wildcard: names.includes("fleet_no_policies_wildcard"),
    accelerateSeconds: accelerate,
  };
}

/** The hosts' side: what each would answer, from its number, and from what has happened to it since. */
export class HostAnswers {
  private readonly policyIndex: Map<number, number>;
  private readonly labelIndex: Map<number, number>;
  private readonly everyMac: ReadonlySet<number>;
  /** Of each host the policy whose outcome has changed, counted from 1. */
  private readonly changed: Uint16Array;

  constructor(
    private readonly fleet: SeededFleet,
    private readonly developerShare = 0,
  ) {
    this.policyIndex = new Map(fleet.policyIds.map((id, index) => [id, index]));
    this.labelIndex = new Map(fleet.labelIds.map((id, index) => [id, index]));
    this.everyMac = new Set(fleet.everyMacLabelIds);
    this.changed = new Uint16Array(fleet.hosts);
  }

  /** Changes the outcome of one policy of a host, or, when one is changed, changes it back. `pick` is from 0 to below 1. */
  flip(n: number, pick: number): void {
    this.changed[n] = this.changed[n] === 0 ? 1 + Math.floor(pick * this.fleet.policyIds.length) : 0;
  }

  /** The body of the write with which a host answers, members in sorted order. */
  write(n: number, nodeKey: string, ask: ParsedAsk, now: number): string {
    const answers: [string, unknown][] = [];
    const failed: string[] = [];
    for (const detail of ask.details) answers.push([detailPrefix + detail, this.detail(n, detail, now)]);
    // A developer's Mac has much to tell; that nobody asked for it costs the reader no less.
    if (ask.details.includes("os_version") && shareOf(n, developers) < this.developerShare) answers.push([`${detailPrefix}software_macos`, developerSoftware]);
    for (const id of ask.labels) answers.push([labelPrefix + id, this.isMember(n, id) ? yes : []]);
    for (const id of ask.policies) {
      const outcome = this.outcome(n, id);
      answers.push([policyPrefix + id, outcome === "pass" ? yes : []]);
      if (outcome === "unknown") failed.push(policyPrefix + id);
    }
    if (ask.wildcard) answers.push(["fleet_no_policies_wildcard", yes]);
    return writeText(answers, failed, nodeKey);
  }

  private outcome(n: number, policyId: number): "pass" | "fail" | "unknown" {
    const index = this.policyIndex.get(policyId);
    if (index === undefined) return shareOf(n, strangePolicies + policyId) < this.fleet.failShare ? "fail" : "pass";
    const outcome = outcomeOf(this.fleet, n, index);
    if (this.changed[n] !== index + 1) return outcome;
    return outcome === "pass" ? "fail" : "pass";
  }

  private isMember(n: number, labelId: number): boolean {
    const index = this.labelIndex.get(labelId);
    if (index !== undefined) return isInLabel(n, index);
    return this.everyMac.has(labelId);
  }

  private detail(n: number, name: string, now: number): object[] {
    switch (name) {
      case "system_info":
        return [
          {
            ...macInfo,
            hostname: hostNameOf(n),
            computer_name: hostNameOf(n),
            local_hostname: hostNameOf(n),
            uuid: hardwareUuidOf(n),
            hardware_serial: `BENCH${String(n).padStart(7, "0")}`,
          },
        ];
      case "os_version":
        return [macOsVersion];
      case "osquery_info":
        return [{ version: "5.23.1", instance_id: hardwareUuidOf(n), uuid: hardwareUuidOf(n) }];
      case "osquery_flags":
        return flags;
      case "uptime":
        return [{ total_seconds: String(Math.floor((now - startedAtOf(n, this.fleet.seededAt)) / 1000)) }];
      case "orbit_info":
        return [{ version: "1.48.0", desktop_version: "1.48.0" }];
      case "last_user":
        return [{ user: "person" }];
      case "network_interface_unix":
        return [{ address: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`, mac: "02:00:00:00:00:00", metric: "0" }];
      case "disk_space_unix":
        return [{ percent_disk_space_available: "42.58", gigs_disk_space_available: "210.5", gigs_total_disk_space: "494.4" }];
      case "disk_encryption_darwin":
        return yes;
      case "mdm":
        return mdm;
      case "conditional_access_microsoft_device_id":
        return [{ device_id: entraDeviceIdOf(n), user_principal_name: personOf(n, this.fleet.domain) }];
      default:
        return [];
    }
  }
}

/** The text of a write as osqueryd orders its members. `failed` names the queries that ended in an error. */
export function writeText(answers: readonly [string, unknown][], failed: readonly string[], nodeKey: string): string {
  let queries = "";
  let statuses = "";
  let messages = "";
  let stats = "";
  let comma = "";
  for (const [name, rows] of answers) {
    const bad = failed.length > 0 && failed.includes(name);
    queries += `${comma}"${name}":${rows === yes ? '[{"1":"1"}]' : rows === developerSoftware ? developerSoftwareText : JSON.stringify(rows)}`;
    statuses += `${comma}"${name}":${bad ? 1 : 0}`;
    messages += `${comma}"${name}":${bad ? '"no such table: bench"' : '""'}`;
    stats += `${comma}"${name}":{"wall_time_ms":11,"user_time":3,"system_time":2,"memory":4096}`;
    comma = ",";
  }
  return `{"queries":{${queries}},"statuses":{${statuses}},"messages":{${messages}},"stats":{${stats}},"node_key":"${nodeKey}"}`;
}

/** One row that says yes. */
const yes = [{ "1": "1" }];
const mdm = [{ enrolled: "true", server_url: "https://mdm.bench.example/checkin", installed_from_dep: "true", payload_identifier: "example.mdm" }];
const flags = Object.entries({ distributed_interval: "10", config_refresh: "60", config_tls_refresh: "60", logger_tls_period: "10" }).map(([name, value]) => ({
  name,
  value,
}));
const macInfo = {
  cpu_brand: "Apple M3 Pro",
  cpu_type: "arm64e",
  cpu_subtype: "",
  cpu_physical_cores: "11",
  cpu_logical_cores: "11",
  cpu_sockets: "",
  physical_memory: "38654705664",
  hardware_vendor: "Apple Inc.",
  hardware_model: "Mac15,6",
  hardware_version: "",
};
const developerSoftware = Array.from({ length: 295 }, (_, at) => ({
  name: `Developer tool ${at}.app`,
  version: `${1 + (at % 9)}.${at % 13}.${at}`,
  bundle_identifier: `example.bench.developer.tool-${at}`,
  extension_id: "",
  browser: "",
  source: at % 3 === 0 ? "apps" : "homebrew_packages",
  vendor: "",
  last_opened_at: String(1_769_990_000 + at),
  installed_path: `/Applications/Developer tool ${at}.app`,
}));
const developerSoftwareText = JSON.stringify(developerSoftware);
