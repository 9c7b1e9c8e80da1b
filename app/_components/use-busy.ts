"use client";
import { useState } from "react";

/** Whether something this button began still runs, and how to begin it. Apart from transitions, which would wait for the page's own refreshes. */
export function useBusy(): [busy: boolean, run: (work: () => Promise<void>) => void] {
  const [busy, setBusy] = useState(false);
  const run = (work: () => Promise<void>) => {
    setBusy(true);
    void work().finally(() => setBusy(false));
  };
  return [busy, run];
}
