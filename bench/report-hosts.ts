import { signInAdmin, type AdminClient } from "@/lib/simulator/stack/admin-client";
import { connectTenant } from "@/lib/simulator/stack/connect-tenant";
import { stackAdmin } from "@/lib/simulator/stack/start-server";
import { firstWriteBody, writeBody, type BenchHost } from "./agent-bodies";
import { enrollHosts } from "./enroll-hosts";
import { pause } from "./pause";
import type { Instances } from "./start-instances";

const settleMs = 120_000;

/** Hosts whose verdicts Microsoft is told: each change of theirs, made through the balancer, is one message. */
export interface ReportHosts {
  readonly count: number;
  /** Changes so far. */
  readonly changes: number;
  /** Writes that had to be sent again, because their connection failed or the answer wasn't a 200. */
  readonly repeated: number;
  /** Changes one host after another until stopped. */
  start: () => void;
  stop: () => Promise<void>;
  /** Waits until Entra agrees with every host, then says which messages arrived more than once and which hosts Entra is wrong about. */
  inspect: () => Promise<{ messages: number; doubled: string[]; wrong: string[] }>;
}

/** Connects a tenant through the balancer and enrolls `count` hosts with one gated policy. */
export async function startReportHosts(instances: Instances, count: number): Promise<ReportHosts> {
  const { microsoft, origin, balancer } = instances;
  const admin: AdminClient = await signInAdmin(origin, stackAdmin);
  await connectTenant({ server: { origin }, microsoft, admin });
  const { policy } = await admin.post<{ policy: { id: number } }>("teams/0/policies", {
    name: "Bench: firewall is on",
    query: "SELECT 1 FROM alf WHERE global_state >= 1;",
    platform: "darwin",
    conditional_access_enabled: true,
  });
  await admin.patch("config", { integrations: { conditional_access_enabled: true } });
  const { spec } = await admin.get<{ spec: { secrets: { secret: string }[] } }>("spec/enroll_secret");
  const { domain, id: tenantId } = microsoft.tenants.happy;
  const passing = new Map<BenchHost, boolean>();
  const hosts = await enrollHosts(balancer.port, count, spec.secrets[0]?.secret ?? "", (host) => {
    host.userPrincipalName = host.userPrincipalName.replace("bench.example", domain);
    microsoft.registerDevice({ tenantId, deviceId: host.entraDeviceId, displayName: host.name, upn: host.userPrincipalName, os: "macOS" });
    passing.set(host, true);
    return firstWriteBody(host, new Map([[policy.id, true]]));
  });
  const compliant = (host: BenchHost) => microsoft.device("happy", host.entraDeviceId)?.isCompliant === true;
  const agrees = () => hosts.every((host) => compliant(host) === passing.get(host));
  await until(agrees);
  let changes = 0;
  let repeated = 0;
  let going: Promise<void> | undefined;
  const ending = new AbortController();
  const flipOneAfterAnother = async () => {
    for (let n = 0; !ending.signal.aborted; n += 1) {
      const host = hosts[n % hosts.length] as BenchHost;
      const passes = !passing.get(host);
      const body = writeBody(host, new Map([[policy.id, passes]]), []);
      // What got no answer is sent again, as agents do until it is taken.
      while (
        !(await postWrite(balancer.port, body).then(
          () => true,
          () => false,
        )) &&
        !ending.signal.aborted
      ) {
        repeated += 1;
        await pause(1);
      }
      passing.set(host, passes);
      changes += 1;
      await pause(0.1);
    }
  };
  return {
    count,
    get repeated() {
      return repeated;
    },
    get changes() {
      return changes;
    },
    start() {
      going = flipOneAfterAnother();
      going.catch(() => undefined); // stop() throws it
    },
    async stop() {
      ending.abort();
      await going;
    },
    async inspect() {
      await until(agrees);
      // The path names the message: what was sent again has the same.
      const seen = new Map<string, number>();
      for (const { path } of microsoft.journal({ surface: "manage", method: "PUT", path: "DataUploadMessages" })) seen.set(path, (seen.get(path) ?? 0) + 1);
      return {
        messages: seen.size,
        doubled: [...seen].filter(([, times]) => times > 1).map(([path, times]) => `${path.slice(-45)} ${times}×`),
        wrong: hosts.filter((host) => compliant(host) !== passing.get(host)).map((host) => host.name),
      };
    },
  };
}

async function postWrite(port: number, body: Buffer): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/osquery/distributed/write`, {
    method: "POST",
    headers: { "content-type": "application/json", connection: "close" },
    body: new Uint8Array(body),
  });
  if (response.status !== 200) throw new Error(`A write through the balancer answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  await response.arrayBuffer();
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + settleMs;
  while (!holds() && Date.now() < deadline) await pause(0.05);
}
