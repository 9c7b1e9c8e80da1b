import { markHostsFresh, type FreshTimes } from "@/lib/hosts/mark-hosts-fresh";
import { markHostsSeen } from "@/lib/hosts/mark-hosts-seen";
import { getLogger } from "@/lib/log";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { agentContext } from "./agent-context";

const flushEveryMs = 1000;
/** The least that a flush may write: so many hosts have their seen time written every second. With more, the ones that wait longest are first. */
const seenPerFlush = 2000;
/** However many hosts there are, each one's seen time is written this often. */
const seenWithinFlushes = 30;

/** Marks that wait to be written. What waits is lost in a crash: up to half a minute of seen times, and a second of confirmations, after which hosts are asked again. */
interface HostMarks {
  /** In the order of waiting: a host that is seen again keeps its place. */
  seen: Map<number, number>;
  fresh: Map<number, FreshTimes>;
  timer: NodeJS.Timeout | undefined;
  flushing: Promise<void>;
}

const shared = globalThis as unknown as { flotillaHostMarks?: HostMarks };

function marks(): HostMarks {
  shared.flotillaHostMarks ??= { seen: new Map(), fresh: new Map(), timer: undefined, flushing: Promise.resolve() };
  return shared.flotillaHostMarks;
}

/** Marks a host as seen at a moment (milliseconds since 1970); written together with others within a second, in a very large fleet within half a minute. */
export function markSeen(hostId: number, at: number): void {
  const all = marks();
  all.seen.set(hostId, at);
  all.timer ??= setTimeout(() => void flushSome(), flushEveryMs).unref();
}

/** Marks a host's groups of answers as confirmed; null leaves a group. */
export function markFresh(times: FreshTimes): void {
  const all = marks();
  const waiting = all.fresh.get(times.hostId);
  all.fresh.set(times.hostId, {
    hostId: times.hostId,
    detail: times.detail ?? waiting?.detail ?? null,
    label: times.label ?? waiting?.label ?? null,
    policy: times.policy ?? waiting?.policy ?? null,
  });
  all.timer ??= setTimeout(() => void flushSome(), flushEveryMs).unref();
}

/** Writes all marks now. What can't be written is tried again within a second. */
export function flushHostMarks(): Promise<void> {
  return startFlush(Infinity);
}

function flushSome(): Promise<void> {
  return startFlush(Math.max(seenPerFlush, Math.ceil(marks().seen.size / seenWithinFlushes)));
}

function startFlush(mostSeen: number): Promise<void> {
  const all = marks();
  clearTimeout(all.timer);
  all.timer = undefined;
  all.flushing = all.flushing.then(() => flush(all, mostSeen));
  return all.flushing;
}

async function flush(all: HostMarks, mostSeen: number): Promise<void> {
  const seen = takeOldest(all.seen, mostSeen);
  const { fresh } = all;
  all.fresh = new Map();
  if (seen.size === 0 && fresh.size === 0) return;
  const ctx = agentContext();
  try {
    if (seen.size > 0) await markHostsSeen(ctx, seen);
    agentCounters.seenRowsWritten += seen.size;
    seen.clear();
    if (fresh.size > 0) await markHostsFresh(ctx, [...fresh.values()]);
  } catch (cause) {
    getLogger().warn(
      { "error.message": (cause as Error).message, "hosts.count": seen.size + fresh.size },
      "seen times couldn't be written; they are kept and tried again",
    );
    for (const [hostId, at] of seen) if (!all.seen.has(hostId)) all.seen.set(hostId, at);
    for (const [hostId, times] of fresh) if (!all.fresh.has(hostId)) all.fresh.set(hostId, times);
  }
  if (all.seen.size > 0 || all.fresh.size > 0) all.timer ??= setTimeout(() => void flushSome(), flushEveryMs).unref();
}

function takeOldest(seen: Map<number, number>, most: number): Map<number, number> {
  const taken = new Map<number, number>();
  for (const [hostId, at] of seen) {
    if (taken.size >= most) break;
    taken.set(hostId, at);
  }
  for (const hostId of taken.keys()) seen.delete(hostId);
  return taken;
}
