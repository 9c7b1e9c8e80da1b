"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { FormMessage } from "@/app/_components/notice";
import { Time } from "@/app/_components/time";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { removeToken } from "../actions";

/** Revokes a token after a question that says when it was last of use. */
export function RevokeTokenButton({ userId, tokenId, name, lastUsedAt }: { userId: number; tokenId: number; name: string; lastUsedAt: string | null }) {
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const [busy, run] = useBusy();
  const [problem, setProblem] = useState<{ ok: boolean; message: string } | null>(null);
  const revoke = () =>
    run(async () => {
      const answer = await removeToken({ userId, tokenId });
      if (!answer.ok) return setProblem(answer);
      setOpen(false);
      toast(answer.message);
    });
  return (
    <>
      <Button
        kind="quiet"
        aria-label={`Revoke ${name}`}
        onClick={() => {
          setProblem(null);
          setOpen(true);
        }}
      >
        Revoke
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Revoke “${name}”?`}
        description={
          <>
            What uses it is refused from now on.{" "}
            {lastUsedAt ? (
              <>
                It was last used <Time at={lastUsedAt} />.
              </>
            ) : (
              "It was never used."
            )}{" "}
            A token can’t be brought back.
          </>
        }
        impact={<FormMessage state={problem} />}
        foot={
          <>
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <Button kind="danger" pending={busy && "Revoking…"} onClick={revoke}>
              Revoke token
            </Button>
          </>
        }
      />
    </>
  );
}
