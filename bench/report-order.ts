/** One report as it was told. Times in seconds since the measurement began; `queuedAt`: when others could see it. */
export interface ToldReport {
  compliant: boolean;
  /** The same for all reports of one urgency. */
  priority: number;
  attempts: number;
  causedAt: number;
  queuedAt: number;
  /** When it was chosen to go out; of one that Microsoft didn't take the first time, when it went out. */
  takenAt: number;
  /** When Microsoft had taken it. */
  sentAt: number;
  /** Null: Microsoft never accepted it. */
  acceptedAt: number | null;
}

/** When reports were told, and whether in order. Times in seconds since the measurement began; 0 where there is no such report. */
export interface OrderFigures {
  reports: number;
  /** The last unblock, and the last report of all, accepted by Microsoft. */
  unblocksAcceptedAfter: number;
  allAcceptedAfter: number;
  firstUnblockQueuedAfter: number;
  /** Of the unblocks: accepted before the last of the blocks that were queued earlier than they. */
  overtakingShare: number;
  /** Blocks that were chosen although more unblocks than are on their way at once had been waiting for more than a second. */
  blocksSentInFront: number;
  /** Reports that were chosen although one of the same urgency had been waiting more than a second longer. */
  sentBeforeOlder: number;
}

const onTheirWay = 4;

/** Reads the order in which reports were told, in time that hardly grows faster than their number. */
export function readReportOrder(told: readonly ToldReport[]): OrderFigures {
  const unblocks = told.filter(({ compliant }) => compliant);
  const blocks = told.filter(({ compliant }) => !compliant);
  const most = (reports: readonly ToldReport[]) => reports.reduce((last, { acceptedAt }) => Math.max(last, acceptedAt ?? 0), 0);
  const firstUnblock = unblocks.reduce((first, { queuedAt }) => Math.min(first, queuedAt), Infinity);
  const lastBlock = most(blocks.filter(({ queuedAt }) => queuedAt < firstUnblock));
  const overtaking = unblocks.filter(({ acceptedAt }) => acceptedAt !== null && acceptedAt < lastBlock);
  return {
    reports: told.length,
    unblocksAcceptedAfter: most(unblocks),
    allAcceptedAfter: most(told),
    firstUnblockQueuedAfter: unblocks.length > 0 ? firstUnblock : 0,
    overtakingShare: unblocks.length > 0 ? overtaking.length / unblocks.length : 0,
    blocksSentInFront: countSentInFront(blocks, unblocks),
    sentBeforeOlder: [...new Set(told.map(({ priority }) => priority))].reduce(
      (sum, priority) => sum + countSentBeforeOlder(told.filter((report) => report.priority === priority)),
      0,
    ),
  };
}

// The waiting unblocks over time: one more a second after it was queued, one fewer as it is chosen.
function countSentInFront(blocks: readonly ToldReport[], unblocks: readonly ToldReport[]): number {
  const steps = unblocks
    .filter(({ queuedAt, takenAt }) => takenAt > queuedAt + 1)
    .flatMap(({ queuedAt, takenAt }) => [
      { at: queuedAt + 1, by: 1 },
      { at: takenAt, by: -1 },
    ])
    .toSorted((a, b) => a.at - b.at);
  let [waiting, next, inFront] = [0, 0, 0];
  for (const { takenAt } of blocks.toSorted((a, b) => a.takenAt - b.takenAt)) {
    for (let step = steps[next]; step && step.at <= takenAt; step = steps[(next += 1)]) waiting += step.by;
    if (waiting > onTheirWay) inFront += 1;
  }
  return inFront;
}

// From the last that was chosen to the first: among those chosen more than a second later, is there one that was caused earlier and had been queued for a second?
function countSentBeforeOlder(reports: readonly ToldReport[]): number {
  const causes = [...new Set(reports.map(({ causedAt }) => causedAt))].toSorted((a, b) => a - b);
  const rankOf = new Map(causes.map((cause, index) => [cause, index + 1]));
  const rank = ({ causedAt }: ToldReport) => rankOf.get(causedAt) ?? 0;
  // A Fenwick tree: the earliest moment of queueing among those of the ranks up to one.
  const earliest = new Float64Array(causes.length + 1).fill(Infinity);
  const latestFirst = reports.toSorted((a, b) => b.takenAt - a.takenAt);
  let [added, count] = [0, 0];
  for (const report of latestFirst) {
    for (let later = latestFirst[added]; later && later.takenAt > report.takenAt + 1; later = latestFirst[(added += 1)]) {
      if (later.attempts !== 1) continue;
      for (let at = rank(later); at < earliest.length; at += at & -at) earliest[at] = Math.min(earliest[at] ?? Infinity, later.queuedAt);
    }
    let queued = Infinity;
    for (let at = rank(report) - 1; at > 0; at -= at & -at) queued = Math.min(queued, earliest[at] ?? Infinity);
    if (queued < report.takenAt - 1) count += 1;
  }
  return count;
}
