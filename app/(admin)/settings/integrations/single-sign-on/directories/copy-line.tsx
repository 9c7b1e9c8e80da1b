"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";

/** A text to carry elsewhere to the letter, whole on any width, with a button that copies it. `what` names it for readers of screens. */
export function CopyLine({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    // Browsers give pages on plain http (other than localhost) no clipboard; the text can be selected all the same.
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    setSaid(done ? "Copied" : "Not copied: select it instead");
    setTimeout(() => setSaid(""), 3000);
  };
  return (
    <span style={{ display: "flex", flexWrap: "wrap", gap: "6px 10px", alignItems: "center", marginTop: 6 }}>
      <code style={{ overflowWrap: "anywhere" }}>{text}</code>
      <Button onClick={copy} aria-label={`Copy the ${what}`}>
        Copy
      </Button>
      <span className="xs faint" aria-live="polite">
        {said}
      </span>
    </span>
  );
}
