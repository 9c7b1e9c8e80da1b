import { beforeAll, expect, test } from "vitest";
import type { Context } from "../context";
import { getPool } from "../db/pool";
import { statement } from "../db/sql";
import { enrolledHost, makePolicy, makeTeam } from "../testing/scenarios";
import { testServerContext, testUserContext } from "../testing/test-context";
import { countAsked } from "./count-outcomes";
import { foldPolicyTallies } from "./fold-policy-tallies.job";
import { getPolicy } from "./get-policy";
import { listPolicies } from "./list-policies";
import { recountPolicies } from "./recount-policies.job";

let server: Context;
beforeAll(() => {
  server = testServerContext();
});
const outcomes = ["pass", "fail", "unknown"] as const;

// A small generator with a seed, so that a failing sequence can be run again.
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const live = statement(
  "test.count_live",
  `select r.policy_id::int as "policyId", h.team_id::int as "teamId", r.policy_version::int as version, r.outcome, count(*)::int as hosts
   from policy_results r join hosts h on h.id = r.host_id join policies p on p.id = r.policy_id group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
);
const tallied = statement(
  "test.count_tallied",
  `select t.policy_id::int as "policyId", t.team_id::int as "teamId", t.policy_version::int as version, t.outcome, sum(t.hosts)::int as hosts
   from (select policy_id, team_id, policy_version, outcome, hosts from policy_tallies
         union all select policy_id, team_id, policy_version, outcome, hosts from policy_tally_changes) t
   join policies p on p.id = t.policy_id group by 1, 2, 3, 4 having sum(t.hosts) <> 0 order by 1, 2, 3, 4`,
);
const same = async () => expect(await server.sql.rows(tallied)).toEqual(await server.sql.rows(live));

test.each([1, 2, 3, 4])("after any sequence of answers, edits, moves and deletions the tallies are what a count gives, sequence %i", async (seed) => {
  const pick = random(seed);
  const of = <Item>(items: readonly Item[]) => items[pick(items.length)] as Item;
  const pool = getPool();
  const teams = [await makeTeam(server), await makeTeam(server), await makeTeam(server)].map(({ teamId }) => teamId);
  const policies: number[] = [];
  for (const teamId of [null, teams[0] ?? null, null]) policies.push((await makePolicy(server, { teamId, gated: false, platform: "" })).policyId);
  const hosts: number[] = [];
  for (let i = 0; i < 12; i += 1) hosts.push((await enrolledHost(server, { teamId: of(teams) })).hostId);
  const some = () => hosts.filter(() => pick(2) === 0);

  const steps: (() => Promise<unknown>)[] = [
    () =>
      pool.query(
        `insert into policy_results (host_id, policy_id, outcome, policy_version, outcome_since)
         select h, p.id, (array['pass', 'fail', 'unknown'])[1 + (h + $3::int) % 3], p.version, now() from unnest($1::int[]) h, policies p where p.id = any($2::int[])
         on conflict (host_id, policy_id) do update set outcome = excluded.outcome, policy_version = excluded.policy_version`,
        [some(), policies.filter(() => pick(2) === 0), pick(3)],
      ),
    () => pool.query("update policy_results set outcome = $2, message = 'again' where host_id = any($1::int[])", [some(), of(outcomes)]),
    () => pool.query("delete from policy_results where host_id = any($1::int[]) and policy_id = $2", [some(), of(policies)]),
    () => pool.query("update hosts set team_id = $2 where id = any($1::int[])", [some(), of(teams)]),
    () => pool.query("update hosts set hostname = 'renamed' where id = any($1::int[])", [some()]),
    () => pool.query("update policies set version = version + 1 where id = $1", [of(policies)]),
    () => foldPolicyTallies.run(server, {}),
    async () => {
      const gone = of(hosts);
      hosts.splice(hosts.indexOf(gone), 1, (await enrolledHost(server, { teamId: of(teams) })).hostId);
      await pool.query("delete from hosts where id = $1", [gone]);
    },
  ];
  for (let i = 0; i < 40; i += 1) {
    await of(steps)();
    await same();
  }
  // The team's hosts fall to "No team" and take their answers along.
  await pool.query("delete from teams where id = $1", [teams[2]]);
  await same();
  await foldPolicyTallies.run(server, {});
  await same();
  expect((await pool.query("select 1 from policy_tally_changes")).rowCount).toBe(0);
});

test("an answer that stays as it is leaves no note", async () => {
  const pool = getPool();
  const { teamId } = await makeTeam(server);
  const { policyId } = await makePolicy(server, { teamId });
  const { hostId } = await enrolledHost(server, { teamId });
  await pool.query("insert into policy_results (host_id, policy_id, outcome, policy_version, outcome_since) values ($1, $2, 'pass', 1, now())", [
    hostId,
    policyId,
  ]);
  await foldPolicyTallies.run(server, {});
  await pool.query("update policy_results set message = 'said otherwise' where host_id = $1", [hostId]);
  await pool.query("update hosts set hostname = 'renamed', team_id = team_id where id = $1", [hostId]);
  expect((await pool.query("select 1 from policy_tally_changes")).rowCount).toBe(0);
});

test("what is written while a note is folded is neither lost nor counted twice", async () => {
  const pool = getPool();
  const { teamId } = await makeTeam(server);
  const { policyId } = await makePolicy(server, { teamId, gated: false });
  const hosts = [await enrolledHost(server, { teamId }), await enrolledHost(server, { teamId })];
  const insert = "insert into policy_results (host_id, policy_id, outcome, policy_version, outcome_since) values ($1, $2, 'fail', 1, now())";
  await pool.query(insert, [hosts[0]?.hostId, policyId]);
  const writer = await pool.connect();
  try {
    await writer.query("begin");
    await writer.query(insert, [hosts[1]?.hostId, policyId]);
    await foldPolicyTallies.run(server, {});
    expect(await getPolicy(server, policyId)).toMatchObject({ fail: 1, unknown: 1 });
    await writer.query("commit");
  } finally {
    writer.release();
  }
  expect(await getPolicy(server, policyId)).toMatchObject({ fail: 2, unknown: 0 });
  await foldPolicyTallies.run(server, {});
  expect(await getPolicy(server, policyId)).toMatchObject({ fail: 2, unknown: 0 });
});

test("the nightly recount mends a tally that went wrong, and leaves right ones alone", async () => {
  const pool = getPool();
  const { teamId } = await makeTeam(server);
  const { policyId } = await makePolicy(server, { teamId, gated: false });
  const { hostId } = await enrolledHost(server, { teamId });
  await pool.query("insert into policy_results (host_id, policy_id, outcome, policy_version, outcome_since) values ($1, $2, 'fail', 1, now())", [
    hostId,
    policyId,
  ]);
  await foldPolicyTallies.run(server, {});
  await pool.query("update policy_tallies set hosts = 7 where policy_id = $1", [policyId]);
  expect(await getPolicy(server, policyId)).toMatchObject({ fail: 7 });
  await recountPolicies.run(server, {});
  expect(await getPolicy(server, policyId)).toMatchObject({ fail: 1 });
  await foldPolicyTallies.run(server, {});
  await recountPolicies.run(server, {});
  expect((await pool.query("select 1 from policy_tally_changes")).rowCount).toBe(0);
  await same();
});

test("policies stand in order of any count, equal ones by name, page by page", async () => {
  const ctx = await testUserContext("admin");
  const { teamId } = await makeTeam(server);
  const ids = new Map<string, number>();
  for (const name of ["b two", "a none", "c two", "d one"]) ids.set(name, (await makePolicy(server, { teamId, name, gated: false })).policyId);
  for (const failing of [
    ["b two", "c two", "d one"],
    ["b two", "c two"],
  ]) {
    const { hostId } = await enrolledHost(server, { teamId });
    for (const name of failing) {
      await getPool().query("insert into policy_results (host_id, policy_id, outcome, policy_version, outcome_since) values ($1, $2, 'fail', 1, now())", [
        hostId,
        ids.get(name),
      ]);
    }
  }
  const names = async (options: object) => (await listPolicies(ctx, { teamId, ...options })).policies.map(({ name }) => name);
  expect(await names({ orderKey: "failing_host_count", orderDirection: "desc" })).toEqual(["b two", "c two", "d one", "a none"]);
  expect(await names({ orderKey: "unknown_host_count", orderDirection: "asc" })).toEqual(["b two", "c two", "d one", "a none"]);
  expect(await names({ orderKey: "failing_host_count", orderDirection: "asc", perPage: 2, page: 1 })).toEqual(["b two", "c two"]);
});

test("reading counts asks no stored answer", async () => {
  const pool = getPool();
  const client = await pool.connect();
  try {
    const { teamId } = await makeTeam(server);
    const { policyId } = await makePolicy(server, { teamId });
    await client.query("begin");
    const sql = {
      rows: async <Row extends object>(asked: { text: string }, values: readonly unknown[] = []) => (await client.query(asked.text, [...values])).rows as Row[],
    };
    const countReads = statement(
      "test.count_reads",
      "select (seq_scan + idx_scan)::int as reads from pg_stat_xact_user_tables where relname = 'policy_results'",
    );
    const before = await sql.rows(countReads);
    await getPolicy({ ...server, sql }, policyId);
    await listPolicies({ ...server, sql }, { teamId, scope: "both", orderKey: "failing_host_count" });
    expect(await sql.rows(countReads)).toEqual(before);
    await client.query("commit");
  } finally {
    client.release();
  }
});

test.each([
  { policy: { teamId: null, platform: "", labels: [] }, asked: 17 },
  { policy: { teamId: 1, platform: "", labels: [] }, asked: 12 },
  { policy: { teamId: null, platform: "darwin,linux", labels: [] }, asked: 13 },
  { policy: { teamId: null, platform: "", labels: [{ id: 5, name: "five", scope: "include_any" as const }] }, asked: 6 },
  { policy: { teamId: null, platform: "", labels: [{ id: 5, name: "five", scope: "exclude_all" as const }] }, asked: 11 },
  { policy: { teamId: 1, platform: "linux", labels: [{ id: 5, name: "five", scope: "exclude_any" as const }] }, asked: 1 },
])("a policy asks $asked hosts: $policy", ({ policy, asked }) => {
  const hosts = [
    { teamId: 1, platform: "darwin", hosts: 8 },
    { teamId: 1, platform: "windows", hosts: 3 },
    { teamId: 1, platform: "ubuntu", hosts: 1 },
    { teamId: 2, platform: "darwin", hosts: 4 },
    { teamId: 2, platform: "windows", hosts: 1 },
  ];
  const members = [
    { labelId: 5, teamId: 1, platform: "darwin", hosts: 6 },
    { labelId: 6, teamId: 2, platform: "darwin", hosts: 4 },
  ];
  expect(countAsked(policy, hosts, members)).toBe(asked);
});
