"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { CheckField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { askForNewPassword, saveWayIn } from "../actions";
import { PasswordField } from "./password-field";

interface WayInProps {
  userId: number;
  name: string;
  sso: boolean;
  hasPassword: boolean;
  mustReset: boolean;
}

type Problem = { ok: boolean; message: string; fields?: Record<string, string> } | null;

/** How a person gets in, and what an admin can change of it. Each change ends their sessions. */
export function WayIn({ userId, name, sso, hasPassword, mustReset }: WayInProps) {
  const toast = useToast();
  const [dialog, setDialog] = useState<"sso" | "password" | null>(null);
  const [problem, setProblem] = useState<Problem>(null);
  const [busy, run] = useBusy();
  const ask = (wanted: boolean) =>
    run(async () => {
      const answer = await askForNewPassword({ userId, ask: wanted });
      setProblem(answer.ok ? null : answer);
      if (answer.ok) toast(wanted ? `${name} is asked for a new password.` : "No longer asked for.");
    });
  const open = (which: "sso" | "password") => {
    setProblem(null);
    setDialog(which);
  };
  return (
    <>
      <p className="muted usr-text">{sentence(sso, hasPassword, mustReset)}</p>
      <FormMessage state={dialog === null ? problem : null} />
      <div className="usr-acts">
        {sso ? (
          <Button onClick={() => open("password")}>Give a password instead</Button>
        ) : (
          <>
            <Button onClick={() => open("password")}>Set a new password</Button>
            {hasPassword && (
              <Button pending={busy && "Saving…"} onClick={() => ask(!mustReset)}>
                {mustReset ? "Don’t ask for a new one" : "Ask for a new password"}
              </Button>
            )}
            <Button onClick={() => open("sso")}>Switch to single sign-on</Button>
          </>
        )}
      </div>
      {dialog === "sso" && <SwitchToSso userId={userId} name={name} onClose={() => setDialog(null)} />}
      {dialog === "password" && <GivePassword userId={userId} name={name} sso={sso} onClose={() => setDialog(null)} />}
    </>
  );
}

function sentence(sso: boolean, hasPassword: boolean, mustReset: boolean): string {
  if (sso) return "Signs in with the organisation’s account. There is no password here.";
  if (!hasPassword) return "Has no password yet, so they can’t sign in.";
  return mustReset ? "Signs in with a password, and has to choose a new one at the next sign-in." : "Signs in with a password.";
}

function SwitchToSso({ userId, name, onClose }: { userId: number; name: string; onClose: () => void }) {
  const toast = useToast();
  const [problem, setProblem] = useState<Problem>(null);
  const [busy, run] = useBusy();
  const send = () =>
    run(async () => {
      const answer = await saveWayIn({ userId, ssoEnabled: true });
      if (!answer.ok) return setProblem(answer);
      toast(`${name} signs in by single sign-on now.`);
      onClose();
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Switch ${name} to single sign-on?`}
      description="Their password is forgotten, their sessions end and their API tokens are revoked. At the next sign-in they are found by their mail address."
      impact={problem ? <FormMessage state={problem} /> : undefined}
      foot={
        <>
          <Button onClick={onClose}>Keep the password</Button>
          <Button kind="primary" pending={busy && "Switching…"} onClick={send}>
            Switch
          </Button>
        </>
      }
    />
  );
}

function GivePassword({ userId, name, sso, onClose }: { userId: number; name: string; sso: boolean; onClose: () => void }) {
  const toast = useToast();
  const [password, setPassword] = useState("");
  const [mustReset, setMustReset] = useState(true);
  const [problem, setProblem] = useState<Problem>(null);
  const [busy, run] = useBusy();
  const send = () =>
    run(async () => {
      const answer = await saveWayIn({ userId, ssoEnabled: false, newPassword: password, mustResetPassword: mustReset });
      if (!answer.ok) return setProblem(answer);
      toast(`${name} has a new password.`);
      onClose();
    });
  const fieldProblem = problem?.fields?.new_password;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={sso ? `Give ${name} a password?` : `Set a new password for ${name}?`}
      description={
        sso
          ? "Single sign-on no longer lets them in, and who they are in Entra is forgotten. Their sessions end and their API tokens are revoked."
          : "The old one stops working and their sessions end."
      }
      impact={problem && !fieldProblem ? <FormMessage state={problem} /> : undefined}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form="give-password" pending={busy && "Saving…"}>
            {sso ? "Give password" : "Set password"}
          </Button>
        </>
      }
    >
      <form
        id="give-password"
        className="usr-dialog"
        method="post"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) send();
        }}
      >
        <PasswordField id="given-password" value={password} onChange={setPassword} error={fieldProblem} />
        <CheckField
          name="mustReset"
          id="given-must-reset"
          label="Has to choose another one at the next sign-in"
          checked={mustReset}
          onChange={(event) => setMustReset(event.target.checked)}
        />
      </form>
    </Dialog>
  );
}
