"use client";
import { useEffect, useState, useTransition } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { deletePolicyList, previewDeletion } from "../actions";

/** Asks before policies are deleted and says who is let in by it. */
export function DeleteDialog({ policies, onClose, onDeleted }: { policies: { id: number; name: string }[]; onClose: () => void; onDeleted: () => void }) {
  const toast = useToast();
  const [effect, setEffect] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, start] = useTransition();
  const what = policies.length === 1 ? `“${policies[0]?.name}”` : `${policies.length} policies`;
  const ids = policies.map((policy) => policy.id).join(",");

  useEffect(() => {
    let stale = false;
    void previewDeletion({ policyIds: ids.split(",").map(Number) }).then((answer) => {
      if (!stale) setEffect(answer.ok ? (answer.data ?? "") : answer.message);
    });
    return () => {
      stale = true;
    };
  }, [ids]);

  const send = () =>
    start(async () => {
      const answer = await deletePolicyList({ policyIds: ids.split(",").map(Number) });
      if (!answer.ok) return setProblem(answer.message);
      toast(policies.length === 1 ? `Deleted ${what}.` : `Deleted ${what}.`, { href: "/activities", label: "Activity" });
      onDeleted();
    });

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${what}?`}
      description={<span aria-live="polite">{effect || "Looking at who is blocked by it…"} Its history stays in Activity.</span>}
      foot={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button kind="danger" pending={busy && "Deleting…"} onClick={send}>
            {policies.length === 1 ? "Delete policy" : `Delete ${policies.length} policies`}
          </Button>
        </>
      }
    >
      {problem && <FormMessage state={{ ok: false, message: problem }} />}
    </Dialog>
  );
}
