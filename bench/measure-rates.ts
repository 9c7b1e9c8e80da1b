import { detailQueriesFor } from "@/lib/agents/detail-queries";
import type { BenchOptions } from "./bench-options";
import { nodeKeyOf, usualFleet, type SeededFleet } from "./fleet-plan";
import { postRequest, runClosedLoop, type ClosedLoop, type LoadResult } from "./load-client";
import { HostAnswers, type ParsedAsk } from "./load/host-answers";
import { postgresMb, residentMb, threadSeconds } from "./process-stats";
import { startBaselines } from "./start-baselines";
import { startBenchServer, type BenchServer } from "./start-bench-server";

const connections = 32;
const paths = { read: "/api/osquery/distributed/read", config: "/api/osquery/config", write: "/api/osquery/distributed/write" };
// Bodies of 80 kB are made for so many hosts.
const mostDeveloperHosts = 400;
const sides = ["ours", "bare", "next"] as const;
type Side = (typeof sides)[number];

/** Whose event loop answers. */
interface Thread {
  pid: number;
  tid: number;
}

// Once a minute the gate asks every host; here, where reads are to be empty, once an hour.
const quietGate = { GATE_CHECK_SECONDS: "3600" };

interface Row {
  name: string;
  request: ClosedLoop["request"];
  target: string;
  isMet: (toBare: number, toNext: number) => boolean;
}
type Round = Record<Side, LoadResult & { cpu: number }>;

/**
 * Prints how many check-ins a second our server takes, against bare node:http and a bare Next route handler that parse and answer the same bytes.
 * All three are driven by the same client, in turn in every round.
 */
export async function measureRates(options: BenchOptions): Promise<void> {
  const started = performance.now();
  const hosts = options.hosts ?? (options.quick ? 1000 : 2000);
  const seconds = options.seconds ?? (options.quick ? 1.2 : 4);
  const rounds = options.rounds ?? (options.quick ? 1 : 5);
  console.log(
    `   ${hosts.toLocaleString("en")} hosts, 20 policies of which 3 gate, 5 labels; ${rounds} rounds of ${seconds} s for each; closed loop of ${connections} connections; the gate asks once an hour.`,
  );
  const fleetPlan = { ...usualFleet, hosts, scopedPolicies: 0, gatedFailShare: 0, noAnswerShare: 0, now: new Date() };
  const bench = await startBenchServer(options.folder, fleetPlan, quietGate);
  try {
    const rows = await prepareRows(bench, hosts);
    const baselines = await startBaselines(await learnAnswers(bench.port));
    try {
      const ports = { ours: bench.port, bare: baselines.barePort, next: baselines.nextPort };
      const alone = (pid: number): Thread => ({ pid, tid: pid });
      const threads = { ours: { pid: bench.server.pid, tid: bench.agentsTid }, bare: alone(baselines.barePid), next: alone(baselines.nextPid) };
      printHead();
      for (const row of rows) {
        // Whoever answers first would otherwise pay for compiling, and ours for reading its hosts.
        await runRound(row, ports, threads, seconds / 4);
        const done: Round[] = [];
        for (let round = 0; round < rounds; round += 1) done.push(await runRound(row, ports, threads, seconds));
        printRow(row, done);
      }
    } finally {
      baselines.stop();
    }
    console.log(
      `   memory after it: server ${residentMb(bench.server.pid).toFixed(0)} MB resident, PostgreSQL ${postgresMb(bench.postgres.pid).toFixed(0)} MB (shared pages once)`,
    );
  } finally {
    await bench.stop();
  }
  if (options.quick) console.log(`   repeat it with: npm run bench -- --quick (this run took ${((performance.now() - started) / 1000).toFixed(0)} s)`);
}

async function prepareRows(bench: BenchServer, hosts: number): Promise<Row[]> {
  const { fleet } = bench;
  const typical = writesOf(fleet, hosts, 0);
  const developer = writesOf(fleet, Math.min(hosts, mostDeveloperHosts), 1);
  // The first time, details are news; from then on they repeat. It also makes every host fresh, so that reads find nothing due.
  await sendOnce(bench.port, typical.repeated);
  const reads = identify(paths.read, hosts);
  await sendOnce(bench.port, reads);
  const pick = (requests: Buffer[]) => (connection: number, nth: number) => requests[(connection + nth * connections) % requests.length] as Buffer;
  const perRound = Math.max(1, Math.floor(hosts / connections));
  const none = { target: "", isMet: () => true };
  return [
    { name: "empty read", request: pick(reads), target: "≥ 0.6 bare, ≥ 20 × Next", isMet: (bare, next) => bare >= 0.6 && next >= 20 },
    { name: "config", request: pick(identify(paths.config, hosts)), ...none },
    {
      name: `full write, repeated (${kilobytes(typical.repeated)})`,
      request: pick(typical.repeated),
      // Most of a full write is its JSON, which Next parses as fast: even bare node:http is only some ten times as fast here.
      target: "≥ 0.25 bare",
      isMet: (bare) => bare >= 0.25,
    },
    { name: `the same, developer's Mac (${kilobytes(developer.repeated)})`, request: pick(developer.repeated), ...none },
    {
      // Each time round the hosts, every answer differs from the one before, and so does the verdict.
      name: "full write, all changed",
      request: (connection, nth) => pick(typical.changed[(Math.floor(nth / perRound) % 2) as 0 | 1])(connection, nth % perRound),
      ...none,
    },
  ];
}

