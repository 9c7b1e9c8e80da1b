"use client";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";

/** Asks the server for the page again every `seconds` while it is looked at. */
export function RefreshWhile({ seconds }: { seconds: number }) {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }, [router, seconds]);
  return null;
}

/** "Tries again by itself in 24 s", counting down; asks for the page again when the time has come. */
export function TriesAgain({ at, now }: { at: string; now: string }) {
  const router = useRouter();
  // The server's clock decides; this computer's only counts on from it.
  const [left, setLeft] = useState(() => Math.max(0, Math.ceil((Date.parse(at) - Date.parse(now)) / 1000)));
  useEffect(() => {
    const timer = setInterval(() => setLeft((before) => Math.max(0, before - 1)), 1000);
    return () => clearInterval(timer);
  }, []);
  useEffect(() => {
    if (left > 0) return;
    const timer = setInterval(() => router.refresh(), 2000);
    return () => clearInterval(timer);
  }, [left, router]);
  const words = left === 0 ? "now" : left < 120 ? `in ${left} s` : left < 7200 ? `in ${Math.ceil(left / 60)} min` : `in ${Math.ceil(left / 3600)} h`;
  return <span className="sm faint">Tries again by itself {words}</span>;
}
