import { expect, test } from "vitest";
import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { explaining, type Reading } from "@/lib/testing/explain-statements";
import { makeConnection } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { claimReport } from "./claim-report";
import { changeReport, findLiveReport, findNextDue, hasBacklog, hasNewerWaiting, takeDueLooks, takeLookAt } from "./delivery-queries";
import { listNextNames } from "./entra/entra-user-queries";
import { hurryReports, loadLiveReports, supersedeReports } from "./report-queue-queries";
import { laneWidth } from "./report-schedule";

const [ended, flood, submitted] = [12_000, 6000, 300];
const clock = testClock();

/** Every statement that a report takes on its way, once. */
async function sendOne(ctx: SqlContext, connectionId: number): Promise<string> {
  const claim = await claimReport(ctx, connectionId);
  if (claim.kind !== "report") throw new Error(`No report was claimed: ${claim.kind}.`);
  const { report } = claim;
  const now = ctx.now();
  await hasBacklog(ctx.sql, connectionId, 20);
  await findNextDue(ctx.sql, connectionId, now);
  await listNextNames(ctx.sql, connectionId, now, 15);
  const sent = await changeReport(ctx.sql, report, { state: "submitted", nextAttemptAt: now }, now);
  if (!sent) throw new Error("The claimed report wasn't there any more.");
  await findLiveReport(ctx.sql, sent.id);
  const looked = await takeLookAt(ctx.sql, sent, now);
  if (!looked) throw new Error("The report was looked at by somebody else.");
  await takeDueLooks(ctx.sql, { connectionId, state: "submitted", id: looked.id }, now, [1000], 15);
  const accepted = await changeReport(ctx.sql, looked, { state: "completed", nextAttemptAt: now }, now);
  await hasNewerWaiting(ctx.sql, report);
  await loadLiveReports(ctx.sql, [report]);
  await hurryReports(ctx.sql, [{ id: report.id, priority: 20 }], now);
  await supersedeReports(ctx.sql, [report.id], now);
  return accepted?.id ?? "";
}

async function insertReports(ctx: SqlContext, connectionId: number, name: string, count: number, state: string): Promise<void> {
  await ctx.sql.rows(
    {
      name: "",
      text: `insert into compliance_reports (id, connection_id, provider, kind, device_id, user_principal_name, managed, compliant, priority, state, resting, next_attempt_at, caused_at, created_at, sent_at, ended_at)
        select gen_random_uuid(), $1::int, 'intune_partner', 'verdict', $3::text || n, 'person-' || n || '@aldergate.example', true, true, 10, $4::text, $4::text = 'submitted',
          case when $4::text <> 'confirmed' then $5::timestamptz end, $5::timestamptz - n * interval '1 second', $5::timestamptz, case when $4::text = 'submitted' then $5::timestamptz end,
          case when $4::text = 'confirmed' then $5::timestamptz end from generate_series(1, $2::int) n`,
    },
    [connectionId, count, name, state, ctx.now()],
  );
}

test(`statements that were planned while nothing waited read a handful of rows among ${flood} that do`, async () => {
  const server = testServerContext(clock);
  const { connectionId: id } = await makeConnection(server, { isDefault: true });
  await inSqlTransaction(server, async (tx) => {
    await insertReports(tx, id, "calm-", ended, "confirmed");
    await tx.sql.rows({ name: "", text: "analyze compliance_reports" });
  });
  const readings: Reading[] = [];
  await inSqlTransaction(server, async (tx) => {
    await tx.sql.rows({ name: "", text: "set local plan_cache_mode = force_generic_plan" });
    await insertReports(tx, id, "first-", 1, "queued");
    expect(await sendOne(tx, id)).not.toBe("");
    await insertReports(tx, id, "sent-", submitted, "submitted");
    await insertReports(tx, id, "flood-", flood, "queued");
    expect(await sendOne(explaining(tx, "compliance_reports", readings, { kept: true }), id)).not.toBe("");
  });
  expect(readings.length).toBeGreaterThan(15);
  // When the next is due takes a look at each message that is out, and who is next at a hundred reports.
  const most = ({ name }: Reading) => (name === "compliance.find_next_due" ? submitted + laneWidth : name === "entra.list_next_names" ? 100 : 20);
  expect(readings.filter((reading) => reading.walks > 0 || reading.rows > most(reading))).toEqual([]);
});
