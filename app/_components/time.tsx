"use client";
import { createContext, useContext, useEffect, useMemo, useRef, useSyncExternalStore, type ReactNode } from "react";
import { dayOf, formatAgo, formatClock, formatDay, formatExact, formatSpan, formatStamp } from "./format-time";

interface Frame {
  /** What the server rendered with; the browser takes its own from there. */
  now: string | null;
  timeZone: string;
  /** The server's clock minus the browser's, in ms: ages are right even on a computer whose clock is wrong. */
  skew: { current: number };
}

const FrameContext = createContext<Frame>({ now: null, timeZone: "UTC", skew: { current: 0 } });

/** Says which now and zone the server rendered with; TimeFrame makes it. Tells the server the browser's zone for the next page. */
export function TimeProvider({ now, timeZone, children }: { now: string; timeZone: string; children: ReactNode }) {
  const skew = useRef(0);
  useEffect(() => {
    skew.current = Date.parse(now) - Date.now();
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (own !== timeZone) document.cookie = `tz=${own}; path=/; max-age=31536000; samesite=lax`;
  }, [now, timeZone]);
  const frame = useMemo(() => ({ now, timeZone, skew }), [now, timeZone]);
  return <FrameContext.Provider value={frame}>{children}</FrameContext.Provider>;
}

// One clock for all times of the page; it stands while nothing listens.
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const tell of listeners) tell();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Now and the reader's zone, moving on each second. On the server and at the first paint: what the server rendered with. */
export function useNow(): { now: Date; timeZone: string } {
  const frame = useContext(FrameContext);
  const seconds = useSyncExternalStore(
    subscribe,
    () => Math.floor((Date.now() + frame.skew.current) / 1000),
    () => Math.floor((frame.now ? Date.parse(frame.now) : Date.now()) / 1000),
  );
  const atServer = useSyncExternalStore(
    subscribe,
    () => false,
    () => true,
  );
  const now = atServer && frame.now ? new Date(frame.now) : new Date(seconds * 1000 + 999);
  return { now, timeZone: atServer ? frame.timeZone : Intl.DateTimeFormat().resolvedOptions().timeZone };
}

/** How a time is told. ago: "12 s ago"; clock: "09:14", "Tue 14:02"; stamp: "09:14:02"; fine: "09:14:02.801"; since: "5 h 18 min" so far; day: "Today"; dated: stamp with its day. */
export type TimeForm = "ago" | "clock" | "stamp" | "fine" | "since" | "day" | "dated";

/** A time in the reader's zone; the exact local time, zone and UTC on hover. `at` is an instant, null shows `none`. */
export function Time({
  at,
  form = "ago",
  none = "–",
  className,
}: {
  at: string | Date | null | undefined;
  form?: TimeForm;
  none?: string;
  className?: string;
}) {
  const { now, timeZone } = useNow();
  if (!at) return <span className={className}>{none}</span>;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={formatExact(date, timeZone)} className={className} suppressHydrationWarning>
      {tell(date, form, now, timeZone)}
    </time>
  );
}

function tell(at: Date, form: TimeForm, now: Date, timeZone: string): string {
  switch (form) {
    case "ago":
      return formatAgo(at, now, timeZone);
    case "clock":
      return formatClock(at, now, timeZone);
    case "stamp":
      return formatStamp(at, timeZone);
    case "fine":
      return formatStamp(at, timeZone, true);
    case "since":
      return formatSpan(now.getTime() - at.getTime());
    case "day":
      return formatDay(at, now, timeZone);
    case "dated":
      return dayOf(at, timeZone) === dayOf(now, timeZone) ? formatStamp(at, timeZone) : `${formatDay(at, now, timeZone)} ${formatStamp(at, timeZone)}`;
  }
}