/** Each request once, uncounted. @throws Error when one isn't answered as it should be */
async function sendOnce(port: number, requests: Buffer[]): Promise<void> {
  const left = [...requests];
  // Each connection asks for its next request only while some are left.
  const { others } = await runClosedLoop({ port, connections, seconds: 120, requests: requests.length, request: () => left.pop() as Buffer });
  const [odd] = Object.keys(others).filter((what) => what !== "length");
  if (odd !== undefined) throw new Error(`${others[odd]} of ${requests.length} calls that prepare the hosts answered ${odd}; the figures would mean nothing.`);
}

function identify(path: string, hosts: number): Buffer[] {
  return Array.from({ length: hosts }, (_, n) => postRequest(path, `{"node_key":"${nodeKeyOf(n)}"}`));
}

function kilobytes(requests: Buffer[]): string {
  return `${((requests[0]?.length ?? 0) / 1000).toFixed(0)} kB`;
}

/** Everything that a Mac is asked once an hour, answered: by what is stored, and twice so that every policy's answer differs from the time before. */
function writesOf(fleet: SeededFleet, hosts: number, developerShare: number): { repeated: Buffer[]; changed: [Buffer[], Buffer[]] } {
  const ask: ParsedAsk = {
    details: detailQueriesFor("darwin")
      .map(({ name }) => name)
      .toSorted(),
    labels: fleet.labelIds,
    policies: fleet.policyIds,
    wildcard: false,
    accelerateSeconds: 0,
  };
  const write = (of: SeededFleet) => {
    const answers = new HostAnswers(of, developerShare);
    return Array.from({ length: hosts }, (_, n) => postRequest(paths.write, answers.write(n, nodeKeyOf(n), ask, fleet.seededAt)));
  };
  const all = (failShare: number) => write({ ...fleet, failShare, gatedFailShare: failShare });
  return { repeated: write(fleet), changed: developerShare > 0 ? [[], []] : [all(1), all(0)] };
}

/** What each path answers, so that the baselines send the same bytes. @throws Error when an answer isn't what an agent would go on from */
async function learnAnswers(port: number): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const path of [paths.read, paths.config]) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      body: `{"node_key":"${nodeKeyOf(0)}"}`,
      headers: { "content-type": "application/json" },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    answers[path] = text;
  }
  return answers;
}

async function runRound(row: Row, ports: Record<Side, number>, threads: Record<Side, Thread>, seconds: number): Promise<Round> {
  const round = {} as Round;
  for (const side of ["bare", "ours", "next"] as const) {
    const { pid, tid } = threads[side];
    const before = threadSeconds(pid, tid);
    const at = performance.now();
    const result = await runClosedLoop({ port: ports[side], connections, seconds, request: row.request });
    round[side] = { ...result, cpu: (threadSeconds(pid, tid) - before) / ((performance.now() - at) / 1000) };
  }
  return round;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const nameWidth = 36;

function printHead(): void {
  const side = (name: string) => `${`${name}/s`.padStart(8)} ${"p50".padStart(6)} ${"p99".padStart(7)}`;
  console.log(`\n   ${"check-in (times in ms)".padEnd(nameWidth)} ${sides.map(side).join("  ")}   ours : bare [min-max]    ours : Next`);
}

function printRow(row: Row, rounds: Round[]): void {
  const of = (side: Side) => (take: (result: Round[Side]) => number) => median(rounds.map((round) => take(round[side])));
  const figures = (side: Side) => {
    const at = of(side);
    return `${Math.round(at((result) => result.requestsPerSecond))
      .toLocaleString("en")
      .padStart(8)} ${at((result) => result.p50)
      .toFixed(1)
      .padStart(6)} ${at((result) => result.p99)
      .toFixed(1)
      .padStart(7)}`;
  };
  const ratios = (other: Side) => rounds.map((round) => round.ours.requestsPerSecond / round[other].requestsPerSecond);
  const [toBare, toNext] = [median(ratios("bare")), median(ratios("next"))];
  const spread = rounds.length > 1 ? ` [${Math.min(...ratios("bare")).toFixed(2)}-${Math.max(...ratios("bare")).toFixed(2)}]` : "";
  const verdict = row.target === "" ? "" : `  ${row.isMet(toBare, toNext) ? "met" : "NOT MET"}: ${row.target}`;
  console.log(
    `   ${row.name.padEnd(nameWidth)} ${sides.map(figures).join("  ")}   ${(toBare.toFixed(2) + spread).padEnd(22)}  ${`${toNext.toFixed(1)} ×`.padStart(8)}${verdict}`,
  );
  for (const side of sides) {
    const odd = rounds.flatMap((round) => Object.entries(round[side].others)).map(([what, count]) => `${count}× ${what}`);
    if (odd.length > 0) console.log(`   ${" ".repeat(nameWidth)} NOT THE USUAL ANSWER from ${side}: ${odd.join(", ")}`);
    const [client, server] = [of(side)((result) => result.clientCpu), of(side)((result) => result.cpu)];
    if (client > 0.9 && server < 0.9) {
      console.log(
        `   ${" ".repeat(nameWidth)} ${side}: the client was the limit (its CPU ${(client * 100).toFixed(0)} %, the server's ${(server * 100).toFixed(0)} %)`,
      );
    }
  }
}
