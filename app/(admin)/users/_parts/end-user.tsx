"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { removeUser, switchUser } from "../actions";

interface EndUserProps {
  userId: number;
  name: string;
  email: string;
  apiOnly: boolean;
  disabled: boolean;
}

/** Keeps a user out for a while, or for good. */
export function EndUser({ userId, name, email, apiOnly, disabled }: EndUserProps) {
  const toast = useToast();
  const [dialog, setDialog] = useState<"disable" | "delete" | null>(null);
  const [problem, setProblem] = useState<{ ok: boolean; message: string } | null>(null);
  const [busy, run] = useBusy();
  const enable = () =>
    run(async () => {
      const answer = await switchUser({ userId, disabled: false });
      setProblem(answer.ok ? null : answer);
      if (answer.ok) toast(`${name} can get in again.`);
    });
  return (
    <>
      <ul className="usr-danger">
        <li>
          <p className="sm">
            <b>{disabled ? "Disabled" : "Disable"}</b>
            <br />
            <span className="muted">
              {disabled
                ? apiOnly
                  ? "Its tokens don’t work. Enabling brings them back."
                  : "They can’t sign in, and their tokens don’t work. Enabling brings both back."
                : apiOnly
                  ? "Its tokens stop working at once, until you enable it again."
                  : "Signed out everywhere at once, tokens too, until you enable them again."}
            </span>
          </p>
          {disabled ? (
            <Button pending={busy && "Enabling…"} onClick={enable}>
              Enable
            </Button>
          ) : (
            <Button onClick={() => setDialog("disable")}>Disable…</Button>
          )}
        </li>
        <li>
          <p className="sm">
            <b>Delete</b>
            <br />
            <span className="muted">
              Gone for good, with {apiOnly ? "its" : "their"} tokens. What {apiOnly ? "it" : "they"} did stays in Activity.
            </span>
          </p>
          <Button onClick={() => setDialog("delete")}>Delete…</Button>
        </li>
      </ul>
      <FormMessage state={problem} />
      {dialog === "disable" && <Disable userId={userId} name={name} apiOnly={apiOnly} onClose={() => setDialog(null)} />}
      {dialog === "delete" && <Delete userId={userId} name={name} confirm={apiOnly ? name : email} apiOnly={apiOnly} onClose={() => setDialog(null)} />}
    </>
  );
}

function Disable({ userId, name, apiOnly, onClose }: { userId: number; name: string; apiOnly: boolean; onClose: () => void }) {
  const toast = useToast();
  const [problem, setProblem] = useState<{ ok: boolean; message: string } | null>(null);
  const [busy, run] = useBusy();
  const send = () =>
    run(async () => {
      const answer = await switchUser({ userId, disabled: true });
      if (!answer.ok) return setProblem(answer);
      toast(`${name} is disabled.`);
      onClose();
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Disable ${name}?`}
      description={apiOnly ? "Its tokens stop working at once. You can enable it again." : "Their sessions and tokens stop at once. You can enable them again."}
      impact={problem ? <FormMessage state={problem} /> : undefined}
      foot={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button kind="danger" pending={busy && "Disabling…"} onClick={send}>
            Disable
          </Button>
        </>
      }
    />
  );
}

function Delete({ userId, name, confirm, apiOnly, onClose }: { userId: number; name: string; confirm: string; apiOnly: boolean; onClose: () => void }) {
  const router = useRouter();
  const toast = useToast();
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<{ ok: boolean; message: string } | null>(null);
  const [busy, run] = useBusy();
  const fits = typed.trim().toLowerCase() === confirm.trim().toLowerCase();
  const send = () =>
    run(async () => {
      const answer = await removeUser({ userId });
      if (!answer.ok) return setProblem(answer);
      toast(`Deleted ${name}.`, { href: "/activities", label: "Activity" });
      router.push("/users");
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete ${name}?`}
      description={
        apiOnly
          ? "Programs that use its tokens are refused at once. This can’t be undone."
          : "They are signed out at once and their tokens stop. This can’t be undone; to keep them out for a while, disable them."
      }
      impact={problem ? <FormMessage state={problem} /> : undefined}
      foot={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button
            kind="danger"
            type="submit"
            form="delete-user"
            pending={busy && "Deleting…"}
            reason={fits ? undefined : `Type the ${apiOnly ? "name" : "mail address"} first.`}
          >
            Delete user
          </Button>
        </>
      }
    >
      <form
        id="delete-user"
        onSubmit={(event) => {
          event.preventDefault();
          if (fits && !busy) send();
        }}
      >
        <Field
          name="confirm"
          label={
            <>
              Type <b className="usr-type">{confirm}</b> to confirm
            </>
          }
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
