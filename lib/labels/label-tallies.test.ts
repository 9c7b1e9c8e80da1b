import { beforeAll, expect, test } from "vitest";
import type { Context } from "../context";
import { getPool } from "../db/pool";
import { statement } from "../db/sql";
import { enrolledHost, makeTeam } from "../testing/scenarios";
import { testServerContext } from "../testing/test-context";
import { foldLabelTallies } from "./fold-label-tallies.job";
import { listLabels } from "./list-labels";
import { recountLabels } from "./recount-labels.job";

let server: Context;
beforeAll(() => {
  server = testServerContext();
});

const live = statement(
  "test.count_members_live",
  `select m.label_id::int as "labelId", h.team_id::int as "teamId", h.platform, count(*)::int as hosts
   from label_memberships m join hosts h on h.id = m.host_id join labels l on l.id = m.label_id group by 1, 2, 3 order by 1, 2, 3`,
);
const tallied = statement(
  "test.count_members_tallied",
  `select t.label_id::int as "labelId", t.team_id::int as "teamId", t.platform, sum(t.hosts)::int as hosts
   from (select label_id, team_id, platform, hosts from label_tallies union all select label_id, team_id, platform, hosts from label_tally_changes) t
   join labels l on l.id = t.label_id group by 1, 2, 3 having sum(t.hosts) <> 0 order by 1, 2, 3`,
);
const same = async () => expect(await server.sql.rows(tallied)).toEqual(await server.sql.rows(live));

test("members are counted as they come, go, move and change their platform, by whatever way", async () => {
  const pool = getPool();
  const [a, b] = [(await makeTeam(server)).teamId, (await makeTeam(server)).teamId];
  const label = await server.db.label.create({ data: { name: "counted" } });
  const other = await server.db.label.create({ data: { name: "counted too" } });
  const hosts: number[] = [];
  for (let i = 0; i < 6; i += 1) hosts.push((await enrolledHost(server, { teamId: i % 2 ? a : b })).hostId);
  const count = async () => (await listLabels(server)).find(({ id }) => id === label.id)?.hostCount;
  const join = "insert into label_memberships (host_id, label_id) select h, l from unnest($1::int[]) h, unnest($2::int[]) l on conflict do nothing";

  await pool.query(join, [hosts, [label.id, other.id]]);
  expect(await count()).toBe(6);
  await foldLabelTallies.run(server, {});
  await pool.query(join, [hosts, [label.id]]);
  expect((await pool.query("select 1 from label_tally_changes")).rowCount, "who is a member already is noted once").toBe(0);
  await pool.query("delete from label_memberships where label_id = $1 and host_id = $2", [label.id, hosts[0]]);
  expect(await count()).toBe(5);
  await same();
  await pool.query("update hosts set team_id = $2 where id = any($1::int[])", [hosts.slice(0, 4), a]);
  await same();
  await pool.query("update hosts set platform = 'ubuntu' where id = any($1::int[])", [hosts.slice(2)]);
  await same();
  await foldLabelTallies.run(server, {});
  await pool.query("delete from hosts where id = any($1::int[])", [hosts.slice(4)]);
  expect(await count()).toBe(3);
  await same();
  await pool.query("delete from teams where id = $1", [a]);
  await same();

  await foldLabelTallies.run(server, {});
  await pool.query("update label_tallies set hosts = 99 where label_id = $1", [label.id]);
  await recountLabels.run(server, {});
  await same();
  expect(await count()).toBe(3);
  await recountLabels.run(server, {});
  await foldLabelTallies.run(server, {});
  expect((await pool.query("select 1 from label_tally_changes")).rowCount).toBe(0);
});
