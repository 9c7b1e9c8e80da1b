import { expect, test } from "vitest";
import type { Sql } from "@/lib/db/sql";
import { HostLookups } from "./host-lookups";

const sql = {} as Sql;

test("keys of one turn are looked up together when it ends; two hundred don't wait for that", async () => {
  const loads: number[] = [];
  const lookups = new HostLookups<{ keyHash: string }>(async (_sql, keyHashes) => {
    loads.push(keyHashes.length);
    return keyHashes.map((keyHash) => ({ keyHash }));
  });
  const ask = (count: number, name: string) => Array.from({ length: count }, (_, n) => lookups.find(sql, `${name}${n}`));
  const few = ask(199, "few");
  expect(loads).toEqual([]);
  const more = ask(2, "more");
  expect(loads).toEqual([200]);
  expect((await Promise.all([...few, ...more])).map((row) => row?.keyHash)).toEqual([...few.map((_, n) => `few${n}`), "more0", "more1"]);
  expect(loads).toEqual([200, 1]);
});
