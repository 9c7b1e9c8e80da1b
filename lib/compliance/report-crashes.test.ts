import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import type { Job } from "@/lib/jobs/define-job";
import { startDeliveryScene, type DeliveryScene } from "@/lib/testing/delivery-scene";
import type { EnrolledHost } from "@/lib/testing/scenarios";
import { checkReport } from "./check-report.job";
import { claimReport } from "./claim-report";
import { deliverReport } from "./deliver-report";
import { findConnectionRow } from "./entra/connection-queries";
import { readBackReport } from "./read-back-report.job";
import { sendReports } from "./send-reports.job";
import { sweep } from "./sweep.job";

const minute = 60_000;
let scene: DeliveryScene;
beforeAll(async () => {
  scene = await startDeliveryScene();
});
afterAll(() => scene.stop());
afterEach(() => scene.forget());

type Query = (...args: unknown[]) => unknown;

/** Counts the statements that a piece of work sends to the database, or breaks at one of them and all after it, as the death of the process would. */
async function withBrokenConnection(breakAt: number, work: () => Promise<void>): Promise<{ statements: number; broke: boolean }> {
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const query = prototype.query;
  const begun = new Set<unknown>();
  let statements = 0;
  let broke = false;
  prototype.query = function (this: unknown, ...args: unknown[]) {
    statements += 1;
    broke ||= statements === breakAt;
    if (!broke) {
      begun.add(this);
      return query.apply(this, args);
    }
    const death = new Error("the process has died");
    const callback = args.findLast((arg) => typeof arg === "function") as ((error: Error) => void) | undefined;
    if (!callback) return Promise.reject(death);
    queueMicrotask(() => callback(death));
    return undefined;
  };
  try {
    await work().catch((error: Error) => {
      if (!broke) throw error;
    });
  } finally {
    prototype.query = query;
    // What a dead session had open is rolled back.
    if (broke) for (const client of begun) await (client as pg.Client).query("rollback").catch(() => undefined);
  }
  return { statements, broke };
}

/** As if the queue's rows of running jobs were held by the dead for hours: only what stands in the product's own rows counts. */
async function loseAllJobs(): Promise<void> {
  await scene.server.db.$executeRaw`delete from graphile_worker._private_jobs`;
}

/** A second worker finishes: the sweep finds what is due, minute by minute. */
async function anotherWorkerFinishes(host: EnrolledHost) {
  for (let round = 0; round < 10; round += 1) {
    const report = (await scene.reports(host)).at(-1);
    if (report?.state === "confirmed") return report;
    scene.clock.advance(minute);
    await sweep.run(scene.server, {});
    await scene.settle();
  }
  throw new Error(`The report stayed ${(await scene.reports(host)).at(-1)?.state}.`);
}

async function inState(state: string): Promise<EnrolledHost> {
  const host = await scene.mac();
  await scene.answers(host, "fail");
  if (state !== "queued") await scene.until(host, state);
  return host;
}

const steps: { name: string; before: string; job: (host: EnrolledHost) => Promise<() => Promise<void>> }[] = [
  { name: "sending", before: "queued", job: async () => () => run(sendReports as Job, { connectionId: scene.connection.id }) },
  {
    name: "asking what became of the message",
    before: "submitted",
    job: async (host) => {
      const id = (await scene.reports(host)).at(-1)?.id;
      return () => run(checkReport as Job, { reportId: id });
    },
  },
  {
    name: "reading Entra back",
    before: "completed",
    job: async (host) => {
      const id = (await scene.reports(host)).at(-1)?.id;
      return () => run(readBackReport as Job, { reportId: id });
    },
  },
];

async function run(job: Job, payload: unknown): Promise<void> {
  await job.run(scene.server, job.payload.parse(payload));
}

