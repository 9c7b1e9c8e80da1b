import type { SeededFleet } from "./fleet-plan";

/** One thing that is asked: its name in the table, and the address for the nth time. */
export interface Question {
  name: string;
  path: (n: number) => string;
}

const mostPerPage = 50;
const pageSize = `per_page=${mostPerPage}`;

function searches({ hosts }: SeededFleet): [name: string, query: (n: number) => string][] {
  return [
    ["a search that hits a tenth", () => "mac-1"],
    ["a search that hits one", (n) => `person-${(n * 7919) % hosts}@`],
    ["a search that hits none", (n) => `nobody-${n}-here`],
    ["a search for two letters", (n) => ["ma", "zq", "10", "be"][n % 4] as string],
  ];
}

const orders = [
  "access",
  "id",
  "display_name",
  "platform",
  "os_version",
  "team_name",
  "seen_time",
  "changed_at",
  "last_enrolled_at",
  "status",
  "hardware_serial",
];

/** Every list, count and search of the REST API; paths are behind `/api/v1/fleet/`. */
export function routes(fleet: SeededFleet): Question[] {
  const hostId = (n: number) => fleet.firstHostId + ((n * 7919) % fleet.hosts);
  const policyId = (n: number) => fleet.policyIds[(n * 7) % fleet.policyIds.length];
  const teamId = (n: number) => fleet.teamIds[n % fleet.teamIds.length];
  const labelId = (n: number) => fleet.labelIds[n % fleet.labelIds.length];
  const deep = Math.floor(fleet.hosts / 2 / mostPerPage);
  const fixed = (name: string, path: string): Question => ({ name, path: () => path });
  return [
    ...orders.flatMap((key) => [
      fixed(`hosts by ${key}`, `hosts?${pageSize}&order_key=${key}`),
      { name: `hosts by ${key}, down, deep`, path: (n: number) => `hosts?${pageSize}&order_key=${key}&order_direction=desc&page=${deep - n}` },
    ]),
    ...["held", "in"].map((state) => fixed(`hosts ${state}`, `hosts?${pageSize}&order_key=access&access_state=${state}`)),
    ...["online", "offline", "new", "missing"].map((status) => fixed(`hosts ${status}`, `hosts?${pageSize}&order_key=access&status=${status}`)),
    { name: "hosts of a team", path: (n) => `hosts?${pageSize}&order_key=access&team_id=${teamId(n)}` },
    { name: "hosts failing a policy", path: (n) => `hosts?${pageSize}&order_key=access&policy_id=${policyId(n)}&policy_response=failing` },
    { name: "hosts that haven't answered a policy", path: (n) => `hosts?${pageSize}&order_key=access&policy_id=${policyId(n)}&policy_outcome=unknown` },
    { name: "hosts passing a policy", path: (n) => `hosts?${pageSize}&order_key=access&policy_id=${policyId(n)}&policy_response=passing` },
    ...searches(fleet).map(([name, query]) => ({ name, path: (n: number) => `hosts?${pageSize}&order_key=access&query=${encodeURIComponent(query(n))}` })),
    fixed("hosts/count", "hosts/count"),
    { name: "hosts/count of a team", path: (n) => `hosts/count?team_id=${teamId(n)}` },
    fixed("host_summary", "host_summary"),
    { name: "hosts/:id", path: (n) => `hosts/${hostId(n)}` },
    { name: "hosts/identifier/:name", path: (n) => `hosts/identifier/bench-mac-${(n * 7919) % fleet.hosts}` },
    { name: "labels/:id/hosts", path: (n) => `labels/${labelId(n)}/hosts?${pageSize}&page=${n}` },
    ...["name", "failing_host_count", "passing_host_count"].map((key) => fixed(`policies by ${key}`, `policies?order_key=${key}`)),
    { name: "policies/:id", path: (n) => `policies/${policyId(n)}` },
    { name: "teams/:id/policies", path: (n) => `teams/${teamId(n)}/policies?merge_inherited=1` },
    fixed("teams", "teams"),
    fixed("labels", "labels"),
    fixed("overview", "overview"),
    { name: "overview of a team", path: (n) => `overview?team_id=${teamId(n)}` },
    { name: "hosts/:id/compliance_reports", path: (n) => `hosts/${hostId(n)}/compliance_reports?per_page=20` },
    fixed("activities", `activities?${pageSize}`),
    { name: "activities, deep", path: (n) => `activities?${pageSize}&page=${100 + n}` },
    { name: "activities, a search that hits few", path: (n) => `activities?${pageSize}&query=bench-mac-${n}77` },
    { name: "activities, a search that hits none", path: (n) => `activities?${pageSize}&query=nobody-${n}-here` },
  ];
}

/** Every page that lists, counts or searches. */
export function pages(fleet: SeededFleet): Question[] {
  const policyId = (n: number) => fleet.policyIds[(n * 7) % fleet.policyIds.length];
  const teamId = (n: number) => fleet.teamIds[n % fleet.teamIds.length];
  return [
    { name: "Overview", path: () => "" },
    { name: "Hosts", path: () => "hosts" },
    { name: "Hosts, page 500", path: (n) => `hosts?page=${Math.min(500, Math.floor(fleet.hosts / mostPerPage) - 40) + n}` },
    { name: "Hosts of a team", path: (n) => `hosts?team_id=${teamId(n)}` },
    { name: "Hosts, a search", path: (n) => `hosts?q=mac-${n}` },
    ...["os_version", "seen_time", "team_name"].map((key) => ({ name: `Hosts by ${key}`, path: () => `hosts?order=${key}` })),
    { name: "Hosts online", path: () => "hosts?status=online" },
    { name: "Hosts failing a policy", path: (n) => `hosts?policy_id=${policyId(n)}&outcome=fail` },
    { name: "Hosts passing a policy", path: (n) => `hosts?policy_id=${policyId(n)}&outcome=pass` },
    { name: "Hosts that haven't answered a policy", path: (n) => `hosts?policy_id=${policyId(n)}&outcome=unknown` },
    { name: "A host", path: (n) => `hosts/${fleet.firstHostId + ((n * 7919) % fleet.hosts)}` },
    { name: "Policies", path: () => "policies" },
    { name: "A policy", path: (n) => `policies/${policyId(n)}` },
    { name: "Gate access", path: () => "policies?gate=open" },
    { name: "Gate access of a team", path: (n) => `policies?gate=open&team_id=${teamId(n)}` },
    { name: "Labels", path: () => "labels" },
    { name: "A label", path: (n) => `labels/${fleet.labelIds[n % fleet.labelIds.length]}` },
    { name: "Activities", path: () => "activities" },
    { name: "Activities, a search", path: (n) => `activities?q=bench-mac-${n}77` },
  ];
}
