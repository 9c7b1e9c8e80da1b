import fc from "fast-check";
import { expect, test } from "vitest";
import { readReportOrder, type ToldReport } from "./report-order";

const told = (over: Partial<ToldReport>): ToldReport => ({
  compliant: false,
  priority: 1,
  attempts: 1,
  causedAt: 0,
  queuedAt: 0,
  takenAt: 1,
  sentAt: 1,
  acceptedAt: 2,
  ...over,
});

test("an unblock that is accepted before the last of the earlier blocks has overtaken", () => {
  const blocks = [told({ acceptedAt: 5 }), told({ acceptedAt: 50 })];
  const figures = readReportOrder([
    ...blocks,
    told({ compliant: true, queuedAt: 10, acceptedAt: 20 }),
    told({ compliant: true, queuedAt: 11, acceptedAt: 60 }),
  ]);
  expect(figures).toMatchObject({ reports: 4, unblocksAcceptedAfter: 60, allAcceptedAfter: 60, firstUnblockQueuedAfter: 10, overtakingShare: 0.5 });
});

test("a block that goes out while many unblocks wait is counted, one that goes out before or after isn't", () => {
  const unblocks = Array.from({ length: 5 }, () => told({ compliant: true, queuedAt: 10, takenAt: 20 }));
  const blocks = [told({ takenAt: 10.5 }), told({ takenAt: 15 }), told({ takenAt: 30 })];
  expect(readReportOrder([...blocks, ...unblocks]).blocksSentInFront).toBe(1);
  expect(readReportOrder([...blocks, ...unblocks.slice(1)]).blocksSentInFront).toBe(0);
});

test("nothing that was told: nothing out of order", () => {
  expect(readReportOrder([])).toEqual({
    reports: 0,
    unblocksAcceptedAfter: 0,
    allAcceptedAfter: 0,
    firstUnblockQueuedAfter: 0,
    overtakingShare: 0,
    blocksSentInFront: 0,
    sentBeforeOlder: 0,
  });
});

test("what was sent before an older one of the same urgency is counted as by comparing each with each", () => {
  const moment = fc.integer({ min: 0, max: 12 });
  const report = fc
    .record({ priority: fc.integer({ min: 1, max: 2 }), attempts: fc.integer({ min: 1, max: 2 }), causedAt: moment, waits: moment, rests: moment })
    .map(({ waits, rests, ...rest }) => told({ ...rest, queuedAt: rest.causedAt + waits / 4, takenAt: rest.causedAt + waits / 4 + rests }));
  let found = 0;
  fc.assert(
    fc.property(fc.array(report, { maxLength: 20 }), (reports) => {
      const isOlder = (newer: ToldReport) => (older: ToldReport) =>
        older.priority === newer.priority &&
        older.attempts === 1 &&
        older.causedAt < newer.causedAt &&
        older.queuedAt < newer.takenAt - 1 &&
        older.takenAt > newer.takenAt + 1;
      const expected = reports.filter((newer) => reports.some(isOlder(newer))).length;
      found += expected;
      expect(readReportOrder(reports).sentBeforeOlder).toBe(expected);
    }),
  );
  expect(found).toBeGreaterThan(0);
});
