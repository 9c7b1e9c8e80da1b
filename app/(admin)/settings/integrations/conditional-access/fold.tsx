"use client";
import { useState, type ReactNode } from "react";

/** A part that is folded away; what is in it begins to live when it is first opened. */
export function Fold({ summary, open = false, children }: { summary: string; open?: boolean; children: ReactNode }) {
  const [opened, setOpened] = useState(open);
  return (
    <details className="fold" open={open} onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{summary}</summary>
      {(opened || open) && <div style={{ marginTop: 16 }}>{children}</div>}
    </details>
  );
}
