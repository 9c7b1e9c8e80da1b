import { writeBody, type BenchHost } from "./agent-bodies";
import type { BenchOptions } from "./bench-options";
import { readApplied, readTold, sampleQueue, type QueueSample } from "./flip-figures";
import { mendingShare, startFlipScene, type FlipScene } from "./flip-scene";
import { entraDeviceIdOf, nodeKeyOf } from "./fleet-plan";
import { pause } from "./pause";
import { readReportOrder } from "./report-order";
import { cpuSeconds, peakResidentMb, postgresCpuSeconds, postgresMb, residentMb } from "./process-stats";

const perSecond = 50;
const blockedSeconds = 20;
const singlePeople = 10;

/**
 * Flips a whole fleet at once while Microsoft's simulator takes 50 requests a second on each of its services: four fifths of the hosts are held, and 20 s later a fifth
 * is let in again, both by gating and ungating a policy over REST; in the middle single people mend, half of them after "Check again". Prints queue, order, memory and drain time.
 */
export async function measureFlips(options: BenchOptions): Promise<void> {
  const hosts = options.hosts ?? (options.quick ? 2000 : 50_000);
  const scene = await startFlipScene(options.folder, hosts, perSecond);
  try {
    const { rows } = await scene.sql.query<{ id: number }>("select host_id as id from host_compliance where decision = 'compliant'");
    const compliantAtStart = new Set(rows.map(({ id }) => id));
    const [blocks, unblocks] = [compliantAtStart.size, hosts - compliantAtStart.size];
    const soonest = (blocks + unblocks) / perSecond;
    console.log(
      `   ${whole(blocks)} hosts are held and ${whole(unblocks)} let in (${mendingShare * 100} %). The limit counts requests to one service: a report takes one upload to the partner service, and one\n` +
        `   question about it unless Graph, which is asked about 15 at a time, shows its effect. Expected: ${minutes(soonest)} to ${minutes(2 * soonest)}; smaller with --hosts N.`,
    );
    const from = new Date();
    const cpu = () => ({ server: cpuSeconds(scene.stack.server.pid), postgres: postgresCpuSeconds(scene.postgres.pid) });
    const before = cpu();
    const watch = startWatch(scene, from, Math.max(5, Math.round(soonest / 40)));
    await scene.stack.admin.patch(`policies/${scene.failingPolicyId}`, { conditional_access_enabled: true });
    await pause(blockedSeconds);
    await scene.stack.admin.patch(`policies/${scene.mendingPolicyId}`, { conditional_access_enabled: false });
    await pause(Math.min(60, soonest * 0.2));
    const people = mendPeople(scene, compliantAtStart);
    await untilDrained(scene, from, 3 * soonest + 300);
    const waited = await people;
    await watch.stop();
    const after = cpu();
    const used = { server: after.server - before.server, postgres: after.postgres - before.postgres };
    await printResult(scene, from, compliantAtStart, { mostServerMb: watch.mostServerMb(), used });
    printPeople(waited);
  } finally {
    await scene.stop();
  }
}

