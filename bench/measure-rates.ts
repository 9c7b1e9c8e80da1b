import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@/lib/db/embedded-postgres";
import { signInAdmin } from "@/lib/simulator/stack/admin-client";
import { stackAdmin, startServer } from "@/lib/simulator/stack/start-server";
import { identifyBody, writeBody } from "./agent-bodies";
import type { BenchOptions } from "./bench-options";
import { enrollHosts } from "./enroll-hosts";
import { runLoad, type LoadResult } from "./load-client";
import { postgresMb, residentMb } from "./process-stats";

const connections = 32;
const policyCount = 20;
const labelCount = 5;

/** Prints check-ins per second of our server against bare node:http: empty reads, full writes that repeat, full writes that change; then memory. */
export async function measureRates(options: BenchOptions): Promise<void> {
  const { folder } = options;
  const hosts = options.hosts ?? 2000;
  const seconds = options.seconds ?? (options.quick ? 2 : 4);
  const rounds = options.rounds ?? (options.quick ? 1 : 3);
  mkdirSync(folder, { recursive: true });
  const baseline = spawn(process.execPath, [join("dist", "bench-baseline.mjs")], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(baseline.stdout, "data")) as [Buffer];
  const { port: baselinePort } = JSON.parse(line.toString()) as { port: number };
  const postgres = await startEmbeddedPostgres(folder);
  const server = await startServer({ dataDir: folder, databaseUrl: postgres.url, environment: { LOG_LEVEL: "error" } });
  try {
    const admin = await signInAdmin(server.origin, stackAdmin);
    const { spec } = await admin.get<{ spec: { secrets: { secret: string }[] } }>("spec/enroll_secret");
    const policyIds: number[] = [];
    for (let n = 0; n < policyCount; n += 1) {
      const { policy } = await admin.post<{ policy: { id: number } }>("global/policies", {
        name: `Bench policy ${n}`,
        query: `SELECT 1 WHERE ${n} = ${n}`,
        platform: "darwin",
      });
      policyIds.push(policy.id);
    }
    const labelIds: number[] = [];
    for (let n = 0; n < labelCount; n += 1) {
      const { label } = await admin.post<{ label: { id: number } }>("labels", { name: `Bench label ${n}`, query: `SELECT ${n}`, platform: "darwin" });
      labelIds.push(label.id);
    }
    const port = Number(new URL(server.origin).port);
    const allPass = new Map(policyIds.map((id) => [id, true]));
    const enrolled = await enrollHosts(port, hosts, spec.secrets[0]?.secret ?? "", (host) => writeBody(host, allPass, labelIds));

    // Bodies are made before the clock runs, so that the load costs little beside what it measures.
    const reads = enrolled.map(identifyBody);
    const repeated = enrolled.map((host) => writeBody(host, allPass, labelIds));
    const variants = [0, 1].map((variant) => enrolled.map((host) => writeBody(host, alternate(policyIds, variant), labelIds)));
    const pick = (bodies: Buffer[]) => (connection: number, nth: number) => bodies[(connection + nth * connections) % bodies.length] as Buffer;
    const perRound = Math.max(1, Math.floor(enrolled.length / connections));
    const loads = {
      "empty read": { path: "/api/osquery/distributed/read", body: pick(reads) },
      "full write, repeated": { path: "/api/osquery/distributed/write", body: pick(repeated) },
      // Each time round the hosts, every answer differs from the one before.
      "full write, changed": {
        path: "/api/osquery/distributed/write",
        body: (connection: number, nth: number) => pick(variants[Math.floor(nth / perRound) % 2] as Buffer[])(connection, nth % perRound),
      },
    };

    console.log(
      `\n${"check-in".padEnd(22)} ${"ours/s".padStart(9)} ${"p50".padStart(7)} ${"p99".padStart(7)}   ${"bare/s".padStart(9)} ${"p99".padStart(7)}   ratio [min-max]`,
    );
    for (const [name, load] of Object.entries(loads)) {
      const pairs: { ours: LoadResult; bare: LoadResult }[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const bare = await runLoad({ port: baselinePort, connections, seconds, ...load });
        const ours = await runLoad({ port, connections, seconds, ...load });
        pairs.push({ ours, bare });
      }
      printRow(name, pairs);
    }
    console.log(
      `memory after it: server ${residentMb(server.pid).toFixed(0)} MB resident, PostgreSQL ${postgresMb(postgres.pid).toFixed(0)} MB (shared pages once)`,
    );
  } finally {
    baseline.kill();
    await server.stop();
    process.kill(postgres.pid, "SIGINT");
    await postgres.stop();
  }
}

function alternate(policyIds: number[], variant: number): Map<number, boolean> {
  return new Map(policyIds.map((id) => [id, (id + variant) % 2 === 0]));
}

function printRow(name: string, pairs: { ours: LoadResult; bare: LoadResult }[]): void {
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const rate = (value: number) => Math.round(value).toLocaleString("en").padStart(9);
  const ms = (value: number) => value.toFixed(1).padStart(7);
  const ratios = pairs.map(({ ours, bare }) => ours.requestsPerSecond / bare.requestsPerSecond);
  const of = (take: (result: LoadResult) => number, side: "ours" | "bare") => median(pairs.map((pair) => take(pair[side])));
  const odd = pairs.flatMap(({ ours }) => Object.entries(ours.others)).map(([status, count]) => `${count}× ${status}`);
  console.log(
    `${name.padEnd(22)} ${rate(of((r) => r.requestsPerSecond, "ours"))} ${ms(of((r) => r.p50, "ours"))} ${ms(of((r) => r.p99, "ours"))}   ` +
      `${rate(of((r) => r.requestsPerSecond, "bare"))} ${ms(of((r) => r.p99, "bare"))}   ${median(ratios).toFixed(2)} [${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}]` +
      (odd.length > 0 ? `   NOT 200: ${odd.join(", ")}` : ""),
  );
}
