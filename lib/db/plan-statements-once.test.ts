import { expect, test } from "vitest";
import { closeDatabase } from "./prisma";
import { getPool, planStatementsOnce } from "./pool";

const planned = async () => (await getPool().query("show plan_cache_mode")).rows;

test("connections plan for the values they are given, until their thread says that once is enough", async () => {
  expect(await planned()).toEqual([{ plan_cache_mode: "auto" }]);
  await closeDatabase();
  planStatementsOnce();
  expect(await planned()).toEqual([{ plan_cache_mode: "force_generic_plan" }]);
});
