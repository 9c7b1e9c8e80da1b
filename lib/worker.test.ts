import { expect, test } from "vitest";
import { jobs, schedules } from "./worker";

test("what the clock starts takes an empty payload and is a job that the worker knows", () => {
  const known = new Set(jobs.map(({ name }) => name));
  expect(schedules.filter(({ job }) => !known.has(job.name) || !job.payload.safeParse({}).success).map(({ job }) => job.name)).toEqual([]);
});

test("no two jobs share a name", () => {
  expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
});
