"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { sendAgain, takeBack } from "./actions";

/** What can be done with one invite: send it again, or take it back after a question. `noMail`: why none can be sent now. */
export function InviteButtons({ inviteId, email, noMail }: { inviteId: number; email: string; noMail?: string }) {
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<{ ok: boolean; message: string } | null>(null);
  const [busy, run] = useBusy();
  const again = () =>
    run(async () => {
      const answer = await sendAgain({ inviteId });
      setProblem(answer.ok ? null : answer);
      if (answer.ok) toast(`The invite to ${email} is on its way again. The earlier link stopped working.`);
    });
  const remove = () =>
    run(async () => {
      const answer = await takeBack({ inviteId });
      setProblem(answer.ok ? null : answer);
      if (!answer.ok) return;
      setOpen(false);
      toast(`The invite to ${email} was taken back.`);
    });
  return (
    <div className="inv-acts">
      <Button pending={busy && !open && "Sending…"} reason={noMail} onClick={again} aria-label={`Send the invite to ${email} again`}>
        Send again
      </Button>
      <Button kind="quiet" onClick={() => setOpen(true)} aria-label={`Take the invite to ${email} back`}>
        Take back
      </Button>
      {!open && <FormMessage state={problem} />}
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Take this invite back?"
        description={`The link that ${email} got stops working. You can invite them again.`}
        foot={
          <>
            <Button kind="quiet" onClick={() => setOpen(false)}>
              Keep it
            </Button>
            <Button kind="danger" pending={busy && "Taking back…"} onClick={remove}>
              Take back
            </Button>
          </>
        }
      >
        <FormMessage state={problem} />
      </Dialog>
    </div>
  );
}
