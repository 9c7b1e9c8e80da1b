import { expect, test } from "vitest";
import { judgeHealth, type Instance, type RecentFigures } from "./judge-health";

const now = new Date("2026-03-02T09:00:00.000Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

const well: Instance = {
  name: "sail-1/400",
  version: "1.0.0",
  since: ago(7200),
  at: ago(10),
  state: "ready",
  listening: true,
  memoryBytes: 300_000_000,
  heapShare: 0.2,
};
const quiet: RecentFigures = {
  answersTimed: 5000,
  answerP99: 0.04,
  loopLag: 0.01,
  pageLag: 0.3,
  poolWaiting: 3,
  poolMax: 16,
  reportsWaiting: 4,
  reportOldest: 2,
  jobsWaiting: 1,
  jobOldest: 0.2,
};

const codes = (instances: Partial<Instance>[], figures: Partial<RecentFigures> = {}) =>
  judgeHealth(
    instances.map((instance) => ({ ...well, ...instance })),
    { ...quiet, ...figures },
    now,
  ).map(({ code }) => code);

test("nothing is wrong with instances that serve and figures below their thresholds", () => {
  expect(codes([{}, { name: "sail-2/7" }])).toEqual([]);
  expect(codes([])).toEqual([]);
});

test.each<[string, Partial<RecentFigures>, string[]]>([
  ["answers of over a second", { answerP99: 1.2 }, ["answers_slow"]],
  ["answers of exactly a second", { answerP99: 1 }, []],
  ["slow answers that are too few to tell", { answerP99: 3, answersTimed: 19 }, []],
  ["no answers at all", { answerP99: null, answersTimed: 0 }, []],
  ["a loop that is late", { loopLag: 0.3 }, ["loop_late"]],
  ["pages that are late", { pageLag: 1.2 }, ["pages_late"]],
  ["a report that has waited for over a minute", { reportOldest: 61 }, ["reports_late"]],
  ["many reports that are young", { reportsWaiting: 40_000, reportOldest: 40 }, []],
  ["a job that is over a minute late", { jobOldest: 61 }, ["jobs_late"]],
  ["more calls waiting for a connection than there are", { poolWaiting: 17 }, ["pool_short"]],
  [
    "everything at once",
    { answerP99: 2, loopLag: 1, reportOldest: 600, jobOldest: 600, poolWaiting: 99 },
    ["reports_late", "answers_slow", "loop_late", "pool_short", "jobs_late"],
  ],
])("%s", (_name, figures, expected) => {
  expect(codes([{}], figures)).toEqual(expected);
});

test.each<[string, Partial<Instance>[], string[]]>([
  ["one that runs but doesn't serve", [{ state: "not_ready" }], ["instance_not_ready"]],
  ["one that can't hear of changes", [{ listening: false }], ["instance_not_listening"]],
  ["one that starts needn't hear yet", [{ state: "not_ready", listening: false }], ["instance_not_ready"]],
  ["one whose heap is nearly full", [{ heapShare: 0.93 }], ["memory_short"]],
  ["one that stopped in order", [{}, { name: "sail-2/7", state: "stopped", listening: false }], []],
  ["one that fell silent", [{}, { name: "sail-2/7", state: "silent", at: ago(200) }], ["instance_silent"]],
  [
    "one that fell silent and was started again on its machine",
    [
      { name: "sail-1/900", since: ago(150) },
      { state: "silent", at: ago(200) },
    ],
    [],
  ],
  [
    "one that fell silent beside an older one of its machine",
    [
      { name: "sail-1/300", since: ago(9000) },
      { state: "silent", at: ago(200) },
    ],
    ["instance_silent"],
  ],
  ["one that has been silent for long", [{}, { name: "sail-2/7", state: "silent", at: ago(901) }], []],
])("%s", (_name, instances, expected) => {
  expect(codes(instances)).toEqual(expected);
});

test("a problem says what is wrong and what to do, with its figures and units", () => {
  const [late] = judgeHealth([well], { ...quiet, reportsWaiting: 1204, reportOldest: 245 }, now);
  expect(late).toMatchObject({
    what: "1,204 reports wait for Microsoft, the oldest for 4 min.",
    href: "/settings/integrations/conditional-access",
  });
  expect(judgeHealth([well], { ...quiet, answerP99: 2.25 }, now)[0]?.what).toBe("1 of 100 answers to agents takes longer than 2.3 s.");
  expect(judgeHealth([well], { ...quiet, loopLag: 0.412 }, now)[0]?.what).toContain("412 ms");
  const gone = { ...well, name: "sail-2/7", state: "silent" as const, at: ago(200) };
  expect(judgeHealth([well, gone], quiet, now)[0]?.remedy).toContain("The others answer its agents.");
  expect(judgeHealth([gone], quiet, now)[0]?.remedy).not.toContain("others");
});
