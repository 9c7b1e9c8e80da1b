"use client";
import { useActionState, useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { endConnection } from "./actions";
import { counted } from "./say";

interface DisconnectProps {
  connectionId: number;
  name: string;
  /** Hosts whose people are kept out now, and hosts that Entra knows by us. */
  blocked: number;
  told: number;
  /** What pressing says: the calm way out, or the one that leaves Microsoft out. */
  kind: "disconnect" | "again" | "undo" | "stop_watching" | "force";
}

const openers = { disconnect: "Disconnect", again: "Try again", undo: "Stop and undo", stop_watching: "Stop watching", force: "Force it" };

/** Asks what becomes of the people Entra keeps out, says what the choice would do, and disconnects. */
export function DisconnectDialog({ connectionId, name, blocked, told, kind: opener }: DisconnectProps) {
  const kind = opener === "again" ? "disconnect" : opener;
  const [open, setOpen] = useState(false);
  const [choice, setChoice] = useState<"leave" | "release" | "lock">("leave");
  const [state, send] = useActionState(endConnection, { ok: false, message: "", fields: {} });
  const people = counted(blocked, "person stays", "people stay");
  const effects = {
    leave: blocked > 0 ? `Entra keeps the last answer, so ${people} blocked.` : "Entra keeps the last answer. Nobody is blocked now, and nobody will be by us.",
    release: `${counted(told, "device is", "devices are")} let in first, whatever ${told === 1 ? "its" : "their"} policies say. Then we leave.`,
    lock: `${counted(told, "device is", "devices are")} blocked first: nobody behind the Entra policy gets in until somebody changes that there.`,
  };
  const offersChoice = kind === "disconnect" && told > 0;
  const titles = {
    disconnect: `Disconnect ${name}?`,
    undo: `Stop connecting ${name}?`,
    stop_watching: "Stop watching?",
    force: `Forget ${name} without asking Microsoft?`,
  };
  return (
    <>
      <Button kind={opener === "again" ? "primary" : opener === "force" ? "plain" : "quiet"} onClick={() => setOpen(true)}>
        {openers[opener]}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={titles[kind]}
        size="question"
        impact={
          <p aria-live="polite">
            {kind === "undo" && "What was set up is taken back at Microsoft and removed here. Nobody’s access changes."}
            {kind === "stop_watching" && "Verdicts are still reached; you can connect again at any time. Nobody’s access changes."}
            {kind === "force" &&
              `Only this server forgets the tenant. At Microsoft everything stays: ${blocked > 0 ? `${people} blocked` : "devices keep their last answer"}. Remove the partner in Intune yourself.`}
            {kind === "disconnect" && effects[offersChoice ? choice : "leave"]}
          </p>
        }
        foot={
          <form action={send} id={`leave-${kind}`} style={{ display: "contents" }}>
            <input type="hidden" name="connectionId" value={connectionId} />
            <input type="hidden" name="on_disconnect" value={offersChoice ? choice : "leave"} />
            {kind === "force" && <input type="hidden" name="force" value="yes" />}
            <Button kind="plain" onClick={() => setOpen(false)}>
              {kind === "undo" ? "Keep connecting" : kind === "stop_watching" ? "Keep watching" : "Keep connected"}
            </Button>
            <SubmitButton sending="Leaving…" kind="danger">
              {kind === "undo"
                ? "Stop and undo"
                : kind === "stop_watching"
                  ? "Stop watching"
                  : kind === "force"
                    ? "Forget it here"
                    : choice === "leave" || !offersChoice
                      ? "Disconnect"
                      : choice === "release"
                        ? "Release everyone, disconnect"
                        : "Block everyone, disconnect"}
            </SubmitButton>
          </form>
        }
      >
        {offersChoice && (
          <fieldset className="choices">
            <legend className="vh">What becomes of the devices</legend>
            {(
              [
                ["leave", "Leave as it is", "Entra keeps what it was told last."],
                ["release", "Release everyone", "Every device is reported as compliant before we leave."],
                ["lock", "Block everyone", "Every device is reported as not managed before we leave."],
              ] as const
            ).map(([value, label, note]) => (
              <label className="choice" key={value}>
                <input type="radio" name="choice" value={value} checked={choice === value} onChange={() => setChoice(value)} />
                <span>{label}</span>
                <span className="sm muted">{note}</span>
              </label>
            ))}
          </fieldset>
        )}
        {kind === "disconnect" && (
          <p className="sm muted" style={{ marginTop: 12 }}>
            If people are blocked, switch off the conditional access policy in Entra first. Afterwards remove the partner, the enterprise app and the group
            there: we can’t.
          </p>
        )}
        {kind === "force" && <Field form="leave-force" name="reason" label="Why (kept in Activity)" maxLength={500} />}
        {!state.ok && <FormMessage state={state} />}
      </Dialog>
    </>
  );
}
