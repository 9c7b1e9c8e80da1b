import pg from "pg";
import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { getPool } from "@/lib/db/pool";
import { inSqlTransaction } from "@/lib/db/transaction";
import { env } from "@/lib/env";
import { deleteHosts } from "@/lib/hosts/delete-hosts";
import type { HostFilter } from "@/lib/hosts/host-filter";
import { listHosts } from "@/lib/hosts/list-hosts";
import type { Job } from "@/lib/jobs/define-job";
import { runDueJobs } from "@/lib/jobs/run-worker";
import { createLabel } from "@/lib/labels/create-label";
import { deleteLabel } from "@/lib/labels/delete-label";
import { explaining, type Reading } from "@/lib/testing/explain-statements";
import { enrolledHost, makePolicy, makeTeam, setPolicyResult } from "@/lib/testing/scenarios";
import { testServerContext, testUserContext } from "@/lib/testing/test-context";
import { deletePolicies } from "./delete-policies";
import { deleteOrphanResults } from "./orphan-result-queries";
import { removeOrphanResults } from "./remove-orphan-results.job";

let server: Context;
beforeAll(() => {
  server = testServerContext();
});

async function countResults(ctx: Context, policyId: number): Promise<number> {
  return ctx.db.policyResult.count({ where: { policyId } });
}

/** Hosts by SQL, each with a result of this policy. */
async function fillResults(ctx: Context, policyId: number, hosts: number): Promise<void> {
  await ctx.db.$executeRawUnsafe(
    `with made as (insert into hosts (hostname, osquery_host_id) select 'orphan-' || $1::text || '-' || n, 'orphan-' || $1::text || '-' || n from generate_series(1, $2::int) as n returning id)
     insert into policy_results (host_id, policy_id, outcome, policy_version, outcome_since) select id, $1::int, 'pass', 1, now() from made`,
    policyId,
    hosts,
  );
}

const work = () => runDueJobs(getPool(), [removeOrphanResults as Job], () => testServerContext());

test("deleting a policy waits for no host's result, even one that a check-in is writing", async () => {
  const ctx = await testUserContext("admin");
  const { policyId } = await makePolicy(ctx, { teamId: null, gated: false });
  const host = await enrolledHost(ctx);
  await ctx.db.policyResult.create({ data: { hostId: host.hostId, policyId, outcome: "fail", policyVersion: 1, outcomeSince: ctx.now() } });
  const checkIn = new pg.Client({ connectionString: env().DATABASE_URL });
  await checkIn.connect();
  await checkIn.query("begin");
  await checkIn.query("select 1 from policy_results where policy_id = $1 for update", [policyId]);
  await deletePolicies(ctx, [policyId]);
  // The row that is being written stays for the next time; nothing waits for it either.
  expect(await deleteOrphanResults(server.sql, 10)).toBe(0);
  await checkIn.query("commit");
  await checkIn.end();
  expect(await countResults(ctx, policyId)).toBe(1);
  await removeOrphanResults.run(server, {});
  expect(await countResults(ctx, policyId)).toBe(0);
});

test("the results of deleted policies go in slices, and those of others stay", async () => {
  const ctx = await testUserContext("admin");
  const [gone, other, stays] = [
    await makePolicy(ctx, { teamId: null, gated: false }),
    await makePolicy(ctx, { teamId: null, gated: false }),
    await makePolicy(ctx, { teamId: null, gated: false }),
  ];
  await fillResults(ctx, gone.policyId, 450);
  await fillResults(ctx, other.policyId, 10);
  await fillResults(ctx, stays.policyId, 10);
  await deletePolicies(ctx, [gone.policyId, other.policyId]);
  await removeOrphanResults.run(server, {});
  expect(await countResults(ctx, gone.policyId)).toBe(250);
  await work();
  expect(await countResults(ctx, gone.policyId)).toBe(0);
  expect(await countResults(ctx, other.policyId)).toBe(0);
  expect(await countResults(ctx, stays.policyId)).toBe(10);
});

test("a slice that fails loses neither itself nor the next: the job is there still and finishes the rest", async () => {
  const ctx = await testUserContext("admin");
  const { policyId } = await makePolicy(ctx, { teamId: null, gated: false });
  await fillResults(ctx, policyId, 220);
  await deletePolicies(ctx, [policyId]);
  await ctx.db.$executeRawUnsafe(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'the database went away'; end $$;`);
  await ctx.db.$executeRawUnsafe(`create trigger refuse before delete on policy_results for each statement execute function refuse()`);
  await work();
  expect(await countResults(ctx, policyId)).toBe(220);
  await ctx.db.$executeRawUnsafe(`drop function refuse() cascade`);
  await ctx.db.$executeRawUnsafe(`update graphile_worker._private_jobs set run_at = now()`);
  await work();
  expect(await countResults(ctx, policyId)).toBe(0);
});

test("a slice finds the results of a deleted policy without a walk through those that stay", async () => {
  const ctx = await testUserContext("admin");
  for (let n = 0; n < 3; n += 1) await fillResults(ctx, (await makePolicy(ctx, { teamId: null, gated: false })).policyId, 4000);
  const { policyId } = await makePolicy(ctx, { teamId: null, gated: false });
  await fillResults(ctx, policyId, 1000);
  await ctx.db.$executeRaw`analyze policy_results`;
  await ctx.db.policy.delete({ where: { id: policyId } });
  const readings: Reading[] = [];
  expect(await inSqlTransaction(server, (tx) => deleteOrphanResults(explaining(tx, "policy_results", readings).sql, 200))).toBe(200);
  expect(readings.map(({ name }) => name)).toEqual(["policies.remove_orphan_results"]);
  expect(readings.filter(({ walks, rows }) => walks > 0 || rows > 1000)).toEqual([]);
});

test("until they are removed, what hosts had of a deleted policy or label shows nowhere and selects nobody", async () => {
  const ctx = await testUserContext("admin");
  const { teamId } = await makeTeam(ctx);
  const { policyId } = await makePolicy(ctx, { teamId, gated: false });
  const host = await enrolledHost(ctx, { teamId });
  await setPolicyResult(ctx, { hostId: host.hostId, policyId, outcome: "unknown" });
  const label = await createLabel(ctx, { name: "Soon gone", hostIds: [host.hostId] });
  const listed = (filter: HostFilter) => listHosts(ctx, filter, {}).then((hosts) => hosts.map(({ id }) => id));
  expect([await listed({ policyId }), await listed({ labelId: label.id })]).toEqual([[host.hostId], [host.hostId]]);
  await deletePolicies(ctx, [policyId]);
  await deleteLabel(ctx, label.id);
  expect([await countResults(ctx, policyId), await ctx.db.labelMembership.count({ where: { labelId: label.id } })]).toEqual([1, 1]);
  expect([await listed({ policyId }), await listed({ policyId, policyOutcome: "unknown" }), await listed({ labelId: label.id })]).toEqual([[], [], []]);
  expect(await listHosts(ctx, { teamId }, {})).toMatchObject([{ id: host.hostId, failingPolicies: 0 }]);
  expect(await deleteHosts(ctx, { filter: { labelId: label.id } })).toBe(0);
});
