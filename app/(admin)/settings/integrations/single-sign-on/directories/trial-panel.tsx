"use client";
import { useRouter } from "next/navigation";
import { useActionState, useEffect, useState, useTransition, type ReactNode } from "react";
import { Button } from "@/app/_components/button";
import { FormMessage, Notice } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { useBusy } from "@/app/_components/use-busy";
import { disable, enable, tryDirectory } from "./actions";

interface TrialPanelProps {
  directoryId: number;
  isOn: boolean;
  state: "none" | "waiting" | "lapsed" | "passed" | "failed";
  /** What the trial saw, drawn on the server. */
  children: ReactNode;
}

/** Tries the directory in a second window, shows live what came of it, and switches it on or off. */
export function TrialPanel({ directoryId, isOn, state, children }: TrialPanelProps) {
  const [problem, setProblem] = useState("");
  const [blocked, setBlocked] = useState("");
  const [busy, run] = useBusy();
  const tryIt = () => {
    // Opened by the press itself, before anything is awaited: browsers block what opens later.
    const second = window.open("", "_blank");
    setProblem("");
    setBlocked("");
    run(async () => {
      const answer = await tryDirectory({ directoryId });
      if (!answer.ok || !answer.data) {
        second?.close();
        setProblem(answer.message);
      } else if (second) {
        second.location.href = answer.data.path;
      } else {
        setBlocked(answer.data.path);
      }
    });
  };
  return (
    <div style={{ display: "grid", gap: 14 }}>
      {state === "waiting" && <WaitForTrial />}
      <div aria-live="polite" style={{ display: "grid", gap: 14 }}>
        {children}
      </div>
      {problem && <Notice kind="held">{problem}</Notice>}
      {blocked && (
        <Notice kind="unsure">
          Your browser opened no second window. <a href={blocked}>Sign in here instead</a>.
        </Notice>
      )}
      <div className="wacts">
        {state === "passed" && !isOn && <SwitchForm directoryId={directoryId} to="on" />}
        <Button
          kind={state === "passed" || isOn ? "plain" : "primary"}
          onClick={tryIt}
          pending={busy && "Opening…"}
          icon={state === "none" ? undefined : "again"}
        >
          {state === "none" ? "Try it" : "Try it again"}
        </Button>
        {isOn && <SwitchForm directoryId={directoryId} to="off" />}
        {state === "none" && <span className="sm faint">Opens a second window. You stay signed in here.</span>}
      </div>
    </div>
  );
}

/** Asks for the page again until the trial has ended, also while it lies behind the second window; never twice at once, so that a slow server gets through. */
function WaitForTrial() {
  const router = useRouter();
  const [pending, start] = useTransition();
  useEffect(() => {
    if (pending) return;
    const timer = setTimeout(() => start(() => router.refresh()), 1500);
    return () => clearTimeout(timer);
  }, [pending, router]);
  return null;
}

function SwitchForm({ directoryId, to }: { directoryId: number; to: "on" | "off" }) {
  const [state, send] = useActionState(to === "on" ? enable : disable, { ok: false, message: "", fields: {} });
  return (
    <form action={send} style={{ display: "contents" }}>
      <input type="hidden" name="directoryId" value={directoryId} />
      <SubmitButton sending={to === "on" ? "Switching on…" : "Switching off…"} kind={to === "on" ? "primary" : "plain"}>
        {to === "on" ? "Switch on for everyone" : "Switch off"}
      </SubmitButton>
      {!state.ok && <FormMessage state={state} />}
    </form>
  );
}
