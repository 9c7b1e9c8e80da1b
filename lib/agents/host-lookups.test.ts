import { expect, test } from "vitest";
import type { Sql } from "@/lib/db/sql";
import { HostLookups } from "./host-lookups";

const sql = {} as Sql;

test("keys that are asked for at once are looked up together, at most two hundred; nobody waits for the loop's turn to end", async () => {
  const loads: number[] = [];
  const lookups = new HostLookups<{ keyHash: string }>(async (_sql, keyHashes) => {
    loads.push(keyHashes.length);
    return keyHashes.map((keyHash) => ({ keyHash }));
  });
  const ask = (count: number, name: string) => Array.from({ length: count }, (_, n) => lookups.find(sql, `${name}${n}`));
  let turnEnded = false;
  setImmediate(() => (turnEnded = true));
  const asked = [...ask(199, "few"), ...ask(2, "more")];
  expect(loads).toEqual([]);
  expect((await Promise.all(asked)).map((row) => row?.keyHash)).toEqual([...Array.from({ length: 199 }, (_, n) => `few${n}`), "more0", "more1"]);
  expect(loads).toEqual([200, 1]);
  expect(turnEnded).toBe(false);
});

test("keys that are asked for while two statements run wait for one of them, and are then looked up together", async () => {
  const loads: { keyHashes: readonly string[]; end: () => void }[] = [];
  const lookups = new HostLookups<{ keyHash: string }>(
    (_sql, keyHashes) => new Promise((resolve) => loads.push({ keyHashes, end: () => resolve(keyHashes.map((keyHash) => ({ keyHash }))) })),
  );
  const asked: Promise<unknown>[] = [];
  for (const key of ["a", "b", "c", "d"]) {
    asked.push(lookups.find(sql, key));
    await Promise.resolve();
  }
  expect(loads.map(({ keyHashes }) => keyHashes)).toEqual([["a"], ["b"]]);
  loads[0]?.end();
  await expect.poll(() => loads.map(({ keyHashes }) => keyHashes).slice(2)).toEqual([["c", "d"]]);
  for (const { end } of loads) end();
  await Promise.all(asked);
});
