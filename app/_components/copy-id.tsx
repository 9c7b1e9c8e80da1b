"use client";
import { useState } from "react";

/** An id: its middle cut, whole on hover; pressing it copies the whole. `kind` says what it is, such as message or device. */
export function CopyId({ id, kind, cut = true }: { id: string; kind?: string; cut?: boolean }) {
  const [copied, setCopied] = useState(false);
  const shown = cut && id.length > 18 ? `${id.slice(0, 8)}…${id.slice(-5)}` : id;
  const copy = async () => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button type="button" className="copy-id" onClick={copy} title={`${id} (press to copy)`} aria-label={`Copy ${kind ?? "id"} ${id}`} data-copy>
      <code>
        {kind ? `${kind} ` : ""}
        {shown}
      </code>
      <span className="xs faint" aria-live="polite">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}
