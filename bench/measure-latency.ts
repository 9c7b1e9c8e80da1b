import { Agent } from "undici";
import { connectTenant } from "@/lib/simulator/stack/connect-tenant";
import { startStack } from "@/lib/simulator/stack/start-stack";
import { firstWriteBody, identifyBody, writeBody, type BenchHost } from "./agent-bodies";
import type { BenchOptions } from "./bench-options";
import { enrollHosts } from "./enroll-hosts";

const checkInPeriodMs = 10_000;
const flipsPerSecond = 2;
// Few enough that each is flipped again and again, failing and mending in turn; far enough apart in time that one flip is through before the next.
const flippingHosts = 24;
const settleTimeoutMs = 180_000;

/** Prints p50 and p99 from a failing (and from a mended) result being sent to Microsoft's simulator having applied it, while all hosts check in every 10 s. */
export async function measureLatency(options: BenchOptions): Promise<void> {
  const { folder } = options;
  const hosts = options.hosts ?? 2000;
  const seconds = options.seconds ?? (options.quick ? 15 : 60);
  const processingDelayMs = 500;
  const stack = await startStack({ folder, microsoft: { processingDelayMs, tenants: ["happy"] }, environment: { LOG_LEVEL: "error" } });
  const port = Number(new URL(stack.server.origin).port);
  const dispatcher = new Agent({ connections: 64, pipelining: 1 });
  const post = async (path: string, body: Buffer): Promise<void> => {
    const response = await dispatcher.request({
      origin: `http://127.0.0.1:${port}`,
      path,
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const text = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}: ${text.slice(0, 200)}`);
  };
  try {
    await connectTenant(stack);
    const { spec } = await stack.admin.get<{ spec: { secrets: { secret: string }[] } }>("spec/enroll_secret");
    const { policy } = await stack.admin.post<{ policy: { id: number } }>("teams/0/policies", {
      name: "Bench: firewall is on",
      query: "SELECT 1 FROM alf WHERE global_state >= 1;",
      platform: "darwin",
      conditional_access_enabled: true,
    });
    await stack.admin.patch("config", { integrations: { conditional_access_enabled: true } });
    const answers = (passes: boolean) => new Map([[policy.id, passes]]);
    const { domain, id: tenantId } = stack.microsoft.tenants.happy;
    const enrolled = await enrollHosts(port, hosts, spec.secrets[0]?.secret ?? "", (host) => {
      host.userPrincipalName = host.userPrincipalName.replace("bench.example", domain);
      stack.microsoft.registerDevice({ tenantId, deviceId: host.entraDeviceId, displayName: host.name, upn: host.userPrincipalName, os: "macOS" });
      return firstWriteBody(host, answers(true));
    });
    const held = (host: BenchHost) => stack.microsoft.device("happy", host.entraDeviceId);
    await until(() => enrolled.every((host) => held(host)?.isCompliant === true), "every host to be compliant in Entra");

    const stopCheckIns = startCheckIns(enrolled, post);
    const failing: number[] = [];
    const mending: number[] = [];
    const flipUntil = Date.now() + seconds * 1000;
    const waiting: Promise<void>[] = [];
    for (let n = 0; Date.now() < flipUntil; n += 1) {
      const host = enrolled[(n % flippingHosts) * Math.floor(enrolled.length / flippingHosts)] as BenchHost;
      const passes = held(host)?.isCompliant !== true;
      const sentAt = Date.now();
      await post("/api/osquery/distributed/write", writeBody(host, answers(passes), []));
      waiting.push(
        until(() => held(host)?.isCompliant === passes, `${host.name} to become ${passes ? "compliant" : "not compliant"}`).then(() => {
          const applied = held(host)?.history.findLast((message) => message.outcome === "applied");
          (passes ? mending : failing).push(Date.parse(applied?.processedAt ?? "") - sentAt);
        }),
      );
      await pause(1000 / flipsPerSecond);
    }
    await Promise.all(waiting);
    await stopCheckIns();
    console.log(
      `\nfrom a result to Microsoft's acceptance, ${hosts} hosts checking in every ${checkInPeriodMs / 1000} s (the simulator itself takes ${processingDelayMs} ms):`,
    );
    print("fail → accepted", failing);
    print("fix → accepted", mending);
  } finally {
    await dispatcher.close();
    await stack.close();
  }
}

/** Every host reads once per period, spread evenly, on the clock's beat and not on the answers'. */
function startCheckIns(hosts: BenchHost[], post: (path: string, body: Buffer) => Promise<void>): () => Promise<void> {
  const bodies = hosts.map(identifyBody);
  const underway = new Set<Promise<void>>();
  let next = 0;
  const beatMs = 50;
  const perBeat = Math.max(1, Math.round((hosts.length * beatMs) / checkInPeriodMs));
  const timer = setInterval(() => {
    for (let n = 0; n < perBeat; n += 1) {
      const call = post("/api/osquery/distributed/read", bodies[next++ % bodies.length] as Buffer).finally(() => underway.delete(call));
      underway.add(call);
    }
  }, beatMs);
  return async () => {
    clearInterval(timer);
    await Promise.all(underway);
  };
}

async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + settleTimeoutMs;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Waited ${settleTimeoutMs / 1000} s for ${what}.`);
    await pause(20);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function print(name: string, milliseconds: number[]): void {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => ((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) / 1000).toFixed(2);
  console.log(`${name.padEnd(18)} p50 ${at(0.5)} s   p99 ${at(0.99)} s   most ${at(1)} s   (${sorted.length} flips)`);
}