describe("a process that dies at any statement", () => {
  test.each(steps)(
    "while $name loses nothing and sends nothing twice in effect",
    async ({ name, before, job }) => {
      // Graph that lags holds a report in `completed` long enough to be caught there.
      const prepare = async () => {
        if (before === "completed") scene.simulator.addFault({ kind: "server_error", surface: "graph", path: "/devices", count: 1 });
        return inState(before);
      };
      const whole = await prepare();
      const { statements } = await withBrokenConnection(Infinity, await job(whole));
      expect(statements).toBeGreaterThan(3);
      for (let at = 1; at <= statements; at += 1) {
        await scene.forget();
        const host = await prepare();
        await withBrokenConnection(at, await job(host));
        await loseAllJobs();
        const report = await anotherWorkerFinishes(host);
        const history = scene.entra(host)?.history ?? [];
        expect({ name, at, applied: history.map(({ outcome }) => outcome) }).toEqual({ name, at, applied: ["applied"] });
        expect(new Set(scene.uploads(host).map(({ messageId }) => messageId))).toEqual(new Set([report.messageId]));
        expect(scene.entra(host)).toMatchObject({ isManaged: true, isCompliant: false });
        expect(await scene.reports(host)).toHaveLength(1);
      }
    },
    240_000,
  );

  test("after Microsoft took the message and before we wrote it down sends the same message again", async () => {
    const host = await inState("queued");
    const claim = await claimReport(scene.server, scene.connection.id);
    if (claim.kind !== "report") throw new Error("nothing was claimed");
    const connection = await findConnectionRow(scene.server.db, scene.connection.id);
    if (!connection) throw new Error("no connection");
    // The first worker's answer never arrives here, although the message did there.
    scene.simulator.addFault({ kind: "connection_reset", surface: "manage", method: "PUT", path: "DataUploadMessages", afterEffect: true, count: 1 });
    await deliverReport(scene.server, connection, claim.report);
    await scene.until(host, "confirmed");
    expect(scene.uploads(host).length).toBeGreaterThanOrEqual(2);
    expect(new Set(scene.uploads(host).map(({ messageId }) => messageId)).size).toBe(1);
    expect(scene.entra(host)?.history).toHaveLength(1);
  });
});

describe("two workers", () => {
  test("claim every report once, and never more than four at a time", async () => {
    const hosts = [];
    for (let made = 0; made < 6; made += 1) {
      const host = await scene.mac();
      await scene.answers(host, "fail");
      hosts.push(host.hostId);
    }
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimReport(scene.server, scene.connection.id)));
    const claimed = claims.flatMap((claim) => (claim.kind === "report" ? [claim.report.hostId] : []));
    expect(claimed).toHaveLength(4);
    expect(new Set(claimed).size).toBe(4);
    expect(claims.filter(({ kind }) => kind === "full")).toHaveLength(4);
    // The four were left behind; the others don't wait for them longer than their lease.
    scene.clock.advance(minute);
    await sweep.run(scene.server, {});
    for (const hostId of hosts) await scene.until({ hostId }, "confirmed");
  });

  test("that run the same lane side by side send each report once", async () => {
    const hosts: EnrolledHost[] = [];
    for (let made = 0; made < 12; made += 1) hosts.push(await scene.mac());
    for (const host of hosts) await scene.answers(host, "fail");
    const worker = (): Promise<void> => run(sendReports as Job, { connectionId: scene.connection.id });
    await Promise.all([worker(), worker(), worker()]);
    for (const host of hosts) {
      await scene.until(host, "confirmed");
      expect(scene.uploads(host)).toHaveLength(1);
    }
  });

  test("of which one was slow can't overwrite what the other sent later", async () => {
    const host = await scene.mac();
    await scene.answers(host, "fail");
    const slow = await claimReport(scene.server, scene.connection.id);
    if (slow.kind !== "report") throw new Error("nothing was claimed");
    await scene.answers(host, "pass");
    scene.clock.advance(minute);
    await sweep.run(scene.server, {});
    await scene.until(host, "confirmed");
    const connection = await findConnectionRow(scene.server.db, scene.connection.id);
    if (!connection) throw new Error("no connection");
    await deliverReport(scene.server, connection, slow.report);
    await scene.settle();
    expect(scene.entra(host)).toMatchObject({ isCompliant: true });
    expect((await scene.reports(host)).map(({ state }) => state)).toEqual(["superseded", "confirmed"]);
  });
});

describe("a restart of the database", () => {
  test("in the middle of a flood loses nothing: what fails is done again", async () => {
    const hosts: EnrolledHost[] = [];
    for (let made = 0; made < 8; made += 1) hosts.push(await scene.mac());
    for (const host of hosts) await scene.answers(host, "fail");
    const others = (ctx: Context) =>
      ctx.db.$queryRaw`select pg_terminate_backend(pid)::text from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    const flood = run(sendReports as Job, { connectionId: scene.connection.id }).catch(() => undefined);
    await others(scene.server).catch(() => undefined);
    await flood;
    for (const host of hosts) {
      await anotherWorkerFinishes(host);
      expect(scene.entra(host)?.history.filter(({ outcome }) => outcome === "applied")).toHaveLength(1);
    }
  });
});