function startWatch(scene: FlipScene, from: Date, everySeconds: number) {
  let ended = false;
  let most = 0;
  let before = { at: performance.now(), totals: scene.stack.microsoft.totals() };
  console.log(
    `\n   ${"time".padStart(6)} ${"unblocks".padStart(9)} ${"oldest".padStart(7)} ${"blocks".padStart(8)} ${"oldest".padStart(7)} ${"sent".padStart(6)} ${"accepted".padStart(8)} ${"jobs".padStart(6)}` +
      `   ${"partner/s".padStart(9)} ${"graph/s".padStart(8)} ${"429".padStart(5)}   ${"server".padStart(8)} ${"PostgreSQL".padStart(10)}`,
  );
  const look = async () => {
    const queue: QueueSample = await sampleQueue(scene.sql);
    const now = { at: performance.now(), totals: scene.stack.microsoft.totals() };
    const rate = (surface: "manage" | "graph") => ((now.totals[surface].requests - before.totals[surface].requests) / ((now.at - before.at) / 1000)).toFixed(1);
    const refused = (totals: typeof now.totals) => totals.manage.throttled + totals.graph.throttled + totals.login.throttled;
    const serverMb = residentMb(scene.stack.server.pid);
    most = Math.max(most, serverMb);
    console.log(
      `   ${seconds((Date.now() - from.getTime()) / 1000, 6)} ${whole(queue.unblocksWaiting, 9)} ${seconds(queue.oldestUnblock, 7)} ${whole(queue.blocksWaiting, 8)} ${seconds(queue.oldestBlock, 7)}` +
        ` ${whole(queue.sent, 6)} ${whole(queue.accepted, 8)} ${whole(queue.jobs, 6)}   ${rate("manage").padStart(9)} ${rate("graph").padStart(8)} ${String(refused(now.totals) - refused(before.totals)).padStart(5)}` +
        `   ${serverMb.toFixed(0).padStart(5)} MB ${postgresMb(scene.postgres.pid).toFixed(0).padStart(7)} MB`,
    );
    before = now;
  };
  const run = (async () => {
    while (!ended) {
      await pause(everySeconds);
      if (!ended) await look();
    }
  })();
  return {
    async stop() {
      ended = true;
      await run;
    },
    mostServerMb: () => Math.max(most, peakResidentMb(scene.stack.server.pid)),
  };
}

/** Waits until every flip is queued and everything that was queued has ended. */
async function untilDrained({ sql, fleet }: FlipScene, from: Date, mostSeconds: number): Promise<void> {
  for (;;) {
    const { rows } = await sql.query<{ ended: number; live: number }>(
      "select count(*) filter (where ended_at is not null)::int as ended, count(*) filter (where ended_at is null)::int as live from compliance_reports where created_at >= $1",
      [from],
    );
    const [{ ended, live } = { ended: 0, live: 0 }] = rows;
    if (live === 0 && ended >= fleet.hosts) return;
    if (Date.now() - from.getTime() > mostSeconds * 1000)
      throw new Error(`After ${mostSeconds.toFixed(0)} s ${live} reports haven't ended, and ${ended} have.`);
    await pause(1);
  }
}

/** One person who mends: seconds from the passing answer to the simulator's record saying so. */
interface Mended {
  pressed: boolean;
  seconds: number;
}

/** People whose hosts Microsoft keeps out by now mend them by an answer of their own; every other one has pressed "Check again" before. */
async function mendPeople(scene: FlipScene, compliantAtStart: ReadonlySet<number>): Promise<Mended[]> {
  const { fleet, stack, failingPolicyId } = scene;
  const kept = Array.from({ length: fleet.hosts }, (_, n) => n).filter(
    (n) => compliantAtStart.has(fleet.firstHostId + n) && stack.microsoft.device("happy", entraDeviceIdOf(n))?.isCompliant === false,
  );
  const step = Math.max(1, Math.floor(kept.length / (2 * singlePeople)));
  const chosen = kept.filter((_, index) => index % step === 0).slice(0, 2 * singlePeople);
  return Promise.all(
    chosen.map(async (n, index): Promise<Mended> => {
      const pressed = index % 2 === 0;
      if (pressed) await stack.admin.post(`hosts/${fleet.firstHostId + n}/refetch`);
      const started = performance.now();
      const answer = await fetch(`${stack.server.origin}/api/osquery/distributed/write`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: new Uint8Array(writeBody({ nodeKey: nodeKeyOf(n) } as BenchHost, new Map([[failingPolicyId, true]]), [])),
      });
      if (!answer.ok) throw new Error(`A person's answer was refused with ${answer.status}: ${await answer.text()}`);
      while (stack.microsoft.device("happy", entraDeviceIdOf(n))?.isCompliant !== true) await pause(0.1);
      return { pressed, seconds: (performance.now() - started) / 1000 };
    }),
  );
}

