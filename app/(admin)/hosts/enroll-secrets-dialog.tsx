"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { FormMessage } from "@/app/_components/notice";
import { Time } from "@/app/_components/time";
import { useBusy } from "@/app/_components/use-busy";
import { addEnrollSecret, removeEnrollSecret, showEnrollSecrets } from "./actions";

type Answer = Awaited<ReturnType<typeof showEnrollSecrets>>;

/** Opens the list of secrets that admit hosts to a team, or to none. */
export function EnrollSecretsButton({ teamId, teamName, mayWrite }: { teamId: number | null; teamName: string | null; mayWrite: boolean }) {
  const [open, setOpen] = useState(false);
  const [state, setState] = useState<Answer | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string | null>(null);
  const [working, start] = useBusy();
  const run = (act: () => Promise<Answer>) =>
    start(async () => {
      const answer = await act();
      // A failed change keeps the list that was there.
      setState((before) => (answer.ok || !before?.data ? answer : { ...answer, data: before.data }));
      setRemoving(null);
    });
  const secrets = state?.data;
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
          run(() => showEnrollSecrets({ teamId }));
        }}
      >
        Enroll secrets
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        size="choice"
        title={teamName ? `Enroll secrets of ${teamName}` : "Global enroll secrets"}
        description={
          teamName
            ? "An agent that shows one of these is admitted and belongs to this team."
            : "An agent that shows one of these is admitted and belongs to no team. Choose a team on the left for its own secrets."
        }
        impact={<FormMessage state={state?.ok === false ? state : null} />}
        foot={
          <>
            {mayWrite && (
              <Button icon="plus" pending={working && secrets !== undefined && "Working…"} onClick={() => run(() => addEnrollSecret({ teamId }))}>
                Add a secret
              </Button>
            )}
            <Button kind="primary" onClick={() => setOpen(false)}>
              Done
            </Button>
          </>
        }
      >
        {!secrets && !state && <span className="sk" style={{ width: "60%" }} />}
        {secrets?.length === 0 && <p className="muted">No secret yet, so no new host can enroll here.</p>}
        {secrets && secrets.length > 0 && (
          <ul className="secrets">
            {secrets.map(({ secret, createdAt }) => (
              <li key={secret}>
                {removing === secret ? (
                  <>
                    <span className="sm">New hosts can’t enroll with it any more. Hosts that did stay enrolled.</span>
                    <span />
                    <Button kind="quiet" onClick={() => setRemoving(null)}>
                      Keep it
                    </Button>
                    <Button kind="danger" pending={working && "Removing…"} onClick={() => run(() => removeEnrollSecret({ teamId, secret }))}>
                      Remove it
                    </Button>
                  </>
                ) : (
                  <>
                    <span style={{ minWidth: 0 }}>
                      <code className="tr">{shown === secret ? secret : "•".repeat(24)}</code>
                      <span className="xs faint">
                        since <Time at={createdAt} form="clock" />
                      </span>
                    </span>
                    <Button kind="quiet" onClick={() => setShown(shown === secret ? null : secret)} aria-pressed={shown === secret}>
                      {shown === secret ? "Hide" : "Show"}
                    </Button>
                    <CopyButton text={secret} />
                    {mayWrite && (
                      <Button kind="quiet" onClick={() => setRemoving(secret)}>
                        Remove
                      </Button>
                    )}
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </Dialog>
    </>
  );
}

/** Copies a text and says so. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Button kind="quiet" onClick={() => void copy()}>
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </Button>
  );
}
