"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { endSession, endSessions } from "../actions";

/** Ends one session at once; signing in again brings it back, so it doesn't ask. `what`: what it was begun with. */
export function EndSessionButton({ sessionId, what }: { sessionId: string; what: string }) {
  const toast = useToast();
  const [busy, run] = useBusy();
  const [problem, setProblem] = useState("");
  const end = () =>
    run(async () => {
      const answer = await endSession({ sessionId });
      if (answer.ok) toast(answer.message);
      else setProblem(answer.message);
    });
  return (
    <>
      <Button kind="quiet" pending={busy && "Ending…"} onClick={end} aria-label={`End the session of ${what}`}>
        End
      </Button>
      {problem && (
        <span className="err" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

/** Ends all sessions of a user, or all of one's own but this one, after a question. */
export function EndSessionsButton({ userId, count, own, userName }: { userId: number; count: number; own: boolean; userName?: string }) {
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const [busy, run] = useBusy();
  const [problem, setProblem] = useState<{ ok: boolean; message: string } | null>(null);
  const words = count === 1 ? "1 session" : `${count} sessions`;
  const end = () =>
    run(async () => {
      const answer = await endSessions({ userId });
      if (!answer.ok) return setProblem(answer);
      setOpen(false);
      toast(answer.message);
    });
  const who = userName || "This user";
  return (
    <>
      <Button
        onClick={() => {
          setProblem(null);
          setOpen(true);
        }}
      >
        {own ? "End all others" : "End all"}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={own ? `End ${count === 1 ? "your other session" : `your ${count} other sessions`}?` : `End ${words} of ${userName || "this user"}?`}
        description={
          own
            ? "Every other browser and program that is signed in as you has to sign in again. This session and your API tokens go on."
            : `${who} is signed out everywhere at once and has to sign in again. API tokens go on.`
        }
        impact={<FormMessage state={problem} />}
        foot={
          <>
            <Button onClick={() => setOpen(false)}>Keep them</Button>
            <Button kind="danger" pending={busy && "Ending…"} onClick={end}>
              End {words}
            </Button>
          </>
        }
      />
    </>
  );
}
