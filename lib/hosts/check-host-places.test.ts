import { expect, test } from "vitest";
import { getPool } from "@/lib/db/pool";
import { enrolledHost } from "@/lib/testing/scenarios";
import { testServerContext } from "@/lib/testing/test-context";
import { checkHostPlaces } from "./check-host-places.job";
import { listHosts } from "./list-hosts";

test("a place and a text that went wrong are mended and named; a missing index is named and missed by nobody", async () => {
  const said: string[] = [];
  const ctx = testServerContext();
  const log = Object.assign(Object.create(ctx.log) as typeof ctx.log, { warn: (_fields: object, text: string) => said.push(text) });
  const { hostId } = await enrolledHost(ctx, { name: "placed-right" });
  await checkHostPlaces.run({ ...ctx, log }, {});
  expect(said).toEqual([]);

  await getPool().query("update host_places set name = 'wrong', access_state = 'held', place = 0 where host_id = $1", [hostId]);
  await getPool().query("update host_texts set text = 'wrong' where host_id = $1", [hostId]);
  expect(await listHosts(ctx, { query: "placed-right" })).toEqual([]);
  await checkHostPlaces.run({ ...ctx, log }, {});
  expect(said).toEqual(["places of hosts differed from the hosts and were mended"]);
  expect((await listHosts(ctx, { query: "placed-right" })).map(({ id, accessState }) => [id, accessState])).toEqual([[hostId, "unsure"]]);

  await getPool().query("drop index host_texts_trigram_idx");
  await checkHostPlaces.run({ ...ctx, log }, {});
  expect(said[1]).toContain("CREATE EXTENSION pg_trgm");
  expect((await listHosts(ctx, { query: "CED-RIGHT" })).map(({ id }) => id)).toEqual([hostId]);
});
