"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";

/** A token just made: to copy, or to select by hand where the browser gives the page no clipboard. */
export function CopyToken({ token }: { token: string }) {
  const [said, setSaid] = useState("");
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(token).then(
      () => true,
      () => false,
    );
    setSaid(done ? "Copied." : "The browser allows copying on https only. Select the token and copy it yourself.");
  };
  return (
    <div className="acct-made">
      <label className="lab" htmlFor="made-token">
        Token
      </label>
      <div className="acct-made-line">
        <input id="made-token" className="inp" readOnly value={token} onFocus={(event) => event.target.select()} autoComplete="off" spellCheck={false} />
        <Button onClick={() => void copy()}>Copy</Button>
      </div>
      <p className="sm muted" aria-live="polite">
        {said || "Keep it where your programs keep their secrets, not in a file that others read."}
      </p>
      <p className="lab acct-use">How a program sends it</p>
      <code className="acct-sample">Authorization: Bearer flt_…</code>
    </div>
  );
}