/** What the drain took of the machine; CPU in seconds of one core. */
interface Cost {
  mostServerMb: number;
  used: { server: number; postgres: number };
}

async function printResult(scene: FlipScene, from: Date, compliantAtStart: ReadonlySet<number>, { mostServerMb, used }: Cost): Promise<void> {
  const { told, superseded } = await readTold(scene.sql, from);
  const order = readReportOrder(told);
  const applied = await readApplied(scene.sql, scene.stack.microsoft, scene.fleet, compliantAtStart);
  const totals = scene.stack.microsoft.totals();
  const took = order.allAcceptedAfter;
  const share = totals.manage.requests / took / perSecond;
  console.log(
    `\n   all unblocks accepted ${seconds(order.unblocksAcceptedAfter - order.firstUnblockQueuedAfter).trim()} after the first was queued; everything ${minutes(took)} after the first flip` +
      `\n   ${whole(order.reports)} reports told, ${whole(superseded)} replaced before they went out: ${(order.reports / took).toFixed(1)} a second; the partner service had ${whole(totals.manage.requests)} requests,` +
      ` ${(share * 100).toFixed(0)} % of what it takes (${whole(totals.manage.throttled)} refused); Graph ${whole(totals.graph.requests)} (${whole(totals.graph.throttled)} refused)` +
      `\n   server memory ${mostServerMb.toFixed(0)} MB at its most; CPU a report: server ${((used.server / order.reports) * 1000).toFixed(1)} ms, PostgreSQL ${((used.postgres / order.reports) * 1000).toFixed(1)} ms`,
  );
  const outAfter = told.flatMap(({ attempts, takenAt, sentAt }) => (attempts === 1 ? [sentAt - takenAt] : [])).sort((a, b) => a - b);
  console.log(
    `   from being chosen to being with Microsoft: p50 ${((outAfter[outAfter.length >> 1] ?? 0) * 1000).toFixed(0)} ms, p99 ${((outAfter[Math.floor(outAfter.length * 0.99)] ?? 0) * 1000).toFixed(0)} ms, at most ${(outAfter.at(-1) ?? 0).toFixed(1)} s`,
  );
  const line = (met: boolean, text: string) => console.log(`   ${met ? "met    " : "NOT MET"} ${text}`);
  line(order.overtakingShare === 1, `unblocks accepted before the last block that was queued earlier: ${(order.overtakingShare * 100).toFixed(2)} %`);
  line(order.blocksSentInFront === 0, `blocks chosen while more unblocks than are on their way at once had waited a second: ${whole(order.blocksSentInFront)}`);
  line(order.sentBeforeOlder === 0, `reports chosen before an older one of the same urgency: ${whole(order.sentBeforeOlder)}`);
  line(applied.outOfOrder === 0, `messages that Microsoft got out of order: ${whole(applied.outOfOrder)} of ${whole(applied.applied)}`);
  line(applied.twice === 0, `messages that said what the device showed already: ${whole(applied.twice)}`);
  line(applied.wrong === 0, `devices that show something else than the host's verdict: ${whole(applied.wrong)}`);
}

function printPeople(waited: readonly Mended[]): void {
  for (const pressed of [true, false]) {
    const sorted = waited
      .filter((person) => person.pressed === pressed)
      .map((person) => person.seconds)
      .sort((a, b) => a - b);
    if (sorted.length === 0) continue;
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    console.log(
      `   ${sorted.length} people who mended ${pressed ? 'after "Check again"' : "by their next check-in"}: let in after ${median.toFixed(1)} s, at most ${(sorted.at(-1) ?? Number.NaN).toFixed(1)} s`,
    );
  }
}

const whole = (value: number, width = 0): string => Math.round(value).toLocaleString("en").padStart(width);
const seconds = (value: number, width = 0): string => `${value.toFixed(0)} s`.padStart(width);
const minutes = (value: number): string => (value < 120 ? `${value.toFixed(0)} s` : `${(value / 60).toFixed(1)} min`);
