import { beforeAll, expect, test } from "vitest";
import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { explaining, type Reading } from "@/lib/testing/explain-statements";
import { makeConnection } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { claimReport } from "./claim-report";
import { findNextDue, hasBacklog } from "./delivery-queries";
import { listNextNames } from "./entra/entra-user-queries";
import { leaseMs } from "./report-schedule";

const [due, resting, ended] = [6000, 3000, 12_000];
const clock = testClock();
let connectionId: number;

/** Reports of a connection that send nothing yet: those that rest are the most urgent of all, and the last due one is an unblock. */
beforeAll(async () => {
  const ctx = testServerContext(clock);
  ({ connectionId } = await makeConnection(ctx, { isDefault: true }));
  await ctx.db.$executeRaw`
    insert into compliance_reports (id, connection_id, provider, kind, device_id, user_principal_name, managed, compliant, priority, state, resting, next_attempt_at, caused_at, created_at, ended_at)
    select gen_random_uuid(), ${connectionId}::int, 'intune_partner', 'verdict', 'device-' || n % 9000, 'person-' || n || '@aldergate.example', true, n = ${due},
      case when n > ${due} then 120 when n = ${due} then 20 else 10 end,
      case when n <= ${due} then 'queued' when n <= ${due + resting} then (array['queued', 'failed', 'attention'])[1 + n % 3] else 'confirmed' end,
      n > ${due} and n <= ${due + resting},
      case when n <= ${due} then ${clock.now()}::timestamptz when n <= ${due + resting} then ${clock.now()}::timestamptz + interval '1 hour' end,
      ${clock.now()}::timestamptz - (${due + resting + ended} - n) * interval '1 second', ${clock.now()}::timestamptz, case when n > ${due + resting} then ${clock.now()}::timestamptz end
    from generate_series(1, ${due + resting + ended}::int) n`;
  await ctx.db
    .$executeRaw`insert into entra_devices (connection_id, device_id) select distinct connection_id, device_id from compliance_reports on conflict do nothing`;
  await ctx.db.$executeRaw`analyze compliance_reports, entra_devices`;
});

/** Runs work in a transaction whose every statement is explained first, as it would run. */
async function explain<Result>(work: (ctx: SqlContext) => Promise<Result>): Promise<{ result: Result; readings: Reading[] }> {
  const readings: Reading[] = [];
  const result = await inSqlTransaction(testServerContext(clock), (tx) => work(explaining(tx, "compliance_reports", readings)));
  return { result, readings };
}

test(`a claim among ${due} due, ${resting} resting and ${ended} ended reports reads a handful of rows, and takes the unblock`, async () => {
  const { result, readings } = await explain((ctx) => claimReport(ctx, connectionId));
  expect(result).toMatchObject({ kind: "report", report: { compliant: true } });
  expect(readings.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["compliance.wake_rested", "compliance.read_lane", "compliance.pick_due_report", "compliance.take_report"]),
  );
  expect(readings.filter(({ walks, rows }) => walks > 0 || rows > 20)).toEqual([]);
});

test("whether there is a backlog, when the next is due, and whose turn is next are asked without a walk through the queue", async () => {
  const now = clock.now();
  const { readings, result } = await explain(async ({ sql }) => ({
    backlog: await hasBacklog(sql, connectionId, 20),
    next: await findNextDue(sql, connectionId, now),
    names: await listNextNames(sql, connectionId, now, 15),
  }));
  expect(result).toMatchObject({ backlog: true, next: new Date(now.getTime() + leaseMs) });
  expect(result.names).toHaveLength(15);
  expect(readings.filter(({ walks, rows }) => walks > 0 || rows > 100)).toEqual([]);
});

test("reports whose time has come are woken and go first", async () => {
  clock.advance(3_600_000);
  const { result, readings } = await explain((ctx) => claimReport(ctx, connectionId));
  expect(result).toMatchObject({ kind: "report", report: { attempts: 1 } });
  const { db } = testServerContext(clock);
  // A thousand at a time; one of them is the report whose sender was never heard of again, and one is taken.
  expect(await db.complianceReport.count({ where: { priority: 120, resting: false, endedAt: null } })).toBe(998);
  expect(readings.filter(({ walks }) => walks > 0)).toEqual([]);
});
