import { markHostsFresh, type FreshTimes } from "@/lib/hosts/mark-hosts-fresh";
import { markHostsSeen } from "@/lib/hosts/mark-hosts-seen";
import { getLogger } from "@/lib/log";
import { agentContext } from "./agent-context";

const flushEveryMs = 1000;

/** Marks that wait for the next flush: up to a second of them is lost in a crash, and then hosts are asked again. */
interface HostMarks {
  seen: Map<number, Date>;
  fresh: Map<number, FreshTimes>;
  timer: NodeJS.Timeout | undefined;
  flushing: Promise<void>;
}

const shared = globalThis as unknown as { flotillaHostMarks?: HostMarks };

function marks(): HostMarks {
  shared.flotillaHostMarks ??= { seen: new Map(), fresh: new Map(), timer: undefined, flushing: Promise.resolve() };
  return shared.flotillaHostMarks;
}

/** Marks a host as seen; written within a second together with all others. */
export function markSeen(hostId: number, at: Date): void {
  const all = marks();
  all.seen.set(hostId, at);
  all.timer ??= setTimeout(() => void flushHostMarks(), flushEveryMs).unref();
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
  all.timer ??= setTimeout(() => void flushHostMarks(), flushEveryMs).unref();
}

/** Writes all marks now, in two statements. What can't be written is tried again with the next flush. */
export function flushHostMarks(): Promise<void> {
  const all = marks();
  clearTimeout(all.timer);
  all.timer = undefined;
  all.flushing = all.flushing.then(() => flush(all));
  return all.flushing;
}

async function flush(all: HostMarks): Promise<void> {
  const { seen, fresh } = all;
  if (seen.size === 0 && fresh.size === 0) return;
  all.seen = new Map();
  all.fresh = new Map();
  const ctx = agentContext();
  try {
    if (seen.size > 0) await markHostsSeen(ctx, seen);
    seen.clear();
    if (fresh.size > 0) await markHostsFresh(ctx, [...fresh.values()]);
  } catch (cause) {
    getLogger().warn(
      { "error.message": (cause as Error).message, "hosts.count": seen.size + fresh.size },
      "seen times couldn't be written; they are kept and tried again",
    );
    for (const [hostId, at] of seen) if (!all.seen.has(hostId)) all.seen.set(hostId, at);
    for (const [hostId, times] of fresh) if (!all.fresh.has(hostId)) all.fresh.set(hostId, times);
    all.timer ??= setTimeout(() => void flushHostMarks(), flushEveryMs).unref();
  }
}
