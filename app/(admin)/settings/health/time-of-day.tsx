"use client";
import { formatTimeOfDay } from "@/app/_components/format-time";
import { useNow } from "@/app/_components/time";

/** "09:14" in the reader's zone, whatever the day. */
export function TimeOfDay({ at }: { at: string }) {
  const { timeZone } = useNow();
  return <span suppressHydrationWarning>{formatTimeOfDay(new Date(at), timeZone)}</span>;
}
