"use client";
import { useActionState, useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { remove } from "./actions";

/** Asks before a directory is deleted, and says how many people sign in through it. */
export function DeleteDialog({ directoryId, name, people, isOn }: { directoryId: number; name: string; people: number; isOn: boolean }) {
  const [open, setOpen] = useState(false);
  const [state, send] = useActionState(remove, { ok: false, message: "", fields: {} });
  return (
    <>
      <Button onClick={() => setOpen(true)}>Delete…</Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${name}?`}
        impact={
          <p>
            {people === 0
              ? "Nobody has signed in through it."
              : `${people === 1 ? "1 person has" : `${people} people have`} signed in through it${isOn ? " and can’t any more" : ""}. They stay users, and those who are signed in stay so until their session ends.`}
          </p>
        }
        foot={
          <form action={send} style={{ display: "contents" }}>
            <input type="hidden" name="directoryId" value={directoryId} />
            <Button onClick={() => setOpen(false)}>Keep it</Button>
            <SubmitButton sending="Deleting…" kind="danger">
              Delete
            </SubmitButton>
          </form>
        }
      >
        <p className="muted">Its secret and its role rules are deleted too. In Entra nothing changes: delete the app registration there yourself.</p>
        {!state.ok && <FormMessage state={state} />}
      </Dialog>
    </>
  );
}
