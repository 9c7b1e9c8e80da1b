"use client";
import { useState } from "react";

/** An id: its middle cut, whole on hover; pressing it copies the whole. `kind` says what it is, such as message or device. */
export function CopyId({ id, kind, cut = true }: { id: string; kind?: string; cut?: boolean }) {
  const [said, setSaid] = useState("");
  const shown = cut && id.length > 18 ? `${id.slice(0, 8)}…${id.slice(-5)}` : id;
  const copy = async () => {
    // Browsers give pages on plain http (other than localhost) no clipboard; the whole id stands in the title.
    const done = await navigator.clipboard?.writeText(id).then(
      () => true,
      () => false,
    );
    setSaid(done ? "Copied" : "Not copied: the browser allows it on https only");
    setTimeout(() => setSaid(""), done ? 1500 : 4000);
  };
  return (
    <button type="button" className="copy-id" onClick={copy} title={`${id} (press to copy)`} aria-label={`Copy ${kind ?? "id"} ${id}`} data-copy>
      <code>
        {kind ? `${kind} ` : ""}
        {shown}
      </code>
      <span className="xs faint" aria-live="polite">
        {said}
      </span>
    </button>
  );
}
