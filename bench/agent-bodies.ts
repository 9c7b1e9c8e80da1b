import { randomUUID } from "node:crypto";

/** A computer of the bench: what it enrolls with. */
export interface BenchHost {
  uuid: string;
  serial: string;
  name: string;
  nodeKey: string;
  entraDeviceId: string;
  userPrincipalName: string;
}

/** The nth computer, not enrolled yet. */
export function benchHost(n: number): BenchHost {
  return {
    uuid: randomUUID().toUpperCase(),
    serial: `BENCH${String(n).padStart(7, "0")}`,
    name: `bench-mac-${n}`,
    nodeKey: "",
    entraDeviceId: randomUUID(),
    userPrincipalName: `person-${n}@bench.example`,
  };
}

/** The row of os_version on every Mac of the bench. */
export const macOsVersion = {
  name: "macOS",
  version: "15.5",
  major: "15",
  minor: "5",
  patch: "0",
  build: "24F74",
  platform: "darwin",
  platform_like: "darwin",
  codename: "",
  arch: "arm64e",
};

/** The body of osqueryd's enrolment. */
export function enrollBody(host: BenchHost, enrollSecret: string): object {
  return {
    enroll_secret: enrollSecret,
    host_identifier: host.uuid,
    platform_type: "21",
    host_details: {
      os_version: macOsVersion,
      osquery_info: { uuid: host.uuid, instance_id: randomUUID(), version: "5.23.1", build_platform: "darwin", build_distro: "10.14", platform_mask: "21" },
      system_info: {
        hostname: host.name,
        computer_name: host.name,
        uuid: host.uuid,
        cpu_brand: "Apple M3 Pro",
        cpu_type: "arm64e",
        physical_memory: "38654705664",
        hardware_vendor: "Apple Inc.",
        hardware_model: "Mac15,6",
        hardware_serial: host.serial,
      },
      platform_info: { vendor: "Apple Inc." },
    },
  };
}

/** The body of a distributed write: the given policies' answers (true passes) and labels' membership, as osqueryd orders its members. */
export function writeBody(host: BenchHost, policies: Map<number, boolean>, labels: number[]): Buffer {
  const queries: Record<string, object[]> = {};
  for (const [policyId, passes] of policies) queries[`fleet_policy_query_${policyId}`] = passes ? [{ "1": "1" }] : [];
  for (const labelId of labels) queries[`fleet_label_query_${labelId}`] = [{ "1": "1" }];
  return finishWrite(host, queries);
}

/** The first write of a Mac that is enrolled in MDM and known to Entra. */
export function firstWriteBody(host: BenchHost, policies: Map<number, boolean>): Buffer {
  const queries: Record<string, object[]> = {
    fleet_detail_query_os_version: [macOsVersion],
    fleet_detail_query_mdm: [
      { enrolled: "true", server_url: "https://mdm.bench.example/checkin", installed_from_dep: "true", payload_identifier: "example.mdm" },
    ],
    fleet_detail_query_conditional_access_microsoft_device_id: [{ device_id: host.entraDeviceId, user_principal_name: host.userPrincipalName }],
  };
  for (const [policyId, passes] of policies) queries[`fleet_policy_query_${policyId}`] = passes ? [{ "1": "1" }] : [];
  return finishWrite(host, queries);
}

function finishWrite(host: BenchHost, queries: Record<string, object[]>): Buffer {
  const names = Object.keys(queries);
  return Buffer.from(
    JSON.stringify({
      queries,
      statuses: Object.fromEntries(names.map((name) => [name, 0])),
      messages: Object.fromEntries(names.map((name) => [name, ""])),
      stats: Object.fromEntries(names.map((name) => [name, { wall_time_ms: 11, user_time: 3, system_time: 2, memory: 4096 }])),
      node_key: host.nodeKey,
    }),
  );
}

/** The body of a read, a config request and other calls that only identify. */
export function identifyBody(host: BenchHost): Buffer {
  return Buffer.from(JSON.stringify({ node_key: host.nodeKey }));
}
